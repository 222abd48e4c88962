"""Strands as curves for the path tracer: grouped by colour, written to files because that is how curves are read."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.people.pathtrace.surfaces import hair
from vultus.people.shapes import Strands

GROUPS = 10  # colours that strands of one kind are rounded to


def curves(strands: Strands, folder: Path, name: str) -> dict[str, Any]:
    """Shapes for a scene, files written to `folder`: width as in the rasteriser (w at the root, a third at the tip), thinned by opacity."""
    shapes: dict[str, Any] = {}
    for place, (members, colour) in enumerate(_colour_groups(strands)):
        path = folder / f"{name}-{place}.txt"
        _write(path, strands, members)
        shapes[f"{name}-{place}"] = {"type": "bsplinecurve", "filename": str(path), "bsdf": hair(colour)}
    return shapes


def _colour_groups(strands: Strands) -> list[tuple[NDArray[np.intp], NDArray[np.floating]]]:
    """Strands in order of lightness cut into groups of equal number, with the mean colour of each (tips half counted)."""
    colour = strands.colour if strands.tip is None else 0.5 * (strands.colour + strands.tip)
    order = np.argsort(colour @ np.array([0.2126, 0.7152, 0.0722], np.float32), kind="stable")
    parts = [part for part in np.array_split(order, GROUPS) if len(part)]
    return [(part, colour[part].mean(0)) for part in parts]


def _write(path: Path, strands: Strands, members: NDArray[np.intp]) -> None:
    """One line `x y z radius` a point, an empty line between strands; ends are doubled so that the spline reaches them."""
    points = strands.points[members].astype(np.float64)
    points = np.concatenate([2 * points[:, :1] - points[:, 1:2], points, 2 * points[:, -1:] - points[:, -2:-1]], 1)
    share = np.clip(np.linspace(-1, strands.points.shape[1], points.shape[1]) / (strands.points.shape[1] - 1), 0, 1)
    radius = 0.5 * strands.width[members, None] * strands.opacity * (1 - 0.67 * share**2)
    rows = np.concatenate([points, radius[..., None]], 2)
    text = "\n".join("\n".join(f"{x:.4f} {y:.4f} {z:.4f} {r:.5f}" for x, y, z, r in strand) + "\n" for strand in rows.tolist())
    path.write_text(text)
