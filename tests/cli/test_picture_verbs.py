"""detect, represent, verify, find and cluster as a user runs them: rendered people, the packaged networks, every bad input."""

from __future__ import annotations

import io
import json
import os
import struct
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image as pillow

import vultus
from vultus.cli import verify as verify_module
from vultus.cli.main import main
from vultus.image import encode_jpeg, load
from vultus.pipeline.face_table import read_table

PEOPLE = Path(vultus.__file__).parent / "data" / "demo_people"
FACE = PEOPLE / "virtual-01" / "frontal.jpg"
VERIFY_FIELDS = {"similarity", "threshold", "threshold_low", "fmr_at_score", "fmr_upper", "calibration_domain", "outcome", "reason",
                 "space", "llr"}
Run = Callable[..., tuple[int, Any, str]]


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    def _run(*arguments: object) -> tuple[int, Any, str]:
        """Exit status, parsed standard output, standard error."""
        status = main([*map(str, arguments), "--json"])
        captured = capsys.readouterr()
        return status, json.loads(captured.out), captured.err
    return _run


def crowd(columns: int = 10, rows: int = 6, side: int = 128) -> np.ndarray[Any, Any]:
    """60 faces of eight rendered people, all of one size."""
    files = sorted(PEOPLE.glob("*/*.jpg"))
    tiles = [np.asarray(pillow.fromarray(load(files[i % len(files)])).resize((side, side))) for i in range(columns * rows)]
    return np.concatenate([np.concatenate(tiles[r * columns:(r + 1) * columns], axis=1) for r in range(rows)])


def bomb() -> bytes:
    head = struct.pack(">IIBBBBB", 20_000, 20_000, 8, 2, 0, 0, 0)
    chunks = [(b"IHDR", head), (b"IDAT", zlib.compress(bytes(100))), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(struct.pack(">I", len(b)) + n + b + struct.pack(">I", zlib.crc32(n + b)) for n, b in chunks)


def as_file(path: Path, picture: pillow.Image, **options: Any) -> Path:
    picture.save(path, **options)
    return path


def other_encodings(folder: Path) -> dict[str, Path]:
    """One face in every kind of file that needs care."""
    face = pillow.open(FACE).convert("RGB")
    grey = np.asarray(face.convert("L")).astype(np.uint16) * 257
    clear = face.copy()
    clear.putalpha(255)
    exif = pillow.Exif()
    exif[0x0112] = 6
    return {
        "animated.gif": as_file(folder / "animated.gif", face, save_all=True, append_images=[pillow.new("RGB", face.size)]),
        "16 bit.png": as_file(folder / "16 bit.png", pillow.fromarray(grey)),
        "cmyk.jpg": as_file(folder / "cmyk.jpg", face.convert("CMYK"), quality=95),
        "palette.png": as_file(folder / "palette.png", face.convert("P", palette=pillow.Palette.ADAPTIVE)),
        "alpha.png": as_file(folder / "alpha.png", clear),
        "面孔 лицо.webp": as_file(folder / "面孔 лицо.webp", face, quality=95),
        "turned.jpg": as_file(folder / "turned.jpg", face.rotate(90, expand=True), exif=exif, quality=95),
    }


def bad_files(folder: Path) -> dict[str, Path]:
    """Files that are no pictures or must not be decoded."""
    content = {"text.jpg": b"not a picture", "cut.jpg": FACE.read_bytes()[:3000], "nothing.jpg": b"", "bomb.png": bomb()}
    for name, data in content.items():
        (folder / name).write_bytes(data)
    return {name: folder / name for name in content}


def test_verify_json_fields_and_statuses(run: Run) -> None:
    status, record, _ = run("verify", FACE, PEOPLE / "virtual-01" / "left.jpg")
    assert set(record) == VERIFY_FIELDS
    assert status == verify_module.STATUS[record["outcome"]]
    assert record["reason"] is None
    assert record["similarity"] > 0.9 and record["space"] == "dlib-resnet29/dlib-150/flip"
    assert verify_module.STATUS == {"match": 0, "no_match": 1, "undecided": 3}


def test_verify_other_encodings_of_one_face(run: Run, tmp_path: Path) -> None:
    for name, file in other_encodings(tmp_path).items():
        status, record, _ = run("verify", FACE, file)
        assert status in (0, 3), name
        assert record["similarity"] > 0.975, name


def test_verify_refuses_bad_files_with_one_sentence(run: Run, tmp_path: Path) -> None:
    bad = {**bad_files(tmp_path), "missing": tmp_path / "missing.jpg", "folder": tmp_path}
    for name, file in bad.items():
        for pair in ((FACE, file), (file, FACE)):
            status, record, err = run("verify", *pair)
            assert status == 2, name
            assert set(record) == {"error"} and record["error"]["code"] == "unreadable", name
            assert str(file) in record["error"]["message"] and "\n" not in record["error"]["message"]
            assert "Traceback" not in err


def test_verify_is_undecided_about_pictures_that_show_nobody_or_many(run: Run, tmp_path: Path) -> None:
    pillow.new("RGB", (1, 1), (90, 90, 90)).save(tmp_path / "one pixel.png")
    pillow.new("RGB", (300, 300), (90, 120, 90)).save(tmp_path / "meadow.png")
    (tmp_path / "crowd.jpg").write_bytes(encode_jpeg(crowd()))
    small = pillow.new("RGB", (300, 300), (40, 40, 40))
    small.paste(pillow.open(FACE).resize((40, 40)), (130, 130))
    small.save(tmp_path / "far away.png")
    for name, words in (("one pixel.png", "no face"), ("meadow.png", "no face"), ("crowd.jpg", "faces of similar size"),
                        ("far away.png", "")):
        status, record, _ = run("verify", FACE, tmp_path / name)
        assert (status, record["outcome"], record["similarity"], record["fmr_at_score"]) == (3, "undecided", None, None), name
        assert words in record["reason"] and name in record["reason"]


def test_internal_errors_and_interruptions_have_their_own_status(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(error: type[BaseException]) -> Any:
        def _fail(*_: object, **__: object) -> None:
            raise error
        return _fail
    for error, status, code in ((ZeroDivisionError, 70, "internal"), (KeyboardInterrupt, 130, "interrupted")):
        monkeypatch.setattr("vultus.apps.verification.verify", fail(error))
        got, record, _ = run("verify", FACE, FACE)
        assert (got, record["error"]["code"]) == (status, code)


def test_represent_a_folder_of_everything(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    monkeypatch.chdir(tmp_path)
    good, bad = other_encodings(folder), bad_files(folder)
    (folder / "crowd.jpg").write_bytes(encode_jpeg(crowd(), 95))
    pillow.new("RGB", (1, 1)).save(folder / "one.png")
    (folder / "loop").symlink_to(folder)
    status, summary, err = run("represent", "in", "--out", "t.parquet")
    assert status == 0
    assert (summary["pictures"], summary["errors"]) == (len(good) + len(bad) + 2, {"unreadable": len(bad), "no_face": 1})
    assert "in/bomb.png" in err and "Traceback" not in err
    rows, errors = read_table(tmp_path / "t.parquet")
    assert set(errors) == {f"in/{name}" for name in (*bad, "one.png")}
    assert errors["in/one.png"].startswith("no_face: ") and errors["in/nothing.jpg"].startswith("unreadable: ")
    counts = {path: rows.paths.count(path) for path in rows.paths}
    assert counts == {"in/crowd.jpg": 60, **{f"in/{name}": 1 for name in good}}
    assert list(rows.faces[[path == "in/crowd.jpg" for path in rows.paths]]) == list(range(60))
    width = np.asarray(load(FACE)).shape[1]
    upright, turned = (rows.boxes[rows.paths.index(f"in/{name}")] for name in ("alpha.png", "turned.jpg"))
    assert np.abs(upright - turned).max() < 0.03 * width


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_represent_a_folder_with_an_unreadable_file(run: Run, tmp_path: Path) -> None:
    (tmp_path / "secret.jpg").write_bytes(FACE.read_bytes())
    (tmp_path / "secret.jpg").chmod(0)
    status, summary, _ = run("represent", tmp_path, "--out", tmp_path / "t.parquet")
    assert (status, summary["errors"]) == (0, {"unreadable": 1})


def test_represent_counts_an_unreadable_file_for_any_user(run: Run, tmp_path: Path) -> None:
    (tmp_path / "gone.jpg").symlink_to(tmp_path / "nowhere.jpg")
    (tmp_path / "a.jpg").write_bytes(FACE.read_bytes())
    status, summary, _ = run("represent", tmp_path, "--out", tmp_path / "t.parquet")
    assert (status, summary["faces"], summary["errors"]) == (0, 1, {"unreadable": 1})


def test_represent_needs_something_to_represent(run: Run, tmp_path: Path) -> None:
    status, record, _ = run("represent", tmp_path / "absent", "--out", tmp_path / "t.parquet")
    assert (status, record["error"]["code"]) == (2, "unreadable")
    status, record, _ = run("represent", FACE, "--out", tmp_path)
    assert (status, record["error"]["code"]) == (2, "bad_input")
    status, record, _ = run("represent", FACE, "--out", tmp_path / "t.parquet", "--detector", "centreface")
    assert (status, record["error"]["code"]) == (2, "unknown_name")


def test_detect_json(run: Run, tmp_path: Path) -> None:
    (tmp_path / "crowd.png").write_bytes(png(crowd(4, 2)))
    (tmp_path / "bad.jpg").write_bytes(b"x")
    status, records, err = run("detect", tmp_path)
    assert status == 0 and "1 could not be read" in err
    assert [Path(r["path"]).name for r in records] == ["bad.jpg", "crowd.png"]
    assert records[0]["error"].startswith("unreadable") and records[0]["size"] is None
    assert (records[1]["size"], len(records[1]["faces"]), records[1]["error"]) == ([256, 512], 8, None)
    assert {"box", "points", "score", "found_by"} <= set(records[1]["faces"][0])


def png(picture: np.ndarray[Any, Any]) -> bytes:
    buffer = io.BytesIO()
    pillow.fromarray(picture).save(buffer, "PNG")
    return buffer.getvalue()


def test_find_and_cluster(run: Run, tmp_path: Path) -> None:
    folder = tmp_path / "photos"
    folder.mkdir()
    for person in (1, 3, 5):
        for view in ("frontal", "left", "right"):
            (folder / f"{person} {view}.jpg").write_bytes((PEOPLE / f"virtual-{person:02d}" / f"{view}.jpg").read_bytes())
    status, record, _ = run("find", PEOPLE / "virtual-03" / "light.jpg", folder, "--top", 3, "--html", tmp_path / "hits.html")
    assert status in (0, 3) and record["faces"] == 9
    assert [Path(hit["path"]).name[0] for hit in record["hits"]] == ["3", "3", "3"]
    assert (tmp_path / "hits.html").read_text("utf-8").count("data:image/jpeg;base64,") == 3
    status, record, _ = run("cluster", folder, "--out", tmp_path / "album", "--threshold", 0.95)
    groups = sorted(sorted(Path(face["path"]).name for face in person["faces"]) for person in record["people"])
    assert status == 0
    assert groups == [sorted(f"{p} {view}.jpg" for view in ("frontal", "left", "right")) for p in (1, 3, 5)]
    assert (tmp_path / "album" / "index.html").is_file()


def test_names_of_files_cannot_write_to_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    folder = tmp_path / "in"
    folder.mkdir()
    for number in range(7):
        (folder / f"{number}\x1b]0;title\x07\n\u202eb\u001b[2J.jpg").write_text("no picture")
    for arguments in (["represent", folder, "--out", tmp_path / "t.parquet"], ["cluster", folder, "--out", tmp_path / "album"],
                      ["find", FACE, folder], ["detect", folder]):
        main([str(argument) for argument in arguments])
        captured = capsys.readouterr()
        lines = (captured.out + captured.err).splitlines()
        assert all(line.isprintable() for line in lines), arguments[0]
        if arguments[0] in ("represent", "cluster"):
            assert len(captured.err.splitlines()) == 6 and "and 2 more" in captured.err


def test_the_page_of_find_says_what_it_shows(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    assert main(["find", str(FACE), str(FACE.parent), "--html", str(page)]) == 0
    said = capsys.readouterr().out.splitlines()
    assert "; ".join(said[:4]).replace("'", "&#39;") in page.read_text("utf-8") and said[4].startswith("1.0000  match")


def test_plain_output_is_for_people(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    assert main(["verify", str(FACE), str(FACE)]) in (0, 3)
    assert "similarity 1.0000" in capsys.readouterr().out
    assert main(["represent", str(FACE), "--out", str(tmp_path / "t.parquet")]) == 0
    assert "1 faces on 1 pictures" in capsys.readouterr().out
    assert main(["detect", str(FACE)]) == 0
    assert f"{FACE}: 1 face" in capsys.readouterr().out
    assert main(["verify", str(FACE), "absent.jpg"]) == 2
    captured = capsys.readouterr()
    assert captured.out == "" and captured.err.startswith("vultus: absent.jpg: expected")


@pytest.mark.parametrize("verb", ["verify", "find"])
def test_texts_of_a_calibration_cannot_write_to_the_terminal(capsys: pytest.CaptureFixture[str], tmp_path: Path, verb: str) -> None:
    from importlib import resources
    file = tmp_path / "c.json"
    record = json.loads((resources.files("vultus.data") / "calibrations" / "photographs.json").read_text("utf-8"))
    evil = "people\x1b[2J\nforged\u202e"
    file.write_text(json.dumps({**record, "domain": evil, "space": record["space"] if verb == "verify" else evil}))
    main([verb, str(FACE), str(FACE), "--calibration", str(file)])
    said = "".join(capsys.readouterr())
    assert "people\\x1b[2J" in said and not {"\x1b", "\u202e"} & set(said) and "\nforged" not in said
