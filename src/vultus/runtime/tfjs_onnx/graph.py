"""The ONNX graph under construction: values in two memory layouts, constant folding, static shapes.

TensorFlow thinks channel-last, ONNX convolutions channel-first. Every rank-4 value may exist in both layouts; a
transpose appears only when an op asks for the layout that is not there yet. A node whose inputs are all known is
evaluated at conversion time, which removes the shape arithmetic that TensorFlow graphs carry.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal, TypeAlias

import numpy as np
import onnx
from numpy.typing import NDArray
from onnx import TensorProto, helper, numpy_helper, shape_inference
from onnx.reference import ReferenceEvaluator

OPSET = 18
IR_VERSION = 8
TO_FIRST, TO_LAST = (0, 3, 1, 2), (0, 2, 3, 1)
Layout: TypeAlias = Literal["tf", "first"]
Shape: TypeAlias = tuple[int | None, ...]
Array: TypeAlias = NDArray[Any]


@dataclass(eq=False)
class Value:
    """A tensor of the graph.

    `shape` is TensorFlow's (None = free batch), `names` maps a layout to the ONNX name that holds the tensor in it, in
    order of creation; `array` is set for constants; `dims` holds a partly known integer vector (a shape with None).
    """

    dtype: int
    shape: Shape
    names: dict[Layout, str] = field(default_factory=dict)
    array: Array | None = None
    dims: list[int | None] | None = None

    @property
    def rank(self) -> int:
        return len(self.shape)

    @property
    def layout(self) -> Layout:
        """The layout in which the value was made; constants can take either and say TensorFlow's."""
        return next(iter(self.names), "tf") if self.array is None else "tf"


class Graph:
    """Collects nodes and initializers; names are counted, so that equal input gives equal bytes."""

    def __init__(self) -> None:
        self.nodes: list[onnx.NodeProto] = []
        self.initializers: list[onnx.TensorProto] = []
        self.inputs: list[onnx.ValueInfoProto] = []
        self._counter = 0

    def input(self, name: str, dtype: int, shape: Shape) -> Value:
        dims = ["batch" if size is None else size for size in shape]
        self.inputs.append(helper.make_tensor_value_info(name, dtype, dims))
        return Value(dtype, shape, {"tf": name})

    def constant(self, array: Array) -> Value:
        array = np.asarray(array)
        return Value(helper.np_dtype_to_tensor_dtype(array.dtype), array.shape, array=array,
                     dims=[int(v) for v in array] if array.ndim == 1 and array.dtype.kind == "i" else None)

    def name(self, value: Value, layout: Layout = "tf") -> str:
        """The ONNX name of `value` in `layout`; writes the initializer or the transpose on first use."""
        if layout not in value.names:
            perm = TO_FIRST if layout == "first" else TO_LAST
            if value.array is not None:
                value.names[layout] = self._initializer(value.array.transpose(perm) if layout == "first" else value.array)
            else:
                source = value.names[value.layout]
                value.names[layout] = self._fresh()
                self.nodes.append(helper.make_node("Transpose", [source], [value.names[layout]], perm=list(perm)))
        return value.names[layout]

    def emit(self, op: str, inputs: Sequence[Value | Array | None], *, layout: Layout = "tf", count: int = 1,
             **attributes: Any) -> list[Value]:
        """Add one ONNX node; rank-4 inputs and outputs are in `layout`; arrays are inputs that have no layout."""
        values = [self.constant(v) if isinstance(v, np.ndarray) else v for v in inputs]
        raw = [isinstance(v, np.ndarray) for v in inputs]
        known = [v.array for v in values if v is not None]
        if layout == "tf" and all(a is not None for a in known):
            return [self.constant(a) for a in _evaluate(op, [None if v is None else v.array for v in values], count, attributes)]
        names = ["" if v is None else self.name(v, layout if v.rank == 4 and not r else "tf")
                 for v, r in zip(values, raw, strict=True)]
        outputs = [self._fresh() for _ in range(count)]
        node = helper.make_node(op, names, outputs, **attributes)
        self.nodes.append(node)
        types = {n: _type(v, "tf" if r else layout) for n, v, r in zip(names, values, raw, strict=True) if v is not None}
        data = {n: numpy_helper.from_array(v.array, n) for n, v, r in zip(names, values, raw, strict=True)
                if v is not None and v.array is not None and (v.rank != 4 or r) and v.array.size <= 64}
        return [_output(name, inferred, layout) for name, inferred in _infer(node, types, data).items()]

    def one(self, op: str, inputs: Sequence[Value | Array | None], *, layout: Layout = "tf", **attributes: Any) -> Value:
        """`emit` for a node with one output."""
        return self.emit(op, inputs, layout=layout, **attributes)[0]

    def finish(self, name: str, outputs: Mapping[str, Value]) -> bytes:
        """Serialize the graph with the given public output names."""
        infos = []
        for public, value in outputs.items():
            self.nodes.append(helper.make_node("Identity", [self.name(value)], [public]))
            dims = ["batch" if i == 0 and d is None else d for i, d in enumerate(value.shape)]
            infos.append(helper.make_tensor_value_info(public, value.dtype, dims))
        graph = helper.make_graph(_reachable(self.nodes, set(outputs)), name, self.inputs, infos, [])
        used = {n for node in graph.node for n in node.input}
        graph.initializer.extend(t for t in self.initializers if t.name in used)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION,
                                  producer_name="")
        onnx.checker.check_model(model)
        return bytes(model.SerializeToString(deterministic=True))

    def _initializer(self, array: Array) -> str:
        name = self._fresh()
        self.initializers.append(numpy_helper.from_array(np.ascontiguousarray(array), name))
        return name

    def _fresh(self) -> str:
        self._counter += 1
        return f"_{self._counter}"  # TensorFlow names never start with an underscore


def _type(value: Value, layout: Layout) -> onnx.TypeProto:
    shape = value.shape
    if layout == "first" and value.rank == 4:
        shape = tuple(shape[i] for i in TO_FIRST)
    return helper.make_tensor_type_proto(value.dtype, ["batch" if d is None else d for d in shape])


def _infer(node: onnx.NodeProto, types: dict[str, onnx.TypeProto], data: dict[str, TensorProto]) -> dict[str, onnx.TypeProto]:
    schema = onnx.defs.get_schema(node.op_type, OPSET, "")
    inferred = shape_inference.infer_node_outputs(schema, node, types, data,
                                                  opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return {name: inferred[name] for name in node.output}


def _output(name: str, inferred: onnx.TypeProto, layout: Layout) -> Value:
    tensor = inferred.tensor_type
    shape: Shape = tuple(d.dim_value if d.HasField("dim_value") else None for d in tensor.shape.dim)
    if len(shape) != 4:
        return Value(tensor.elem_type, shape, {"tf": name})
    if layout == "first":
        shape = tuple(shape[i] for i in TO_LAST)
    return Value(tensor.elem_type, shape, {layout: name})


def _evaluate(op: str, arrays: list[Array | None], count: int, attributes: dict[str, Any]) -> list[Array]:
    names = [f"i{k}" if a is not None else "" for k, a in enumerate(arrays)]
    outputs = [f"o{k}" for k in range(count)]
    given = {n: a for n, a in zip(names, arrays, strict=True) if a is not None}
    infos = [helper.make_tensor_value_info(n, helper.np_dtype_to_tensor_dtype(a.dtype), a.shape) for n, a in given.items()]
    results = [helper.make_empty_tensor_value_info(n) for n in outputs]
    graph = helper.make_graph([helper.make_node(op, names, outputs, **attributes)], "fold", infos, results)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=IR_VERSION)
    return [np.asarray(a) for a in ReferenceEvaluator(model).run(None, given)]


def _reachable(nodes: list[onnx.NodeProto], wanted: set[str]) -> list[onnx.NodeProto]:
    """Drop nodes that no output needs (TensorFlow's shape arithmetic once it is folded)."""
    kept: list[onnx.NodeProto] = []
    for node in reversed(nodes):
        if wanted.intersection(node.output):
            wanted.update(node.input)
            kept.append(node)
    return kept[::-1]
