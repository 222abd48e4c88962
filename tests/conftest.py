"""Shared by the tests: a detector and an embedder without networks, and pictures that they understand."""

from __future__ import annotations

import os
import shutil
import sys
from collections.abc import Callable, Generator, Sequence
from pathlib import Path

import numpy as np
import pytest

from vultus import registry
from vultus.geometry import TEMPLATES
from vultus.image import encode_jpeg
from vultus.registry import Method
from vultus.types import Crops, Embeddings, Faces, Image

TOYS = Path(__file__).parent / "toys"
SIDE = 100  # px, side of one drawn face


class DrawnDetector:
    """Finds faces drawn by `draw`: squares of 100 px in columns, as many as there are columns that are not black."""

    def __init__(self) -> None:
        self.calls: list[list[tuple[int, ...]]] = []

    def detect(self, images: Sequence[Image]) -> list[Faces]:
        self.calls.append([image.shape for image in images])
        return [self._faces(image) for image in images]

    def _faces(self, image: Image) -> Faces:
        height, width = image.shape[:2]
        side = height
        starts = [x for x in range(0, width - side + 1, side) if image[height // 2, x + side // 2].max() > 20]
        boxes = [(x + 0.2 * side, 0.2 * side, x + 0.8 * side, 0.8 * side) for x in starts]
        points = np.array(TEMPLATES["dlib-150"].points) / 150 * 0.8 * side + 0.1 * side
        return Faces(np.array(boxes, np.float32), np.full(len(boxes), 0.9), np.array([points + np.array([x, 0]) for x in starts]),
                     (height, width)).principal_first()


class ColourEmbedder:
    """The template of a crop is its mean colour: two crops are similar when their colours are."""

    template = "dlib-150"
    space = "colour/dlib-150"

    def __init__(self) -> None:
        self.sizes: list[int] = []

    def embed(self, crops: Crops) -> Embeddings:
        self.sizes.append(len(crops))
        means = crops.images.reshape(len(crops), -1, 3).astype(np.float32).mean(1) if len(crops) else np.empty((0, 3))
        return Embeddings.normalised(means, self.space)


def draw(*colours: tuple[int, int, int], side: int = SIDE) -> Image:
    """A picture with one face for each colour, side by side; black is an empty place."""
    return np.concatenate([np.full((side, side, 3), colour, np.uint8) for colour in colours], axis=1)


@pytest.fixture
def drawn() -> Callable[..., Image]:
    return draw


@pytest.fixture
def drawn_folder(tmp_path: Path) -> Path:
    """Nine pictures in two folders: people red, green and blue, one picture without a face, one that is no picture."""
    colours = {"red": (220, 30, 30), "green": (30, 200, 40), "blue": (30, 40, 210)}
    folder = tmp_path / "photos"
    for name, colour in colours.items():
        (folder / name).mkdir(parents=True)
        for shift in range(2):
            shade = tuple(min(255, channel + 6 * shift) for channel in colour)
            (folder / name / f"{shift}.jpg").write_bytes(encode_jpeg(draw(shade)))
    (folder / "blue" / "面孔.jpg").write_bytes(encode_jpeg(draw(colours["blue"], colours["red"])))
    (folder / "empty.jpg").write_bytes(encode_jpeg(draw((0, 0, 0))))
    (folder / "broken.jpg").write_bytes(b"not a picture")
    (folder / "notes.txt").write_text("no picture")
    return folder


@pytest.fixture
def drawn_detector() -> DrawnDetector:
    return DrawnDetector()


@pytest.fixture
def colour_embedder() -> ColourEmbedder:
    return ColourEmbedder()


def pytest_sessionfinish(session: pytest.Session) -> None:
    """With VULTUS_PHOTOS_REQUIRED set, a skipped measurement on real photographs fails the run."""
    if os.environ.get("VULTUS_PHOTOS_REQUIRED") and getattr(session, "skipped_photos", None):
        sys.stderr.write("\nskipped although real photographs are required: " + ", ".join(session.skipped_photos) + "\n")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    if report.skipped and item.get_closest_marker("photos"):
        item.session.skipped_photos = [*getattr(item.session, "skipped_photos", []), item.nodeid]
    return report


class Toys:
    """Writes toy methods into a folder that `VULTUS_METHODS` names; their `method.py` is `tests/toys/<task>.py`."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def add(self, task: str, name: str = "toy", *, card: str = "", **changes: tuple[str, str]) -> Method:
        """Add one and return it as the registry finds it.

        Args:
            card: further arguments of its Card, as code.
            changes: file stem -> (text, what takes its place), e.g. `method=("std(", "mean(")`.
        """
        folder = self.root / task / name
        folder.mkdir(parents=True)
        for file in ("demo.py", "README.md", "small.toml"):
            shutil.copy(TOYS / file, folder / file)
        shutil.copy(TOYS / f"{task}.py", folder / "method.py")
        (folder / "__init__.py").write_text('from vultus.card import Card, Check, Claim, Skip\n\n'
                                            f'CARD = Card(implements="method:Toy", summary="a toy", {card})\n')
        for stem, (old, new) in changes.items():
            path = next(folder.glob(f"{stem}.*"))
            text = path.read_text("utf-8")
            assert old in text, f"{path.name} has no {old!r}"
            path.write_text(text.replace(old, new), "utf-8")
        return registry.get(f"{task}/{name}")


@pytest.fixture
def toys(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Toys:
    root = tmp_path / "toys"
    root.mkdir()
    monkeypatch.setenv("VULTUS_METHODS", str(root))
    return Toys(root)
