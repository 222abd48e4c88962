"""Where hair grows: scalp, beard and brow regions in canonical coordinates."""

import numpy as np
from numpy.typing import NDArray

from demo_people.identity import Person

Array = NDArray[np.float32]
AXIS_Z = .5  # canonical depth of the axis for azimuths: the ears lie at pi / 2
LINE_AZIMUTH = (0, .3, .6, .82, .98, 1.08, 1.27, 1.33, 1.72, 1.85, 2.2, np.pi)
LINE_HEIGHT = (7.95, 7.96, 7.96, 7.86, 7.62, 7.12, 7.02, 7.42, 7.44, 7.05, 6.78, 6.62)


def scalp_cover(canonical: Array, person: Person) -> Array:
    """How surely hair grows at canonical positions (n, 3): 0 to 1, soft across the hairline, dm."""
    x, y, z = canonical.T
    azimuth = np.arctan2(np.abs(x), z - AXIS_Z)
    lift, temple, peak, wave, bald = person.hairline
    line = np.interp(azimuth, LINE_AZIMUTH, LINE_HEIGHT)
    front = np.clip((1.0 - azimuth) / .3, 0, 1)
    line = line + front * lift + temple * np.exp(-((azimuth - .62) / .22) ** 2) - peak * np.exp(-(azimuth / .16) ** 2)
    line = line + wave * (np.sin(azimuth * 23 + 5 * np.sign(x)) + .6 * np.sin(azimuth * 41))
    cover = np.clip((y - line) / .05 + .5, 0, 1)
    crown = np.exp(-((x / .62) ** 2 + ((z - .75) / .85) ** 2)) * (y > 7.7)
    return (cover * np.clip(1 - bald * 1.6 * crown, 0, 1)).astype(np.float32)


def beard_cover(canonical: Array, kind: str) -> Array:
    """Beard density 0 to 1 at canonical positions (n, 3) for a kind: full, goatee, moustache."""
    x, y, z = canonical.T
    ax = np.abs(x)
    cheek_line = np.interp(ax, (0, .25, .32, .5, .68, .8), (6.62, 6.60, 6.62, 6.72, 7.0, 7.1))
    jaw = np.clip((cheek_line - y) / .05 + .5, 0, 1) * np.clip((y - 5.98) / .08, 0, 1)
    jaw = jaw * np.clip((z - .66) / .06, 0, 1)
    lip = np.clip((.335 - ax) / .04, 0, 1) * np.clip((y - 6.655) / .03, 0, 1) * (z > 1.2)
    lip = lip * np.clip((6.80 - y - .2 * ax) / .03, 0, 1)
    chin = np.clip((.27 - ax) / .05, 0, 1) * np.clip((6.44 - y) / .03, 0, 1) * (z > .9)
    chin = chin * np.clip((y - 6.05) / .05, 0, 1)
    sides = np.clip((.36 - ax) / .03, 0, 1) * np.clip((ax - .26) / .03, 0, 1) * (y < 6.75) * (y > 6.2) * (z > .9)
    return {"full": np.maximum(np.maximum(jaw, lip), chin), "goatee": np.maximum(np.maximum(lip, chin), sides),
            "moustache": lip, "none": np.zeros_like(jaw)}[kind].astype(np.float32)


def brow_distance(canonical: Array, brow: dict[str, float]) -> tuple[Array, Array]:
    """Signed height over the brow line in half-thicknesses (n,), and position along it, 0 inner to 1 outer (n,)."""
    x, y, z = canonical.T
    ax = np.abs(x)
    t = (ax - brow["inner"]) / (brow["outer"] - brow["inner"])
    height = 7.455 + brow["lift"] + brow["arch"] * np.interp(t, (0, .62, 1), (.1, 1, .15)) + brow["slope"] * (t - .4)
    thick = brow["thick"] * np.interp(t, (0, .15, .55, 1), (.75, 1, .9, 1 - brow["taper"]))
    return ((y - height) / thick + 10 * (z < .6)).astype(np.float32), t.astype(np.float32)
