"""Morphs: exact ends, triangles, splices, and how a morph is scored."""

from __future__ import annotations

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.spatial import Delaunay

from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError
from vultus.image import load
from vultus.people.morphs.signatures import both_similarities, passes_as_both
from vultus.people.morphs.splice import Splice, matched, splice
from vultus.people.morphs.triangles import border_points, delaunay, warped
from vultus.people.morphs.warp_and_blend import Morph, warp_and_blend
from vultus.types import Image


@pytest.fixture(scope="module")
def faces() -> list[Image]:
    return [load(path) for _, path in rendered_people() if path.stem == "frontal"][:2]


def points(seed: int = 0, count: int = 30) -> NDArray[np.float64]:
    """Places around the middle of a picture of 320 px."""
    return np.random.default_rng(seed).uniform(90, 230, (count, 2))


def test_triangles_are_those_of_another_library() -> None:
    cloud = np.concatenate([points(1, 60), border_points((320, 320))])
    wanted = {tuple(row) for row in np.sort(Delaunay(cloud).simplices, 1)}
    assert {tuple(row) for row in delaunay(cloud)} == wanted


def test_a_warp_carries_every_point_to_its_target() -> None:
    source = np.zeros((200, 200, 3), np.uint8)
    own = np.array([(60.5, 60.5), (140.5, 70.5), (100.5, 140.5), (80.5, 100.5), (120.5, 100.5)])
    target = own + np.array([(8, -4), (-6, 5), (3, 9), (5, 5), (-4, 2)])
    for x, y in own:
        source[int(y) - 1:int(y) + 2, int(x) - 1:int(x) + 2] = 255
    framed = [np.concatenate([each, border_points((200, 200))]) for each in (own, target)]
    moved = warped(source, framed[0], framed[1], delaunay(framed[1]), (200, 200))
    for x, y in target:
        assert moved[int(y), int(x), 0] > 200


def test_equal_points_change_nothing_at_either_end(faces: list[Image]) -> None:
    a, b = faces
    for alpha, end in ((0.0, a), (1.0, b)):
        assert np.array_equal(warp_and_blend(a, b, points(), points(), Morph(alpha)).image, end)


def test_the_ends_are_the_pictures_themselves_with_their_own_shapes(faces: list[Image]) -> None:
    a, b = faces
    own, other = points(2), points(2) + np.random.default_rng(3).uniform(-6, 6, (30, 2))
    assert np.array_equal(warp_and_blend(a, b, own, other, Morph(0.0)).image, a)
    assert np.array_equal(warp_and_blend(a, b, own, other, Morph(1.0)).image, b)
    end = warp_and_blend(a, b, own, other, Morph(0.0, shape_alpha=1.0))
    framed = [np.concatenate([each, border_points((320, 320))]) for each in (own, other)]
    wanted = warped(a, framed[0], framed[1], delaunay(framed[1]), (320, 320))
    assert np.array_equal(end.image, np.clip(np.rint(wanted), 0, 255).astype(np.uint8))
    assert not np.array_equal(end.image, a)


def test_half_way_is_the_mean_of_shape_and_colour(faces: list[Image]) -> None:
    a, b = faces
    made = warp_and_blend(a, b, points(), points(), Morph(0.5))
    assert np.abs(made.image - (a.astype(float) + b) / 2).max() <= 0.5
    shifted = warp_and_blend(a, b, points(), points() + 4, Morph(0.25))
    assert np.allclose(shifted.predicted["points"], points() + 1)
    assert shifted.record()["kind"] == "simulated attack, not an ISO/IEC 30107-3 test"


def test_pictures_of_two_sizes(faces: list[Image]) -> None:
    small = np.ascontiguousarray(faces[1][::2, ::2])
    made = warp_and_blend(faces[0], small, points(), points() / 2, Morph(1.0))
    assert made.image.shape == faces[0].shape
    assert np.abs(made.image.astype(float) - faces[1]).mean() < 4


@pytest.mark.parametrize("blending", ["feather", "poisson"])
def test_a_splice_keeps_everything_outside_the_hull(faces: list[Image], blending: str) -> None:
    import cv2
    made = splice(faces[0], faces[1], points(), points(4), Splice(blending=blending))
    mask = np.zeros((320, 320), np.uint8)
    cv2.fillPoly(mask, [np.rint(made.predicted["hull"]).astype(np.int32)], (1,))
    outside = cv2.dilate(mask, np.ones((5, 5), np.uint8)) == 0
    assert np.array_equal(made.image[outside], faces[0][outside])
    assert np.abs(made.image[mask > 0].astype(float) - faces[0][mask > 0]).mean() > 3


def test_a_splice_of_a_face_with_itself_is_that_face(faces: list[Image]) -> None:
    made = splice(faces[0], faces[0], points(), points(), Splice())
    assert np.abs(made.image.astype(int) - faces[0]).max() <= 1


def test_colours_are_matched_in_mean_and_deviation(faces: list[Image]) -> None:
    from vultus.people.capture.colour import to_linear
    mask = np.zeros((320, 320), bool)
    mask[120:220, 110:210] = True
    found, wanted = (to_linear(each)[mask] for each in (matched(faces[1], faces[0], mask), faces[0]))
    assert np.allclose(found.mean(0), wanted.mean(0), atol=0.01)
    assert np.abs(to_linear(faces[1])[mask].mean(0) - wanted.mean(0)).max() > 0.03


def test_both_people_are_scored(faces: list[Image]) -> None:
    def mean_colours(pictures: object) -> NDArray[np.float64]:
        rows = np.array([picture[100:220, 100:220].reshape(-1, 3).astype(float).mean(0) - 110 for picture in pictures])  # type: ignore[attr-defined]
        return np.asarray(rows / np.linalg.norm(rows, axis=1, keepdims=True))

    a, b = faces
    morph = warp_and_blend(a, b, points(), points(), Morph(0.5)).image
    end = warp_and_blend(a, b, points(), points(), Morph(0.0)).image
    both = both_similarities([morph, end], [a, a], [b, b], mean_colours)
    assert both[1, 0] == pytest.approx(1) and both[0, 1] > both[1, 1]
    threshold = (both[0].min() + both[1].min()) / 2
    assert passes_as_both(both, threshold).tolist() == [True, False]
    assert not passes_as_both(np.array([[np.nan, 1.0]]), 0.0).any()


def test_bad_points_are_refused(faces: list[Image]) -> None:
    a, b = faces
    good = points()
    twice = good.copy()
    twice[1] = twice[0]
    for name, first, second in (("points_a", good * 3, good), ("points_b", good, good[:-1]), ("points_a", good[:3], good[:3]),
                                ("points", twice, twice), ("points_b", good, np.full((30, 2), np.nan))):
        with pytest.raises(InputError, match=name):
            warp_and_blend(a, b, first, second, Morph())
    with pytest.raises(InputError, match="alpha"):
        Morph(1.5)
    with pytest.raises(InputError, match="blending"):
        Splice(blending="glue")
    with pytest.raises(InputError, match="a: expected uint8 RGB"):
        warp_and_blend(a.astype(np.float32), b, good, good, Morph())
