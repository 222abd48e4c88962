"""What is behind the person."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from vultus.errors import InputError, UnknownNameError
from vultus.people.render.background import backdrop
from vultus.people.render.sensor import linear
from vultus.people.scene import BACKGROUNDS, Background, Camera, Light

CAMERA = Camera(80, 60)
PROCEDURAL = tuple(kind for kind in BACKGROUNDS if kind != "picture")


@pytest.mark.parametrize("kind", PROCEDURAL)
def test_kinds_have_the_picture_s_size_and_follow_colours(kind: str) -> None:
    blue = backdrop(Background(kind, (0.2, 0.3, 0.9), (0.1, 0.2, 0.7)), CAMERA, Light())
    red = backdrop(Background(kind, (0.9, 0.3, 0.2), (0.7, 0.2, 0.1)), CAMERA, Light())
    assert blue.shape == (60, 80, 3) and blue.dtype == np.float32 and np.isfinite(blue).all() and blue.min() >= 0
    assert blue[..., 2].mean() > red[..., 2].mean() and red[..., 0].mean() > blue[..., 0].mean()


def test_seeds_change_what_is_random_and_only_that() -> None:
    for kind in PROCEDURAL:
        first, again, other = (backdrop(Background(kind, seed=seed), CAMERA, Light()) for seed in (1, 1, 2))
        assert np.array_equal(first, again)
        assert np.array_equal(first, other) == (kind in ("plain", "gradient"))


def test_plain_is_the_colour_under_the_default_light_and_dimmer_in_low_light() -> None:
    wall = Background("plain", (0.5, 0.6, 0.7))
    np.testing.assert_allclose(backdrop(wall, CAMERA, Light())[0, 0], linear(np.array([0.5, 0.6, 0.7])), rtol=1e-6)
    dark = Light(environment=((0.02, 0.02, 0.02), *(((0.0, 0.0, 0.0),) * 8)), lamps=())
    assert backdrop(wall, CAMERA, dark).mean() < 0.2 * backdrop(wall, CAMERA, Light()).mean()


def test_a_picture_covers_without_being_squeezed_and_is_out_of_focus(tmp_path: Path) -> None:
    tall = np.zeros((300, 100, 3), np.uint8)
    tall[145:155, 45:55] = 255  # a square in the middle
    Image.fromarray(tall).save(tmp_path / "behind.png")
    seen = backdrop(Background("picture", picture=tmp_path / "behind.png"), replace(CAMERA, width=200, height=200), Light())[..., 0]
    rows, columns = seen.sum(1), seen.sum(0)
    y = np.arange(200) + 0.5

    def spread(profile: np.ndarray) -> float:
        middle = (profile * y).sum() / profile.sum()
        assert abs(middle - 100) < 1
        return float(np.sqrt((profile * (y - middle) ** 2).sum() / profile.sum()))

    assert abs(spread(rows) - spread(columns)) < 0.3  # the square stays square
    assert spread(rows) > 20 / 12 ** 0.5 + 0.5  # its edges are soft


def test_errors_name_kind_and_file(tmp_path: Path) -> None:
    with pytest.raises(UnknownNameError, match="outdoor"):
        backdrop(Background("outdoors"), CAMERA, Light())
    with pytest.raises(InputError, match="picture"):
        backdrop(Background("picture"), CAMERA, Light())
    with pytest.raises(InputError, match=r"gone\.png"):
        backdrop(Background("picture", picture=tmp_path / "gone.png"), CAMERA, Light())
