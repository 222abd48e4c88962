"""The textures of virtual people: everything that is the same for all heads is prepared once, then painted per identity."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from vultus.people.basis.head_basis import HeadBasis
from vultus.people.identity import Identity
from vultus.people.labels import regions
from vultus.people.scene import Worn
from vultus.people.shapes import Materials
from vultus.people.skin import cloth, hair_shadow
from vultus.people.skin.ageing import beard_at, sag_amount, wrinkle_amount
from vultus.people.skin.beard_area import beard_cover
from vultus.people.skin.brow_area import brow_cover
from vultus.people.skin.creases import Creases
from vultus.people.skin.eyeball import eye_textures
from vultus.people.skin.face_zones import Zones
from vultus.people.skin.hairline import scalp_cover
from vultus.people.skin.make_up import add_make_up
from vultus.people.skin.neckline import below_neckline
from vultus.people.skin.noise import value_noise
from vultus.people.skin.pigments import Pigments, lip_shade, pigments
from vultus.people.skin.static_regions import static_regions
from vultus.people.skin.texels import Texels
from vultus.people.skin.tone import skin_colour

Float = NDArray[np.float32]
CAVITY = np.array([0.16, 0.035, 0.03], np.float32)  # inside of the mouth, linear RGB


class SkinAtlas:
    """Paints `Materials` of identities over one head basis; build it once per process and size (about 0.4 s).

    Args:
        basis: the head basis.
        size: side S of the textures, texels.
    """

    def __init__(self, basis: HeadBasis, size: int = 512) -> None:
        self.size = size
        self._texels = _texels(basis, size)
        masks = {name: self._sampled(basis.masks[name]) for name in ("lips", "eyelids", "ears", "inside_mouth")}
        points = self._texels.points
        self._region = static_regions(points, **masks)
        self._zones = Zones.of(points, masks["lips"], masks["ears"], masks["inside_mouth"])
        self._creases = Creases.of(points)
        self._bearded = np.flatnonzero(self._zones.shaved > 0)
        self._lip_texels = np.flatnonzero(self._zones.lip > 0.02)

    def __repr__(self) -> str:
        return f"SkinAtlas(size={self.size})"

    @property
    def points(self) -> Float:
        """Canonical position float32 (S, S, 3), mm, of every texel; off the surface that of the nearest on it."""
        return self._texels.image(self._texels.points)

    @property
    def covered(self) -> NDArray[np.bool_]:
        """Texels (S, S) that lie on the surface."""
        covered = np.zeros(self.size * self.size, np.bool_)
        covered[self._texels.spot] = True
        return covered.reshape(self.size, self.size)

    def materials(self, person: Identity, worn: Worn) -> Materials:
        """Textures of a person who wears `worn`; the same arguments give the same bytes."""
        person = replace(person, beard=beard_at(person.beard, person.years))
        points, zones, skin = self._texels.points, self._zones, person.skin
        mottle = value_noise(points, 32.0, skin.seed, 2)
        grain = value_noise(points, 2.1, skin.seed + 1)
        below = below_neckline(points, worn.neckline)
        clad = np.clip(below / 2.0 + 0.5, 0, 1).astype(np.float32)
        scalp = scalp_cover(points, person.hair, person.years, float(person.phenotype.get("gender", 0.5)))
        brows = brow_cover(points, person.brows)
        carved, dark = self._creases.carve(points, wrinkle_amount(skin, person.years), skin.seed)
        paint = pigments(points, zones, person, mottle)
        colour = self._colour(person, worn, paint, dark, (grain, scalp, brows))
        height = self._height(person, worn, grain, carved + paint.bumps, scalp, below)
        wet = np.flatnonzero(clad > 0)
        colour[wet] = colour[wet] * (1 - clad[wet, None]) + cloth.cloth_colour(points[wet], below[wet], worn, skin.seed) * clad[wet, None]
        eye, eye_gloss = eye_textures(person.eyes, 3 * self.size // 8, skin.melanin)
        image = self._texels.image
        return Materials(albedo=image(np.clip(colour, 0.002, 0.95)), relief=image(-self._texels.slope(height)),
                         gloss=image(self._gloss(person, worn, grain, scalp, clad)),
                         blood=image(_pulse(zones, scalp, clad, skin.melanin)),
                         region=image(self._regions(scalp, brows, clad)), eye=eye, eye_gloss=eye_gloss)

    def _colour(self, person: Identity, worn: Worn, paint: Pigments, dark: Float, growth: tuple[Float, Float, Float]) -> Float:
        zones, skin = self._zones, person.skin
        grain, scalp, brows = growth
        colour = skin_colour(paint.melanin, paint.blood, skin.undertone)
        sag = np.float32(sag_amount(person.years))
        shade = (1 - (0.05 + 0.05 * skin.pores) * skin.pores * grain * (1 - zones.lip)) * (1 - 0.62 * dark)
        shade = shade * (1 - sag * (0.13 * zones.sag + 0.12 * zones.bag)) * (1 - 0.5 * zones.lash)
        shade[self._lip_texels] *= self._lip_creases(person)
        colour = colour * shade[:, None]
        colour = colour * (1 - zones.mouth[:, None]) + CAVITY * zones.mouth[:, None]
        add_make_up(colour, zones, worn)
        hair_shadow.add_roots(colour, scalp * (1 - zones.ear), grain, person)
        hair_shadow.add_brows(colour, brows, person)
        hair_shadow.add_beard(colour, self._beard(person), zones.shaved, grain, person)
        return colour

    def _beard(self, person: Identity) -> Float:
        """Cover (n,) of the beard; only the skin on which a beard can grow is asked."""
        cover = np.zeros(len(self._texels.points), np.float32)
        if person.beard.style != "none":
            cover[self._bearded] = beard_cover(self._texels.points[self._bearded], person.beard)
        return cover

    def _lip_creases(self, person: Identity) -> Float:
        """Shade (k,) of the fine upright lines on the lips, and of the line where they meet."""
        points = self._texels.points[self._lip_texels]
        upright = np.asarray(points * np.array([1, 0.16, 0.3], np.float32), np.float32)
        lines = value_noise(upright, 1.7, person.skin.seed + 31, 2)
        meeting = np.exp(-(((points[:, 1] + 67.3) / 1.3) ** 2))
        return np.asarray(1 + self._zones.lip[self._lip_texels] * (lip_shade(person) * (1 + 0.12 * lines - 0.35 * meeting) - 1), np.float32)

    def _height(self, person: Identity, worn: Worn, grain: Float, carved: Float, scalp: Float, below: Float) -> Float:
        """Relief of skin and cloth in mm (n,)."""
        person = replace(person, beard=beard_at(person.beard, person.years))
        points, zones, skin = self._texels.points, self._zones, person.skin
        uneven = value_noise(points, 5.0, skin.seed + 2, 2)
        coarse = 0.03 + 0.03 * skin.pores + 0.09 * wrinkle_amount(skin, person.years)
        height = carved + ((0.02 + 0.07 * skin.pores) * grain + coarse * uneven) * (1 - 0.7 * zones.lip)
        upright = np.asarray(points[self._lip_texels] * np.array([1, 0.16, 0.3], np.float32), np.float32)
        height[self._lip_texels] += 0.10 * zones.lip[self._lip_texels] * value_noise(upright, 1.7, skin.seed + 31, 2)
        height = height * (1 - 0.6 * zones.mouth) * (1 + 0.8 * scalp)
        clad = np.flatnonzero(below > -2)
        share = np.clip(below[clad] / 4.0 + 0.5, 0, 1)
        height[clad] = height[clad] * (1 - share) + share * cloth.cloth_height(points[clad], below[clad], skin.seed)
        return np.asarray(height, np.float32)

    def _gloss(self, person: Identity, worn: Worn, grain: Float, scalp: Float, clad: Float) -> Float:
        zones = self._zones
        gloss = (0.5 + 0.45 * zones.oily - 0.12 * zones.rim - 0.1 * grain) * (0.6 + 0.8 * person.skin.gloss)
        gloss = gloss + zones.lip * (0.25 + 0.35 * worn.lipstick) + 0.8 * zones.margin + 0.5 * zones.mouth
        return np.asarray(np.clip(gloss * (1 - 0.6 * scalp) * (1 - clad) + 0.3 * clad, 0.05, 1.6), np.float32)

    def _regions(self, scalp: Float, brows: Float, clad: Float) -> NDArray[np.uint8]:
        region, x = self._region.copy(), self._texels.points[:, 0]
        open_skin = region == regions.SKIN
        region[open_skin & (scalp > 0.5)] = regions.SCALP
        brow = np.isin(region, (regions.SKIN, regions.RIGHT_EYELID, regions.LEFT_EYELID, regions.NOSE)) & (brows > 0.4)
        region[brow] = np.where(x[brow] < 0, regions.RIGHT_BROW, regions.LEFT_BROW)
        region[clad > 0.5] = regions.CLOTH
        return region

    def _sampled(self, mask: NDArray[np.uint8]) -> Float:
        """A mask 0..1 at the texels (n,)."""
        small = cv2.resize(mask, (self.size, self.size), interpolation=cv2.INTER_AREA)
        return np.asarray(small.ravel()[self._texels.spot] / np.float32(255), np.float32)


def _texels(basis: HeadBasis, size: int) -> Texels:
    skin = basis.quad_part == 1
    quads, uv = basis.quads[skin], basis.corner_uv[skin]
    triangles = np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]).astype(np.int32)
    return Texels.of(basis.template, triangles, np.concatenate([uv[:, [0, 1, 2]], uv[:, [0, 2, 3]]]).astype(np.float32), size)


def _pulse(zones: Zones, scalp: Float, clad: Float, melanin: float) -> Float:
    """How much a heart beat shows (n,), 0..1: most on cheeks and forehead, less through melanin, not on cloth."""
    seen = (0.55 + 0.3 * zones.red + 0.15 * zones.forehead) * (1 - 0.7 * zones.lip) * (1 - zones.mouth)
    return np.asarray(np.clip(seen * (1 - 0.7 * scalp) * (1 - clad) * (1 - 0.5 * melanin), 0, 1), np.float32)
