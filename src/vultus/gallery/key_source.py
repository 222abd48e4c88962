"""Where the keys of galleries live: a folder of key stores, and the master key that opens them."""

from __future__ import annotations

import base64
import os
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import platformdirs

from vultus.errors import InputError, StorageError
from vultus.gallery import seal

KEY_VARIABLE, FILE_VARIABLE, FOLDER_VARIABLE = "VULTUS_MASTER_KEY", "VULTUS_MASTER_KEY_FILE", "VULTUS_KEYS"
MASTER_FILE = "master.key"


def say(line: str) -> None:
    """One line on stderr."""
    sys.stderr.write(f"vultus: {line}\n")


@dataclass(frozen=True)
class KeySource:
    """Finds the key store of a gallery and the master key.

    The master key is 32 bytes: `master()` if given, else VULTUS_MASTER_KEY (base64), else the file VULTUS_MASTER_KEY_FILE
    (base64), else `master.key` in `folder`, which the very first gallery makes with mode 0600.

    Args:
        folder: where key stores are kept; by default VULTUS_KEYS or the user's data folder. Never inside a gallery, and to be
            left out of the gallery's backups: an erased person stays erased only if old keys do not come back.
        master: returns the master key, for a key service or a hardware module.
        announce: told where a new master key was written.
    """

    folder: Path
    master: Callable[[], bytes] | None = None
    announce: Callable[[str], None] = say

    @classmethod
    def default(cls) -> KeySource:
        """As the environment says."""
        folder = os.environ.get(FOLDER_VARIABLE)
        return cls(Path(folder) if folder else platformdirs.user_data_path("vultus", appauthor=False) / "keys")

    def check_outside(self, gallery: Path) -> None:
        """InputError if keys would lie inside the gallery's folder."""
        inside = gallery.resolve()
        for place in filter(None, (str(self.folder), os.environ.get(FILE_VARIABLE))):
            if Path(place).resolve().is_relative_to(inside):
                raise InputError("gallery", expected="a folder that does not contain the keys", got=f"{gallery} around {place}",
                                 hint=f"name another folder, or set {FOLDER_VARIABLE} to a folder elsewhere")

    def store_path(self, gallery_id: str) -> Path:
        """The key store file of one gallery."""
        return self.folder / f"{gallery_id}.sqlite"

    def master_key(self, *, first: bool) -> bytes:
        """The 32-byte master key.

        Args:
            first: a gallery is being made, so a key may be made too, unless galleries exist whose key is lost.

        Raises:
            StorageError: the key is missing, or is not a key.
        """
        if self.master is not None:
            return _checked(self.master(), "the master key callable")
        if KEY_VARIABLE in os.environ:
            return _decoded(os.environ[KEY_VARIABLE], KEY_VARIABLE)
        if FILE_VARIABLE in os.environ:
            hint = f"restore it or change {FILE_VARIABLE}; no new key is made in its place"
            return _read(Path(os.environ[FILE_VARIABLE]), hint)
        return self._own_key(first)

    def describe_master(self) -> str:
        """Where the master key comes from, for people."""
        if self.master is not None:
            return "callable"
        if KEY_VARIABLE in os.environ:
            return f"environment {KEY_VARIABLE}"
        return os.environ.get(FILE_VARIABLE) or str(self.folder / MASTER_FILE)

    def _own_key(self, first: bool) -> bytes:
        path = self.folder / MASTER_FILE
        # Listed before the key is looked for: a store made meanwhile by another process implies a key made before it.
        used = any(self.folder.glob("*.sqlite"))
        if first and not used and not path.exists() and _create(path):
            self.announce(f"wrote a new master key to {path} (mode 0600); keep a copy apart from the gallery, "
                          "without it nothing in the gallery can be read")
        return _read(path, f"restore it, or set {KEY_VARIABLE} or {FILE_VARIABLE}; no new key is made, "
                           "because a gallery made with the old one exists")


def _create(path: Path) -> bool:
    """Write a random key unless another process was first; the file appears complete or not at all."""
    try:
        path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=path.parent, prefix=".master-")  # mode 0600
        try:
            with os.fdopen(handle, "wb") as file:
                file.write(base64.b64encode(seal.new_key()) + b"\n")
                file.flush()
                os.fsync(file.fileno())
            return _link(temporary, path)
        finally:
            os.unlink(temporary)
    except OSError as error:
        raise StorageError(f"{path}: the new master key cannot be written ({error.strerror}); "
                           f"set {FOLDER_VARIABLE} to a writable folder") from error


def _link(temporary: str, path: Path) -> bool:
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    return True


def _read(path: Path, hint: str) -> bytes:
    try:
        return _decoded(path.read_text(), str(path))
    except FileNotFoundError as error:
        raise StorageError(f"{path}: the master key file is missing; {hint}") from error
    except (OSError, UnicodeDecodeError) as error:
        raise StorageError(f"{path}: the master key file cannot be read; {hint}") from error


def _decoded(text: str, where: str) -> bytes:
    try:
        return _checked(base64.b64decode(text.strip(), validate=True), where)
    except ValueError as error:  # binascii.Error is one
        raise StorageError(f"{where}: expected a master key of 32 bytes in base64, got another text") from error


def _checked(key: bytes, where: str) -> bytes:
    if not isinstance(key, bytes) or len(key) != seal.KEY_BYTES:
        raise StorageError(f"{where}: expected a master key of 32 bytes, got another length")
    return key
