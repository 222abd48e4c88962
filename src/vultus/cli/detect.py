"""`vultus detect FILES|DIR`: where the faces are."""

from __future__ import annotations

import click

from vultus.cli.output import json_option, print_json, progress, warn


@click.command("detect")
@click.argument("pictures", nargs=-1, required=True, type=click.Path())
@click.option("--detector", default="centerface", show_default=True, help="Method of task detect.")
@click.option("--engine", default="onnxruntime", show_default=True, help="Inference engine.")
@json_option
def command(pictures: tuple[str, ...], detector: str, engine: str, as_json: bool) -> None:
    """Find the faces on PICTURES (files and folders).

    With --json: an array with one record a picture: path, size [height, width], faces (box x1 y1 x2 y2 and five points in pixels of
    the upright picture, score, how it was found), error.
    """
    from vultus.data.picture_files import find_pictures
    from vultus.image import shown
    from vultus.pipeline import Recogniser
    found = Recogniser(detector, engine=engine).detect(find_pictures(pictures))
    records, wrong = [], 0
    for result in progress(found, total=None, what="detect"):
        record = result.as_dict()
        wrong += result.faces is None
        if as_json:
            records.append(record)
            continue
        click.echo(f"{shown(result.path)}: {record['error'] or _count(len(result))}")
        for face in record["faces"]:
            click.echo("  " + " ".join(f"{edge:.0f}" for edge in face["box"]) + f"  score {face['score']:.2f}")
    if as_json:
        print_json(records)
    if wrong:
        warn(f"{wrong} could not be read")


def _count(faces: int) -> str:
    return f"{faces} face{'' if faces == 1 else 's'}"
