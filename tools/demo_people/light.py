"""Area lighting: visibility of every direction per vertex, and the light arriving from it."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from demo_people.raster import DepthBuffer

Array = NDArray[np.float32]
DIRECTIONS = 72
SHADOW_SIZE = 192
SHADOW_SPAN = 4.4  # width of the shadow maps, dm


@dataclass(frozen=True)
class Lamp:
    """A soft lamp: direction towards it, linear RGB strength, sharpness of its lobe."""

    towards: tuple[float, float, float]
    colour: tuple[float, float, float]
    sharpness: float


@dataclass(frozen=True)
class Lighting:
    """Sky and ground colour plus lamps, and a name for the manifest."""

    name: str
    sky: tuple[float, float, float]
    ground: tuple[float, float, float]
    lamps: tuple[Lamp, ...]

    def arriving(self, directions: Array) -> Array:
        """Linear RGB (d, 3) arriving from unit directions (d, 3) in camera space."""
        up = (directions[:, 1:2] + 1) / 2
        light = up * np.array(self.sky) + (1 - up) * np.array(self.ground)
        for lamp in self.lamps:
            towards = np.array(lamp.towards) / np.linalg.norm(lamp.towards)
            lobe = np.exp(lamp.sharpness * (directions @ towards - 1))[:, None]
            light = light + lobe / lobe.sum() * len(directions) / 4 * np.array(lamp.colour)
        return light.astype(np.float32)


def sphere() -> Array:
    """Nearly even unit directions (DIRECTIONS, 3), a Fibonacci spiral."""
    i = np.arange(DIRECTIONS) + .5
    y = 1 - 2 * i / DIRECTIONS
    angle = i * np.pi * (3 - 5 ** .5)
    r = np.sqrt(1 - y * y)
    return np.stack([r * np.cos(angle), y, r * np.sin(angle)], 1).astype(np.float32)


def visibility(base: Array, coarse: NDArray[np.int32], fine: Array, strands: Array, centre: Array) -> Array:
    """Share of light (n, DIRECTIONS) in [0, 1] that reaches each fine vertex from each direction.

    Orthographic depth maps of the coarse mesh and the hair points; a vertex is lit where it lies no deeper than the
    map within a small bias, averaged over 2 x 2 cells.
    """
    lit = np.empty((len(fine), DIRECTIONS), np.float32)
    scale = np.float32(SHADOW_SIZE / SHADOW_SPAN)
    for index, direction in enumerate(sphere()):
        side = np.cross(direction, (.3, .95, .05))
        side /= np.linalg.norm(side)
        frame = np.stack([side, np.cross(direction, side), direction], 1).astype(np.float32)
        buffer = DepthBuffer(SHADOW_SIZE)
        placed = (base - centre) @ frame
        buffer.draw_triangles(placed[:, :2] * scale + SHADOW_SIZE / 2, placed[:, 2], coarse)
        if len(strands):
            tips = (strands - centre) @ frame
            column, row = (tips[:, i] * scale + SHADOW_SIZE / 2 for i in (0, 1))
            buffer.draw_points(column, row, tips[:, 2] - .03)
        target = (fine - centre) @ frame
        lit[:, index] = _compare(buffer, target[:, :2] * scale + SHADOW_SIZE / 2 - .5, target[:, 2] + .035)
    return lit


def _compare(buffer: DepthBuffer, xy: Array, depth: Array) -> Array:
    low = np.floor(xy).astype(np.int64)
    f = xy - low
    total = np.zeros(len(xy), np.float32)
    for dx in (0, 1):
        for dy in (0, 1):
            x, y = (np.clip(low[:, a] + d, 0, buffer.size - 1) for a, d in ((0, dx), (1, dy)))
            weight = (f[:, 0] if dx else 1 - f[:, 0]) * (f[:, 1] if dy else 1 - f[:, 1])
            total += weight * (buffer.depth[y * buffer.size + x] <= depth)
    return total


def shade(normals: Array, lit: Array, light: Array, directions: Array, wrap: tuple[float, float, float]) -> Array:
    """Irradiance over pi (n, 3): wrapped cosine per colour (red light travels furthest under skin) times visibility."""
    cosine = normals @ directions.T
    out = np.empty((len(normals), 3), np.float32)
    for channel, w in enumerate(wrap):
        weight = np.maximum(0, (cosine + w) / (1 + w)) * lit
        out[:, channel] = weight @ light[:, channel] * (4 / len(directions))
    return out


def gloss(normals: Array, towards_camera: Array, lit: Array, light: Array, directions: Array, power: float) -> Array:
    """Specular light (n, 3): a Phong lobe around the mirror direction over the same directions."""
    mirror = 2 * (normals * towards_camera).sum(1, keepdims=True) * normals - towards_camera
    lobe = np.maximum(0, mirror @ directions.T) ** power * (power + 1) / 2
    return (lobe * lit) @ light * (1 / len(directions))
