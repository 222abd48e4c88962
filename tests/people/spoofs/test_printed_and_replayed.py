"""Prints and screens: the pattern is where geometry puts it, and gone without it."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache

import numpy as np
import pytest
from numpy.typing import NDArray

from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError
from vultus.image import load
from vultus.people.capture.simulated import Simulated
from vultus.people.spoofs import ink, signatures
from vultus.people.spoofs.printed import Printed, drawn_printed, printed
from vultus.people.spoofs.recapture import Recapture
from vultus.people.spoofs.replayed import Replayed, drawn_replayed, replayed, stripe_term
from vultus.people.spoofs.sheet import Placing, Sheet, folded, pixel_centres
from vultus.types import Image

SMALL = Recapture(size=256)
HELD = Placing(fill=1.05, yaw=5, pitch=-4, roll=2)
PRINT = Printed(width_mm=55.0, placing=replace(HELD, bend_mm=800.0), recapture=SMALL)
SCREEN = Replayed(pitch_mm=0.25, width_mm=0.75 * 0.25 * 1.05 * 256, placing=HELD, recapture=SMALL)


@cache
def face() -> Image:
    return load(next(path for _, path in rendered_people() if path.stem == "frontal"))


@cache
def shown(which: str) -> Simulated:
    if which.startswith("print"):
        return printed(face(), PRINT if which == "print" else PRINT.without_ink(), np.random.default_rng(0))
    return replayed(face(), SCREEN if which == "screen" else SCREEN.without_grid(), np.random.default_rng(0))


def slow_dft(plane: NDArray[np.float64], frequency: NDArray[np.float64]) -> float:
    """Amplitude at one frequency by a plain sum, Hann-windowed."""
    height, width = plane.shape
    total = 0j
    for y in range(height):
        for x in range(width):
            window = (0.5 - 0.5 * np.cos(2 * np.pi * y / (height - 1))) * (0.5 - 0.5 * np.cos(2 * np.pi * x / (width - 1)))
            total += plane[y, x] * window * np.exp(-2j * np.pi * (frequency[0] * x + frequency[1] * y))
    return abs(total)


def test_a_sheet_and_its_pixels_are_inverse_and_its_middle_is_the_picture_s() -> None:
    for bend in (np.inf, 400.0, -300.0):
        sheet = Sheet(replace(HELD, bend_mm=bend), 110.0, (240, 320))
        pixels = np.random.default_rng(0).uniform(0, 240, (40, 2))
        assert np.allclose(sheet.seen(sheet.at(pixels)), pixels, atol=1e-3)
        assert np.allclose(sheet.at(np.array([160.0, 120.0])), 0, atol=1e-9)
    straight = Sheet(Placing(1.0, 0, 0, 0), 100.0, (200, 200))
    assert np.allclose(straight.at(np.array([(0.0, 100.0), (200.0, 100.0)])), [(-50, 0), (50, 0)])
    assert np.allclose(straight.jacobian(np.array([60.0, 90.0])), np.eye(2) / 2)


def test_roll_turns_clockwise_and_yaw_shows_one_side_smaller() -> None:
    rolled = Sheet(Placing(1.0, 0, 0, 10), 100.0, (200, 200)).seen(np.array([(40.0, 0.0)]))[0]
    assert rolled[1] > 100  # the right side has gone down
    left, right = Sheet(Placing(1.0, 20, 0, 0), 100.0, (200, 200)).seen(np.array([(-40.0, 0.0), (40.0, 0.0)]))[:, 0]
    assert abs((100 - left) - (right - 100)) > 1


def test_folding() -> None:
    assert np.allclose(folded(np.array([0.75, -0.2])), [-0.25, -0.2])
    assert np.allclose(folded(np.array([1.1, -1.3])), [0.1, -0.3])
    columns = np.arange(64)
    assert np.allclose(np.cos(2 * np.pi * 0.83 * columns), np.cos(2 * np.pi * folded(np.array([0.83, 0]))[0] * columns))


def test_the_predicted_moire_frequencies_are_the_peaks_of_a_slow_dft() -> None:
    flat = np.full((64, 64, 3), 150, np.uint8)
    settings = replace(SCREEN, width_mm=0.78 * 0.5 * 64, pitch_mm=0.5, placing=Placing(1.0, 0, 0, 3), glare=0.0,
                       recapture=Recapture(size=64))
    made = replayed(flat, settings, np.random.default_rng(0))
    turn = np.radians(3)
    wanted = folded(np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))]) * 0.78)
    assert np.allclose(made.predicted["moire"], wanted, atol=2e-3)
    green, red = made.image[8:56, 8:56, 1].astype(float), made.image[8:56, 8:56, 0].astype(float)
    for plane, predicted in ((green - red, wanted[0]), (green + red, wanted[1])):  # stripes differ between colours, rows do not
        centred = plane - plane.mean()
        away = [slow_dft(centred, predicted + step) for step in np.array([(0.06, 0), (-0.06, 0), (0, 0.06), (0, -0.06)])]
        assert slow_dft(centred, predicted) > 4 * max(away)


def test_a_stripe_s_series_is_its_fourier_integral() -> None:
    x = (np.arange(20_000) + 0.5) / 20_000
    for order in range(3):
        stripe = (np.abs(x - 0.5) < 0.14) / 0.28
        assert stripe_term(order, 0.28, 0.5) == pytest.approx((stripe * np.exp(-2j * np.pi * order * x)).mean(), abs=1e-3)


def test_the_moire_is_there_and_gone_without_the_grid() -> None:
    heights = {name: signatures.moire_height(shown(name).image, SCREEN) for name in ("screen", "screen-without", "print")}
    assert heights["screen"] > signatures.MOIRE_DB > max(heights["screen-without"], heights["print"])
    found = signatures.strongest_wave(shown("screen").image, colour=True)
    assert signatures.bins_apart(found, shown("screen").predicted["moire"]) < 2
    wrong = replace(SCREEN, pitch_mm=SCREEN.pitch_mm * 0.83)
    assert signatures.moire_height(shown("screen").image, wrong) < signatures.MOIRE_DB


def test_the_dots_are_there_and_gone_without_ink() -> None:
    heights = {name: signatures.dot_height(shown(name).image, PRINT) for name in ("print", "print-without", "screen")}
    assert heights["print"] > signatures.DOTS_DB > max(heights["print-without"], heights["screen"])
    found = signatures.strongest_wave(shown("print").image)
    assert signatures.bins_apart(found, shown("print").predicted["dots"]) < 2
    assert signatures.dot_height(shown("print").image, replace(PRINT, lpi=PRINT.lpi * 1.2)) < signatures.DOTS_DB


def test_dots_cover_the_asked_share_and_repeat_at_the_asked_pitch() -> None:
    at = np.stack(np.meshgrid(np.arange(400) * 0.01, np.arange(400) * 0.01), -1)
    for cover in (0.1, 0.5, 0.9):
        found = ink.dots(at, np.full((400, 400, 4), cover, np.float32), 2.5)
        assert np.allclose(found.mean((0, 1)), cover, atol=0.02)
    along = ink.dots(at, np.full((400, 400, 4), 0.4, np.float32), 2.5)[0, :, 2]  # yellow at 0 degrees: period 0.4 mm
    assert np.allclose(along[:-40], along[40:], atol=0.02) and along.std() > 0.2


def test_inks_give_back_what_lies_inside_their_colours() -> None:
    covers = np.random.default_rng(1).uniform(0.05, 0.85, (200, 3))
    colours = ink.printed_colour(np.concatenate([covers, np.zeros((200, 1))], 1).astype(np.float32))
    assert np.abs(ink.printed_colour(ink.separated(colours, 0.0)) - colours).max() < 0.02
    assert not ink.outside_gamut(colours).any()
    beyond = np.array([(0.0, 0.9, 0.05), (0.05, 0.05, 0.95), (0.002, 0.002, 0.002)], np.float32)
    assert ink.outside_gamut(beyond).all()
    assert ink.printed_colour(ink.separated(beyond)).min() >= ink.SURFACE


def test_a_colour_chart_loses_its_colours_in_print() -> None:
    import cv2
    hues = np.zeros((96, 96, 3), np.uint8)
    hues[..., 0], hues[..., 1], hues[..., 2] = np.arange(96)[None] * 1.87, 255, 255 - np.arange(96)[:, None] * 1.5
    chart = cv2.cvtColor(hues, cv2.COLOR_HSV2RGB)
    settings = replace(PRINT, width_mm=60, gloss=0.0, light_fall=0.0, placing=Placing(1.1, 0, 0, 0), recapture=Recapture(size=192))
    made, plain = (printed(chart, each, np.random.default_rng(0)).image for each in (settings, settings.without_ink()))
    assert signatures.gamut_excess(made) <= 0.01 < 0.3 < signatures.gamut_excess(plain)
    chroma = [cv2.cvtColor(each, cv2.COLOR_RGB2HSV)[..., 1].mean() for each in (made, plain)]
    assert chroma[0] < 0.85 * chroma[1]


def test_the_camera_sees_paper_and_bezel_where_they_are() -> None:
    small = replace(PRINT, placing=Placing(0.7, 0, 0, 0), border_mm=6, gloss=0, light_fall=0)
    made = printed(face(), small, np.random.default_rng(0))
    edge = Sheet(small.placing, small.width_mm, (256, 256)).seen(np.array([(-27.5 - 3, 0.0)]))[0]
    assert made.image[int(edge[1]), int(edge[0])].min() > 190
    framed = replace(SCREEN, placing=Placing(0.8, 0, 0, 0), bezel_mm=4, glare=0)
    dark = replayed(face(), framed, np.random.default_rng(0))
    at = Sheet(framed.placing, framed.width_mm, (256, 256)).seen(np.array([(-framed.width_mm / 2 - 2, 0.0)]))[0]
    assert dark.image[int(at[1]), int(at[0])].max() < 60


def test_a_screen_s_black_is_not_black() -> None:
    black = np.zeros((64, 64, 3), np.uint8)
    levels = [replayed(black, replace(SCREEN, black_level=level, glare=0), np.random.default_rng(0)).image.mean() for level in (0.0, 0.02)]
    assert levels[1] > levels[0] + 10


def test_same_seed_same_bytes() -> None:
    for make, settings in ((printed, PRINT), (replayed, SCREEN)):
        first, again, other = (make(face()[::4, ::4].copy(), replace(settings, recapture=Recapture(size=96)), np.random.default_rng(seed))  # type: ignore[operator]
                               for seed in (1, 1, 2))
        assert np.array_equal(first.image, again.image) and not np.array_equal(first.image, other.image)
        assert json.loads(json.dumps(first.record(), allow_nan=False))["kind"] == "simulated attack, not an ISO/IEC 30107-3 test"
    for draw in (drawn_printed, drawn_replayed):
        assert draw(np.random.default_rng(5)) == draw(np.random.default_rng(5)) != draw(np.random.default_rng(6))


def test_pixel_centres() -> None:
    assert pixel_centres((2, 3)).tolist() == [[[0.5, 0.5], [1.5, 0.5], [2.5, 0.5]], [[0.5, 1.5], [1.5, 1.5], [2.5, 1.5]]]


def test_bad_input_is_refused_by_name() -> None:
    for make, name in ((lambda: Printed(lpi=0), "lpi"), (lambda: Replayed(pitch_mm=-1), "pitch_mm"), (lambda: Placing(yaw=80), "yaw"),
                       (lambda: Recapture(size=8), "size"), (lambda: Placing(bend_mm=10.0), "bend_mm")):
        with pytest.raises(InputError, match=name):
            make()
    for image in (np.zeros((64, 64, 3), np.float32), np.zeros((8, 64, 3), np.uint8)):
        with pytest.raises(InputError, match="image"):
            printed(image, PRINT, np.random.default_rng(0))  # type: ignore[arg-type]
        with pytest.raises(InputError, match="image"):
            replayed(image, SCREEN, np.random.default_rng(0))  # type: ignore[arg-type]
