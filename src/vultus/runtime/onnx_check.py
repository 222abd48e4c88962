"""Looks into an ONNX file before it may enter the store; no session is opened and nothing of it runs.

Accepted are one self-contained file of at most 1 GiB, made of operators of the ONNX standard (domains "" or "ai.onnx", and
"ai.onnx.ml"), and functions that the file itself defines out of these. Refused are weights in other files, since they could
name any path and are outside the sha256, and operators of any other domain, since they need a library of their own.
"com.microsoft" is refused too: onnxruntime has these operators, other engines do not, and the checker cannot see whether they
are used rightly; they come from exports after graph optimisation or dynamic quantisation, so an earlier export will do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import PurePosixPath
from typing import Any

from vultus.errors import InputError, UnsupportedError
from vultus.runtime.model_card import ModelCard, NetInput, NetOutput

MAX_BYTES = 1 << 30
DOMAINS = ("", "ai.onnx", "ai.onnx.ml")
_SIZES = tuple[int, ...]  # 0 = free


def load_checked(data: bytes, name: str) -> Any:
    """The `onnx.ModelProto` in `data`, after all checks that need no card.

    Raises:
        InputError: not a valid ONNX file, or too large.
        UnsupportedError: external data, or operators of other domains.
    """
    if len(data) > MAX_BYTES:
        raise InputError("file", expected=f"at most {MAX_BYTES} bytes", got=f"{len(data)} bytes in {name}")
    import onnx
    from google.protobuf.message import DecodeError
    try:
        model = onnx.load_model_from_string(data)
    except DecodeError as error:
        raise InputError("file", expected="an ONNX model", got=f"something else in {name}") from error
    if not model.graph.node:
        raise InputError("file", expected="an ONNX model", got=f"{name} without a single operator")
    _refuse_external(model, name)
    _refuse_domains(model, name)
    try:
        onnx.checker.check_model(data)
    except (onnx.checker.ValidationError, ValueError) as error:
        raise InputError("file", expected="a valid ONNX model", got=f"{name}: {str(error).splitlines()[0]}") from error
    return model


def check_net(data: bytes, card: ModelCard) -> None:
    """Raise unless `data` is an acceptable ONNX file whose inputs and outputs are those of `card`."""
    graph = load_checked(data, card.file).graph
    inputs, outputs = ports(graph)
    if list(inputs) != [card.input.name]:
        raise InputError("input.name", expected="the file's one input",
                         got=f"{card.input.name!r} on the card, {list(inputs)} in {card.file}")
    _check_input(card.input, *inputs[card.input.name], card.file)
    for output in card.outputs:
        if output.name not in outputs:
            raise InputError(f"output.{output.name}", expected="an output of the file: " + ", ".join(outputs),
                             got="no such output", hint="quote names that contain dots or slashes")
        _check_output(output, outputs[output.name][1], card.file)


def ports(graph: Any) -> tuple[dict[str, tuple[str, _SIZES]], dict[str, tuple[str, _SIZES]]]:
    """Inputs that are not weights, and outputs: element type and shape with the batch axis, by name."""
    weights = {tensor.name for tensor in graph.initializer}
    return ({value.name: _port(value) for value in graph.input if value.name not in weights},
            {value.name: _port(value) for value in graph.output})


def _port(value: Any) -> tuple[str, _SIZES]:
    from onnx import helper
    tensor = value.type.tensor_type
    dtype = str(helper.tensor_dtype_to_np_dtype(tensor.elem_type)) if tensor.elem_type else "unknown"
    return dtype, tuple(int(axis.dim_value) for axis in tensor.shape.dim)


def _check_input(wanted: NetInput, dtype: str, shape: _SIZES, file: str) -> None:
    channels = len(wanted.mean)
    sizes = (channels, *wanted.size) if wanted.layout == "nchw" else (*wanted.size, channels)
    if dtype != wanted.dtype or len(shape) != 4 or not _fits(sizes, shape[1:]):
        raise InputError("input", expected=f"{wanted.dtype} (n, {', '.join(map(str, sizes))}) as on the card, 0 = free",
                         got=f"{dtype} {shape} in {file}")


def _check_output(wanted: NetOutput, shape: _SIZES, file: str) -> None:
    # A file may leave the shape of an output open; then it shows when the net runs.
    if shape and not _fits(wanted.dimension, shape[1:]) and not _fits(wanted.dimension, shape):
        raise InputError(f"output.{wanted.name}.dimension", expected=f"{list(shape[1:])} as in {file}, 0 = free",
                         got=str(list(wanted.dimension)))


def _fits(left: _SIZES, right: _SIZES) -> bool:
    return len(left) == len(right) and all(a == b or 0 in (a, b) for a, b in zip(left, right, strict=True))


def _refuse_external(model: Any, name: str) -> None:
    from onnx import TensorProto
    for tensor in _tensors(model):
        if tensor.external_data or tensor.data_location == TensorProto.EXTERNAL:
            raise UnsupportedError(f"{name} keeps weights in another file (tensor {tensor.name!r}); save it as one file first:  "
                                   "onnx.save(onnx.load(OLD), NEW)")


def _refuse_domains(model: Any, name: str) -> None:
    own = {(function.domain, function.name) for function in model.functions}
    for node in _nodes(model):
        if node.domain not in DOMAINS and (node.domain, node.op_type) not in own:
            what = f"{name} uses the operator {node.op_type!r} of {node.domain!r}"
            advice = ("export it without graph optimisation" if node.domain.startswith("com.microsoft")
                      else "export it with operators of the ONNX standard only")
            raise UnsupportedError(f"{what}; custom-operator libraries are not loaded, {advice}")


def _graphs(graph: Any) -> Iterator[Any]:
    yield graph
    for node in graph.node:
        for attribute in node.attribute:
            for inner in ([attribute.g] if attribute.HasField("g") else []) + list(attribute.graphs):
                yield from _graphs(inner)


def _bodies(model: Any) -> Iterator[Any]:
    """Everything with a list of nodes: the graph, the functions, the training parts, and what is nested in them."""
    yield from _graphs(model.graph)
    for function in model.functions:
        yield from _graphs(function)
    for training in model.training_info:
        yield from _graphs(training.initialization)
        yield from _graphs(training.algorithm)


def _nodes(model: Any) -> Iterator[Any]:
    for body in _bodies(model):
        yield from body.node


def _tensors(model: Any) -> Iterator[Any]:
    for body in _bodies(model):
        yield from getattr(body, "initializer", ())
        for sparse in getattr(body, "sparse_initializer", ()):
            yield from (sparse.values, sparse.indices)
        for node in body.node:
            for attribute in node.attribute:
                # An unset single field reads as an empty tensor, which has no external data.
                yield from (attribute.t, *attribute.tensors)
                for sparse in (attribute.sparse_tensor, *attribute.sparse_tensors):
                    yield from (sparse.values, sparse.indices)


def file_stem(path: str) -> str:
    """A card name made of a file name: lower case, everything but letters and digits a single dash."""
    stem = PurePosixPath(path).stem.lower()
    return "-".join("".join(c if c.isascii() and c.isalnum() else " " for c in stem).split()) or "model"
