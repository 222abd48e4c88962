"""The int8 form of the recogniser: smaller, nearly the same, refused when it is not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vultus
from vultus.errors import InputError, UnsupportedError
from vultus.geometry import crop
from vultus.image import load
from vultus.registry import build
from vultus.runtime import store
from vultus.runtime.int8 import quantise
from vultus.runtime.session import Session

FOLDER = Path(vultus.__file__).parent / "data" / "demo_people"


@pytest.fixture(scope="module")
def faces() -> tuple[np.ndarray, list[str]]:
    """Crops (24, 150, 150, 3) of six rendered people in four views, and their names."""
    paths = sorted(FOLDER.glob("*/*.jpg"))[:24]
    pictures = [load(path) for path in paths]
    found = build("detect/centerface").detect(pictures)
    crops = [crop(image, face[:1], "dlib-150").images for image, face in zip(pictures, found, strict=True)]
    return np.concatenate(crops), [path.parent.name for path in paths]


def test_it_is_smaller_and_nearly_the_same(tmp_path, faces):
    crops, people = faces
    out = tmp_path / "int8.onnx"
    check = quantise(store.find("dlib-resnet29"), out, crops[::2], crops[1::2], people[1::2], threads=1)
    assert check.bytes_int8 == out.stat().st_size < 0.6 * check.bytes_float
    assert 0.99 <= check.cosine_min <= check.cosine_mean < 1 and not check.same_space
    assert check.pairs == (6, 60) and check.ratio > 0
    exact = Session(store.find("dlib-resnet29"), threads=1).batch_run(crops[:1])["features"]
    small = Session(out, threads=1).batch_run(crops[:1])["features"]
    assert not np.array_equal(exact, small)


def test_wrong_ranges_are_refused_and_nothing_is_written(tmp_path, faces):
    """Ranges taken from almost black crops cut off the values that real faces reach."""
    crops, people = faces
    out = tmp_path / "int8.onnx"
    with pytest.raises(UnsupportedError, match=r"dlib-resnet29\.onnx.*expected cosine >= 0\.99.*got cosine"):
        quantise(store.find("dlib-resnet29"), out, crops[:4] // 16, crops[1::2], people[1::2], threads=1)
    assert not out.exists()


@pytest.mark.parametrize("limits, passes", [((0.99, 1.0), False), ((-1.0, -0.001), False), ((-1.0, 1.0), True)])
def test_each_of_the_two_limits_refuses_alone(tmp_path, faces, limits, passes):
    crops, people = faces
    out = tmp_path / "int8.onnx"

    def make():
        return quantise(store.find("dlib-resnet29"), out, crops[:4] // 16, crops[1::2], people[1::2], threads=1,
                        least_cosine=limits[0], most_loss=limits[1])

    if passes:
        assert make().cosine_min < 0.99
    else:
        with pytest.raises(UnsupportedError):
            make()
    assert out.exists() == passes


@pytest.mark.parametrize("people", [["a"] * 4, ["a", "b", "c", "d"], ["a", "a", "b"]])
def test_people_must_give_pairs_of_both_kinds(tmp_path, faces, people):
    with pytest.raises(InputError, match="people: expected"):
        quantise(store.find("dlib-resnet29"), tmp_path / "int8.onnx", faces[0][:4], faces[0][:4], people)
