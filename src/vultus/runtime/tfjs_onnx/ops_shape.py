"""Ops that move values without computing: reshape, slice, join, split, gather, and the shape arithmetic around them."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
from onnx import TensorProto

from vultus.runtime.tfjs_onnx.call import Call
from vultus.runtime.tfjs_onnx.graph import TO_FIRST, TO_LAST, Value

Translation = Callable[[Call], list[Value]]
_END = np.iinfo(np.int32).max


def identity(call: Call) -> list[Value]:
    return [call.inputs[0]]


def reshape(call: Call) -> list[Value]:
    """Reshape to a constant target, to one with a single free entry, or to one computed in the graph."""
    value, target = call.inputs
    if target.dims is not None and sum(d is None or d == -1 for d in target.dims) <= 1:
        known = np.asarray([-1 if d is None else d for d in target.dims], np.int64)
        return call.graph.emit("Reshape", [value, known])
    return call.graph.emit("Reshape", [value, call.graph.one("Cast", [target], to=TensorProto.INT64)])


def transpose(call: Call) -> list[Value]:
    """A transpose between the two picture layouts only renames what exists."""
    value, perm = call.inputs[0], call.integers(1)
    shape = tuple(value.shape[i] for i in perm)
    if value.array is None and tuple(perm) == TO_FIRST and "first" in value.names:
        return [Value(value.dtype, shape, {"tf": value.names["first"]})]
    if value.array is None and tuple(perm) == TO_LAST and "tf" in value.names:
        return [Value(value.dtype, shape, {"first": value.names["tf"]})]
    return call.graph.emit("Transpose", [value], perm=perm)


def concat(call: Call) -> list[Value]:
    values, layout = call.inputs[:-1], call.layout()
    axis = int(call.array(len(values))) % values[0].rank
    return call.graph.emit("Concat", list(values), layout=layout, axis=TO_FIRST.index(axis) if layout == "first" else axis)


def pack(call: Call) -> list[Value]:
    axis = call.attribute("axis", 0) % (call.inputs[0].rank + 1)
    parts = [call.graph.one("Unsqueeze", [v, np.asarray([axis], np.int64)]) for v in call.inputs]
    [result] = call.graph.emit("Concat", parts, axis=axis)
    scalars = [v.dims for v in call.inputs]
    if result.dims is None and all(v.rank == 0 for v in call.inputs):
        result.dims = [d[0] if d is not None else None if v.array is None else int(v.array)
                       for d, v in zip(scalars, call.inputs, strict=True)]
    return [result]


def unpack(call: Call) -> list[Value]:
    value = call.inputs[0]
    axis = call.attribute("axis", 0) % value.rank
    parts = _split(call, value, axis, [1] * call.size(value, axis))
    return [call.graph.one("Squeeze", [p, np.asarray([axis], np.int64)]) for p in parts]


def split(call: Call) -> list[Value]:
    """Split: inputs are the axis and the value, equal parts."""
    value, count = call.inputs[1], call.attribute("num_split")
    axis = call.axis(0, value.rank)
    return _split(call, value, axis, [call.size(value, axis) // count] * count)


def split_v(call: Call) -> list[Value]:
    """SplitV: inputs are the value, the sizes (one may be -1) and the axis."""
    value, sizes = call.inputs[0], call.integers(1)
    axis = call.axis(2, value.rank)
    rest = call.size(value, axis) - sum(s for s in sizes if s >= 0) if -1 in sizes else 0
    return _split(call, value, axis, [rest if s < 0 else s for s in sizes])


def squeeze(call: Call) -> list[Value]:
    value = call.inputs[0]
    axes = call.attribute("squeeze_dims") or [i for i, size in enumerate(value.shape) if size == 1]
    return call.graph.emit("Squeeze", [value, np.asarray([a % value.rank for a in axes], np.int64)])


def expand_dims(call: Call) -> list[Value]:
    value = call.inputs[0]
    return call.graph.emit("Unsqueeze", [value, np.asarray([call.axis(1, value.rank + 1)], np.int64)])


def shape_of(call: Call) -> list[Value]:
    value = call.inputs[0]
    if all(size is not None for size in value.shape):
        return [call.graph.constant(np.asarray(value.shape, np.int32))]
    result = call.graph.one("Cast", [call.graph.one("Shape", [value])], to=TensorProto.INT32)
    result.dims = list(value.shape)
    return [result]


def strided_slice(call: Call) -> list[Value]:
    """StridedSlice with its five bit masks; begin, end and strides must be constants."""
    value = call.inputs[0]
    begin, end, strides, drop, added = _slice_plan(call, value.rank)
    axes = np.arange(len(begin), dtype=np.int64)
    arrays = [np.asarray(v, np.int64) for v in (begin, end)] + [axes, np.asarray(strides, np.int64)]
    [result] = call.graph.emit("Slice", [value, *arrays])
    if drop:
        [result] = call.graph.emit("Squeeze", [result, np.asarray(drop, np.int64)])
    if added:
        [result] = call.graph.emit("Unsqueeze", [result, np.asarray(added, np.int64)])
    if result.dims is None and value.dims is not None and not added:
        result.dims = value.dims[begin[0]:min(end[0], _END):strides[0]]
    return [result]


def plain_slice(call: Call) -> list[Value]:
    """Slice: begin and size per axis, size -1 means to the end."""
    begin, size = call.integers(1), call.integers(2)
    end = [_END if s < 0 else b + s for b, s in zip(begin, size, strict=True)]
    return call.graph.emit("Slice", [call.inputs[0], np.asarray(begin, np.int64), np.asarray(end, np.int64),
                                     np.arange(len(begin), dtype=np.int64)])


def gather(call: Call) -> list[Value]:
    if call.attribute("batch_dims", 0):
        raise call.refuse("batch_dims")
    axis = call.axis(2, call.inputs[0].rank) if len(call.inputs) > 2 else 0
    return call.graph.emit("Gather", call.inputs[:2], axis=axis)


def gather_nd(call: Call) -> list[Value]:
    return call.graph.emit("GatherND", [call.inputs[0], call.graph.one("Cast", [call.inputs[1]], to=TensorProto.INT64)])


def top_k(call: Call) -> list[Value]:
    count = call.graph.constant(np.asarray(call.integers(1), np.int64))
    values, indices = call.graph.emit("TopK", [call.inputs[0], count], count=2, axis=-1,
                                      sorted=int(call.attribute("sorted", True)))
    return [values, call.graph.one("Cast", [indices], to=TensorProto.INT32)]


def tile(call: Call) -> list[Value]:
    return call.graph.emit("Tile", [call.inputs[0], call.graph.one("Cast", [call.inputs[1]], to=TensorProto.INT64)])


def fill(call: Call) -> list[Value]:
    return call.graph.emit("Expand", [call.inputs[1], call.graph.one("Cast", [call.inputs[0]], to=TensorProto.INT64)])


def broadcast_to(call: Call) -> list[Value]:
    return call.graph.emit("Expand", [call.inputs[0], call.graph.one("Cast", [call.inputs[1]], to=TensorProto.INT64)])


def arange(call: Call) -> list[Value]:
    return call.graph.emit("Range", call.inputs)


def zeros_like(call: Call) -> list[Value]:
    zero = call.graph.one("Cast", [call.graph.constant(np.zeros((1,), np.float32))], to=call.inputs[0].dtype)
    return call.graph.emit("Mul", [call.inputs[0], zero])


def sparse_to_dense(call: Call) -> list[Value]:
    """SparseToDense of constants (indices, shape, values, default), as exporters leave it for a fixed table."""
    indices, shape, values, default = (call.array(i) for i in range(4))
    dense = np.full(shape.reshape(-1), default, values.dtype)
    dense[tuple(indices.reshape(-1, len(shape.reshape(-1))).T)] = values
    return [call.graph.constant(dense)]


def _split(call: Call, value: Value, axis: int, sizes: list[int]) -> list[Value]:
    position = TO_FIRST.index(axis) if value.layout == "first" else axis
    return call.graph.emit("Split", [value, np.asarray(sizes, np.int64)], layout=value.layout, count=len(sizes), axis=position)


def _slice_plan(call: Call, rank: int) -> tuple[list[int], list[int], list[int], list[int], list[int]]:
    """Begin, end and stride per input axis, the axes to drop, and the output positions of new axes."""
    given = list(zip(call.integers(1), call.integers(2), call.integers(3), strict=True))
    mask = {name: call.attribute(f"{name}_mask", 0) for name in ("begin", "end", "ellipsis", "new_axis", "shrink_axis")}
    fresh = sum(mask["new_axis"] >> i & 1 for i in range(len(given)))
    missing = rank - (len(given) - fresh) + (1 if mask["ellipsis"] else 0)
    begin: list[int] = []
    end: list[int] = []
    strides: list[int] = []
    drop: list[int] = []
    added: list[int] = []
    for i, (low, high, step) in enumerate(given):
        if mask["ellipsis"] >> i & 1:
            begin += [0] * missing
            end += [_END] * missing
            strides += [1] * missing
        elif mask["new_axis"] >> i & 1:
            added.append(len(begin) - len(drop) + len(added))
        elif mask["shrink_axis"] >> i & 1:
            drop.append(len(begin))
            begin, end, strides = [*begin, low], [*end, low + 1 if low != -1 else _END], [*strides, 1]
        else:
            begin.append((0 if step > 0 else _END) if mask["begin"] >> i & 1 else low)
            end.append((_END if step > 0 else -_END) if mask["end"] >> i & 1 else high)
            strides.append(step)
    return begin, end, strides, drop, added


SHAPE: dict[str, Translation] = {
    "Identity": identity, "StopGradient": identity, "Reshape": reshape, "Transpose": transpose, "ConcatV2": concat, "Pack": pack,
    "Unpack": unpack, "Split": split, "SplitV": split_v, "Squeeze": squeeze, "ExpandDims": expand_dims, "Shape": shape_of,
    "StridedSlice": strided_slice, "Slice": plain_slice, "GatherV2": gather, "GatherNd": gather_nd, "TopKV2": top_k,
    "Tile": tile, "Fill": fill, "BroadcastTo": broadcast_to, "Range": arange, "ZerosLike": zeros_like,
    "SparseToDense": sparse_to_dense,
}
