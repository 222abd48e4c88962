"""The calls of the package face_recognition 1.3.0 over our detector, recogniser and face mesh.

    from vultus.compat import face_recognition

Same functions, parameters and results: boxes are (top, right, bottom, left), encodings are float64 (128,) and compare with stored ones
of face_recognition. What differs, and why, is in the docstrings: `load_image_file` turns pictures upright, `model` and upsampling
do not choose another detector, and `compare_faces` without a tolerance decides by our calibration, not by 0.6.
"""

from vultus.compat.face_recognition.comparing import compare_faces, face_distance
from vultus.compat.face_recognition.functions import (
    batch_face_locations,
    face_encodings,
    face_landmarks,
    face_locations,
    load_image_file,
)
from vultus.compat.face_recognition.legacy import LegacyDlib, legacy_recogniser
from vultus.gallery.importers import LEGACY_SPACE, legacy_encodings

__version__ = "1.3.0+vultus"  # the version whose calls these are, and that it is another package's

__all__ = ["LEGACY_SPACE", "LegacyDlib", "batch_face_locations", "compare_faces", "face_distance", "face_encodings", "face_landmarks",
           "face_locations", "legacy_encodings", "legacy_recogniser", "load_image_file"]
