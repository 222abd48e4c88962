"""Commands on drawn people: colours are recognised instead of faces, and keys are kept in the test's folder."""

from __future__ import annotations

import pytest

from vultus import pipeline
from vultus.pipeline import Recogniser


@pytest.fixture
def drawn_people(monkeypatch, tmp_path, drawn_detector, colour_embedder):
    monkeypatch.setattr(pipeline, "Recogniser", lambda: Recogniser(drawn_detector, colour_embedder, threads=1))
    monkeypatch.setenv("VULTUS_KEYS", str(tmp_path / "keys"))
    for name in ("VULTUS_MASTER_KEY", "VULTUS_MASTER_KEY_FILE"):
        monkeypatch.delenv(name, raising=False)
