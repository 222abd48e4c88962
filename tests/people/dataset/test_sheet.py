"""Contact sheets show a row a cell, or a row a person."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.gallery.source import Source
from vultus.image import load
from vultus.people.dataset.sheet import GAP, LINE, write_sheet


def test_a_row_a_cell(drawn_set, tmp_path):
    write_sheet(drawn_set, tmp_path / "sheet.png", columns=5, side=48)
    sheet = load(tmp_path / "sheet.png")
    assert sheet.shape == (4 * (48 + LINE + GAP), 5 * (48 + GAP), 3) and Source.of_file(tmp_path / "sheet.png").rendered
    items = [item for item in drawn_set.items(cell="c002")]
    first = sheet[2 * (48 + LINE + GAP) + LINE:][:48, :48]
    assert np.array_equal(first, items[0].load())
    beyond = sheet[LINE:LINE + 48, 4 * (48 + GAP):]
    assert (beyond == 245).all()  # four people a cell, five places


def test_a_row_a_person(drawn_set, tmp_path):
    write_sheet(drawn_set, tmp_path / "sheet.png", by="person", columns=4, rows=2, side=48)
    sheet = load(tmp_path / "sheet.png")
    assert sheet.shape[0] == 2 * (48 + LINE + GAP)
    theirs = [item.load() for item in drawn_set.items() if item.subject == "p000001"]
    for place, picture in enumerate(theirs):
        assert np.array_equal(sheet[48 + 2 * LINE + GAP:][:48, place * (48 + GAP):][:, :48], picture)


@pytest.mark.parametrize("wrong", [{"columns": 0}, {"rows": 0}, {"side": 8}, {"by": "age"}, {"columns": 500, "side": 128}])
def test_wrong_numbers(drawn_set, tmp_path, wrong):
    with pytest.raises(InputError):
        write_sheet(drawn_set, tmp_path / "sheet.png", **wrong)
    assert not (tmp_path / "sheet.png").exists()


def test_only_png(drawn_set, tmp_path):
    with pytest.raises(InputError, match="file name ending"):
        write_sheet(drawn_set, tmp_path / "sheet.jpg")
