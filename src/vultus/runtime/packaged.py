"""The models that lie inside the installed package: where they are, where they came from, and whether they are unaltered."""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass
from pathlib import Path

from vultus.errors import UnknownNameError, WeightsError

_NEXT = "run  pip install --force-reinstall --no-deps vultus  (in a source checkout:  pip install -e .)"


@dataclass(frozen=True)
class PackagedFile:
    """One packaged model.

    Args:
        name: such as `dlib-resnet29`.
        path: the ONNX file.
        sha256: hex digest of that file.
        tensors_sha256: hex digest of its weights alone, the same on every machine whatever wrote the file.
        source: package, version and file it was made from.
        source_sha256: hex digest of the archive it was made from.
        licence: SPDX name.
        licence_path: the licence text.
    """

    name: str
    path: Path
    sha256: str
    tensors_sha256: str
    source: str
    source_sha256: str
    licence: str
    licence_path: Path


def packaged_dir() -> Path:
    """Folder of the packaged models."""
    return Path(__file__).parent / "models_packaged"


def packaged_index() -> dict[str, PackagedFile]:
    """All packaged models by name, every file checked against its digest (16 MB, some 20 ms).

    Raises:
        WeightsError: the index or a file is missing or altered.
    """
    return {name: _checked(file) for name, file in _read_index().items()}


def packaged_file(name: str) -> PackagedFile:
    """One packaged model, checked against its digest.

    Raises:
        UnknownNameError: no packaged model has this name.
        WeightsError: the index or the file is missing or altered.
    """
    index = _read_index()
    if name not in index:
        raise UnknownNameError("packaged model", name, index)
    return _checked(index[name])


def _read_index() -> dict[str, PackagedFile]:
    folder = packaged_dir()
    path = folder / "index.json"
    try:
        models = json.loads(path.read_text(encoding="utf-8"))["models"]
        return {name: _entry(folder, name, fields) for name, fields in models.items()}
    except OSError as error:
        raise WeightsError(f"the list of packaged models cannot be read ({path.name}: {error.strerror}); {_NEXT}") from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        raise WeightsError(f"the list of packaged models is damaged ({path.name}); {_NEXT}") from error


def _entry(folder: Path, name: str, fields: dict[str, str]) -> PackagedFile:
    return PackagedFile(
        name=name,
        path=folder / Path(fields["file"]).name,
        sha256=fields["sha256"],
        tensors_sha256=fields["tensors_sha256"],
        source=fields["source"],
        source_sha256=fields["source_sha256"],
        licence=fields["licence"],
        licence_path=folder / Path(fields["licence_file"]).name,
    )


def _checked(file: PackagedFile) -> PackagedFile:
    try:
        with file.path.open("rb") as content:
            digest = hashlib.file_digest(content, "sha256").hexdigest()
    except OSError as error:
        raise WeightsError(f"packaged model {file.name!r}: {file.path.name} cannot be read ({error.strerror}); "
                           f"{_NEXT}") from error
    if digest != file.sha256:
        raise WeightsError(f"packaged model {file.name!r}: {file.path.name} is altered: expected sha256 {file.sha256}, "
                           f"got {digest}; {_NEXT}")
    return file
