"""From light to bytes."""

from dataclasses import replace

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.people.render import sensor
from vultus.people.scene import Camera

GREY = np.full((60, 60, 3), 0.2, np.float32)


def test_one_stop_doubles_linear_light() -> None:
    twice = sensor.expose(GREY, Camera(exposure=1.0))
    np.testing.assert_allclose(twice, 2 * sensor.expose(GREY, Camera()), rtol=1e-6)


def test_6500_kelvin_leaves_grey_grey() -> None:
    assert np.array_equal(sensor.expose(GREY, Camera(white_balance_k=6500)), GREY)


def test_white_balance_is_warmer_above_and_bluer_below_and_smooth() -> None:
    warm, cool = sensor.gains(9000), sensor.gains(3200)
    assert warm[0] > 1 > warm[2] and cool[0] < 1 < cool[2] and warm[1] == cool[1] == 1
    np.testing.assert_allclose(sensor.gains(6500.5), 1, atol=1e-3)
    for seam in (2222, 4000):
        np.testing.assert_allclose(sensor.planckian(seam), sensor.planckian(seam + 0.01), rtol=2e-3)
    with pytest.raises(InputError, match="white_balance_k"):
        sensor.gains(900)


def test_a_black_body_of_6500_kelvin_is_nearly_white_and_2856_is_incandescent() -> None:
    np.testing.assert_allclose(sensor.planckian(6500), 1, atol=0.06)
    rgb = sensor.planckian(2856)  # CIE illuminant A: x, y = 0.4476, 0.4074
    xyz = np.linalg.solve(np.array(sensor._XYZ_TO_RGB), rgb)
    np.testing.assert_allclose(xyz[:2] / xyz.sum(), [0.4476, 0.4074], atol=0.002)


def test_noise_variance_is_light_over_electrons_plus_read_noise() -> None:
    for electrons in (500.0, 8000.0):
        for value in (0.02, 0.5):
            light = np.full((300, 300, 3), value, np.float32)
            noisy = sensor.grain(light, Camera(noise=electrons), seed=4)
            expected = value / electrons + (sensor.READ_ELECTRONS / electrons) ** 2
            assert abs(noisy.var() / expected - 1) < 0.02 and abs(noisy.mean() - value) < 4 * np.sqrt(expected / noisy.size)


def test_noise_follows_the_seed_only() -> None:
    camera = Camera(noise=2000)
    first, again, other = (sensor.develop(GREY, camera, seed) for seed in (1, 1, 2))
    assert np.array_equal(first, again) and not np.array_equal(first, other)
    assert np.array_equal(sensor.develop(GREY, Camera(), 1), sensor.develop(GREY, Camera(), 2))


def test_tone_is_srgb_below_the_shoulder_and_never_clips_above() -> None:
    values = np.array([0.0, 0.002, 0.18, 0.5, 0.7], np.float32)
    np.testing.assert_allclose(sensor.linear(sensor.tone(values)), values, atol=1e-6)
    bright = sensor.tone(np.linspace(0.6, 2.5, 200, dtype=np.float32))
    assert (np.diff(bright) > 0).all() and bright[-1] < 1


def test_blur_and_motion_keep_light_and_spread_along_their_direction() -> None:
    spot = np.zeros((41, 41, 3), np.float32)
    spot[20, 20] = 1
    blurred = sensor.blur(spot, Camera(blur_px=1.5))
    y = np.arange(41) - 20
    assert abs(blurred.sum() / 3 - 1) < 1e-4 and abs((blurred[..., 0].sum(1) * y ** 2).sum() - 1.5 ** 2) < 0.1
    for degrees, wide in ((0.0, 1), (90.0, 0)):
        moved = sensor.blur(spot, Camera(motion_px=9.0, motion_deg=degrees))[..., 0]
        spread = (moved.sum(1 - wide) * y ** 2).sum()
        assert abs(moved.sum() - 1) < 1e-4 and abs(spread - 81 / 12) < 0.8 and (moved.sum(wide) * y ** 2).sum() < 0.01
    diagonal = sensor.streak(9.0, 45.0)
    assert diagonal[0:3, -3:].sum() > 0.01 > diagonal[0:3, :3].sum()  # up to the right


def test_jpeg_is_a_round_trip_of_that_quality() -> None:
    light = np.random.default_rng(0).random((64, 64, 3)).astype(np.float32)
    exact = sensor.develop(light, Camera(), 0).astype(int)
    errors = [np.abs(sensor.develop(light, replace(Camera(), jpeg=quality), 0) - exact).mean() for quality in (95, 30)]
    assert 0 < errors[0] < errors[1]
