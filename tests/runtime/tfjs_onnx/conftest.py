"""TF.js graph models that the tests write themselves, and the picture they are fed."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnxruntime
import pytest

from vultus.runtime.tfjs_onnx import convert_file

Array = np.ndarray


class GraphFile:
    """Writes a TF.js graph model: one picture input `x`, constants, ops, one output."""

    def __init__(self, folder: Path, shape: Sequence[int], dtype: str = "DT_FLOAT") -> None:
        self.path = folder / "net.json"
        dims = {"dim": [{"size": str(size)} for size in shape]}
        attributes = {"dtype": {"type": dtype}, "shape": {"shape": dims}}
        self.nodes: list[dict[str, Any]] = [{"name": "x", "op": "Placeholder", "attr": attributes}]
        self.weights: list[dict[str, Any]] = []
        self.data = b""

    def const(self, name: str, value: Any, stored: str = "", **quantization: float) -> str:
        array = np.asarray(value)
        array = array.astype({"f": np.float32, "i": np.int32, "u": np.int32, "b": np.uint8}[array.dtype.kind]) if not stored else array
        kind = "float32" if stored or array.dtype == np.float32 else "bool" if array.dtype == np.uint8 else "int32"
        entry: dict[str, Any] = {"name": name, "shape": list(array.shape), "dtype": kind}
        if stored:
            entry["quantization"] = {"dtype": stored, "original_dtype": "float32", **quantization}
        self.weights.append(entry)
        self.nodes.append({"name": name, "op": "Const", "attr": {}})
        self.data += np.ascontiguousarray(array).tobytes()
        return name

    def op(self, op: str, name: str, *inputs: str, **attributes: Any) -> str:
        self.nodes.append({"name": name, "op": op, "input": list(inputs), "attr": {k: _attribute(v) for k, v in attributes.items()}})
        return name

    def channels_first(self, name: str) -> str:
        """A convolution that changes nothing; the converter holds its result channel-first."""
        weights = self.const(f"{name}/w", np.eye(3).reshape(1, 1, 3, 3))
        return self.op("Conv2D", name, "x", weights, strides=[1, 1, 1, 1], padding="SAME", data_format="NHWC")

    def write(self, *outputs: str) -> Path:
        signature = {"outputs": {f"{name}:0": {"name": name} for name in outputs}}
        document = {"format": "graph-model", "modelTopology": {"node": self.nodes}, "signature": signature,
                    "weightsManifest": [{"paths": ["net.bin"], "weights": self.weights}]}
        self.path.write_text(json.dumps(document))
        (self.path.parent / "net.bin").write_bytes(self.data)
        return self.path

    def run(self, x: Array, *outputs: str) -> list[Array]:
        session = onnxruntime.InferenceSession(convert_file(self.write(*outputs)), providers=["CPUExecutionProvider"])
        return [np.asarray(a) for a in session.run(list(outputs), {"x": x})]


def _attribute(value: Any) -> dict[str, Any]:
    if isinstance(value, bool):
        return {"b": value}
    if isinstance(value, (int, float)):
        return {"i": str(value)} if isinstance(value, int) else {"f": value}
    if isinstance(value, str):
        return {"type": value} if value.startswith("DT_") else {"s": base64.b64encode(value.encode()).decode()}
    texts = [base64.b64encode(v.encode()).decode() if isinstance(v, str) else str(v) for v in value]
    return {"list": {"s" if value and isinstance(value[0], str) else "i": texts}}


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(20).normal(size=(2, 7, 6, 3)).astype(np.float32)


@pytest.fixture
def graph(tmp_path: Path) -> GraphFile:
    """A graph whose input fits the fixture `x`."""
    return GraphFile(tmp_path, (-1, 7, 6, 3))


@pytest.fixture
def new_graph(tmp_path: Path) -> Callable[..., GraphFile]:
    """Graphs of another input: `new_graph(shape, dtype="DT_FLOAT")`."""
    return lambda shape, dtype="DT_FLOAT": GraphFile(tmp_path, shape, dtype)
