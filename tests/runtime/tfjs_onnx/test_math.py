"""Arithmetic, reductions and products against numpy, in both memory layouts."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest

from vultus.runtime.tfjs_onnx import convert_file

Array = np.ndarray


BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "AddV2": np.add, "Sub": np.subtract, "Mul": np.multiply, "RealDiv": np.divide, "Maximum": np.maximum, "Minimum": np.minimum,
    "SquaredDifference": lambda a, b: (a - b) ** 2, "FloorDiv": np.floor_divide, "FloorMod": np.mod}


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("shape", [(), (3,), (6, 1), (1, 7, 6, 3)])
def test_arithmetic_broadcasts_from_the_right_in_both_layouts(graph: Any, x: Array, op: str, shape: tuple[int, ...]) -> None:
    other = np.random.default_rng(6).uniform(0.5, 2, shape).astype(np.float32)
    name = graph.const("c", other)
    graph.op(op, "plain", "x", name)
    # A convolution leaves its result channel-first inside; the same arithmetic has to follow.
    graph.channels_first("turned")
    graph.op(op, "first", "turned", name)
    for got in graph.run(x, "plain", "first"):
        np.testing.assert_allclose(got, BINARY[op](x, other), rtol=1e-5, atol=1e-5)


def test_integer_division_rounds_down(new_graph: Callable[..., Any]) -> None:
    graph, x = new_graph((6,), "DT_INT32"), np.array([-7, -6, -1, 0, 5, 7], np.int32)
    graph.op("FloorDiv", "q", "x", graph.const("c", 3))
    graph.op("FloorMod", "r", "x", "c")
    q, r = graph.run(x, "q", "r")
    assert q.tolist() == [v // 3 for v in x.tolist()]
    assert r.tolist() == [v % 3 for v in x.tolist()]


UNARY: dict[str, Callable[[Array], Array]] = {
    "Relu": lambda v: np.maximum(v, 0), "Relu6": lambda v: np.clip(v, 0, 6), "Sigmoid": lambda v: 1 / (1 + np.exp(-v)),
    "Tanh": np.tanh, "Exp": np.exp, "Square": np.square, "Abs": np.abs, "Neg": np.negative, "Floor": np.floor, "Sin": np.sin,
    "Cos": np.cos, "Elu": lambda v: np.where(v > 0, v, np.exp(v) - 1)}


@pytest.mark.parametrize("op", UNARY)
def test_one_argument_functions(graph: Any, x: Array, op: str) -> None:
    graph.op(op, "y", "x")
    np.testing.assert_allclose(graph.run(x * 4, "y")[0], UNARY[op](x * 4), rtol=1e-5, atol=1e-6)


def test_roots_and_softmax_and_arctangent(graph: Any, x: Array) -> None:
    graph.op("Square", "s", "x")
    graph.op("Rsqrt", "r", "s")
    graph.op("Softmax", "p", "x")
    graph.op("Mul", "z", "x", graph.const("signs", [0.0, -1.0, 2.0]))
    graph.op("Atan2", "t", "x", "z")
    r, p, t = graph.run(x, "r", "p", "t")
    np.testing.assert_allclose(r, 1 / np.abs(x), rtol=1e-4)
    np.testing.assert_allclose(p, np.exp(x) / np.exp(x).sum(-1, keepdims=True), atol=1e-6)
    np.testing.assert_allclose(t, np.arctan2(x, x * np.array([0, -1, 2], np.float32)), atol=1e-5)


@pytest.mark.parametrize(("op", "reduce"), [("Mean", np.mean), ("Sum", np.sum), ("Max", np.max), ("Min", np.min), ("Prod", np.prod)])
@pytest.mark.parametrize("axes", [(1, 2), (3,), (-1,), (1, 2, 3)])
@pytest.mark.parametrize("keep", [True, False])
def test_reductions_over_any_axes(graph: Any, x: Array, op: str, reduce: Callable[..., Array], axes: tuple[int, ...],
                                  keep: bool) -> None:
    graph.channels_first("turned")
    graph.op(op, "y", "turned", graph.const("axes", axes), keep_dims=keep)
    np.testing.assert_allclose(graph.run(x, "y")[0], reduce(x, axis=axes, keepdims=keep), rtol=1e-4, atol=1e-5)


def test_matrix_products_with_transposes_bias_and_activation(new_graph: Callable[..., Any]) -> None:
    graph, x = new_graph((-1, 4)), np.random.default_rng(7).normal(size=(3, 4)).astype(np.float32)
    weights, bias = np.random.default_rng(8).normal(size=(5, 4)).astype(np.float32), np.arange(5, dtype=np.float32)
    graph.op("MatMul", "y", "x", graph.const("w", weights), transpose_a=False, transpose_b=True)
    graph.op("_FusedMatMul", "z", "x", graph.const("v", weights.T), graph.const("b", bias), transpose_a=False, transpose_b=False,
             fused_ops=["BiasAdd", "Relu"])
    y, z = graph.run(x, "y", "z")
    np.testing.assert_allclose(y, x @ weights.T, atol=1e-5)
    np.testing.assert_allclose(z, np.maximum(x @ weights.T + bias, 0), atol=1e-5)


def test_top_values_and_the_largest_index(graph: Any, x: Array) -> None:
    graph.op("TopKV2", "k", "x", graph.const("count", 2), sorted=True)
    graph.op("ArgMax", "a", "x", graph.const("axis", 3), output_type="DT_INT32")
    graph.op("Identity", "values", "k")
    graph.op("Identity", "places", "k:1")
    values, places, a = graph.run(x, "values", "places", "a")
    np.testing.assert_array_equal(values, -np.sort(-x, -1)[..., :2])
    np.testing.assert_array_equal(places, np.argsort(-x, -1)[..., :2])
    np.testing.assert_array_equal(a, x.argmax(3))


def test_a_fixed_batch_folds_the_shape_arithmetic_away(graph: Any, x: Array) -> None:
    graph.op("Shape", "shape", "x", out_type="DT_INT32")
    graph.op("Fill", "y", "shape", graph.const("value", np.float32(3)))
    path = graph.write("y")
    model = onnx.load_model_from_string(convert_file(path, batch=2))
    assert [node.op_type for node in model.graph.node] == ["Identity"]
