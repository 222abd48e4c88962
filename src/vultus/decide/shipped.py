"""The calibrations that ship with the package."""

from __future__ import annotations

import json
from importlib import resources

from vultus.decide.calibration import Calibration


def packaged(space: str, name: str = "photographs") -> Calibration | None:
    """The calibration that ships with the package for a space and domain, or None."""
    folder = resources.files("vultus.data") / "calibrations"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name) if folder.is_dir() else ():
        if entry.name.endswith(".json"):
            record = json.loads(entry.read_text("utf-8"))
            if (record["space"], record["name"]) == (space, name):
                return Calibration.from_dict(record)
    return None
