"""Make a published ONNX file small and free in size without changing what it computes.

Old exporters list every weight as an input too, which stops a runtime from folding constants; fix the picture size of the
export; keep batch normalisation after a transposed convolution; and store float32 where float16 is enough.
"""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

_HALF_FROM = 1024  # values; below that the Cast node costs more bytes than it saves


def slim_onnx(data: bytes, shapes: Mapping[str, Sequence[int | str]], half: bool = True) -> bytes:
    """A smaller model with the same inputs and outputs (names and order).

    Args:
        data: the ONNX file; weights inside, not beside it.
        shapes: new shape of every input and output that is not a weight; strings are free sizes.
        half: store large weights of convolutions as float16, cast to float32 when a session is made.
    Returns:
        The new file; the same input gives the same bytes.
    Raises:
        ValueError: an input or output is not in `shapes`.
        onnx.checker.ValidationError: the result is not a valid model.
    """
    graph = onnx.load_model_from_string(data)
    weights = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.graph.initializer}
    nodes = _fold_batch_norm(list(graph.graph.node), weights)
    used = list(dict.fromkeys(name for node in nodes for name in node.input if name in weights))
    halved = [name for name in used if half and _worth_halving(weights[name], name, nodes)]
    tensors = [_tensor(name, weights[name], name in halved) for name in used]
    casts = [helper.make_node("Cast", [f"{name}.half"], [name], to=TensorProto.FLOAT) for name in halved]
    inputs = [_free(value, shapes) for value in graph.graph.input if value.name not in weights]
    outputs = [_free(value, shapes) for value in graph.graph.output]
    slim = helper.make_graph([*casts, *nodes], graph.graph.name or "model", inputs, outputs, tensors)
    model = helper.make_model(slim, opset_imports=graph.opset_import, ir_version=max(graph.ir_version, 4))
    model.producer_name = "vultus"
    onnx.checker.check_model(model)
    return bytes(model.SerializeToString(deterministic=True))


def _fold_batch_norm(nodes: list[onnx.NodeProto], weights: dict[str, np.ndarray]) -> list[onnx.NodeProto]:
    """Merge `ConvTranspose` + `BatchNormalization`; runtimes do that for `Conv` alone."""
    makers = {node.output[0]: node for node in nodes}
    readers = Counter(name for node in nodes for name in node.input)
    dropped: set[str] = set()
    merged: dict[str, onnx.NodeProto] = {}
    for norm in nodes:
        source = makers.get(norm.input[0]) if norm.op_type == "BatchNormalization" else None
        if source is None or source.op_type != "ConvTranspose" or readers[norm.input[0]] != 1 or _groups(source) != 1:
            continue
        merged[source.output[0]] = _merge(source, norm, weights)
        dropped.add(norm.output[0])
    return [merged.get(node.output[0], node) for node in nodes if node.output[0] not in dropped]


def _merge(source: onnx.NodeProto, norm: onnx.NodeProto, weights: dict[str, np.ndarray]) -> onnx.NodeProto:
    gamma, beta, mean, variance = (weights[name].astype(np.float64) for name in norm.input[1:5])
    epsilon = next((a.f for a in norm.attribute if a.name == "epsilon"), 1e-5)
    scale = gamma / np.sqrt(variance + epsilon)
    bias = weights[source.input[2]] if len(source.input) > 2 else 0.0
    kernel, shift = f"{norm.output[0]}.weight", f"{norm.output[0]}.bias"
    # A transposed convolution stores (in, out, rows, columns).
    weights[kernel] = (weights[source.input[1]] * scale[None, :, None, None]).astype(np.float32)
    weights[shift] = ((bias - mean) * scale + beta).astype(np.float32)
    node = onnx.NodeProto()
    node.CopyFrom(source)
    node.input[:] = [source.input[0], kernel, shift]
    node.output[:] = [norm.output[0]]
    return node


def _groups(node: onnx.NodeProto) -> int:
    return int(next((a.i for a in node.attribute if a.name == "group"), 1))


def _worth_halving(values: np.ndarray, name: str, nodes: Sequence[onnx.NodeProto]) -> bool:
    if values.dtype != np.float32 or values.size < _HALF_FROM or np.abs(values).max() > np.finfo(np.float16).max:
        return False
    readers = [node for node in nodes if name in node.input]
    return all(node.op_type in ("Conv", "ConvTranspose") and node.input[1] == name for node in readers)


def _tensor(name: str, values: np.ndarray, half: bool) -> onnx.TensorProto:
    stored = values.astype(np.float16) if half else values
    return numpy_helper.from_array(np.ascontiguousarray(stored), f"{name}.half" if half else name)


def _free(value: onnx.ValueInfoProto, shapes: Mapping[str, Sequence[int | str]]) -> onnx.ValueInfoProto:
    if value.name not in shapes:
        raise ValueError(f"no shape given for {value.name!r}; shapes are given for {sorted(shapes)}")
    return helper.make_tensor_value_info(value.name, value.type.tensor_type.elem_type, list(shapes[value.name]))
