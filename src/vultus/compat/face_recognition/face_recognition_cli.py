"""`vultus-face-recognition KNOWN UNKNOWN`: the command face_recognition, its options and its lines.

Also `python -m vultus.compat.face_recognition`. Lines are `file,name`, with `--show-distance true` `file,name,distance`; the name is
`unknown_person` where no one matches (undecided included) and `no_persons_found` where there is no face. Warnings go to stderr.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import click

from vultus.compat.face_recognition.command import over_pictures, pictures_in, run

image_files_in_folder = pictures_in  # the name in face_recognition's own module, which its examples import


@dataclass(frozen=True)
class Known:
    """Who is known: names and encodings (n, 128), row by row."""

    names: list[str]
    encodings: list[Any]


@click.command("vultus-face-recognition")
@click.argument("known_people_folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.argument("image_to_check", type=click.Path(exists=True))
@click.option("--cpus", default=1, help="Pictures worked on at the same time; -1 = as many as there are CPUs.")
@click.option("--tolerance", default=None, type=float, help="Largest distance of a match; without it our calibration decides (not 0.6).")
@click.option("--show-distance", default=False, type=bool, help="Print the distance, too.")
def command(known_people_folder: Path, image_to_check: str, cpus: int, tolerance: float | None, show_distance: bool) -> int:
    """Name the people in IMAGE_TO_CHECK (a picture or a folder) by the pictures of KNOWN_PEOPLE_FOLDER, one a person, named after them."""
    known = _known(known_people_folder)

    def lines(picture: str) -> list[str]:
        return [",".join([picture, name, str(distance)] if show_distance else [picture, name])
                for name, distance in _names(picture, known, tolerance)]

    return over_pictures(image_to_check, cpus, lines)


def main() -> int:
    """Run the command; the console script exits with what it returns."""
    return run(command)


def _known(folder: Path) -> Known:
    from vultus.compat.face_recognition.functions import face_encodings, load_image_file
    from vultus.errors import ImageError
    known = Known([], [])
    for file in pictures_in(str(folder)):
        try:
            encodings = face_encodings(load_image_file(file))
        except ImageError as error:
            click.echo(f"WARNING: {error}; left out", err=True)
            continue
        if len(encodings) != 1:
            what = "the main one is taken" if encodings else "left out"
            click.echo(f"WARNING: {file}: {len(encodings)} faces found, {what}", err=True)
        if encodings:
            known.names.append(Path(file).stem)
            known.encodings.append(encodings[0])
    return known


def _names(picture: str, known: Known, tolerance: float | None) -> list[tuple[str, float | None]]:
    """Name and distance of everyone that each face matches."""
    from vultus.compat.face_recognition.comparing import compare_faces, face_distance
    from vultus.compat.face_recognition.functions import face_encodings, load_image_file
    encodings = face_encodings(load_image_file(picture))
    found: list[tuple[str, float | None]] = []
    for encoding in encodings:
        matches = compare_faces(known.encodings, encoding, tolerance)
        distances = face_distance(known.encodings, encoding).tolist()
        hits: list[tuple[str, float | None]] = [(name, distance) for name, distance, match
                                                in zip(known.names, distances, matches, strict=True) if match]
        found += hits or [("unknown_person", None)]
    return found if encodings else [("no_persons_found", None)]
