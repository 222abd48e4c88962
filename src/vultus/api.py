"""The verbs as Python functions, with the names of the command line.

Each builds the default recogniser unless it is given one; build one `vultus.Recogniser` and hand it around to load the networks once.
"""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vultus.apps import album, identification, search, verification
from vultus.data.picture_files import find_pictures
from vultus.gallery import Gallery, Identification
from vultus.gallery.intake import Intake, PictureOutcome
from vultus.pipeline import PictureResult, Recogniser
from vultus.pipeline.reading import Picture
from vultus.pipeline.represent_table import Summary, represent_table
from vultus.types import Decision

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


def verify(a: Picture, b: Picture, *, recogniser: Recogniser | None = None) -> Decision:
    """Whether two pictures (files or arrays) show the same person, by the packaged calibration."""
    return verification.verify(a, b, recogniser or Recogniser(threads=1, batch=2))


def enroll(name: str, pictures: Paths, *, gallery: str | os.PathLike[str], virtual: bool = False,
           recogniser: Recogniser | None = None) -> list[PictureOutcome]:
    """Enrol one person from files and folders; what became of each picture, refusals with their reason.

    Args:
        gallery: the gallery's folder; made if missing.
        virtual: the person is rendered and does not exist; needs a gallery of its own kind.
    """
    with Gallery.open(os.fspath(gallery), virtual=virtual) as opened:
        intake = Intake(opened, recogniser or Recogniser(), rendered=virtual)
        return list(intake.run((name, picture) for picture in find_pictures(_paths(pictures))))


def identify(pictures: Paths, *, gallery: str | os.PathLike[str], top: int = 5, fpir: float | None = None,
             recogniser: Recogniser | None = None) -> list[tuple[PictureResult, list[Identification]]]:
    """Every face of files and folders against a gallery: a person, unknown or undecided.

    Args:
        top: how many candidates to report.
        fpir: share of strangers' searches that may name somebody, 0..1; without it the strictest of 1, 2, 5 and 10 % that the
            calibration (the gallery's own, else the packaged one) supports for a gallery of this size.
    """
    known = recogniser or Recogniser()
    with Gallery.open(os.fspath(gallery), create=False) as opened:
        found = identification.identify(known.process(find_pictures(_paths(pictures))), opened,
                                        identification.evidence_for(opened, known.space), top, fpir)
        return list(found)


def find(probe: Picture, pictures: Paths, *, top: int = 10, recogniser: Recogniser | None = None) -> search.SearchResult:
    """The faces most similar to the probe's, in files and folders or in one `.parquet` table that `represent` wrote."""
    known, where = recogniser or Recogniser(), _paths(pictures)
    if len(where) == 1 and os.fspath(where[0]).endswith(".parquet"):
        return search.find_in_table(probe, Path(where[0]), known, top=top)
    return search.find(probe, find_pictures(where), known, top=top)


def cluster(pictures: Paths, out: str | os.PathLike[str], *, threshold: float | None = None,
            recogniser: Recogniser | None = None) -> album.Album:
    """Sort the faces of files and folders by person and write a table, a list of people and a contact sheet to folder `out`."""
    return album.sort_by_person(_paths(pictures), out, recogniser or Recogniser(), threshold=threshold)


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
