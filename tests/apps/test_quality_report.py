"""The quality of pictures: nothing is lost, advice is ordered, the page escapes names and shows no picture unless told to."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus import registry
from vultus.apps.quality_report import PAGE, RECORD, FaceQuality, Summary, assess, write_report
from vultus.cli.main import main
from vultus.errors import InputError
from vultus.image import encode_jpeg
from vultus.quality.catalogue import NAMES
from vultus.quality.component import Assessment, Component
from vultus.quality.components.method import Components, Config
from vultus.types import Image

BARE = Components(Config(mesh=""))
WILD = "<b>ada & co.jpg"


@pytest.fixture
def photos(drawn: Callable[..., Image], tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    grain = np.random.default_rng(0).integers(-60, 60, (200, 200, 1))
    for name, image in {"flat.jpg": drawn((200, 150, 120), side=200), "black.jpg": drawn((0, 0, 0)),
                        "two.jpg": drawn((200, 150, 120), (30, 40, 210), side=200),
                        WILD: np.clip(drawn((200, 150, 120), side=200) + grain, 0, 255).astype(np.uint8)}.items():
        (folder / name).write_bytes(encode_jpeg(image))
    (folder / "broken.jpg").write_bytes(b"not a picture")
    return folder


def test_every_picture_has_an_answer(photos: Path, drawn_detector: Any) -> None:
    files = sorted(photos.iterdir())
    found = {Path(each.path).name: each for each in assess(files, detector=drawn_detector, components=BARE)}
    assert list(found) == [path.name for path in files]
    assert found["broken.jpg"].error.startswith("unreadable") and found["broken.jpg"].size is None
    assert found["black.jpg"].error.startswith("no_face") and found["black.jpg"].size == (100, 100)
    assert [len(found[name].faces) for name in ("flat.jpg", "two.jpg", WILD)] == [1, 2, 1]
    assert "blurred" in found["flat.jpg"].faces[0].refusal and found[WILD].faces[0].refusal == ""
    assert [each.name for each in found[WILD].faces[0].assessment.components] == list(NAMES)
    record = found["flat.jpg"].as_dict()
    assert record["faces"][0]["usable"] is False and json.loads(json.dumps(record, allow_nan=False)) == record


def test_arrays_are_assessed_too(drawn: Callable[..., Image], drawn_detector: Any) -> None:
    (found,) = assess([drawn((200, 150, 120))], detector=drawn_detector, components=BARE)
    assert found.path == "image 0" and found.size == (100, 100) and len(found.faces) == 1


def test_advice_is_worst_first_and_said_once() -> None:
    low = (Component("LuminanceMean", 30, 0.1, ""), Component("EyesOpen", 10, 0.0, ""), Component("vultus.brightness", 20, 0.1, ""),
           Component("MouthClosed", 50, 0.2, ""), Component.failed("HeadSize", "", "no net"))
    advice = FaceQuality(0, (0, 0, 1, 1), Assessment(low)).advice
    assert [(each.name, text) for each, text in advice] == [("EyesOpen", "open both eyes"), ("vultus.brightness", "use more light")]


def test_the_report(photos: Path, drawn_detector: Any, tmp_path: Path) -> None:
    summary = Summary(list(assess(sorted(photos.iterdir()), detector=drawn_detector, components=BARE)))
    page = write_report(summary, tmp_path / "out").read_text("utf-8")
    assert "&lt;b&gt;ada &amp; co.jpg" in page and "<b>ada" not in page
    assert "4 faces on 5 pictures" in page and "broken.jpg" in page and "black.jpg" in page
    assert "data:image/jpeg" not in page and page.count("data:image/svg") == sum(n.startswith("vultus.") for n in NAMES) + 5
    record = json.loads((tmp_path / "out" / RECORD).read_text("utf-8"))
    assert record["schema"] == 1 and len(record["pictures"]) == 5
    assert record["summary"]["errors"] == {"unreadable": 1, "no_face": 1} and record["summary"]["refused_faces"] == 3
    spread = record["summary"]["components"]
    assert spread["EyesOpen"]["failed"] == 4 and spread["EyesOpen"]["median"] is None and spread["EyesOpen"]["reasons"]
    assert spread["vultus.single_face"]["below_middle"] == 2
    assert "data:image/jpeg" in write_report(summary, tmp_path / "out", with_pictures=True).read_text("utf-8")
    assert summary.worst()[0][1].refusal and not summary.worst()[-1][1].refusal
    with pytest.raises(InputError, match="out: expected a folder"):
        write_report(summary, photos / "flat.jpg")


def test_a_report_about_nothing(tmp_path: Path) -> None:
    page = write_report(Summary(), tmp_path).read_text("utf-8")
    assert "0 faces on 0 pictures" in page and "Components" not in page


def test_the_command(photos: Path, tmp_path: Path, drawn_detector: Any, monkeypatch: pytest.MonkeyPatch,
                     capsys: pytest.CaptureFixture[str]) -> None:
    built = {"detect/centerface": drawn_detector, "quality/components": BARE}
    monkeypatch.setattr(registry, "build", lambda name, **_: built[name])
    assert main(["quality", str(photos), "--out", str(tmp_path / "r")]) == 0
    said = capsys.readouterr()
    assert "flat.jpg: face 0: refused: the face is blurred" in said.out and "vultus.sharpness 1 (measured 0): hold still" in said.out
    assert "broken.jpg: unreadable" in said.err and "black.jpg: no_face" in said.err and "some components were not assessed" in said.err
    assert (tmp_path / "r" / PAGE).is_file() and (tmp_path / "r" / RECORD).is_file()
    assert main(["quality", str(photos / "flat.jpg"), "--json"]) == 0
    record = json.loads(capsys.readouterr().out)
    assert record["summary"]["faces"] == 1 and record["pictures"][0]["faces"][0]["advice"]
    assert main(["quality", str(photos / "black.jpg"), str(photos / "broken.jpg"), "--json"]) == 2
    assert json.loads(capsys.readouterr().out)["summary"] == {"pictures": 2, "faces": 0, "errors": {"no_face": 1, "unreadable": 1},
                                                              "refused_faces": 0, "components": {}}
    assert main(["quality", str(photos / "gone.jpg")]) == 2
    assert main(["quality", str(photos), "--with-pictures"]) == 2 and "--with-pictures needs --out" in capsys.readouterr().err
