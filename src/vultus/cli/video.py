"""`vultus video SOURCE`: who appears when, and how many different people."""

from __future__ import annotations

import sys
from collections.abc import Callable
from contextlib import ExitStack
from typing import TYPE_CHECKING

import click

from vultus.cli.output import json_option, print_json, recogniser_options, warn

if TYPE_CHECKING:
    from vultus.apps.video.joining import JoiningRule
    from vultus.apps.video.live import Event
    from vultus.apps.video.result import VideoResult
    from vultus.apps.video.settings import Settings
    from vultus.apps.video.view import View
    from vultus.data.video import Video
    from vultus.gallery import Gallery
    from vultus.pipeline import Recogniser

STATUS = {"lost": 2, "interrupted": 130}


@click.command("video")
@click.argument("source")
@click.option("--out", type=click.Path(), help="Folder for timeline.json and timeline.html.")
@click.option("--every", type=click.FloatRange(0), help="Seconds between frames that are looked at; 0 for every frame. Default 0.2.")
@click.option("--fps", type=click.FloatRange(0, min_open=True), help="The same as frames per second.")
@click.option("--gallery", type=click.Path(), help="Folder of a gallery: people get its names, or are unknown or undecided.")
@click.option("--threshold", type=click.FloatRange(-1, 1), help="Least mean similarity of tracks that are joined to one person.")
@click.option("--rendered", is_flag=True, help="The people are rendered: decide by the calibration of rendered people.")
@click.option("--no-pictures", is_flag=True, help="Keep no picture of any face.")
@click.option("--live", is_flag=True, help="Print who comes and who leaves.")
@click.option("--preview", is_flag=True, help="Show annotated frames on a page of this machine (127.0.0.1).")
@click.option("--seconds", "until", type=click.FloatRange(0, min_open=True), help="Stop after so many seconds.")
@click.option("--reconnect", type=click.IntRange(0, 100), default=0, show_default=True, help="Tries to connect again to a lost stream.")
@recogniser_options
@json_option
def command(source: str, out: str | None, every: float | None, fps: float | None, gallery: str | None, threshold: float | None,
            rendered: bool, no_pictures: bool, live: bool, preview: bool, until: float | None, reconnect: int,
            detector: str, embedder: str, engine: str, as_json: bool) -> int:
    """Say who appears when in SOURCE: a video file, a camera number, or an address (rtsp://, http://).

    Exit status: 0 watched to the end (a file that is cut short too, with a warning); 2 it cannot be watched, or the camera or stream
    was lost on the way; 130 interrupted. In all cases what was found is written.
    """
    from vultus.apps.video.settings import Settings
    if every is not None and fps is not None:
        raise click.UsageError("give --every or --fps, not both")
    step = every if every is not None else 1 / fps if fps is not None else Settings.every
    settings = Settings(every=step, reconnect=reconnect, pictures=out is not None and not no_pictures)
    result = _watched(source, settings, out, gallery, threshold, rendered, until, (detector, embedder, engine),
                      live, preview, as_json)
    for text in result.warnings:
        warn(text)
    if as_json:
        print_json(result.as_dict())
    else:
        for line in _lines(result, out):
            click.echo(line)
    return STATUS.get(result.ended, 0)


def _watched(source: str, settings: Settings, out: str | None, gallery: str | None, threshold: float | None, rendered: bool,
             until: float | None, methods: tuple[str, str, str], live: bool, preview: bool, as_json: bool) -> VideoResult:
    from pathlib import Path

    from vultus.apps.video.joining import joining_rule
    from vultus.apps.video.page import check_folder, write_timeline
    from vultus.apps.video.watch import watch
    from vultus.data.video import Video, source_of
    from vultus.gallery import Gallery
    from vultus.pipeline import Recogniser
    if out is not None:
        check_folder(Path(out))
    with ExitStack() as stack:
        opened = None if gallery is None else stack.enter_context(Gallery.open(gallery, create=False))
        detector, embedder, engine = methods
        recogniser = Recogniser(detector, embedder, engine=engine)
        rule = joining_rule(recogniser.space, threshold=threshold, rendered=rendered or (opened is not None and opened.virtual))
        video = Video(source_of(source))
        on_view = _followers(stack, video, settings, rule, recogniser, opened, live, preview, as_json)
        result = watch(video, recogniser, settings=settings, threshold=threshold, rendered=rendered, gallery=opened, until=until,
                       on_view=on_view)
    if out is not None:
        write_timeline(result, out)
    return result


def _followers(stack: ExitStack, video: Video, settings: Settings, rule: JoiningRule, recogniser: Recogniser, gallery: Gallery | None,
               live: bool, preview: bool, as_json: bool) -> Callable[[View], None]:
    """What is done with every frame that was looked at: progress, lines, preview."""
    from tqdm import tqdm

    from vultus.apps.video.annotate import annotated
    from vultus.apps.video.live import LiveLog
    from vultus.apps.video.preview import Preview
    quiet = live or not sys.stderr.isatty()
    length = None if video.facts.length is None else round(video.facts.length, 1)
    bar = stack.enter_context(tqdm(total=length, desc="video", unit="s", file=sys.stderr, disable=quiet, leave=False))
    log = LiveLog(settings, rule, recogniser.space, gallery) if live or preview else None
    page = stack.enter_context(Preview()) if preview else None
    if page is not None:
        warn(f"preview at {page.url}")

    def follow(view: View) -> None:
        bar.update(max(0.0, view.seconds - bar.n))
        events = log.take(view) if log is not None else []
        if live:
            _print_events(events, as_json)
        if page is not None and log is not None:
            page.show(annotated(view, log.label))

    if live and log is not None:
        stack.callback(lambda: _print_events(log.end(), as_json))
    return follow


def _print_events(events: list[Event], as_json: bool) -> None:
    """Lines on stdout; with --json on stderr, because stdout is one document."""
    from vultus.apps.video.page import clock
    from vultus.gallery.naming import printable
    for event in events:
        click.echo(printable(f"{clock(event.seconds)}  {event.label} {event.what}"), err=as_json)


def _lines(result: VideoResult, out: str | None) -> list[str]:
    """The result for people."""
    from pathlib import Path

    from vultus.apps.video.page import PAGE, span, tenths
    from vultus.gallery.naming import printable
    lines = [f"{result.summary}, in {result.seconds:.1f} s of {result.source}"]
    for person in result.people:
        spans = ", ".join(span(a, b) for a, b in person.intervals[:8]) + (" ..." if len(person.intervals) > 8 else "")
        said = "" if person.identification is None or person.identification.outcome == "person" else f" ({person.identification.outcome})"
        lines.append(f"{person.label}{said}: {tenths(person.seconds)}, {spans}")
    return [printable(line) for line in lines] + ([f"see {Path(out, PAGE)}"] if out is not None else [])
