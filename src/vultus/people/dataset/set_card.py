"""What a set says about itself: `card.json` for programs and `README.md` for people."""

from __future__ import annotations

from typing import Any

from vultus._version import __version__
from vultus.people.dataset.manifest import CELL, FILE, read_manifest
from vultus.people.dataset.marked_picture import LICENCE, MARK
from vultus.people.dataset.person_work import level_text
from vultus.people.dataset.plan import cell_id
from vultus.people.dataset.set_folder import CARD_FILE, PEOPLE_FILE, SetFolder, file_digest
from vultus.people.dataset.shards import FOLDER
from vultus.people.dataset.spec import Spec
from vultus.people.sampling.crowd import Drawn
from vultus.runtime.atomic_file import write_bytes

README = "README.md"
NOBODY = "Nobody in these pictures exists: every face was drawn from parameters, none from a photograph."
LIMITS = ("Groups are groups of rendered phenotypes, not of people. Rendered people support statements about one cause at a time and "
          "about machinery; they support no statement about groups of people.")


def write_card(folder: SetFolder, drawn: Drawn) -> None:
    """Count the manifest and write both files. Raises StorageError."""
    card = _card(folder, drawn)
    folder.put(CARD_FILE, card)
    write_bytes(folder.root / README, _readme(folder.spec, card).encode())


def _card(folder: SetFolder, drawn: Drawn) -> dict[str, Any]:
    spec = folder.spec
    cells = {cell_id(number): {"levels": {name: level_text(level) for name, level in levels.items()}, "people": 0, "pictures": 0,
                               "splits": {}, "attacks": {}} for number, levels in enumerate(spec.cells)}
    _count(folder, cells)
    for number, tally in enumerate(drawn.tallies):
        share, low, high = tally.share()
        cells[cell_id(number)]["rejected"] = {"near": tally.near, "alike": tally.alike, "drawn": tally.drawn, "share": share,
                                              "interval": [low, high]}
    shards = sorted((folder.root / FOLDER).glob("*.tar"))
    return {"nobody": NOBODY, "limits": LIMITS, "licence": LICENCE, "mark": MARK.decode(), "generator": folder.generator,
            "vultus": __version__, "spec_sha256": spec.digest, "people": spec.people, "pictures": spec.people * spec.pictures_each,
            "cells": cells, "manifest_sha256": file_digest(folder.root / FILE), "people_sha256": file_digest(folder.root / PEOPLE_FILE),
            "shards": {f"{FOLDER}/{path.name}": file_digest(path) for path in shards}}


def _count(folder: SetFolder, cells: dict[str, dict[str, Any]]) -> None:
    """Counts people, pictures, splits and attacks of every cell from the manifest."""
    seen: set[str] = set()
    for row in read_manifest(folder.root / FILE, ("person", "cell", "split", "attack")):
        cell = cells[row["cell"]]
        cell["pictures"] += 1
        if row["attack"] is not None:
            cell["attacks"][row["attack"]] = cell["attacks"].get(row["attack"], 0) + 1
        if row["person"] not in seen:
            seen.add(row["person"])
            cell["people"] += 1
            cell["splits"][row["split"]] = cell["splits"].get(row["split"], 0) + 1
    for cell in cells.values():
        cell["splits"], cell["attacks"] = (dict(sorted(cell[name].items())) for name in ("splits", "attacks"))


def _readme(spec: Spec, card: dict[str, Any]) -> str:
    rejected = sum(_turned_away(cell) for cell in card["cells"].values())
    names = list(spec.attributes)
    heads = ["cell", *names, "people", "pictures", "splits", "attacks", "turned down"]
    lines = ["# A data set of people who do not exist", "", f"**{NOBODY}**", "", LIMITS, "",
             f"{card['pictures']} pictures of {card['people']} people in {len(card['cells'])} cells, {spec.size[0]}x{spec.size[1]} px, "
             f"made by vultus {card['vultus']} ({card['generator']}) with seed {spec.seed}; {rejected} candidates were turned down for "
             f"being too near to somebody. Licence: {LICENCE}. Every picture carries the mark \"{card['mark']}\".", "",
             "| " + " | ".join(heads) + " |", "|" + "---|" * len(heads)]
    for name, cell in card["cells"].items():
        levels = [cell["levels"].get(attribute, "") for attribute in names]
        turned = f"{_turned_away(cell)} of {cell['rejected']['drawn']}"
        cells = [name, *levels, str(cell["people"]), str(cell["pictures"]), _pairs(cell["splits"]), _pairs(cell["attacks"]), turned]
        lines.append("| " + " | ".join(cells) + " |")
    lines += ["", f"`{FILE}` has one row a picture ({CELL}* are the cells' attributes), `{PEOPLE_FILE}` the identities, `{CARD_FILE}` "
              "these counts; `vultus people check` compares every file with its digest."]
    if any(cell["attacks"] for cell in card["cells"].values()):
        lines += ["", "Attacks are simulated; this is not an ISO/IEC 30107-3 test."]
    return "\n".join(lines) + "\n"


def _pairs(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items()) or "-"


def _turned_away(cell: dict[str, Any]) -> int:
    return int(cell["rejected"]["near"] + cell["rejected"]["alike"])
