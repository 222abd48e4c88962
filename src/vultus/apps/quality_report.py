"""How good the faces on pictures are, component by component, with advice; as records, lines and a page."""

from __future__ import annotations

import base64
import json
import os
import tempfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.apps.contact_sheet import Cell, with_inline_thumbnails
from vultus.errors import InputError
from vultus.geometry import yaw_deg
from vultus.image import DEFAULT_LIMITS, Limits, as_text, shown
from vultus.pipeline.reading import Picture, named, read
from vultus.plots import curves
from vultus.quality.catalogue import ADVISE_BELOW, CATALOGUE, Entry, entry
from vultus.quality.component import Assessment, Component
from vultus.quality.gate import DEFAULT_USABLE, Usable, low_quality
from vultus.runtime.atomic_file import write_bytes
from vultus.tasks import Detector
from vultus.types import Faces

PAGE, RECORD = "index.html", "quality.json"
WORST = 20  # faces named on the page
WHOLE = 1 << 30  # px, shorter side: decode pictures at their full size


@dataclass(frozen=True)
class FaceQuality:
    """One face.

    Args:
        face: its number, 0 = principal.
        box: x1 y1 x2 y2 in px of the upright picture.
        assessment: its components.
        refusal: why verify and enroll would refuse it, empty when they would not.
    """

    face: int
    box: tuple[float, ...]
    assessment: Assessment
    refusal: str = ""

    @property
    def advice(self) -> tuple[tuple[Component, str], ...]:
        """Components below the middle of the scale, worst first, each with what to change; a change is named once."""
        found, said = [], set()
        for each in sorted(self.assessment.components, key=lambda component: component.value):
            text = entry(each.name).advise(each)
            if text and text not in said:
                said.add(text)
                found.append((each, text))
        return tuple(found)

    def as_dict(self) -> dict[str, Any]:
        return {"face": self.face, "box": [round(edge, 2) for edge in self.box], "usable": not self.refusal,
                "refusal": self.refusal or None, "components": [each.as_dict() for each in self.assessment.components],
                "advice": [{"component": each.name, "text": text} for each, text in self.advice]}


@dataclass(frozen=True)
class PictureQuality:
    """One picture: its faces, principal first, or why there are none.

    Args:
        path: as the caller named it. size: (height, width) in px; None when it could not be read.
        error: `unreadable: ...` or `no_face: ...`, empty otherwise.
    """

    path: str
    size: tuple[int, int] | None = None
    faces: tuple[FaceQuality, ...] = ()
    error: str = ""

    def as_dict(self) -> dict[str, Any]:
        return {"path": as_text(self.path), "size": None if self.size is None else list(self.size),
                "faces": [face.as_dict() for face in self.faces], "error": as_text(self.error) or None}


def assess(pictures: Iterable[Picture], *, detector: Detector | None = None, components: Any = None, usable: Usable = DEFAULT_USABLE,
           limits: Limits = DEFAULT_LIMITS) -> Iterator[PictureQuality]:
    """The quality of every face of every picture, one picture in memory at a time.

    Args:
        pictures: paths, `PictureFile`s or uint8 RGB arrays (h, w, 3).
        detector: the packaged one by default.
        components: an object of `quality/components`, with default settings by default.
        usable: the gate.
        limits: what is refused before decoding.
    """
    found = detector or registry.build("detect/centerface")
    measured = components or registry.build("quality/components")
    for name, picture in named(pictures):
        reading = read(name, picture, WHOLE, limits)
        if reading.decoded is None:
            yield PictureQuality(name, error=reading.error)
            continue
        image = reading.decoded.image
        faces = found.detect([image])[0]
        if not len(faces):
            yield PictureQuality(name, image.shape[:2], error="no_face: no face was found in the picture")
            continue
        assessments = measured.assess([image], [faces])[0]
        yield PictureQuality(name, image.shape[:2], tuple(_face(faces, i, each, usable) for i, each in enumerate(assessments)))


def _face(faces: Faces, index: int, found: Assessment, usable: Usable) -> FaceQuality:
    size, fine = found["vultus.face_size"].native, found["vultus.sharpness"].native
    fields = {"face_px": size or 0.0, "sharpness": fine or 0.0, "yaw_deg": float(yaw_deg(faces.points[index])[0])}
    return FaceQuality(index, tuple(map(float, faces.boxes[index])), found, low_quality(fields, float(faces.scores[index]), usable))


@dataclass
class Summary:
    """All pictures of a run: counts, and per component how its values are distributed."""

    pictures: list[PictureQuality] = field(default_factory=list)

    @property
    def faces(self) -> list[tuple[str, FaceQuality]]:
        """Every face with the path of its picture."""
        return [(picture.path, face) for picture in self.pictures for face in picture.faces]

    @property
    def errors(self) -> Counter[str]:
        """How many pictures have each kind of error."""
        return Counter(picture.error.partition(":")[0] for picture in self.pictures if picture.error)

    def of(self, name: str) -> list[Component]:
        """One component of every face."""
        return [face.assessment[name] for _, face in self.faces]

    def as_dict(self) -> dict[str, Any]:
        """Counts and distributions; lists of the pictures are not repeated here."""
        return {"pictures": len(self.pictures), "faces": len(self.faces), "errors": dict(self.errors),
                "refused_faces": sum(bool(face.refusal) for _, face in self.faces),
                "components": {each.name: _spread(each, self.of(each.name)) for each in CATALOGUE} if self.faces else {}}

    def worst(self) -> list[tuple[str, FaceQuality]]:
        """The faces with most to improve: refused ones first, then by the number of low components, then by the lowest."""
        return sorted(self.faces, key=lambda pair: (not pair[1].refusal, -len(pair[1].advice), _lowest(pair[1])))[:WORST]


def _lowest(face: FaceQuality) -> int:
    return min((each.value for each in face.assessment.components if each.value >= 0), default=-1)


def _spread(known: Entry, found: Sequence[Component]) -> dict[str, Any]:
    values = np.array([each.value for each in found if each.value >= 0])
    quartiles = [None] * 3 if not values.size else [round(float(q), 1) for q in np.quantile(values, [0.05, 0.5, 0.95])]
    reasons = sorted({each.reason for each in found if each.value < 0})
    return {"measures": known.measures, "unit": known.unit, "low_5_percent": quartiles[0], "median": quartiles[1],
            "high_5_percent": quartiles[2], "below_middle": int((values < ADVISE_BELOW).sum()), "failed": len(found) - values.size,
            "reasons": reasons}


def write_report(summary: Summary, out: str | os.PathLike[str], *, with_pictures: bool = False) -> Path:
    """Write `index.html` and `quality.json` into folder `out`, made if missing; returns the page.

    Args:
        with_pictures: put thumbnails of the worst faces into the page.

    Raises:
        InputError: `out` is a file. StorageError: it cannot be written.
    """
    folder = Path(out)
    if folder.exists() and not folder.is_dir():
        raise InputError("out", expected="a folder", got=f"the file {shown(folder)}")
    folder.mkdir(parents=True, exist_ok=True)
    record = {"schema": 1, "summary": summary.as_dict(), "pictures": [picture.as_dict() for picture in summary.pictures]}
    write_bytes(folder / RECORD, (json.dumps(record, ensure_ascii=False, indent=1, allow_nan=False) + "\n").encode())
    write_bytes(folder / PAGE, _page(summary, with_pictures).encode("utf-8", "backslashreplace"))
    return folder / PAGE


def _page(summary: Summary, with_pictures: bool) -> str:
    from jinja2 import Environment, PackageLoader, StrictUndefined
    environment = Environment(loader=PackageLoader("vultus", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True,
                              undefined=StrictUndefined)
    record = summary.as_dict()
    worst = summary.worst()
    cells = [Cell(path, face.box) for path, face in worst]
    thumbnails = [cell.source for cell in with_inline_thumbnails(cells)] if with_pictures else [""] * len(cells)
    rows = [{"path": shown(path), "face": face, "source": source} for (path, face), source in zip(worst, thumbnails, strict=True)]
    plots = _plots(summary)
    return environment.get_template("quality_report.html.j2").render(
        record=record, plots=plots, worst=rows, middle=ADVISE_BELOW, thumbnails=with_pictures,
        broken=[(shown(picture.path), as_text(picture.error)) for picture in summary.pictures if picture.error])


def _plots(summary: Summary) -> dict[str, str]:
    """A histogram of every component that was assessed, as data addresses."""
    made = {}
    with tempfile.TemporaryDirectory(prefix="vultus-quality-") as folder:
        for known in CATALOGUE if summary.faces else ():
            values = np.array([each.value for each in summary.of(known.name) if each.value >= 0], np.float64)
            if values.size:
                file = curves(Path(folder) / "plot.svg", {"share of faces": _outline(values)}, title=known.name,
                              x_title="0 worst .. 100 best", y_title="share of faces")
                made[known.name] = "data:image/svg+xml;base64," + base64.b64encode(file.read_bytes()).decode()
    return made


def _outline(values: NDArray[np.float64]) -> tuple[NDArray[np.float64], NDArray[np.float64]]:
    """The outline of a histogram over the whole scale, so that all plots can be compared."""
    edges = np.linspace(0, 100, 21)
    heights = np.histogram(values, edges)[0] / values.size
    return np.repeat(edges, 2), np.concatenate([[0], np.repeat(heights, 2), [0]])
