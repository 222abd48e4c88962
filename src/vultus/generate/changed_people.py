"""Virtual people with something taken from them, as plants and baselines for evaluation sets: their variety, what words do
not say of them, or all but their shape."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from vultus.errors import InputError
from vultus.people.identity import Beard, Eyes, Identity, Lips, Skin

_PLAIN_SKIN = Skin(melanin=0.3, haemoglobin=0.4, undertone=0.0, freckles=0.0, pores=0.0, blotches=0.0, gloss=0.3, wrinkles=0.0, moles=(),
                   seed=0)
_PLAIN_EYES = Eyes(iris=(0.3, 0.3, 0.3), inner=(0.3, 0.3, 0.3), limbal_ring=0.0, fibres=0.0, iris_mm=6.0, sclera_warmth=0.0, veins=0.0,
                   seed=0)
_SPOKEN = ("gender", "african", "asian", "caucasian")  # axes of the phenotype that a prompt names
_KEPT = ("id", "years", "seed")  # of an identity and its parts: never drawn together


def bare(person: Identity) -> Identity:
    """The head without hair, brows, beard, glasses, texture and colour of its own: shape alone tells such people apart."""
    return replace(person, skin=_PLAIN_SKIN, eyes=_PLAIN_EYES, lips=Lips(0.0, 0.0), brows=replace(person.brows, density=0.0),
                   hair=replace(person.hair, style="bald", length_mm=0.0), beard=Beard("none", 0.0, 0.0, 0.0), glasses=None)


def held_by_words(person: Identity, other: Identity) -> Identity:
    """Somebody of whom a prompt would say what it says of `person`: gender, group, age, weight, colours, hair style, beard, glasses.

    Shape, build, brows, lips, hairline and everything procedural are those of `other`.
    """
    phenotype = {name: (person if name in (*_SPOKEN, "weight") else other).phenotype[name] for name in person.phenotype}
    skin = replace(other.skin, melanin=person.skin.melanin, haemoglobin=person.skin.haemoglobin, undertone=person.skin.undertone)
    eyes = replace(other.eyes, iris=person.eyes.iris, inner=person.eyes.inner)
    hair = replace(person.hair, line_lift_mm=other.hair.line_lift_mm, temple_mm=other.hair.temple_mm, peak_mm=other.hair.peak_mm,
                   part_mm=other.hair.part_mm, seed=other.hair.seed)
    return replace(person, phenotype=phenotype, local=other.local, skin=skin, eyes=eyes, brows=other.brows, lips=other.lips, hair=hair)


def drawn_together(people: Sequence[Identity], spread: float) -> list[Identity]:
    """The people moved towards their mean, so that every number that they all have varies `spread` times as much.

    Args:
        people: two or more.
        spread: of standard deviations, 0 (all at the mean) .. 1 (unchanged); sqrt(1/2) halves the variance. Names (hair styles and the
            like), ages and seeds of patterns stay; numbers that somebody lacks or that are endless stay too.

    Raises:
        InputError: fewer than two people, or a spread out of range.
    """
    if len(people) < 2 or not 0 <= spread <= 1:
        raise InputError("people and spread", expected="two or more people, and a spread 0..1", got=f"{len(people)} people, {spread}")
    return [_towards(list(people), own, spread) for own in people]


def _towards(others: Sequence[Any], own: Any, spread: float) -> Any:
    """`own` moved towards the mean of the others, field by field."""
    if is_dataclass(own) and not isinstance(own, type):
        if any(other is None for other in others):
            return own
        moved = {field.name: _towards([getattr(each, field.name) for each in others], getattr(own, field.name), spread)
                 for field in fields(own) if field.name not in _KEPT}
        return replace(own, **moved)
    if isinstance(own, Mapping):
        return {name: _towards([each.get(name) for each in others], value, spread) for name, value in own.items()}
    if isinstance(own, tuple) and all(isinstance(each, tuple) and len(each) == len(own) for each in others):
        return tuple(_towards([each[place] for each in others], value, spread) for place, value in enumerate(own))
    if isinstance(own, float) and all(isinstance(each, float) and abs(each) < float("inf") for each in others):
        mean = sum(others) / len(others)
        return mean + spread * (own - mean)
    return own
