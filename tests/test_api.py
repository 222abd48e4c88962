"""The verbs as functions: light to import, callable whether or not their sub-package is loaded, working on rendered people."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import vultus
from vultus import api
from vultus.pipeline import Recogniser
from vultus.types import Decision

PEOPLE = Path(vultus.__file__).parent / "data" / "demo_people"


def test_importing_vultus_loads_nothing_heavy() -> None:
    code = ("import sys, vultus; dir(vultus); import vultus.cli.main\n"
            "heavy = {'numpy', 'cv2', 'onnxruntime', 'torch', 'PIL', 'jinja2'} & set(sys.modules); assert not heavy, heavy")
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


@pytest.mark.parametrize("before", ["pass", "import vultus.detect.centerface.method"])
def test_every_verb_is_callable_from_a_fresh_start(before: str) -> None:
    code = f"{before}\nimport vultus\nfor name in vultus.__all__: assert name[0] == '_' or callable(getattr(vultus, name)), name"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_unknown_names_are_attribute_errors() -> None:
    with pytest.raises(AttributeError, match="no attribute 'recognize'"):
        vultus.recognize  # noqa: B018


def test_files_folders_and_arrays(drawn_detector: Any, colour_embedder: Any, drawn: Any, drawn_folder: Path, tmp_path: Path) -> None:
    known = Recogniser(drawn_detector, colour_embedder, threads=1)
    array = drawn((200, 9, 9))
    assert [len(r) for r in vultus.detect(array, recogniser=known)] == [1]
    assert [len(r) for r in vultus.detect([array, drawn_folder / "red"], recogniser=known)] == [1, 1, 1]
    results = vultus.represent(str(drawn_folder), recogniser=known)
    assert len(results) == 9 and results[0].embeddings is not None
    assert api.represent_to(tmp_path / "t.parquet", drawn_folder, recogniser=known).faces == 8
    for where in (drawn_folder, tmp_path / "t.parquet"):
        assert vultus.find(array, where, recogniser=known).outcome == "undecided"  # drawn faces have no texture
    assert len(vultus.cluster(drawn_folder, tmp_path / "out", threshold=0.9, recogniser=known).left_out) == 8


def test_rendered_people_end_to_end() -> None:
    """The packaged networks on rendered people: another view of a person is nearer than anybody else."""
    recogniser = Recogniser()
    files = [PEOPLE / f"virtual-{n:02d}" / f"{view}.jpg" for n in (1, 2, 3, 4) for view in ("frontal", "left")]
    results = vultus.represent(files, recogniser=recogniser)
    assert [len(r) for r in results] == [1] * 8
    vectors = np.concatenate([r.embeddings.vectors for r in results if r.embeddings is not None])
    cosines = vectors @ vectors.T - np.eye(8)
    assert cosines.argmax(1).tolist() == [1, 0, 3, 2, 5, 4, 7, 6]
    decision = vultus.verify(files[0], files[1], recogniser=recogniser)
    assert isinstance(decision, Decision) and decision.similarity == pytest.approx(cosines[0, 1], abs=1e-5)


def test_enroll_and_identify_rendered_people(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("VULTUS_KEYS", str(tmp_path / "keys"))
    recogniser, gallery = Recogniser(), tmp_path / "gallery"
    for person in ("virtual-01", "virtual-02"):
        outcomes = vultus.enroll(person, PEOPLE / person / "frontal.jpg", gallery=gallery, virtual=True, recogniser=recogniser)
        assert [outcome.status for outcome in outcomes] == ["enrolled"]
    again = vultus.enroll("virtual-01", PEOPLE / "virtual-01" / "frontal.jpg", gallery=gallery, virtual=True, recogniser=recogniser)
    assert [outcome.status for outcome in again] == ["known"]
    (result, answers), = vultus.identify(PEOPLE / "virtual-02" / "light.jpg", gallery=gallery, recogniser=recogniser)
    assert len(result) == len(answers) == 1 and answers[0].best is not None and answers[0].best.name == "virtual-02"
