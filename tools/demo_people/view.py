"""What differs between two pictures of one person."""

from dataclasses import dataclass

from demo_people.light import Lighting


@dataclass(frozen=True)
class View:
    """One picture: name, pose in degrees, facial actions, lighting, background colours (top, bottom; sRGB)."""

    name: str
    yaw: float
    pitch: float
    roll: float
    actions: dict[str, float]
    lighting: Lighting
    backdrop: tuple[tuple[float, float, float], tuple[float, float, float]]
