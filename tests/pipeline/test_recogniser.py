"""The pipeline with drawn faces: order, batches, sharp crops, errors that stay with their picture, bounded look-ahead."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from vultus import geometry
from vultus.data.picture_files import PictureFile, find_pictures
from vultus.errors import InputError
from vultus.image import encode_jpeg
from vultus.pipeline import Recogniser
from vultus.tasks import System
from vultus.types import Crops, Embeddings, Faces, Image

Draw = Callable[..., Image]


@pytest.fixture(params=[1, 2])
def recogniser(request: pytest.FixtureRequest, drawn_detector: Any, colour_embedder: Any) -> Recogniser:
    return Recogniser(drawn_detector, colour_embedder, threads=request.param, batch=4)


def test_folder_in_order_with_errors_beside_results(recogniser: Recogniser, drawn_folder: Path) -> None:
    results = list(recogniser.process(find_pictures([drawn_folder])))
    assert [Path(r.path).relative_to(drawn_folder).as_posix() for r in results] == [
        "blue/0.jpg", "blue/1.jpg", "blue/面孔.jpg", "broken.jpg", "empty.jpg", "green/0.jpg", "green/1.jpg", "red/0.jpg",
        "red/1.jpg"]
    assert [len(r) for r in results] == [1, 1, 2, 0, 0, 1, 1, 1, 1]
    assert [r.error.split(":")[0] for r in results if r.error] == ["unreadable", "no_face"]
    assert results[3].faces is None and results[4].faces is not None
    assert results[4].embeddings is not None and results[4].embeddings.vectors.shape == (0, 3)
    means = [r.embeddings.vectors[0].argmax() for r in results if r.embeddings is not None and len(r)]
    assert means == [2, 2, 2, 1, 1, 0, 0]


def test_arrays_paths_and_batches_agree(drawn_detector: Any, colour_embedder: Any, drawn: Draw, tmp_path: Path) -> None:
    pictures = [drawn((10 * i + 40, 90, 200 - 9 * i)) for i in range(11)] + [drawn((0, 0, 0)), drawn((9, 99, 9), (200, 9, 9))]
    one = Recogniser(drawn_detector, colour_embedder, threads=1, batch=1).represent(pictures)
    many = Recogniser(drawn_detector, colour_embedder, threads=2, batch=5).represent(pictures)
    assert [len(e) for e in one] == [1] * 11 + [0, 2]
    for left, right in zip(one, many, strict=True):
        assert left.vectors.shape[1] == 3
        assert np.array_equal(left.vectors, right.vectors)
    assert isinstance(Recogniser(drawn_detector, colour_embedder), System)
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(pictures[0], 100))
    from_file = next(Recogniser(drawn_detector, colour_embedder).process([tmp_path / "a.jpg"]))
    assert from_file.embeddings is not None
    assert from_file.embeddings.similarity(one[0]).item() > 0.9999


def test_boxes_and_quality_are_in_pixels_of_the_original(drawn_detector: Any, colour_embedder: Any, drawn: Draw,
                                                         tmp_path: Path) -> None:
    (tmp_path / "large.jpg").write_bytes(encode_jpeg(drawn((200, 50, 50), side=1600)))
    recogniser = Recogniser(drawn_detector, colour_embedder, threads=1, min_side=300)
    result = next(recogniser.process([tmp_path / "large.jpg"]))
    assert drawn_detector.calls == [[(400, 400, 3)]]
    assert result.faces is not None and result.quality is not None
    assert result.faces.size == (1600, 1600)
    assert np.allclose(result.faces.boxes, [[320, 320, 1280, 1280]])
    assert result.quality["face_px"][0] == 960
    assert result.quality["yaw_deg"][0] == pytest.approx(geometry.yaw_deg(result.faces.points)[0])


class Corner:
    """Finds one small face in the top left corner; remembers how large the picture was."""

    def detect(self, images: Sequence[Image]) -> list[Faces]:
        return [self._face(image) for image in images]

    def _face(self, image: Image) -> Faces:
        points = np.array(geometry.TEMPLATES["dlib-150"].points) / 150 * image.shape[0] / 4
        box = [0, 0, image.shape[1] / 4, image.shape[0] / 4]
        return Faces(np.array([box]), np.ones(1), points[None], image.shape[:2])


class Keep:
    """Keeps the crops that it is shown."""

    template, space = "dlib-150", "keep/dlib-150"

    def __init__(self) -> None:
        self.seen: list[Image] = []

    def embed(self, crops: Crops) -> Embeddings:
        self.seen.append(crops.images)
        return Embeddings.normalised(np.ones((len(crops), 3)), self.space)


def test_a_face_that_would_be_enlarged_is_cut_from_a_sharper_decode(tmp_path: Path) -> None:
    """Stripes 4 px wide survive only when the picture is decoded again at a larger size."""
    stripes = np.repeat((np.arange(1200) // 4 % 2 * 255).astype(np.uint8)[None, :, None], 1200, 0).repeat(3, 2)
    (tmp_path / "stripes.jpg").write_bytes(encode_jpeg(stripes, 95))
    keep = Keep()
    list(Recogniser(Corner(), keep, threads=1, min_side=150).process([tmp_path / "stripes.jpg"]))
    assert keep.seen[0].std() > 60
    coarse = geometry.crop(stripes.reshape(150, 8, 150, 8, 3).mean((1, 3)).astype(np.uint8),
                           Corner().detect([stripes[::8, ::8]])[0], "dlib-150")
    assert coarse.images.std() < 10


def test_a_file_that_goes_away_meanwhile_keeps_its_first_decode(tmp_path: Path) -> None:
    class Deleting(Corner):
        def detect(self, images: Sequence[Image]) -> list[Faces]:
            (tmp_path / "a.jpg").unlink()
            return super().detect(images)
    (tmp_path / "a.jpg").write_bytes(encode_jpeg(np.full((1200, 1200, 3), 90, np.uint8)))
    result = next(Recogniser(Deleting(), Keep(), threads=1, min_side=150).process([tmp_path / "a.jpg"]))
    assert (len(result), result.error) == (1, "")


def test_detect_leaves_the_embedder_alone(recogniser: Recogniser, colour_embedder: Any, drawn: Draw) -> None:
    results = list(recogniser.detect([drawn((99, 9, 9)), drawn((0, 0, 0))]))
    assert [len(r) for r in results] == [1, 0]
    assert results[0].embeddings is None and results[0].quality is None
    assert results[1].error.startswith("no_face")
    assert colour_embedder.sizes == []


def test_look_ahead_is_bounded(recogniser: Recogniser, drawn: Draw) -> None:
    taken = 0

    def endless() -> Iterator[Image]:
        nonlocal taken
        while True:
            taken += 1
            yield drawn((200, 9, 9))
    stream = recogniser.process(endless())
    for _ in range(40):
        next(stream)
    stream.close()
    assert taken <= 40 + (recogniser.threads + 2) * recogniser.batch
    assert not any(thread.name.startswith("vultus") for thread in threading.enumerate())


def test_large_pictures_split_a_batch(drawn_detector: Any, colour_embedder: Any, monkeypatch: pytest.MonkeyPatch,
                                      drawn: Draw) -> None:
    monkeypatch.setattr("vultus.pipeline.recogniser.BATCH_PIXELS", 25_000)
    list(Recogniser(drawn_detector, colour_embedder, threads=1, batch=8).process([drawn((90, 9, 9))] * 8))
    assert [len(call) for call in drawn_detector.calls] == [3, 3, 2]


def test_errors_of_methods_are_not_swallowed(drawn_detector: Any, drawn: Draw) -> None:
    class Broken(Keep):
        def embed(self, crops: Crops) -> Embeddings:
            raise ZeroDivisionError
    for threads in (1, 2):
        with pytest.raises(ZeroDivisionError):
            list(Recogniser(drawn_detector, Broken(), threads=threads).process([drawn((99, 9, 9))]))


def test_wrong_arguments_are_named(drawn_detector: Any, colour_embedder: Any) -> None:
    with pytest.raises(InputError, match="batch: expected a number >= 1"):
        Recogniser(drawn_detector, colour_embedder, batch=0)
    with pytest.raises(InputError, match="image 1: expected uint8"):
        list(Recogniser(drawn_detector, colour_embedder).process([np.zeros((5, 5, 3), np.uint8), np.zeros((5, 5))]))  # type: ignore[list-item]
    listed = PictureFile("x", Path("x"), "unreadable: x: folder cannot be listed")
    assert next(Recogniser(drawn_detector, colour_embedder).process([listed])).error == listed.error
