"""How hair colours the skin it grows from: roots on the scalp, brows, beard and the shadow of a shaved one."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.identity import Identity
from vultus.people.skin.ageing import grey_share
from vultus.people.skin.tone import linear

Float = NDArray[np.float32]
GREY = np.array([0.40, 0.395, 0.385], np.float32)  # linear RGB of a grey hair
ROOTS = {"bald": 0.22, "buzz": 0.72}  # share of the scalp's colour that is hair, by style
ROOTS_ELSE = 0.88


def hair_colour(person: Identity) -> Float:
    """Mean linear RGB (3,) of the person's hair at their age."""
    share = np.float32(grey_share(person.hair, person.years))
    return np.asarray(linear(person.hair.colour) * (1 - share) + GREY * share, np.float32)


def with_roots(colour: Float, scalp: Float, grain: Float, person: Identity) -> Float:
    """Skin colour (n, 3) under scalp hair of cover (n,); `grain` (n,) -1..1 is a noise of about 2 mm."""
    amount = ROOTS.get(person.hair.style, ROOTS_ELSE) * (0.45 + 0.55 * person.hair.density)
    spread = 1.0 if person.hair.style not in ROOTS else 0.85
    share = np.clip(scalp * amount * (spread + (0.6 * (1 - scalp) + 0.2) * grain), 0, 1)[:, None]
    hair = hair_colour(person)
    if person.hair.style in ROOTS:
        hair = _shading(hair, colour)
    return np.asarray(colour * (1 - share) + hair * share, np.float32)


def with_brows(colour: Float, cover: Float, person: Identity) -> Float:
    """Skin colour (n, 3) under brows of cover (n,): most of the brow is drawn as hairs, this is what shows between them."""
    share = (0.45 * person.brows.density * cover)[:, None]
    return np.asarray(colour * (1 - share) + _shading(0.6 * hair_colour(person), colour) * share, np.float32)


def with_beard(colour: Float, cover: Float, shaved: Float, grain: Float, person: Identity) -> Float:
    """Skin colour (n, 3) under a beard of cover (n,) and under stubble on the shaved area (n,)."""
    if person.beard.stubble <= 0 and person.beard.style == "none":
        return colour
    stubble = shaved * person.beard.stubble * (0.42 + 0.16 * grain)
    share = np.clip(np.maximum(cover * (0.45 + 0.4 * person.beard.density), stubble), 0, 0.9)[:, None]
    # Roots under the skin scatter: what shows is a cool grey between hair and skin.
    root = 0.45 * _shading(hair_colour(person), colour) + colour * np.array([0.27, 0.32, 0.39], np.float32)
    return np.asarray(colour * (1 - share) + root * share, np.float32)


def _shading(hair: Float, colour: Float) -> Float:
    """Colour (n, 3) of hair so short that it shades the skin: grey roots hardly lighten it."""
    return np.asarray(np.minimum(hair, 0.35 * hair + 0.65 * colour.mean(1, keepdims=True)), np.float32)
