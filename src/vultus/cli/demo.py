"""`vultus demo`: the main job from end to end, with a report to look at."""

from __future__ import annotations

from pathlib import Path

import click

from vultus.cli.output import json_option, print_json, progress


@click.command()
@click.option("--photos", type=click.Path(path_type=Path), help="Your own pictures, one sub-folder a person.")
@click.option("--out", type=click.Path(path_type=Path, file_okay=False), default=Path("vultus-demo"), show_default=True,
              help="Folder for the report and its pictures.")
@json_option
def command(photos: Path | None, out: Path, as_json: bool) -> None:
    """Enrol, verify, meet a stranger, cluster; on people who do not exist, or on your pictures."""
    from vultus.apps.demo import packaged_people, read_album, walk
    from vultus.pipeline import Recogniser
    from vultus.report_render import html
    from vultus.runtime.atomic_file import write_bytes
    album = read_album(photos) if photos else packaged_people()
    recogniser = Recogniser()
    results = recogniser.process([path for _, path in album.pictures])
    report = walk(album, out, progress(results, total=len(album.pictures), what="pictures"), recogniser)
    write_bytes(out / "report.html", html(report, out).encode())
    write_bytes(out / "report.json", report.to_json().encode())
    if as_json:
        print_json(report.as_dict())
        return
    for value in report.values:
        whole = f"{value.value:g} of {value.n}" if value.unit in ("pairs", "probes") else f"{value.value:.3f} ({value.note})"
        click.echo(f"{value.name}: {whole}")
    for note in report.notes:
        click.echo(note)
    click.echo(f"report: {out / 'report.html'}")
