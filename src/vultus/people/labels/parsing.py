"""Face parsing maps from the buffers of a picture, in the classes of two published data sets.

Left and right are the person's own. Where the sources are silent: beard, lashes and stubble are skin; a mask and things held before the
face are background (the sources label what is left of a covered part); lenses count as glasses in the 19 classes, and in the 11, which
have no glasses, as what the bare head has there (an eye or skin).
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.people.labels import regions
from vultus.people.shapes import Buffers, Part

# CelebAMask-HQ (Lee et al. 2020): numbers as in its published list.
CELEBA_19 = ("background", "skin", "nose", "eye_g", "l_eye", "r_eye", "l_brow", "r_brow", "l_ear", "r_ear", "mouth", "u_lip", "l_lip",
             "hair", "hat", "ear_r", "neck_l", "neck", "cloth")
# iBugMask (Lin et al. 2021), the eleven classes of Helen.
IBUG_11 = ("background", "skin", "left_eyebrow", "right_eyebrow", "left_eye", "right_eye", "nose", "upper_lip", "inner_mouth", "lower_lip",
           "hair")

_REGIONS_19 = {"skin": "skin", "nose": "nose", "upper_lip": "u_lip", "lower_lip": "l_lip", "right_brow": "r_brow", "left_brow": "l_brow",
               "right_ear": "r_ear", "left_ear": "l_ear", "neck": "neck", "cloth": "cloth", "right_eyelid": "skin", "left_eyelid": "skin",
               "mouth": "mouth", "scalp": "hair"}
_PARTS_19 = {Part.EYE_RIGHT: "r_eye", Part.EYE_LEFT: "l_eye", Part.TEETH: "mouth", Part.TONGUE: "mouth", Part.LASHES: "skin",
             Part.HAIR: "hair", Part.BEARD: "skin", Part.CLOTH: "cloth", Part.GLASSES: "eye_g", Part.LENS: "eye_g", Part.HAT: "hat",
             Part.EARRING: "ear_r"}
_TO_11 = {"skin": "skin", "nose": "nose", "l_eye": "left_eye", "r_eye": "right_eye", "l_brow": "left_eyebrow", "r_brow": "right_eyebrow",
          "l_ear": "skin", "r_ear": "skin", "mouth": "inner_mouth", "u_lip": "upper_lip", "l_lip": "lower_lip", "hair": "hair"}


def parse(buffers: Buffers, middle_px: tuple[NDArray[np.floating], NDArray[np.floating]], bald: bool = False
          ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """The 19-class and the 11-class map, uint8 (h, w).

    Args:
        buffers: of the picture.
        middle_px: middle of the right and of the left brow, px (2,): strands of brows go to the nearer one.
        bald: the scalp is bare skin, not hair.
    """
    by_region = _table(regions.REGIONS, _REGIONS_19, CELEBA_19)
    if bald:
        by_region[regions.SCALP] = CELEBA_19.index("skin")
    by_part = np.zeros(256, np.uint8)
    for part, name in _PARTS_19.items():
        by_part[part] = CELEBA_19.index(name)
    many = np.where(buffers.part == Part.SKIN, by_region.take(buffers.region), by_part.take(buffers.part))
    _split_brows(many, buffers.part, middle_px)
    few = _table(CELEBA_19, _TO_11, IBUG_11).take(many)
    glasses = (buffers.part == Part.GLASSES) | (buffers.part == Part.LENS)
    bare = buffers.bare[glasses]
    if len(bare):
        few[glasses] = np.select([bare == Part.EYE_RIGHT, bare == Part.EYE_LEFT, bare != Part.NONE],
                                 [IBUG_11.index("right_eye"), IBUG_11.index("left_eye"), IBUG_11.index("skin")], 0)
    return many, few


def _table(names: tuple[str, ...], classes: dict[str, str], order: tuple[str, ...]) -> NDArray[np.uint8]:
    return np.array([order.index(classes[name]) if name in classes else 0 for name in names], np.uint8)


def _split_brows(many: NDArray[np.uint8], part: NDArray[np.uint8], middle_px: tuple[NDArray[np.floating], NDArray[np.floating]]) -> None:
    rows, columns = np.divmod(np.flatnonzero(part == Part.BROWS), part.shape[1])
    at = np.stack([columns + 0.5, rows + 0.5], 1)
    right, left = (np.linalg.norm(at - middle, axis=1) for middle in middle_px)
    many[rows, columns] = np.where(right <= left, CELEBA_19.index("r_brow"), CELEBA_19.index("l_brow"))
