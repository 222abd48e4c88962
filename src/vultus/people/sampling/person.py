"""Draws one identity, and makes it older."""

from __future__ import annotations

import dataclasses

from vultus.errors import InputError
from vultus.people.identity import Identity
from vultus.people.sampling.attributes import NUMBERS
from vultus.people.sampling.body import draw_local, draw_phenotype, draw_years
from vultus.people.sampling.cell import Cell
from vultus.people.sampling.complexion import draw_eyes, draw_lips, draw_skin
from vultus.people.sampling.draws import Draws
from vultus.people.sampling.hair import draw_beard, draw_brows, draw_glasses, draw_hair
from vultus.people.sampling.streams import Seed


def draw_identity(seed: Seed, *, id: str = "p000000", cell: Cell | None = None) -> Identity:
    """Draws one virtual person.

    Every attribute has its own random stream, keyed by its name. What depends on what: melanin, iris colour, curl, hair colour,
    onset of grey, balding and beard density on the group shares; muscle, some local changes, hair style, hair colour and onset of
    grey (dye), temples, balding, brow thickness and beard on the gender; hair style on curl; freckles, lips, iris and hair colour on
    melanin; beard and glasses on the age. All else is independent. A cell narrows distributions and leaves ranks: with the same
    seed, an attribute that neither is restricted nor depends on one that changed has the same value bit for bit, and a person
    moved to another group keeps, for example, being darker than two thirds of it.

    Args:
        seed: a number >= 0 or several.
        id: name of the person in manifests.
        cell: restrictions; none by default.

    Returns:
        The identity; the same arguments give the same one.

    Raises:
        InputError: a negative seed.

    Example:
        >>> draw_identity(3) == draw_identity(3) != draw_identity(4)
        True
    """
    draws = Draws(seed, cell or Cell())
    years, phenotype = draw_years(draws), draw_phenotype(draws)
    gender, skin = phenotype["gender"], draw_skin(draws, phenotype)
    return Identity(id=id, years=years, phenotype=phenotype, local=draw_local(draws, gender), skin=skin,
                    eyes=draw_eyes(draws, phenotype, skin.melanin), brows=draw_brows(draws, gender),
                    lips=draw_lips(draws, skin.melanin), hair=draw_hair(draws, phenotype, gender, skin.melanin),
                    beard=draw_beard(draws, phenotype, gender, years), glasses=draw_glasses(draws, years))


def aged(identity: Identity, years: float) -> Identity:
    """The same person at another age, 0..90 years: only `years` changes; grey, wrinkles and hairline follow where they are drawn.

    Raises:
        InputError: an age outside that range.
    """
    low, high = NUMBERS["years"]
    if not low <= years <= high:
        raise InputError("years", expected=f"an age {low:g}..{high:g}", got=f"{years:g}")
    return dataclasses.replace(identity, years=float(years))
