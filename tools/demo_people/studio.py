"""One person before the camera: rest shape, hair and light visibility shared by all views."""

import numpy as np
from numpy.typing import NDArray

from demo_people import light
from demo_people.body import Body, rotation, turn_head
from demo_people.frame import Frame
from demo_people.hair_regions import beard_cover, brow_distance, scalp_cover
from demo_people.identity import Person
from demo_people.noise import Noise
from demo_people.scalp import grow_scalp
from demo_people.skin import cloth_cover
from demo_people.skull import Skull
from demo_people.strands import Strands, grow_lashes, grow_short
from demo_people.surface_points import mix, sample_mask, scatter, vertex_normals
from demo_people.view import View

Array = NDArray[np.float32]
EYE_LINE = np.array([0, 7.28, 1.25])  # where every person's eyes are put, dm
SCALP_STRANDS = 17000


class Studio:
    """Everything of one person that does not change between views: rest shape, hair, visibility."""

    def __init__(self, body: Body, person: Person) -> None:
        self.body, self.head, self.person = body, body.head, person
        self.noise = Noise(person.texture_seed)
        self.rng_seed = person.texture_seed
        base = body.shape(person, {})
        self.shift = EYE_LINE - body.centre(base)
        self.base = (base + self.shift).astype(np.float32)
        self.fine = (self.head.refine @ self.base).astype(np.float32)
        self.normals = vertex_normals(self.fine, self.head.triangles)
        self._roots()
        shadow = self.scalp.points[:, 1:].reshape(-1, 3)
        shadow = shadow[::max(1, len(shadow) // 40000)]
        self.lit = light.visibility(self.base, self.head.coarse, self.fine, shadow, np.array([0, 7.1, .4], np.float32))

    def _roots(self) -> None:
        """Chooses where hairs grow: (triangle, weights) for scalp, brows and beard."""
        rng = np.random.default_rng(self.rng_seed)
        person, canonical = self.person, self.head.canonical
        skinny = np.flatnonzero(self.head.part == 0)
        centre = canonical[self.head.triangles[skinny]].mean(1)
        ear = sample_mask(self.head.masks["ears"], self.head.uv[skinny].mean(1))
        cover = scalp_cover(centre, person) * (ear < .3)
        count = int(SCALP_STRANDS * (2.2 if person.style == "buzz" else 1))
        tri, w = scatter(self.fine, self.head.triangles, skinny, cover, count, rng)
        roots, normal, place = (mix(a, self.head.triangles[tri], w) for a in (self.fine, self.normals, canonical))
        skull = Skull(self.fine[canonical[:, 1] > 6.0], np.array([0, 7.45, .45], np.float32))
        self.scalp = grow_scalp(roots, normal, place, skull, person, rng)
        off, t = brow_distance(centre, person.brow)
        band = (np.abs(off) < 1.15) & (t > 0) & (t < 1.04)
        near = np.clip(1.3 - np.abs(off), 0, 1) * band * (1 - .6 * np.clip(t, 0, 1)) * np.clip(t / .12 + .35, 0, 1)
        self.brow_roots = scatter(self.fine, self.head.triangles, skinny, near, int(1700 * person.brow["density"]), rng)
        beard = beard_cover(centre, person.beard)
        lips = sample_mask(self.head.masks["lips"], self.head.uv[skinny].mean(1))
        amount = 0 if person.beard == "none" else 9000
        self.beard_roots = scatter(self.fine, self.head.triangles, skinny, beard * (lips < .2), amount, rng)

    def render(self, view: View, rng: np.random.Generator) -> NDArray[np.uint8]:
        """Renders uint8 RGB (SIZE, SIZE, 3)."""
        base = self.base
        if view.actions:
            base = (self.body.shape(self.person, view.actions) + self.shift).astype(np.float32)
        matrix = rotation(view.yaw, view.pitch, view.roll)
        fine = (self.head.refine @ base).astype(np.float32)
        normals = vertex_normals(fine, self.head.triangles)
        strands = [self.scalp, *self._face_hair(base, fine, normals)]
        shell = self._clothed(fine, normals)
        posed = turn_head(shell, self.head.canonical[:, 1], matrix)
        return Frame(self, view, matrix, posed).picture(strands, rng)

    def _clothed(self, fine: Array, normals: Array) -> Array:
        cover = cloth_cover(self.head.canonical)
        return (fine + normals * (.045 * cover)[:, None]).astype(np.float32)

    def _face_hair(self, base: Array, fine: Array, normals: Array) -> list[Strands]:
        rng = np.random.default_rng(self.rng_seed + 1)
        person, triangles, canonical = self.person, self.head.triangles, self.head.canonical
        colour = person.hair * (1 - .35 * person.grey) + .35 * person.grey * np.float32(.55)
        out = [grow_lashes(base, self.head.lashes, rng, .95 if person.female else .6)]
        tri, w = self.brow_roots
        roots, normal, place = (mix(a, triangles[tri], w) for a in (fine, normals, canonical))
        off, t = brow_distance(place, person.brow)
        outward = np.stack([np.sign(place[:, 0]), 1.1 * (1 - t) ** 2 - .35 * off * (t > .3) - .15, -.1 + 0 * t], 1)
        outward = outward + rng.normal(0, .1, outward.shape)
        length = rng.uniform(.055, .1, len(roots)) * (1.1 - .35 * t)
        out.append(grow_short(roots, normal, outward, length, colour * np.float32(.8), rng, .05, .8))
        tri, w = self.beard_roots
        if len(tri):
            roots, normal, place = (mix(a, triangles[tri], w) for a in (fine, normals, canonical))
            down = np.stack([.25 * np.sign(place[:, 0]), -np.ones(len(roots)), .1 + 0 * roots[:, 0]], 1)
            down = down + rng.normal(0, .25, down.shape)
            down[:, 0] += .8 * np.sign(place[:, 0]) * (place[:, 1] > 6.6)
            long = (.05 + (.14 if person.beard == "full" else .05) * person.stubble) * rng.uniform(.6, 1.2, len(roots))
            out.append(grow_short(roots, normal, down, long, colour, rng, .35, .85))
        return out
