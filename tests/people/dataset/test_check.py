"""Whatever is missing, altered, added or out of balance is named."""

from __future__ import annotations

import json

from vultus.people.dataset.check import problems
from vultus.people.dataset.manifest import FILE, write_manifest
from vultus.people.dataset.set_folder import file_digest
from vultus.people.dataset.virtual_people import open_people


def test_a_whole_set(drawn_set):
    seen = []
    assert list(problems(drawn_set, lambda done, total: seen.append((done, total)))) == []
    assert seen[-1] == (64, 64)


def test_files_missing_altered_and_added(drawn_set):
    pictures = sorted((drawn_set.root / "images").rglob("*.jpg"))
    pictures[0].unlink()
    pictures[1].write_bytes(b"x")
    (drawn_set.root / "images" / "c000" / "holiday.jpg").write_bytes(b"x")
    (drawn_set.root / "people.json").write_text("[]")
    (drawn_set.root / "shards" / "dev-000000.tar").unlink()
    found = list(problems(drawn_set))
    names = [pictures[n].relative_to(drawn_set.root).as_posix() for n in (0, 1)]
    assert found == [f"{names[0]}: missing or unreadable", f"{names[1]}: altered, its digest is another one",
                     "images/c000/holiday.jpg: no row of the manifest names it", "people.json: altered, its digest is another one",
                     "shards/dev-000000.tar: missing or unreadable"]


def _rewritten(drawn_set, change):
    """The set with other rows, as somebody would forge them: digest and all."""
    rows = [dict(row) for row in drawn_set.rows()]
    write_manifest(change(rows), ("gender", "melanin"), drawn_set.root / FILE)
    card = json.loads((drawn_set.root / "card.json").read_text())
    card["manifest_sha256"] = file_digest(drawn_set.root / FILE)
    (drawn_set.root / "card.json").write_text(json.dumps(card))
    return list(problems(open_people(drawn_set.root)))


def test_a_person_in_two_splits(drawn_set):
    def change(rows):
        row = next(row for row in rows if row["split"] == "train")
        row["split"] = "test"
        return rows
    found = "\n".join(_rewritten(drawn_set, change))
    assert "in more than one cell or split" in found and "split test: 2 people, 1 were asked for" in found


def test_a_row_too_few(drawn_set):
    found = "\n".join(_rewritten(drawn_set, lambda rows: rows[1:]))
    assert "3 pictures, 4 were asked for" in found and "no row of the manifest names it" in found


def test_a_row_of_another_specification_or_without_a_licence(drawn_set):
    def change(rows):
        rows[0]["spec_sha256"] = "0" * 64
        return rows
    assert "another specification" in _rewritten(drawn_set, change)[0]
