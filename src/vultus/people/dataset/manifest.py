"""The manifest of a data set: `manifest.parquet`, one row a picture, everything about it.

Columns:
    file, sha256: path below the set's folder (POSIX) and digest of the picture; label_file, label_sha256: the same of its labels, null
        when none were asked for.
    person, number: who, and which picture of them; cell: id of the cell, and one text column `cell_<attribute>` for each attribute
        that the specification restricts, null where a cell does not; split.
    width, height: px. age_years. yaw_deg, pitch_deg, roll_deg: the head's turn; gaze_yaw_deg, gaze_pitch_deg: relative to the head.
    view_yaw_deg, view_pitch_deg: at which the camera sees the head; occluded: share 0..1 of the face behind hair and things. All three
        are null where a simulator moved the face or the engine does not know.
    light, background, hat, mask: names; glasses: worn in this picture.
    points: 10 numbers, x and y in px in the order of `types.POINT_NAMES`; box: x1 y1 x2 y2 in px. Both null where a simulator moved
        the face and does not say where to.
    view: number of the controlled view, null when the picture was drawn freely.
    attack, attack_parameters: simulator and JSON of what it did, null for a bona fide picture; source: file it was made from.
    identity, scene: JSON of every parameter (`Identity.to_dict`, `plain_scene.scene_to_dict`); seed: JSON, what the picture's draws
        began with.
    generator, vultus, spec_sha256: versions and the digest of the specification. licence, mark.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from vultus.errors import StorageError, VultusError
from vultus.runtime.atomic_file import write_bytes

FILE = "manifest.parquet"
CELL = "cell_"
_TEXT = ("file", "sha256", "label_file", "label_sha256", "person", "cell", "split")
_NUMBERS = ("age_years", "yaw_deg", "pitch_deg", "roll_deg", "gaze_yaw_deg", "gaze_pitch_deg")
FACTS = ("view_yaw_deg", "view_pitch_deg", "occluded")
_LISTS = ("points", "box")
_MORE_TEXT = ("light", "background", "hat", "mask", "attack", "attack_parameters", "source", "identity", "scene", "seed",
              "generator", "vultus", "spec_sha256", "licence", "mark")
_WHOLE = ("number", "width", "height", "view")
COLUMNS = ("file", "sha256", "label_file", "label_sha256", "person", "number", "cell", "split", "width", "height", *_NUMBERS, *FACTS,
           "light", "background", "glasses", "hat", "mask", "points", "box", "view", "attack", "attack_parameters", "source", "identity",
           "scene", "seed", "generator", "vultus", "spec_sha256", "licence", "mark")
MAY_BE_ABSENT = ("label_file", "label_sha256", *FACTS, "points", "box", "view", "attack", "attack_parameters", "source")
_ROWS = 512  # a row group: what a reader holds in memory at a time
_KEPT = (OSError, ValueError, KeyError, VultusError, KeyboardInterrupt)
Row = dict[str, Any]


def schema(attributes: Sequence[str]) -> Any:
    """The Arrow schema of a set whose cells have these attributes."""
    from arro3.core import DataType, Field, Schema
    number, text = DataType.float32(), DataType.string()
    kinds: dict[str, Any] = {**dict.fromkeys((*_TEXT, *_MORE_TEXT), text), **dict.fromkeys((*_NUMBERS, *FACTS), number),
                             **dict.fromkeys(_WHOLE, DataType.int32()), "glasses": DataType.bool(),
                             **dict.fromkeys(_LISTS, DataType.list(Field("item", number, nullable=True)))}
    columns = [Field(name, kinds[name], nullable=name in MAY_BE_ABSENT) for name in COLUMNS]
    return Schema([*columns, *(Field(f"{CELL}{name}", text, nullable=True) for name in attributes)])


def write_manifest(rows: Iterable[Row], attributes: Sequence[str], path: Path) -> None:
    """Write the rows as a Parquet file, all or nothing; rows are taken from the iterable as they are needed.

    Raises:
        StorageError: the disk is full or the folder cannot be written.
    """
    from arro3.core import RecordBatchReader
    from arro3.io import write_parquet
    table, stream = schema(attributes), io.BytesIO()
    kept: list[BaseException] = []
    write_parquet(RecordBatchReader.from_batches(table, _batches(rows, table, kept)), stream, compression="zstd(3)",
                  max_row_group_size=_ROWS)
    for error in kept:
        raise error
    write_bytes(path, stream.getvalue())


def read_manifest(path: Path, columns: Sequence[str] | None = None) -> Iterator[Row]:
    """The rows of a manifest, a few hundred in memory at a time; `columns` chooses. The file must be whole: compare its digest first.

    Raises:
        StorageError: it cannot be opened.
    """
    from arro3.io import read_parquet
    try:
        path.open("rb").close()
    except OSError as error:
        raise StorageError(f"cannot read {path}: {error.strerror}") from error
    for batch in read_parquet(path, batch_size=_ROWS):
        names = [name for name in batch.schema.names if columns is None or name in columns]
        lists = [batch.column(name).to_pylist() for name in names]
        yield from (dict(zip(names, values, strict=True)) for values in zip(*lists, strict=True))


def _batches(rows: Iterable[Row], table: Any, errors: list[BaseException]) -> Iterator[Any]:
    """Record batches. The writer is Rust and would turn an error of this generator into one without a type: it is kept instead."""
    try:
        block: list[Row] = []
        for row in rows:
            block.append(row)
            if len(block) == _ROWS:
                yield _batch(block, table)
                block = []
        if block:
            yield _batch(block, table)
    except _KEPT as error:
        errors.append(error)


def _batch(rows: Sequence[Row], table: Any) -> Any:
    from arro3.core import RecordBatch
    columns = []
    for name in table.names:
        values = [row.get(name) if name.startswith(CELL) else row[name] for row in rows]
        make = _list_column if name in _LISTS else _column
        columns.append(make(values, table.field(name).type))
    return RecordBatch.from_arrays(columns, schema=table)


def _column(values: list[Any], kind: Any) -> Any:
    from arro3.core import Array
    return Array(values, kind)


def _list_column(values: list[Any], kind: Any) -> Any:
    import numpy as np
    from arro3.core import Array, list_array
    absent = np.array([value is None for value in values], bool)
    flat = np.array([number for value in values for number in value or ()], np.float32)
    offsets = np.concatenate([[0], np.cumsum([len(value or ()) for value in values])]).astype(np.int32)
    return list_array(Array.from_numpy(offsets), Array.from_numpy(flat), type=kind, mask=Array.from_numpy(absent))
