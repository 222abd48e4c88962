"""The labels of a picture as files: everything a reader needs, nothing lost that was promised.

labels.json        the row of `Labels.to_row` with all schemes, and how to read the pictures
points.npz         px, mm and visibility of each scheme
parsing19.png, parsing11.png   class numbers, 8 bits
depth.png          16 bits: mm = offset_mm + value / 10, 65535 = background
normals.png        16 bits, red green blue = x y z: value / 32767 - 1; 0 0 0 = background
uv.png             16 bits, red = u, green = v: value / 65534; blue 0 = not head, 65535 = head
"""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import StorageError
from vultus.image import shown

if TYPE_CHECKING:
    from vultus.people.labels.labels import Labels

NO_DEPTH = 65535


def write(labels: Labels, folder: Path) -> list[Path]:
    """Writes the files into a folder, which is made; returns their paths. Raises StorageError."""
    depth, offset = depth_levels(labels.depth)
    pictures: dict[str, NDArray[Any]] = {"parsing19": labels.parsing19, "parsing11": labels.parsing11, "depth": depth,
                                         "normals": normal_levels(labels.normals), "uv": uv_levels(labels.uv)}
    row = {**labels.to_row(("5", "68", "98", "468")), "depth_offset_mm": offset}
    points = {name: array for name, array in labels.arrays().items() if name.startswith(("points", "visible", "unhidden"))}
    try:
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "labels.json").write_text(json.dumps(row, indent=1) + "\n")
        (folder / "points.npz").write_bytes(_npz(points))
        paths = [folder / "labels.json", folder / "points.npz"]
        for name, array in pictures.items():
            (folder / f"{name}.png").write_bytes(png(array))
            paths.append(folder / f"{name}.png")
    except OSError as error:
        raise StorageError(f"cannot write labels to {shown(folder)}: {error.strerror or error}; choose another folder") from error
    return paths


def _npz(arrays: dict[str, Any]) -> bytes:
    stream = io.BytesIO()
    np.savez_compressed(stream, **arrays)
    return stream.getvalue()


def png(array: NDArray[Any]) -> bytes:
    """Lossless PNG of uint8 or uint16 (h, w) or RGB (h, w, 3)."""
    import cv2
    return bytes(cv2.imencode(".png", array if array.ndim == 2 else array[..., ::-1])[1])


def depth_levels(depth: NDArray[np.float32]) -> tuple[NDArray[np.uint16], float]:
    """Depth mm (h, w), inf = nothing, as tenths of a millimetre over an offset (mm)."""
    here = np.isfinite(depth)
    offset = float(np.floor(depth[here].min())) if here.any() else 0.0
    levels = np.full(depth.shape, NO_DEPTH, np.uint16)
    levels[here] = np.clip(np.round((depth[here].astype(np.float64) - offset) * 10), 0, NO_DEPTH - 1)
    return levels, offset


def normal_levels(normals: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Unit normals (h, w, 3), zero = nothing, as 16 bits."""
    levels = np.round((normals.astype(np.float64) + 1) * 32767)
    levels[~normals.any(2)] = 0
    return levels.astype(np.uint16)


def uv_levels(uv: NDArray[np.float32]) -> NDArray[np.uint16]:
    """Texture places (h, w, 2), NaN = nothing, as 16 bits with a third channel that says where they are."""
    here = np.isfinite(uv).all(2)
    levels = np.zeros((*uv.shape[:2], 3), np.uint16)
    levels[here, :2] = np.round(np.clip(uv[here], 0, 1) * 65534)
    levels[here, 2] = 65535
    return levels
