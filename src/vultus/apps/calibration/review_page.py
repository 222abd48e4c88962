"""The review list with faces: one page on the user's own disk."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from vultus.apps.calibration.sample import Sample
from vultus.apps.contact_sheet import Cell, Row, with_inline_thumbnails, write_sheet
from vultus.calibrate.review import ReviewPair

LEAD = ("PRIVATE: this page holds faces and names from your own pictures; keep it where the pictures are kept and delete it after use. "
        "Wrong labels gather here: look whether the two faces of a line show what the line says.")
WORDS = {"different": "different people by their labels", "same": "one person by the labels"}


def write_review_page(path: Path, sample: Sample, review: Sequence[ReviewPair]) -> None:
    """Write one line of two faces for every pair of the review list. Raises StorageError."""
    assert sample.boxes is not None
    rows = []
    for pair in review:
        cells = [Cell(sample.paths[place], tuple(map(float, sample.boxes[place])), sample.subjects[place])
                 for place in (pair.left, pair.right)]
        flag = f": {pair.flag}" if pair.flag else ""
        rows.append(Row(f"{WORDS[pair.kind]}, rank {pair.rank}, similarity {pair.score:.4f}{flag}", with_inline_thumbnails(cells)))
    write_sheet(path, "Pairs to look at (private)", LEAD, rows)
