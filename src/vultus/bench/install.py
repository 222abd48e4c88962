"""A clean install: size of the environment, start of the command, a first picture without a network"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from vultus.bench.results import source_root
from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError
from vultus.report import Report, Value

PROTOCOL = (
    "A new virtual environment, `pip install .` of the source tree, nothing else. Size counts the bytes of all files in it, pip included. "
    "Start: medians of 15 alternating runs of `python -c pass` and `vultus --help` in that environment. Then every proxy is pointed at a "
    "closed port and `vultus verify` compares two packaged pictures.")
# Nothing listens on the discard port: whatever tries to reach a network fails at once.
OFFLINE = {name: "http://127.0.0.1:9" for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY")}


def run() -> Report:
    """Install into a temporary environment and measure it."""
    root = source_root()
    if root is None:
        raise InputError("core/install", expected="a source tree", got="an installed package", hint="run it from a checkout")
    with tempfile.TemporaryDirectory(prefix="vultus-install-") as folder:
        start = time.perf_counter()
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python, command = Path(folder, "bin", "python"), Path(folder, "bin", "vultus")
        subprocess.run([python, "-m", "pip", "install", "-q", str(root)], check=True, stdout=subprocess.DEVNULL)
        seconds = time.perf_counter() - start
        size = sum(path.stat().st_size for path in Path(folder).rglob("*") if path.is_file() and not path.is_symlink())
        bare, help_ = [], []
        for _ in range(15):
            bare.append(_seconds([python, "-c", "pass"]))
            help_.append(_seconds([command, "--help"]))
        first, second = (path for _, path in rendered_people()[:2])
        status, cold = _status([command, "verify", str(first), str(second), "--json"], {**os.environ, **OFFLINE})
    return Report("core/install", "A clean install: size, start, and a first answer without a network", PROTOCOL, (
        Value("environment", size / 1e6, "MB", note="floor: at most 500"),
        Value("vultus --help, times a bare Python start", float(np.median(help_) / np.median(bare)), "ratio", note="floor: at most 10"),
        Value("bare Python start", float(np.median(bare)), "s", min(bare), max(bare), 15, "range over runs"),
        Value("vultus --help", float(np.median(help_)), "s", min(help_), max(help_), 15, "range over runs"),
        Value("offline verify answered", float(status in (0, 1, 3)), "yes = 1", note=f"exit status {status}"),
        Value("offline verify, cold process", cold, "s"),
        Value("venv and install", seconds, "s", note="package index as configured, models cached or not")))


def _seconds(command: Sequence[str | Path]) -> float:
    return _status(command, os.environ)[1]


def _status(command: Sequence[str | Path], environment: Mapping[str, str]) -> tuple[int, float]:
    start = time.perf_counter()
    done = subprocess.run([str(part) for part in command], env=dict(environment), stdout=subprocess.DEVNULL, check=False)
    return done.returncode, time.perf_counter() - start
