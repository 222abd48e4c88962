"""Walking folders: order, names as given, links in circles, what counts as a picture."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vultus.data.picture_files import find_pictures
from vultus.errors import ImageError

PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)


def make(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(PNG)


def test_names_are_the_argument_joined_with_the_path_below(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "in/b/2.jpg", "in/b/10.jpg", "in/a.png", "in/面孔/лицо.JPG", "in/c.txt", "in/.hidden.jpg", "in/.git/x.jpg",
         "in/no suffix")
    (tmp_path / "in/plain").write_bytes(b"text")
    monkeypatch.chdir(tmp_path)
    expected = ["a.png", "b/10.jpg", "b/2.jpg", "no suffix", "面孔/лицо.JPG"]
    for argument in ("in", "in/", "./in", str(tmp_path / "in")):
        joined = [os.path.join(argument, name) for name in expected]
        assert [found.path for found in find_pictures([argument])] == joined
    assert [found.path for found in find_pictures(["in/c.txt", "in/b"])] == ["in/c.txt", "in/b/10.jpg", "in/b/2.jpg"]


def test_links_in_circles_end_and_a_folder_is_read_once(tmp_path: Path) -> None:
    make(tmp_path, "a/1.jpg", "b/2.jpg")
    (tmp_path / "a/up").symlink_to(tmp_path)
    (tmp_path / "a/self").symlink_to(tmp_path / "a")
    (tmp_path / "c").symlink_to(tmp_path / "b")
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    found = [os.path.relpath(f.path, tmp_path) for f in find_pictures([tmp_path])]
    assert sorted(os.path.basename(name) for name in found) == ["1.jpg", "2.jpg", "gone.jpg"]


def test_a_folder_that_cannot_be_listed_is_one_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/1.jpg", "b/2.jpg")
    real = os.scandir

    def refuse(path: str) -> object:
        if os.path.basename(path) == "a":
            raise PermissionError(13, "Permission denied")
        return real(path)
    monkeypatch.setattr(os, "scandir", refuse)
    found = list(find_pictures([tmp_path]))
    assert [bool(f.error) for f in found] == [True, False]
    assert "Permission denied" in found[0].error


def test_a_missing_argument_is_refused_at_once(tmp_path: Path) -> None:
    with pytest.raises(ImageError, match="nothing there"):
        find_pictures([tmp_path / "absent"])


def test_walking_is_lazy(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    make(tmp_path, "a/1.jpg", "b/2.jpg")
    listed: list[str] = []
    real = os.scandir
    monkeypatch.setattr(os, "scandir", lambda path: (listed.append(os.path.basename(path)), real(path))[1])
    next(find_pictures([tmp_path]))
    assert "b" not in listed


def test_facts_change_with_the_file(tmp_path: Path) -> None:
    make(tmp_path, "1.jpg")
    before = next(find_pictures([tmp_path])).facts()
    (tmp_path / "1.jpg").write_bytes(PNG + b"more")
    assert next(find_pictures([tmp_path])).facts() != before
