"""Local changes of the head that differ between people, with their spread: the shape of a face beyond gender, age, weight and group.

Names are those of the head basis; its range is -1..1. Spreads were tuned by eye on contact sheets: as wide as they go before
single faces look misshapen. They are the same for every group, so that no group's faces are more alike than another's.
"""

from __future__ import annotations

# Standard deviation of changes that exist once for each side of the face; the basis has `l-` and `r-` before the name.
PAIRED: dict[str, float] = {
    "cheek-trans-up": 0.35, "cheek-volume-incr": 0.385, "cheek-inner-incr": 0.35, "cheek-bones-incr": 0.42,
    "ear-lobe-incr": 0.35, "ear-trans-up": 0.28, "ear-rot-forward": 0.28, "ear-scale-incr": 0.28, "ear-wing-incr": 0.28,
    "eye-corner1-up": 0.35, "eye-corner2-up": 0.35, "eye-height1-incr": 0.28, "eye-height2-incr": 0.28, "eye-height3-incr": 0.28,
    "eye-scale-incr": 0.28, "eye-push1-out": 0.28, "eye-push2-out": 0.28, "eye-eyefold-up": 0.35, "eye-eyefold-angle-up": 0.35,
    "eye-bag-incr": 0.35, "eye-bag-out": 0.28, "eye-epicanthus-out": 0.28, "eye-trans-up": 0.245, "eye-trans-out": 0.315,
    "ear-shape-round": 0.28, "ear-shape-triangle": 0.28, "ear-flap-incr": 0.28, "ear-scale-vert-incr": 0.28, "eye-bag-height-incr": 0.28,
}
# Standard deviation of changes of the middle of the face and of the head as a whole.
SINGLE: dict[str, float] = {
    "chin-jaw-drop-incr": 0.315, "chin-height-incr": 0.35, "chin-prominent-incr": 0.35, "chin-bones-incr": 0.35,
    "chin-width-incr": 0.42, "chin-cleft-incr": 0.35, "chin-prognathism-incr": 0.28,
    "eyebrows-angle-up": 0.245, "eyebrows-trans-up": 0.35, "eyebrows-trans-forward": 0.35,
    "forehead-temple-incr": 0.35, "forehead-trans-forward": 0.28, "forehead-scale-vert-incr": 0.22, "forehead-nubian-incr": 0.2,
    "head-angle-out": 0.21, "head-scale-vert-incr": 0.2, "head-fat-incr": 0.35, "head-back-scale-depth-incr": 0.28,
    "head-scale-depth-incr": 0.28, "head-scale-horiz-incr": 0.26,
    "mouth-lowerlip-height-incr": 0.35, "mouth-scale-horiz-incr": 0.385, "mouth-cupidsbow-incr": 0.35, "mouth-laugh-lines-out": 0.35,
    "mouth-scale-depth-incr": 0.28, "mouth-lowerlip-volume-incr": 0.35, "mouth-angles-up": 0.21, "mouth-upperlip-ext-up": 0.14,
    "mouth-lowerlip-width-incr": 0.28, "mouth-upperlip-width-incr": 0.28, "mouth-scale-vert-incr": 0.315, "mouth-dimples-out": 0.28,
    "mouth-upperlip-height-incr": 0.35, "mouth-upperlip-volume-incr": 0.35, "mouth-cupidsbow-width-incr": 0.35,
    "mouth-lowerlip-ext-up": 0.14, "mouth-upperlip-middle-up": 0.28, "mouth-trans-up": 0.315, "mouth-lowerlip-middle-up": 0.28,
    "mouth-philtrum-volume-incr": 0.35,
    "neck-double-incr": 0.28, "neck-scale-horiz-incr": 0.28, "neck-scale-depth-incr": 0.28,
    "nose-nostrils-angle-up": 0.35, "nose-flaring-incr": 0.35, "nose-curve-convex": 0.42, "nose-scale-depth-incr": 0.35,
    "nose-scale-vert-incr": 0.385, "nose-point-width-incr": 0.35, "nose-scale-horiz-incr": 0.35, "nose-width1-incr": 0.35,
    "nose-trans-up": 0.28, "nose-hump-incr": 0.385, "nose-nostrils-width-incr": 0.35, "nose-greek-incr": 0.35, "nose-point-up": 0.42,
    "nose-width2-incr": 0.35, "nose-width3-incr": 0.35, "nose-septumangle-incr": 0.35, "nose-base-up": 0.35, "nose-volume-incr": 0.35,
}
MEANS = {"mouth-angles-up": 0.2, "eyebrows-angle-up": 0.2}  # without them the resting face of the basis looks stern
# Mean of women's faces less that of men's, beyond the gender axis, which alone leaves many faces between the two: smaller jaw, brow
# ridge, nose and neck, higher brows, larger eyes and fuller lips (differences reported by anthropometry, e.g. Farkas 1994).
WOMEN = {"chin-width-incr": -0.3, "chin-bones-incr": -0.3, "chin-prominent-incr": -0.15, "eyebrows-trans-forward": -0.35,
         "eyebrows-trans-up": 0.3, "nose-scale-horiz-incr": -0.2, "nose-volume-incr": -0.2, "mouth-upperlip-volume-incr": 0.25,
         "mouth-lowerlip-volume-incr": 0.2, "neck-scale-horiz-incr": -0.35, "eye-scale-incr": 0.25, "ear-scale-incr": -0.2}
SKEW = 0.08  # standard deviation of half the difference between the sides
OUTLINES = ("head-diamond", "head-invertedtriangular", "head-oval", "head-rectangular", "head-round", "head-square", "head-triangular",
            "chin-triangle")  # 0..1; at most two at a time, or the head becomes none of them
OUTLINE_STRENGTHS = ((0.1, 0.5), (0.05, 0.25))  # of the first and the second
POINTED = {"head-diamond": 0.5, "head-triangular": 0.5}  # share of these strengths; narrower still, and the skull is a cone
ASYMMETRIES = ("asym-brown-1-l", "asym-brown-2-l", "asym-cheek-1-l", "asym-cheek-2-l", "asym-eye-1-l", "asym-eye-2-l", "asym-jaw-1-l",
               "asym-jaw-2-l", "asym-mouth-1-l", "asym-mouth-2-l", "asym-nose-1-l", "asym-nose-2-r", "asym-nose-3-l", "asym-temple-1-l")
ASYMMETRY = 0.2  # standard deviation of each
SINGLE |= dict.fromkeys(ASYMMETRIES, ASYMMETRY)
LOCAL_NAMES = (*OUTLINES, *SINGLE, *(f"{side}-{name}" for name in PAIRED for side in "lr"))
