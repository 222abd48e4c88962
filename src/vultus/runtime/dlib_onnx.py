"""Write dlib's face descriptor network as ONNX, in the shape in which a CPU runs it fastest, with the same numbers out.

What changes and why the result stays the same:
- scale and shift after a convolution, and the mean and the division by 256 before the first one, are folded into the
  weights (exact, because the first convolution pads nothing);
- the shortcut of a block that widens is an average pool plus channels of zeros; a 1x1 convolution with an identity
  matrix does that without leaving the blocked memory layout of the runtime;
- where the shortcut has more rows than the block, the block is extended with zero rows and columns, as dlib's
  `add_prev` does;
- taps that only ever see padding (a 3x3 convolution over a single pixel) are dropped;
- weights are stored as float16 and cast once, when a session is made.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from .dlib_weights import DlibFormatError, DlibLayer

INPUT_NAME = "images"
OUTPUT_NAME = "features"
_OPSET = 17
_IR_VERSION = 8
_DIVISOR = 256.0  # dlib/dnn/input.h: (pixel - mean) / 256
_STEM = ("input", "con", "affine", "relu", "max_pool")
_PLAIN = ("mark", "con", "affine", "relu", "con", "affine", "add_prev", "relu")
_DOWN = (*_PLAIN[:6], "mark", "mark", "avg_pool", "add_prev", "relu")
_HEAD = ("avg_pool", "fc")
_HALVING = (2, 2, 2, 2, 0, 0)


def emit_onnx(layers: Sequence[DlibLayer], half: bool = True) -> bytes:
    """ONNX file of the network; the same layers give the same bytes.

    Args:
        layers: from `read_dlib_layers`, input to output.
        half: store weights as float16; the first convolution and all biases stay float32.
    Returns:
        A model with input `images`, uint8 RGB (n, rows, columns, 3), and output `features`, float32 (n, size), the
        descriptor as dlib gives it, not normalised.
    Raises:
        DlibFormatError: the layers are not those of a residual descriptor network.
    """
    parts = _split(layers)
    graph = _Graph(half)
    _emit_stem(graph, parts[0])
    for number, block in enumerate(parts[1:-1]):
        _emit_block(graph, f"blocks.{number}", block)
    _emit_head(graph, parts[-1])
    rows, columns = layers[0].sizes
    return graph.serialize(rows, columns, parts[-1][1].arrays[0].shape[1])


def _split(layers: Sequence[DlibLayer]) -> list[Sequence[DlibLayer]]:
    """Stem, blocks, head; every layer is in exactly one part."""
    kinds = tuple(layer.kind for layer in layers)
    parts: list[Sequence[DlibLayer]] = []
    at = 0
    while at < len(layers):
        patterns = (_PLAIN, _DOWN, _HEAD) if parts else (_STEM,)
        match = next((p for p in patterns if kinds[at : at + len(p)] == p), None)
        if match is None:
            raise DlibFormatError(f"layers {at} to {at + 4} are {kinds[at : at + 5]}, expected one of {patterns}")
        parts.append(layers[at : at + len(match)])
        at += len(match)
        if match is _HEAD and at < len(layers):
            raise DlibFormatError(f"{len(layers) - at} layers follow the projection, expected none")
    if len(parts) < 2 or parts[-1][-1].kind != "fc":
        raise DlibFormatError("the network does not end in a projection")
    return parts


@dataclass
class _Value:
    """A tensor in the graph: name, channels, rows, columns."""

    name: str
    channels: int
    rows: int
    columns: int


class _Graph:
    """Collects nodes and weights in the order in which they are added; `now` is the value the next node reads."""

    def __init__(self, half: bool) -> None:
        self._half = half
        self._nodes: list[onnx.NodeProto] = []
        self._weights: list[onnx.TensorProto] = []
        self.now = _Value(INPUT_NAME, 0, 0, 0)

    def weight(self, name: str, values: np.ndarray, half: bool = False) -> str:
        """Store values, return the name under which a node reads them as float32 (or int64)."""
        if not (half and self._half):
            self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values), name))
            return name
        if np.abs(values).max() > np.finfo(np.float16).max:
            raise DlibFormatError(f"{name} holds values beyond float16; emit it with half=False")
        self._weights.append(numpy_helper.from_array(np.ascontiguousarray(values.astype(np.float16)), name))
        return self.node("Cast", [name], f"{name}.float", to=TensorProto.FLOAT)

    def node(self, kind: str, inputs: list[str], output: str, **attributes: Any) -> str:
        self._nodes.append(helper.make_node(kind, inputs, [output], name=output, **attributes))
        return output

    def serialize(self, rows: int, columns: int, size: int) -> bytes:
        source = helper.make_tensor_value_info(INPUT_NAME, TensorProto.UINT8, ["n", rows, columns, 3])
        target = helper.make_tensor_value_info(OUTPUT_NAME, TensorProto.FLOAT, ["n", size])
        graph = helper.make_graph(self._nodes, "dlib_face_descriptor", [source], [target], self._weights)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", _OPSET)], ir_version=_IR_VERSION)
        model.producer_name, model.producer_version = "vultus", ""
        onnx.checker.check_model(model, full_check=True)
        return bytes(model.SerializeToString(deterministic=True))


def _emit_stem(graph: _Graph, part: Sequence[DlibLayer]) -> None:
    source, con, affine, _, pool = part
    weights, bias = _fold(con, affine)
    if any(con.sizes[5:]) or weights.shape[1] != 3:
        raise DlibFormatError("the first convolution pads or does not read 3 colours; the mean cannot be folded into it")
    mean = source.arrays[0].astype(np.float64)
    # fsum, because the order of an ordinary sum, and with it the last bit, differs between machines.
    bias = bias - np.array([math.fsum((w * mean[:, None, None]).flat) for w in weights]) / _DIVISOR
    # Moving bytes costs a quarter of moving floats, so the transpose comes before the cast.
    graph.node("Transpose", [INPUT_NAME], "planes", perm=[0, 3, 1, 2])
    graph.node("Cast", ["planes"], "pixels", to=TensorProto.FLOAT)
    graph.now = _Value("pixels", 3, *source.sizes)
    _emit_con(graph, "stem", con.sizes, weights / _DIVISOR, bias, half=False)
    _relu(graph, "stem.relu")
    _emit_max_pool(graph, pool)


def _emit_block(graph: _Graph, name: str, part: Sequence[DlibLayer]) -> None:
    shortcut = graph.now
    _emit_con(graph, f"{name}.first", part[1].sizes, *_fold(part[1], part[2]))
    _relu(graph, f"{name}.first.relu")
    _emit_con(graph, f"{name}.second", part[4].sizes, *_fold(part[4], part[5]))
    block, graph.now = graph.now, shortcut
    if len(part) == len(_DOWN):
        _emit_shortcut(graph, name, part[8], block.channels)
    _add(graph, name, block)
    _relu(graph, f"{name}.relu")


def _emit_con(
    graph: _Graph, name: str, sizes: Sequence[int], weights: np.ndarray, bias: np.ndarray, half: bool = True
) -> None:
    _, height, width, stride_y, stride_x, pad_y, pad_x = sizes
    now = graph.now
    if weights.shape[1] != now.channels:
        raise DlibFormatError(f"{name} reads {weights.shape[1]} channels, {now.channels} come")
    rows = _windows(now.rows, height, stride_y, pad_y, name)
    columns = _windows(now.columns, width, stride_x, pad_x, name)
    if (now.rows, now.columns) == (1, 1) and (height, width) == (2 * pad_y + 1, 2 * pad_x + 1):
        weights, pad_y, pad_x = weights[:, :, pad_y : pad_y + 1, pad_x : pad_x + 1], 0, 0
    kernel = graph.weight(f"{name}.weight", weights.astype(np.float32), half)
    shift = graph.weight(f"{name}.bias", bias.astype(np.float32))
    pads = [pad_y, pad_x, pad_y, pad_x]
    graph.node("Conv", [now.name, kernel, shift], name, strides=[stride_y, stride_x], pads=pads)
    graph.now = _Value(name, weights.shape[0], rows, columns)


def _emit_max_pool(graph: _Graph, pool: DlibLayer) -> None:
    height, width, stride_y, stride_x, pad_y, pad_x = pool.sizes
    now = graph.now
    rows = _windows(now.rows, height, stride_y, pad_y, "max pool")
    columns = _windows(now.columns, width, stride_x, pad_x, "max pool")
    pads = [pad_y, pad_x, pad_y, pad_x]
    graph.node("MaxPool", [now.name], "pool", kernel_shape=[height, width], strides=[stride_y, stride_x], pads=pads)
    graph.now = _Value("pool", now.channels, rows, columns)


def _emit_shortcut(graph: _Graph, name: str, pool: DlibLayer, channels: int) -> None:
    if pool.sizes != _HALVING:
        raise DlibFormatError(f"{name} pools its shortcut by {pool.sizes}, expected {_HALVING}")
    now = graph.now
    rows, columns = (_windows(size, 2, 2, 0, name) for size in (now.rows, now.columns))
    graph.node("AveragePool", [now.name], f"{name}.pool", kernel_shape=[2, 2], strides=[2, 2])
    graph.now = _Value(f"{name}.pool", now.channels, rows, columns)
    if channels > now.channels:
        identity = np.eye(channels, now.channels, dtype=np.float32)[:, :, None, None]
        kernel = graph.weight(f"{name}.widen", identity, half=True)
        graph.node("Conv", [graph.now.name, kernel], f"{name}.wide")
        graph.now = _Value(f"{name}.wide", channels, rows, columns)


def _add(graph: _Graph, name: str, block: _Value) -> None:
    """dlib's `add_prev`: sum of block and shortcut, the smaller one extended with zeros below and to the right."""
    shortcut = graph.now
    more = (shortcut.rows - block.rows, shortcut.columns - block.columns)
    if block.channels != shortcut.channels or min(more) < 0:
        raise DlibFormatError(f"{name}: {block} cannot be extended to its shortcut {shortcut}")
    addend = block.name
    if any(more):
        pads = graph.weight(f"{name}.pads", np.array([0, 0, 0, 0, 0, 0, *more], dtype=np.int64))
        addend = graph.node("Pad", [block.name, pads], f"{name}.padded")
    graph.node("Add", [addend, shortcut.name], f"{name}.sum")
    graph.now = _Value(f"{name}.sum", shortcut.channels, shortcut.rows, shortcut.columns)


def _relu(graph: _Graph, name: str) -> None:
    graph.now.name = graph.node("Relu", [graph.now.name], name)


def _emit_head(graph: _Graph, part: Sequence[DlibLayer]) -> None:
    pool, fc = part
    weights = fc.arrays[0]
    if pool.sizes[:2] != (0, 0) or weights.shape[0] != graph.now.channels:
        raise DlibFormatError(f"the projection of shape {weights.shape} does not follow a pool of {graph.now}")
    graph.node("GlobalAveragePool", [graph.now.name], "pooled")
    graph.node("Flatten", ["pooled"], "flat")
    graph.node("MatMul", ["flat", graph.weight("projection.weight", weights, half=True)], OUTPUT_NAME)


def _fold(con: DlibLayer, affine: DlibLayer) -> tuple[np.ndarray, np.ndarray]:
    """Weights and bias (float64) of the convolution followed by scale and shift."""
    weights, bias = (values.astype(np.float64) for values in con.arrays)
    scale, shift = (values.astype(np.float64) for values in affine.arrays)
    if scale.shape != bias.shape:
        raise DlibFormatError(f"scale of {scale.size} channels after a convolution of {bias.size}")
    return weights * scale[:, None, None, None], bias * scale + shift


def _windows(size: int, window: int, stride: int, pad: int, name: str) -> int:
    """dlib/cuda/cpu_dlib.cpp: 1 + (size + 2 pad - window) / stride, rounded down; a rest at the far edge is not read."""
    if min(window, stride) < 1 or size + 2 * pad < window:
        raise DlibFormatError(f"{name}: window {window}, stride {stride} and padding {pad} over {size} pixels")
    return 1 + (size + 2 * pad - window) // stride
