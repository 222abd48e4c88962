"""One face as InsightFace returns it: a dict whose keys are attributes too, and None for what was not computed."""

from __future__ import annotations

from typing import Any

import numpy as np

from vultus.compat.purpose import VARIABLE
from vultus.errors import PolicyError

RESTRICTED = ("gender", "sex")


class UndeclaredError(PolicyError, AttributeError, KeyError):
    """A restricted value without a purpose; `getattr(face, name, default)`, `hasattr` and `except KeyError` work as usual."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is a restricted output: it says what a face is taken to show, not who a person is. Build "
                         "FaceAnalysis(allowed_modules=['detection', 'recognition', 'genderage'], purpose='what it is for, in a "
                         f"few words'), or set {VARIABLE}")

    __str__ = Exception.__str__  # KeyError would show the text as a literal


class Face(dict[str, Any]):
    """The values of one face; `face.bbox` and `face["bbox"]` are the same.

    Keys that `FaceAnalysis.get` sets: `bbox` float32 (4,) x1 y1 x2 y2 in px, `kps` float32 (5, 2) px in the order of
    `vultus.types.POINT_NAMES`, `det_score` 0..1, `embedding` float32 (d,) of length 1 with its `space`, `age` in years, and with a
    declared purpose `gender` (1 perceived male, 0 perceived female). An attribute that is not there is None, as in InsightFace, except
    `gender` and `sex`, which raise UndeclaredError with what they need, as attribute and as item; `get` gives its default.
    """

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        if name in self:
            return self[name]
        if name in RESTRICTED:
            raise UndeclaredError(name)
        return None

    def __missing__(self, name: str) -> Any:
        raise UndeclaredError(name) if name in RESTRICTED else KeyError(name)

    def __setattr__(self, name: str, value: Any) -> None:
        self[name] = value

    @property
    def embedding_norm(self) -> float | None:
        """Length of the template: 1, or None without one."""
        return None if self.get("embedding") is None else float(np.linalg.norm(self["embedding"]))

    @property
    def normed_embedding(self) -> Any:
        """The template with length 1, or None without one."""
        return None if self.get("embedding") is None else self["embedding"] / np.float32(self.embedding_norm)

    @property
    def sex(self) -> str:
        """`M` or `F`, with a declared purpose."""
        return "M" if self["gender"] == 1 else "F"
