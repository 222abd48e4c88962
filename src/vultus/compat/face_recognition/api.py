"""face_recognition's module `api`: the same functions."""

from vultus.compat.face_recognition.comparing import compare_faces, face_distance
from vultus.compat.face_recognition.functions import batch_face_locations, face_encodings, face_landmarks, face_locations, load_image_file

__all__ = ["batch_face_locations", "compare_faces", "face_distance", "face_encodings", "face_landmarks", "face_locations",
           "load_image_file"]
