"""DeepFace's functions over this package:  from vultus.compat import deepface as DeepFace."""

from typing import Any

from vultus.compat.deepface import exceptions
from vultus.compat.deepface.absent import INSTEAD, Absent
from vultus.compat.deepface.demography import analyze
from vultus.compat.deepface.extraction import extract_faces
from vultus.compat.deepface.models import build_model
from vultus.compat.deepface.recognition import find
from vultus.compat.deepface.representation import represent
from vultus.compat.deepface.streaming import stream
from vultus.compat.deepface.verification import verify

__all__ = ["analyze", "build_model", "exceptions", "extract_faces", "find", "represent", "stream", "verify"]


def __getattr__(name: str) -> Any:
    if name in INSTEAD:
        return Absent(name)
    raise AttributeError(f"module 'vultus.compat.deepface' has no attribute {name!r}")
