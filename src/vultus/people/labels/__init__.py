"""Exact labels of a rendered picture: points, boxes, parsing, depth, pose and all parameters."""

from vultus.people.labels.label import label
from vultus.people.labels.labels import Labels, Points
from vultus.people.labels.landmarks import Landmarks
from vultus.people.labels.regions import REGIONS

__all__ = ["REGIONS", "Labels", "Landmarks", "Points", "label"]
