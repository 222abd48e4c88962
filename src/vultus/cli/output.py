"""What commands share: the --json option, printing records, a progress bar on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from vultus.pipeline.represent_table import Summary

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """Add `--json`, passed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")(function)


def recogniser_options(function: F) -> F:
    """Add `--detector`, `--embedder` and `--engine`: arguments of `vultus.pipeline.Recogniser`."""
    for option in (click.option("--engine", default="onnxruntime", show_default=True, help="Inference engine."),
                   click.option("--embedder", default="dlib_resnet", show_default=True,
                                help="Method of task embed, or an imported net; decisions need a calibration of its space."),
                   click.option("--detector", default="centerface", show_default=True, help="Method of task detect.")):
        function = option(function)
    return function


def print_json(record: Any) -> None:
    """One JSON document to stdout; NaN is refused."""
    import json
    click.echo(json.dumps(record, ensure_ascii=False, allow_nan=False))


def printable(text: str) -> str:
    """The text with what could move the cursor or break the line escaped, since names and files of calibrations come from anywhere."""
    return "".join(sign if sign.isprintable() else sign.encode("unicode_escape").decode() for sign in text)


def warn(message: str) -> None:
    """A line for people on stderr."""
    click.echo(f"vultus: {printable(message)}", err=True)


def warn_of_errors(summary: Summary) -> None:
    """The first pictures that have no face or could not be read, and how many more there are."""
    for example in summary.examples:
        warn(f"{example['path']}: {example['error']}")
    if more := sum(summary.errors.values()) - len(summary.examples):
        warn(f"and {more} more; the column error of the table has them all")


def progress(items: Iterable[T], *, total: int | None, what: str, unit: str = "picture") -> Iterable[T]:
    """The same items, with a progress bar on stderr when it is a terminal."""
    from tqdm import tqdm
    bar: Iterable[T] = tqdm(items, total=total, desc=what, unit=unit, file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
    return bar
