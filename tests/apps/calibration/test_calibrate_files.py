"""The whole way on drawn faces: files to thresholds, reports and review pages; repeats, refusals, duplicates, commands."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus import pipeline
from vultus.apps.calibration.run import Wanted, calibrate_files
from vultus.cli.main import main
from vultus.decide import Calibration, decide
from vultus.errors import InputError
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.pipeline.represent_table import represent_table

PEOPLE = 70
WANTED = Wanted(fmr=0.2, fnmr=0.1)
Draw = Callable[..., Any]


@pytest.fixture(scope="module")
def collection(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Seventy people, three pictures each, who differ by the colour of their face."""
    root, rng = tmp_path_factory.mktemp("people"), np.random.default_rng(0)
    for person in range(PEOPLE):
        colour = rng.integers(60, 250, 3)
        for number in range(3):
            shade = np.clip(colour + rng.integers(-14, 15, 3), 30, 255).astype(np.uint8)
            picture = np.empty((40, 40, 3), np.uint8)
            picture[:] = shade
            path = root / f"person {person:02d}" / f"{number}.jpg"
            path.parent.mkdir(exist_ok=True)
            path.write_bytes(encode_jpeg(picture, 95))
    return root


@pytest.fixture
def recogniser(drawn_detector: Any, colour_embedder: Any) -> Callable[..., Recogniser]:
    return lambda *names, **options: Recogniser(drawn_detector, colour_embedder, threads=1)


@pytest.fixture
def copied(collection: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(collection, tmp_path / "photos"))


def test_a_folder_becomes_a_calibration_with_reports(collection: Path, recogniser: Any, tmp_path: Path) -> None:
    made = calibrate_files(collection, tmp_path / "out", Wanted(fmr=0.2, fnmr=0.1, with_pictures=True, fpir=0.2, gallery_size=2),
                           recogniser=recogniser)
    assert Calibration.read(tmp_path / "out" / "calibration.json") == made.calibration
    assert (made.calibration.people, made.calibration.mated_people, made.calibration.status) == (PEOPLE, PEOPLE, "site")
    assert made.calibration.space == "colour/dlib-150" and made.calibration.t_lo <= made.calibration.t_hi
    assert made.search is not None and made.search.t_hi is not None and made.search.t_hi > made.calibration.t_hi
    values = {value.name: value.value for value in made.report.values}
    assert values["FMR at t_hi"] <= 0.2 and values["pairs of one person"] == 3 * PEOPLE
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    for words in ("Which targets this sample supports", "refused", "Errors with undecided as reject and as accept", "data:image/svg+xml"):
        assert words in page
    assert "PRIVATE" in (tmp_path / "out" / "review.html").read_text("utf-8")
    record = json.loads((tmp_path / "out" / "report.json").read_text("utf-8"))
    targets = next(table for table in record["tables"] if table["title"].startswith("Which targets"))["rows"]
    assert targets[-1][:2] == ["1e-06", "refused"] and "people would do" in targets[-1][4]


def test_names_of_files_and_people_change_nothing(copied: Path, recogniser: Any, tmp_path: Path) -> None:
    first = calibrate_files(copied, tmp_path / "a", WANTED, recogniser=recogniser).calibration
    rng = np.random.default_rng(1)
    for number, person in zip(rng.permutation(PEOPLE), sorted(copied.iterdir()), strict=True):
        for picture in list(person.iterdir()):
            picture.rename(person / f"{rng.integers(1 << 30)}.jpg")
        person.rename(copied / f"other {number:02d}")
    assert calibrate_files(copied, tmp_path / "b", WANTED, recogniser=recogniser).calibration == first


def test_a_second_run_reads_its_templates_and_a_changed_picture_is_computed_again(copied: Path, recogniser: Any, drawn_detector: Any,
                                                                                   drawn: Draw, tmp_path: Path) -> None:
    calibrate_files(copied, tmp_path / "out", WANTED, recogniser=recogniser)
    drawn_detector.calls.clear()
    again = calibrate_files(copied, tmp_path / "out", WANTED, recogniser=recogniser)
    assert not drawn_detector.calls and again.calibration.people == PEOPLE
    (copied / "person 00" / "0.jpg").write_bytes(encode_jpeg(drawn((10, 250, 10))))
    calibrate_files(copied, tmp_path / "out", WANTED, recogniser=recogniser)
    assert drawn_detector.calls


def test_a_table_and_a_list_of_scores_give_the_folders_thresholds(collection: Path, recogniser: Any, tmp_path: Path) -> None:
    folder = calibrate_files(collection, tmp_path / "out", WANTED, recogniser=recogniser).calibration
    represent_table([collection], tmp_path / "t.parquet", recogniser())
    paths = sorted(collection.glob("*/*.jpg"))
    labels = "".join(f"{path},{path.parent.name}\n" for path in paths)
    (tmp_path / "l.csv").write_text("path,subject\n" + labels)
    table = calibrate_files(tmp_path / "t.parquet", tmp_path / "o2", Wanted(fmr=0.2, fnmr=0.1, labels=tmp_path / "l.csv")).calibration
    assert table.t_hi == folder.t_hi and table.fmr == folder.fmr
    vectors = {str(r.path): r.embeddings for r in recogniser().process(paths)}
    lines = [f"{float(vectors[str(a)].similarity(vectors[str(b)])[0, 0]):.9g},{int(a.parent == b.parent)},{a.parent.name},{b.parent.name}"
             for i, a in enumerate(paths) for b in paths[i + 1:]]
    (tmp_path / "s.csv").write_text("score,mated,subject_a,subject_b\n" + "\n".join(lines) + "\n")
    scores = calibrate_files(tmp_path / "s.csv", tmp_path / "o3", Wanted(fmr=0.2, fnmr=0.1, space="colour/dlib-150")).calibration
    rates = dict(zip(folder.scores, folder.fmr, strict=True))
    assert [rates[score] for score in scores.scores] == pytest.approx(scores.fmr, abs=5e-3)
    assert scores.t_lo == pytest.approx(folder.t_lo, abs=1e-3)
    assert abs(scores.t_hi - folder.t_hi) < 0.02  # the bootstrap's limit instead of the closed form's


def test_what_must_be_looked_at_stands_before_long_lists_of_files(copied: Path, recogniser: Any, tmp_path: Path) -> None:
    (copied / "person 03" / "broken.jpg").write_bytes(b"no picture")
    made = calibrate_files(copied, tmp_path / "out", WANTED, recogniser=recogniser)
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    doubts = next(table for table in made.report.tables if table.columns[-1] == "doubt")
    assert doubts.title.endswith(f": {len(doubts.rows)}") and doubts.rows and all(row[-1] for row in doubts.rows)
    order = [page.index(words) for words in ("<h2>Pictures</h2>", doubts.title, "Pictures without a usable face: 1",
                                             "Most similar pictures of different people", "Least similar pictures of one person")]
    assert order == sorted(order)
    assert "td { overflow-wrap: anywhere" in page  # a long name wraps instead of pushing the last columns out of sight
    stated = next(value for value in made.report.values if value.name == "FMR at t_hi")
    assert f"one-sided 95 % limit, {made.calibration.at_score(made.calibration.t_hi)[1]:.2g}" in stated.note


def test_one_portrait_each_gives_false_matches_and_says_that_misses_are_unknown(copied: Path, recogniser: Any, tmp_path: Path,
                                                                                monkeypatch: pytest.MonkeyPatch,
                                                                                capsys: pytest.CaptureFixture[str]) -> None:
    whole = calibrate_files(copied, tmp_path / "all", WANTED, recogniser=recogniser).calibration
    for picture in [*copied.glob("*/1.jpg"), *copied.glob("*/2.jpg")]:
        picture.unlink()
    monkeypatch.setattr(pipeline, "Recogniser", recogniser)
    assert main(["calibrate", str(copied), "--out", str(tmp_path / "out"), "--fmr", "0.2"]) == 0
    said = capsys.readouterr().out
    assert "no FNMR was measured" in said and "FNMR at t_hi" not in said and "no lower threshold" in said
    made = Calibration.read(tmp_path / "out" / "calibration.json")
    assert (made.people, made.mated_people, made.t_lo, set(made.fnmr)) == (PEOPLE, 0, -1.0, {0.0})
    assert made.t_hi == pytest.approx(whole.t_hi, abs=0.05)
    alike, unlike = (decide(score, made, space=made.space) for score in (1.0, -0.99))
    assert (alike.outcome, unlike.outcome, alike.llr) == ("match", "undecided", None)
    report = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "No FNMR was measured" in report and "FNMR at t_hi" not in report and "P(undecided | one person)" not in report


def test_refused_targets_leave_a_report_that_says_why_and_no_calibration(collection: Path, recogniser: Any, tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"fmr: expected a target that these 70 people support \(0\.\d+ or more\), got 1e-06; .* "
                                         r"people would do; see .*report\.html$"):
        calibrate_files(collection, tmp_path / "out", Wanted(fmr=1e-6), recogniser=recogniser)
    assert not (tmp_path / "out" / "calibration.json").exists()
    calibrate_files(collection, tmp_path / "out", WANTED, recogniser=recogniser)
    made = (tmp_path / "out" / "calibration.json").read_bytes()
    with pytest.raises(InputError, match="fmr"):
        calibrate_files(collection, tmp_path / "out", Wanted(fmr=1e-6), recogniser=recogniser)
    assert not (tmp_path / "out" / "calibration.json").exists()
    assert (tmp_path / "out" / "calibration.previous.json").read_bytes() == made
    assert "No calibration" in (tmp_path / "out" / "report.html").read_text("utf-8")
    with pytest.raises(InputError, match="fpir: expected a rate that strangers' searches"):
        calibrate_files(collection, tmp_path / "out", Wanted(fmr=0.2, fpir=1e-6, gallery_size=50), recogniser=recogniser)


def test_duplicates_are_no_evidence_and_the_same_picture_under_two_names_is_reported(copied: Path, recogniser: Any,
                                                                                   tmp_path: Path) -> None:
    plain = calibrate_files(copied, tmp_path / "a", WANTED, recogniser=recogniser)
    for copy in range(5):
        shutil.copy(copied / "person 00" / "0.jpg", copied / "person 00" / f"copy {copy}.jpg")
    again = calibrate_files(copied, tmp_path / "b", WANTED, recogniser=recogniser)
    assert again.calibration.fmr == plain.calibration.fmr and again.calibration.fnmr == plain.calibration.fnmr
    assert any("twice for one person" in table.title for table in again.report.tables)
    shutil.copy(copied / "person 01" / "0.jpg", copied / "person 02" / "stolen.jpg")
    third = calibrate_files(copied, tmp_path / "c", WANTED, recogniser=recogniser)
    table = next(table for table in third.report.tables if "under two names" in table.title)
    assert "person 01/0.jpg" in table.rows[0][0] and "person 02/stolen.jpg" in table.rows[0][0]


def test_pictures_without_faces_and_unreadable_ones_are_counted(copied: Path, recogniser: Any, drawn: Draw, tmp_path: Path) -> None:
    (copied / "person 03" / "none.jpg").write_bytes(encode_jpeg(drawn((0, 0, 0))))
    (copied / "person 03" / "broken.jpg").write_bytes(b"no picture")
    made = calibrate_files(copied, tmp_path / "out", WANTED, recogniser=recogniser)
    failed = next(value for value in made.report.values if value.name == "pictures without a usable face")
    assert failed.value == pytest.approx(2 / (3 * PEOPLE + 2))
    for picture in copied.glob("*/*.jpg"):
        picture.write_bytes(b"no picture")
    with pytest.raises(InputError, match=r"pictures: expected pictures with a face, got 212 pictures, none with one"):
        calibrate_files(copied, tmp_path / "out", WANTED, recogniser=recogniser)


def test_the_command_and_what_it_refuses(collection: Path, recogniser: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch,
                                         capsys: pytest.CaptureFixture[str]) -> None:
    monkeypatch.setattr(pipeline, "Recogniser", recogniser)
    out = str(tmp_path / "out")
    assert main(["calibrate", str(collection), "--out", out, "--fmr", "0.2", "--fnmr", "0.1", "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["people"] == PEOPLE and record["t_point_low"] <= record["t_point"] <= record["t_hi"]
    pictures = [str(collection / "person 00" / name) for name in ("0.jpg", "1.jpg")]
    assert main(["verify", *pictures, "--calibration", f"{out}/calibration.json", "--any-quality", "--json"]) in (0, 3)
    decision = json.loads(capsys.readouterr().out)
    assert (decision["threshold"], decision["threshold_low"]) == (record["t_hi"], record["t_lo"]) and decision["llr"] is not None
    assert main(["find", pictures[0], str(collection / "person 00"), "--calibration", f"{out}/calibration.json", "--json"]) in (0, 3)
    capsys.readouterr()
    (tmp_path / "old.json").write_text(json.dumps({"kind": "vultus-calibration", "schema": 1}))
    for arguments, words in ((["--fmr", "2"], "fmr: expected a rate above 0 and below 1, got 2"),
                             (["--fpir", "0.1"], "fpir, gallery_size: expected both or none, got one of them"),
                             (["--fmr", "1e-6"], "people would do")):
        assert main(["calibrate", str(collection), "--out", out, *arguments]) == 2
        said = capsys.readouterr().err
        assert words in said and said.count("\n") == 1
    assert main(["verify", *pictures, "--calibration", str(tmp_path / "old.json")]) == 2
    assert "make it again with 'vultus calibrate'" in capsys.readouterr().err
    (tmp_path / "one" / "ann").mkdir(parents=True)
    shutil.copy(pictures[0], tmp_path / "one" / "ann")
    shutil.copy(pictures[1], tmp_path / "one" / "ann")
    for source, words in ((tmp_path / "one", "people: expected at least two people, got 1"), (tmp_path / "nowhere", "nothing there"),
                          (tmp_path / "old.json", "expected a CSV file whose first line names a, b, mated")):
        assert main(["calibrate", str(source), "--out", out]) == 2
        assert words in capsys.readouterr().err
