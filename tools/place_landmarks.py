"""Places the landmark schemes of `vultus.people.labels` on the head basis and writes labels/points.npy.

    VULTUS_MODELS=<folder with facemesh> python tools/place_landmarks.py        (needs vultus[people]; about 5 minutes)

5, 68 and 98 points follow from the anatomy of the mesh (rims of lids and lips, outline of the red of the lips, ridge of the nose,
outline of the face from the front). The 468 points are where a face-mesh net puts them on pictures of virtual people with a known
camera: each point gets the place of the skin whose pictures lie nearest to the net's answers on average. Right and left halves are
mirrored copies.
"""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import numpy as np

from vultus.people.basis import HeadBasis
from vultus.people.shapes import Part

OUT = Path(__file__).parent.parent / "src/vultus/people/labels/points.npy"
FRONT_Z = -42.0  # mm; the outline of the face is that of what lies before this plane (the ears lie behind it)
CENTRE = np.array([0.0, -40.0])


class Template:
    """The mean head, its front, and the places on it."""

    def __init__(self) -> None:
        self.basis = HeadBasis.load()
        self.vertices = self.basis.template.astype(np.float64)
        self.mirror = mirror_map(self.basis)
        triangles = self.basis.triangles[self.basis.part == Part.SKIN]
        corners = self.basis.mesh(self.basis.pose(self.basis.template)).uv[self.basis.part == Part.SKIN]
        outer = corners[..., 1].max(1) < 0.66  # the island of the head; mouth and sockets have their own
        self.triangles = triangles[outer]
        self.lid_rim, self.lip_rim = self._rims(triangles, outer)

    def _rims(self, triangles: Any, outer: Any) -> tuple[Any, Any]:
        """Vertices between the outside and the sockets, and between the outside and the mouth."""
        both = np.intersect1d(triangles[outer], triangles[~outer])
        points = self.vertices[both]
        eyes = (np.abs(points[:, 1]) < 12) & (points[:, 2] > 0)
        mouth = (np.abs(points[:, 1] + 67) < 8) & (points[:, 2] > 0)
        return both[eyes], both[mouth]

    def front(self, x: float, y: float, behind: float = FRONT_Z) -> tuple[Any, Any]:
        """Vertices (3,) and weights (3,) of the foremost place of the skin at x, y, not behind a plane."""
        corner = self.vertices[self.triangles]
        a, b, c = (corner[:, k, :2] - (x, y) for k in range(3))
        weight = np.stack([cross(b, c), cross(c, a), cross(a, b)], 1)
        inside = (weight >= -1e-6 * np.abs(weight).sum(1, keepdims=True)).all(1) & (weight.sum(1) > 0)
        if not inside.any():
            raise ValueError(f"landmark at {x:.1f}, {y:.1f}: expected skin there, got none")
        rows = np.flatnonzero(inside)
        share = weight[rows] / weight[rows].sum(1, keepdims=True)
        z = (share * corner[rows, :, 2]).sum(1)
        best = int(np.argmax(z))
        if z[best] < behind:
            raise ValueError(f"landmark at {x:.1f}, {y:.1f}: expected a place before z = {behind}, got {z[best]:.1f}")
        return self.triangles[rows[best]], np.clip(share[best], 0, 1)

    def nearest(self, place: Any) -> tuple[Any, Any]:
        """Vertices and weights of the place of the outer skin that is nearest to a point (3,)."""
        corner = self.vertices[self.triangles]
        close = np.argsort(np.linalg.norm(corner.mean(1) - place, axis=1))[:40]
        best: tuple[float, Any, Any] = (np.inf, None, None)
        for row in close:
            weight = closest_weights(corner[row], place)
            distance = float(np.linalg.norm(weight @ corner[row] - place))
            if distance < best[0]:
                best = (distance, self.triangles[row], weight)
        return best[1], best[2]

    def at(self, vertex: int) -> tuple[Any, Any]:
        return np.array([vertex] * 3), np.array([1.0, 0, 0])

    def mirrored(self, place: tuple[Any, Any]) -> tuple[Any, Any]:
        return self.mirror[place[0]], place[1]


def cross(p: Any, q: Any) -> Any:
    return p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]


def closest_weights(corner: Any, place: Any) -> Any:
    """Weights (3,) >= 0, sum 1, of the point of a triangle nearest to a place (projection, then clipping to the edges)."""
    edges = np.stack([corner[1] - corner[0], corner[2] - corner[0]], 1)
    s, t = np.linalg.lstsq(edges, place - corner[0], rcond=None)[0]
    if s >= 0 and t >= 0 and s + t <= 1:
        return np.array([1 - s - t, s, t])
    best = (np.inf, np.zeros(3))
    for a, b in ((0, 1), (1, 2), (2, 0)):
        along = corner[b] - corner[a]
        u = float(np.clip((place - corner[a]) @ along / max(along @ along, 1e-12), 0, 1))
        weight = np.zeros(3)
        weight[a], weight[b] = 1 - u, u
        best = min(best, (float(np.linalg.norm(weight @ corner - place)), weight), key=lambda pair: pair[0])
    return best[1]


def mirror_map(basis: HeadBasis) -> Any:
    """Number of each vertex's mirror image: nearest in place, also with the jaw open and the eyes shut (so lips and lids stay apart)."""
    states = [basis.template, basis.express(basis.template, {"jawOpen": 1.0}),
              basis.express(basis.template, {"eyeBlinkLeft": 1.0, "eyeBlinkRight": 1.0})]
    here = np.concatenate(states, 1).astype(np.float64)
    there = here * np.tile([-1.0, 1, 1], 3)
    result = np.empty(len(here), np.int32)
    for start in range(0, len(here), 500):
        gap = np.linalg.norm(there[start:start + 500, None] - here[None], axis=2)
        result[start:start + 500] = gap.argmin(1)
    return result


def outline(head: Template) -> Any:
    """Right half of the face's outline from the front, (m, 2): from eye height down to the middle of the chin (x <= 0)."""
    points = head.vertices[np.unique(head.triangles)]
    points = points[(points[:, 2] > FRONT_Z) & (points[:, 1] > -116) & (points[:, 1] < 25) & (points[:, 0] < 2)][:, :2]
    angles = np.deg2rad(np.linspace(180 - 40, 270, 700))
    hull = np.stack([points[np.argmax((points - CENTRE) @ (np.cos(a), np.sin(a)))] for a in angles])
    keep = np.r_[True, np.linalg.norm(np.diff(hull, axis=0), axis=1) > 1e-6]
    hull = hull[keep]
    hull[-1, 0] = 0
    top = np.interp(0, -hull[:, 1], hull[:, 0])
    below = hull[hull[:, 1] < 0]
    return np.concatenate([[[top, 0]], below])


def along(line: Any, count: int) -> Any:
    """Points at equal distances along a line, both ends included."""
    length = np.r_[0, np.cumsum(np.linalg.norm(np.diff(line, axis=0), axis=1))]
    at = np.linspace(0, length[-1], count)
    return np.stack([np.interp(at, length, line[:, k]) for k in range(line.shape[1])], 1)


def jaw(head: Template, count: int) -> list[tuple[Any, Any]]:
    """count places (odd) from the right ear round the chin to the left, 1 mm inside the outline."""
    half = along(outline(head), count // 2 + 1)
    inner = half + 1.0 * (CENTRE - half) / np.linalg.norm(CENTRE - half, axis=1, keepdims=True)
    inner[-1, 0] = 0
    right = [head.front(x, y) for x, y in inner]
    return right + [head.mirrored(p) for p in right[-2::-1]]


def rim_points(head: Template, rim: Any, shares: Any, upper: bool) -> list[tuple[Any, Any]]:
    """Places on the right half's rim at shares 0..1 of the way (in x) from its outer to its inner end."""
    points = head.vertices[rim]
    outer, inner = points[np.argmin(points[:, 0])], points[np.argmax(points[:, 0])]
    level = np.interp(points[:, 0], [outer[0], inner[0]], [outer[1], inner[1]])
    chosen = rim[(points[:, 1] >= level - 1e-9) if upper else (points[:, 1] <= level + 1e-9)]
    chosen = chosen[np.argsort(head.vertices[chosen, 0])]
    x = head.vertices[chosen, 0]
    places = []
    for share in shares:
        target = outer[0] + share * (inner[0] - outer[0])
        k = int(np.clip(np.searchsorted(x, target), 1, len(x) - 1))
        w = float(np.clip((target - x[k - 1]) / max(x[k] - x[k - 1], 1e-9), 0, 1))
        places.append((np.array([chosen[k - 1], chosen[k], chosen[k]]), np.array([1 - w, w, 0.0])))
    return places


def eye(head: Template, shares: Any) -> dict[str, list[tuple[Any, Any]]]:
    rim = head.lid_rim[head.vertices[head.lid_rim, 0] < 0]
    x = head.vertices[rim, 0]
    return {"outer": [head.at(rim[np.argmin(x)])], "inner": [head.at(rim[np.argmax(x)])],
            "upper": rim_points(head, rim, shares, True), "lower": rim_points(head, rim, shares, False)}


def lip_border(head: Template) -> Any:
    """Corner (x, y) of the red of the lips on the right, and functions of x for its upper and its lower border (x <= 0)."""
    basis = head.basis
    mask = basis.masks["lips"][::2, ::2] > 127
    red = basis.texel_position[mask & (basis.texel_part == Part.SKIN)]
    red = red[(red[:, 2] > 10) & (red[:, 1] < -50) & (red[:, 1] > -90)]
    red = np.concatenate([red, red * (-1, 1, 1)])
    corner = red[np.argmin(red[:, 0])]
    grid = np.linspace(corner[0] + .4, 0, 40)
    top = np.array([red[np.abs(red[:, 0] - x) < .6, 1].max() for x in grid])
    low = np.array([red[np.abs(red[:, 0] - x) < .6, 1].min() for x in grid])
    return corner, grid, top, low


def mouth(head: Template) -> dict[str, Any]:
    corner, grid, top, low = lip_border(head)
    peak = float(grid[np.argmax(top)])
    rim = head.lip_rim[head.vertices[head.lip_rim, 0] <= 1e-3]
    end = float(corner[0])

    def upper(x: float) -> tuple[Any, Any]:
        return head.front(x, float(np.interp(x, grid, top)))

    def lower(x: float) -> tuple[Any, Any]:
        return head.front(x, float(np.interp(x, grid, low)))

    def inner(x: float, up: bool) -> tuple[Any, Any]:
        return head.front(x, lip_contact(head, rim, x, up) + (.8 if up else -.8))

    return {"corner": head.front(end - 1.0, float(corner[1])), "upper": [upper(.5 * (end + peak)), upper(peak), upper(0.0)],
            "lower": [lower(.67 * end), lower(.35 * end), lower(0.0)], "in_corner": head.front(end + 3.5, float(corner[1])),
            "in_upper": [inner(.45 * end, True), inner(0.0, True)], "in_lower": [inner(.45 * end, False), inner(0.0, False)]}


def lip_contact(head: Template, rim: Any, x: float, upper: bool) -> float:
    """Height y of a lip's rim at x; the opened jaw tells the two lips apart."""
    opened = head.basis.express(head.basis.template, {"jawOpen": 1.0})
    drop = head.vertices[rim, 1] - opened[rim, 1]
    lip = rim[drop < .4 * drop.max()] if upper else rim[drop > .6 * drop.max()]
    return float(head.vertices[lip[np.argmin(np.abs(head.vertices[lip, 0] - x))], 1])


def nose(head: Template) -> dict[str, Any]:
    """Ridge from the root to the tip, and the base from the right wing to the middle."""
    column = head.vertices[np.unique(head.triangles)]
    middle = column[(np.abs(column[:, 0]) < .5) & (column[:, 1] > -60) & (column[:, 1] < 20) & (column[:, 2] > 20)]
    tip = middle[np.argmax(middle[:, 2])]
    root = middle[middle[:, 1] > -5][np.argmin(middle[middle[:, 1] > -5, 2])]
    below = middle[(middle[:, 1] < tip[1] - 3) & (middle[:, 1] > tip[1] - 16)]
    base = below[np.argmin(below[:, 2])]
    beside = (column[:, 1] < tip[1] + 4) & (column[:, 1] > tip[1] - 9) & (column[:, 2] > 14)
    wing = column[beside & (column[:, 0] < 0) & (column[:, 0] > -24)]
    ridge = [head.front(0.0, y) for y in np.linspace(root[1], tip[1], 4)]
    return {"ridge": ridge, "tip": tip, "base": base, "wing_x": wing_edge(wing), "under": float(base[1])}


def wing_edge(wing: Any) -> float:
    """x of the outer edge of the right wing: the outermost point that still stands 8 mm before the cheek's fold."""
    return float(wing[wing[:, 2] > np.quantile(wing[:, 2], .3), 0].min())


def brow(head: Template, offs: Any) -> list[tuple[Any, Any]]:
    """Places of a mean brow (see skin.brow_area) on the right: pairs (along 0 inner .. 1 outer, off in half thicknesses)."""
    places = []
    for share, off in offs:
        x = 12 + share * 38
        line = 17 + 3 * np.interp(share, (0, .35, .62, .82, 1), (.05, .6, 1, .75, .1))
        half = 4 * np.interp(share, (0, .12, .55, .8, 1), (.72, 1, .92, .6, .5))
        places.append(head.front(-x, line + off * half))
    return places


def scheme_68(head: Template) -> list[tuple[Any, Any]]:
    """iBUG 300-W numbering: jaw, brows, nose, eyes, outer and inner lips."""
    flip = head.mirrored
    lids, lips, n = eye(head, (1 / 3, 2 / 3)), mouth(head), nose(head)
    right_brow = brow(head, [(t, 0) for t in (1, .75, .5, .25, 0)])
    base = [head.front(n["wing_x"] + 1.0, n["tip"][1] - 5), head.front(.5 * n["wing_x"], n["under"] + 1.5), head.front(0.0, n["under"])]
    right_eye = lids["outer"] + lids["upper"] + lids["inner"] + lids["lower"][::-1]
    left_eye = [flip(p) for p in lids["inner"] + lids["upper"][::-1] + lids["outer"] + lids["lower"]]
    outer = [lips["corner"], *lips["upper"], *[flip(p) for p in lips["upper"][1::-1]], flip(lips["corner"]),
             *[flip(p) for p in lips["lower"][:2]], lips["lower"][2], *lips["lower"][1::-1]]
    inner = [lips["in_corner"], *lips["in_upper"], flip(lips["in_upper"][0]), flip(lips["in_corner"]), flip(lips["in_lower"][0]),
             lips["in_lower"][1], lips["in_lower"][0]]
    return [*jaw(head, 17), *right_brow, *[flip(p) for p in right_brow[::-1]], *n["ridge"], *base, *[flip(p) for p in base[1::-1]],
            *right_eye, *left_eye, *outer, *inner]


def scheme_98(head: Template) -> list[tuple[Any, Any]]:
    """WFLW numbering; the two pupils at the end are filled from the posed eyes."""
    flip, low = head.mirrored, scheme_68(head)
    top = brow(head, [(1, 0), (.75, .9), (.5, .9), (.25, .9), (.02, .8)])
    bottom = brow(head, [(.02, -.8), (.25, -.9), (.5, -.9), (.75, -.9)])
    lids = eye(head, (.25, .5, .75))
    right_eye = lids["outer"] + lids["upper"] + lids["inner"] + lids["lower"][::-1]
    left_eye = [flip(p) for p in lids["inner"] + lids["upper"][::-1] + lids["outer"] + lids["lower"]]
    left_brow = [flip(p) for p in [*top[::-1], *bottom[::-1]]]
    return [*jaw(head, 33), *top, *bottom, *left_brow, *low[27:36], *right_eye, *left_eye, *low[48:68], low[36], low[45]]


def observe(basis: HeadBasis, people: int = 60) -> dict[str, Any]:
    """Pictures of people, four views each: `px` (pictures, vertices, 2) of the basis' vertices and `net` (pictures, 468, 2)."""
    from vultus import registry
    from vultus.people.render.camera import project
    from vultus.people.sampling import draw_identity
    from vultus.people.scene import Camera, Pose, Scene
    from vultus.people.studio import Studio
    from vultus.types import Faces
    studio, mesh = Studio(), registry.build("analyse/face_mesh")
    rng, px, net = np.random.default_rng(468), [], []
    camera = Camera(320, 320, focal_mm=85, distance_mm=1200)
    for number in range(people):
        person = dataclasses.replace(draw_identity(9000 + number), glasses=None)
        for yaw in (0, -25, 25, 0):
            pose = Pose(yaw + float(rng.normal(0, 4)), float(rng.normal(0, 6)), float(rng.normal(0, 3)))
            scene = Scene(person, pose, camera=camera)
            sculpture, posed = studio.build(scene)
            picture = studio.renderer.render(sculpture, scene).image
            flat = project(posed.vertices, camera)[0]
            face = flat[basis.eyes.ravel()].mean(0) + np.array([0, 25])  # px; a square of 170 px about the face, as a detector gives
            box = np.array([[*(face - 85), *(face + 85)]], np.float32)
            found = Faces(box, np.ones(1, np.float32), np.tile(face, (1, 5, 1)).astype(np.float32), (320, 320))
            px.append(flat.astype(np.float32))
            net.append(mesh.analyse([picture], [found])["landmarks_3d"][0][:, :2])
    return {"px": np.stack(px), "net": np.stack(net)}


def mesh_places(head: Template, observations: Any) -> tuple[list[tuple[Any, Any]], Any]:
    """For every point of the net the place of the skin whose pictures lie nearest to the net's answers, on average over all pictures.

    Coarse search over corners, edge middles and centres of the triangles, then a fine grid inside the triangles round the best.

    Returns:
        places (468) and mean distance px / eye distance of each.
    """
    px, net = observations["px"].astype(np.float32), observations["net"].astype(np.float32)
    rims = [np.unique(head.lid_rim[head.vertices[head.lid_rim, 0] * side > 0]) for side in (-1, 1)]
    gap = np.linalg.norm(px[:, rims[0]].mean(1) - px[:, rims[1]].mean(1), axis=1)[:, None]
    front = head.triangles[head.vertices[head.triangles, 2].min(1) > -60]
    coarse = np.array([[1, 0, 0], [.5, .5, 0], [1 / 3, 1 / 3, 1 / 3]], np.float32)
    fine = np.array([[a, b, 6 - a - b] for a in range(7) for b in range(7 - a)], np.float32) / 6
    places, errors = [], []
    for point in range(net.shape[1]):
        spread = [np.linalg.norm((px[:, front] * w[:, None]).sum(2) - net[:, point, None], axis=2) / gap for w in coarse]
        nearest = np.argsort(np.min([e.mean(0) for e in spread], 0))[:6]
        corner = px[:, front[nearest]]
        error = np.linalg.norm(np.einsum("ptcx,kc->ptkx", corner, fine) - net[:, point, None, None], axis=3) / gap[..., None]
        row, k = np.unravel_index(error.mean(0).argmin(), error.shape[1:])
        places.append((front[nearest[row]], fine[k]))
        errors.append(float(error.mean(0).min()))
    return places, np.array(errors)


def symmetric(head: Template, places: list[tuple[Any, Any]]) -> list[tuple[Any, Any]]:
    """Each point averaged with the mirror image of its partner (the nearest after mirroring), back on the skin."""
    points = np.stack([w @ head.vertices[v] for v, w in places])
    flipped = points * (-1, 1, 1)
    partner = np.linalg.norm(flipped[:, None] - points[None], axis=2).argmin(1)
    mutual = partner[partner] == np.arange(len(points))
    result = [head.nearest(p) for p in np.where(mutual[:, None], (points + flipped[partner]) / 2, points)]
    for k in np.flatnonzero(mutual & (points[:, 0] > 0)):
        result[k] = head.mirrored(result[partner[k]])
    print("points with a partner", int(mutual.sum()), "of", len(points))
    return result


def scheme_5(head: Template) -> list[tuple[Any, Any]]:
    """Eye centres (filled from the posed eyes), middle of the bulb of the nose, corners of the mouth.

    On photographs (LFW, 78 near frontal) CenterFace puts the nose 0.46 of the way from point 4 to point 1 of the face mesh;
    these lie at y = -29.2 and -38.5 on the template, so the place is y = -33.5: above the foremost point of the nose.
    """
    low = scheme_68(head)
    return [low[36], low[45], head.front(0.0, -33.5), low[48], low[54]]


def brow_patch(head: Template) -> list[tuple[Any, Any]]:
    """Places over the brows on a grid of 2 mm, rows of y 6..40 mm, columns of |x| 4..62 mm; right side, then left."""
    right = [head.front(-float(x), float(y)) for y in range(6, 42, 2) for x in range(4, 64, 2)]
    return right + [head.mirrored(p) for p in right]


def head_hull(head: Template) -> list[tuple[Any, Any]]:
    """Vertices that lie farthest out in 300 directions: what a box about the bare head has to hold."""
    weights = head.basis._weights[:, 4]
    skin = np.unique(head.triangles)
    skin = skin[weights[skin] > .999]
    turn = np.arange(300) * np.pi * (3 - np.sqrt(5))
    z = 1 - 2 * (np.arange(300) + .5) / 300
    towards = np.stack([np.sqrt(1 - z * z) * np.cos(turn), np.sqrt(1 - z * z) * np.sin(turn), z], 1)
    return [head.at(int(v)) for v in np.unique(skin[(head.vertices[skin] @ towards.T).argmax(0)])]


def main() -> None:
    head = Template()
    found, error = mesh_places(head, observe(head.basis))
    print("468 points, mean distance to the net's answers in eye distances:", round(float(error.mean()), 4))
    schemes = {"5": scheme_5(head), "68": scheme_68(head), "98": scheme_98(head), "468": symmetric(head, found), "brows": brow_patch(head),
               "head": head_hull(head)}
    table = np.empty(sum(map(len, schemes.values())), [("scheme", "U5"), ("vertices", "<i4", 3), ("weights", "<f4", 3)])
    table["scheme"] = [name for name, places in schemes.items() for _ in places]
    table["vertices"] = [v for places in schemes.values() for v, _ in places]
    table["weights"] = [w for places in schemes.values() for _, w in places]
    np.save(OUT, table)
    print({name: len(places) for name, places in schemes.items()}, OUT.stat().st_size, "bytes")


if __name__ == "__main__":
    main()
