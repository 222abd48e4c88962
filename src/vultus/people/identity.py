"""Who a virtual person is: every constant that is the same in all pictures of that person.

Plain numbers only, so that an identity can be written to a manifest and read back (`to_dict`, `from_dict`). What
changes with age (grey hair, wrinkles, hairline) is computed from these constants and `years` where it is drawn:
`older = dataclasses.replace(person, years=70)` is the same person, older.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

Rgb = tuple[float, float, float]  # sRGB, 0..1

HAIR_STYLES = ("bald", "buzz", "crop", "side", "back", "curly", "bob", "long", "tied")
BEARD_STYLES = ("none", "full", "goatee", "moustache")
GLASSES_STYLES = ("round", "square", "oval", "half-rim")


@dataclass(frozen=True)
class Skin:
    """Skin: `melanin` 0 (very light) .. 1 (very dark), `haemoglobin` 0..1 (redness), `undertone` -1 (cool) .. 1 (warm),
    amounts 0..1 of freckles, pores, blotches and gloss; `wrinkles` 0..1 = how strongly age writes lines into this face;
    `moles`: (across 0..1, up 0..1, size 0..1) over the face; `seed` fixes every pattern."""

    melanin: float
    haemoglobin: float
    undertone: float
    freckles: float
    pores: float
    blotches: float
    gloss: float
    wrinkles: float
    moles: tuple[tuple[float, float, float], ...]
    seed: int


@dataclass(frozen=True)
class Eyes:
    """Eyes: iris colour, colour round the pupil, `limbal_ring` 0..1, `fibres` 0..1 (contrast of the iris texture),
    `iris_mm` radius of the iris 5..7, `sclera_warmth` 0..1, `veins` 0..1; `seed` fixes the texture."""

    iris: Rgb
    inner: Rgb
    limbal_ring: float
    fibres: float
    iris_mm: float
    sclera_warmth: float
    veins: float
    seed: int


@dataclass(frozen=True)
class Brows:
    """Brows, millimetres: half thickness, lift and arch over the mean line, distance of the inner and outer end from the
    midline; `slope` (rise per mm outward), `density` 0..1, `taper` 0..1."""

    thickness_mm: float
    lift_mm: float
    arch_mm: float
    inner_mm: float
    outer_mm: float
    slope: float
    density: float
    taper: float


@dataclass(frozen=True)
class Lips:
    """Natural lip colour: `redness` 0..1, `darkness` 0..1 against the skin. Make-up belongs to the scene."""

    redness: float
    darkness: float


@dataclass(frozen=True)
class Hair:
    """Scalp hair: a style of `HAIR_STYLES`, `length_mm`, pigment colour, `curl` 0 (straight) .. 1 (tight), `fringe` 0..1,
    `part_mm` (side of the parting), hairline constants in mm (`line_lift`, `temple`, `peak`), `density` 0..1.
    Grey: share = clip((years - grey_from) / grey_span, 0, 1). Thinning the same with `bald_from` and `bald_span`
    (years; inf = never)."""

    style: str
    length_mm: float
    colour: Rgb
    curl: float
    fringe: float
    part_mm: float
    line_lift_mm: float
    temple_mm: float
    peak_mm: float
    density: float
    grey_from: float
    grey_span: float
    bald_from: float
    bald_span: float
    seed: int


@dataclass(frozen=True)
class Beard:
    """A style of `BEARD_STYLES`, `stubble` 0..1 (shadow of shaved hair), `length_mm`, `density` 0..1."""

    style: str
    stubble: float
    length_mm: float
    density: float


@dataclass(frozen=True)
class Glasses:
    """A style of `GLASSES_STYLES`, frame colour, `width` 0..1, `rim_mm` thickness 0.8..5, `tint` 0 (clear) .. 1 (dark)."""

    style: str
    colour: Rgb
    width: float
    rim_mm: float
    tint: float


@dataclass(frozen=True)
class Identity:
    """One virtual person.

    Attributes:
        id: name in manifests, for example "p000017".
        years: age at the time of the picture, 0..90.
        phenotype: axes of the head basis except age: gender 0 (female) .. 1 (male), muscle, weight, height, proportions
            0..1, and african, asian, caucasian (shares that sum to 1).
        local: local changes of the head basis, -1..1 each (names of `HeadBasis.local_names`).
    """

    id: str
    years: float
    phenotype: Mapping[str, float]
    local: Mapping[str, float]
    skin: Skin
    eyes: Eyes
    brows: Brows
    lips: Lips
    hair: Hair
    beard: Beard
    glasses: Glasses | None = None

    def to_dict(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers, ready for JSON; infinite years are written as None."""
        plain: dict[str, Any] = _finite(asdict(self))
        return plain

    @classmethod
    def from_dict(cls, data: Mapping[str, Any]) -> Identity:
        """The identity that `to_dict` wrote."""
        parts = {name: _PARTS[name](**_tuples(data[name])) for name in _PARTS}
        glasses = data.get("glasses")
        return cls(id=data["id"], years=data["years"], phenotype=dict(data["phenotype"]), local=dict(data["local"]),
                   glasses=Glasses(**_tuples(glasses)) if glasses else None, **parts)


_PARTS: dict[str, type] = {"skin": Skin, "eyes": Eyes, "brows": Brows, "lips": Lips, "hair": Hair, "beard": Beard}
_ENDLESS = ("bald_from", "bald_span", "grey_from", "grey_span")


def _finite(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, tuple | list):
        return [_finite(each) for each in value]
    return None if value == float("inf") else value


def _tuples(part: Mapping[str, Any]) -> dict[str, Any]:
    def restore(key: str, value: Any) -> Any:
        if value is None and key in _ENDLESS:
            return float("inf")
        return tuple(tuple(each) if isinstance(each, list) else each for each in value) if isinstance(value, list) else value
    return {key: restore(key, value) for key, value in part.items()}
