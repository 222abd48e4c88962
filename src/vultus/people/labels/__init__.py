"""Exact labels of a rendered picture: points, boxes, parsing, depth, pose and all parameters."""
