"""Every picture file says that nobody is in it, and is still the picture."""

from __future__ import annotations

import io

import numpy as np
import pytest
from PIL import Image as pillow

from vultus.errors import InputError
from vultus.gallery.source import RENDER_MARK, Source
from vultus.image import decode
from vultus.people.dataset.marked_picture import MARK, marked


@pytest.fixture
def picture():
    y, x = np.mgrid[0:40, 0:60]
    return np.stack([x * 4, y * 6, 255 - x * 4], -1).astype(np.uint8)


def test_the_mark_is_that_of_the_gallery():
    assert MARK == RENDER_MARK


@pytest.mark.parametrize("kind, loss", [("jpeg", 2.0), ("png", 0.0)])
def test_the_picture_is_the_same_and_the_gallery_knows_it(picture, kind, loss):
    data = marked(picture, kind, 95)
    assert Source.of_bytes("x", data).rendered
    assert np.abs(decode(data).image.astype(int) - picture).mean() <= loss
    opened = pillow.open(io.BytesIO(data))
    assert opened.getexif()[0x010E] == MARK.decode()
    text = opened.info["comment"].decode() if kind == "jpeg" else opened.text["Description"]
    assert text == MARK.decode()


def test_another_reader_finds_no_fault(picture):
    for kind in ("jpeg", "png"):
        opened = pillow.open(io.BytesIO(marked(picture, kind)))
        opened.verify()  # checks the PNG's sums


def test_a_longer_mark(picture):
    assert b"rendered by vultus; printed" in marked(picture, mark=MARK + b"; printed")


def test_wrong_kinds_are_refused(picture):
    for kind, quality in (("webp", 90), ("jpeg", 0), ("jpeg", 101)):
        with pytest.raises(InputError, match="jpeg"):
            marked(picture, kind, quality)
