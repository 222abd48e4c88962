"""Grows all hair of an identity on its neutral head: scalp, brows, lashes and beard, as many strands as asked for."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
from numpy.typing import NDArray

from vultus.people.basis import HeadBasis
from vultus.people.hair.colours import mean_colour, strand_colours
from vultus.people.hair.grown import Grown
from vultus.people.hair.lashes import Lashes, grow_lashes
from vultus.people.hair.points_on import lattice_points
from vultus.people.hair.roots import Roots, scatter
from vultus.people.hair.scalp import LEADERS, grow_scalp, leaders
from vultus.people.hair.short import ShortHair, beard_hairs, brow_hairs, to_local
from vultus.people.hair.skull import Skull
from vultus.people.hair.styles import STYLES
from vultus.people.identity import Hair, Identity, Rgb
from vultus.people.shapes import Mesh, Part, Strands
from vultus.people.skin.ageing import bald_share, beard_at, grey_share
from vultus.people.skin.beard_area import beard_cover
from vultus.people.skin.brow_area import brow_cover
from vultus.people.skin.hairline import scalp_cover

Float = NDArray[np.float32]
Int = NDArray[np.int32]
FULL = 20000  # strands at which the widths are the natural ones of the styles
BROW_SHARE, BEARD_SHARE, BUZZ_SHARE = 0.08, 0.75, 1.6  # hairs per scalp strand asked for
TODDLER = 2.5  # years from which hair is as long as the style says
BEHIND = np.array([(0, 0, 0), (0, -6, 0), (0, -4, 9)], np.float32)  # mm: the dark layer ends this far behind the hairline
LEAST = 1200  # fewer strands leave gaps at any width


class Hairdresser:
    """Knows where on the head mesh hair can grow."""

    def __init__(self, basis: HeadBasis) -> None:
        """Prepares the mesh of the basis."""
        self._basis, self._canonical = basis, basis.template
        triangles = basis.triangles[basis.part == Part.SKIN]
        middle = basis.template[triangles].mean(1)
        ear, below = _ear(middle), basis.template[triangles][..., 1].min(1)
        self._skin, self._middle = triangles[~ear], middle[~ear]
        self._with_ears = triangles[below > -118]
        self._head = triangles[(below > -118) & ~ear]
        self._trunk = triangles[(middle[:, 1] < -116) & (middle[:, 1] > -360)]

    def grow(self, identity: Identity, neutral: Float, detail: int = 6000) -> Grown:
        """Hair of an identity.

        Args:
            identity: whose hair.
            neutral: float32 (n, 3), the neutral, unturned head (`HeadBasis.shape`), mm.
            detail: number of scalp strands (6,000 for 128 px, 20,000 for 512 px); strand i is the same for any number, only its
                width differs.
        """
        detail = max(int(detail), LEAST)
        identity = replace(identity, hair=_of_age(identity.hair, identity.years))
        covered = identity.hair.style in ("long", "bob")
        skull = Skull(lattice_points(neutral, self._with_ears if covered else self._head))
        thicker = (FULL / detail) ** 0.75
        ground = (neutral, self._basis.pose(neutral).normals)
        scalp, forward, lift = self._scalp(identity, ground, skull, detail, thicker)
        short: tuple[ShortHair | Lashes, ...] = (
            self._brows(identity, ground, detail, thicker), *self._beard(identity, ground, detail, thicker),
            grow_lashes(identity, self._basis.lashes, detail))
        hangs = identity.hair.style in ("long", "bob", "tied")
        return Grown(scalp, forward, lift, hangs, self._cap(identity, ground, skull), short, skull, self._trunk)

    def _scalp(self, identity: Identity, ground: tuple[Float, Float], skull: Skull, detail: int, thicker: float
               ) -> tuple[Strands | None, NDArray[np.bool_], Float]:
        hair = identity.hair
        if hair.style == "bald":
            return None, np.zeros(0, bool), np.zeros(0, np.float32)
        count = int(detail * (BUZZ_SHARE if hair.style == "buzz" else 1))
        gender = identity.phenotype["gender"]
        young = scalp_cover(self._middle, replace(hair, bald_from=float("inf")), identity.years, gender)
        roots = scatter(ground[0], self._skin, (young > 0.02).astype(np.float32), count, (hair.seed, 10))
        canonical = roots.mix(self._canonical)
        lead = leaders(canonical)
        cover = scalp_cover(canonical, hair, identity.years, gender)
        vigour = _vigour(canonical, cover, hair, identity.years)
        points, draws, free = grow_scalp(roots.mix(ground[0]), roots.mix(ground[1]), (canonical, lead), skull, hair, vigour)
        more = np.random.default_rng((hair.seed, 12)).random((count, 5), dtype=np.float32)
        kept = (more[:, 0] < cover * (0.55 + 0.45 * hair.density)) & free
        lock = np.random.default_rng((hair.seed, 13)).random(LEADERS, dtype=np.float32)[lead]
        colour, tip = strand_colours(hair.colour, grey_share(hair, identity.years), more[:, 1:4], lock)
        width = STYLES[hair.style].width * thicker * (0.8 + 0.4 * more[:, 4]) * (0.55 + 0.45 * cover)  # downy along the hairline
        forward = (draws[:, 10] < 0.5) & (canonical[:, 2] > -110)
        lift = 5.5 + 8 * draws[:, 11]
        strands = Strands(points[kept], colour[kept], width[kept].astype(np.float32), Part.HAIR, 1.0, tip[kept])
        return strands, forward[kept], lift[kept].astype(np.float32)

    def _brows(self, identity: Identity, ground: tuple[Float, Float], detail: int, thicker: float) -> ShortHair:
        brows, hair = identity.brows, identity.hair
        cover = brow_cover(self._middle, brows)
        roots = scatter(ground[0], self._skin, (cover > 0).astype(np.float32), int(BROW_SHARE * detail), (hair.seed, 20))
        draws = np.random.default_rng((hair.seed, 21)).random((len(roots.weights), 9), dtype=np.float32)
        canonical = roots.mix(self._canonical)
        kept = draws[:, 8] < brow_cover(canonical, brows) * (0.4 + 0.6 * brows.density)
        points = brow_hairs(roots.mix(ground[0]), roots.mix(ground[1]), canonical, brows, draws)
        return _short(points, roots, ground, kept, draws, (_darker(hair.colour, 0.85), 0.4 * grey_share(hair, identity.years)),
                      (0.36 * thicker, Part.BROWS, 0.8))

    def _beard(self, identity: Identity, ground: tuple[Float, Float], detail: int, thicker: float) -> tuple[ShortHair, ...]:
        beard, hair = beard_at(identity.beard, identity.years), identity.hair
        if beard.style == "none":
            return ()
        cover = beard_cover(self._middle, beard)
        count = int(BEARD_SHARE * detail * np.clip(14 / beard.length_mm, 1, 2))
        roots = scatter(ground[0], self._skin, (cover > 0.02).astype(np.float32), count, (hair.seed, 30))
        draws = np.random.default_rng((hair.seed, 31)).random((len(roots.weights), 9), dtype=np.float32)
        canonical = roots.mix(self._canonical)
        kept = draws[:, 8] < beard_cover(canonical, beard) * (0.35 + 0.65 * beard.density)
        points = beard_hairs(roots.mix(ground[0]), roots.mix(ground[1]), canonical, beard, draws)
        return (_short(points, roots, ground, kept, draws, (_darker(hair.colour, 0.95), grey_share(hair, identity.years)),
                       (0.5 * thicker, Part.BEARD, 0.9)),)

    def _cap(self, identity: Identity, ground: tuple[Float, Float], skull: Skull) -> Mesh | None:
        """A dark layer just over the scalp, so that no skin shines through few strands."""
        hair = identity.hair
        if hair.style in ("bald", "buzz"):  # under so little hair the layer's edge would show
            return None
        height = STYLES[hair.style].layer
        gender = identity.phenotype["gender"]
        cover = np.min([scalp_cover(self._canonical + step, hair, identity.years, gender) for step in BEHIND], 0)
        chosen = self._skin[(cover[self._skin] > 0.75).all(1)]
        numbers, inverse = np.unique(chosen, return_inverse=True)
        rise = height * np.clip((cover[numbers] - 0.75) / 0.2, 0.1, 1)
        vertices = ground[0][numbers] + ground[1][numbers] * rise[:, None]
        colour = mean_colour(hair.colour, grey_share(hair, identity.years)) * np.float32(0.5)
        count = len(chosen)
        return Mesh(vertices.astype(np.float32), ground[1][numbers], inverse.reshape(-1, 3).astype(np.int32),
                    np.zeros((count, 3, 2), np.float32), np.full(count, Part.HAIR, np.uint8), np.tile(colour, (count, 1)),
                    np.zeros(count, np.float32), np.ones(count, np.float32))


def _short(points: Float, roots: Roots, ground: tuple[Float, Float], kept: NDArray[np.bool_], draws: Float,
           colour: tuple[Rgb, float], look: tuple[float, Part, float]) -> ShortHair:
    roots = Roots(roots.corners[kept], roots.weights[kept])
    root, tip = strand_colours(colour[0], colour[1], draws[kept, 4:7], draws[kept, 5])
    width = (look[0] * (0.75 + 0.5 * draws[kept, 7])).astype(np.float32)
    return ShortHair(roots, to_local(points[kept], roots, *ground), root, tip, width, look[1], look[2])


def _darker(rgb: Rgb, factor: float) -> Rgb:
    return (rgb[0] * factor, rgb[1] * factor, rgb[2] * factor)


def _of_age(hair: Hair, years: float) -> Hair:
    """Hair of small children: short and thin until it has grown."""
    if years >= TODDLER or hair.style == "bald":
        return hair
    grown = years / TODDLER
    return replace(hair, style="curly" if hair.style == "curly" else "buzz" if hair.style == "buzz" else "crop", fringe=0.0,
                   length_mm=min(hair.length_mm, 10 + 25 * grown), density=hair.density * (0.45 + 0.55 * grown))


def _vigour(canonical: Float, cover: Float, hair: Hair, years: float) -> Float:
    """Share of its length (n,) that short hair reaches: less along the hairline, and above the wreath with hair loss, where single
    long strands would stand up from the bare scalp."""
    if hair.style in ("long", "bob", "tied"):
        return np.ones(len(cover), np.float32)
    top = np.clip((canonical[:, 1] - 15) / 45, 0, 1)
    return np.asarray((0.5 + 0.5 * cover) * (1 - 0.75 * min(1.0, 1.6 * bald_share(hair, years)) * top), np.float32)


def _ear(canonical: Float) -> NDArray[np.bool_]:
    """Whether points (n, 3) of the mean head lie on an ear."""
    x, y, z = np.abs(canonical[:, 0]), canonical[:, 1], canonical[:, 2]
    border = np.interp(y, (-60, -40, -20, 0, 12), (62, 66, 69, 73, 76))
    return np.asarray((x > border) & (y > -60) & (y < 18) & (z > -112) & (z < -52))
