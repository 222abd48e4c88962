"""The main job from end to end on a set of labelled pictures: enrol, verify, meet a stranger, cluster, report."""

from vultus.apps.demo.album import Album, packaged_people, read_album
from vultus.apps.demo.walk import walk

__all__ = ["Album", "packaged_people", "read_album", "walk"]
