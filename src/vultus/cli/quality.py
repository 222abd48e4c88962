"""`vultus quality FILES|DIR`: how good the faces are, and what to change."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import click

from vultus.cli.output import json_option, print_json, progress, warn

if TYPE_CHECKING:
    from vultus.apps.quality_report import PictureQuality


@click.command("quality")
@click.argument("pictures", nargs=-1, required=True, type=click.Path())
@click.option("--out", type=click.Path(path_type=Path), help="Folder for a report: index.html and quality.json.")
@click.option("--with-pictures", is_flag=True, help="Put thumbnails of the worst faces into the report.")
@click.option("--engine", default="onnxruntime", show_default=True, help="Inference engine.")
@json_option
def command(pictures: tuple[str, ...], out: Path | None, with_pictures: bool, engine: str, as_json: bool) -> int:
    """Assess the faces on PICTURES (files and folders): each component 0 (worst) .. 100 (best), and advice in words.

    Components of eyes, mouth, pitch and standard photometry need the face mesh: vultus models pull facemesh.
    With --json: one object: summary, and pictures with path, size, faces (components, usable, refusal, advice) and error.

    Exit status: 0 at least one face was assessed, 2 none was.
    """
    if with_pictures and out is None:
        raise click.UsageError("--with-pictures needs --out")
    from vultus import registry
    from vultus.apps.quality_report import Summary, assess, write_report
    from vultus.data.picture_files import find_pictures
    from vultus.image import shown
    summary = Summary()
    detector = registry.build("detect/centerface", overrides={"engine": engine})
    components = registry.build("quality/components", overrides={"engine": engine})
    for picture in progress(assess(find_pictures(pictures), detector=detector, components=components), total=None, what="quality"):
        summary.pictures.append(picture)
        if picture.error:
            warn(f"{shown(picture.path)}: {picture.error}")
        elif not as_json:
            for line in _lines(picture):
                click.echo(line)
    if out is not None:
        page = write_report(summary, out, with_pictures=with_pictures)
        warn(f"report: {shown(page)}")
    if as_json:
        print_json({"summary": summary.as_dict(), "pictures": [picture.as_dict() for picture in summary.pictures]})
    elif summary.faces:
        failed = {reason for each in summary.as_dict()["components"].values() for reason in each["reasons"]}
        for reason in sorted(failed):
            warn(f"some components were not assessed: {reason}")
    return 0 if summary.faces else 2


def _lines(picture: PictureQuality) -> Iterator[str]:
    """One line a face and one for each thing to change."""
    from vultus.image import shown
    for face in picture.faces:
        verdict = f"refused: {face.refusal}" if face.refusal else "usable"
        yield f"{shown(picture.path)}: face {face.face}: {verdict}"
        for component, text in face.advice:
            yield f"  {component.name} {component.value} (measured {component.native:.3g}): {text}"
