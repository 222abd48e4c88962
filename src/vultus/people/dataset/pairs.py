"""Pairs of pictures for verification: as many of one person as of two, every cell and every person as often as any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations

import numpy as np

from vultus.errors import InputError
from vultus.people.dataset.virtual_people import BARE, VirtualPeople
from vultus.types import Item

STRANGERS = ("within", "across", "any")
Groups = Mapping[str, Mapping[str, Sequence[Item]]]  # cell -> person -> pictures
_MATED, _OTHERS = 21, 22  # streams


@dataclass(frozen=True, eq=False)
class Pair:
    """Two pictures; `mated` = of the same person."""

    first: Item
    second: Item
    mated: bool


def verification_pairs(people: VirtualPeople, count: int, *, seed: int = 0, split: str | None = None, strangers: str = "within",
                       attack: str | None = BARE) -> tuple[Pair, ...]:
    """`count` pairs, no pair of pictures twice.

    Args:
        count: even; half are mated. Cells take turns, and people within them.
        seed: of the choice, 0 or more.
        split, attack: as for `VirtualPeople.items`; bare pictures unless asked otherwise.
        strangers: "within" compares two people of one cell, which shows each cell's own false matches; "across" of two cells; "any".

    Raises:
        InputError: an odd or too large count (the message says how many there are), or nobody to compare.
    """
    if count < 2 or count % 2:
        raise InputError("count", expected="an even number of pairs, 2 or more", got=str(count))
    if strangers not in STRANGERS:
        raise InputError("strangers", expected=" or ".join(STRANGERS), got=repr(strangers))
    if seed < 0:
        raise InputError("seed", expected="0 or more", got=str(seed))
    cells: dict[str, dict[str, list[Item]]] = {}
    for item in people.items(split, attack=attack):
        cells.setdefault(item.labels["cell"], {}).setdefault(item.subject or "", []).append(item)
    mated = _taken([_mated(group, np.random.default_rng([seed, _MATED, number])) for number, group in enumerate(cells.values())],
                   count // 2, "of one person")
    others = _taken(_strangers(cells, strangers, seed), count // 2, f"of two people ({strangers} cells)")
    return (*(Pair(first, second, True) for first, second in mated), *(Pair(first, second, False) for first, second in others))


def _taken(streams: Sequence[Iterator[tuple[Item, Item]]], count: int, what: str) -> list[tuple[Item, Item]]:
    """One pair of each stream in turn, until there are enough."""
    taken: list[tuple[Item, Item]] = []
    left = list(streams)
    while left and len(taken) < count:
        for stream in list(left):
            pair = next(stream, None)
            if pair is None:
                left.remove(stream)
            elif len(taken) < count:
                taken.append(pair)
    if len(taken) < count:
        raise InputError("count", expected=f"at most {2 * len(taken)} pairs", got=str(2 * count),
                         hint=f"there are {len(taken)} pairs {what}")
    return taken


def _mated(group: Mapping[str, Sequence[Item]], rng: np.random.Generator) -> Iterator[tuple[Item, Item]]:
    """Pairs of one cell: the first of everybody, then the second of everybody, and so on."""
    own = [[pairs[at] for at in rng.permutation(len(pairs))] for pairs in (list(combinations(items, 2)) for items in group.values())]
    for turn in range(max(map(len, own), default=0)):
        yield from (pairs[turn] for pairs in own if turn < len(pairs))


def _strangers(cells: Groups, kind: str, seed: int) -> list[Iterator[tuple[Item, Item]]]:
    """Streams of pairs of two people: one a cell, or one for all."""
    if kind == "within":
        return [_apart(dict.fromkeys(group, cell), group, [seed, _OTHERS, number], same=True)
                for number, (cell, group) in enumerate(cells.items())]
    homes = {person: cell for cell, group in cells.items() for person in group}
    everybody = {person: items for group in cells.values() for person, items in group.items()}
    return [_apart(homes, everybody, [seed, _OTHERS], same=None if kind == "any" else False)]


def _apart(homes: Mapping[str, str], items: Mapping[str, Sequence[Item]], seed: list[int], *,
           same: bool | None) -> Iterator[tuple[Item, Item]]:
    """Pairs of two people who sit in a circle: everybody with the next, then with the next but one, and so on; then with other pictures."""
    names = list(items)
    circle = [names[at] for at in np.random.default_rng(seed).permutation(len(names))]
    turn, more = 0, True
    while more:
        more = False
        for left, right in _around(circle):
            if same is not None and (homes[left] == homes[right]) is not same:
                continue
            ways = len(items[left]) * len(items[right])
            if turn < ways:
                more = True
                way = int(np.random.default_rng([*seed, names.index(left), names.index(right)]).permutation(ways)[turn])
                yield items[left][way // len(items[right])], items[right][way % len(items[right])]
        turn += 1


def _around(circle: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Every two of a circle once, by growing distance."""
    count = len(circle)
    for step in range(1, count // 2 + 1):
        starts = count if 2 * step != count else step
        yield from ((circle[at], circle[(at + step) % count]) for at in range(starts))
