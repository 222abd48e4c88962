"""Reads a specification from TOML: every key known, every value in range, nothing contradictory, before anything is written."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping, Sequence
from itertools import product
from pathlib import Path
from typing import Any

from vultus.errors import InputError
from vultus.image import shown
from vultus.people.dataset.simulators import SIMULATORS, check_settings
from vultus.people.dataset.spec import Level, Simulation, Spec
from vultus.people.dataset.spec_values import check_name, fraction, level, number, table, tables, whole, words

KEYS = ("seed", "people_per_cell", "pictures_per_person", "size", "minimum_distance", "recogniser", "everyone", "cells", "cell",
        "variation", "views", "view", "labels", "format", "splits", "simulate")
_PLAIN = ("seed", "people_per_cell", "pictures_per_person", "size", "minimum_distance", "labels")
SMALLEST, LARGEST = 32, 2048  # px
LONGEST = 40  # characters of a split's name, which files of shards have in theirs
MOST_PEOPLE, MOST_CELLS, MOST_PICTURES = 1_000_000, 1000, 1000


def read_spec(path: Path, labels: Sequence[str]) -> Spec:
    """The specification in a TOML file.

    Args:
        labels: names that the engine knows.

    Raises:
        InputError: the file cannot be read, or what it says cannot be done; the message names the key.
    """
    try:
        data = tomllib.loads(path.read_bytes().decode("utf-8"))
    except OSError as error:
        raise InputError("SPEC", expected="a TOML file", got=f"{shown(path)} ({error.strerror})",
                         hint="'vultus people spec' prints one to begin with") from error
    except ValueError as error:  # of TOML and of UTF-8
        raise InputError("SPEC", expected="a TOML file", got=f"{shown(path)} ({error})",
                         hint="'vultus people spec' prints one to begin with") from error
    return parse_spec(data, labels)


def parse_spec(data: Mapping[str, Any], labels: Sequence[str]) -> Spec:
    """The specification of a parsed TOML document; the rest as `read_spec`."""
    for key, value in data.items():
        check_name("key", key, KEYS)
        for inner in _PLAIN if isinstance(value, Mapping) else ():
            if inner in value:
                raise InputError(inner, expected=f"above the first [table], since all that follows [{key}] belongs to it",
                                 got=f"below [{key}]")
    cells, views = _cells(data), _views(data)
    people = whole(data, "people_per_cell", 1, MOST_PEOPLE)
    pictures = whole(data, "pictures_per_person", 1, MOST_PICTURES, default=len(views) or None)
    if views and len(views) != pictures:
        raise InputError("pictures_per_person", expected=f"{len(views)}, one a view", got=str(pictures),
                         hint="leave it out, or leave the views out")
    kind, quality = _format(table(data, "format"))
    recogniser, templates = _recogniser(table(data, "recogniser"))
    spec = Spec(seed=whole(data, "seed", 0, 2**63 - 1), cells=cells, people_per_cell=people, pictures_per_person=pictures, size=_size(data),
                variation=_variation(data), views=views, labels=_labels(data, labels), kind=kind, quality=quality,
                splits=_splits(table(data, "splits"), people), simulations=_simulations(data, people * pictures),
                minimum_distance=number(data, "minimum_distance", 0.0, 2.0) if "minimum_distance" in data else 0.0,
                recogniser=recogniser, template_distance=templates)
    _check_whole(spec)
    return spec


def _cells(data: Mapping[str, Any]) -> tuple[Mapping[str, Level], ...]:
    from vultus.people.sampling.cell import Cell
    shared = _flat(table(data, "everyone"))
    listed = _crossed_or_listed(data, "cells", "cell")
    for name in sorted({name for cell in listed for name in cell if name in shared}):
        raise InputError(f"everyone.{name}", expected="in [everyone] or in cells", got="in both",
                         hint="take it out of [everyone], which is what all cells share")
    found = [{**shared, **cell} for cell in listed] or [shared]
    if len(found) > MOST_CELLS:
        raise InputError("cells", expected=f"at most {MOST_CELLS}", got=str(len(found)))
    seen: dict[str, int] = {}
    for place, cell in enumerate(found):
        key = Cell.parse(cell).key
        if key in seen:
            raise InputError("cells", expected="cells that differ",
                             got=f"cells {seen[key] + 1} and {place + 1}, which mean the same ({key or 'all'})")
        seen[key] = place
    return tuple({name: level(value) for name, value in cell.items()} for cell in found)


def _views(data: Mapping[str, Any]) -> tuple[Mapping[str, Any], ...]:
    from vultus.people.sampling.variation import Variation
    shared = _variation(data)
    for file in Variation.parse(shared).pictures:
        _check_file(file)
    found = _crossed_or_listed(data, "views", "view", flat=False)
    for view in found:
        if "preset" in view:
            raise InputError("view.preset", expected="factors; the preset stands in [variation]", got=repr(view["preset"]))
        own = Variation.parse({**shared, **view}).pictures
        for file in own if "pictures" in view else ():
            _check_file(file)
    if len(found) > MOST_PICTURES:
        raise InputError("views", expected=f"at most {MOST_PICTURES}", got=str(len(found)))
    return tuple(found)


def _check_file(file: Path) -> None:
    if not file.is_file():
        raise InputError("variation.pictures", expected="picture files", got=f"{shown(file)}, which is no file")


def _crossed_or_listed(data: Mapping[str, Any], crossing: str, listing: str, *, flat: bool = True) -> list[dict[str, Any]]:
    """What `[crossing]` gives with every combination of its lists, the last fastest, or what stands in `[[listing]]`."""
    plain = _flat if flat else dict
    if crossing in data and listing in data:
        raise InputError(crossing, expected=f"[{crossing}] or [[{listing}]]", got="both")
    if listing in data:
        return [plain(each) for each in tables(data, listing)]
    axes = plain(table(data, crossing))
    for name, levels in axes.items():
        if not isinstance(levels, list) or not levels:
            raise InputError(f"{crossing}.{name}", expected="a list of levels", got=repr(levels),
                             hint="what all cells share stands in [everyone]" if crossing == "cells" else "")
    return [dict(zip(axes, levels, strict=True)) for levels in product(*axes.values())] if axes else []


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested tables with dotted names."""
    found: dict[str, Any] = {}
    for name, value in data.items():
        found |= _flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value}
    return found


def _size(data: Mapping[str, Any]) -> tuple[int, int]:
    size = data.get("size", 256)
    sides = size if isinstance(size, list) else [size, size]
    if len(sides) != 2 or any(type(side) is not int or not SMALLEST <= side <= LARGEST for side in sides):
        raise InputError("size", expected=f"a side or [width, height], {SMALLEST} to {LARGEST} px", got=repr(size))
    return sides[0], sides[1]


def _format(data: Mapping[str, Any]) -> tuple[str, int]:
    for name in data:
        check_name("format", name, ("kind", "quality"))
    kind = data.get("kind", "jpeg")
    check_name("format.kind", kind, ("jpeg", "png"))
    if kind == "png" and "quality" in data:
        raise InputError("format.quality", expected="none with png, which loses nothing", got=repr(data["quality"]))
    return kind, whole(data, "quality", 1, 100, default=92)


def _labels(data: Mapping[str, Any], known: Sequence[str]) -> tuple[str, ...]:
    wanted = words(data, "labels")
    if wanted == ("all",):
        return tuple(known)
    for name in wanted:
        check_name("label", name, known)
    return tuple(name for name in known if name in wanted)


def _splits(data: Mapping[str, Any], people: int) -> tuple[tuple[str, int], ...]:
    """People of every cell by split: whole numbers that sum to them, or shares that sum to 1 and give whole numbers."""
    if not data:
        return ()
    for name, value in data.items():
        if not name.isidentifier() or len(name) > LONGEST or type(value) not in (int, float) or value <= 0:
            raise InputError(f"splits.{name}", expected="a plain name with a number of people or a share above 0", got=repr(value))
    if len({name.lower() for name in data}) < len(data):
        raise InputError("splits", expected="names that differ by more than capitals", got=", ".join(data))
    total = sum(data.values())
    shares = abs(total - 1) < 1e-9 and any(type(value) is float for value in data.values())
    counts = {name: value * people if shares else value for name, value in data.items()}
    if not shares and total != people:
        raise InputError("splits", expected=f"shares that sum to 1, or people that sum to people_per_cell ({people})",
                         got=f"a sum of {total:g}")
    if any(abs(count - round(count)) > 1e-6 for count in counts.values()):
        got = ", ".join(f"{name} {count:g}" for name, count in counts.items())
        raise InputError("splits", expected=f"whole people in every cell of {people}", got=got, hint="change people_per_cell or the shares")
    return tuple((name, round(count)) for name, count in counts.items())


def _simulations(data: Mapping[str, Any], pictures: int) -> tuple[Simulation, ...]:
    found = []
    for each in tables(data, "simulate"):
        for name in each:
            check_name("simulate", name, ("name", "share", "extra", "settings"))
        name = each.get("name", "")
        check_name("simulator", name, SIMULATORS)
        share, extra = fraction(each, "share"), whole(each, "extra", 0, MOST_PICTURES, default=0)
        if not share and not extra:
            raise InputError(f"simulate {name}", expected="a share or extra pictures above 0", got="neither")
        if abs(share * pictures - round(share * pictures)) > 1e-6:
            raise InputError(f"simulate {name}", expected=f"a share that gives whole pictures of the {pictures} of a cell",
                             got=f"{share:g} ({share * pictures:g} pictures)")
        check_settings(name, table(each, "settings"))
        found.append(Simulation(name, share, extra, dict(table(each, "settings"))))
    if sum(each.share for each in found) > 1 + 1e-9:
        raise InputError("simulate", expected="shares that sum to 1 or less", got=f"{sum(each.share for each in found):g}")
    return tuple(found)


def _recogniser(data: Mapping[str, Any]) -> tuple[str, float]:
    for name in data:
        check_name("recogniser", name, ("name", "distance"))
    if not data:
        return "", 0.0
    if not isinstance(data.get("name"), str) or not data["name"] or "distance" not in data:
        raise InputError("recogniser", expected="a name and a distance", got=repr(dict(data)),
                         hint="'vultus methods --task embed' lists them")
    return data["name"], number(data, "distance", 0.0, 2.0)


def _variation(data: Mapping[str, Any]) -> Mapping[str, Any]:
    """By factor; the name of a preset alone stands for a table that names it, and without either pictures vary as in daily life."""
    given = data.get("variation", "wild")
    return {"preset": given} if isinstance(given, str) else dict(table(data, "variation"))


def _check_whole(spec: Spec) -> None:
    """What no single key shows."""
    if spec.people > MOST_PEOPLE:
        raise InputError("people_per_cell", expected=f"at most {MOST_PEOPLE} people in all", got=str(spec.people))
    wears = [view for view in spec.views if view.get("glasses") in (1, True)]
    without = [place for place, cell in enumerate(spec.cells)
               if not {"glasses", "glasses.style"} & set(cell) or cell.get("glasses") in (False, "no")]
    if wears and without:
        raise InputError("view.glasses", expected="cells whose people own glasses (glasses = true)",
                         got=f"cell {without[0] + 1}, which does not ask for them")
