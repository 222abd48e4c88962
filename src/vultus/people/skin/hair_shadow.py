"""How hair colours the skin it grows from: roots on the scalp, brows, beard and the shadow of a shaved one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Identity
from vultus.people.skin.ageing import grey_share
from vultus.people.skin.tone import linear

Float = NDArray[np.float32]
GREY = np.array([0.40, 0.395, 0.385], np.float32)  # linear RGB of a grey hair
ROOTS = {"bald": 0.22, "buzz": 0.95}  # share of the scalp's colour that is hair, by style
ROOTS_ELSE, DEEP = 0.88, 0.97  # along the hairline and behind it
PER_MM = 0.02  # more of a buzz cut for every mm beyond 4
SHADED = np.float32(0.5)  # brightness among the roots of longer hair: that of the hairdresser's dark layer, whose edge must not show
COOL = np.array([0.27, 0.32, 0.39], np.float32)  # share of the skin's own light that comes back from among the roots


def hair_colour(person: Identity) -> Float:
    """Mean linear RGB (3,) of the person's hair at their age."""
    share = np.float32(grey_share(person.hair, person.years))
    return np.asarray(linear(person.hair.colour) * (1 - share) + GREY * share, np.float32)


def add_roots(colour: Float, scalp: Float, grain: Float, person: Identity) -> None:
    """Tints the skin's colour (n, 3), in place, under scalp hair of cover (n,); `grain` (n,) -1..1 is a noise of about 2 mm."""
    short = person.hair.style in ROOTS
    amount = np.float32(ROOTS.get(person.hair.style, ROOTS_ELSE) * (0.45 + 0.55 * person.hair.density))
    if person.hair.style == "buzz":
        amount = np.float32(min(DEEP, float(amount) + PER_MM * (person.hair.length_mm - 4)))
    where = np.flatnonzero(scalp > 0)
    cover = scalp[where]
    spread = 1 + (0.6 * (1 - cover) + 0.2) * grain[where] - (0.15 if short else 0.0)
    if short:
        _mix(colour, where, cover * amount * spread, hair_colour(person), True)
        return
    deep = np.clip((cover - 0.5) / 0.4, 0, 1)
    share = cover * (amount * spread * (1 - deep) + np.float32(DEEP) * deep)
    _mix(colour, where, share, hair_colour(person) * (1 - SHADED * deep[:, None]), False)


def add_brows(colour: Float, cover: Float, person: Identity) -> None:
    """Tints the skin's colour (n, 3), in place, under brows of cover (n,): most of the brow is drawn as hairs, this is what shows
    between them."""
    where = np.flatnonzero(cover > 0)
    _mix(colour, where, np.float32(0.45 * person.brows.density) * cover[where], 0.6 * hair_colour(person), True)


def add_beard(colour: Float, cover: Float, shaved: Float, grain: Float, person: Identity) -> None:
    """Tints the skin's colour (n, 3), in place, under a beard of cover (n,) and under stubble on the shaved area (n,)."""
    if person.beard.stubble <= 0 and person.beard.style == "none":
        return
    where = np.flatnonzero((cover > 0) | (shaved > 0))
    stubble = shaved[where] * np.float32(person.beard.stubble) * (np.float32(0.42) + np.float32(0.16) * grain[where])
    share = np.maximum(cover[where] * np.float32(0.45 + 0.4 * person.beard.density), stubble)[:, None]
    share, skin = np.clip(share, 0, 0.9), colour[where]
    # Roots under the skin scatter: what shows is a cool grey between hair and skin.
    root = 0.45 * _shading(hair_colour(person), skin) + skin * COOL
    colour[where] = skin + share * (root - skin)


def _mix(colour: Float, where: NDArray[np.int64], share: Float, hair: Float, shading: bool) -> None:
    """Moves colour[where] towards the hair's colour (3,) or (k, 3) by shares (k,)."""
    skin = colour[where]
    target = _shading(hair, skin) if shading else hair
    colour[where] = skin + np.clip(share, 0, 1)[:, None] * (target - skin)


def _shading(hair: Float, skin: Float) -> Float:
    """Colour (k, 3) of hair so short that it shades the skin (k, 3): grey roots hardly lighten it."""
    mean = (skin[:, :1] + skin[:, 1:2] + skin[:, 2:]) * np.float32(0.65 / 3)
    return np.asarray(np.minimum(hair, np.float32(0.35) * hair + mean), np.float32)
