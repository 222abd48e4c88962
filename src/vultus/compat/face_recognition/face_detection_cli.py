"""`vultus-face-detection IMAGE`: the command face_detection, its options and its lines `file,top,right,bottom,left`.

Also `python -m vultus.compat.face_recognition.face_detection_cli`.
"""

from __future__ import annotations

import click

from vultus.compat.face_recognition.command import over_pictures, run


@click.command("vultus-face-detection")
@click.argument("image_to_check", type=click.Path(exists=True))
@click.option("--cpus", default=1, help="Pictures worked on at the same time; -1 = as many as there are CPUs.")
@click.option("--model", default="hog", type=click.Choice(["hog", "cnn"]), help="Either is our detector.")
def command(image_to_check: str, cpus: int, model: str) -> int:
    """Find the faces in IMAGE_TO_CHECK, a picture or a folder."""
    def lines(picture: str) -> list[str]:
        from vultus.compat.face_recognition.functions import face_locations, load_image_file
        return [",".join(map(str, (picture, *box))) for box in face_locations(load_image_file(picture), 0, model)]

    return over_pictures(image_to_check, cpus, lines)


def main() -> int:
    """Run the command; the console script exits with what it returns."""
    return run(command)


if __name__ == "__main__":
    raise SystemExit(main())
