"""face_recognition: encodings written without pickle (`.npz` or `.json`) by our recipe; its users' pickles are refused.

The package itself writes no file. People keep its encodings in pickles of their own layout, which run code when loaded.
`.npz`: `made_by` = "face_recognition", `names` text (n,), `encodings` numbers (n, 128). `.json`: {"made_by": "face_recognition",
"people": [{"name": ..., "encoding": [128 numbers]}, ...]}.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vultus.errors import InputError
from vultus.gallery.importers.entry import Entry, Refused
from vultus.gallery.importers.legacy_encodings import checked_encodings, legacy_encodings
from vultus.gallery.importers.plain_file import array_names, is_pickle, read_arrays, read_json

MADE_BY = "face_recognition"
_EXPECTED = 'a file that says made_by = "face_recognition"'
_HINT = "write one in the old environment:  vultus import --recipe face_recognition"


def recognises(source: Path) -> bool:
    if source.is_dir():
        return False
    return is_pickle(source) or {"names", "encodings"} <= array_names(source) or source.suffix.lower() == ".json"


def read(source: Path, room: Path) -> Iterator[Entry | Refused]:
    if is_pickle(source):
        raise InputError("SOURCE", expected="encodings in .npz or .json", got=f"{source.name}, a pickle: loading one runs its code",
                         hint="run the script that  vultus import --recipe face_recognition  prints in the environment that made it, "
                              "then import what it writes")
    names, encodings = _from_json(source) if source.suffix.lower() == ".json" else _from_npz(source)
    if len(names) != len(encodings):
        raise InputError(source.name, expected="one name for every encoding", got=f"{len(names)} names, {len(encodings)} encodings")
    return _entries(source, names, encodings)


def _from_npz(source: Path) -> tuple[Sequence[str], Sequence[Any]]:
    arrays = read_arrays(source, ("made_by", "names", "encodings"))
    if str(arrays["made_by"]) != MADE_BY:
        raise InputError(source.name, expected=_EXPECTED, got=repr(str(arrays["made_by"]))[:80], hint=_HINT)
    names, encodings = arrays["names"], arrays["encodings"]
    if names.ndim != 1 or names.dtype.kind != "U":
        raise InputError(f"{source.name}: names", expected="text (n,)", got=f"{names.dtype} {names.shape}", hint=_HINT)
    if encodings.ndim != 2 or encodings.dtype.kind not in "fiu":
        raise InputError(f"{source.name}: encodings", expected="numbers (n, 128)", got=f"{encodings.dtype} {encodings.shape}")
    return names.tolist(), list(encodings)


def _from_json(source: Path) -> tuple[Sequence[str], Sequence[Any]]:
    record = read_json(source)
    if not isinstance(record, dict) or record.get("made_by") != MADE_BY:
        raise InputError(source.name, expected=_EXPECTED, got="another document", hint=_HINT)
    people = record.get("people")
    if not isinstance(people, list) or not all(isinstance(each, dict) and isinstance(each.get("name"), str) for each in people):
        raise InputError(source.name, expected='"people": a list of {"name", "encoding"}', got="something else", hint=_HINT)
    return [each["name"] for each in people], [each.get("encoding") for each in people]


def _entries(source: Path, names: Sequence[str], encodings: Sequence[Any]) -> Iterator[Entry | Refused]:
    """Row by row, so that one wrong vector does not refuse the others; sorted by name, so that a person's rows are one write."""
    for row in sorted(range(len(names)), key=lambda each: (names[each], each)):
        path = f"{source}#{row}"
        try:
            one = checked_encodings([encodings[row]], "encoding")
        except InputError as error:
            yield Refused(path, names[row], f"{error.code}: {error}")
            continue
        yield Entry(names[row], path, templates=legacy_encodings(one), length=float(np.linalg.norm(one)))
