"""How the renderer's loops are compiled: ahead of their first call, kept on disk, exact, on one thread.

No fast-math and no parallel loops: a picture has the same bytes on any number of threads. Constants that a compiled file takes
from another file are frozen when it is compiled; numba compiles again when the file itself changes.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba

Loop = Callable[..., Any]
_njit: Callable[..., Any] = numba.njit  # its type hints leave out the options below
_LEAN: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True}


def kernel(signature: str) -> Any:
    """A loop called from Python with exactly these types."""
    return _njit(signature, cache=True, **_LEAN)


def helper(function: Loop) -> Any:
    """A step of a kernel, compiled into it."""
    return _njit(no_cpython_wrapper=True, **_LEAN)(function)
