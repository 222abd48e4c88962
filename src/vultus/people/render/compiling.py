"""How the renderer's loops are compiled: ahead of their first call, kept on disk, exact, on one thread.

No fast-math and no parallel loops: a picture has the same bytes on any number of threads. Constants that a compiled file takes
from another file are frozen when it is compiled; numba compiles again when the file itself changes.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numba
from numba.core.caching import FunctionCache

Loop = Callable[..., Any]
_njit: Callable[..., Any] = numba.njit  # its type hints leave out the options below
_cache: Callable[..., Any] = FunctionCache
_LEAN: dict[str, Any] = {"error_model": "numpy", "no_cfunc_wrapper": True}


def kernel(signature: str) -> Any:
    """A loop called from Python with exactly these types."""
    return _njit(signature, cache=True, **_LEAN)


def helper(function: Loop) -> Any:
    """A step of a kernel, compiled into it."""
    return _njit(no_cpython_wrapper=True, **_LEAN)(function)


def compiled_before(module: str) -> bool:
    """Whether numba's cache holds something of a module of this folder."""
    cache = Path(_cache(kernel).cache_path)
    return cache.is_dir() and any(cache.glob(f"{module}.*.nbi"))


def compile_apart(*modules: str) -> subprocess.Popen[bytes] | None:
    """Starts a second Python that compiles modules of this folder into numba's cache, to halve the wait for a first picture.

    None where that cannot help: compiled before, one processor, or this process is no plain Python.
    """
    plain = Path(sys.executable or "").name.startswith("python") and not getattr(sys, "frozen", False)
    if not plain or (os.cpu_count() or 1) < 2 or all(compiled_before(module) for module in modules):
        return None
    paths = os.pathsep.join(path for path in sys.path if path)
    work = "; ".join(f"import vultus.people.render.{module}" for module in modules)
    return subprocess.Popen([sys.executable, "-c", work], env=dict(os.environ, PYTHONPATH=paths), stdout=subprocess.DEVNULL,
                            stderr=subprocess.DEVNULL)
