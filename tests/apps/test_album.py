"""Albums: people from a drawn folder, what is written, escaped names, faces that are left out."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from vultus.apps.album import sort_by_person
from vultus.apps.contact_sheet import Cell, Row, with_inline_thumbnails, write_sheet
from vultus.errors import InputError
from vultus.image import encode_jpeg, load
from vultus.pipeline import Recogniser
from vultus.quality.gate import Usable

ANY = Usable(face_px=0, sharpness=-1, yaw_deg=90)
NASTY = "<img src=x onerror=alert(1)>&\"'.jpg"


@pytest.fixture
def recogniser(drawn_detector: Any, colour_embedder: Any) -> Recogniser:
    return Recogniser(drawn_detector, colour_embedder, threads=1)


def test_people_and_files(recogniser: Recogniser, drawn_folder: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    album = sort_by_person([drawn_folder], out, recogniser, threshold=0.95, usable=ANY)
    record = json.loads((out / "people.json").read_text("utf-8"))
    assert record == json.loads(json.dumps(album.as_dict()))
    people = [sorted({Path(face["path"]).parent.name + f"/{face['face']}" for face in person["faces"]}) for person in record["people"]]
    assert people == [["blue/0"], ["blue/1", "red/0"], ["green/0"]]
    assert record["people"][0]["faces"][0]["mean_similarity"] > 0.99
    assert (record["pictures"], record["faces"], record["errors"]) == (9, 8, {"unreadable": 1, "no_face": 1})
    page = (out / "index.html").read_text("utf-8")
    sources = re.findall(r'<img src="([^"]+)"', page)
    assert len(sources) == 8 == len(list((out / "faces").iterdir()))
    assert "面孔.jpg" in page
    first = load(out / sources[0])
    assert first.shape == (112, 112, 3)
    assert first[56, 56].argmax() == 2
    assert (out / "faces.parquet").is_file()


def test_poor_faces_are_left_out_but_listed(recogniser: Recogniser, drawn_folder: Path, tmp_path: Path) -> None:
    album = sort_by_person([drawn_folder], tmp_path / "out", recogniser, threshold=0.95, usable=Usable(face_px=61, sharpness=-1))
    assert album.people == () and len(album.left_out) == 8
    assert "8 faces too poor to group" in (tmp_path / "out" / "index.html").read_text("utf-8")


def test_a_folder_without_faces(recogniser: Recogniser, drawn_folder: Path, tmp_path: Path) -> None:
    album = sort_by_person([drawn_folder / "empty.jpg"], tmp_path / "out", recogniser, threshold=0.9, usable=ANY)
    assert (album.people, len(album.rows)) == ((), 0)
    with pytest.raises(InputError, match="no rule is packaged"):
        sort_by_person([drawn_folder], tmp_path / "out", recogniser)
    with pytest.raises(InputError, match="out: expected a folder"):
        sort_by_person([drawn_folder], drawn_folder / "empty.jpg", recogniser, threshold=0.9)


def test_names_are_escaped(drawn: Any, tmp_path: Path) -> None:
    (tmp_path / NASTY).write_bytes(encode_jpeg(drawn((200, 9, 9))))
    cells = with_inline_thumbnails([Cell(str(tmp_path / NASTY), (20, 20, 80, 80), "<b>1</b>"), Cell("gone.jpg", (0, 0, 9, 9))])
    assert [bool(cell.source) for cell in cells] == [True, False]
    write_sheet(tmp_path / "page.html", "<script>", "&", [Row("<i>", cells)])
    page = (tmp_path / "page.html").read_text("utf-8")
    for raw in ("<script>", "<img src=x", "<b>", "<i>"):
        assert raw not in page
    assert "&lt;img src=x onerror=alert(1)&gt;&amp;&#34;&#39;.jpg" in page
