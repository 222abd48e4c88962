"""Puts a person before the camera and renders one picture."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_people import hair, light, skin
from demo_people.anatomy import Head
from demo_people.body import Body, rotation, turn_head
from demo_people.identity import Person
from demo_people.noise import Noise
from demo_people.raster import DepthBuffer

Array = NDArray[np.float32]
SIZE = 320
OVERSAMPLE = 2
DISTANCE = 13.0  # camera to head, dm
SCALE = 84.0  # pixels per dm at the head
EYE_LINE = np.array([0, 7.28, 1.25])  # where every person's eyes are put, dm
PIVOT = np.array([0, 6.75, .35])
AIM = np.array([0, 7.16, .9])
SCALP_STRANDS = 16000
SKIN_WRAP = (.42, .22, .14)


@dataclass(frozen=True)
class View:
    """One picture: name, pose in degrees, facial actions, lighting, background colours (top, bottom; sRGB)."""

    name: str
    yaw: float
    pitch: float
    roll: float
    actions: dict[str, float]
    lighting: light.Lighting
    backdrop: tuple[tuple[float, float, float], tuple[float, float, float]]


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
        shadow = self.scalp.samples()[0][::7]
        self.lit = light.visibility(self.base, self.head.coarse, self.fine, shadow, np.array([0, 7.1, .4], np.float32))

    def _roots(self) -> None:
        """Chooses where hairs grow: (triangle, weights) for scalp, brows and beard."""
        rng = np.random.default_rng(self.rng_seed)
        person, canonical = self.person, self.head.canonical
        skinny = np.flatnonzero(self.head.part == 0)
        centre = canonical[self.head.triangles[skinny]].mean(1)
        ear = sample_mask(self.head.masks["ears"], self.head.uv[skinny].mean(1))
        cover = hair.scalp_cover(centre, person) * (ear < .3)
        count = int(SCALP_STRANDS * (2.2 if person.style == "buzz" else 1))
        tri, w = scatter(self.fine, self.head.triangles, skinny, cover, count, rng)
        roots, normal, place = (blend(a, self.head.triangles, tri, w) for a in (self.fine, self.normals, canonical))
        skull = hair.Skull(self.fine[canonical[:, 1] > 6.0], np.array([0, 7.45, .45], np.float32))
        self.scalp = hair.grow_scalp(roots, normal, place, skull, person, rng)
        off, t = hair.brow_distance(centre, person.brow)
        band = (np.abs(off) < 1.15) & (t > 0) & (t < 1.04)
        near = np.clip(1.3 - np.abs(off), 0, 1) * band
        self.brow_roots = scatter(self.fine, self.head.triangles, skinny, near, int(900 * person.brow["density"]), rng)
        beard = hair.beard_cover(centre, person.beard)
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
        posed = turn_head(shell, self.head.canonical[:, 1], matrix, PIVOT)
        frame = Frame(self, view, matrix, posed, fine)
        return frame.picture(strands, rng)

    def _clothed(self, fine: Array, normals: Array) -> Array:
        cover = cloth_cover(self.head.canonical) * (self.head.canonical[:, 2] < 9)
        return (fine + normals * (.045 * cover)[:, None]).astype(np.float32)

    def _face_hair(self, base: Array, fine: Array, normals: Array) -> list[hair.Strands]:
        rng = np.random.default_rng(self.rng_seed + 1)
        person, triangles, canonical = self.person, self.head.triangles, self.head.canonical
        colour = person.hair * (1 - .35 * person.grey) + .35 * person.grey * np.float32(.55)
        out = [hair.grow_lashes(base, self.head.lashes, rng, .95 if person.female else .6)]
        tri, w = self.brow_roots
        roots, normal, place = (blend(a, triangles, tri, w) for a in (fine, normals, canonical))
        off, t = hair.brow_distance(place, person.brow)
        outward = np.stack([np.sign(place[:, 0]), 1.1 * (1 - t) ** 2 - .35 * off * (t > .3) - .15, -.1 + 0 * t], 1)
        outward = outward + rng.normal(0, .1, outward.shape)
        length = rng.uniform(.055, .1, len(roots)) * (1.1 - .35 * t)
        out.append(hair.grow_short(roots, normal, outward, length, colour * .8, rng, .05))
        tri, w = self.beard_roots
        if len(tri):
            roots, normal, place = (blend(a, triangles, tri, w) for a in (fine, normals, canonical))
            down = np.stack([.25 * np.sign(place[:, 0]), -np.ones(len(roots)), .1 + 0 * roots[:, 0]], 1)
            down = down + rng.normal(0, .25, down.shape)
            long = (.06 + .16 * person.stubble) * rng.uniform(.6, 1.2, len(roots))
            out.append(hair.grow_short(roots, normal, down, long, colour, rng, .35))
        return out


class Frame:
    """One posed view: projects, finds what each sample sees, and colours it."""

    def __init__(self, studio: Studio, view: View, matrix: NDArray[np.float64], posed: Array, fine: Array) -> None:
        self.studio, self.view, self.matrix, self.posed, self.fine = studio, view, matrix, posed, fine
        self.size = SIZE * OVERSAMPLE
        self.buffer = DepthBuffer(self.size)
        self.directions = light.sphere()
        self.light = view.lighting.arriving((self.directions @ matrix.T).astype(np.float32))

    def project(self, points: Array) -> tuple[Array, Array]:
        """Pixel coordinates (n, 2) and nearness (n,) of points (n, 3) in camera space."""
        local = (points - AIM).astype(np.float32)
        zoom = DISTANCE / (DISTANCE - local[:, 2]) * SCALE * OVERSAMPLE
        xy = np.stack([local[:, 0] * zoom, -local[:, 1] * zoom], 1) + self.size / 2
        return xy.astype(np.float32), local[:, 2]

    def picture(self, strands: list[hair.Strands], rng: np.random.Generator) -> NDArray[np.uint8]:
        colour = self._backdrop(rng)
        head = self.studio.head
        xy, z = self.project(self.posed)
        self.buffer.draw_triangles(xy, z, head.triangles)
        seen = np.flatnonzero(self.buffer.owner >= 0)
        owner, weights = self.buffer.owner[seen].copy(), self.buffer.weights[seen].copy()
        for strand in strands:
            self._draw_strands(strand, colour)
        still = self.buffer.owner[seen] >= 0
        colour[seen[still]] = self._surface(owner[still], weights[still])
        small = colour.reshape(SIZE, OVERSAMPLE, SIZE, OVERSAMPLE, 3).mean((1, 3))
        coded = skin.encode(small) + rng.normal(0, .004, small.shape)
        return (np.clip(coded, 0, 1) * 255 + .5).astype(np.uint8)

    def _backdrop(self, rng: np.random.Generator) -> Array:
        y, x = np.mgrid[0:self.size, 0:self.size].astype(np.float32) / self.size
        t = (y + .25 * (x - .5))[..., None]
        top, bottom = (skin.linear(np.array(c)) for c in self.view.backdrop)
        glow = 1 + .25 * np.exp(-((x - .5) ** 2 + (y - .45) ** 2) / .1)[..., None]
        return ((top * (1 - t) + bottom * t) * glow).reshape(-1, 3).astype(np.float32)

    def _draw_strands(self, strands: hair.Strands, colour: Array) -> None:
        points, tangent, info = strands.samples()
        local = points - PIVOT
        world = (PIVOT + local @ self.matrix.T).astype(np.float32)
        xy, z = self.project(world)
        pixels, index = self.buffer.draw_points(xy, z + .004)
        colour[pixels] = self._strand_colour(strands, points[index], tangent[index], info[index])

    def _strand_colour(self, strands: hair.Strands, points: Array, tangent: Array, info: Array) -> Array:
        """Kajiya-Kay style: light across the strand plus two shifted highlights, darker towards the roots."""
        person = self.studio.person
        albedo = skin.linear(strands.colour) if strands.colour.max() > .02 else strands.colour
        albedo = np.tile(albedo, (len(points), 1))
        if not strands.rooted:
            grey = (self.studio.noise(points, 40) * .5 + .5 < person.grey)[:, None]
            albedo = np.where(grey, np.array([.36, .36, .37], np.float32), albedo)
        centre = np.array([0, 7.4, .4], np.float32)
        outward = points - centre
        outward = outward / np.linalg.norm(outward, axis=1, keepdims=True)
        camera = self.matrix.T @ np.array([0, 0, 1.])
        diffuse, shine = np.zeros_like(points), np.zeros_like(points)
        for direction, amount in zip(self.directions[::3], self.light[::3] * 3, strict=True):
            facing = np.clip(outward @ direction * .8 + .35, 0, 1)
            along = tangent @ direction
            across = np.sqrt(np.maximum(0, 1 - along ** 2))
            diffuse += (facing * across)[:, None] * amount
            half = direction + camera
            half = half / (np.linalg.norm(half) + 1e-6)
            th = np.sqrt(np.maximum(0, 1 - (tangent @ half + .06) ** 2))
            shine += (facing * th ** 40)[:, None] * amount
        n = len(self.directions)
        deep = (.45 + .55 * np.clip(info[:, 1:] * 2.2, 0, 1)) if not strands.rooted else .85
        tint = np.sqrt(albedo) * .5 + .1
        return (info[:, :1] * deep * (albedo * diffuse * (3.2 / n) + tint * shine * (.8 / n))).astype(np.float32)

    def _surface(self, owner: NDArray[np.int32], weights: Array) -> Array:
        head, person, noise = self.studio.head, self.studio.person, self.studio.noise
        tri = head.triangles[owner]
        normal = (vertex_normals(self.posed, head.triangles)[tri] * weights[:, :, None]).sum(1)
        canonical = (head.canonical[tri] * weights[:, :, None]).sum(1)
        lit = (self.studio.lit[tri] * weights[:, :, None]).sum(1)
        uv = (head.uv[owner] * weights[:, :, None]).sum(1)
        position = (self.posed[tri] * weights[:, :, None]).sum(1)
        out = np.zeros((len(owner), 3), np.float32)
        part = head.part[owner]
        cloth = cloth_cover(canonical) > .5
        camera = AIM + np.array([0, 0, DISTANCE]) - position
        camera = camera / np.linalg.norm(camera, axis=1, keepdims=True)
        local_normal, local_camera = (unit(a @ self.matrix) for a in (normal, camera))
        groups = (((part == 0) & ~cloth, self._skin), ((part == 0) & cloth, self._cloth), (part >= 3, self._mouth))
        for chosen, paint in groups:
            if chosen.any():
                out[chosen] = paint(canonical[chosen], local_normal[chosen], local_camera[chosen], lit[chosen],
                                    uv[chosen])
        for index in (1, 2):
            chosen = part == index
            if chosen.any():
                out[chosen] = self._eye(index, position[chosen], local_camera[chosen], lit[chosen])
        del person, noise
        return out

    def _skin(self, canonical: Array, normal: Array, camera: Array, lit: Array, uv: Array) -> Array:
        person, noise, masks = self.studio.person, self.studio.noise, self.studio.head.masks
        lips, lids, ears, inside = (sample_mask(masks[m], uv) for m in ("lips", "eyelids", "ears", "inside-mouth"))
        albedo, oily = skin.skin_colour(canonical, lips, lids, ears, person, noise)
        bumped = unit(normal - skin.relief(canonical, person, noise))
        diffuse = light.shade(bumped, lit, self.light, self.directions, SKIN_WRAP)
        diffuse = diffuse * (1 - .8 * inside[:, None])
        edge = (1 - np.clip((normal * camera).sum(1), 0, 1)) ** 5
        strength = (.035 + .3 * edge) * oily
        wide = light.gloss(bumped, camera, lit, self.light, self.directions, 14)
        return albedo * diffuse + strength[:, None] * wide * .8

    def _cloth(self, canonical: Array, normal: Array, camera: Array, lit: Array, uv: Array) -> Array:
        weave = 1 + .08 * self.studio.noise(canonical, 30) + .06 * self.studio.noise(canonical, 3, 2)
        fold = unit(normal + .18 * np.stack([self.studio.noise(canonical + s, 2.2) for s in (0, 11, 23)], 1))
        diffuse = light.shade(fold, lit, self.light, self.directions, (.15, .15, .15))
        return skin.linear(self.studio.person.shirt) * diffuse * weave[:, None]

    def _mouth(self, canonical: Array, normal: Array, camera: Array, lit: Array, uv: Array) -> Array:
        diffuse = light.shade(normal, lit * .8, self.light, self.directions, (.3, .3, .3))
        return np.array([.55, .5, .42], np.float32) * diffuse

    def _eye(self, index: int, position: Array, camera: Array, lit: Array) -> Array:
        """The ball is coloured by direction from its centre; the highlight uses a bulged cornea."""
        head = self.studio.head
        ball = np.unique(head.triangles[head.part == index])
        centre = self.posed[ball].mean(0)
        ball_centre = centre - (self.matrix @ np.array([0, 0, .0]))
        direction = unit((position - ball_centre) @ self.matrix)
        to_camera = unit(((AIM + np.array([0, 0, DISTANCE]) - ball_centre) @ self.matrix)[None])[0]
        gaze = unit((.6 * to_camera + .4 * np.array([0, 0, 1]))[None])[0].astype(np.float32)
        albedo, iris = skin.eye_colour(direction, gaze, self.studio.person, self.studio.noise)
        diffuse = light.shade(direction, lit, self.light, self.directions, (.3, .25, .2))
        lid = np.clip(1.02 - 2.6 * np.clip(direction[:, 1] - .12, 0, 1), .35, 1)
        bulge = unit(direction - .45 * iris[:, None] * gaze)
        glint = light.gloss(bulge, camera, np.clip(lit * 1.3, 0, 1), self.light, self.directions, 90)
        sharp = self._lamp_glint(bulge, camera)
        return (albedo * diffuse * lid[:, None] + .03 * glint * lid[:, None] + sharp).astype(np.float32)

    def _lamp_glint(self, normal: Array, camera: Array) -> Array:
        """Mirror image of the strongest lamp as a small soft window."""
        lamp = max(self.view.lighting.lamps, key=lambda item: sum(item.colour))
        towards = np.array(lamp.towards) / np.linalg.norm(lamp.towards) @ self.matrix
        mirror = 2 * (normal * camera).sum(1, keepdims=True) * normal - camera
        angle = np.degrees(np.arccos(np.clip(mirror @ towards, -1, 1)))
        return np.clip((13 - angle) / 3, 0, 1)[:, None] * np.float32(.85)


def cloth_cover(canonical: Array) -> Array:
    """1 under the shirt, 0 above its neckline, soft over 0.02 dm."""
    x, y, z = canonical.T
    neckline = 5.78 - .30 * np.exp(-(x / .45) ** 2) * (z > .3) + .1 * (z < .3)
    return np.clip((neckline - y) / .02 + .5, 0, 1).astype(np.float32)


def vertex_normals(vertices: Array, triangles: NDArray[np.int32]) -> Array:
    """Area-weighted unit normals (n, 3)."""
    a, b, c = (vertices[triangles[:, i]] for i in range(3))
    face = np.cross(b - a, c - a)
    total = np.stack([np.bincount(triangles.ravel(), np.repeat(face[:, i], 3), len(vertices)) for i in range(3)], 1)
    return unit(total)


def unit(vectors: Array) -> Array:
    """Rows scaled to length 1."""
    return (vectors / (np.linalg.norm(vectors, axis=1, keepdims=True) + 1e-9)).astype(np.float32)


def blend(values: Array, triangles: NDArray[np.int32], chosen: NDArray[np.int64], weights: Array) -> Array:
    """Values (n, k) interpolated at points of triangles."""
    return (values[triangles[chosen]] * weights[:, :, None]).sum(1).astype(np.float32)


def scatter(vertices: Array, triangles: NDArray[np.int32], allowed: NDArray[np.int64], density: Array, count: int,
            rng: np.random.Generator) -> tuple[NDArray[np.int64], Array]:
    """Random points on triangles with the given density: (triangle index (count,), weights (count, 3))."""
    a, b, c = (vertices[triangles[allowed, i]] for i in range(3))
    mass = np.linalg.norm(np.cross(b - a, c - a), axis=1) * density
    if count == 0 or mass.sum() == 0:
        return np.zeros(0, np.int64), np.zeros((0, 3), np.float32)
    tri = allowed[rng.choice(len(allowed), count, p=mass / mass.sum())]
    r = np.sqrt(rng.random(count))
    s = rng.random(count)
    return tri, np.stack([1 - r, r * (1 - s), r * s], 1).astype(np.float32)


def sample_mask(mask: Array, uv: Array) -> Array:
    """Bilinear mask values (n,) at texture coordinates (n, 2), v upwards."""
    x = np.clip(uv[:, 0] * mask.shape[1] - .5, 0, mask.shape[1] - 2)
    y = np.clip((1 - uv[:, 1]) * mask.shape[0] - .5, 0, mask.shape[0] - 2)
    i, j = y.astype(np.int64), x.astype(np.int64)
    fy, fx = y - i, x - j
    top = mask[i, j] * (1 - fx) + mask[i, j + 1] * fx
    low = mask[i + 1, j] * (1 - fx) + mask[i + 1, j + 1] * fx
    return (top * (1 - fy) + low * fy).astype(np.float32)


_ = Head
