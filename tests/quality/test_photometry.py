"""Light and colour against slow loops, flat pictures of known luminance, and another library's colour conversion."""

from __future__ import annotations

import math

import cv2
import numpy as np
import pytest

from vultus.quality import photometry


def slow_luminance(pixel: tuple[int, int, int]) -> int:
    total = 0.0
    for value, weight in zip(pixel, (0.2126, 0.7152, 0.0722), strict=True):
        share = value / 255
        total += weight * (((share + 0.055) / 1.055) ** 2.4 if share > 0.04045 else share / 12.92)
    return math.floor(total * 255 + 0.5)


def test_luminance_equals_the_loop_pixel_by_pixel() -> None:
    rng = np.random.default_rng(1)
    image = rng.integers(0, 256, (20, 30, 3)).astype(np.uint8)
    expected = [[slow_luminance(tuple(map(int, pixel))) for pixel in row] for row in image]
    assert photometry.luminance(image).tolist() == expected
    assert photometry.luminance(np.full((1, 1, 3), 255, np.uint8)).item() == 255
    assert photometry.luminance(np.array([[[0, 255, 0]]], np.uint8)).item() == round(0.7152 * 255)


def test_a_flat_picture_has_its_luminance_and_nothing_else() -> None:
    grey = np.full((10, 10, 3), 188, np.uint8)  # sRGB 188 is linear 0.5029
    shares = photometry.histogram(photometry.luminance(grey))
    mean, variance = photometry.mean_and_variance(shares)
    assert mean == pytest.approx(0.5029, abs=0.002) and variance == pytest.approx(0, abs=1e-12) and photometry.entropy_bits(shares) == 0


def test_halves_of_black_and_white() -> None:
    bright = np.repeat(np.array([0, 255], np.uint8), 50).reshape(10, 10)
    shares = photometry.histogram(bright)
    assert photometry.mean_and_variance(shares) == pytest.approx((0.5, 0.25))
    assert photometry.entropy_bits(shares) == pytest.approx(1)
    assert photometry.share_within(shares, photometry.DARK) == photometry.share_within(shares, photometry.BRIGHT) == 0.5
    assert photometry.histogram(bright, bright > 0)[255] == 1 and photometry.histogram(bright, bright > 255).sum() == 0


def test_entropy_and_moments_against_loops() -> None:
    rng = np.random.default_rng(2)
    bright = rng.integers(0, 256, (40, 40)).astype(np.uint8)
    values = [int(value) / 255 for value in bright.ravel()]
    mean = sum(values) / len(values)
    shares = photometry.histogram(bright)
    assert photometry.mean_and_variance(shares) == pytest.approx((mean, sum((v - mean) ** 2 for v in values) / len(values)))
    counts = [values.count(value) / len(values) for value in set(values)]
    assert photometry.entropy_bits(shares) == pytest.approx(-sum(c * math.log2(c) for c in counts))
    uniform = photometry.histogram(np.arange(256, dtype=np.uint8))
    assert photometry.entropy_bits(uniform) == pytest.approx(8)


def test_exposure_borders_are_inside() -> None:
    shares = photometry.histogram(np.array([25, 26, 246, 247], np.uint8))
    assert photometry.share_within(shares, photometry.DARK) == 0.25 == photometry.share_within(shares, photometry.BRIGHT)


def test_overlap_of_histograms() -> None:
    dark, light = photometry.histogram(np.full(9, 10, np.uint8)), photometry.histogram(np.full(9, 200, np.uint8))
    assert photometry.overlap(dark, dark) == 1 and photometry.overlap(dark, light) == 0
    assert photometry.overlap((dark + light) / 2, light) == 0.5 == photometry.overlap(light, (dark + light) / 2)


@pytest.mark.parametrize("colour", [(200, 150, 120), (90, 60, 45), (30, 200, 60), (128, 128, 128)])
def test_lab_agrees_with_opencv_up_to_the_white_point(colour: tuple[int, int, int]) -> None:
    pixel = np.array([[colour]], np.float32) / 255
    _, a, b = cv2.cvtColor(pixel, cv2.COLOR_RGB2Lab)[0, 0]  # D65; adapting to D50 moves a* and b* by a few units at most
    assert photometry.lab(np.array(colour) / 255) == pytest.approx((a, b), abs=6)


def test_colour_distance() -> None:
    assert photometry.colour_distance(np.array([[200, 150, 120]], np.uint8)) == 0  # skin under white light
    assert photometry.colour_distance(np.array([[120, 150, 200]], np.uint8)) == 100  # blue: b* below zero
    assert photometry.colour_distance(np.array([[60, 160, 60]], np.uint8)) == 100  # green: a* below zero
    a, b = photometry.lab(np.array([255, 90, 40]) / 255)
    assert a > 25 and b > 35
    assert photometry.colour_distance(np.array([[255, 90, 40]], np.uint8)) == pytest.approx(math.hypot(a - 25, b - 35))
