"""The shipped pictures of virtual people: complete, unchanged, marked, small, and different from each other."""

import hashlib
import io
import json
from importlib.resources import files
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

FOLDER = Path(str(files("vultus") / "data" / "demo_people"))
MARK = "virtual person, rendered by vultus"
PEOPLE = [f"virtual-{number:02d}" for number in range(1, 9)]
VIEWS = ("frontal", "left", "right", "light")
EXIF_IMAGE_DESCRIPTION = 0x010E


@pytest.fixture(scope="module")
def rows() -> list[dict]:
    return json.loads((FOLDER / "manifest.json").read_text())["pictures"]


def pixels(person: str, view: str) -> np.ndarray:
    with Image.open(FOLDER / person / f"{view}.jpg") as image:
        return np.asarray(image)


def test_manifest_lists_exactly_the_files_there(rows: list[dict]) -> None:
    listed = [row["file"] for row in rows]
    assert listed == [f"{person}/{view}.jpg" for person in PEOPLE for view in VIEWS]
    assert sorted(listed) == sorted(path.relative_to(FOLDER).as_posix() for path in FOLDER.rglob("*.jpg"))


def test_hashes_match_the_files(rows: list[dict]) -> None:
    for row in rows:
        assert hashlib.sha256((FOLDER / row["file"]).read_bytes()).hexdigest() == row["sha256"], row["file"]


def test_rows_say_who_and_how(rows: list[dict]) -> None:
    manifest = json.loads((FOLDER / "manifest.json").read_text())
    assert manifest["licence"].startswith("CC0-1.0") and manifest["mark"] == MARK
    assert isinstance(manifest["script_version"], int)
    for row in rows:
        assert row["file"] == f"{row['person']}/{row['view']}.jpg"
        assert row["light"] and row["seed"]
    assert len({tuple(row["seed"]) for row in rows}) == len(PEOPLE)


def test_poses_have_the_house_signs(rows: list[dict]) -> None:
    for row in rows:
        expected = {"left": -20, "right": 20}.get(row["view"], 0)
        assert abs(row["yaw"] - expected) <= 10
        assert abs(row["roll"]) <= 15
        assert abs(row["pitch"]) <= 20
    assert all(row["yaw"] < -8 for row in rows if row["view"] == "left")
    assert all(row["yaw"] > 8 for row in rows if row["view"] == "right")


def test_all_together_stay_below_two_megabytes() -> None:
    assert sum(path.stat().st_size for path in FOLDER.rglob("*") if path.is_file()) < 2_000_000


def test_every_file_says_that_the_person_is_virtual(rows: list[dict]) -> None:
    for row in rows:
        with Image.open(io.BytesIO((FOLDER / row["file"]).read_bytes())) as image:
            assert image.getexif()[EXIF_IMAGE_DESCRIPTION] == MARK, row["file"]


def test_pictures_are_rgb_of_one_size(rows: list[dict]) -> None:
    for row in rows:
        picture = pixels(row["person"], row["view"])
        assert picture.dtype == np.uint8 and picture.shape == (320, 320, 3)
        assert picture.std() > 20


@pytest.mark.parametrize("person", PEOPLE)
def test_views_of_one_person_differ(person: str) -> None:
    faces = [pixels(person, view)[90:250, 90:230].astype(int) for view in VIEWS]
    for first in range(len(faces)):
        for second in range(first):
            assert np.abs(faces[first] - faces[second]).mean() > 3


def test_people_differ_in_the_middle_of_the_face(rows: list[dict]) -> None:
    faces = [pixels(person, "frontal")[120:220, 110:210].astype(int) for person in PEOPLE]
    for first in range(len(faces)):
        for second in range(first):
            assert np.abs(faces[first] - faces[second]).mean() > 6
