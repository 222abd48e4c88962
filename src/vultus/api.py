"""The verbs as Python functions, with the names of the command line.

Each builds the default recogniser unless it is given one; build one `vultus.Recogniser` and hand it around to load the networks once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal

import numpy as np

from vultus.apps import album, identification, quality_report, search, verification
from vultus.apps.calibration.run import Calibrated, Wanted, calibrate_files
from vultus.apps.quality_report import PictureQuality
from vultus.apps.video.result import VideoResult
from vultus.apps.video.settings import Settings
from vultus.apps.video.timeline import video
from vultus.compat.face_recognition.legacy import recogniser_for
from vultus.data.picture_files import find_pictures
from vultus.decide import Calibration
from vultus.gallery import Gallery, Identification
from vultus.gallery.intake import Intake, PictureOutcome
from vultus.pipeline import PictureResult, Recogniser
from vultus.pipeline.reading import Picture
from vultus.pipeline.represent_table import Summary, represent_table
from vultus.quality.gate import DEFAULT_USABLE, Usable
from vultus.types import Decision

Rule = Calibration | str | os.PathLike[str] | None
Paths = str | os.PathLike[str] | Sequence[str | os.PathLike[str]]


def detect(pictures: Picture | Iterable[Picture], *, recogniser: Recogniser | None = None) -> list[PictureResult]:
    """Faces of pictures.

    Args:
        pictures: a file, a folder, an array uint8 RGB (h, w, 3), or several of these.

    Returns:
        One result a picture, `result.faces` in pixels of the upright picture; `result.error` says why there is none.
    """
    return list((recogniser or Recogniser()).detect(_pictures(pictures)))


def represent(pictures: Picture | Iterable[Picture], *, recogniser: Recogniser | None = None) -> list[PictureResult]:
    """Like `detect`, with a template and quality for every face. For large folders use `represent_to` or `Recogniser.process`."""
    return list((recogniser or Recogniser()).process(_pictures(pictures)))


def represent_to(out: str | os.PathLike[str], pictures: Paths, *, recogniser: Recogniser | None = None) -> Summary:
    """Represent files and folders of any size into a Parquet table; goes on where an interrupted run stopped."""
    return represent_table(_paths(pictures), out, recogniser or Recogniser())


def verify(a: Picture, b: Picture, *, calibration: Rule = None, usable: Usable = DEFAULT_USABLE,
           recogniser: Recogniser | None = None) -> Decision:
    """Whether two pictures (files or arrays) show the same person.

    Args:
        calibration: what to decide by, or its file; without it the packaged one.
        usable: the least quality of a face that is compared.
    """
    known, rule = recogniser or Recogniser(threads=1, batch=2), _rule(calibration)
    return verification.verify(a, b, known, calibration=rule or "packaged", usable=usable)


def assess(pictures: Picture | Iterable[Picture], *, usable: Usable = DEFAULT_USABLE) -> list[PictureQuality]:
    """The quality of every face: components 0..100 with their raw values, whether the gate would take it, and advice.

    For large folders use `vultus.apps.quality_report.assess`, which keeps one picture in memory at a time.
    """
    return list(quality_report.assess(_pictures(pictures), usable=usable))


def enroll(name: str, pictures: Paths, *, gallery: str | os.PathLike[str], virtual: bool = False, usable: Usable = DEFAULT_USABLE,
           recogniser: Recogniser | None = None) -> list[PictureOutcome]:
    """Enrol one person from files and folders; what became of each picture, refusals with their reason.

    Args:
        gallery: the gallery's folder; made if missing.
        virtual: the person is rendered and does not exist; needs a gallery of its own kind.
        usable: the least quality of a face that is enrolled.
    """
    with Gallery.open(os.fspath(gallery), virtual=virtual) as opened:
        intake = Intake(opened, recogniser or recogniser_for(opened.space), rendered=virtual, usable=usable)
        return list(intake.run((name, picture) for picture in find_pictures(_paths(pictures))))


def identify(pictures: Paths, *, gallery: str | os.PathLike[str], top: int = 5, fpir: float | None = None, calibration: Rule = None,
             recogniser: Recogniser | None = None) -> list[tuple[PictureResult, list[Identification]]]:
    """Every face of files and folders against a gallery: a person, unknown or undecided.

    Args:
        top: how many candidates to report.
        fpir: share of strangers' searches that may name somebody, 0..1; without it the strictest of 1, 2, 5 and 10 % that the
            calibration supports for a gallery of this size.
        calibration: what to decide by, or its file; without it the gallery's own, else the packaged one.
    """
    with Gallery.open(os.fspath(gallery), create=False) as opened:
        known = recogniser or recogniser_for(opened.space)
        evidence = identification.evidence_for(opened, known.space, _rule(calibration) or "found")
        return list(identification.identify(known.process(find_pictures(_paths(pictures))), opened, evidence, top, fpir))


def find(probe: Picture, pictures: Paths, *, top: int = 10, fpir: float | None = None, calibration: Rule = None,
         recogniser: Recogniser | None = None) -> search.SearchResult:
    """The faces most similar to the probe's, in files and folders or in one `.parquet` table that `represent` wrote.

    Args:
        fpir: share of strangers' searches that may find somebody, 0..1; without it as for `identify`.
        calibration: what to decide by, or its file; without it the packaged one.
    """
    rule: Calibration | Literal["packaged"] = _rule(calibration) or "packaged"
    known, where = recogniser or Recogniser(), _paths(pictures)
    if len(where) == 1 and os.fspath(where[0]).endswith(".parquet"):
        return search.find_in_table(probe, Path(where[0]), known, top=top, calibration=rule, target_fpir=fpir)
    return search.find(probe, find_pictures(where), known, top=top, calibration=rule, target_fpir=fpir)


def cluster(pictures: Paths, out: str | os.PathLike[str], *, threshold: float | None = None,
            recogniser: Recogniser | None = None) -> album.Album:
    """Sort the faces of files and folders by person and write a table, a list of people and a contact sheet to folder `out`."""
    return album.sort_by_person(_paths(pictures), out, recogniser or Recogniser(), threshold=threshold)


def watch(source: str | os.PathLike[str] | int, out: str | os.PathLike[str] | None = None, *, every: float = Settings.every,
          gallery: str | os.PathLike[str] | None = None, rendered: bool = False, seconds: float | None = None,
          recogniser: Recogniser | None = None) -> VideoResult:
    """Who appears when in a video file, at a camera (its number) or in a stream (its address), and how many different people.

    Args:
        out: folder for `timeline.json` and `timeline.html`, with a picture of each person; nothing is written without it.
        every: s between frames that are looked at, 0 for every frame.
        gallery: names for the people.
        rendered: the people do not exist.
        seconds: stop after so many.
    """
    return video(source, out, every=every, gallery=gallery, rendered=rendered, pictures=out is not None, seconds=seconds,
                 recogniser=recogniser)


def calibrate(source: str | os.PathLike[str], out: str | os.PathLike[str], *, fmr: float = Wanted.fmr, fnmr: float = Wanted.fnmr,
              fpir: float | None = None, gallery_size: int | None = None, name: str = Wanted.name, domain: str = "",
              labels: str | os.PathLike[str] | None = None, images: str | os.PathLike[str] | None = None, space: str | None = None,
              recogniser: Recogniser | None = None) -> Calibrated:
    """Thresholds from labelled pictures, pairs or scores; writes `calibration.json`, `report.json` and `report.html` to folder `out`.

    Args:
        source: a folder with one sub-folder a person, a CSV of pairs (`a,b,mated`) or of scores, a table of `represent`, LFW's pairs.txt.
        fmr, fnmr: targets of t_hi and t_lo, 0..1.
        fpir, gallery_size: a target for searches among so many templates; both or none.
        name, domain: what the calibration is called and what it was measured on, in words.
        labels: for a table: CSV `path,subject`.
        images: for pairs.txt: the folder of pictures.
        space: for scores: the space of the templates behind them.

    Raises:
        InputError: labels that contradict each other, or a target that the sample does not support; it says what would do.
    """
    wanted = Wanted(fmr, fnmr, fpir, gallery_size, name, domain, labels=_path(labels), images=_path(images), space=space)
    return calibrate_files(source, out, wanted, recogniser=lambda: recogniser or Recogniser())


def _rule(calibration: Rule) -> Calibration | None:
    return calibration if calibration is None or isinstance(calibration, Calibration) else Calibration.read(Path(calibration))


def _path(value: str | os.PathLike[str] | None) -> Path | None:
    return None if value is None else Path(value)


def _paths(pictures: Paths) -> Sequence[str | os.PathLike[str]]:
    return [pictures] if isinstance(pictures, (str, os.PathLike)) else list(pictures)


def _pictures(pictures: Any) -> Iterable[Picture]:
    """Arrays as they are, files and the content of folders."""
    several = [pictures] if isinstance(pictures, (str, os.PathLike, np.ndarray)) else pictures
    for picture in several:
        if isinstance(picture, (str, os.PathLike)):
            yield from find_pictures([picture])
        else:
            yield picture
