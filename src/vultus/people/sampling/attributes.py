"""The attributes of an identity that a cell may restrict: their names, bounds and vocabularies.

A name is the path in `Identity.to_dict`: `skin.melanin`, `brows.density`, `local.nose-hump-incr`. Three attributes are not plain
values of an identity: `eyes.colour` and `hair.colour` are names of colours round which the colour is drawn, `skin.moles` is a count.
"""

from __future__ import annotations

import math

from vultus.errors import UnknownNameError
from vultus.people.identity import BEARD_STYLES, GLASSES_STYLES, HAIR_STYLES, Rgb
from vultus.people.sampling.knobs import LOCAL_NAMES, OUTLINES

Range = tuple[float, float]

GENDERS: dict[str, Range] = {"female": (0.0, 0.35), "male": (0.65, 1.0)}
AGES: dict[str, Range] = {"young": (18.0, 35.0), "middle": (35.0, 55.0), "old": (55.0, 80.0)}
GROUPS = ("african", "asian", "caucasian")  # axes of the head basis; groups of rendered phenotypes, not of people
DOMINANT = 0.7  # a group's share, from which on a person counts as of that group
BEARD_YEARS = 16.0  # younger people have none


def _rgb(red: int, green: int, blue: int) -> Rgb:
    return (red / 255, green / 255, blue / 255)


HAIR_COLOURS: dict[str, Rgb] = {"black": _rgb(24, 20, 19), "dark brown": _rgb(46, 31, 23), "brown": _rgb(82, 55, 36),
                                "light brown": _rgb(122, 88, 56), "blond": _rgb(184, 146, 94), "red": _rgb(126, 58, 28)}
EYE_COLOURS: dict[str, Rgb] = {"dark brown": _rgb(52, 30, 18), "brown": _rgb(92, 56, 28), "hazel": _rgb(112, 88, 44),
                               "green": _rgb(88, 106, 66), "blue": _rgb(84, 118, 150), "grey": _rgb(116, 126, 130)}
HAIR_LENGTHS: dict[str, Range] = {"bald": (0.0, 0.0), "buzz": (2.0, 9.0), "crop": (12.0, 38.0), "side": (42.0, 95.0), "back": (55.0, 120.0),
                                  "curly": (18.0, 100.0), "bob": (130.0, 220.0), "long": (230.0, 420.0), "tied": (140.0, 280.0)}  # mm
BEARD_LENGTHS: dict[str, Range] = {"none": (0.0, 0.0), "full": (3.0, 45.0), "goatee": (3.0, 25.0), "moustache": (3.0, 14.0)}  # mm

_UNIT = (0.0, 1.0)
NUMBERS: dict[str, Range] = {
    "years": (0.0, 90.0), "phenotype.gender": _UNIT, "phenotype.muscle": _UNIT, "phenotype.weight": _UNIT, "phenotype.height": _UNIT,
    "phenotype.proportions": _UNIT, "phenotype.african": _UNIT, "phenotype.asian": _UNIT, "phenotype.caucasian": _UNIT,
    "skin.melanin": _UNIT, "skin.haemoglobin": _UNIT, "skin.undertone": (-1.0, 1.0), "skin.freckles": _UNIT, "skin.pores": _UNIT,
    "skin.blotches": _UNIT, "skin.gloss": _UNIT, "skin.wrinkles": _UNIT, "skin.moles": (0.0, 8.0),
    "eyes.limbal_ring": _UNIT, "eyes.fibres": _UNIT, "eyes.iris_mm": (5.0, 7.0), "eyes.sclera_warmth": _UNIT, "eyes.veins": _UNIT,
    "brows.thickness_mm": (1.5, 9.0), "brows.lift_mm": (-8.0, 8.0), "brows.arch_mm": (0.0, 9.0), "brows.inner_mm": (4.0, 24.0),
    "brows.outer_mm": (42.0, 66.0), "brows.slope": (-0.15, 0.15), "brows.density": _UNIT, "brows.taper": _UNIT,
    "lips.redness": _UNIT, "lips.darkness": _UNIT,
    "hair.length_mm": (0.0, 420.0), "hair.curl": _UNIT, "hair.fringe": _UNIT, "hair.part_mm": (-45.0, 45.0),
    "hair.line_lift_mm": (-20.0, 25.0), "hair.temple_mm": (0.0, 35.0), "hair.peak_mm": (0.0, 18.0), "hair.density": _UNIT,
    "hair.grey_from": (15.0, math.inf), "hair.grey_span": (5.0, math.inf), "hair.bald_from": (16.0, math.inf),
    "hair.bald_span": (5.0, math.inf),
    "beard.stubble": _UNIT, "beard.length_mm": (0.0, 45.0), "beard.density": _UNIT,
    "glasses.width": _UNIT, "glasses.rim_mm": (0.8, 5.0), "glasses.tint": _UNIT,
    **{f"local.{name}": (0.0 if name in OUTLINES else -1.0, 1.0) for name in LOCAL_NAMES},
}
CHOICES: dict[str, tuple[str, ...]] = {
    "hair.style": HAIR_STYLES, "hair.colour": tuple(HAIR_COLOURS), "eyes.colour": tuple(EYE_COLOURS), "beard.style": BEARD_STYLES,
    "glasses.style": GLASSES_STYLES, "glasses": ("no", "yes"),
}
# What people write -> the name above; a leaf that is unique among all names needs no entry.
_ALIASES = {"age": "years", "ages": "years", "hair": "hair.style", "beard": "beard.style", "hair_colour": "hair.colour",
            "eye_colour": "eyes.colour", "moles": "skin.moles", "hair_length_mm": "hair.length_mm"}


def attribute_name(written: str) -> str:
    """The full name of an attribute written in full, as an alias, or by its unique last part.

    Raises:
        UnknownNameError: no such attribute; the message suggests the closest.

    Example:
        >>> attribute_name("melanin"), attribute_name("ages")
        ('skin.melanin', 'years')
    """
    plain = _ALIASES.get(written, written)
    known = (*NUMBERS, *CHOICES)
    if plain in known:
        return plain
    ends = [name for name in known if name.rpartition(".")[2] == plain]
    if len(ends) == 1:
        return ends[0]
    if ends:
        raise UnknownNameError("attribute", written, known, hint="say which: " + ", ".join(ends))
    leaves = {name.rpartition(".")[2] for name in known}
    raise UnknownNameError("attribute", written, sorted({*known, *leaves, *_ALIASES, "group", "gender"}))
