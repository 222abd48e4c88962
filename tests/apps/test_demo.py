import json

import pytest

from vultus.apps.demo import packaged_people, read_album, walk
from vultus.apps.demo.strips import BORDER, COLUMNS, GAP, SIDE, write_strip
from vultus.cli.main import main
from vultus.errors import InputError
from vultus.image import encode_jpeg, load
from vultus.pipeline import Recogniser
from vultus.report import Report


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    out = tmp_path_factory.mktemp("demo")
    album, recogniser = packaged_people(), Recogniser()
    return walk(album, out, recogniser.process([path for _, path in album.pictures]), recogniser), out


def test_the_packaged_people_are_told_apart_and_the_stranger_is_unknown(demo):
    report, _ = demo
    assert report["verification: pairs decided rightly"].value >= 14  # of 16, at FMR 1e-2 on other rendered people
    named, unknown = report["identification: enrolled people named rightly"], report["identification: stranger answered with unknown"]
    assert named.n == 14 and named.value >= 12
    assert unknown.n == 4 and unknown.value >= 3
    assert report["clustering: BCubed F1"].value >= 0.9
    assert any("do not exist" in note for note in report.notes) and any("calibration: rendered" in note for note in report.notes)


def test_every_picture_of_the_report_exists(demo):
    report, out = demo
    assert len(report.pictures) >= 8
    for picture in report.pictures:
        assert (out / picture.file).read_bytes()[:2] == b"\xff\xd8", picture.file


def test_a_person_with_many_pictures_gets_several_rows(tmp_path):
    pictures = [(path, "right") for _, path in packaged_people().pictures][:COLUMNS + 1]
    write_strip(pictures, tmp_path / "strip.jpg")
    strip = load(tmp_path / "strip.jpg")
    assert strip.shape[0] == 2 * (SIDE + 2 * BORDER) + GAP and strip[-1, 0, 1] > 100 and strip[-1, -1].min() > 250


def test_a_place_that_cannot_be_written_is_bad_input(tmp_path, capsys):
    (tmp_path / "file").write_text("x")
    assert main(["demo", "--out", str(tmp_path / "file" / "below")]) == 2
    assert "cannot write" in capsys.readouterr().err


def test_command_writes_page_and_record_and_prints_json(tmp_path, capsys):
    assert main(["demo", "--out", str(tmp_path / "o"), "--json"]) == 0
    printed = json.loads(capsys.readouterr().out)
    assert Report.read(tmp_path / "o" / "report.json").as_dict() == printed
    page = (tmp_path / "o" / "report.html").read_text("utf-8")
    assert "virtual-08" in page and "data:image/jpeg" in page


def test_own_pictures_with_names_that_want_to_be_markup(tmp_path):
    people = dict(zip(["<b>Ada", "Βασίλης", "李雷"], sorted({p for p, _ in packaged_people().pictures}), strict=False))
    for name, person in people.items():
        (tmp_path / name).mkdir()
        for owner, path in packaged_people().pictures:
            if owner == person:
                (tmp_path / name / path.name).write_bytes(path.read_bytes())
    assert main(["demo", "--photos", str(tmp_path), "--out", str(tmp_path / "out")]) == 0
    page = (tmp_path / "out" / "report.html").read_text("utf-8")
    assert "<b>Ada" not in page and "&lt;b&gt;Ada" in page and "李雷" in page


def test_folders_that_cannot_carry_the_demonstration_are_refused(tmp_path, drawn):
    with pytest.raises(InputError, match="folder that exists"):
        read_album(tmp_path / "nowhere")
    with pytest.raises(InputError, match="three people"):
        read_album(tmp_path)
    for name in "abc":
        (tmp_path / name).mkdir()
        for number in range(2):
            (tmp_path / name / f"{number}.jpg").write_bytes(encode_jpeg(drawn((0, 0, 0))))
    assert main(["demo", "--photos", str(tmp_path), "--out", str(tmp_path / "out")]) == 2
