"""What every simulator returns: the picture and a record of all that made it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from vultus.types import Image

ATTACKS = ("printed", "replayed", "cut_out", "mask3d", "warp_and_blend", "splice")
# Equal to `gallery.source.RENDER_MARK`, which lies in a higher layer; a test compares the two.
VIRTUAL = "virtual person, rendered by vultus"
WORDING = "simulated attack, not an ISO/IEC 30107-3 test"


@dataclass(frozen=True, eq=False)
class Simulated:
    """A simulated picture.

    Attributes:
        image: uint8 RGB (h, w, 3).
        name: the simulator.
        settings: its frozen dataclass of parameters.
        drawn: what the generator chose beyond the settings.
        predicted: what follows from the settings before any pixel is made (frequencies in cycles per pixel, sizes).
    """

    image: Image
    name: str
    settings: Any
    drawn: Mapping[str, Any] = field(default_factory=dict)
    predicted: Mapping[str, Any] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Plain dicts, lists and numbers for a manifest."""
        kind = WORDING if self.name in ATTACKS else "simulated capture"
        parts = {"settings": asdict(self.settings), "drawn": self.drawn, "predicted": self.predicted}
        return {"simulator": self.name, "kind": kind, "size": list(self.image.shape[:2]), **{k: plain(v) for k, v in parts.items()}}


def mark(record: Mapping[str, Any], *, virtual: bool = True) -> str:
    """The text for the metadata of a simulated picture's file (EXIF ImageDescription, JPEG comment).

    Args:
        record: of `Simulated.record`.
        virtual: the source picture was a render; then the text begins with the mark that galleries look for.

    Example:
        >>> mark({"simulator": "printed", "kind": "simulated attack, not an ISO/IEC 30107-3 test"})
        'virtual person, rendered by vultus; printed (simulated attack, not an ISO/IEC 30107-3 test)'
    """
    simulated = f"{record['simulator']} ({record['kind']})"
    return f"{VIRTUAL}; {simulated}" if virtual else f"changed by vultus; {simulated}"


def plain(value: Any) -> Any:
    """Arrays, tuples and numpy numbers as lists and Python numbers; infinity as None."""
    if isinstance(value, Mapping):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, np.ndarray):
        return plain(value.tolist())
    if isinstance(value, list | tuple):
        return [plain(each) for each in value]
    if isinstance(value, np.generic):
        return plain(value.item())
    return None if isinstance(value, float) and not np.isfinite(value) else value
