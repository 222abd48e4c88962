"""The table of represented faces: one row a face, one row with `error` for a picture without any.

Columns: path string, face int32 (0 = principal), box list<float32> of 4 and points list<float32> of 10 (x, y pairs in the order of
`types.POINT_NAMES`) in px of the upright original, score float32, quality struct of float32, template list<float32>, space
string, error string. In a row with an error everything but path and error is null.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import StorageError
from vultus.image import as_text
from vultus.pipeline.parquet import read_batches
from vultus.pipeline.result import QUALITY_FIELDS, PictureResult
from vultus.types import Float

COLUMNS = ("path", "face", "box", "points", "score", "quality", "template", "space", "error")


@dataclass(frozen=True, eq=False)
class FaceRows:
    """Rows with a face, as arrays with one first axis n.

    Args:
        paths: n paths. faces: int (n,). boxes: float32 (n, 4). points: float32 (n, 5, 2). scores: float32 (n,).
        quality: `QUALITY_FIELDS`, float32 (n,) each. vectors: float32 (n, d). space: of all templates, "" when n = 0.
    """

    paths: tuple[str, ...]
    faces: NDArray[np.int32]
    boxes: Float
    points: Float
    scores: Float
    quality: dict[str, Float]
    vectors: Float
    space: str

    def __len__(self) -> int:
        return len(self.paths)


def schema() -> Any:
    """The Arrow schema of the table."""
    from arro3.core import Field, Schema
    kinds = _kinds()
    return Schema([Field(name, kinds[name], nullable=True) for name in COLUMNS])


def to_batch(results: Sequence[PictureResult]) -> Any:
    """The rows of some represented pictures as an Arrow record batch."""
    from arro3.core import Array, RecordBatch
    rows = [row for result in results for row in _rows(result)]
    kinds, absent = _kinds(), np.array([row["face"] is None for row in rows], bool)
    columns = {name: Array([row[name] for row in rows], kinds[name]) for name in ("path", "face", "score", "space", "error")}
    present = [row for row in rows if row["face"] is not None]
    columns |= {name: _lists([row[name] for row in present], absent, kinds[name]) for name in ("box", "points", "template")}
    columns["quality"] = _structs([row["quality"] for row in present], absent)
    return RecordBatch.from_arrays([columns[name] for name in COLUMNS], schema=schema())


def _rows(result: PictureResult) -> list[dict[str, Any]]:
    """One row a face, or one row with the error."""
    path = as_text(result.path)
    if result.faces is None or result.embeddings is None or result.quality is None or not len(result):
        return [{**dict.fromkeys(COLUMNS), "path": path, "error": as_text(result.error)}]
    faces, templates, quality = result.faces, result.embeddings, result.quality
    return [{"path": path, "face": i, "box": faces.boxes[i], "points": faces.points[i].ravel(), "score": float(faces.scores[i]),
             "quality": [float(quality[name][i]) for name in QUALITY_FIELDS], "template": templates.vectors[i],
             "space": templates.space, "error": None} for i in range(len(faces))]


def read_table(path: Path) -> tuple[FaceRows, dict[str, str]]:
    """All faces of a table, and the errors of the pictures without one by path.

    Raises:
        StorageError: not such a table, or templates of several spaces.
    """
    parts, errors = [], {}
    for batch in read_batches(path):
        if tuple(batch.schema.names) != COLUMNS:
            raise StorageError(f"{path} is not a table of faces; write one with 'vultus represent'")
        names, wrong = batch.column("path").to_pylist(), batch.column("error").to_pylist()
        errors.update({name: error for name, error in zip(names, wrong, strict=True) if error is not None})
        parts.append(_faces_of(batch))
    spaces = {space for part in parts for space in part[1]}
    if len(spaces) > 1:
        raise StorageError(f"{path} holds templates of several spaces ({', '.join(sorted(spaces))}); represent them again")
    return _joined([part[0] for part in parts], next(iter(spaces), "")), errors


def _faces_of(batch: Any) -> tuple[dict[str, Any], set[str]]:
    """The rows of one batch that hold a face, as arrays by column, and their spaces."""
    from arro3.core import list_flatten
    column = {name: batch.column(name).to_pylist() for name in ("path", "face", "score", "quality", "space")}
    kept = [i for i, face in enumerate(column["face"]) if face is not None]
    flat = {name: np.asarray(list_flatten(batch.column(name)).to_numpy(), np.float32) for name in ("box", "points", "template")}
    row: dict[str, Any] = {name: values.reshape(len(kept), -1) for name, values in flat.items() if kept}
    row |= {name: np.array([column["quality"][k][name] for k in kept], np.float32) for name in QUALITY_FIELDS}
    row |= {"path": [column["path"][k] for k in kept], "face": np.array([column["face"][k] for k in kept], np.int32),
            "score": np.array([column["score"][k] for k in kept], np.float32)}
    return row, {column["space"][k] for k in kept}


def _joined(parts: list[dict[str, Any]], space: str) -> FaceRows:
    parts = [part for part in parts if part["path"]]
    if not parts:
        nothing = np.empty(0, np.float32)
        return FaceRows((), nothing.astype(np.int32), np.empty((0, 4), np.float32), np.empty((0, 5, 2), np.float32), nothing,
                        dict.fromkeys(QUALITY_FIELDS, nothing), np.empty((0, 0), np.float32), "")
    whole = {name: np.concatenate([part[name] for part in parts]) for name in parts[0] if name != "path"}
    paths = tuple(path for part in parts for path in part["path"])
    return FaceRows(paths, whole["face"], whole["box"], whole["points"].reshape(-1, 5, 2), whole["score"],
                    {name: whole[name] for name in QUALITY_FIELDS}, whole["template"], space)


def _kinds() -> dict[str, Any]:
    from arro3.core import DataType, Field
    number, text = DataType.float32(), DataType.string()
    numbers = DataType.list(Field("item", number, nullable=True))
    quality = DataType.struct([Field(name, number, nullable=True) for name in QUALITY_FIELDS])
    return {"path": text, "face": DataType.int32(), "box": numbers, "points": numbers, "score": number, "quality": quality,
            "template": numbers, "space": text, "error": text}


def _lists(rows: list[Any], absent: NDArray[np.bool_], kind: Any) -> Any:
    """A list column: `rows` in the places that are not absent."""
    from arro3.core import Array, list_array
    width = len(rows[0]) if rows else 0
    flat = np.concatenate(rows).astype(np.float32) if rows else np.empty(0, np.float32)
    offsets = np.concatenate([[0], np.cumsum(~absent) * width]).astype(np.int32)
    return list_array(Array.from_numpy(offsets), Array.from_numpy(flat), type=kind, mask=Array.from_numpy(absent))


def _structs(rows: list[list[float]], absent: NDArray[np.bool_]) -> Any:
    """The quality column: one number a field in the places that are not absent."""
    from arro3.core import Array, DataType, Field, struct_array
    values = np.zeros((len(absent), len(QUALITY_FIELDS)), np.float32)
    values[~absent] = np.array(rows, np.float32).reshape(-1, len(QUALITY_FIELDS))
    fields = [Field(name, DataType.float32(), nullable=True) for name in QUALITY_FIELDS]
    children = [Array.from_numpy(np.ascontiguousarray(column)) for column in values.T]
    return struct_array(children, fields=fields, mask=Array.from_numpy(absent))
