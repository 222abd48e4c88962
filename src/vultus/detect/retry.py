"""Second looks at pictures in which nothing was found: with a border around tight crops, and turned by quarter turns."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vultus.types import Faces, Float, Image

Find = Callable[[Sequence[Image]], list[Faces]]
TURNS = (90, 180, 270)


def find_with_retries(find: Find, images: Sequence[Image], *, border: float = 0.0, turn: bool = False) -> list[Faces]:
    """`find`, then for the pictures without a face: inside a border, then turned; `Faces.found_by` says which look found them.

    Args:
        find: one `Faces` for each uint8 RGB picture (h, w, 3).
        images: upright pictures.
        border: width of the black border as a share of each side; 0 = no such retry.
        turn: try quarter turns; the turn with the most confident face wins.
    Returns:
        Faces in the coordinates of the picture that came in.
    """
    found = find(images)
    if border > 0:
        found = _again(found, images, lambda pictures: _padded(find, pictures, border))
    if turn:
        found = _again(found, images, lambda pictures: _turned(find, pictures))
    return found


def _again(found: list[Faces], images: Sequence[Image], look: Find) -> list[Faces]:
    """Replace the empty results by those of `look`. A picture of one colour holds no face and costs no second look."""
    empty = [i for i, faces in enumerate(found) if len(faces) == 0 and np.ptp(images[i]) > 0]
    if not empty:
        return found
    fresh = dict(zip(empty, look([images[i] for i in empty]), strict=True))
    return [fresh.get(i, faces) for i, faces in enumerate(found)]


def _padded(find: Find, images: Sequence[Image], border: float) -> list[Faces]:
    widths = [(round(image.shape[0] * border), round(image.shape[1] * border)) for image in images]
    found = find([np.pad(image, ((y, y), (x, x), (0, 0))) for image, (y, x) in zip(images, widths, strict=True)])
    return [_moved(faces, image, np.array([x, y], np.float32))
            for faces, image, (y, x) in zip(found, images, widths, strict=True)]


def _moved(faces: Faces, image: Image, shift: Float) -> Faces:
    """Faces of the padded picture in the coordinates of the picture; those centred on the border are dropped."""
    height, width = image.shape[:2]
    moved = replace(faces, boxes=faces.boxes - np.tile(shift, 2), points=faces.points - shift, size=(height, width),
                    found_by="padded")
    centres = moved.boxes.reshape(-1, 2, 2).mean(axis=1)
    return moved[((centres >= 0) & (centres <= [width, height])).all(axis=1)].principal_first()


def _turned(find: Find, images: Sequence[Image]) -> list[Faces]:
    best = [Faces.none(image.shape[:2]) for image in images]
    for degrees in TURNS:
        found = find([np.ascontiguousarray(np.rot90(image, -degrees // 90)) for image in images])
        for i, faces in enumerate(found):
            if faces.scores.max(initial=0) > best[i].scores.max(initial=0):
                best[i] = turned_back(faces, degrees)
    return best


def turned_back(faces: Faces, degrees: int) -> Faces:
    """Faces found after a clockwise turn of the picture by `degrees` (90, 180, 270), in coordinates before the turn."""
    height, width = faces.size
    xy = np.concatenate([faces.boxes.reshape(-1, 2, 2), faces.points], axis=1)
    x, y = xy[..., 0], xy[..., 1]
    before = {90: (y, width - x), 180: (width - x, height - y), 270: (height - y, x)}[degrees]
    back = np.stack(before, axis=-1)
    boxes = np.concatenate([back[:, :2].min(axis=1), back[:, :2].max(axis=1)], axis=1)
    size = faces.size if degrees == 180 else (width, height)
    return replace(faces, boxes=boxes, points=back[:, 2:], size=size, found_by=f"rotated {degrees}").principal_first()
