"""Verification with aligned crops against crops that are not aligned, on rendered people and, if there are any, on photographs.

Controls that must fail: the five points of every face in a random order, and names dealt out anew.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.data.lfw import Lfw, photographs, read_lfw
from vultus.embed.dlib_resnet.method import TEMPLATE, Config, DlibResNet
from vultus.evaluate.lfw_view2 import view2
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.evaluate.rates import d_prime, eer
from vultus.geometry import crop, cut, loose_warp, template
from vultus.image import load
from vultus.report import Report, Table, Value
from vultus.runtime.session_pool import SessionPool
from vultus.tasks import Detector
from vultus.types import Crops, Embeddings, Faces, Image

PEOPLE = Path(__file__).parents[2] / "data" / "demo_people"
FOLDS = (3, 4, 5)
CHUNK = 64  # pictures held at once
Cut = Callable[[Image, Faces], Crops]


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Arms: as configured, without the mirrored crop, without alignment, with points in random order."""
    pool = SessionPool()
    ours, plain = DlibResNet(config, pool=pool), DlibResNet(replace(config, flip=False), pool=pool)
    arms: dict[str, tuple[DlibResNet, Cut]] = {
        "aligned": (ours, _aligned), "aligned, not mirrored": (plain, _aligned), "not aligned": (ours, _loose),
        "control: points in random order": (ours, lambda image, faces: _aligned(image, _disordered(faces, rng)))}
    given = needs.get("detect")
    detector = given if isinstance(given, Detector) else registry.build("detect/centerface")
    values = _rendered(arms, detector, rng)
    folder = photographs()
    if folder is None:
        return _report(values, "", ("photographs: not measured, VULTUS_DATA names no folder",))
    lfw = read_lfw(folder / "lfw")
    return _report(values + _photographs(arms, detector, lfw, rng), lfw.digest, ())


def _report(values: list[Value], digest: str, notes: tuple[str, ...]) -> Report:
    rows = tuple((v.name, v.value, v.low, v.high, v.unit) for v in values)
    protocol = (f"{__doc__} Photographs: LFW View 2, folds {', '.join(map(str, FOLDS))}, face 0, threshold from the other two folds, a "
                "picture without a face counts as an error; pairs resampled by their first person.")
    return Report("", "dlib ResNet-29: what alignment and mirroring are worth", protocol, tuple(values), data_digest=digest, notes=notes,
                  tables=(Table("Verification", ("arm", "value", "low", "high", "unit"), rows),), complete=not notes)


def _aligned(image: Image, faces: Faces) -> Crops:
    return crop(image, faces, TEMPLATE)


def _loose(image: Image, faces: Faces) -> Crops:
    """The square around the box, neither turned nor placed by the points."""
    return cut(image, loose_warp(faces.boxes, replace(template(TEMPLATE), margin=0.1)), template(TEMPLATE))


def _disordered(faces: Faces, rng: np.random.Generator) -> Faces:
    return replace(faces, points=rng.permuted(faces.points, axis=1))


def _rendered(arms: Mapping[str, tuple[DlibResNet, Cut]], detector: Detector, rng: np.random.Generator) -> list[Value]:
    paths = sorted(PEOPLE.glob("*/*.jpg"))
    names = np.array([path.parent.name for path in paths])
    values = []
    for arm, vectors in _represent(arms, detector, paths).items():
        values += _separation(arm, vectors, names)
    shuffled = rng.permutation(names)
    return values + _separation("control: names dealt out anew", _represent({"": arms["aligned"]}, detector, paths)[""], shuffled)


def _separation(arm: str, vectors: NDArray[np.float32], names: NDArray[np.str_]) -> list[Value]:
    left, right = np.triu_indices(len(names), 1)
    scores = np.einsum("ij,ij->i", vectors[left], vectors[right])
    usable, same = ~np.isnan(scores), names[left] == names[right]
    mated, strangers = scores[usable & same], scores[usable & ~same]
    count = len(np.unique(names))
    return [Value(f"d prime, {arm}, rendered", d_prime(mated, strangers), n=count),
            Value(f"equal error rate, {arm}, rendered", eer(mated, strangers), "share", n=count)]


def _photographs(arms: Mapping[str, tuple[DlibResNet, Cut]], detector: Detector, lfw: Lfw, rng: np.random.Generator) -> list[Value]:
    chosen = np.isin(lfw.folds, FOLDS)
    used = np.unique(np.concatenate([lfw.left[chosen], lfw.right[chosen]]))
    place = {int(picture): row for row, picture in enumerate(used)}
    left, right = (np.array([place[int(i)] for i in side[chosen]]) for side in (lfw.left, lfw.right))
    values = []
    for arm, vectors in _represent(arms, detector, [lfw.paths[i] for i in used]).items():
        scores = np.einsum("ij,ij->i", vectors[left], vectors[right], dtype=np.float64)
        result = view2(scores, lfw.mated[chosen], lfw.folds[chosen])
        low, high = mean_interval(result.correct.astype(float), np.unique(lfw.subjects[lfw.left[chosen]], return_inverse=True)[1], rng)
        values.append(Value(f"accuracy, {arm}, photographs", result.mean, "share", low, high, len(scores), "n counts pairs"))
    return values


def _represent(arms: Mapping[str, tuple[DlibResNet, Cut]], detector: Detector,
               paths: Sequence[Path]) -> dict[str, NDArray[np.float32]]:
    """Templates (n, 128) of face 0 of every picture for each arm; NaN where no face was found."""
    found: dict[str, list[NDArray[np.float32]]] = {arm: [] for arm in arms}
    for start in range(0, len(paths), CHUNK):
        pictures = [load(path) for path in paths[start:start + CHUNK]]
        faces = [f[:1] for f in detector.detect(pictures)]
        for arm, (embedder, cutter) in arms.items():
            crops = [cutter(image, face) for image, face in zip(pictures, faces, strict=True)]
            found[arm].append(_rows(embedder, crops))
    return {arm: np.concatenate(parts) for arm, parts in found.items()}


def _rows(embedder: DlibResNet, crops: Sequence[Crops]) -> NDArray[np.float32]:
    joined = Crops(np.concatenate([c.images for c in crops]), np.concatenate([c.warps for c in crops]), TEMPLATE)
    embedded: Embeddings = embedder.embed(joined)
    rows = np.full((len(crops), embedded.vectors.shape[1]), np.nan, np.float32)
    rows[[len(c) > 0 for c in crops]] = embedded.vectors
    return rows
