"""A cell: a restriction of who may be drawn, written as ranges and sets of attributes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cached_property
from itertools import product
from typing import Any

from vultus.errors import InputError, UnknownNameError
from vultus.people.sampling.attributes import (
    AGES,
    BEARD_YEARS,
    CHOICES,
    DOMINANT,
    GENDERS,
    GROUPS,
    HAIR_LENGTHS,
    NUMBERS,
    Range,
    attribute_name,
)

Words = str | tuple[str, ...]
Limit = Range | Words | float | bool
_PLAIN = ("melanin", "hair", "hair_colour", "eye_colour", "beard")  # fields that need no translation


@dataclass(frozen=True)
class Cell:
    """Restricts identities; what is not mentioned is drawn as always.

    Attributes:
        gender: "female" (`phenotype.gender` <= 0.35), "male" (>= 0.65), or a range 0..1.
        ages: "young" (18..35 years), "middle" (35..55), "old" (55..80), or a range of years.
        group: "african", "asian" or "caucasian": the axis of the head basis whose share is at least 0.7. Names of rendered
            phenotypes, not of people's identity.
        melanin: range of `skin.melanin`.
        hair, hair_colour, eye_colour, beard: a name or several, of `HAIR_STYLES`, `HAIR_COLOURS`, `EYE_COLOURS`, `BEARD_STYLES`.
        glasses: with or without, or styles of `GLASSES_STYLES`.
        limits: any other attribute by name (`attributes.NUMBERS`, `attributes.CHOICES`) -> range, single value or names.

    Raises:
        InputError: an attribute or name that does not exist (with the closest ones), an empty range, or restrictions that
            contradict each other (both named).

    Example:
        >>> Cell(gender="female", ages="young", limits={"freckles": (0.3, 1)}).key
        'phenotype.gender=0..0.35 skin.freckles=0.3..1 years=18..35'
    """

    gender: str | Range | None = None
    ages: str | Range | None = None
    group: str | None = None
    melanin: Range | None = None
    hair: Words | None = None
    hair_colour: Words | None = None
    eye_colour: Words | None = None
    beard: Words | None = None
    glasses: bool | Words | None = None
    limits: Mapping[str, Limit] = field(default_factory=dict)

    def __post_init__(self) -> None:
        object.__setattr__(self, "limits", dict(self.limits))
        _ = self.ranges, self.sets
        _check_shares(self)
        _check_beard(self)
        _check_hair(self)

    def __hash__(self) -> int:
        return hash(self.key)

    @classmethod
    def parse(cls, data: Mapping[str, Any]) -> Cell:
        """A cell from a table of a specification file: field names, attribute names and nested tables, lists for ranges.

        Raises:
            InputError: as the class.

        Example:
            >>> Cell.parse({"group": "asian", "ages": [18, 30], "skin": {"melanin": [0.2, 0.5]}, "glasses": False}).name
            'asian ages=18..30 glasses=no skin.melanin=0.2..0.5'
        """
        own, limits = {each.name for each in fields(cls)} - {"limits"}, dict[str, Limit]()
        named: dict[str, Any] = {}
        for name, value in _flat(data).items():
            if name in own or name == "age":
                named["ages" if name == "age" else name] = _tupled(value)
            else:
                limits[name.removeprefix("limits.")] = _tupled(value)
        return cls(**named, limits=limits)

    @cached_property
    def ranges(self) -> dict[str, Range]:
        """Attribute -> allowed range, sorted by name; what follows from other restrictions is included."""
        found: dict[str, Range] = {}
        for name, limit in self._written():
            if name in NUMBERS:
                low, high = _as_range(name, limit)
                before = found.get(name, NUMBERS[name])
                found[name] = (max(low, before[0]), min(high, before[1]))
                if found[name][0] > found[name][1]:
                    raise InputError(name, expected="ranges that overlap", got=f"{_dots(before)} and {_dots((low, high))}")
        return dict(sorted(found.items()))

    @cached_property
    def sets(self) -> dict[str, tuple[str, ...]]:
        """Attribute -> allowed names, in the order of the vocabulary."""
        found: dict[str, tuple[str, ...]] = {}
        for name, limit in self._written():
            if name in CHOICES:
                wanted = _as_names(name, limit)
                found[name] = tuple(each for each in found.get(name, CHOICES[name]) if each in wanted)
                if not found[name]:
                    raise InputError(name, expected="sets of names that overlap", got=f"none in common with {', '.join(wanted)}")
        return dict(sorted(found.items()))

    @cached_property
    def key(self) -> str:
        """Canonical text of all restrictions: equal for cells that mean the same; part of the seed of their people."""
        texts = {name: _dots(limit) for name, limit in self.ranges.items()} | {name: "|".join(names) for name, names in self.sets.items()}
        return " ".join(f"{name}={text}" for name, text in sorted(texts.items()))

    @cached_property
    def name(self) -> str:
        """Short text for tables and messages, as the restrictions were written; "all" for none."""
        plain = [each for each in (self.gender, self.ages, self.group) if isinstance(each, str)]
        rest = [f"{each.name}={_shown(value)}" for each in fields(self) if each.name not in ("limits", "group")
                and (value := getattr(self, each.name)) is not None and not (each.name in ("gender", "ages") and isinstance(value, str))]
        return " ".join((*plain, *rest, *(f"{name}={_shown(value)}" for name, value in self.limits.items()))) or "all"

    def _written(self) -> list[tuple[str, Limit]]:
        """All restrictions as (full attribute name, limit), fields first, with what they imply."""
        gender, ages = _level("gender", self.gender, GENDERS), _level("ages", self.ages, AGES)
        plain = {"gender": gender, "ages": ages} | {name: getattr(self, name) for name in _PLAIN}
        found: list[tuple[str, Limit]] = [(attribute_name(name), value) for name, value in plain.items() if value is not None]
        if self.group is not None:
            if self.group not in GROUPS:
                raise _unknown("group", self.group, GROUPS)
            found.append((f"phenotype.{self.group}", (DOMINANT, 1.0)))
        found += _glasses(self.glasses)
        for name, limit in self.limits.items():
            found += _limit(name, limit)
        return found


def cross(axes: Mapping[str, Sequence[Any]], base: Mapping[str, Any] | None = None) -> tuple[Cell, ...]:
    """Every combination of levels, the last axis fastest, on top of restrictions that all cells share.

    Raises:
        InputError: as `Cell`, or an axis without levels.

    Example:
        >>> [cell.name for cell in cross({"gender": ["female", "male"], "group": ["asian"]})]
        ['female asian', 'male asian']
    """
    for name, levels in axes.items():
        if isinstance(levels, str) or not len(levels):
            raise InputError(name, expected="a list of levels", got=repr(levels))
    return tuple(Cell.parse({**(base or {}), **dict(zip(axes, levels, strict=True))}) for levels in product(*axes.values()))


def _limit(written: str, limit: Limit) -> list[tuple[str, Limit]]:
    """One entry of `limits`, which may use the names of levels, too."""
    if written == "group":
        if limit not in GROUPS:
            raise _unknown("group", limit, GROUPS)
        return [(f"phenotype.{limit}", (DOMINANT, 1.0))]
    if written == "glasses":
        return _glasses(limit)
    name = attribute_name(written)
    levels = {"phenotype.gender": GENDERS, "years": AGES}.get(name)
    implied: list[tuple[str, Limit]] = [("glasses", "yes")] if name.startswith("glasses.") else []
    return [(name, _level(written, limit, levels) if levels else limit), *implied]


def _glasses(limit: Any) -> list[tuple[str, Limit]]:
    if limit is None:
        return []
    if isinstance(limit, bool) or limit in CHOICES["glasses"]:
        return [("glasses", limit if isinstance(limit, str) else "yes" if limit else "no")]
    return [("glasses", "yes"), ("glasses.style", limit)]


def _level(name: str, value: Any, levels: Mapping[str, Range]) -> Any:
    if isinstance(value, str) and value not in levels:
        raise _unknown(name, value, tuple(levels))
    return levels[value] if isinstance(value, str) else value


def _as_range(name: str, limit: Any) -> Range:
    bounds = NUMBERS[name]
    pair = (limit, limit) if isinstance(limit, int | float) and not isinstance(limit, bool) else limit
    if not (isinstance(pair, tuple | list) and len(pair) == 2 and all(isinstance(v, int | float) and v is not True for v in pair)):
        raise InputError(name, expected="a number or a range (low, high)", got=repr(limit))
    low, high = float(pair[0]), float(pair[1])
    if not bounds[0] <= low <= high <= bounds[1]:
        raise InputError(name, expected=f"a range low <= high within {_dots(bounds)}", got=_dots((low, high)))
    return low, high


def _unknown(kind: str, value: Any, known: Sequence[str]) -> UnknownNameError:
    return UnknownNameError(kind, str(value), known, hint="known are " + ", ".join(known))


def _as_names(name: str, limit: Any) -> tuple[str, ...]:
    names = (limit,) if isinstance(limit, str) else limit
    if not (isinstance(names, tuple | list) and names and all(isinstance(each, str) for each in names)):
        raise InputError(name, expected="a name or several of " + ", ".join(CHOICES[name]), got=repr(limit))
    for each in names:
        if each not in CHOICES[name]:
            raise _unknown(name, each, CHOICES[name])
    return tuple(names)


def _check_shares(cell: Cell) -> None:
    ranges = [cell.ranges.get(f"phenotype.{group}", (0.0, 1.0)) for group in GROUPS]
    if sum(low for low, _ in ranges) > 1 + 1e-9 or sum(high for _, high in ranges) < 1 - 1e-9:
        raise InputError("african, asian, caucasian", expected="shares that can sum to 1", got=", ".join(map(_dots, ranges)))


def _check_beard(cell: Cell) -> None:
    """A beard implies a male face of at least 16 years."""
    if "none" in cell.sets.get("beard.style", ("none",)):
        return
    for name, low, what in (("phenotype.gender", 0.5, "a male face"), ("years", BEARD_YEARS, f"{BEARD_YEARS:.0f} years or more")):
        before = cell.ranges.get(name, NUMBERS[name])
        if before[1] < low:
            raise InputError("beard.style", expected=f"{what} with a beard", got=f"{name} {_dots(before)}",
                             hint="allow the beard style 'none' or change the other attribute")
        cell.ranges[name] = (max(low, before[0]), before[1])
    object.__setattr__(cell, "ranges", dict(sorted(cell.ranges.items())))


def _check_hair(cell: Cell) -> None:
    """Only styles are allowed that can have the length asked for."""
    low, high = cell.ranges.get("hair.length_mm", NUMBERS["hair.length_mm"])
    styles = cell.sets.get("hair.style", CHOICES["hair.style"])
    left = tuple(style for style in styles if HAIR_LENGTHS[style][0] <= high and HAIR_LENGTHS[style][1] >= low)
    if not left:
        raise InputError("hair.length_mm", expected=", ".join(f"{style} {_dots(HAIR_LENGTHS[style])}" for style in styles),
                         got=_dots((low, high)), hint="allow another hair style or length")
    if left != styles:
        object.__setattr__(cell, "sets", dict(sorted({**cell.sets, "hair.style": left}.items())))


def _flat(data: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, value in data.items():
        found.update(_flat(value, f"{prefix}{name}.") if isinstance(value, Mapping) else {f"{prefix}{name}": value})
    return found


def _tupled(value: Any) -> Any:
    return tuple(value) if isinstance(value, list) else value


def _dots(limit: Range) -> str:
    return f"{limit[0]:g}..{limit[1]:g}"


def _shown(value: Any) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, tuple):
        return "|".join(value) if isinstance(value[0], str) else _dots((float(value[0]), float(value[1])))
    return f"{value:g}" if isinstance(value, int | float) else str(value)
