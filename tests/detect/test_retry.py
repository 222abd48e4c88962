"""Second looks, with a detector that finds five marked pixels: places must come back exactly."""

from __future__ import annotations

import numpy as np
import pytest

from vultus.detect.retry import find_with_retries, turned_back
from vultus.types import Faces

LEVELS = (50, 100, 150, 200, 250)  # of the five marks, in the order of POINT_NAMES
LEVEL_EYES = np.array([[[1.0, 1], [3, 1], [2, 2], [1, 3], [3, 3]]])
PLACES = np.array([(14, 10), (26, 11), (20, 17), (15, 24), (25, 23)])  # x y of their pixels


def picture(height: int = 40, width: int = 60, places: np.ndarray = PLACES) -> np.ndarray:
    image = np.zeros((height, width, 3), np.uint8)
    image[places[:, 1], places[:, 0]] = np.array(LEVELS)[:, None]
    return image


def look(image: np.ndarray, room: float = 0) -> Faces:
    """A face where all five marks are, if the eyes are level and above the mouth, `room` px from every border."""
    size = image.shape[:2]
    found = [np.argwhere(image[..., 0] == level) for level in LEVELS]
    if any(len(f) != 1 for f in found):
        return Faces.none(size)
    points = np.concatenate(found)[:, ::-1] + 0.5
    low, high = points.min(axis=0) - 2.5, points.max(axis=0) + 2.5
    inside = (low >= room).all() and (high <= np.array(size[::-1]) - room).all()
    upright = points[0, 0] < points[1, 0] and points[:2, 1].max() < points[3:, 1].min()
    if not (inside and upright):
        return Faces.none(size)
    return Faces(np.array([[*low, *high]]), [0.9], points[None], size)


def finder(room: float = 0):
    return lambda images: [look(image, room) for image in images]


def test_what_is_found_at_once_stays():
    faces = find_with_retries(finder(), [picture()], border=0.5, sure=0.5)[0]
    assert faces.found_by == "direct"
    np.testing.assert_array_equal(faces.points[0], PLACES + 0.5)


@pytest.mark.parametrize("turns, found_by", [(1, "rotated 90"), (2, "rotated 180"), (3, "rotated 270")])
def test_a_turned_picture_is_found_and_its_places_come_back_exactly(turns, found_by):
    """A picture turned anticlockwise by k quarters is found after a clockwise turn by as many."""
    turned = np.ascontiguousarray(np.rot90(picture(), turns))
    faces = find_with_retries(finder(), [turned], sure=0.5)[0]
    assert faces.found_by == found_by and faces.size == turned.shape[:2]
    for level, (x, y) in zip(LEVELS, faces.points[0], strict=True):
        assert turned[int(y), int(x), 0] == level
    points = faces.points[0]
    np.testing.assert_allclose(faces.boxes[0], [*(points.min(0) - 2.5), *(points.max(0) + 2.5)])


def test_without_the_retries_nothing_is_found():
    turned = np.ascontiguousarray(np.rot90(picture(), 2))
    assert len(find_with_retries(finder(), [turned])[0]) == 0
    assert len(find_with_retries(finder(room=12), [picture()])[0]) == 0


def test_a_tight_crop_is_found_inside_a_border_and_comes_back_exactly():
    faces = find_with_retries(finder(room=12), [picture()], border=0.5)[0]
    assert faces.found_by == "padded" and faces.size == (40, 60)
    np.testing.assert_allclose(faces.points[0], PLACES + 0.5)


def test_a_box_that_fills_the_picture_is_looked_at_again_inside_a_border():
    """The look inside the border wins when it shows the same face upright; another face or none leaves the first look."""
    first = np.array([[0.0, 0, 60, 40]])

    def found_by(box, points):
        def find(images):
            height = images[0].shape[0]
            if height == 40:
                return [Faces(first, [0.9], LEVEL_EYES, (40, 60))]
            return [Faces(np.array([box]) + np.array([30, 20, 30, 20]), [0.6], points, images[0].shape[:2])]
        return find_with_retries(find, [picture()], border=0.5)[0].found_by

    assert found_by([2.0, 1, 58, 39], LEVEL_EYES) == "padded"
    assert found_by([2.0, 1, 20, 14], LEVEL_EYES) == "direct"
    assert found_by([2.0, 1, 58, 39], LEVEL_EYES[..., ::-1]) == "direct"
    first = np.array([[0.0, 0, 40, 30]])
    assert found_by([0.0, 0, 40, 30], LEVEL_EYES) == "direct"


def test_a_face_centred_on_the_border_is_dropped():
    outside = Faces(np.array([[-90.0, 0, -80, 10], [10, 10, 20, 20]]), [0.9, 0.8], np.zeros((2, 5, 2)), (40, 60))

    def find(images):
        moved = Faces(outside.boxes + np.array([30, 20, 30, 20]), outside.scores, outside.points, images[0].shape[:2])
        return [moved if image.shape[0] > 40 else Faces.none(image.shape[:2]) for image in images]

    faces = find_with_retries(find, [picture()], border=0.5)[0]
    np.testing.assert_allclose(faces.boxes, [[10, 10, 20, 20]])


def test_the_most_confident_turn_wins():
    def find(images):
        image = images[0]
        score = {(39, 0): 0.6, (0, 59): 0.9}.get(tuple(np.argwhere(image[..., 0])[0])) if image.any() else None
        box = np.array([[0.0, 0, 5, 5]])
        return [Faces(box, [score], LEVEL_EYES, image.shape[:2]) if score and image.shape == (40, 60, 3)
                else Faces.none(image.shape[:2])]

    corner = np.zeros((60, 40, 3), np.uint8)
    corner[0, 0] = 255  # a clockwise quarter turn brings it to the top right, three quarters to the bottom left
    assert find_with_retries(find, [corner], sure=0.5)[0].found_by == "rotated 90"


def test_a_confident_upright_face_needs_no_second_look_and_others_do():
    """Faces that lie on their side or are unsure are looked at again; when no turn is better they stay as they were."""
    def look_again(points, score):
        looks = []

        def find(images):
            looks.append(images[0].shape)
            faces = Faces(np.array([[0.0, 0, 5, 5]]), [score], points, images[0].shape[:2])
            return [faces if len(looks) == 1 else Faces.none(images[0].shape[:2])]

        found = find_with_retries(find, [picture()], border=0.5, sure=0.8)[0]
        assert found.found_by == "direct" and len(found) == 1
        return len(looks)

    assert look_again(LEVEL_EYES, 0.8) == 1
    assert look_again(LEVEL_EYES, 0.7) == 4
    assert look_again(LEVEL_EYES[..., ::-1], 0.9) == 4


def test_a_picture_of_one_colour_costs_no_second_look():
    looks = []

    def find(images):
        looks.append(len(images))
        return [Faces.none(image.shape[:2]) for image in images]

    found = find_with_retries(find, [np.full((20, 30, 3), 9, np.uint8)], border=0.5, sure=0.5)
    assert len(found[0]) == 0 and looks == [1]


@pytest.mark.parametrize("degrees", [90, 180, 270])
def test_turning_back_undoes_numpys_turn(degrees):
    image = picture()
    seen = np.rot90(image, -degrees // 90)
    points = np.array([np.argwhere(seen[..., 0] == level)[0][::-1] + 0.5 for level in LEVELS])
    faces = Faces(np.array([[1.0, 2, 5, 9]]), [0.5], points[None], seen.shape[:2])
    back = turned_back(faces, degrees)
    np.testing.assert_array_equal(back.points[0], PLACES + 0.5)
    assert back.size == image.shape[:2] and (back.boxes[0, 2:] > back.boxes[0, :2]).all()
