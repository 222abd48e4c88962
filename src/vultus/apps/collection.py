"""Calibrating a gallery by its own people, and by strangers if there are pictures of some."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.apps.one_person import objection
from vultus.calibrate.collection import calibrate_collection
from vultus.data.picture_files import find_pictures
from vultus.decide.collection import CollectionCalibration
from vultus.errors import InputError, SpaceError
from vultus.gallery import Gallery, clock
from vultus.pipeline import PictureResult, Recogniser
from vultus.quality.gate import ANY_QUALITY
from vultus.types import Embeddings

SEED = 20_261


def calibrate_gallery(gallery: Gallery, recogniser: Recogniser | None = None, *, strangers: Path | None = None,
                      target_fpir: float | None = None) -> CollectionCalibration:
    """Measure strangers' searches in this gallery and keep the result in its folder, where `identify` finds it.

    Args:
        gallery: everybody in it is a stranger to the others.
        recogniser: for the pictures of strangers.
        strangers: folder with pictures of people who are not enrolled: one sub-folder a person, loose pictures one person each.
        target_fpir: the rate that must be supported, 0..1; None: 0.1.

    Raises:
        InputError: too few people; says how many would do. The calibration that was there before stays.
    """
    if target_fpir is not None and not 0 < target_fpir < 1:
        raise InputError("fpir", expected="a share above 0 and below 1", got=str(target_fpir))
    enrolled = gallery.templates()
    outside = None
    if strangers is not None:
        known = recogniser or Recogniser()
        if known.space != enrolled.embeddings.space:
            raise SpaceError(enrolled.embeddings.space, known.space)
        outside = _represented(strangers, known)
    made = calibrate_collection(enrolled.embeddings, enrolled.owners, rng=np.random.default_rng(SEED), revision=enrolled.revision,
                                made=clock.now(), strangers=outside, target_fpir=target_fpir)
    made.write(gallery.calibration_file, gallery.calibration_seal)
    gallery.log_calibrated(made.people, made.strangers)
    return made


def _represented(folder: Path, recogniser: Recogniser) -> tuple[Embeddings, NDArray[np.int64]]:
    """Templates of the principal faces, and which person each is; pictures that cannot stand for one person are left out."""
    if not folder.is_dir():
        raise InputError("strangers", expected="a folder of pictures", got=f"{folder}, which is none")
    pictures = list(find_pictures([folder]))
    kept = [(_person(folder, Path(picture.path)), result) for picture, result in
            zip(pictures, recogniser.process(pictures), strict=True) if _usable(result)]
    if not kept:
        raise InputError("strangers", expected="pictures with one usable face each", got=f"none among {len(pictures)} pictures")
    vectors = np.stack([result.embeddings.vectors[0] for _, result in kept if result.embeddings is not None])
    _, owners = np.unique([person for person, _ in kept], return_inverse=True)
    return Embeddings(vectors, recogniser.space), owners.astype(np.int64)


def _person(folder: Path, path: Path) -> str:
    """The first sub-folder, or the picture's own name."""
    return path.relative_to(folder).parts[0]


def _usable(result: PictureResult) -> bool:
    """One face, or one that clearly is the main one, of any quality: `identify` searches poor faces too."""
    return not result.error and not objection(result, ANY_QUALITY)
