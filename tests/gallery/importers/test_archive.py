"""Zips that are larger than they look, or hold names that cannot be written."""

from __future__ import annotations

import time
import warnings
import zipfile
from pathlib import Path

import pytest

from vultus.errors import InputError
from vultus.gallery import Gallery
from vultus.gallery.importers import Refused, archive, plan
from vultus.quality.gate import ANY_QUALITY


def zipped(path: Path, files: list[tuple[str, bytes]]) -> Path:
    with warnings.catch_warnings(), zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as file:
        warnings.simplefilter("ignore")  # of names that are there twice
        for name, data in files:
            file.writestr(name, data)
    return path


def room(tmp_path: Path) -> Path:
    (tmp_path / "room").mkdir()
    return tmp_path / "room"


def test_a_bomb_is_refused_before_anything_is_written(tmp_path):
    source = zipped(tmp_path / "bomb.zip", [(f"Ada/{k}.jpg", bytes(33 << 20)) for k in range(2)])
    place = room(tmp_path)
    with pytest.raises(InputError, match=r"at most 100 times the size of the archive.*got 66 MiB"):
        archive.unpack(source, place)
    assert not list(place.iterdir())


def test_small_archives_may_be_lists_that_shrink_well(tmp_path, red):
    source = zipped(tmp_path / "a.zip", [("Ada/1.jpg", red), ("notes.json", b" " * (20 << 20) + b"[]")])
    assert source.stat().st_size < (20 << 20) / archive.MAX_RATIO
    assert archive.unpack(source, room(tmp_path)) == []


def test_very_many_empty_files_are_refused_at_once(tmp_path):
    source = zipped(tmp_path / "many.zip", [(f"Ada/{k}.jpg", b"") for k in range(archive.MAX_FILES + 1)])
    started = time.perf_counter()
    with pytest.raises(InputError, match="at most 20000 files in a zip, got 20001; if you trust it, unpack it"):
        archive.unpack(source, room(tmp_path))
    assert time.perf_counter() - started < 5


def test_the_free_space_of_the_disk_is_a_limit(tmp_path, red, monkeypatch):
    source = zipped(tmp_path / "a.zip", [("Ada/1.jpg", red)])
    monkeypatch.setattr(archive.shutil, "disk_usage", lambda path: type("Usage", (), {"free": len(red) - 1}))
    with pytest.raises(InputError, match="has free"):
        archive.unpack(source, room(tmp_path))


def test_names_that_cannot_be_written_are_left_out_with_the_reason(tmp_path, red):
    source = zipped(tmp_path / "a.zip", [("Ada/1.jpg", red), ("Ada/1.jpg", b"other"), ("B" * 300 + "/1.jpg", red), ("Ada/1.jpg/x.jpg", red),
                                         ("Cy/1.jpg", red)])
    with plan(source) as read:
        found = [(entry.name, entry.path, entry.reason if isinstance(entry, Refused) else "") for entry in read.entries]
        assert read.entries[-1].picture.file.read_bytes() == red
    assert [(name, path) for name, path, reason in found if not reason] == [("Ada", f"{source}/Ada/1.jpg"), ("Cy", f"{source}/Cy/1.jpg")]
    refused = {path.removeprefix(f"{source}/"): reason for _, path, reason in found if reason}
    assert "there already" in refused["Ada/1.jpg"] and "folder" in refused["Ada/1.jpg/x.jpg"]
    assert "too long" in refused["B" * 100 + "... (306 characters)"] and len(refused) == 3


def test_reasons_name_the_archive_and_not_the_temporary_folder(tmp_path, red, keys, recogniser):
    source = zipped(tmp_path / "a.zip", [("Ada/1.jpg", red), ("Bob/1.jpg", b"no picture")])
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, plan(source) as read:
        refused, = [each for each in read.enrol(gallery, recogniser, usable=ANY_QUALITY) if each.status == "refused"]
    assert f"{source}/Bob/1.jpg" in refused.reason and "vultus-import" not in refused.reason
    with pytest.raises(InputError, match=r"b\.zip without") as caught, plan(zipped(tmp_path / "b.zip", [("notes.txt", b"x")])):
        pass
    assert "vultus-import" not in str(caught.value)


@pytest.mark.parametrize("name", ["Ada\nBob", "Ada\x1b[31m", "A\tB"])
def test_control_characters_in_names_are_refused_at_import(tmp_path, red, name):
    (tmp_path / "people" / name).mkdir(parents=True)
    (tmp_path / "people" / name / "1.jpg").write_bytes(red)
    with plan(tmp_path / "people") as read:
        outcome, = read.preview()
    assert outcome.status == "refused" and "control character" in outcome.reason
