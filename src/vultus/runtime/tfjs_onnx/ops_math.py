"""Element-wise arithmetic, activations, reductions, matrix products and comparisons."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
from onnx import TensorProto

from vultus.runtime.tfjs_onnx.call import Call
from vultus.runtime.tfjs_onnx.graph import TO_FIRST, Layout, Value
from vultus.runtime.tfjs_onnx.ops_spatial import activate

Translation = Callable[[Call], list[Value]]
_TYPES = {"DT_FLOAT": TensorProto.FLOAT, "DT_INT32": TensorProto.INT32, "DT_INT64": TensorProto.INT64,
          "DT_BOOL": TensorProto.BOOL, 1: TensorProto.FLOAT, 3: TensorProto.INT32, 9: TensorProto.INT64, 10: TensorProto.BOOL}


def elementwise(op: str) -> Translation:
    """Any op that ONNX has under another name with the same broadcasting."""
    def translate(call: Call) -> list[Value]:
        layout = call.layout()
        return call.graph.emit(op, _aligned(call, layout), layout=layout)
    return translate


def activation(kind: str) -> Translation:
    def translate(call: Call) -> list[Value]:
        return [activate(call, call.inputs[0], kind, call.inputs[-1])]
    return translate


def add_n(call: Call) -> list[Value]:
    return call.graph.emit("Sum", call.inputs, layout=call.layout())


def bias_add(call: Call) -> list[Value]:
    if call.attribute("data_format", "NHWC") != "NHWC":
        raise call.refuse(f"data format {call.attribute('data_format')}")
    return elementwise("Add")(call)


def square(call: Call) -> list[Value]:
    return call.graph.emit("Mul", [call.inputs[0], call.inputs[0]], layout=call.layout())


def squared_difference(call: Call) -> list[Value]:
    layout = call.layout()
    difference = call.graph.one("Sub", _aligned(call, layout), layout=layout)
    return call.graph.emit("Mul", [difference, difference], layout=layout)


def rsqrt(call: Call) -> list[Value]:
    layout = call.layout()
    return call.graph.emit("Reciprocal", [call.graph.one("Sqrt", call.inputs, layout=layout)], layout=layout)


def floor_mod(call: Call) -> list[Value]:
    """Remainder with the sign of the divisor: ONNX's integer Mod; written out for floats."""
    layout = call.layout()
    inputs = _aligned(call, layout)
    if inputs[0].dtype != TensorProto.FLOAT:
        return call.graph.emit("Mod", inputs, layout=layout)
    floor = call.graph.one("Floor", [call.graph.one("Div", inputs, layout=layout)], layout=layout)
    return call.graph.emit("Sub", [inputs[0], call.graph.one("Mul", [floor, inputs[1]], layout=layout)], layout=layout)


def floor_div(call: Call) -> list[Value]:
    """Division rounded down; ONNX's integer Div rounds towards zero, so the remainder goes first."""
    layout = call.layout()
    inputs = _aligned(call, layout)
    if inputs[0].dtype == TensorProto.FLOAT:
        return call.graph.emit("Floor", [call.graph.one("Div", inputs, layout=layout)], layout=layout)
    rest = call.graph.one("Mod", inputs, layout=layout)
    return call.graph.emit("Div", [call.graph.one("Sub", [inputs[0], rest], layout=layout), inputs[1]], layout=layout)


def atan2(call: Call) -> list[Value]:
    """Four-quadrant arctangent of y / x from ONNX's Atan; on the axis x = 0 it is the sign of y times a right angle."""
    graph, (y, x) = call.graph, call.inputs
    zero, pi, minus_pi, right = (np.asarray(v, np.float32) for v in (0, np.pi, -np.pi, np.pi / 2))
    turn = graph.one("Where", [graph.one("Less", [y, zero]), minus_pi, pi])
    shift = graph.one("Where", [graph.one("Less", [x, zero]), turn, zero])
    angle = graph.one("Add", [graph.one("Atan", [graph.one("Div", [y, x])]), shift])
    upright = graph.one("Mul", [graph.one("Sign", [y]), right])
    return graph.emit("Where", [graph.one("Equal", [x, zero]), upright, angle])


def reduce(op: str) -> Translation:
    """Mean, Sum, Max, Min, Prod over constant axes."""
    def translate(call: Call) -> list[Value]:
        value, keep = call.inputs[0], bool(call.attribute("keep_dims", False))
        axes = sorted(a % value.rank for a in call.integers(1))
        layout: Layout = call.layout() if keep or axes == [1, 2] else "tf"
        if layout == "first":
            axes = sorted(TO_FIRST.index(a) for a in axes)
        return call.graph.emit(op, [value, np.asarray(axes, np.int64)], layout=layout, keepdims=int(keep))
    return translate


def arg_max(call: Call) -> list[Value]:
    axis = call.axis(1, call.inputs[0].rank)
    index = call.graph.one("ArgMax", [call.inputs[0]], axis=axis, keepdims=0)
    return call.graph.emit("Cast", [index], to=_TYPES.get(call.attribute("output_type", "DT_INT64"), TensorProto.INT64))


def softmax(call: Call) -> list[Value]:
    layout = call.layout()
    return call.graph.emit("Softmax", [call.inputs[0]], layout=layout, axis=1 if layout == "first" else -1)


def mat_mul(call: Call) -> list[Value]:
    """MatMul, its fused form and BatchMatMulV2; Gemm is left to the runtime's own fusion."""
    left, right = call.inputs[0], call.inputs[1]
    if call.attribute("transpose_a", False) or call.attribute("adj_x", False):
        left = _swap_last(call, left)
    if call.attribute("transpose_b", False) or call.attribute("adj_y", False):
        right = _swap_last(call, right)
    value = call.graph.one("MatMul", [left, right])
    for kind in call.attribute("fused_ops") or []:
        value = call.graph.one("Add", [value, call.inputs[2]]) if kind == "BiasAdd" else activate(call, value, kind, call.inputs[-1])
    return [value]


def cast(call: Call) -> list[Value]:
    target = call.attribute("DstT")
    if target not in _TYPES:
        raise call.refuse(f"target type {target}")
    [result] = call.graph.emit("Cast", [call.inputs[0]], layout=call.layout(), to=_TYPES[target])
    result.dims = result.dims or (call.inputs[0].dims if result.dtype in (TensorProto.INT32, TensorProto.INT64) else None)
    return [result]


def not_equal(call: Call) -> list[Value]:
    return call.graph.emit("Not", elementwise("Equal")(call))


def select(call: Call) -> list[Value]:
    return call.graph.emit("Where", call.inputs, layout=call.layout())


def _aligned(call: Call, layout: Layout) -> list[Value]:
    """Inputs ready for `layout`: in channel-first, constants of lower rank get leading ones so that they transpose along."""
    if layout == "tf":
        return call.inputs
    return [call.graph.constant(v.array.reshape((1,) * (4 - v.rank) + v.array.shape))
            if v.array is not None and v.rank not in (0, 4) else v for v in call.inputs]


def _swap_last(call: Call, value: Value) -> Value:
    order = list(range(value.rank))
    order[-2:] = order[-1], order[-2]
    return call.graph.one("Transpose", [value], perm=order)


_SAME_MEANING: dict[str, str] = {
    "Add": "Add", "AddV2": "Add", "Sub": "Sub", "Mul": "Mul", "RealDiv": "Div", "Div": "Div", "Maximum": "Max", "Minimum": "Min",
    "Pow": "Pow", "Abs": "Abs", "Neg": "Neg", "Exp": "Exp", "Log": "Log", "Sqrt": "Sqrt", "Reciprocal": "Reciprocal",
    "Floor": "Floor", "Ceil": "Ceil", "Round": "Round", "Sin": "Sin", "Cos": "Cos", "Atan": "Atan", "Erf": "Erf",
    "Softplus": "Softplus", "Equal": "Equal", "Greater": "Greater", "GreaterEqual": "GreaterOrEqual", "Less": "Less",
    "LessEqual": "LessOrEqual", "LogicalAnd": "And", "LogicalOr": "Or", "LogicalNot": "Not",
}
MATH: dict[str, Any] = {
    **{name: elementwise(op) for name, op in _SAME_MEANING.items()},
    **{name: activation(name) for name in ("Relu", "Relu6", "Elu", "Sigmoid", "Tanh", "LeakyRelu", "Prelu")},
    **{name: reduce("Reduce" + name) for name in ("Mean", "Sum", "Max", "Min", "Prod")},
    "AddN": add_n, "BiasAdd": bias_add, "Square": square, "SquaredDifference": squared_difference, "Rsqrt": rsqrt,
    "FloorMod": floor_mod, "FloorDiv": floor_div, "Atan2": atan2, "ArgMax": arg_max, "Softmax": softmax, "MatMul": mat_mul,
    "_FusedMatMul": mat_mul, "BatchMatMul": mat_mul, "BatchMatMulV2": mat_mul, "Cast": cast, "NotEqual": not_equal,
    "Select": select, "SelectV2": select,
}
