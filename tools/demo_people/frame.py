"""One picture: projects a posed person, finds what each sample sees, and colours it."""

from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from demo_people import light, skin
from demo_people.body import PIVOT
from demo_people.raster import DepthBuffer
from demo_people.strands import Strands
from demo_people.surface_points import mix, sample_mask, unit, vertex_normals
from demo_people.view import View

if TYPE_CHECKING:
    from demo_people.studio import Studio

Array = NDArray[np.float32]
SIZE = 320
OVERSAMPLE = 3
DISTANCE = 13.0  # camera to head, dm
SCALE = 84.0  # pixels per dm at the head
AIM = np.array([0, 7.16, .9], np.float32)  # the camera looks here, dm
HAIR_CENTRE = np.array([0, 7.4, .4], np.float32)
GREY = np.array([.38, .38, .39], np.float32)  # linear colour of hair without pigment
SPACING = .0045  # distance between drawn points along a strand, dm
CHUNK = 40_000  # surface samples shaded at a time
SKIN_WRAP = (.42, .22, .14)


class Frame:
    """One posed view: projects, finds what each sample sees, and colours it."""

    def __init__(self, studio: "Studio", view: View, matrix: NDArray[np.float64], posed: Array) -> None:
        self.studio, self.view, self.posed = studio, view, posed
        self.matrix = matrix.astype(np.float32)
        self.size = SIZE * OVERSAMPLE
        self.buffer = DepthBuffer(self.size)
        self.directions = light.sphere()
        self.light = view.lighting.arriving(self.directions @ self.matrix.T)

    def project(self, x: Array, y: Array, z: Array) -> tuple[Array, Array]:
        """Pixel columns and rows of points in camera space, any shape."""
        zoom = np.float32(DISTANCE * SCALE * OVERSAMPLE) / (np.float32(DISTANCE + AIM[2]) - z)
        half = np.float32(self.size / 2)
        return (x - AIM[0]) * zoom + half, (AIM[1] - y) * zoom + half

    def picture(self, strands: list[Strands], rng: np.random.Generator) -> NDArray[np.uint8]:
        colour = self._backdrop(rng)
        head = self.studio.head
        self.normals = vertex_normals(self.posed, head.triangles)
        x, y, z = self.posed.T
        self.buffer.draw_triangles(np.stack(self.project(x, y, z), 1), z, head.triangles)
        for strand in (s for s in strands if not s.rooted):
            self._draw_strands(strand, colour)
        seen = np.flatnonzero(self.buffer.owner >= 0)
        for start in range(0, len(seen), CHUNK):
            part = seen[start:start + CHUNK]
            colour[part] = self._surface(self.buffer.owner[part], self.buffer.weights[part])
        for strand in (s for s in strands if s.rooted):
            self._draw_strands(strand, colour)
        small = colour.reshape(SIZE, OVERSAMPLE, SIZE, OVERSAMPLE, 3).mean((1, 3))
        coded = skin.encode(small) + rng.normal(0, .004, small.shape)
        return (np.clip(coded, 0, 1) * 255 + .5).astype(np.uint8)

    def _backdrop(self, rng: np.random.Generator) -> Array:
        y, x = np.mgrid[0:self.size, 0:self.size].astype(np.float32) / self.size
        t = (y + .25 * (x - .5))[..., None]
        top, bottom = (skin.linear(np.array(c)) for c in self.view.backdrop)
        glow = 1 + .25 * np.exp(-((x - .5) ** 2 + (y - .45) ** 2) / .1)[..., None]
        return ((top * (1 - t) + bottom * t) * glow).reshape(-1, 3).astype(np.float32)

    def _draw_strands(self, strands: Strands, colour: Array) -> None:
        """Draws every strand as a row of points, dense enough to leave no gaps in the picture."""
        start, step, strand, along = strands.segments(None if strands.rooted else self._front(strands))
        length = np.sqrt(np.einsum("ij,ij->i", step, step))
        inner = max(1, int(np.ceil(np.quantile(length, .9) / SPACING)))
        t = ((np.arange(inner) + .5) / inner).astype(np.float32)
        begin = PIVOT + (start - PIVOT) @ self.matrix.T
        turned = step @ self.matrix.T
        x, y, z = (begin[:, i, None] + turned[:, i, None] * t for i in range(3))
        column, row = self.project(x, y, z)
        pixels, index = self.buffer.draw_points(column.ravel(), row.ravel(), z.ravel() + np.float32(.004))
        segment, t = index // inner, t[index % inner, None]
        place = along[segment, :1] * (1 - t) + along[segment, 1:] * t
        info = np.hstack([strands.shade[strand[segment], None], place, strands.grey[strand[segment], None]])
        lit = self._strand_colour(strands, start[segment] + step[segment] * t, unit(step[segment]), info)
        colour[pixels] += strands.opacity * (lit - colour[pixels])

    def _front(self, strands: Strands) -> NDArray[np.bool_]:
        """Segments (n, steps - 1) not hidden behind the head."""
        middle = (strands.points[:, 1:] + strands.points[:, :-1]) / 2 - HAIR_CENTRE
        depth = middle @ self.matrix[2]
        return depth > -.25 * np.sqrt(np.einsum("ijk,ijk->ij", middle, middle)) - .1

    def _strand_colour(self, strands: Strands, points: Array, tangent: Array, info: Array) -> Array:
        """Kajiya-Kay style: light across the strand plus two shifted highlights, darker towards the roots."""
        albedo = skin.linear(strands.colour) if strands.colour.max() > .02 else strands.colour
        albedo = np.tile(albedo, (len(points), 1))
        if not strands.rooted:
            albedo = np.where(info[:, 2:] > 0, .4 * albedo + np.float32(.6) * GREY, albedo)
        outward = unit(points - HAIR_CENTRE)
        camera = self.matrix[2]
        diffuse, shine = np.zeros_like(points), np.zeros_like(points)
        for direction, amount in zip(self.directions[::3], self.light[::3] * 3, strict=True):
            facing = np.clip(outward @ direction * .8 + .35, 0, 1)
            along = tangent @ direction
            across = np.sqrt(np.maximum(0, 1 - along ** 2))
            diffuse += (facing * across)[:, None] * amount
            half = direction + camera
            half = half / (np.linalg.norm(half) + 1e-6)
            peak = np.maximum(0, 1 - (tangent @ half + .06) ** 2)
            for _ in range(4):  # peak ** 16: a highlight about 15 degrees wide
                peak = peak * peak
            shine += (facing * peak)[:, None] * amount
        n = len(self.directions)
        deep = (.45 + .55 * np.clip(info[:, 1:2] * 2.2, 0, 1)) if not strands.rooted else .85
        tint = np.sqrt(albedo) * .5 + .1
        return (info[:, :1] * deep * (albedo * diffuse * (3.2 / n) + tint * shine * (.8 / n))).astype(np.float32)

    def _surface(self, owner: NDArray[np.int32], weights: Array) -> Array:
        head = self.studio.head
        tri = head.triangles[owner]
        normal, canonical, lit, position = (mix(values, tri, weights) for values in (
            self.normals, head.canonical, self.studio.lit, self.posed))
        uv = np.einsum("tcu,tc->tu", head.uv[owner], weights)
        out = np.zeros((len(owner), 3), np.float32)
        part = head.part[owner]
        cloth = skin.cloth_cover(canonical) > .5
        camera = AIM + np.array([0, 0, DISTANCE], np.float32) - position
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
        ball_centre = self.posed[ball].mean(0)
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
