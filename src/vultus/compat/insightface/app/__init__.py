"""InsightFace's module `app`."""

from vultus.compat.insightface.app.face import Face
from vultus.compat.insightface.app.face_analysis import FaceAnalysis

__all__ = ["Face", "FaceAnalysis"]
