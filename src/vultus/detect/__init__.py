"""Find faces: upright uint8 RGB pictures in, for each a `Faces` with boxes, confidences and five points, principal face first."""
