"""Where a measurement ran: versions of what can change a figure, processor, cores, system. No host or user name."""

from __future__ import annotations

import os
import platform
from importlib import metadata
from pathlib import Path
from typing import Any

from vultus._version import __version__

WATCHED = ("numpy", "onnxruntime", "opencv-python-headless", "pillow", "simplejpeg", "torch", "openvino", "anny", "scipy",
           "scikit-learn")


def versions() -> dict[str, str]:
    """Version of this package, of Python, and of every watched package that is installed."""
    found = {"vultus": __version__, "python": platform.python_version()}
    for name in WATCHED:
        try:
            found[name] = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue
    return found


def machine() -> dict[str, Any]:
    """Processor model, logical cores this process may use, operating system and memory in GiB."""
    return {"processor": _processor(), "cores": _cores(), "system": f"{platform.system()} {platform.machine()}",
            "memory_gib": _memory_gib()}


def _processor() -> str:
    listing = Path("/proc/cpuinfo")
    if listing.is_file():
        for line in listing.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _memory_gib() -> float | None:
    if "SC_PHYS_PAGES" not in getattr(os, "sysconf_names", {}):
        return None
    return round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1)
