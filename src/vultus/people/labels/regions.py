"""The regions of the head's texture: the value in `Materials.region` and `Buffers.region` is the index into `REGIONS`.

Sides are the person's own: the right brow is at image left.
"""

from __future__ import annotations

REGIONS = ("none", "skin", "nose", "upper_lip", "lower_lip", "right_brow", "left_brow", "right_ear", "left_ear", "neck",
           "cloth", "right_eyelid", "left_eyelid", "mouth", "scalp")

NONE, SKIN, NOSE, UPPER_LIP, LOWER_LIP, RIGHT_BROW, LEFT_BROW, RIGHT_EAR, LEFT_EAR, NECK, \
    CLOTH, RIGHT_EYELID, LEFT_EYELID, MOUTH, SCALP = range(len(REGIONS))
