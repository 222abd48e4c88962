"""Light by formula: coefficients against integrals over the sphere."""

from __future__ import annotations

import math

import numpy as np
import pytest

from vultus.errors import InputError, UnknownNameError
from vultus.people.sampling.lights import LIGHT_NAMES, basis, glow_coefficients, light, surroundings
from vultus.people.scene import Light


def sphere(count: int = 4000) -> np.ndarray:
    """Nearly even directions (a Fibonacci spiral)."""
    i = np.arange(count) + 0.5
    y, angle = 1 - 2 * i / count, i * math.pi * (3 - 5**0.5)
    r = np.sqrt(1 - y * y)
    return np.stack([r * np.cos(angle), y, r * np.sin(angle)], 1)


def facing(table: np.ndarray, normal: tuple[float, float, float]) -> np.ndarray:
    """Irradiance / pi of coefficients, by the convolution of Ramamoorthi and Hanrahan."""
    bands = np.array([1, *[2 / 3] * 3, *[1 / 4] * 5])
    return (bands * basis(normal)) @ np.asarray(table)


def test_the_basis_is_orthonormal() -> None:
    rows = np.array([basis(tuple(d)) for d in sphere()])
    assert np.allclose(4 * math.pi * rows.T @ rows / len(rows), np.eye(9), atol=0.01)


def test_surroundings_are_the_projection_of_their_radiance() -> None:
    sky, ground = (0.9, 0.5, 0.2), (0.1, 0.2, 0.3)
    slow = np.zeros((9, 3))
    for d in sphere():
        up = (d[1] + 1) / 2
        slow += 4 * math.pi / 4000 * basis(tuple(d))[:, None] * (up * np.array(sky) + (1 - up) * np.array(ground))
    assert np.allclose(surroundings(sky, ground), slow, atol=0.01)


def test_a_narrow_glow_lights_a_surface_that_faces_it_like_a_lamp_within_the_error_of_order_two() -> None:
    table = glow_coefficients((0, 0, 1), (1.0, 0.5, 0.25), 0.0)
    # sum over bands of A_l (2 l + 1) / (4 pi): 1/4 + 1/2 + 5/16, where the full series gives 1
    assert facing(table, (0, 0, 1)) == pytest.approx(np.array([1, 0.5, 0.25]) * (1 / 4 + 1 / 2 + 5 / 16), rel=1e-4)


def test_a_wider_glow_keeps_its_light_and_loses_direction() -> None:
    narrow, wide = (glow_coefficients((1, 0, 0), (1.0, 1.0, 1.0), width) for width in (10.0, 60.0))
    assert narrow[0] == pytest.approx(wide[0]) and np.linalg.norm(wide[1:]) < 0.6 * np.linalg.norm(narrow[1:])


@pytest.mark.parametrize("name", LIGHT_NAMES)
def test_every_light_shines_on_a_face(name: str) -> None:
    made = light(name)
    lamps = sum(np.array(lamp.colour) * max(lamp.towards[2] / np.linalg.norm(lamp.towards), 0) for lamp in made.lamps)
    total = float(np.mean(facing(np.array(made.environment), (0, 0, 1)) + lamps))
    assert 0.08 < total < 1.1 and made.name == name
    assert (total < 0.3) == (name in ("night-lamp", "low-light", "backlight"))


def test_light_comes_from_where_it_says() -> None:
    left, right = (np.array(light(f"window-{side}").environment) for side in ("left", "right"))
    assert facing(left, (-1, 0, 0)).mean() > 2 * facing(left, (1, 0, 0)).mean()
    assert facing(right, (1, 0, 0)) == pytest.approx(facing(left, (-1, 0, 0)), rel=1e-4)
    sunset = facing(np.array(light("sunset").environment), (1, 0, 0))
    assert sunset[0] > 1.2 * sunset[2]


def test_turning_moves_lamps_to_the_right_and_strength_scales() -> None:
    assert light("flash", 90).lamps[0].towards[0] > 0.9 and light("sun", 360) == light("sun")
    assert np.allclose(np.array(light("home", 20, 2.0).environment), 2 * np.array(light("home", 20).environment), atol=1e-5)
    assert light("key") == Light()


def test_wrong_lights_are_named() -> None:
    with pytest.raises(UnknownNameError, match="overcast"):
        light("overcst")
    with pytest.raises(InputError, match="strength"):
        light("sun", strength=0.0)
