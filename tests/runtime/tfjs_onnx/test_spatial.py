"""Convolutions, pooling, padding and resizing against loops written from TensorFlow's definitions."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

Array = np.ndarray


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
def test_conv2d_equals_the_sum_over_the_window(graph: Any, x: Array, kernel: tuple[int, int], stride: int, padding: str,
                                               dilation: int) -> None:
    weights = np.random.default_rng(1).normal(size=(*kernel, 3, 5)).astype(np.float32)
    graph.op("Conv2D", "y", "x", graph.const("w", weights), **spatial(stride, padding, dilation))
    wanted = np.einsum("nijabc,abcd->nijd", windows(x, kernel, stride, padding, 0, dilation), weights)
    np.testing.assert_allclose(graph.run(x, "y")[0], wanted, atol=1e-4)


@pytest.mark.parametrize("stride", [1, 2])
@pytest.mark.parametrize("multiplier", [1, 2])
def test_depthwise_channels_are_input_times_multiplier(graph: Any, x: Array, stride: int, multiplier: int) -> None:
    weights = np.random.default_rng(2).normal(size=(3, 3, 3, multiplier)).astype(np.float32)
    graph.op("DepthwiseConv2dNative", "y", "x", graph.const("w", weights), **spatial(stride, "SAME"))
    wanted = np.einsum("nijabc,abcm->nijcm", windows(x, (3, 3), stride, "SAME", 0), weights)
    np.testing.assert_allclose(graph.run(x, "y")[0], wanted.reshape(*wanted.shape[:3], -1), atol=1e-4)


@pytest.mark.parametrize(("tail", "activate"), [
    ([], lambda v: v), (["Relu"], lambda v: np.maximum(v, 0)), (["Relu6"], lambda v: np.clip(v, 0, 6)),
    (["LeakyRelu"], lambda v: np.where(v > 0, v, 0.3 * v)), (["Prelu"], lambda v: np.where(v > 0, v, v * np.arange(1, 6) / 7))])
def test_fused_convolution_adds_the_bias_and_then_activates(graph: Any, x: Array, tail: list[str],
                                                            activate: Callable[[Array], Array]) -> None:
    rng = np.random.default_rng(3)
    weights, bias = rng.normal(size=(3, 3, 3, 5)).astype(np.float32), rng.normal(size=5).astype(np.float32)
    inputs = ["x", graph.const("w", weights), graph.const("b", bias)]
    inputs += [graph.const("slope", (np.arange(1, 6) / 7).reshape(1, 1, 5))] if tail == ["Prelu"] else []
    graph.op("_FusedConv2D", "y", *inputs, **spatial(1, "SAME"), fused_ops=["BiasAdd", *tail], leakyrelu_alpha=0.3)
    plain = np.einsum("nijabc,abcd->nijd", windows(x, (3, 3), 1, "SAME", 0), weights) + bias
    np.testing.assert_allclose(graph.run(x, "y")[0], activate(plain), atol=1e-4)


@pytest.mark.parametrize(("padding", "out"), [("SAME", (14, 12)), ("VALID", (15, 13))])
def test_transposed_convolution_spreads_every_pixel(graph: Any, x: Array, padding: str, out: tuple[int, int]) -> None:
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
def test_pooling_leaves_padding_out(graph: Any, x: Array, padding: str, op: str, fill: float, take: Callable[[Array], Array]) -> None:
    graph.op(op, "y", "x", ksize=[1, 3, 3, 1], **spatial(2, padding))
    np.testing.assert_allclose(graph.run(x, "y")[0], take(windows(x, (3, 3), 2, padding, fill)), atol=1e-5)


@pytest.mark.parametrize(("corners", "centres"), [(False, False), (True, False), (False, True)])
@pytest.mark.parametrize("size", [(14, 12), (5, 9), (3, 2)])
def test_bilinear_resize_places_pixels_like_tensorflow(graph: Any, x: Array, corners: bool, centres: bool,
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
def test_nearest_resize_rounds_down(graph: Any, x: Array, size: tuple[int, int]) -> None:
    graph.op("ResizeNearestNeighbor", "y", "x", graph.const("size", size), align_corners=False, half_pixel_centers=False)
    rows, columns = (np.floor(np.arange(n) * old / n).astype(int) for n, old in ((size[0], 7), (size[1], 6)))
    np.testing.assert_array_equal(graph.run(x, "y")[0], x[:, rows][:, :, columns])


def test_batch_norm_uses_the_stored_moments(graph: Any, x: Array) -> None:
    scale, offset, mean, variance = np.random.default_rng(5).uniform(0.5, 2, (4, 3)).astype(np.float32)
    names = [graph.const(n, v) for n, v in (("s", scale), ("o", offset), ("m", mean), ("v", variance))]
    graph.op("FusedBatchNormV3", "y", "x", *names, epsilon=0.001, is_training=False)
    np.testing.assert_allclose(graph.run(x, "y")[0], (x - mean) / np.sqrt(variance + 0.001) * scale + offset, atol=1e-5)


def test_pad_mirror_pad_and_pad_with_a_value(graph: Any, x: Array) -> None:
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


def test_depth_to_space_and_back(new_graph: Callable[..., Any]) -> None:
    graph, x = new_graph((1, 2, 3, 8)), np.arange(48, dtype=np.float32).reshape(1, 2, 3, 8)
    graph.op("DepthToSpace", "y", "x", block_size=2, data_format="NHWC")
    graph.op("SpaceToDepth", "z", "y", block_size=2, data_format="NHWC")
    y, z = graph.run(x, "y", "z")
    for i in range(4):
        for j in range(6):
            block = (i % 2) * 2 + j % 2
            np.testing.assert_array_equal(y[0, i, j], x[0, i // 2, j // 2, block * 2:block * 2 + 2])
    np.testing.assert_array_equal(z, x)
