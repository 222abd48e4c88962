"""Points, boxes, expressions, objects and masks of human-models on LFW; part of `bench/human_models.py`."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.analyse.face_mesh.demo import five
from vultus.analyse.person_mask.demo import inside_and_corners
from vultus.analyse.rendered_faces import MIRRORED, mirror
from vultus.data.lfw import Lfw
from vultus.evaluate.bounds import binomial_interval
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.geometry import iou
from vultus.image import load
from vultus.report import Value
from vultus.runtime.card_net import CardNet
from vultus.types import Faces, Float, Image

PEOPLE, SEED = 300, 12
NOTE = "LFW, n counts people"
EYES = "distances between the eyes; " + NOTE
MOVED = 0.15  # distances between the eyes, along each axis
PURPOSE = {"purpose": "measuring the net"}


def one_a_person(lfw: Lfw) -> list[Path]:
    """The first picture of 300 people drawn with a fixed seed."""
    people, first = np.unique(lfw.subjects, return_index=True)
    drawn = np.random.default_rng(SEED).permutation(len(people))[:PEOPLE]
    return [lfw.paths[index] for index in np.sort(first[drawn])]


def faces_and_scenes(lfw: Lfw, rng: np.random.Generator) -> list[Value]:
    images = [load(path) for path in one_a_person(lfw)]
    found = [faces[:1] for faces in registry.build("detect/centerface").detect(images)]
    kept = [(image, faces) for image, faces in zip(images, found, strict=True) if len(faces)]
    images, faces = [image for image, _ in kept], [f for _, f in kept]
    return [*_mesh(images, faces, rng), *_attention(images, faces, rng), *_iris(images, faces, rng), *_expression(images, faces),
            *_detectors(images, faces), *_scenes(images, faces), *_bodies(images, faces)]


def _mesh(images: list[Image], faces: list[Faces], rng: np.random.Generator) -> list[Value]:
    mesh = registry.build("analyse/face_mesh")
    upright = five(mesh.analyse(images, faces)["landmarks_3d"])
    other = five(mesh.analyse([np.ascontiguousarray(i[:, ::-1]) for i in images], [mirror(f) for f in faces])["landmarks_3d"])[:, MIRRORED]
    other[..., 0] = np.array([i.shape[1] for i in images])[:, None] - other[..., 0]
    points = np.concatenate([f.points for f in faces])
    return [_mean("facemesh: mean distance of eyes, nose, mouth corners to the detector's", _apart(upright, points, points), rng, EYES),
            _mean("facemesh: mean distance of these points to the mirrored picture's", _apart(other, upright, points), rng, EYES)]


def _attention(images: list[Image], faces: list[Faces], rng: np.random.Generator) -> list[Value]:
    """The mesh with attention through the same squares as the plain mesh."""
    mesh = registry.build("analyse/face_mesh")
    plain = mesh.analyse(images, faces)["landmarks_3d"]
    mesh.net = _Renamed(CardNet("facemesh-attention"), {"output_mesh": "output_mesh_identity"})
    refined = mesh.analyse(images, faces)["landmarks_3d"]
    points = np.concatenate([f.points for f in faces])
    return [_mean("facemesh-attention: mean distance of eyes, nose, mouth corners to the detector's", _apart(five(refined), points, points),
                  rng, EYES),
            _mean("facemesh-attention: mean distance to the plain mesh, all points", _apart(refined[..., :2], plain[..., :2], points), rng,
                  EYES)]


class _Renamed:
    """A net whose outputs carry the names of another one."""

    def __init__(self, net: CardNet, names: dict[str, str]) -> None:
        self._net, self._names = net, names

    def run(self, pictures: Image) -> dict[str, NDArray[Any]]:
        outputs = self._net.run(pictures)
        return {name: outputs[given] for name, given in self._names.items()}


def _iris(images: list[Image], faces: list[Faces], rng: np.random.Generator) -> list[Value]:
    net = registry.build("analyse/iris")
    points = np.concatenate([f.points for f in faces])
    between = np.linalg.norm(points[:, 1] - points[:, 0], axis=1)
    moved = [Faces(f.boxes, f.scores, f.points + MOVED * b, f.size) for f, b in zip(faces, between, strict=True)]
    irises, pulled = (net.analyse(images, f)["iris"] for f in (faces, moved))
    radius = np.linalg.norm(irises[:, :, 1:] - irises[:, :, :1], axis=3).mean(axis=(1, 2)) / between
    right_of_centre = irises[:, :, 1, 0] > irises[:, :, 0, 0]
    return [_mean("iris: mean distance of the centres to the detector's eyes", _apart(irises[:, :, 0], points[:, :2], points), rng, EYES),
            _mean(f"iris: mean shift of the centres when the eye points are moved by {np.hypot(MOVED, MOVED):.2f}",
                  _apart(pulled[:, :, 0], irises[:, :, 0], points), rng, EYES),
            _mean("iris: mean radius, expected 0.093 (11.7 mm across, 63 mm between the eyes)", radius, rng, EYES),
            _share("iris: the point named right lies right of the centre", right_of_centre.all(axis=1))]


def _expression(images: list[Image], faces: list[Faces]) -> list[Value]:
    net = registry.build("analyse/expression", overrides=PURPOSE)
    upright = net.analyse(images, faces)["expression"].argmax(axis=1)
    mirrored = net.analyse([np.ascontiguousarray(i[:, ::-1]) for i in images], [mirror(f) for f in faces])["expression"].argmax(axis=1)
    return [_share("emotion: same first expression in the mirror (no labelled data: accuracy is not measured)", upright == mirrored),
            _share("emotion: share of neutral", upright == 6), _share("emotion: share of happy", upright == 3)]


def _detectors(images: list[Image], faces: list[Faces]) -> list[Value]:
    boxes = np.concatenate([f.boxes for f in faces])
    values = []
    for name in ("blazeface", "blazeface-front"):
        found, scores = _blazeface(CardNet(name), images)
        overlap = np.diagonal(iou(found, boxes))
        values.append(_share(f"{name}: best box has score >= 0.5 and overlaps the packaged detector's by >= 0.4",
                             (scores >= 0.5) & (overlap >= 0.4)))
    return values


def _blazeface(net: CardNet, images: Sequence[Image]) -> tuple[Float, Float]:
    """The best box of each picture (n, 4) in its px and its score (n,); anchors are cell centres, offsets in px of the input."""
    side = net.card.input.size[0]
    anchors = np.concatenate([np.repeat(_centres(cells, side), count, axis=0) for cells, count in ((16, 2), (8, 6))])
    boxes, scores = [], []
    for image in images:
        out = net.run(image[None])
        logits = np.concatenate([out["Identity"][0], out["Identity_1"][0]])[:, 0]
        raw = np.concatenate([out["Identity_2"][0], out["Identity_3"][0]])
        best = int(logits.argmax())
        centre, span = raw[best, :2] + anchors[best], raw[best, 2:4]
        ratio = np.array([image.shape[1], image.shape[0]] * 2) / side
        boxes.append(np.concatenate([centre - span / 2, centre + span / 2]) * ratio)
        scores.append(1 / (1 + np.exp(-logits[best])))
    return np.array(boxes, np.float32), np.array(scores, np.float32)


def _centres(cells: int, side: int) -> NDArray[np.float64]:
    rows, columns = np.divmod(np.arange(cells * cells), cells)
    return (np.column_stack([columns, rows]) + 0.5) * side / cells


def _scenes(images: list[Image], faces: list[Faces]) -> list[Value]:
    nanodet = registry.build("analyse/objects").analyse(images, faces)
    boxes = [b[labels == "person"] for b, labels in zip(nanodet["object_boxes"], nanodet["object_labels"], strict=True)]
    centernet = CardNet("centernet")
    wide = [_centernet_persons(centernet, image) for image in images]
    meet = CardNet("meet")
    masks = {"selfie": list(registry.build("analyse/person_mask").analyse(images, faces)["person_mask"]),
             "meet": [_meet(meet, image) for image in images]}
    values = [_share("nanodet: person with score >= 0.5 around the face", _around(boxes, faces)),
              _share("centernet: person with score >= 0.5 around the face", _around(wide, faces))]
    for name, rows in masks.items():
        shares = np.array([inside_and_corners(mask, f) for mask, f in zip(rows, faces, strict=True)])
        values += [Value(f"{name}: person share of the face box", float(shares[:, 0].mean()), "share", n=len(shares), note=NOTE),
                   Value(f"{name}: person share of the upper corners", float(shares[:, 1].mean()), "share", n=len(shares), note=NOTE)]
    return values


def _centernet_persons(net: CardNet, image: Image) -> Float:
    rows = net.run(image[None])["tower_0/detections"][0]
    persons = rows[(rows[:, 5] == 0) & (rows[:, 4] >= 0.5), :4]
    return np.asarray(persons * np.array([image.shape[1], image.shape[0]] * 2) / net.card.input.size[0], np.float32)


def _meet(net: CardNet, image: Image) -> Float:
    import cv2
    logits = net.run(image[None])["segment"][0]
    mask = 1 / (1 + np.exp(logits[..., 0] - logits[..., 1]))
    return np.asarray(cv2.resize(mask, (image.shape[1], image.shape[0]), interpolation=cv2.INTER_LINEAR), np.float32)


def _around(boxes: Sequence[Float], faces: Sequence[Faces]) -> NDArray[np.bool_]:
    """Whether some box covers nine tenths of the face box, a picture each."""
    def covers(found: Float, face: Float) -> bool:
        shared = np.clip(np.minimum(found[:, 2:], face[2:]) - np.maximum(found[:, :2], face[:2]), 0, None).prod(axis=1)
        return bool((shared >= 0.9 * (face[2:] - face[:2]).prod()).any())
    return np.array([covers(found, f.boxes[0]) for found, f in zip(boxes, faces, strict=True)])


def _bodies(images: list[Image], faces: list[Faces]) -> list[Value]:
    points = np.concatenate([f.points for f in faces])
    values = []
    for name in ("movenet-lightning", "movenet-thunder"):
        net = CardNet(name)
        # Nose, left eye, right eye as the person sees it; the detector's order is image-left eye, image-right eye, nose.
        rows = np.stack([net.run(image[None])["Identity"].reshape(17, 3)[[2, 1, 0]] for image in images])
        size = np.array([[image.shape[1], image.shape[0]] for image in images])[:, None]
        near = _apart(rows[:, :, 1::-1] * size, points[:, :3], points) <= 0.25
        values.append(_share(f"{name}: eyes and nose within 0.25 distances between the eyes of the detector's, on average", near))
    return values


def _apart(a: NDArray[Any], b: NDArray[Any], points: Float) -> NDArray[np.float64]:
    """Mean distance of point sets (n, k, 2) a face, in distances between its eyes: (n,)."""
    between = np.linalg.norm(points[:, 1] - points[:, 0], axis=1)
    return np.asarray(np.linalg.norm(a - b, axis=2).mean(axis=1) / between, np.float64)


def _mean(name: str, values: NDArray[np.float64], rng: np.random.Generator, note: str) -> Value:
    low, high = mean_interval(values, np.arange(len(values)), rng)
    return Value(name, float(values.mean()), "", low, high, len(values), note)


def _share(name: str, hits: NDArray[np.bool_]) -> Value:
    count = int(hits.sum())
    return Value(name, count / len(hits), "share", *binomial_interval(count, len(hits)), len(hits), NOTE)
