"""Archives from the user's package index, known by their sha256: fetched once, checked before every use.

Standard library only: the build of the wheel runs this before anything is installed.
"""

import hashlib
import os
import subprocess
import sys
import tarfile
import tempfile
import zipfile
from dataclasses import dataclass
from pathlib import Path

_MAX_MEMBER = 256 << 20  # bytes; the largest file taken from an archive is 22 MB


class SourceError(RuntimeError):
    """An archive is not to be had, or is not the one that was pinned; the message names the file and the next step."""


@dataclass(frozen=True)
class PinnedSource:
    """One archive of one package.

    Args:
        package: name in the package index.
        version: exact version.
        kind: `sdist` or `wheel`.
        archive: file name that the index gives it.
        sha256: hex digest of the archive.
    """

    package: str
    version: str
    kind: str
    archive: str
    sha256: str

    def fetch(self, cache: Path | None = None) -> Path:
        """Path of the checked archive; pip is asked only when the cache has no file with the right digest.

        Args:
            cache: folder to keep archives in, default `source_cache()`.
        Raises:
            SourceError: pip could not get the archive, or what it got has another digest.
        """
        folder = source_cache() if cache is None else cache
        path = folder / self.archive
        if path.is_file() and sha256_of(path) == self.sha256:
            return path
        try:
            folder.mkdir(parents=True, exist_ok=True)
            with tempfile.TemporaryDirectory(prefix="fetch-", dir=folder) as scratch:
                fetched = self._download(Path(scratch), path)
                os.replace(fetched, path)
        except OSError as error:
            raise SourceError(f"cannot keep {self.archive} in {folder}: {error}; free space there or set "
                              "XDG_CACHE_HOME to another folder, then build again") from error
        return path

    def read(self, archive: Path, member: str) -> bytes:
        """Content of one file inside the archive; nothing is unpacked to disk.

        Raises:
            SourceError: the archive has no such file, or it is larger than 256 MiB.
        """
        try:
            if self.kind == "wheel":
                return _read_zip(archive, member)
            return _read_tar(archive, member)
        except (KeyError, OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            raise SourceError(f"{member} cannot be read from {archive}: {error}; delete {archive} and build again") from error

    def _download(self, scratch: Path, path: Path) -> Path:
        requirement = scratch / "requirement.txt"
        requirement.write_text(f"{self.package}=={self.version} --hash=sha256:{self.sha256}\n", encoding="utf-8")
        # Without build isolation pip reads a source package with the setuptools of this build and fetches nothing else.
        form = ["--no-binary" if self.kind == "sdist" else "--only-binary", self.package]
        command = [sys.executable, "-m", "pip", "download", "--quiet", "--no-input", "--disable-pip-version-check",
                   "--no-deps", "--no-build-isolation", "--require-hashes", *form, "-r", str(requirement), "-d", str(scratch)]
        done = subprocess.run(command, capture_output=True, text=True, errors="replace", check=False)
        fetched = scratch / self.archive
        manual = f"or put the file there yourself: {path} (sha256 {self.sha256})"
        if done.returncode != 0:
            raise SourceError(f"pip could not get {self.archive} ({self.package} {self.version}): "
                              f"{_last_lines(done.stderr)}; check the package index and build again, {manual}")
        if not fetched.is_file() or sha256_of(fetched) != self.sha256:
            raise SourceError(f"pip did not deliver {self.archive} with the pinned digest; build again, {manual}")
        return fetched


def source_cache() -> Path:
    """Folder for fetched archives: `vultus/sources` in the user's cache folder."""
    if home := os.environ.get("XDG_CACHE_HOME"):
        base = Path(home)
    elif sys.platform == "win32":
        base = Path(os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local")
    elif sys.platform == "darwin":
        base = Path.home() / "Library" / "Caches"
    else:
        base = Path.home() / ".cache"
    return base / "vultus" / "sources"


def sha256_of(path: Path) -> str:
    """Hex digest of a file."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _read_tar(archive: Path, member: str) -> bytes:
    with tarfile.open(archive) as tar:
        info = tar.getmember(member)
        file = tar.extractfile(info)
        if file is None or info.size > _MAX_MEMBER:
            raise KeyError(f"{member!r} is not a plain file of at most {_MAX_MEMBER} bytes")
        return file.read()


def _read_zip(archive: Path, member: str) -> bytes:
    with zipfile.ZipFile(archive) as wheel:
        if wheel.getinfo(member).file_size > _MAX_MEMBER:
            raise KeyError(f"{member!r} is larger than {_MAX_MEMBER} bytes")
        return wheel.read(member)


def _last_lines(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return " | ".join(lines[-3:]) or "no message"
