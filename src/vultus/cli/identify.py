"""vultus identify: who is on a picture, as far as a gallery can say."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from vultus.cli.output import json_option, print_json, progress, warn

if TYPE_CHECKING:
    from vultus.gallery import Identification
    from vultus.pipeline import PictureResult

MODEL = ("1 - (1 - fmr_upper)^n with n = gallery_templates: how often a stranger reaches this similarity with anybody, if comparisons "
         "were independent; a model, not a measurement")

FIELDS = ("path", "face", "box", "outcome", "person_id", "name", "similarity", "threshold", "threshold_low", "fmr_at_score", "fmr_upper",
          "calibration_domain", "gallery_people", "gallery_templates", "false_positive_identification_upper", "reason", "candidates",
          "error")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--gallery", "path", required=True, type=click.Path(path_type=Path), help="Folder of the gallery.")
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True, help="Candidates to report for each face.")
@click.option("--calibration", "calibration_file", type=click.Path(path_type=Path), help="Decide by this file, not by the packaged one.")
@json_option
def command(files: tuple[str, ...], path: Path, top: int, calibration_file: Path | None, as_json: bool) -> None:
    """Look for every face of FILES (pictures or folders) in a gallery: a person, unknown, or undecided with the reason."""
    from vultus.apps.identification import calibration_for, identify
    from vultus.data.picture_files import find_pictures
    from vultus.decide import Calibration
    from vultus.gallery import Gallery
    from vultus.pipeline import Recogniser
    with Gallery.open(path, create=False) as gallery:
        recogniser = Recogniser()
        calibration = Calibration.read(calibration_file) if calibration_file else calibration_for(gallery, recogniser.space)
        results = progress(recogniser.process(find_pictures(files)), total=None, what="identifying")
        faces: list[dict[str, Any]] = []
        for row in _rows(identify(results, gallery, calibration, top)):
            if as_json:
                faces.append(row)
            else:
                click.echo(_line(row))
        record = {"gallery": str(path), "virtual": gallery.virtual, "space": recogniser.space,
                  "false_positive_identification_model": MODEL, "faces": faces}
    if as_json:
        print_json(record)
    elif gallery.virtual:
        warn("this gallery holds rendered people who do not exist")


def _rows(identified: Iterable[tuple[PictureResult, list[Identification]]]) -> Iterator[dict[str, Any]]:
    """One record a face, and one for a picture without any."""
    from vultus.gallery.naming import encodable
    for result, answers in identified:
        if result.error:
            yield {**dict.fromkeys(FIELDS), "path": encodable(result.path), "candidates": [], "error": encodable(result.error)}
        for index, answer in enumerate(answers):
            yield _record(result, index, answer)


def _record(result: PictureResult, index: int, answer: Identification) -> dict[str, Any]:
    from vultus.gallery.naming import encodable
    decision = answer.decision
    named = answer.best if answer.outcome == "person" else None
    return {
        "path": encodable(result.path), "face": index, "box": result.face(index)["box"], "outcome": answer.outcome,
        "person_id": named.person_id if named else None, "name": named.name if named else None,
        "similarity": decision.similarity if decision else None, "threshold": decision.threshold if decision else None,
        "threshold_low": decision.threshold_low if decision else None, "fmr_at_score": decision.fmr_at_score if decision else None,
        "fmr_upper": decision.fmr_upper if decision else None, "calibration_domain": decision.calibration_domain if decision else None,
        "gallery_people": answer.gallery_people, "gallery_templates": answer.gallery_templates,
        "false_positive_identification_upper": answer.false_positive_identification_upper, "reason": answer.reason,
        "candidates": [{"person_id": hit.person_id, "name": hit.name, "similarity": hit.similarity} for hit in answer.candidates],
        "error": None,
    }


def _line(row: dict[str, Any]) -> str:
    from vultus.gallery.naming import printable
    if row["error"]:
        return printable(f"{row['path']}: {row['error']}")
    said = row["name"] if row["outcome"] == "person" else row["outcome"]
    parts = [f"{row['path']}: face {row['face']}: {said}"]
    if row["similarity"] is not None:
        parts.append(f"similarity {row['similarity']:.3f}")
    if row["threshold"] is not None:
        parts.append(f"threshold {row['threshold']:.3f}, false match rate here at most {row['fmr_upper']:.2g} a comparison, "
                     f"{row['false_positive_identification_upper']:.2g} among {row['gallery_people']} people (model)")
    if row["reason"]:
        parts.append(row["reason"])
    return printable("; ".join(parts))
