"""Arrow batches to a Parquet file and back: all or nothing, with errors of the disk passed on as what they are.

The writer below is Rust: it turns an error of a Python callback into a panic or an error without a type. So the callbacks keep
the error and end quietly, and it is raised again when the writer has returned.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO, Any

from vultus.errors import InputError, StorageError, VultusError
from vultus.image import shown
from vultus.runtime.atomic_file import replacing

_KEPT = (OSError, VultusError, KeyboardInterrupt)


def write_batches(schema: Any, batches: Iterable[Any], path: Path) -> None:
    """Write arro3 record batches as one Parquet file in place of `path`, or leave everything as it was.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    from arro3.core import RecordBatchReader
    from arro3.io import write_parquet
    with replacing(path) as file:
        errors: list[BaseException] = []
        reader = RecordBatchReader.from_batches(schema, _until_error(batches, errors))
        quiet: Any = _Quiet(file, errors)
        write_parquet(reader, quiet, compression="zstd(3)", dictionary_enabled=False,
                      column_encoding={"template.list.item": "byte_stream_split"})
        for error in errors:
            raise error


def read_batches(path: Path, rows: int = 4096) -> Iterator[Any]:
    """The arro3 record batches of a Parquet file, at most `rows` rows each.

    Raises:
        StorageError: another kind of file, or one that cannot be opened. InputError: the table is damaged.
    """
    from arro3.io import read_parquet
    try:
        with path.open("rb") as file:
            if file.read(4) != b"PAR1" or file.seek(-4, 2) < 8 or file.read(4) != b"PAR1":
                raise StorageError(f"{shown(path)} is not a whole Parquet table; write it again with 'vultus represent'")
    except OSError as error:
        raise StorageError(f"cannot read {shown(path)}: {error.strerror}") from error
    batches = _undamaged(path, lambda: iter(read_parquet(path, batch_size=rows)))
    while (batch := _undamaged(path, lambda: next(batches, None))) is not None:
        yield batch


def _undamaged(path: Path, read: Callable[[], Any]) -> Any:
    """What the reader gives; the reader is Rust and panics on a damaged file, with an exception that is no `Exception`."""
    try:
        return read()
    except BaseException as error:
        if isinstance(error, MemoryError) or (not isinstance(error, Exception) and type(error).__module__ != "pyo3_runtime"):
            raise
        raise InputError(shown(path), expected="a whole Parquet table", got="a damaged one",
                         hint="write it again with 'vultus represent', or delete it") from None


def _until_error(batches: Iterable[Any], errors: list[BaseException]) -> Iterator[Any]:
    try:
        yield from batches
    except _KEPT as error:
        errors.append(error)


class _Quiet:
    """A file that keeps the first error and swallows what comes after it."""

    def __init__(self, file: IO[bytes], errors: list[BaseException]) -> None:
        self._file, self._errors = file, errors

    def write(self, data: bytes) -> int:
        if not self._errors:
            try:
                self._file.write(data)
            except _KEPT as error:
                self._errors.append(error)
        return len(data)

    def flush(self) -> None:
        if not self._errors:
            try:
                self._file.flush()
            except _KEPT as error:
                self._errors.append(error)

    def seek(self, offset: int, whence: int = 0) -> int:
        """The writer asks for it and never moves."""
        return self._file.tell()
