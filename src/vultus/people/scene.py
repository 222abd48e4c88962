"""One picture of one virtual person, described completely: both renderers take a `Scene` and give the same labels.

Frame of every 3D quantity here, millimetres: x to the person's left (image right when facing the camera), y up, z towards the
camera; origin midway between the centres of the eyeballs of the neutral, unturned head. Angles in degrees: yaw + to image
right, pitch + up, roll + clockwise in the picture. Light is linear RGB; colours are sRGB 0..1.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from vultus.people.identity import Identity, Rgb

HATS = ("none", "cap", "beanie", "headscarf")
MASKS = ("none", "surgical", "cloth", "ffp2")
OCCLUDERS = ("hand", "scarf", "phone", "block")
BACKGROUNDS = ("plain", "gradient", "blurred-room", "outdoor", "noise", "picture")


@dataclass(frozen=True)
class Pose:
    """Head turned through the neck: yaw, pitch, roll, degrees."""

    yaw: float = 0.0
    pitch: float = 0.0
    roll: float = 0.0


@dataclass(frozen=True)
class Gaze:
    """Where both eyes look relative to the head, degrees: yaw + to image right, pitch + up."""

    yaw: float = 0.0
    pitch: float = 0.0


@dataclass(frozen=True)
class Camera:
    """Picture size in px, 35 mm equivalent focal length of the picture's height, distance eyes to camera, where the point
    midway between the eyes falls (fractions of width and height), exposure in stops, white balance in kelvin (6500 =
    neutral), `noise` = electrons at full well 0 (none) or 500..20000 (fewer = noisier), blur as Gaussian sigma in px, motion blur
    (length px, direction degrees), JPEG quality (0 = none)."""

    width: int = 256
    height: int = 256
    focal_mm: float = 85.0
    distance_mm: float = 1100.0
    centre: tuple[float, float] = (0.5, 0.47)
    exposure: float = 0.0
    white_balance_k: float = 6500.0
    noise: float = 0.0
    blur_px: float = 0.0
    motion_px: float = 0.0
    motion_deg: float = 0.0
    jpeg: int = 0


@dataclass(frozen=True)
class Lamp:
    """A lamp far away: unit-free direction towards it (frame of the camera), linear RGB strength, `softness` 0 (hard shadow)
    .. 1 (large source)."""

    towards: tuple[float, float, float]
    colour: Rgb = (1.0, 1.0, 1.0)
    softness: float = 0.4


@dataclass(frozen=True)
class Light:
    """Light: real spherical-harmonic environment of order 2, radiance, 9 coefficients of linear RGB in the order
    (0,0) (1,-1) (1,0) (1,1) (2,-2) (2,-1) (2,0) (2,1) (2,2), camera frame with y up; lamps (key, fill, rim); a name."""

    environment: tuple[Rgb, ...] = ((0.55, 0.55, 0.56), (0.12, 0.12, 0.13), (0.1, 0.1, 0.1), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0),
                                    (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0), (0.0, 0.0, 0.0))
    lamps: tuple[Lamp, ...] = (Lamp((0.45, 0.5, 0.8), (0.9, 0.88, 0.85)),)
    name: str = "key"


@dataclass(frozen=True)
class Background:
    """What is behind: a kind of `BACKGROUNDS`, two colours, a seed for the procedural kinds, a file for "picture"."""

    kind: str = "gradient"
    colour: Rgb = (0.55, 0.6, 0.66)
    second: Rgb = (0.4, 0.44, 0.5)
    seed: int = 0
    picture: Path | None = None


@dataclass(frozen=True)
class Occluder:
    """Something before the face: a kind of `OCCLUDERS`, centre (mm, x and y in the head frame before turning), size in mm,
    turn in degrees, colour."""

    kind: str
    at_mm: tuple[float, float] = (0.0, -60.0)
    size_mm: float = 90.0
    turn_deg: float = 0.0
    colour: Rgb = (0.5, 0.4, 0.35)


@dataclass(frozen=True)
class Worn:
    """What the person wears in this picture: glasses (those of the identity) or not, hat, mask, earrings, make-up
    (lipstick and eye shadow 0..1 with a colour), clothing colour and neckline height 0 (low) .. 1 (high)."""

    glasses: bool = True
    hat: str = "none"
    hat_colour: Rgb = (0.2, 0.2, 0.25)
    mask: str = "none"
    mask_colour: Rgb = (0.55, 0.7, 0.8)
    earrings: bool = False
    lipstick: float = 0.0
    lipstick_colour: Rgb = (0.62, 0.16, 0.2)
    eye_shadow: float = 0.0
    clothing: Rgb = (0.25, 0.28, 0.35)
    neckline: float = 0.5


@dataclass(frozen=True)
class Scene:
    """One picture: who, doing what, seen how. `actions`: facial actions 0..1 (names of `HeadBasis.action_names`, the 52
    ARKit-style actions); `blink` 0..1 is added to both lids; `pulse` shifts skin redness (-1..1, a heart beat);
    `seed` drives only sensor noise."""

    identity: Identity
    pose: Pose = Pose()
    gaze: Gaze = Gaze()
    actions: Mapping[str, float] = field(default_factory=dict)
    blink: float = 0.0
    pulse: float = 0.0
    camera: Camera = Camera()
    light: Light = Light()
    background: Background = Background()
    worn: Worn = Worn()
    occluders: tuple[Occluder, ...] = ()
    seed: int = 0
