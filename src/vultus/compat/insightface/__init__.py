"""InsightFace's `FaceAnalysis` over this package:  from vultus.compat.insightface.app import FaceAnalysis."""

from vultus.compat.insightface import app
from vultus.compat.insightface.app import FaceAnalysis

__all__ = ["FaceAnalysis", "app"]
