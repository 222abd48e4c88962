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

FIELDS = ("path", "face", "box", "outcome", "person_id", "name", "similarity", "threshold", "threshold_low", "target_fpir",
          "fpir_at_score", "fpir_upper", "fpir_basis", "calibration_domain", "gallery_people", "gallery_templates", "reason",
          "candidates", "error")


@click.command()
@click.argument("files", nargs=-1, required=True, type=click.Path())
@click.option("--gallery", "path", required=True, type=click.Path(path_type=Path), help="Folder of the gallery.")
@click.option("--top", type=click.IntRange(min=1), default=5, show_default=True, help="Candidates to report for each face.")
@click.option("--calibration", "calibration_file", type=click.Path(path_type=Path), help="Decide by this file, not by the packaged one.")
@click.option("--fpir", type=click.FloatRange(0, 1, min_open=True, max_open=True),
              help="Share of strangers' searches that may name somebody.  [default: the strictest of 0.01, 0.02, 0.05, 0.1 that the "
                   "calibration supports for a gallery of this size]")
@click.option("--embedder", help="Method of task embed, or an imported net. [default: the one of the gallery's space]")
@json_option
def command(files: tuple[str, ...], path: Path, top: int, calibration_file: Path | None, fpir: float | None,
            embedder: str | None, as_json: bool) -> None:
    """Look for every face of FILES (pictures or folders) in a gallery: a person, unknown, or undecided with the reason.

    Thresholds are those of a search among as many templates as the gallery holds now, from its own calibration ('vultus gallery
    calibrate') or the packaged one. fpir_at_score is how often a stranger's search reaches the similarity of the best candidate.
    """
    from vultus.apps.identification import collection_for, evidence_for, identify
    from vultus.compat.face_recognition.legacy import recogniser_for
    from vultus.data.picture_files import find_pictures
    from vultus.decide import Calibration
    from vultus.gallery import Gallery
    with Gallery.open(path, create=False) as gallery:
        recogniser = recogniser_for(gallery.space, embedder)
        evidence = evidence_for(gallery, recogniser.space, Calibration.read(calibration_file) if calibration_file else "found")
        results = progress(recogniser.process(find_pictures(files)), total=None, what="identifying")
        faces: list[dict[str, Any]] = []
        for row in _rows(identify(results, gallery, evidence, top, fpir)):
            if as_json:
                faces.append(row)
            else:
                click.echo(_line(row))
        own = None if calibration_file else collection_for(gallery, recogniser.space)
        due = own.due(gallery.info().templates) if own else ""
        record = {"gallery": str(path), "virtual": gallery.virtual, "space": recogniser.space, "calibration_due": due or None,
                  "faces": faces}
    if as_json:
        print_json(record)
    elif gallery.virtual:
        warn("this gallery holds rendered people who do not exist")
    if due:
        warn(due)


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
        "threshold_low": decision.threshold_low if decision else None, "target_fpir": answer.target_fpir,
        "fpir_at_score": answer.fpir_at_score, "fpir_upper": answer.fpir_upper, "fpir_basis": answer.fpir_basis,
        "calibration_domain": decision.calibration_domain if decision else None, "gallery_people": answer.gallery_people,
        "gallery_templates": answer.gallery_templates, "reason": answer.reason,
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
        parts.append(f"threshold {row['threshold']:.3f} for FPIR {row['target_fpir']:g}")
    if row["fpir_upper"] is not None:
        parts.append(f"a stranger's search among {row['gallery_templates']} templates reaches this in at most {row['fpir_upper']:.2g} "
                     f"of cases ({row['fpir_basis']})")
    if row["reason"]:
        parts.append(row["reason"])
    return printable("; ".join(parts))
