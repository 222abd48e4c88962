"""Mitsuba, imported on first use and put back to the variant that the caller had."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from vultus.errors import MissingExtraError

VARIANT = "scalar_rgb"  # needs neither LLVM nor a GPU; same seed, same bytes on any number of threads


@contextmanager
def mitsuba() -> Iterator[Any]:
    """The module `mitsuba` with the variant `VARIANT` while the block runs.

    Raises:
        MissingExtraError: mitsuba is not installed.
    """
    try:
        import mitsuba as module
        import numba  # noqa: F401  the rasteriser's labels and the relief need it
    except ImportError as missing:
        raise MissingExtraError("the path tracer", "people") from missing
    before = module.variant()
    module.set_variant(VARIANT)
    try:
        yield module
    finally:
        if before and before != VARIANT:
            module.set_variant(before)
