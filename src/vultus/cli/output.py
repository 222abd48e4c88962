"""What commands share: the --json option, printing records, a progress bar on stderr."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from typing import Any, TypeVar

import click

T = TypeVar("T")
F = TypeVar("F", bound=Callable[..., Any])


def json_option(function: F) -> F:
    """Add `--json`, passed to the command as `as_json`."""
    return click.option("--json", "as_json", is_flag=True, help="Print one JSON document to stdout.")(function)


def print_json(record: Any) -> None:
    """One JSON document to stdout; NaN is refused."""
    import json
    click.echo(json.dumps(record, ensure_ascii=False, allow_nan=False))


def warn(message: str) -> None:
    """A warning for people, on stderr."""
    click.echo(f"vultus: {message}", err=True)


def progress(items: Iterable[T], *, total: int | None, what: str, unit: str = "picture") -> Iterable[T]:
    """The same items, with a progress bar on stderr when it is a terminal."""
    from tqdm import tqdm
    bar: Iterable[T] = tqdm(items, total=total, desc=what, unit=unit, file=sys.stderr, disable=not sys.stderr.isatty(), leave=False)
    return bar
