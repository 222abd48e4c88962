"""timeline.json and timeline.html of a watched video; each file is written whole or not at all."""

from __future__ import annotations

import base64
import json
import math
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vultus.apps.video.result import Interval, PersonSeen, VideoResult
from vultus.errors import InputError
from vultus.image import shown
from vultus.runtime.atomic_file import write_bytes

RECORD, PAGE = "timeline.json", "timeline.html"
LEAST_BAR = 0.3  # % of the width, so that a short appearance can be seen
MOST_ROWS = 500  # people on the page; the record has them all


@dataclass(frozen=True)
class Bar:
    """One appearance: left edge and width in % of the timeline, and what it says when pointed at."""

    left: float
    width: float
    title: str


def write_timeline(result: VideoResult, out: str | Path) -> tuple[Path, Path]:
    """Write both files into a folder, made if missing, and return their paths. Raises StorageError."""
    folder = Path(out)
    check_folder(folder)
    record, page = folder / RECORD, folder / PAGE
    text = json.dumps(result.as_dict(), ensure_ascii=False, indent=1, allow_nan=False) + "\n"
    write_bytes(record, text.encode("utf-8", "backslashreplace"))
    write_bytes(page, html(result).encode("utf-8", "backslashreplace"))
    return record, page


def check_folder(folder: Path) -> None:
    """Raise InputError when results could not go into this folder, before hours are spent on them."""
    if folder.exists() and not folder.is_dir():
        raise InputError("out", expected="a folder", got=f"the file {shown(folder)}")


def html(result: VideoResult) -> str:
    """The page: self-contained, every text escaped."""
    from jinja2 import Environment, PackageLoader
    environment = Environment(loader=PackageLoader("vultus", "templates"), autoescape=True, trim_blocks=True, lstrip_blocks=True)
    length = max(result.seconds, max((person.intervals[-1][1] for person in result.people), default=0.0), 1e-3)
    rows = [_row(person, length) for person in result.people[:MOST_ROWS]]
    poor = _bars([(track.start, track.end) for track in result.too_poor], length)
    return environment.get_template("video_timeline.html.j2").render(
        result=result, rows=rows, more=max(0, len(result.people) - MOST_ROWS), ticks=_ticks(length), facts=_facts(result),
        doubts=[f"{result.people[d.first - 1].label} and {result.people[d.second - 1].label} (mean cosine {d.similarity:.3f})"
                for d in result.doubts[:50]], poor=poor)


def clock(seconds: float) -> str:
    """Seconds as m:ss or h:mm:ss."""
    whole = int(seconds)
    hours, rest = divmod(whole, 3600)
    return f"{hours}:{rest // 60:02}:{rest % 60:02}" if hours else f"{rest // 60}:{rest % 60:02}"


def tenths(seconds: float) -> str:
    """A length of time in s for people; one too short for tenths is not shown as nothing."""
    return f"{max(seconds, 0.1):.1f} s"


def span(start: float, end: float) -> str:
    """An interval in s for people: tenths within the first minute, later whole seconds, the end rounded up."""
    return f"{start:.1f}-{tenths(end)}" if end < 60 else f"{clock(start)}-{clock(math.ceil(end - 1e-3))}"


def _row(person: PersonSeen, length: float) -> dict[str, Any]:
    answer, outcome = person.identification, ""
    if answer is not None:
        cosine = answer.decision.similarity if answer.decision is not None else None
        outcome = answer.outcome + ("" if cosine is None else f", cosine {cosine:.3f}") + (f": {answer.reason}" if answer.reason else "")
    picture = "" if person.thumbnail is None else "data:image/jpeg;base64," + base64.b64encode(person.thumbnail).decode()
    times = ", ".join(span(a, b) for a, b in person.intervals[:6]) + (" ..." if len(person.intervals) > 6 else "")
    return {"label": person.label, "picture": picture, "outcome": outcome, "bars": _bars(person.intervals, length), "times": times,
            "facts": f"{tenths(person.seconds)}, {_count(len(person.tracks), 'track')}"}


def _bars(intervals: Sequence[Interval], length: float) -> list[Bar]:
    bars = []
    for start, end in intervals:
        width = max(LEAST_BAR, 100 * (end - start) / length)
        bars.append(Bar(round(min(100 * start / length, 100 - width), 3), round(width, 3), f"{start:.1f} s to {end:.1f} s"))
    return bars


def _ticks(length: float) -> list[Bar]:
    """Five to ten round times."""
    steps = (0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200, 14400, 36000, 86400)
    step = next((s for s in steps if length / s <= 10), length / 10)
    times = [step * i for i in range(int(length / step + 1e-9) + 1)]
    return [Bar(round(100 * t / length, 3), 0.0, clock(t) if step >= 1 else f"{t:.1f}") for t in times]


def _facts(result: VideoResult) -> list[tuple[str, str]]:
    """Source, counts and where the thresholds come from, for people."""
    height, width = result.facts.size
    rate = f", {result.facts.frame_rate:.3g} frames per second" if result.facts.frame_rate else ""
    endings = {"end": "to its end", "early": "to where it was cut short", "lost": "until it was lost", "interrupted": "until interrupted",
               "stopped": "as far as asked"}
    cosines = f"mean cosine of {result.rule.threshold:.4f} or more, chosen on: {result.rule.source}"
    return [("Source", f"{result.source} ({result.kind}), {width}x{height} px{rate}"),
            ("Watched", f"{result.seconds:.1f} s, {endings.get(result.ended, result.ended)}; {result.looked_at} of {result.frames} frames "
                        f"looked at, {result.dropped} dropped, {_count(result.cuts, 'cut')}"),
            ("Tracks", f"{len(result.tracks)}, {len(result.too_poor)} of them too poor to tell; "
                       f"{_count(result.embedded, 'face')} compared"),
            ("Joined at", cosines),
            ("Calibration", result.rule.domain or "none for this recogniser"),
            *([("Gallery", result.gallery)] if result.gallery else []), ("Templates", result.space)]


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"
