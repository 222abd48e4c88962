"""The TF.js converter against loops written from TensorFlow's definitions, on graphs that the tests write themselves."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest
from tfjs_graph_file import GraphFile

from vultus.errors import InputError, UnsupportedError
from vultus.runtime.tfjs_onnx import convert_file

RNG_SEED = 20
Array = np.ndarray


@pytest.fixture
def x() -> Array:
    return np.random.default_rng(RNG_SEED).normal(size=(2, 7, 6, 3)).astype(np.float32)


@pytest.fixture
def graph(tmp_path: Path) -> GraphFile:
    return GraphFile(tmp_path, (-1, 7, 6, 3))


def same_pads(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    total = max((math.ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0)
    return total // 2, total - total // 2


def windows(x: Array, kernel: tuple[int, int], stride: int, padding: str, fill: float, dilation: int = 1) -> Array:
    """All windows (n, oh, ow, kh, kw, c), cell by cell."""
    (kh, kw), (n, h, w, c) = kernel, x.shape
    top, bottom = same_pads(h, kh, stride, dilation) if padding == "SAME" else (0, 0)
    left, right = same_pads(w, kw, stride, dilation) if padding == "SAME" else (0, 0)
    padded = np.full((n, h + top + bottom, w + left + right, c), fill, np.float64)
    padded[:, top:top + h, left:left + w] = x
    oh = (padded.shape[1] - (kh - 1) * dilation - 1) // stride + 1
    ow = (padded.shape[2] - (kw - 1) * dilation - 1) // stride + 1
    out = np.empty((n, oh, ow, kh, kw, c))
    for i in range(oh):
        for j in range(ow):
            for a in range(kh):
                for b in range(kw):
                    out[:, i, j, a, b] = padded[:, i * stride + a * dilation, j * stride + b * dilation]
    return out


def spatial(stride: int, padding: str, dilation: int = 1, **more: Any) -> dict[str, Any]:
    return {"strides": [1, stride, stride, 1], "padding": padding, "data_format": "NHWC", "dilations": [1, dilation, dilation, 1], **more}


@pytest.mark.parametrize(("kernel", "stride", "padding", "dilation"), [
    ((3, 3), 1, "SAME", 1), ((3, 3), 2, "SAME", 1), ((2, 2), 2, "SAME", 1), ((5, 3), 3, "SAME", 1), ((3, 2), 2, "VALID", 1),
    ((3, 3), 1, "SAME", 2), ((1, 1), 2, "SAME", 1)])
def test_conv2d_equals_the_sum_over_the_window(graph: GraphFile, x: Array, kernel: tuple[int, int], stride: int, padding: str,
                                               dilation: int) -> None:
    weights = np.random.default_rng(1).normal(size=(*kernel, 3, 5)).astype(np.float32)
    graph.op("Conv2D", "y", "x", graph.const("w", weights), **spatial(stride, padding, dilation))
    wanted = np.einsum("nijabc,abcd->nijd", windows(x, kernel, stride, padding, 0, dilation), weights)
    np.testing.assert_allclose(graph.run(x, "y")[0], wanted, atol=1e-4)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_channels_are_input_times_multiplier(graph: GraphFile, x: Array, stride: int, multiplier: int) -> None:
    weights = np.random.default_rng(2).normal(size=(3, 3, 3, multiplier)).astype(np.float32)
    graph.op("DepthwiseConv2dNative", "y", "x", graph.const("w", weights), **spatial(stride, "SAME"))
    wanted = np.einsum("nijabc,abcm->nijcm", windows(x, (3, 3), stride, "SAME", 0), weights)
    np.testing.assert_allclose(graph.run(x, "y")[0], wanted.reshape(*wanted.shape[:3], -1), atol=1e-4)


@pytest.mark.parametrize(("tail", "activate"), [
    ([], lambda v: v), (["Relu"], lambda v: np.maximum(v, 0)), (["Relu6"], lambda v: np.clip(v, 0, 6)),
    (["LeakyRelu"], lambda v: np.where(v > 0, v, 0.3 * v)), (["Prelu"], lambda v: np.where(v > 0, v, v * np.arange(1, 6) / 7))])
def test_fused_convolution_adds_the_bias_and_then_activates(graph: GraphFile, x: Array, tail: list[str],
                                                            activate: Callable[[Array], Array]) -> None:
    rng = np.random.default_rng(3)
    weights, bias = rng.normal(size=(3, 3, 3, 5)).astype(np.float32), rng.normal(size=5).astype(np.float32)
    inputs = ["x", graph.const("w", weights), graph.const("b", bias)]
    inputs += [graph.const("slope", (np.arange(1, 6) / 7).reshape(1, 1, 5))] if tail == ["Prelu"] else []
    graph.op("_FusedConv2D", "y", *inputs, **spatial(1, "SAME"), fused_ops=["BiasAdd", *tail], leakyrelu_alpha=0.3)
    plain = np.einsum("nijabc,abcd->nijd", windows(x, (3, 3), 1, "SAME", 0), weights) + bias
    np.testing.assert_allclose(graph.run(x, "y")[0], activate(plain), atol=1e-4)


@pytest.mark.parametrize(("padding", "out"), [("SAME", (14, 12)), ("VALID", (15, 13))])
def test_transposed_convolution_spreads_every_pixel(graph: GraphFile, x: Array, padding: str, out: tuple[int, int]) -> None:
    weights = np.random.default_rng(4).normal(size=(3, 3, 4, 3)).astype(np.float32)  # kh kw out in
    graph.op("Conv2DBackpropInput", "y", graph.const("shape", [2, *out, 4]), graph.const("w", weights), "x", **spatial(2, padding))
    before = [same_pads(size, 3, 2)[0] if padding == "SAME" else 0 for size in out]
    wanted = np.zeros((2, *out, 4))
    for i in range(7):
        for j in range(6):
            for a in range(3):
                for b in range(3):
                    row, column = 2 * i + a - before[0], 2 * j + b - before[1]
                    if 0 <= row < out[0] and 0 <= column < out[1]:
                        wanted[:, row, column] += x[:, i, j] @ weights[a, b].T
    np.testing.assert_allclose(graph.run(x, "y")[0], wanted, atol=1e-4)


@pytest.mark.parametrize("padding", ["SAME", "VALID"])
@pytest.mark.parametrize(("op", "fill", "take"), [("MaxPool", -np.inf, lambda v: v.max((3, 4))),
                                                  ("AvgPool", np.nan, lambda v: np.nanmean(v, (3, 4)))])
def test_pooling_leaves_padding_out(graph: GraphFile, x: Array, padding: str, op: str, fill: float, take: Callable[[Array], Array]) -> None:
    graph.op(op, "y", "x", ksize=[1, 3, 3, 1], **spatial(2, padding))
    np.testing.assert_allclose(graph.run(x, "y")[0], take(windows(x, (3, 3), 2, padding, fill)), atol=1e-5)


@pytest.mark.parametrize(("corners", "centres"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("size", [(14, 12), (5, 9), (3, 2)])
def test_bilinear_resize_places_pixels_like_tensorflow(graph: GraphFile, x: Array, corners: bool, centres: bool,
                                                       size: tuple[int, int]) -> None:
    def source(index: int, old: int, new: int) -> float:
        if corners:
            return index * (old - 1) / (new - 1)
        return (index + 0.5) * old / new - 0.5 if centres else index * old / new

    graph.op("ResizeBilinear", "y", "x", graph.const("size", size), align_corners=corners, half_pixel_centers=centres)
    wanted = np.empty((2, *size, 3))
    for i in range(size[0]):
        for j in range(size[1]):
            v, u = (min(max(source(k, old, new), 0), old - 1) for k, old, new in ((i, 7, size[0]), (j, 6, size[1])))
            top, left = int(v), int(u)
            low, right = min(top + 1, 6), min(left + 1, 5)
            above = x[:, top, left] * (1 - u + left) + x[:, top, right] * (u - left)
            below = x[:, low, left] * (1 - u + left) + x[:, low, right] * (u - left)
            wanted[:, i, j] = above * (1 - v + top) + below * (v - top)
    np.testing.assert_allclose(graph.run(x, "y")[0], wanted, atol=1e-4)


@pytest.mark.parametrize("size", [(14, 12), (5, 4)])
def test_nearest_resize_rounds_down(graph: GraphFile, x: Array, size: tuple[int, int]) -> None:
    graph.op("ResizeNearestNeighbor", "y", "x", graph.const("size", size), align_corners=False, half_pixel_centers=False)
    rows, columns = (np.floor(np.arange(n) * old / n).astype(int) for n, old in ((size[0], 7), (size[1], 6)))
    np.testing.assert_array_equal(graph.run(x, "y")[0], x[:, rows][:, :, columns])


def test_batch_norm_uses_the_stored_moments(graph: GraphFile, x: Array) -> None:
    scale, offset, mean, variance = np.random.default_rng(5).uniform(0.5, 2, (4, 3)).astype(np.float32)
    names = [graph.const(n, v) for n, v in (("s", scale), ("o", offset), ("m", mean), ("v", variance))]
    graph.op("FusedBatchNormV3", "y", "x", *names, epsilon=0.001, is_training=False)
    np.testing.assert_allclose(graph.run(x, "y")[0], (x - mean) / np.sqrt(variance + 0.001) * scale + offset, atol=1e-5)


def test_pad_mirror_pad_and_pad_with_a_value(graph: GraphFile, x: Array) -> None:
    paddings = graph.const("p", [[0, 0], [1, 2], [3, 0], [0, 1]])
    mirror = graph.const("m", [[0, 0], [1, 2], [3, 0], [0, 0]])
    graph.op("Pad", "a", "x", paddings)
    graph.op("PadV2", "b", "x", paddings, graph.const("v", np.float32(-4)))
    graph.op("MirrorPad", "c", "x", mirror, mode="REFLECT")
    widths = [(0, 0), (1, 2), (3, 0), (0, 1)]
    a, b, c = graph.run(x, "a", "b", "c")
    np.testing.assert_array_equal(a, np.pad(x, widths))
    np.testing.assert_array_equal(b, np.pad(x, widths, constant_values=-4))
    np.testing.assert_array_equal(c, np.pad(x, [*widths[:3], (0, 0)], mode="reflect"))


def test_depth_to_space_and_back(tmp_path: Path) -> None:
    graph, x = GraphFile(tmp_path, (1, 2, 3, 8)), np.arange(48, dtype=np.float32).reshape(1, 2, 3, 8)
    graph.op("DepthToSpace", "y", "x", block_size=2, data_format="NHWC")
    graph.op("SpaceToDepth", "z", "y", block_size=2, data_format="NHWC")
    y, z = graph.run(x, "y", "z")
    for i in range(4):
        for j in range(6):
            block = (i % 2) * 2 + j % 2
            np.testing.assert_array_equal(y[0, i, j], x[0, i // 2, j // 2, block * 2:block * 2 + 2])
    np.testing.assert_array_equal(z, x)


BINARY: dict[str, Callable[[Array, Array], Array]] = {
    "AddV2": np.add, "Sub": np.subtract, "Mul": np.multiply, "RealDiv": np.divide, "Maximum": np.maximum, "Minimum": np.minimum,
    "SquaredDifference": lambda a, b: (a - b) ** 2, "FloorDiv": np.floor_divide, "FloorMod": np.mod}


@pytest.mark.parametrize("op", BINARY)
@pytest.mark.parametrize("shape", [(), (3,), (6, 1), (1, 7, 6, 3)])
def test_arithmetic_broadcasts_from_the_right_in_both_layouts(graph: GraphFile, x: Array, op: str, shape: tuple[int, ...]) -> None:
    other = np.random.default_rng(6).uniform(0.5, 2, shape).astype(np.float32)
    name = graph.const("c", other)
    graph.op(op, "plain", "x", name)
    # A convolution leaves its result channel-first inside; the same arithmetic has to follow.
    graph.op("Conv2D", "turned", "x", graph.const("w", np.eye(3).reshape(1, 1, 3, 3)), **spatial(1, "SAME"))
    graph.op(op, "first", "turned", name)
    for got in graph.run(x, "plain", "first"):
        np.testing.assert_allclose(got, BINARY[op](x, other), rtol=1e-5, atol=1e-5)


def test_integer_division_rounds_down(tmp_path: Path) -> None:
    graph, x = GraphFile(tmp_path, (6,), "DT_INT32"), np.array([-7, -6, -1, 0, 5, 7], np.int32)
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
def test_one_argument_functions(graph: GraphFile, x: Array, op: str) -> None:
    graph.op(op, "y", "x")
    np.testing.assert_allclose(graph.run(x * 4, "y")[0], UNARY[op](x * 4), rtol=1e-5, atol=1e-6)


def test_roots_and_softmax_and_arctangent(graph: GraphFile, x: Array) -> None:
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
def test_reductions_over_any_axes(graph: GraphFile, x: Array, op: str, reduce: Callable[..., Array], axes: tuple[int, ...],
                                  keep: bool) -> None:
    graph.op("Conv2D", "turned", "x", graph.const("w", np.eye(3).reshape(1, 1, 3, 3)), **spatial(1, "SAME"))
    graph.op(op, "y", "turned", graph.const("axes", axes), keep_dims=keep)
    np.testing.assert_allclose(graph.run(x, "y")[0], reduce(x, axis=axes, keepdims=keep), rtol=1e-4, atol=1e-5)


def test_matrix_products_with_transposes_bias_and_activation(tmp_path: Path) -> None:
    graph, x = GraphFile(tmp_path, (-1, 4)), np.random.default_rng(7).normal(size=(3, 4)).astype(np.float32)
    weights, bias = np.random.default_rng(8).normal(size=(5, 4)).astype(np.float32), np.arange(5, dtype=np.float32)
    graph.op("MatMul", "y", "x", graph.const("w", weights), transpose_a=False, transpose_b=True)
    graph.op("_FusedMatMul", "z", "x", graph.const("v", weights.T), graph.const("b", bias), transpose_a=False, transpose_b=False,
             fused_ops=["BiasAdd", "Relu"])
    y, z = graph.run(x, "y", "z")
    np.testing.assert_allclose(y, x @ weights.T, atol=1e-5)
    np.testing.assert_allclose(z, np.maximum(x @ weights.T + bias, 0), atol=1e-5)


@pytest.mark.parametrize(("arguments", "masks", "index"), [
    (([0, 1, 0], [0, 5, 2], [1, 2, 1]), {"begin_mask": 1, "end_mask": 1}, np.s_[:, 1:5:2, 0:2]),
    (([0, 2], [0, 3], [1, 1]), {"begin_mask": 1, "end_mask": 1, "shrink_axis_mask": 2}, np.s_[:, 2]),
    (([0, 1], [0, 3], [1, 1]), {"ellipsis_mask": 1}, np.s_[..., 1:3]),
    (([0, 0, 0], [0, 0, 0], [1, 1, -1]), {"begin_mask": 5, "end_mask": 7, "new_axis_mask": 2}, np.s_[:, None, ::-1]),
    (([-1], [0], [1]), {"shrink_axis_mask": 1}, np.s_[-1])])
def test_strided_slice_follows_its_masks(graph: GraphFile, x: Array, arguments: tuple[list[int], ...], masks: dict[str, int],
                                         index: Any) -> None:
    names = [graph.const(name, values) for name, values in zip("bes", arguments, strict=True)]
    graph.op("StridedSlice", "y", "x", *names, **masks)
    np.testing.assert_array_equal(graph.run(x, "y")[0], x[index])


def test_ops_that_only_move_values(graph: GraphFile, x: Array) -> None:
    graph.op("Transpose", "t", "x", graph.const("perm", [0, 3, 1, 2]))
    graph.op("ConcatV2", "c", "x", "x", graph.const("axis", -1))
    graph.op("Pack", "p", "x", "x", axis=1)
    graph.op("Split", "s", "axis", "x", num_split=3)
    graph.op("SplitV", "v", "x", graph.const("sizes", [2, -1]), graph.const("axis1", 1))
    graph.op("Unpack", "u", "x", axis=3, num=3)
    graph.op("GatherV2", "g", "x", graph.const("rows", [4, 0]), "axis1", batch_dims=0)
    graph.op("ExpandDims", "e", "x", "axis1")
    graph.op("Squeeze", "q", "e", squeeze_dims=[1])
    graph.op("Slice", "l", "x", graph.const("begin", [0, 1, 2, 0]), graph.const("size", [-1, 3, -1, 2]))
    graph.op("Tile", "m", "x", graph.const("times", [1, 2, 1, 1]))
    graph.nodes += [{"name": n, "op": "Identity", "input": [s], "attr": {}} for n, s in (("s2", "s:2"), ("v1", "v:1"), ("u1", "u:1"))]
    wanted = {"t": x.transpose(0, 3, 1, 2), "c": np.concatenate([x, x], -1), "p": np.stack([x, x], 1), "s2": x[..., 2:], "v1": x[:, 2:],
              "u1": x[..., 1], "g": x[:, [4, 0]], "e": x[:, None], "q": x, "l": x[:, 1:4, 2:, :2], "m": np.tile(x, (1, 2, 1, 1))}
    for name, got in zip(wanted, graph.run(x, *wanted), strict=True):
        np.testing.assert_array_equal(got, wanted[name], err_msg=name)


def test_transposes_between_the_layouts_cancel(graph: GraphFile, x: Array) -> None:
    graph.op("Conv2D", "a", "x", graph.const("w", np.eye(3).reshape(1, 1, 3, 3)), **spatial(1, "SAME"))
    graph.op("Transpose", "b", "a", graph.const("to", [0, 3, 1, 2]))
    graph.op("Relu", "c", "b")
    graph.op("Transpose", "d", "c", graph.const("back", [0, 2, 3, 1]))
    graph.op("Conv2D", "y", "d", "w", **spatial(1, "SAME"))
    np.testing.assert_allclose(graph.run(x, "y")[0], np.maximum(x, 0), atol=1e-6)
    session = onnxruntime.InferenceSession(convert_file(graph.path), providers=["CPUExecutionProvider"])
    assert [o.name for o in session.get_outputs()] == ["y"]
    model = onnx.load_model_from_string(convert_file(graph.path))
    assert sum(node.op_type == "Transpose" for node in model.graph.node) == 2  # in and out, none between the convolutions


def test_a_shape_computed_in_the_graph_keeps_the_batch_free(graph: GraphFile, x: Array) -> None:
    graph.op("Shape", "shape", "x", out_type="DT_INT32")
    graph.op("StridedSlice", "n", "shape", graph.const("b", [0]), graph.const("e", [1]), graph.const("s", [1]), shrink_axis_mask=1)
    graph.op("Pack", "target", "n", graph.const("rows", 42), graph.const("columns", 3), axis=0)
    graph.op("Reshape", "y", "x", "target")
    np.testing.assert_array_equal(graph.run(x, "y")[0], x.reshape(2, 42, 3))


def test_top_values_and_the_largest_index(graph: GraphFile, x: Array) -> None:
    graph.op("TopKV2", "k", "x", graph.const("count", 2), sorted=True)
    graph.op("ArgMax", "a", "x", graph.const("axis", 3), output_type="DT_INT32")
    graph.op("Identity", "values", "k")
    graph.op("Identity", "places", "k:1")
    values, places, a = graph.run(x, "values", "places", "a")
    np.testing.assert_array_equal(values, -np.sort(-x, -1)[..., :2])
    np.testing.assert_array_equal(places, np.argsort(-x, -1)[..., :2])
    np.testing.assert_array_equal(a, x.argmax(3))


def test_stored_halves_and_bytes_become_floats(graph: GraphFile, x: Array) -> None:
    half = np.array([0.1, -2.5, 3.0], np.float16)
    graph.op("AddV2", "y", "x", graph.const("h", half, stored="float16"))
    graph.op("AddV2", "z", "x", graph.const("q", np.array([0, 10, 255], np.uint8), stored="uint8", scale=0.02, min=-1.5))
    y, z = graph.run(x, "y", "z")
    np.testing.assert_allclose(y, x + half.astype(np.float32), rtol=1e-6)
    np.testing.assert_allclose(z, x + np.array([-1.5, -1.3, 3.6]), atol=1e-6)


def test_the_same_files_give_the_same_bytes(graph: GraphFile) -> None:
    graph.op("Conv2D", "y", "x", graph.const("w", np.ones((3, 3, 3, 2))), **spatial(2, "SAME"))
    path = graph.write("y")
    first = convert_file(path)
    assert first == convert_file(path)
    model = onnx.load_model_from_string(first)
    assert (model.producer_name, model.producer_version, model.doc_string) == ("", "", "")  # nothing that names a version


def test_a_fixed_batch_folds_the_shape_arithmetic_away(graph: GraphFile, x: Array) -> None:
    graph.op("Shape", "shape", "x", out_type="DT_INT32")
    graph.op("Fill", "y", "shape", graph.const("value", np.float32(3)))
    path = graph.write("y")
    model = onnx.load_model_from_string(convert_file(path, batch=2))
    assert [node.op_type for node in model.graph.node] == ["Identity"]


def test_an_unknown_op_is_named_with_its_node_and_model(graph: GraphFile) -> None:
    graph.op("NonMaxSuppressionV5", "pick", "x")
    with pytest.raises(UnsupportedError, match=r"'net'.*'pick'.*'NonMaxSuppressionV5'"):
        convert_file(graph.write("pick"))


def test_an_option_that_is_not_covered_is_refused(graph: GraphFile) -> None:
    attributes = {**spatial(1, "SAME"), "data_format": "NCHW"}
    graph.op("Conv2D", "y", "x", graph.const("w", np.ones((1, 1, 3, 1))), **attributes)
    with pytest.raises(UnsupportedError, match=r"'y'.*NCHW"):
        convert_file(graph.write("y"))


@pytest.mark.parametrize("damage", ["cut weights", "no weights", "outside", "not json", "layers model", "missing node"])
def test_damaged_files_are_refused(graph: GraphFile, damage: str) -> None:
    graph.op("AddV2", "y", "x", graph.const("w", np.ones(3)))
    path = graph.write("y")
    document = json.loads(path.read_text())
    if damage == "cut weights":
        (path.parent / "net.bin").write_bytes(graph.data[:-1])
    elif damage == "no weights":
        (path.parent / "net.bin").unlink()
    elif damage == "outside":
        document["weightsManifest"][0]["paths"] = ["../net.bin"]
    elif damage == "layers model":
        document["modelTopology"] = {"model_config": {}}
    elif damage == "missing node":
        document["modelTopology"]["node"].pop(1)
    path.write_text("{" if damage == "not json" else json.dumps(document))
    with pytest.raises(InputError):
        convert_file(path)
