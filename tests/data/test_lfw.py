import numpy as np
import pytest

from vultus.data.lfw import photographs, read_lfw
from vultus.errors import InputError


@pytest.fixture
def layout(tmp_path):
    for name, count in {"Ann": 2, "Bob": 1, "Cem": 2, "Dot": 1}.items():
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(1, count + 1):
            (tmp_path / "images" / name / f"{name}_{number:04d}.jpg").write_bytes(b"x")
    (tmp_path / "pairs.txt").write_text("2\t1\nAnn\t1\t2\nAnn\t1\tBob\t1\nCem\t1\t2\nCem\t2\tDot\t1\n")
    return tmp_path


def test_pairs_folds_and_people(layout):
    lfw = read_lfw(layout)
    assert lfw.subjects.tolist() == ["Ann", "Ann", "Bob", "Cem", "Cem", "Dot"]
    assert list(zip(lfw.left, lfw.right, lfw.mated, lfw.folds, strict=True)) == [
        (0, 1, True, 1), (0, 2, False, 1), (3, 4, True, 2), (4, 5, False, 2)]
    assert np.flatnonzero(lfw.people_of_folds(2)).tolist() == [3, 4, 5]


def test_digest_changes_with_the_data(layout):
    before = read_lfw(layout).digest
    (layout / "images" / "Dot" / "Dot_0001.jpg").write_bytes(b"xy")
    assert read_lfw(layout).digest != before


def test_a_pair_without_its_picture_is_named(layout):
    (layout / "images" / "Dot" / "Dot_0001.jpg").unlink()
    with pytest.raises(InputError, match="Dot_0001"):
        read_lfw(layout)


@pytest.mark.photos
def test_the_half_as_described():
    root = photographs()
    if root is None:
        pytest.skip("real photographs not present: set VULTUS_DATA")
    lfw = read_lfw(root / "lfw")
    assert (len(lfw.paths), len(set(lfw.subjects)), len(lfw.left), lfw.mated.sum()) == (5119, 2086, 3000, 1500)
    assert not (lfw.people_of_folds(1, 2, 3) & lfw.people_of_folds(4, 5)).any()
