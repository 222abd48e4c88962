"""The environment's light against integrals, lamps' views against geometry."""

import math

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.render import light
from vultus.people.scene import Lamp, Light

CONSTANT = ((1 / 0.282095,) * 3, *(((0.0, 0.0, 0.0),) * 8))  # radiance 1 from everywhere


def directions(count: int = 4000) -> np.ndarray:
    """Even directions on a sphere."""
    i = np.arange(count) + 0.5
    y, turn = 1 - 2 * i / count, i * math.pi * (3 - 5 ** 0.5)
    r = np.sqrt(1 - y * y)
    return np.stack([r * np.cos(turn), y, r * np.sin(turn)], 1)


def test_a_constant_environment_gives_pi_times_its_radiance() -> None:
    np.testing.assert_allclose(light.irradiance(Light(environment=CONSTANT), directions(50)), math.pi, rtol=1e-5)


def test_irradiance_is_the_integral_of_radiance_times_cosine() -> None:
    rng = np.random.default_rng(0)
    table = np.concatenate([np.full((1, 3), 8.0), rng.normal(0, 0.6, (8, 3))])  # bright enough to be positive everywhere
    scene_light = Light(environment=tuple(tuple(row) for row in table))
    towards = directions()
    radiance = light.evaluate(light.quadratic(table, (1, 1, 1)), towards)
    assert radiance.min() > 0
    for normal in directions(7):
        slow = sum(max(float(d @ normal), 0) * value for d, value in zip(towards, radiance, strict=True)) * 4 * math.pi / len(towards)
        np.testing.assert_allclose(light.irradiance(scene_light, normal[None])[0], slow, rtol=2e-3)


def test_the_order_of_coefficients_is_y_z_x() -> None:
    for index, axis in ((1, (0, 1, 0)), (2, (0, 0, 1)), (3, (1, 0, 0))):
        table = np.zeros((9, 3))
        table[0], table[index] = 4, 1
        bright = light.evaluate(light.quadratic(table, (1, 1, 1)), np.array([axis, -np.array(axis)]))
        assert (bright[0] > bright[1]).all()


def test_lamps_are_unit_vectors_and_bad_ones_are_named() -> None:
    rows = light.lamp_rows(Light(lamps=(Lamp((0, 0, 5), (1, 2, 3), 7.0),)))
    assert rows.tolist() == [[0, 0, 1, 1, 2, 3, 1]]
    assert light.lamp_rows(Light(lamps=())).shape == (0, 7)
    with pytest.raises(InputError, match=r"lamp\.towards"):
        light.lamp_rows(Light(lamps=(Lamp((0, 0, 0)),)))
    with pytest.raises(InputError, match=r"light\.environment"):
        light.tables(Light(environment=CONSTANT[:4]))


@pytest.mark.parametrize("towards", [(0.0, 0.0, 1.0), (0.6, 0.0, 0.8), (0.0, 1.0, 0.0), (-0.48, -0.6, 0.64)])
def test_a_lamp_sees_along_its_direction(towards: tuple[float, float, float]) -> None:
    view, axis = light.shadow_film(np.array(towards), 100), np.array(towards)
    centre = np.array(light.SHADOW_CENTRE_MM)
    here, nearer = (view[:3] @ np.append(point, 1) for point in (centre, centre + 30 * axis))
    np.testing.assert_allclose(here[:2], 49.5)
    np.testing.assert_allclose(nearer - here, [0, 0, 30], atol=1e-9)
    assert np.allclose(np.linalg.norm(view[:2, :3], axis=1), 100 / light.SHADOW_SPAN_MM) and here[2] > light.SHADOW_SPAN_MM


def test_level_is_one_by_default_and_follows_the_light() -> None:
    assert light.level(Light()) == 1
    assert light.level(Light(lamps=())) < 0.5
