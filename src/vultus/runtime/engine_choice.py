"""Which engine `auto` means on this machine: a self-benchmark, run once for a model, its engines and a CPU, and kept.

An engine may be chosen only when it computes the same thing as onnxruntime in float32: the smallest cosine between their
outputs over a check set is at least `SAME_SPACE_COSINE`. Among these the fastest wins.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import tempfile
import time
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.runtime.engines import Engine, Feeds, engine_version, installed_engines, open_engine

SAME_SPACE_COSINE = 0.9999
_REPEATS = 5
_BATCH, _SIDE = 8, 256


@dataclass(frozen=True)
class Choice:
    """What was chosen and why: `seconds` a call and `cosine` to onnxruntime for every engine that was tried."""

    engine: str
    seconds: dict[str, float]
    cosine: dict[str, float]
    key: str


def choose_engine(path: Path, threads: int, check: Feeds | None = None, cache: Path | None = None) -> Choice:
    """The cached choice for this model, machine and set of engines, or a new measurement.

    Args:
        path: the ONNX file.
        threads: CPU threads inside one call.
        check: arrays by input name, as the model sees them in use; made up from the input shapes when absent.
        cache: the file that remembers; default `engines.json` in the user's cache folder.
    """
    engines = installed_engines()
    key = _key(path, engines, threads)
    cache = cache or default_cache()
    known = _read(cache)
    if key in known:
        return Choice(**{**known[key], "key": key})
    choice = measure_engines(path, engines, threads, check, key)
    _write(cache, {**known, key: {k: v for k, v in asdict(choice).items() if k != "key"}})
    return choice


def measure_engines(path: Path, engines: tuple[str, ...], threads: int, check: Feeds | None = None, key: str = "") -> Choice:
    """Time every engine on the check arrays, compare it with onnxruntime, and pick the fastest that agrees."""
    reference = open_engine("onnxruntime", path, threads)
    feeds = made_up_feeds(reference) if check is None else check
    expected = reference.call(feeds)
    seconds, cosine = {}, {}
    for name in engines:
        engine = reference if name == "onnxruntime" else open_engine(name, path, threads)
        cosine[name] = min_cosine(expected, engine.call(feeds))
        seconds[name] = _time(engine, feeds)
    allowed = [name for name in engines if cosine[name] >= SAME_SPACE_COSINE]
    return Choice(min(allowed, key=seconds.__getitem__), seconds, cosine, key)


def min_cosine(expected: list[NDArray[Any]], got: list[NDArray[Any]]) -> float:
    """Smallest cosine over all outputs and all rows (first axis), -1..1; rows that are zero on both sides count as 1."""
    lowest = 1.0
    for left, right in zip(expected, got, strict=True):
        a, b = (x.reshape(len(x), -1).astype(np.float64) for x in (left, right))
        dot, length = (a * b).sum(axis=1), np.linalg.norm(a, axis=1) * np.linalg.norm(b, axis=1)
        same = np.where(length > 0, dot / np.where(length > 0, length, 1), np.all(a == b, axis=1))
        lowest = min(lowest, float(same.min(initial=1)))
    return lowest


def made_up_feeds(engine: Engine) -> dict[str, NDArray[Any]]:
    """Smooth random arrays in 0..255 that fit the inputs: a batch of 8, free sizes 256, axes of 3 left alone."""
    rng = np.random.default_rng(0)
    return {p.name: _smooth(rng, tuple((_BATCH if i == 0 else _SIDE) if size is None else size
                                       for i, size in enumerate(p.shape))).astype(p.dtype) for p in engine.inputs}


def default_cache() -> Path:
    """`engines.json` in the user's cache folder."""
    import platformdirs

    return Path(platformdirs.user_cache_dir("vultus")) / "engines.json"


def _smooth(rng: np.random.Generator, shape: tuple[int, ...]) -> NDArray[Any]:
    """Random values with slow changes along every long axis, 0..255: closer to a picture than white noise."""
    values = rng.normal(size=shape)
    for axis, size in enumerate(shape[1:], start=1):
        if size > 8:
            values = np.cumsum(values, axis=axis)
            values -= values.mean(axis=axis, keepdims=True)
    spread = values.std() or 1.0
    return np.clip(127.5 + 50 * values / spread, 0, 255)


def _time(engine: Engine, feeds: Feeds) -> float:
    """Fastest of a few calls, in seconds: other processes can only make a call slower."""
    best = float("inf")
    for _ in range(_REPEATS):
        start = time.perf_counter()
        engine.call(feeds)
        best = min(best, time.perf_counter() - start)
    return best


def _key(path: Path, engines: tuple[str, ...], threads: int) -> str:
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:32]
    versions = ",".join(f"{name}={engine_version(name)}" for name in engines)
    return f"{digest}|{versions}|threads={threads}|{cpu_name()}"


def cpu_name() -> str:
    """The processor's model name, as far as the system tells."""
    info = Path("/proc/cpuinfo")
    if info.is_file():
        for line in info.read_text("utf-8", "replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def _read(cache: Path) -> dict[str, Any]:
    """The remembered choices; a missing or damaged file means none, because they can be measured again."""
    try:
        record = json.loads(cache.read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return record if isinstance(record, dict) else {}


def _write(cache: Path, record: dict[str, Any]) -> None:
    """Replace the cache file in one step, so that two processes cannot mix their writes; a read-only folder is no error."""
    try:
        cache.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile("w", dir=cache.parent, suffix=".json", delete=False, encoding="utf-8") as file:
            json.dump(record, file, indent=1, sort_keys=True)
        os.replace(file.name, cache)
    except OSError:
        return
