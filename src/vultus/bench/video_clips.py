"""Video clips composed of pictures of known people: who is where at every moment is known because it was put there.

Each appearance shows one picture of a person, cut out as an oval with soft edges, moved, scaled and turned over a background. What a
still picture cannot give (speech, turning heads) is missing; what links and separates faces - place, size, blur, noise, compression,
absence, cuts, overlap - is there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.types import Image

SIZE = (360, 640)  # height and width in px
RATE = 5.0  # frames per second, as many as are looked at by default
CONDITIONS = ("moving", "scaling", "re-entry, same picture", "re-entry, other picture", "crossing", "cut", "motion blur", "noise",
              "MJPEG, strong", "MPEG-4", "VP8")
CODECS = {"MPEG-4": ("mp4", "mp4v", 100), "VP8": ("webm", "VP80", 100), "MJPEG, strong": ("avi", "MJPG", 25)}


@dataclass(frozen=True, eq=False)
class Person:
    """Somebody with one or more face pictures, square, uint8 RGB."""

    name: str
    pictures: tuple[Image, ...]


@dataclass(frozen=True, eq=False)
class Appearance:
    """One picture of a person on the screen.

    Args:
        person: who. picture: uint8 RGB (s, s, 3). start, end: s.
        x, y, side: px of the centre and side, each (at start, at end), linear in between.
        turn: degrees at start and at end. light: factor.
    """

    person: str
    picture: Image
    start: float
    end: float
    x: tuple[float, float]
    y: tuple[float, float]
    side: tuple[float, float]
    turn: tuple[float, float] = (0.0, 0.0)
    light: float = 1.0

    def at(self, seconds: float) -> tuple[float, float, float, float] | None:
        """(x, y, side, turn) at a time, None while it is not there."""
        if not self.start <= seconds < self.end:
            return None
        part = (seconds - self.start) / (self.end - self.start)
        x, y, side, turn = (a + (b - a) * part for a, b in (self.x, self.y, self.side, self.turn))
        return x, y, side, turn


@dataclass(frozen=True, eq=False)
class Clip:
    """Appearances, later ones in front; backgrounds (start s, seed); what is done to the whole picture."""

    condition: str
    seconds: float
    appearances: tuple[Appearance, ...]
    backgrounds: tuple[tuple[float, int], ...]
    blur: int = 0
    noise: float = 0.0
    codec: tuple[str, str, int] = ("avi", "MJPG", 90)
    seed: int = 0
    _scenes: dict[int, Image] = field(default_factory=dict, repr=False)

    @property
    def people(self) -> set[str]:
        return {a.person for a in self.appearances}

    def frames(self) -> Iterator[Image]:
        """uint8 RGB frames."""
        rng = np.random.default_rng(self.seed)
        for number in range(round(self.seconds * RATE)):
            yield self._frame(number / RATE, rng)

    def who(self, seconds: float, x: float, y: float) -> int | None:
        """Index of the appearance whose middle is nearest to a point, None where none is near or two are about as near."""
        placed = [(index, at) for index, a in enumerate(self.appearances) if (at := a.at(seconds + 1e-6)) is not None]
        near = sorted((float(np.hypot(x - at[0], y - at[1])) / at[2], index) for index, at in placed)
        if not near or near[0][0] > 0.4 or (len(near) > 1 and near[1][0] - near[0][0] < 0.2):
            return None
        return near[0][1]

    def _frame(self, seconds: float, rng: np.random.Generator) -> Image:
        import cv2
        seed = [s for start, s in self.backgrounds if start <= seconds + 1e-6][-1]
        if seed not in self._scenes:
            self._scenes[seed] = background(seed)
        canvas: NDArray[np.float32] = self._scenes[seed].astype(np.float32)
        for appearance in self.appearances:
            placed = appearance.at(seconds + 1e-6)
            if placed is not None:
                _paste(canvas, appearance, placed)
        if self.blur:
            kernel = np.zeros((self.blur, self.blur), np.float32)
            kernel[self.blur // 2] = 1 / self.blur
            canvas = np.asarray(cv2.filter2D(canvas, -1, kernel), np.float32)
        if self.noise:
            canvas = canvas + rng.normal(0, self.noise, canvas.shape).astype(np.float32)
        return np.asarray(np.clip(canvas, 0, 255), np.uint8)


def background(seed: int) -> Image:
    """A smooth room of random colours with a few rectangles."""
    import cv2
    rng = np.random.default_rng(seed)
    small = rng.uniform(40, 200, (3, 4, 3)).astype(np.float32)
    picture = cv2.resize(small, SIZE[::-1], interpolation=cv2.INTER_CUBIC)
    for _ in range(6):
        x, y, w, h = rng.integers((0, 0, 40, 40), (SIZE[1], SIZE[0], 240, 160))
        picture[y:y + h, x:x + w] = picture[y:y + h, x:x + w] * 0.6 + rng.uniform(0, 100, 3)
    return np.asarray(np.clip(picture, 0, 255), np.uint8)


def write_clip(clip: Clip, folder: Path, *, times: int = 1) -> Path:
    """Encode a clip, `times` times over; the suffix is the codec's."""
    import cv2
    suffix, code, quality = clip.codec
    path = folder / f"clip.{suffix}"
    own = code == "MJPG"  # OpenCV's own writer, the only one here with a quality to set
    writer = cv2.VideoWriter(str(path), cv2.CAP_OPENCV_MJPEG if own else cv2.CAP_FFMPEG, cv2.VideoWriter.fourcc(*code), RATE, SIZE[::-1])
    if own:
        writer.set(cv2.VIDEOWRITER_PROP_QUALITY, quality)
    for _ in range(times):
        for frame in clip.frames():
            writer.write(cv2.cvtColor(frame, cv2.COLOR_RGB2BGR))
    writer.release()
    return path


def compose(condition: str, people: Sequence[Person], rng: np.random.Generator) -> Clip:
    """A clip of one condition with some of these people, two or more pictures each."""
    chosen = [people[i] for i in rng.permutation(len(people))[:int(rng.integers(2, 4))]]
    seed = int(rng.integers(1 << 30))
    if condition in ("re-entry, same picture", "re-entry, other picture"):
        return _re_entry(condition, chosen, rng, seed)
    if condition == "crossing":
        return _crossing(chosen[:2], rng, seed)
    if condition == "cut":
        return _cut([people[i] for i in rng.permutation(len(people))[:3]], rng, seed)
    grow = condition == "scaling"
    placed = tuple(_lane(person, i, len(chosen), rng, grow) for i, person in enumerate(chosen))
    return Clip(condition, 5.0, placed, ((0.0, seed),), blur=7 if condition == "motion blur" else 0,
                noise=14.0 if condition == "noise" else 0.0, codec=CODECS.get(condition, ("avi", "MJPG", 90)), seed=seed)


def _lane(person: Person, lane: int, lanes: int, rng: np.random.Generator, grow: bool) -> Appearance:
    """Somebody who moves inside an own part of the picture."""
    width = SIZE[1] / lanes
    side = rng.uniform(120, 150)
    sides = (70.0, 190.0) if grow else (side, side * rng.uniform(0.9, 1.1))
    sides = sides[::-1] if rng.random() < 0.5 else sides
    slack = max(5.0, width / 2 - max(sides) / 2)
    middle = width * (lane + 0.5)
    x = middle + rng.uniform(-slack, slack, 2)
    y = rng.uniform(110, 250, 2)
    return Appearance(person.name, _one(person, rng), 0.0, 5.0, _pair(x), _pair(y), sides, _pair(rng.uniform(-8, 8, 2)),
                      float(rng.uniform(0.85, 1.1)))


def _re_entry(condition: str, chosen: Sequence[Person], rng: np.random.Generator, seed: int) -> Clip:
    """The first person leaves to one side and comes back after three seconds, larger or smaller and in other light."""
    first, others = chosen[0], chosen[1:]
    pictures = _two(first, rng)
    again = pictures[0] if condition == "re-entry, same picture" else pictures[1]
    side, y = rng.uniform(130, 160), rng.uniform(120, 240)
    leaves = Appearance(first.name, pictures[0], 0.0, 2.5, (140.0, -90.0), (y, y), (side, side), (0.0, 5.0), 1.0)
    returns = Appearance(first.name, again, 5.5, 8.0, (-80.0, 160.0), (y + 20, y), (side * 0.8, side * 0.9), (-5.0, 0.0),
                         float(rng.uniform(0.7, 0.85)))
    stay = [Appearance(p.name, _one(p, rng), 0.0, 8.0, (360.0 + 170 * i, 380.0 + 160 * i), _pair(rng.uniform(120, 240, 2)),
                       (130.0, 140.0)) for i, p in enumerate(others)]
    return Clip(condition, 8.0, (leaves, returns, *stay), ((0.0, seed),), seed=seed)


def _crossing(chosen: Sequence[Person], rng: np.random.Generator, seed: int) -> Clip:
    """Two people pass each other, one behind the other."""
    y, side = rng.uniform(150, 210), rng.uniform(130, 160)
    ways = ((90.0, 550.0), (550.0, 90.0))
    offset = rng.uniform(-20, 20)
    placed = tuple(Appearance(p.name, _one(p, rng), 0.0, 5.0, way, (y + i * offset, y - i * offset), (side, side * (1 - 0.1 * i)))
                   for i, (p, way) in enumerate(zip(chosen, ways, strict=True)))
    return Clip("crossing", 5.0, placed, ((0.0, seed),), seed=seed)


def _cut(chosen: Sequence[Person], rng: np.random.Generator, seed: int) -> Clip:
    """Two people; after a cut a third in the place of the first, and the second again, elsewhere and on another picture."""
    a, b, c = chosen
    pictures = _two(b, rng)
    side = rng.uniform(130, 160)
    placed = (Appearance(a.name, _one(a, rng), 0.0, 3.0, (180.0, 200.0), (170.0, 170.0), (side, side)),
              Appearance(b.name, pictures[0], 0.0, 3.0, (460.0, 440.0), (180.0, 170.0), (side, side)),
              Appearance(c.name, _one(c, rng), 3.0, 6.0, (200.0, 180.0), (170.0, 180.0), (side, side)),
              Appearance(b.name, pictures[1], 3.0, 6.0, (480.0, 470.0), (200.0, 200.0), (side * 0.8, side * 0.8), light=0.9))
    return Clip("cut", 6.0, placed, ((0.0, seed), (3.0, seed + 1)), seed=seed)


def _paste(canvas: NDArray[np.float32], appearance: Appearance, placed: tuple[float, float, float, float]) -> None:
    """Lay the picture over the canvas, as an oval with soft edges."""
    import cv2
    x, y, side, turn = placed
    size = appearance.picture.shape[0]
    warp = cv2.getRotationMatrix2D((size / 2, size / 2), -turn, side / size)
    warp[:, 2] += (x - size / 2, y - size / 2)
    picture = cv2.warpAffine(appearance.picture, warp, SIZE[::-1], flags=cv2.INTER_AREA).astype(np.float32)
    grid = (np.arange(size) + 0.5) / size * 2 - 1
    radius = np.hypot(grid[None] / 0.95, grid[:, None])
    oval = np.clip((1 - radius) / 0.08, 0, 1).astype(np.float32)
    alpha = cv2.warpAffine(oval, warp, SIZE[::-1])[..., None]
    canvas[:] = canvas * (1 - alpha) + np.clip(picture * appearance.light, 0, 255) * alpha


def _one(person: Person, rng: np.random.Generator) -> Image:
    return person.pictures[int(rng.integers(len(person.pictures)))]


def _two(person: Person, rng: np.random.Generator) -> tuple[Image, Image]:
    first, second = rng.permutation(len(person.pictures))[:2]
    return person.pictures[first], person.pictures[second]


def _pair(values: NDArray[np.float64]) -> tuple[float, float]:
    return float(values[0]), float(values[1])


def face_pictures(paths: Sequence[Path], find: Callable[[Image], NDArray[np.float32]]) -> tuple[Image, ...]:
    """Square pictures around the face, for those files on which exactly one face is found, before and after cutting.

    Args:
        find: boxes (n, 4) of the faces of a picture.
    """
    from vultus.geometry import Template, crop
    from vultus.image import load
    from vultus.types import Faces
    found = []
    for path in paths:
        image = load(path)
        boxes = find(image)
        if len(boxes) >= 1:
            one = Faces(boxes[:1], np.ones(1, np.float32), np.zeros((1, 5, 2), np.float32), image.shape[:2])
            cut = crop(image, one, Template("clip", 224, kind="loose", margin=0.3)).images[0]
            if len(find(cut)) == 1:
                found.append(cut)
    return tuple(found)
