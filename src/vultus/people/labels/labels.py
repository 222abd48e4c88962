"""Everything that is exactly known about a picture of a virtual person."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.scene import Scene
from vultus.people.shapes import Float


@dataclass(frozen=True, eq=False)
class Points:
    """k landmarks of a scheme.

    Attributes:
        px: float32 (k, 2), x right, y down, pixel centres at +0.5; NaN behind the camera.
        mm: float32 (k, 3), frame of the camera: x right, y up, z towards the viewer (before the camera z is negative).
        visible: bool (k,), in the picture and hidden by nothing.
        unhidden_by_head: bool (k,), in the picture and not hidden by the head itself; hair, clothes, things may lie before it.
    """

    px: Float
    mm: Float
    visible: NDArray[np.bool_]
    unhidden_by_head: NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Labels:
    """Labels of one picture.

    Attributes:
        scene: who and how; identity, age, actions, light, camera and everything else that was asked for.
        points: "5", "68", "98", "468" -> `Points`.
        face_box: float32 (4,), x1 y1 x2 y2 px: the smallest upright box about the 68 and the 468 points (forehead to the hairline, chin,
            ear to ear); may reach beyond the picture.
        head_box: float32 (4,), the same about the bare head with ears.
        parsing19, parsing11: uint8 (h, w), classes of `parsing.CELEBA_19` and `parsing.IBUG_11`.
        depth: float32 (h, w), mm along the camera's axis, inf = background.
        normals: float32 (h, w, 3), camera frame.
        uv: float32 (h, w, 2), place in the head's texture, NaN = not head.
        pose: yaw, pitch, roll of the head in degrees, read from its rotation.
        view: yaw and pitch at which the camera sees the head, degrees: `pose` without what the place in the picture adds.
        gaze: float32 (2, 2), yaw and pitch of right and left eye relative to the head, degrees.
        actions: facial actions as applied, with the lids that follow gaze and blink.
        occluded: share 0..1 of the face behind hair, worn things or occluders; NaN when the face is not in the picture.
    """

    scene: Scene
    points: dict[str, Points]
    face_box: Float
    head_box: Float
    parsing19: NDArray[np.uint8]
    parsing11: NDArray[np.uint8]
    depth: Float
    normals: Float
    uv: Float
    pose: tuple[float, float, float]
    view: tuple[float, float]
    gaze: Float
    actions: dict[str, float]
    occluded: float

    @property
    def identity(self) -> str:
        """Id of the person."""
        return self.scene.identity.id

    @property
    def age_years(self) -> float:
        """Age of the person in this picture."""
        return self.scene.identity.years

    def to_row(self, schemes: tuple[str, ...] = ("5", "68")) -> dict[str, Any]:
        """Flat dict for JSON or a manifest: labels, then all parameters with dotted names; no arrays of pixels.

        Args:
            schemes: landmark schemes to include, each as `points_N` (x, y, x, y, ...; px, hundredths) and `visible_N` (0 or 1).
        """
        row: dict[str, Any] = {"identity": self.identity, "age_years": self.age_years}
        row.update(zip(("yaw", "pitch", "roll"), (round(v, 3) for v in self.pose), strict=True))
        row.update(zip(("view_yaw", "view_pitch"), (round(v, 3) for v in self.view), strict=True))
        for side, (yaw, pitch) in zip(("right", "left"), self.gaze.tolist(), strict=True):
            row.update({f"gaze_{side}_yaw": round(yaw, 3), f"gaze_{side}_pitch": round(pitch, 3)})
        row.update({"face_box": _plain(self.face_box), "head_box": _plain(self.head_box)})
        row["occluded"] = None if np.isnan(self.occluded) else round(self.occluded, 4)
        for name in schemes:
            row[f"points_{name}"] = _plain(self.points[name].px.ravel())
            row[f"visible_{name}"] = self.points[name].visible.astype(int).tolist()
        row.update({f"action.{name}": round(value, 4) for name, value in sorted(self.actions.items())})
        row.update(flat(self.scene.identity.to_dict(), "identity."))
        scene = asdict(self.scene)
        row.update(flat({key: value for key, value in scene.items() if key not in ("identity", "actions")}, "scene."))
        return row

    def arrays(self) -> dict[str, NDArray[Any]]:
        """The arrays by name, small types: points, visibility, parsing, depth, normals, uv."""
        found: dict[str, NDArray[Any]] = {}
        for name, points in self.points.items():
            found.update({f"points_{name}": points.px, f"points_{name}_mm": points.mm, f"visible_{name}": points.visible,
                          f"unhidden_{name}": points.unhidden_by_head})
        return {**found, "parsing19": self.parsing19, "parsing11": self.parsing11, "depth": self.depth, "normals": self.normals,
                "uv": self.uv}

    def save(self, folder: Path) -> list[Path]:
        """Writes labels.json, points.npz, and the pixel arrays as PNG (16 bits for depth, normals, uv); see `label_folder`."""
        from vultus.people.labels.label_folder import write
        return write(self, folder)


def flat(values: Mapping[str, Any], prefix: str = "") -> dict[str, Any]:
    """Nested mappings as one level of dotted names; sequences become lists, paths text, infinite numbers None."""
    row: dict[str, Any] = {}
    for key, value in values.items():
        if isinstance(value, Mapping):
            row.update(flat(value, f"{prefix}{key}."))
        else:
            row[f"{prefix}{key}"] = _json(value)
    return row


def _json(value: Any) -> Any:
    if isinstance(value, tuple | list):
        return [_json(each) for each in value]
    if isinstance(value, Mapping):
        return {key: _json(each) for key, each in value.items()}
    if isinstance(value, Path):
        return value.name
    return None if isinstance(value, float) and not np.isfinite(value) else value


def _plain(values: Float) -> list[float | None]:
    return [None if not np.isfinite(v) else round(float(v), 2) for v in values]
