"""Where results lie, reading and writing them: `results/<task>/<method>.json`, `results/core/<suite>.json`.

In a source tree that is the folder `results` at its root; an installed package carries a copy and never writes to it. A method from
a `VULTUS_METHODS` folder keeps its results in `results` beside that folder's task folders.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from vultus.errors import StorageError
from vultus.registry import Method
from vultus.report import Report
from vultus.runtime.atomic_file import write_bytes

PACKAGE = Path(__file__).parents[1]


def source_root() -> Path | None:
    """Root of the source tree that this package runs from, None when it is installed."""
    root = PACKAGE.parents[1]
    return root if PACKAGE.parent.name == "src" and (root / "pyproject.toml").is_file() else None


def results_folder(method: Method | None = None) -> Path:
    """The folder that holds the results of this method, or of the package's own methods and suites."""
    if method is not None and not method.folder.is_relative_to(PACKAGE):
        return method.folder.parents[1] / "results"
    root = source_root()
    return root / "results" if root else PACKAGE / "results"


def is_writable(method: Method | None = None) -> bool:
    """Results are written in a source tree and beside outside methods, never into an installed package."""
    return source_root() is not None or results_folder(method) != PACKAGE / "results"


def result_path(name: str, method: Method | None = None) -> Path:
    """File of the result called `task/method` or `core/suite`."""
    return results_folder(method) / f"{name}.json"


def read_result(name: str, method: Method | None = None) -> Report | None:
    """The recorded result, None when there is none."""
    path = result_path(name, method)
    if not path.is_file():
        return None
    try:
        return Report.read(path)
    except (ValueError, TypeError, KeyError, AttributeError) as error:
        raise StorageError(f"result {name}.json is not a report ({type(error).__name__}); run  vultus bench {name}  again") from error


def write_result(report: Report, method: Method | None = None) -> Path:
    """Record a result; pictures stay with the run's output, so the record lists none."""
    path = result_path(report.name, method)
    write_atomically(path, replace(report, pictures=()).to_json())
    return path


def write_atomically(path: Path, text: str) -> None:
    """Write a file so that it is either the old one or the whole new one. Raises StorageError."""
    write_bytes(path, text.encode())
