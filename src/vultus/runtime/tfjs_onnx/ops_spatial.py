"""Convolutions, pooling, padding and resizing: the ops that look at neighbours.

TensorFlow's SAME padding depends on input size, kernel and stride and puts the odd pixel after the picture:
total = max((ceil(size / stride) - 1) * stride + (kernel - 1) * dilation + 1 - size, 0), before = total // 2.
Source: TensorFlow API documentation, module tf.nn, section "Notes on padding".
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from vultus.runtime.tfjs_onnx.call import Call
from vultus.runtime.tfjs_onnx.graph import TO_FIRST, Value

Translation = Callable[[Call], list[Value]]
_FUSED_DIRECT = {"Relu": "Relu", "Elu": "Elu", "Sigmoid": "Sigmoid", "Tanh": "Tanh"}


def conv2d(call: Call) -> list[Value]:
    """Conv2D and _FusedConv2D: filter (kh, kw, in / groups, out)."""
    weights = call.array(1).transpose(3, 2, 0, 1)
    groups = call.size(call.inputs[0], 3) // weights.shape[1]
    return [_fused(call, _convolve(call, weights, groups))]


def depthwise_conv2d(call: Call) -> list[Value]:
    """DepthwiseConv2dNative and its fused form: filter (kh, kw, in, multiplier), output channel = in * multiplier + m."""
    weights = call.array(1)
    height, width, channels, multiplier = weights.shape
    weights = weights.transpose(2, 3, 0, 1).reshape(channels * multiplier, 1, height, width)
    return [_fused(call, _convolve(call, weights, channels))]


def conv2d_transpose(call: Call) -> list[Value]:
    """Conv2DBackpropInput: inputs are the output shape, a filter (kh, kw, out, in) and the small picture."""
    strides, _ = _geometry(call)
    dims, picture = call.inputs[0].dims, call.inputs[2]
    weights = call.array(1).transpose(3, 2, 0, 1)
    if dims is None or dims[1] is None or dims[2] is None:
        raise call.refuse("the output size must be known")
    before, after, extra = [], [], []
    for axis, target in enumerate((dims[1], dims[2])):
        kernel, size = weights.shape[2 + axis], call.size(picture, 1 + axis)
        full = (size - 1) * strides[axis] + kernel
        total = max(full - target, 0)
        before.append(total // 2 if call.attribute("padding") == "SAME" else 0)
        after.append(total - before[-1])
        extra.append(max(target - full, 0))
    return call.graph.emit("ConvTranspose", [picture, weights], layout="first", strides=strides, pads=before + after,
                           output_padding=extra)


def pool(op: str) -> Translation:
    """MaxPool or AvgPool; padded cells never count, neither for the maximum nor for the mean."""
    def translate(call: Call) -> list[Value]:
        strides, _ = _geometry(call)
        kernel = call.attribute("ksize")[1:3]
        pads = _pads(call, kernel, strides, [1, 1])
        extra = {"count_include_pad": 0} if op == "AveragePool" else {}
        return call.graph.emit(op, [call.inputs[0]], layout="first", kernel_shape=kernel, strides=strides, pads=pads, **extra)
    return translate


def pad(call: Call) -> list[Value]:
    """Pad, PadV2 (constant value) and MirrorPad (REFLECT only)."""
    mode = {"REFLECT": "reflect", None: "constant"}.get(call.attribute("mode"))
    if mode is None:
        raise call.refuse(f"mode {call.attribute('mode')}")
    layout, picture = call.layout(), call.inputs[0]
    paddings = call.array(1)
    if layout == "first":
        paddings = paddings[list(TO_FIRST)]
    inputs: list[Any] = [picture, paddings.T.reshape(-1).astype(np.int64)]
    if len(call.inputs) > 2:
        inputs.append(np.asarray(call.array(2)).reshape(()))
    return call.graph.emit("Pad", inputs, layout=layout, mode=mode)


def resize(mode: str) -> Translation:
    """ResizeBilinear or ResizeNearestNeighbor with TensorFlow's three ways to place pixel centres."""
    def translate(call: Call) -> list[Value]:
        corners, centres = call.attribute("align_corners", False), call.attribute("half_pixel_centers", False)
        place = "align_corners" if corners else "half_pixel" if centres else "asymmetric"
        rounding = "floor" if place == "asymmetric" else "round_prefer_ceil"
        value, graph = call.inputs[0], call.graph
        height, width = call.integers(1)
        batch, channels = value.shape[0], call.size(value, 3)
        # Resize takes all four sizes: its `axes` attribute breaks onnxruntime's transpose optimiser.
        sizes: Value | np.ndarray[Any, Any] = np.asarray([batch or 0, channels, height, width], np.int64)
        if batch is None:
            rows = graph.one("Shape", [value], start=0, end=1)
            sizes = graph.one("Concat", [rows, np.asarray([channels, height, width], np.int64)], axis=0)
        result = graph.one("Resize", [value, None, None, sizes], layout="first", mode=mode,
                           coordinate_transformation_mode=place, nearest_mode=rounding)
        result.shape = (batch, height, width, channels)
        return [result]
    return translate


def batch_norm(call: Call) -> list[Value]:
    """FusedBatchNorm in inference mode: inputs x, scale, offset, mean, variance."""
    if call.attribute("is_training", False):
        raise call.refuse("training mode")
    epsilon = call.attribute("epsilon", 1e-4)
    return call.graph.emit("BatchNormalization", call.inputs[:5], layout="first", epsilon=epsilon)


def depth_to_space(call: Call) -> list[Value]:
    """TensorFlow's channel order (block row, block column, channel) is ONNX's mode DCR."""
    _geometry_free(call)
    return call.graph.emit("DepthToSpace", [call.inputs[0]], layout="first", blocksize=call.attribute("block_size"), mode="DCR")


def space_to_depth(call: Call) -> list[Value]:
    _geometry_free(call)
    return call.graph.emit("SpaceToDepth", [call.inputs[0]], layout="first", blocksize=call.attribute("block_size"))


def activate(call: Call, value: Value, kind: str, slope: Value | None = None) -> Value:
    """One activation, as its own op or as the tail of a fused one."""
    layout = value.layout
    if kind in _FUSED_DIRECT:
        return call.graph.one(_FUSED_DIRECT[kind], [value], layout=layout)
    if kind == "Relu6":
        return call.graph.one("Clip", [value, np.asarray(0, np.float32), np.asarray(6, np.float32)], layout=layout)
    if kind == "LeakyRelu":
        alpha = call.attribute("alpha", call.attribute("leakyrelu_alpha", 0.2))
        return call.graph.one("LeakyRelu", [value], layout=layout, alpha=alpha)
    if kind == "Prelu" and slope is not None and slope.array is not None:
        padded = slope.array.reshape((1,) * (value.rank - slope.rank) + slope.array.shape)
        return call.graph.one("PRelu", [value, call.graph.constant(padded)], layout=layout)
    raise call.refuse(f"activation {kind}")


def _convolve(call: Call, weights: np.ndarray[Any, Any], groups: int) -> Value:
    strides, dilations = _geometry(call)
    pads = _pads(call, list(weights.shape[2:]), strides, dilations)
    inputs: list[Any] = [call.inputs[0], np.ascontiguousarray(weights)]
    if (call.attribute("fused_ops") or [""])[0] == "BiasAdd":
        inputs.append(call.array(2))
    return call.graph.one("Conv", inputs, layout="first", strides=strides, dilations=dilations, pads=pads, group=groups)


def _fused(call: Call, value: Value) -> Value:
    """Apply what follows the bias in `fused_ops` (the bias itself went into the convolution)."""
    tail = [op for op in call.attribute("fused_ops") or [] if op != "BiasAdd"]
    for kind in tail:
        value = activate(call, value, kind, call.inputs[-1])
    return value


def _geometry(call: Call) -> tuple[list[int], list[int]]:
    """Strides and dilations along height and width of an NHWC op."""
    if call.attribute("data_format", "NHWC") != "NHWC":
        raise call.refuse(f"data format {call.attribute('data_format')}")
    strides, dilations = call.attribute("strides"), call.attribute("dilations", [1, 1, 1, 1])
    return list(strides[1:3]), list(dilations[1:3])


def _geometry_free(call: Call) -> None:
    if call.attribute("data_format", "NHWC") != "NHWC":
        raise call.refuse(f"data format {call.attribute('data_format')}")


def _pads(call: Call, kernel: list[int], strides: list[int], dilations: list[int]) -> list[int]:
    """ONNX pads (top, left, bottom, right) of a SAME, VALID or EXPLICIT op."""
    padding = call.attribute("padding")
    if padding == "VALID":
        return [0, 0, 0, 0]
    if padding == "EXPLICIT":
        p = call.attribute("explicit_paddings")
        return [p[2], p[4], p[3], p[5]]
    before, after = [], []
    for axis in (0, 1):
        size = call.size(call.inputs[0], 1 + axis)
        reach = (kernel[axis] - 1) * dilations[axis] + 1
        total = max((-(-size // strides[axis]) - 1) * strides[axis] + reach - size, 0)
        before.append(total // 2)
        after.append(total - total // 2)
    return before + after


SPATIAL: dict[str, Translation] = {
    "Conv2D": conv2d, "_FusedConv2D": conv2d, "Conv2DBackpropInput": conv2d_transpose,
    "DepthwiseConv2dNative": depthwise_conv2d, "FusedDepthwiseConv2dNative": depthwise_conv2d,
    "MaxPool": pool("MaxPool"), "AvgPool": pool("AveragePool"), "Pad": pad, "PadV2": pad, "MirrorPad": pad,
    "ResizeBilinear": resize("linear"), "ResizeNearestNeighbor": resize("nearest"),
    "FusedBatchNorm": batch_norm, "FusedBatchNormV2": batch_norm, "FusedBatchNormV3": batch_norm,
    "DepthToSpace": depth_to_space, "SpaceToDepth": space_to_depth,
}
