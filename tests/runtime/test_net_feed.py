"""What a net is fed, against a loop over every pixel."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.errors import InputError
from vultus.runtime.model_card import NetInput
from vultus.runtime.net_feed import feed

IMAGES = np.random.default_rng(5).integers(0, 256, (2, 4, 6, 3), dtype=np.uint8)


@pytest.mark.parametrize("layout", ["nhwc", "nchw"])
@pytest.mark.parametrize(("colour", "mean", "std"), [
    ("rgb", (0.0, 0.0, 0.0), (1.0, 1.0, 1.0)), ("rgb", (10.0, 20.0, 30.0), (2.0, 4.0, 8.0)),
    ("bgr", (10.0, 20.0, 30.0), (2.0, 4.0, 8.0)), ("grey", (100.0,), (50.0,))])
def test_against_a_loop(layout: str, colour: str, mean: tuple[float, ...], std: tuple[float, ...]) -> None:
    fed = feed(IMAGES, NetInput("x", layout, "float32", (4, 6), colour, mean, std))  # type: ignore[arg-type]
    assert fed.dtype == np.float32
    for n in range(2):
        for y in range(4):
            for x in range(6):
                r, g, b = (int(v) for v in IMAGES[n, y, x])
                pixel = {"rgb": [r, g, b], "bgr": [b, g, r], "grey": [round(0.299 * r + 0.587 * g + 0.114 * b)]}[colour]
                for c, value in enumerate(pixel):
                    index = (n, c, y, x) if layout == "nchw" else (n, y, x, c)
                    assert fed[index] == pytest.approx((value - mean[c]) / std[c], abs=1e-5)


def test_bytes_stay_bytes() -> None:
    fed = feed(IMAGES, NetInput("x", "nhwc", "uint8", (0, 0), "rgb", (0.0,) * 3, (1.0,) * 3))
    assert fed.dtype == np.uint8
    np.testing.assert_array_equal(fed, IMAGES)


def test_shrinking_averages_areas() -> None:
    fed = feed(IMAGES, NetInput("x", "nhwc", "float32", (2, 3), "rgb", (0.0,) * 3, (1.0,) * 3))
    blocks = IMAGES.reshape(2, 2, 2, 3, 2, 3).astype(np.float64).mean(axis=(2, 4))
    assert fed.shape == (2, 2, 3, 3) and np.abs(fed - blocks).max() <= 0.5


def test_free_size_and_no_pictures() -> None:
    wanted = NetInput("x", "nchw", "float32", (0, 0), "rgb", (0.0,) * 3, (1.0,) * 3)
    assert feed(IMAGES, wanted).shape == (2, 3, 4, 6)
    assert feed(IMAGES[:0], NetInput("x", "nchw", "float32", (4, 6), "grey", (0.0,), (1.0,))).shape == (0, 1, 4, 6)


def test_wrong_input_is_named() -> None:
    with pytest.raises(InputError, match=r"images: expected uint8 RGB \(n, h, w, 3\), got float64"):
        feed(IMAGES / 255, NetInput("x", "nhwc", "float32", (4, 6)))  # type: ignore[arg-type]
