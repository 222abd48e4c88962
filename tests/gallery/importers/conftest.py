"""A recogniser of colours, and a picture of a drawn person."""

from __future__ import annotations

import pytest

from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser


@pytest.fixture
def recogniser(drawn_detector, colour_embedder):
    return Recogniser(drawn_detector, colour_embedder, threads=1)


@pytest.fixture
def red(drawn) -> bytes:
    return encode_jpeg(drawn((220, 30, 30)))
