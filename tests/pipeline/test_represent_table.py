"""The table of faces: its columns as another reader sees them, resuming, a full disk, an interruption."""

from __future__ import annotations

import errno
import json
import os
import resource
import signal
import subprocess
import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus.errors import InputError, StorageError
from vultus.image import as_text
from vultus.pipeline import PictureResult, Recogniser
from vultus.pipeline import represent_table as module
from vultus.pipeline.face_table import COLUMNS, read_table, to_batch
from vultus.pipeline.parquet import read_batches, write_batches
from vultus.pipeline.represent_table import represent_table


class Counting(Recogniser):
    """Counts pictures and is interrupted after some of them."""

    def __init__(self, detector: Any, embedder: Any, stop_after: int = 1 << 30) -> None:
        super().__init__(detector, embedder, threads=1, batch=1)
        self.stop_after, self.done = stop_after, 0

    def process(self, pictures: Iterable[Any]) -> Iterator[PictureResult]:
        for result in super().process(pictures):
            if self.done == self.stop_after:
                raise KeyboardInterrupt
            self.done += 1
            yield result


@pytest.fixture
def recogniser(drawn_detector: Any, colour_embedder: Any) -> Counting:
    return Counting(drawn_detector, colour_embedder)


def test_rows(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "t.parquet"
    ticks: list[int] = []
    summary = represent_table([drawn_folder], out, recogniser, on_picture=ticks.append)
    assert (summary.pictures, summary.faces, summary.resumed, sum(ticks)) == (9, 8, 0, 9)
    assert summary.errors == {"unreadable": 1, "no_face": 1}
    assert json.loads(json.dumps(summary.as_dict()))["examples"][0]["path"] == f"{drawn_folder}/broken.jpg"
    rows = [dict(zip(COLUMNS, values, strict=True)) for batch in read_batches(out)
            for values in zip(*(batch.column(name).to_pylist() for name in COLUMNS), strict=True)]
    assert [os.path.relpath(row["path"], drawn_folder) for row in rows] == [
        "blue/0.jpg", "blue/1.jpg", "blue/面孔.jpg", "blue/面孔.jpg", "broken.jpg", "empty.jpg", "green/0.jpg", "green/1.jpg",
        "red/0.jpg", "red/1.jpg"]
    assert [row["face"] for row in rows] == [0, 0, 0, 1, None, None, 0, 0, 0, 0]
    for row in rows[4:6]:
        assert {name for name in COLUMNS if row[name] is not None} == {"path", "error"}
    assert rows[5]["error"].startswith("no_face: ")
    first = rows[0]
    assert np.allclose(first["box"], [20, 20, 80, 80])
    assert (len(first["points"]), len(first["template"]), first["space"]) == (10, 3, "colour/dlib-150")
    assert set(first["quality"]) == {"face_px", "sharpness", "yaw_deg"}
    assert first["error"] is None and first["quality"]["face_px"] == 60
    assert not (tmp_path / "t.parquet.parts").exists()


def test_another_reader_sees_the_promised_types(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    parquet = pytest.importorskip("pyarrow.parquet", reason="pyarrow is not installed")
    represent_table([drawn_folder], tmp_path / "t.parquet", recogniser)
    table = parquet.read_table(tmp_path / "t.parquet")
    kinds = {field.name: str(field.type).replace("element", "item") for field in table.schema}
    numbers = "list<item: float>"
    assert kinds == {"path": "string", "face": "int32", "box": numbers, "points": numbers, "score": "float",
                     "quality": "struct<face_px: float, sharpness: float, yaw_deg: float>", "template": numbers,
                     "space": "string", "error": "string"}
    assert table.column("path").to_pylist()[2] == f"{drawn_folder}/blue/面孔.jpg"


def test_read_back_as_arrays(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    represent_table([drawn_folder], tmp_path / "t.parquet", recogniser)
    faces, errors = read_table(tmp_path / "t.parquet")
    results = [r for r in recogniser.process([tmp_path / p for p in dict.fromkeys(faces.paths)]) if r.embeddings is not None]
    assert np.array_equal(faces.vectors, np.concatenate([r.embeddings.vectors for r in results if r.embeddings is not None]))
    assert np.array_equal(faces.points, np.concatenate([r.faces.points for r in results if r.faces is not None]))
    assert faces.quality["face_px"].tolist() == [60] * 8
    assert (faces.space, len(faces), len(errors)) == ("colour/dlib-150", 8, 2)


def test_no_face_at_all_and_no_picture_at_all(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    represent_table([drawn_folder / "empty.jpg"], tmp_path / "t.parquet", recogniser)
    assert [len(part) for part in read_table(tmp_path / "t.parquet")] == [0, 1]
    (tmp_path / "nothing").mkdir()
    summary = represent_table([tmp_path / "nothing"], tmp_path / "t.parquet", recogniser)
    assert summary.pictures == 0
    assert [len(part) for part in read_table(tmp_path / "t.parquet")] == [0, 0]


def test_an_interrupted_run_goes_on_where_it_stopped(drawn_detector: Any, colour_embedder: Any, drawn_folder: Path,
                                                     tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 2)
    whole, out = tmp_path / "whole.parquet", tmp_path / "t.parquet"
    represent_table([drawn_folder], whole, Counting(drawn_detector, colour_embedder))
    with pytest.raises(KeyboardInterrupt):
        represent_table([drawn_folder], out, Counting(drawn_detector, colour_embedder, stop_after=5))
    assert not out.exists()
    again = Counting(drawn_detector, colour_embedder)
    summary = represent_table([drawn_folder], out, again)
    assert (again.done, summary.resumed, summary.pictures, summary.faces) == (5, 4, 9, 8)
    assert out.read_bytes() == whole.read_bytes()


def test_finished_parts_count_only_for_the_same_files_and_settings(drawn_detector: Any, colour_embedder: Any,
                                                                   drawn_folder: Path, tmp_path: Path,
                                                                   monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 2)
    out = tmp_path / "t.parquet"

    def interrupted() -> None:
        with pytest.raises(KeyboardInterrupt):
            represent_table([drawn_folder], out, Counting(drawn_detector, colour_embedder, stop_after=7))
    interrupted()
    (drawn_folder / "blue" / "0.jpg").write_bytes((drawn_folder / "red" / "0.jpg").read_bytes() + b"\0")
    changed_file = Counting(drawn_detector, colour_embedder)
    assert represent_table([drawn_folder], out, changed_file).resumed == 4
    interrupted()
    changed_settings = Counting(drawn_detector, colour_embedder)
    changed_settings.min_side = 99
    assert represent_table([drawn_folder], out, changed_settings).resumed == 0
    assert not list(tmp_path.glob("*.parts"))


class FullDisk:
    """Writes of files opened by the writer fail after some bytes, as they do on a full disk."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch, room: int) -> None:
        from vultus.pipeline import parquet
        real = parquet.replacing
        disk = self

        class Limited:
            def __init__(self, file: Any) -> None:
                self.file = file

            def write(self, data: bytes) -> int:
                disk.room -= len(data)
                if disk.room < 0:
                    raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
                return int(self.file.write(data))

            def __getattr__(self, name: str) -> Any:
                return getattr(self.file, name)

        from contextlib import contextmanager

        @contextmanager
        def replacing(path: Path) -> Iterator[Any]:
            with real(path) as file:
                yield Limited(file)
        self.room = room
        monkeypatch.setattr(parquet, "replacing", replacing)


def test_a_full_disk_keeps_finished_work_and_the_old_table(recogniser: Counting, drawn_folder: Path, tmp_path: Path,
                                                           monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "PART", 2)
    out = tmp_path / "t.parquet"
    represent_table([drawn_folder / "red"], out, recogniser)
    before = out.read_bytes()
    (drawn_folder / "red" / "0.jpg").touch()
    with monkeypatch.context() as patch:
        FullDisk(patch, 12_000)
        with pytest.raises(StorageError, match="No space left on device"):
            represent_table([drawn_folder], out, recogniser)
    assert out.read_bytes() == before
    assert len(list((tmp_path / "t.parquet.parts").glob("*.parquet"))) >= 1
    assert represent_table([drawn_folder], out, recogniser).resumed >= 2


def test_a_real_file_size_limit_ends_in_one_sentence(drawn_folder: Path, tmp_path: Path) -> None:
    """The kernel refuses to let any file grow beyond 2 kB."""
    code = ("import signal, sys; signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
            "from vultus.cli.main import main\n"
            "sys.exit(main(sys.argv[1:]))")
    done = subprocess.run([sys.executable, "-c", code, "represent", str(drawn_folder), "--out", "t.parquet", "--json"],
                          cwd=tmp_path, capture_output=True, text=True, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000)))
    assert done.returncode == 2, done.stderr
    assert json.loads(done.stdout)["error"]["code"] == "storage"
    assert "panicked" not in done.stderr and "Traceback" not in done.stderr
    assert not (tmp_path / "t.parquet").exists()


SLOW_RUN = """
import os, signal, sys
from vultus.pipeline import recogniser as module, represent_table as table
signal.signal(signal.SIGINT, signal.default_int_handler)  # a shell that starts jobs in the background lets them ignore it
table.PART = 2
real, done = module.Recogniser._run, []
def run(self, batch, work):
    if len(done) == 5:
        os.kill(os.getpid(), signal.SIGINT)
    done.append(batch)
    return real(self, batch, work)
if sys.argv[1] == "stop":
    module.Recogniser._run = run
real_init = module.Recogniser.__init__
module.Recogniser.__init__ = lambda self, *a, **k: real_init(self, *a, **{**k, "batch": 1, "threads": 1})
from vultus.cli.main import main
sys.exit(main(sys.argv[2:]))
"""


def test_control_c_in_a_folder_and_the_next_run(drawn_folder: Path, tmp_path: Path) -> None:
    arguments = ["represent", str(drawn_folder), "--out", "t.parquet", "--json"]
    runs = [subprocess.run([sys.executable, "-c", SLOW_RUN, mode, *arguments], cwd=tmp_path, capture_output=True, text=True,
                           check=False) for mode in ("stop", "go")]
    assert [run.returncode for run in runs] == [130, 0], [run.stderr for run in runs]
    assert json.loads(runs[0].stdout)["error"]["code"] == "interrupted"
    summary = json.loads(runs[1].stdout)
    assert (summary["pictures"], summary["resumed"]) == (9, 4)
    assert signal.SIGINT == 2


def test_wrong_places_and_wrong_files(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="out: expected a file name"):
        represent_table([drawn_folder], tmp_path, recogniser)
    (tmp_path / "file").write_text("x")
    with pytest.raises(StorageError):
        represent_table([drawn_folder], tmp_path / "file" / "t.parquet", recogniser)
    for content in (b"", b"PAR1", b"something else"):
        (tmp_path / "wrong.parquet").write_bytes(content)
        with pytest.raises(StorageError, match="not a whole Parquet table"):
            read_table(tmp_path / "wrong.parquet")


def test_templates_of_two_spaces_are_refused(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    results = list(recogniser.process([drawn_folder / "red" / "0.jpg"]))
    recogniser.embedder.space = "another/dlib-150"
    results += recogniser.process([drawn_folder / "red" / "1.jpg"])
    from vultus.pipeline.face_table import schema
    write_batches(schema(), [to_batch(results)], tmp_path / "two.parquet")
    with pytest.raises(StorageError, match="several spaces"):
        read_table(tmp_path / "two.parquet")


def test_file_names_that_are_no_text(recogniser: Counting, drawn_folder: Path, tmp_path: Path) -> None:
    assert as_text("面孔.jpg") == "面孔.jpg"
    folder = tmp_path / "in"
    folder.mkdir()
    name = os.fsdecode(b"caf\xe9.jpg")
    (folder / name).write_bytes((drawn_folder / "red" / "0.jpg").read_bytes())
    assert represent_table([folder], tmp_path / "t.parquet", recogniser).faces == 1
    assert read_table(tmp_path / "t.parquet")[0].paths == (f"{folder}/caf\\xe9.jpg",)
    assert json.dumps(next(recogniser.process([folder / name])).as_dict(), ensure_ascii=False).encode()
