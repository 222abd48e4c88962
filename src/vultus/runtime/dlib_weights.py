"""Reader of the network files that dlib writes (dlib/serialize.h, dlib/dnn/core.h, dlib/dnn/layers.h, dlib/cuda/tensor.h).

A file is one loss layer around a chain of layers. The chain is nested: the version number of every layer comes first,
from the output down to the input, then the contents from the input up to the output. Numbers are packed by hand:
an integer is a control byte (low four bits: how many bytes follow, top bit: negative) and its little-endian bytes;
a real number is mantissa and exponent, both integers; a tensor is a version, four sizes and raw little-endian float32.

Only what the face descriptor network uses is understood. Anything else, a byte too few or a byte too many is an error.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

_MAX_LAYERS = 1000
_MAX_NAME = 64
_MAX_SIZE = 1 << 24
_PLAIN_LAYER, _INPUT_LAYER, _MARK = 2, 3, 1


@dataclass(frozen=True, eq=False)
class DlibLayer:
    """One layer, in the order data flows.

    Args:
        kind: one of `input`, `con`, `affine`, `relu`, `max_pool`, `avg_pool`, `add_prev`, `fc`, `mark`. A `mark` is a
            tag or a jump to a tag; the file does not say which, the pattern around it does.
        sizes: `input` (rows, columns); `con` (filters, rows, columns, stride y, x, padding y, x); the pools (window
            rows, columns, stride y, x, padding y, x), a window of 0 is the whole picture; else empty.
        arrays: float32. `input` mean (3,) in pixel values, R G B; `con` weights (out, in, rows, columns) and bias
            (out,); `affine` scale and shift (channels,); `fc` weights (in, out); else empty.
    """

    kind: str
    sizes: tuple[int, ...] = ()
    arrays: tuple[np.ndarray, ...] = ()


class DlibFormatError(ValueError):
    """The bytes are not a network that this reader knows; the message says where and why."""


def read_dlib_layers(data: bytes) -> list[DlibLayer]:
    """Layers of a dlib metric network, from the input to the output.

    Args:
        data: the whole file.
    Returns:
        `DlibLayer`s; arrays are read-only views of `data` where the layout allows.
    Raises:
        DlibFormatError: truncated, altered, trailing bytes, or a layer that the face descriptor network does not have.
    """
    reader = _Reader(data)
    reader.expect("version of the loss layer", reader.integer(), 1)
    reader.expect("loss layer", reader.text(), "loss_metric_2")
    reader.real(), reader.real()
    marks = _read_versions(reader)
    layers = [_read_input(reader), _read_layer(reader, _INPUT_LAYER)]
    for version in reversed(marks):
        layers.append(_read_layer(reader, version) if version != _MARK else DlibLayer("mark"))
    reader.finish()
    return layers


class _Reader:
    """A cursor over the bytes that refuses to leave them."""

    def __init__(self, data: bytes) -> None:
        self._data = memoryview(data)
        self._at = 0

    def take(self, count: int, what: str) -> memoryview:
        left = len(self._data) - self._at
        if count > left:
            raise DlibFormatError(f"dlib network ends inside {what}: {count} bytes needed at byte {self._at}, {left} left")
        self._at += count
        return self._data[self._at - count : self._at]

    def integer(self) -> int:
        control = self.take(1, "an integer")[0]
        width = control & 0x0F
        if not 1 <= width <= 8 or control & 0x70:
            raise self.error(f"byte {control:#04x} does not start an integer")
        value = int.from_bytes(self.take(width, "an integer"), "little")
        return -value if control & 0x80 else value

    def size(self, what: str) -> int:
        value = self.integer()
        if not 0 <= value <= _MAX_SIZE:
            raise self.error(f"{what} is {value}, expected 0 to {_MAX_SIZE}")
        return value

    def real(self) -> float:
        mantissa, exponent = self.integer(), self.integer()
        if abs(exponent) > 1000:
            raise self.error(f"exponent {exponent} of a real number, expected -1000 to 1000")
        return math.ldexp(mantissa, exponent)

    def text(self) -> str:
        length = self.size("length of a name")
        if length > _MAX_NAME:
            raise self.error(f"a name of {length} bytes, expected at most {_MAX_NAME}")
        raw = bytes(self.take(length, "a name"))
        if not raw.isascii():
            raise self.error(f"name {raw!r} is not ASCII")
        return raw.decode("ascii")

    def flag(self) -> bool:
        raw = bytes(self.take(1, "a flag"))
        if raw not in (b"0", b"1"):
            raise self.error(f"flag {raw!r}, expected b'0' or b'1'")
        return raw == b"1"

    def shape(self) -> tuple[int, ...]:
        return tuple(self.size("size of a tensor") for _ in range(4))

    def tensor(self) -> np.ndarray:
        """float32, flat. The four sizes are checked against the bytes left before anything is read."""
        self.expect("version of a tensor", self.integer(), 2)
        raw = self.take(4 * math.prod(self.shape()), "a tensor")
        values = np.frombuffer(raw, dtype="<f4")
        if not np.isfinite(values).all():
            raise self.error("a tensor holds values that are not finite")
        return values

    def alias(self) -> tuple[int, ...]:
        """Shape of a window into the parameters that precede it."""
        self.expect("version of a tensor view", self.integer(), 1)
        return self.shape()

    def expect(self, what: str, got: object, expected: object) -> None:
        if got != expected:
            raise self.error(f"{what} is {got!r}, expected {expected!r}")

    def finish(self) -> None:
        if left := len(self._data) - self._at:
            raise self.error(f"{left} bytes follow the last layer, expected none")

    def error(self, message: str) -> DlibFormatError:
        return DlibFormatError(f"dlib network, before byte {self._at}: {message}")


def _read_versions(reader: _Reader) -> list[int]:
    """Versions of all layers above the one that owns the input, output first."""
    versions: list[int] = []
    while (version := reader.integer()) != _INPUT_LAYER:
        if version not in (_PLAIN_LAYER, _MARK):
            raise reader.error(f"version {version} of a layer, expected 1 to 3")
        versions.append(version)
        if len(versions) > _MAX_LAYERS:
            raise reader.error(f"more than {_MAX_LAYERS} layers")
    return versions


def _read_input(reader: _Reader) -> DlibLayer:
    reader.expect("input layer", reader.text(), "input_rgb_image_sized")
    mean = np.array([reader.real() for _ in range(3)], dtype=np.float32)
    if not (0 <= mean.min() and mean.max() <= 255):
        raise reader.error(f"mean colour {mean.tolist()}, expected 0 to 255")
    return DlibLayer("input", (reader.size("rows"), reader.size("columns")), (mean,))


def _read_layer(reader: _Reader, version: int) -> DlibLayer:
    name = reader.text()
    if name not in _CONTENTS:
        raise reader.error(f"layer {name!r} is not one of {sorted(_CONTENTS)}")
    layer = _CONTENTS[name](reader)
    for _ in range(3):
        reader.flag()
    for what in ("input gradient", "output", "parameter gradient"):
        reader.expect(f"number of stored values of the {what}", reader.tensor().size, 0)
    if version == _INPUT_LAYER:
        reader.expect("samples per picture", reader.integer(), 1)
    return layer


def _read_con(reader: _Reader) -> DlibLayer:
    values = reader.tensor()
    sizes = tuple(reader.size("size of a convolution") for _ in range(7))
    weights, bias = reader.alias(), reader.alias()
    _read_rates(reader)
    reader.expect("shape of the filters", (weights[0], *weights[2:]), sizes[:3])
    reader.expect("shape of the biases", bias, (1, sizes[0], 1, 1))
    reader.expect("number of values of a convolution", values.size, math.prod(weights) + sizes[0])
    if min(*weights, *sizes[:5]) < 1:
        raise reader.error(f"convolution sizes {sizes} hold a 0 where at least 1 is needed")
    return DlibLayer("con", sizes, (values[: -sizes[0]].reshape(weights), values[-sizes[0] :]))


def _read_affine(reader: _Reader) -> DlibLayer:
    values = reader.tensor()
    scale, shift = reader.alias(), reader.alias()
    reader.expect("mode of an affine layer", reader.integer(), 0)
    reader.expect("shape of the shift", shift, scale)
    reader.expect("shape of the scale", scale, (1, values.size // 2, 1, 1))
    reader.expect("number of values of an affine layer", values.size, 2 * scale[1])
    return DlibLayer("affine", (), (values[: scale[1]], values[scale[1] :]))


def _read_fc(reader: _Reader) -> DlibLayer:
    outputs, inputs = reader.size("outputs"), reader.size("inputs")
    values = reader.tensor()
    weights, bias = reader.alias(), reader.alias()
    reader.expect("mode of the bias", reader.integer(), 1)
    _read_rates(reader)
    reader.expect("shape of the weights", weights, (inputs, outputs, 1, 1))
    reader.expect("shape of the biases", bias, (0, 0, 0, 0))
    reader.expect("number of values of a projection", values.size, inputs * outputs)
    return DlibLayer("fc", (), (values.reshape(inputs, outputs),))


def _read_pool(kind: str) -> Callable[[_Reader], DlibLayer]:
    def read(reader: _Reader) -> DlibLayer:
        return DlibLayer(kind, tuple(reader.size("size of a pool") for _ in range(6)))

    return read


def _read_bare(kind: str) -> Callable[[_Reader], DlibLayer]:
    return lambda reader: DlibLayer(kind)


def _read_rates(reader: _Reader) -> None:
    """Four training rates, of no use here."""
    for _ in range(4):
        reader.real()


_CONTENTS: dict[str, Callable[[_Reader], DlibLayer]] = {
    "con_4": _read_con,
    "affine_": _read_affine,
    "relu_": _read_bare("relu"),
    "max_pool_2": _read_pool("max_pool"),
    "avg_pool_2": _read_pool("avg_pool"),
    "add_prev_": _read_bare("add_prev"),
    "fc_2": _read_fc,
}
