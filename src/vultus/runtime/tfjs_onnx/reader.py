"""Reading a TF.js graph model: `model.json` (topology, weight manifest, signature) and its binary weight shards.

The format is described by the TF.js converter's documentation: weights lie one after the other in the concatenated
shards of their group; a weight may be stored as float16, or as uint8/uint16 with `value = stored * scale + min`.
"""

from __future__ import annotations

import base64
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError

_STORED: dict[str, np.dtype[Any]] = {
    "float32": np.dtype("<f4"), "float16": np.dtype("<f2"), "int32": np.dtype("<i4"), "uint8": np.dtype("u1"),
    "uint16": np.dtype("<u2"), "bool": np.dtype("u1")}
_LOADED: dict[str, np.dtype[Any]] = {"float32": np.dtype(np.float32), "int32": np.dtype(np.int32), "bool": np.dtype(np.bool_)}
_MAX_JSON_BYTES = 64 * 2**20


@dataclass(frozen=True)
class Node:
    """One node of the graph; `inputs` are `name` or `name:index`, control inputs (`^name`) are left out."""

    name: str
    op: str
    inputs: tuple[str, ...]
    attributes: dict[str, Any] = field(repr=False)


@dataclass(frozen=True)
class TfjsModel:
    """A graph model in memory: nodes in file order, weights by node name, outputs as (public name, node reference)."""

    name: str
    nodes: tuple[Node, ...]
    weights: dict[str, NDArray[Any]] = field(repr=False)
    outputs: tuple[tuple[str, str], ...]


def read_model(path: Path) -> TfjsModel:
    """Read `path` (a `model.json`) and the shards that it names, which must lie in the same folder."""
    raw = path.read_bytes() if path.is_file() else b""
    if not 0 < len(raw) <= _MAX_JSON_BYTES:
        raise InputError("model", expected="a TF.js model.json of at most 64 MiB", got=f"{path.name} ({len(raw)} bytes)")
    try:
        document = json.loads(raw)
        topology = [_node(entry) for entry in document["modelTopology"]["node"]]
        manifest = document["weightsManifest"]
    except (ValueError, KeyError, TypeError) as error:
        raise InputError("model", expected="a TF.js graph model (modelTopology.node and weightsManifest)",
                         got=f"{path.name}: {type(error).__name__}", hint="layers models are not supported") from error
    weights: dict[str, NDArray[Any]] = {}
    for group in manifest:
        weights.update(_read_group(path, group))
    return TfjsModel(path.stem, tuple(topology), weights, _outputs(document, topology))


def _node(entry: dict[str, Any]) -> Node:
    inputs = tuple(name for name in entry.get("input", ()) if not name.startswith("^"))
    return Node(entry["name"], entry["op"], inputs, {k: _attribute(v) for k, v in entry.get("attr", {}).items()})


def _attribute(value: dict[str, Any]) -> Any:
    """One protobuf-JSON attribute as a plain Python value; numbers arrive as strings, text as base64."""
    kind: str
    content: Any
    kind, content = next(iter(value.items()), ("none", None))
    if kind == "s":
        return base64.b64decode(content).decode("utf-8", "replace")
    if kind == "i":
        return int(content)
    if kind == "f":
        return float(content)
    if kind == "shape":
        return None if content.get("unknownRank") else [int(d.get("size", 0)) for d in content.get("dim", ())]
    if kind == "list":
        return [_attribute({k: item}) for k, items in content.items() for item in items]
    return content


def _read_group(path: Path, group: dict[str, Any]) -> dict[str, NDArray[Any]]:
    data = b"".join(_shard(path, name) for name in group["paths"])
    weights: dict[str, NDArray[Any]] = {}
    offset = 0
    for entry in group["weights"]:
        value, used = _weight(path.name, entry, data, offset)
        weights[entry["name"]] = value
        offset += used
    if offset != len(data):
        raise InputError("weights", expected=f"{offset} bytes of weights for {path.name}", got=f"{len(data)} bytes",
                         hint="fetch the model's .bin files again")
    return weights


def _shard(path: Path, name: str) -> bytes:
    shard = path.parent / name
    if Path(name).name != name or not shard.is_file():
        raise InputError("weights", expected=f"a weight file beside {path.name}", got=repr(name),
                         hint="fetch the model's .bin files again")
    return shard.read_bytes()


def _weight(model: str, entry: dict[str, Any], data: bytes, offset: int) -> tuple[NDArray[Any], int]:
    quantization = entry.get("quantization", {})
    stored, loaded = quantization.get("dtype", entry["dtype"]), entry["dtype"]
    if stored not in _STORED or loaded not in _LOADED:
        raise InputError("weights", expected=f"a weight stored as one of {sorted(_STORED)}",
                         got=f"{stored} for {loaded} ({entry['name']} of {model})")
    count = int(np.prod(entry["shape"], dtype=np.int64))
    used = count * _STORED[stored].itemsize
    if offset + used > len(data):
        raise InputError("weights", expected=f"at least {offset + used} bytes of weights for {model}",
                         got=f"{len(data)} bytes", hint="fetch the model's .bin files again")
    value = np.frombuffer(data, _STORED[stored], count, offset)
    if stored in ("uint8", "uint16") and "scale" in quantization:
        value = value.astype(np.float64) * quantization["scale"] + quantization["min"]
    return value.astype(_LOADED[loaded]).reshape(entry["shape"]), used


def _outputs(document: dict[str, Any], nodes: list[Node]) -> tuple[tuple[str, str], ...]:
    """Outputs sorted by public name; without a signature, the nodes that nothing reads."""
    signature = document.get("signature") or document.get("userDefinedMetadata", {}).get("signature") or {}
    named = {key.removesuffix(":0"): str(entry["name"]) for key, entry in signature.get("outputs", {}).items()}
    if not named:
        read = {name.split(":")[0] for node in nodes for name in node.inputs}
        named = {n.name: n.name for n in nodes if n.name not in read and n.op not in ("Const", "Placeholder", "NoOp")}
    return tuple(sorted(named.items()))
