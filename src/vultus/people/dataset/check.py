"""Whether a finished set is what was specified and written: every digest, every quota, nothing more and nothing less."""

from __future__ import annotations

import json
import os
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path

from vultus.people.dataset.manifest import COLUMNS, FILE, MAY_BE_ABSENT, Row, read_manifest
from vultus.people.dataset.plan import cell_id
from vultus.people.dataset.set_folder import PEOPLE_FILE, SPEC_FILE, file_digest, hashed_files
from vultus.people.dataset.virtual_people import VirtualPeople


def problems(people: VirtualPeople, progress: Callable[[int, int], None] | None = None) -> Iterator[str]:
    """What is wrong, one line each; nothing when the set is whole.

    Args:
        people: the set; its manifest was compared with its digest when it was opened.
        progress: receives pictures looked at and all pictures.
    """
    named: set[str] = set()
    rows = 0
    for row in read_manifest(people.root / FILE):
        rows += 1
        yield from _row_problems(people, row)
        named.update(path for path, _ in hashed_files(row))
        if progress is not None:
            progress(rows, len(people))
    yield from _quota_problems(people)
    yield from (f"{path}: no row of the manifest names it" for path in _strays(people.root, named))
    for path, digest in [(PEOPLE_FILE, people.card["people_sha256"]), *people.card["shards"].items()]:
        yield from _file_problem(people.root, path, digest)


def _row_problems(people: VirtualPeople, row: Row) -> Iterator[str]:
    absent = [name for name in COLUMNS if row[name] is None and name not in MAY_BE_ABSENT]
    if absent:
        yield f"{row['file']}: its row lacks {', '.join(absent)}"
    if row["spec_sha256"] != people.card["spec_sha256"]:
        yield f"{row['file']}: its row belongs to another specification"
    for path, digest in hashed_files(row):
        yield from _file_problem(people.root, path, digest)


def _file_problem(root: Path, path: str, digest: str) -> Iterator[str]:
    found = file_digest(root / path)
    if found != digest:
        yield f"{path}: " + ("missing or unreadable" if found is None else "altered, its digest is another one")


def _quota_problems(people: VirtualPeople) -> Iterator[str]:
    """People and pictures of every cell and split against the specification, and that nobody is in two of them."""
    spec = json.loads((people.root / SPEC_FILE).read_bytes())["spec"]
    pictures = spec["pictures_per_person"] + sum(each["extra"] for each in spec["simulations"])
    splits = dict(spec["splits"]) or {"all": spec["people_per_cell"]}
    wanted = {(cell_id(cell), split): count for cell in range(len(spec["cells"])) for split, count in splits.items()}
    seen: Counter[tuple[str, str, str]] = Counter()
    for row in read_manifest(people.root / FILE, ("cell", "split", "person")):
        seen[row["cell"], row["split"], row["person"]] += 1
    found = Counter((cell, split) for cell, split, _ in seen)
    for place in sorted({*wanted, *found}):
        if wanted.get(place, 0) != found[place]:
            yield f"cell {place[0]}, split {place[1]}: {found[place]} people, {wanted.get(place, 0)} were asked for"
    for (cell, split, person), count in seen.items():
        if count != pictures:
            yield f"{person} (cell {cell}, split {split}): {count} pictures, {pictures} were asked for"
    yield from (f"{person}: in more than one cell or split" for person, count in Counter(key[2] for key in seen).items() if count > 1)


def _strays(root: Path, named: set[str]) -> Iterator[str]:
    """Files below images/ that no row names."""
    for folder, folders, files in os.walk(root / "images"):
        folders.sort()
        for name in sorted(files):
            path = (Path(folder) / name).relative_to(root).as_posix()
            if path not in named:
                yield path
