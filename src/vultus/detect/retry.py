"""Second looks: inside a border for tight crops and where nothing was found, and turned where nobody upright was found.

A detector trained on upright faces often reports a turned face all the same, with points that are far off. So a picture gets the
turned looks unless it shows at least one face that is confident and upright.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from vultus.geometry import iou, roll_deg
from vultus.types import Faces, Float, Image

Find = Callable[[Sequence[Image]], list[Faces]]
TURNS = (90, 180, 270)
UPRIGHT = 45.0  # degrees of roll; beyond it another quarter turn is nearer
TIGHT = 0.6  # share of the picture's area; from there on points get better inside a border (measured on LFW folds 1-2)
SAME = 0.5  # intersection over union of two boxes that are taken for one face


def find_with_retries(find: Find, images: Sequence[Image], *, border: float = 0.0, sure: float = 0.0) -> list[Faces]:
    """`find`, then second looks where they are needed; `Faces.found_by` says which look found the faces.

    Args:
        find: one `Faces` for each uint8 RGB picture (h, w, 3).
        images: upright pictures.
        border: width of the black border as a share of each side, for tight crops and pictures without a face; 0 = no such retry.
        sure: pictures without an upright face of at least this confidence are also seen after quarter turns; the look with the
            most confident upright face wins. 0 = no such retry.
    Returns:
        Faces in the coordinates of the picture that came in.
    """
    found = _bordered(find, images, border, also_empty=True)
    # A picture of one colour holds no face and costs no second look.
    again = [i for i, faces in enumerate(found) if upright_score(faces) < sure and np.ptp(images[i]) > 0]
    if again:
        fresh = _turned(lambda turned: _bordered(find, turned, border, also_empty=False),
                        [images[i] for i in again], [found[i] for i in again])
        found = _placed(found, again, fresh)
    return found


def is_tight(faces: Faces) -> bool:
    """Whether the principal face's box takes `TIGHT` of the picture's area or more."""
    height, width = faces.size
    box = np.clip(faces.boxes[:1], 0, [width, height, width, height])
    return bool(((box[:, 2:] - box[:, :2]).prod(axis=1) >= TIGHT * height * width).any())


def _bordered(find: Find, images: Sequence[Image], border: float, *, also_empty: bool) -> list[Faces]:
    """`find`, and again inside a border for tight crops and, if `also_empty`, for pictures without a face."""
    found = find(images)
    again = [i for i, faces in enumerate(found)
             if border > 0 and np.ptp(images[i]) > 0 and (is_tight(faces) if len(faces) else also_empty)]
    if not again:
        return found
    padded = _padded(find, [images[i] for i in again], border)
    return _placed(found, again, [_better(found[i], faces) for i, faces in zip(again, padded, strict=True)])


def _better(direct: Faces, padded: Faces) -> Faces:
    """What was seen inside the border, unless it is nothing upright or another face than the one that was seen without."""
    if len(direct) == 0:
        return padded
    same = len(padded) > 0 and iou(direct.boxes[:1], padded.boxes[:1])[0, 0] >= SAME
    return padded if same and upright_score(padded) > 0 else direct


def upright_score(faces: Faces) -> float:
    """Confidence of the most confident face whose eyes are level to within `UPRIGHT` degrees, 0 when there is none."""
    upright = np.abs(roll_deg(faces.points)) <= UPRIGHT
    return float(faces.scores[upright].max(initial=0))


def _placed(found: list[Faces], places: Sequence[int], fresh: Sequence[Faces]) -> list[Faces]:
    changed = dict(zip(places, fresh, strict=True))
    return [changed.get(i, faces) for i, faces in enumerate(found)]


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


def _turned(find: Find, images: Sequence[Image], best: Sequence[Faces]) -> list[Faces]:
    """The best of what was found so far and after each quarter turn."""
    best, scores = list(best), [upright_score(faces) for faces in best]
    for degrees in TURNS:
        found = find([np.ascontiguousarray(np.rot90(image, -degrees // 90)) for image in images])
        for i, faces in enumerate(found):
            if upright_score(faces) > scores[i]:
                best[i], scores[i] = turned_back(faces, degrees), upright_score(faces)
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
