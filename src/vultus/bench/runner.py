"""Runs a method's demonstration or a suite, completes its report, checks it, and records it."""

from __future__ import annotations

import os
import tempfile
import time
from collections.abc import Mapping
from contextlib import ExitStack
from dataclasses import asdict, is_dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
from platformdirs import user_cache_path

from vultus import registry
from vultus.bench import environment, needs, results
from vultus.bench.code_digest import method_digest, suite_digest
from vultus.bench.resume import Units
from vultus.bench.schema_check import check_schema
from vultus.bench.suites import Suite, suite
from vultus.bench.verdicts import check_result
from vultus.errors import InputError
from vultus.registry import Method
from vultus.report import Report
from vultus.report_render import html

SEED = 20_261


def bench(name: str, *, full: bool = False, out: Path | None = None, given: Mapping[str, object] | None = None) -> Report:
    """Measure `task/method` or `core/suite` and record the result.

    Args:
        name: what to measure.
        full: a method's published settings instead of small.toml's; a suite's long form.
        out: folder for the report, its HTML and its pictures; without it they are not kept.
        given: objects to hand to the demonstration instead of the packaged ones, by task.

    Returns:
        The completed report. In a source tree it is also written to `results/`.

    Raises:
        InputError: the report lacks a check, or bends kind, rule or claim.
    """
    with ExitStack() as stack:
        chosen = out or Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="vultus-bench-")))
        if name.startswith("core/"):
            return _bench_suite(suite(name), full, chosen, out is not None)
        return _bench_method(registry.get(name), full, chosen, out is not None, given)


def units_folder(name: str, full: bool, method: Method | None = None) -> Path:
    """Where the units of this run are kept: beside the result in a source tree, else in the user's cache folder."""
    root = results.results_folder(method) if results.is_writable(method) else user_cache_path("vultus") / "bench"
    return root / name / ("full" if full else "small")


def _bench_method(method: Method, full: bool, out: Path, keep: bool, given: Mapping[str, object] | None) -> Report:
    config = method.config(small=not full)
    settings = asdict(config) if is_dataclass(config) and not isinstance(config, type) else {}
    digest = method_digest(method.folder)
    folder = _made(out / method.name)
    offered = {**needs.objects_for(method, given), "units": Units(units_folder(method.name, full, method), digest, settings)}
    start = time.perf_counter()
    report = method.load("demo").run(config, offered, np.random.default_rng(SEED), folder)
    if not isinstance(report, Report):
        raise InputError(f"{method.name}: demo.run", expected="a Report", got=type(report).__name__)
    report = _complete(replace(report, config={**settings, **report.config}), method.name, digest, time.perf_counter() - start)
    check_result(report, method.card)
    return _record(report, folder, keep, method)


def _bench_suite(chosen: Suite, full: bool, out: Path, keep: bool) -> Report:
    digest = suite_digest(chosen.path)
    folder = _made(out / chosen.name)
    data = os.environ.get("VULTUS_DATA")
    units = Units(units_folder(chosen.name, full), digest, {"full": full})
    offered: dict[str, Any] = {"out_dir": folder, "full": full, "rng": np.random.default_rng(SEED), "units": units,
                               "needs": {"units": units}, "data": Path(data) if data else None}
    start = time.perf_counter()
    report = _complete(chosen.run(offered), chosen.name, digest, time.perf_counter() - start)
    check_schema(report.as_dict())
    return _record(report, folder, keep, None)


def _complete(report: Report, name: str, digest: str, seconds: float) -> Report:
    """Fill in what the runner knows better than the demonstration; what the demonstration says about seeds and time stays."""
    return replace(report, name=name, seeds=report.seeds or (SEED,), code_digest=digest,
                   versions={**environment.versions(), **report.versions}, machine={**environment.machine(), **report.machine},
                   seconds=round(seconds, 3) if report.seconds is None else report.seconds)


def _record(report: Report, folder: Path, keep: bool, method: Method | None) -> Report:
    if keep:
        results.write_atomically(folder / "report.json", report.to_json())
        results.write_atomically(folder / "report.html", html(report, folder))
    if results.is_writable(method):
        results.write_result(report, method)
    return report


def _made(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    return folder
