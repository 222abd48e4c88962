"""The walk over a TF.js graph: order the nodes, translate each through the op table, collect the outputs."""

from __future__ import annotations

import graphlib

import numpy as np
from onnx import TensorProto

from vultus.errors import InputError, UnsupportedError
from vultus.runtime.tfjs_onnx.call import Call
from vultus.runtime.tfjs_onnx.graph import Graph, Shape, Value
from vultus.runtime.tfjs_onnx.ops_math import MATH
from vultus.runtime.tfjs_onnx.ops_shape import SHAPE
from vultus.runtime.tfjs_onnx.ops_spatial import SPATIAL
from vultus.runtime.tfjs_onnx.reader import Node, TfjsModel

OPS = {**SPATIAL, **MATH, **SHAPE}
_INPUT_TYPES = {"DT_FLOAT": TensorProto.FLOAT, 1: TensorProto.FLOAT, "DT_INT32": TensorProto.INT32, 3: TensorProto.INT32}


def convert(model: TfjsModel, *, batch: int | None = None) -> bytes:
    """Translate `model` into serialized ONNX; see `vultus.runtime.tfjs_onnx.convert_file`."""
    _check_ops(model)
    nodes = {node.name: node for node in model.nodes}
    graph, values = Graph(), dict[str, list[Value]]()
    for node in _ordered(model, nodes):
        if node.op == "Placeholder":
            values[node.name] = [_placeholder(graph, model, node, batch)]
        elif node.op == "Const":
            values[node.name] = [graph.constant(_weight(model, node))]
        else:
            inputs = [values[name][index] for name, index in map(_reference, node.inputs)]
            values[node.name] = OPS[node.op](Call(graph, model.name, node, inputs))
    outputs = {}
    for public, reference in model.outputs:
        name, index = _reference(reference)
        outputs[public] = values[name][index]
    return graph.finish(model.name, outputs)


def _check_ops(model: TfjsModel) -> None:
    """Refuse before any work, so that the first unknown op is the message and not a puzzle later on."""
    for node in model.nodes:
        if node.op not in OPS and node.op not in ("Placeholder", "Const", "NoOp"):
            raise UnsupportedError(f"model {model.name!r}, node {node.name!r}: op {node.op!r} is not supported by the TF.js "
                                   "converter; use a net from `vultus models list`, or bring an ONNX file")


def _ordered(model: TfjsModel, nodes: dict[str, Node]) -> list[Node]:
    """Nodes that the outputs need and all placeholders, each after its inputs; ties keep the file's order."""
    needed: set[str] = set()
    pending = [_reference(reference)[0] for _, reference in model.outputs]
    pending += [node.name for node in model.nodes if node.op == "Placeholder"]
    while pending:
        name = pending.pop()
        if name not in nodes:
            raise InputError("model", expected="a complete graph", got=f"{model.name} reads a missing node {name!r}")
        if name not in needed:
            needed.add(name)
            pending += [_reference(reference)[0] for reference in nodes[name].inputs]
    sorter = graphlib.TopologicalSorter[str]()
    for node in model.nodes:
        if node.name in needed:
            sorter.add(node.name, *(_reference(reference)[0] for reference in node.inputs))
    try:
        return [nodes[name] for name in sorter.static_order()]
    except graphlib.CycleError as error:
        raise UnsupportedError(f"model {model.name!r} contains a loop; the TF.js converter has no control flow") from error


def _reference(reference: str) -> tuple[str, int]:
    name, _, index = reference.partition(":")
    return name, int(index or 0)


def _placeholder(graph: Graph, model: TfjsModel, node: Node, batch: int | None) -> Value:
    dtype = _INPUT_TYPES.get(node.attributes.get("dtype"))
    declared = node.attributes.get("shape")
    if dtype is None or declared is None:
        raise UnsupportedError(f"model {model.name!r}, input {node.name!r}: needs a float32 or int32 type and a known rank")
    shape: Shape = tuple((batch if axis == 0 else None) if size < 0 else size for axis, size in enumerate(declared))
    if dtype == TensorProto.INT32 and len(shape) == 4 and shape[3] == 3:  # a picture: pixels are bytes everywhere else
        return graph.one("Cast", [graph.input(node.name, TensorProto.UINT8, shape)], to=TensorProto.INT32)
    return graph.input(node.name, dtype, shape)


def _weight(model: TfjsModel, node: Node) -> np.ndarray:
    if node.name not in model.weights:
        raise InputError("weights", expected=f"a weight for node {node.name!r} of {model.name}", got="none",
                         hint="fetch the model's .bin files again")
    return model.weights[node.name]
