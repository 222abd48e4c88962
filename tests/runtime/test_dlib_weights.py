"""The reader against a writer of the same format, made here from dlib's serialization rules, and against damaged files."""

import math
import struct

import numpy as np
import pytest

from vultus.runtime.dlib_weights import DlibFormatError, DlibLayer, read_dlib_layers

MEAN = (122.782, 117.001, 104.298)


def integer(value: int) -> bytes:
    body = abs(value).to_bytes(max(1, (abs(value).bit_length() + 7) // 8), "little")
    return bytes([len(body) | (0x80 if value < 0 else 0)]) + body


def real(value: float) -> bytes:
    fraction, exponent = math.frexp(value)
    return integer(int(fraction * (1 << 24))) + integer(exponent - 24)


def text(value: str) -> bytes:
    return integer(len(value)) + value.encode()


def integers(*values: int) -> bytes:
    return b"".join(integer(value) for value in values)


def tensor(values: np.ndarray) -> bytes:
    return integers(2, *(*values.shape, 1, 1, 1)[:4]) + values.astype("<f4").tobytes()


def con_content(weights: np.ndarray, bias: np.ndarray, stride: int, pad: int) -> bytes:
    filters, _, rows, columns = weights.shape
    sizes = integers(filters, rows, columns, stride, stride, pad, pad)
    views = integers(1, *weights.shape) + integers(1, 1, filters, 1, 1)
    rates = real(1.0) * 3 + integers(0, 0)
    return text("con_4") + tensor(np.concatenate([weights.ravel(), bias])) + sizes + views + rates


def affine_content(scale: np.ndarray, shift: np.ndarray) -> bytes:
    view = integers(1, 1, scale.size, 1, 1)
    return text("affine_") + tensor(np.concatenate([scale, shift])) + view + view + integer(0)


def pool_content(kind: str, *sizes: int) -> bytes:
    return text(kind) + integers(*sizes)


def fc_content(weights: np.ndarray) -> bytes:
    inputs, outputs = weights.shape
    views = integers(1, inputs, outputs, 1, 1) + integers(1, 0, 0, 0, 0)
    rates = real(1.0) * 3 + integers(0, 0)
    return text("fc_2") + integers(outputs, inputs) + tensor(weights) + views + integer(1) + rates


def dlib_file(contents: list[bytes | None]) -> bytes:
    """A whole file; `contents` from input to output, None for a tag or skip. The first one owns the input layer."""
    tail = b"110" + tensor(np.zeros((0, 0, 0, 0))) * 3
    head = integer(1) + text("loss_metric_2") + real(0.04) + real(0.6)
    versions = b"".join(integer(1 if content is None else 2) for content in reversed(contents[1:])) + integer(3)
    source = text("input_rgb_image_sized") + b"".join(real(value) for value in MEAN) + integers(9, 9)
    body = contents[0] + tail + integer(1)
    return head + versions + source + body + b"".join(content + tail for content in contents[1:] if content is not None)


@pytest.fixture
def parts() -> dict[str, np.ndarray]:
    rng = np.random.default_rng(3)
    shapes = {"weights": (2, 3, 3, 3), "bias": (2,), "scale": (2,), "shift": (2,), "fc": (2, 4)}
    return {name: rng.normal(size=shape).astype(np.float32) for name, shape in shapes.items()}


@pytest.fixture
def file(parts: dict[str, np.ndarray]) -> bytes:
    return dlib_file([
        con_content(parts["weights"], parts["bias"], stride=2, pad=0),
        affine_content(parts["scale"], parts["shift"]),
        text("relu_"),
        pool_content("max_pool_2", 3, 3, 2, 2, 0, 0),
        None,
        text("add_prev_"),
        pool_content("avg_pool_2", 0, 0, 1, 1, 0, 0),
        fc_content(parts["fc"]),
    ])


def test_everything_that_was_written_is_read(file: bytes, parts: dict[str, np.ndarray]) -> None:
    layers = read_dlib_layers(file)
    kinds = ["input", "con", "affine", "relu", "max_pool", "mark", "add_prev", "avg_pool", "fc"]
    assert [layer.kind for layer in layers] == kinds
    assert layers[0].sizes == (9, 9)
    np.testing.assert_allclose(layers[0].arrays[0], MEAN, rtol=1e-6)
    assert layers[1].sizes == (2, 3, 3, 2, 2, 0, 0)
    np.testing.assert_array_equal(layers[1].arrays[0], parts["weights"])
    np.testing.assert_array_equal(layers[1].arrays[1], parts["bias"])
    np.testing.assert_array_equal(layers[2].arrays[0], parts["scale"])
    np.testing.assert_array_equal(layers[2].arrays[1], parts["shift"])
    assert layers[4].sizes == (3, 3, 2, 2, 0, 0)
    np.testing.assert_array_equal(layers[8].arrays[0], parts["fc"])


def test_numbers_worked_by_hand() -> None:
    assert integer(-28) == b"\x81\x1c"
    assert real(0.6)[:1] == b"\x03"
    layers = read_dlib_layers(dlib_file([con_content(np.ones((1, 3, 1, 1)), np.array([-2.5]), 1, 0)]))
    assert layers[1].arrays[1].tobytes() == struct.pack("<f", -2.5)


def test_every_shorter_file_is_refused(file: bytes) -> None:
    for length in range(len(file)):
        with pytest.raises(DlibFormatError):
            read_dlib_layers(file[:length])


@pytest.mark.parametrize("control", [0x00, 0x09, 0x11, 0x41])
def test_a_byte_that_starts_no_integer_is_refused(file: bytes, control: int) -> None:
    with pytest.raises(DlibFormatError, match=f"byte {control:#04x} does not start an integer"):
        read_dlib_layers(bytes([control]) + file[1:])


def test_bytes_after_the_end_are_refused(file: bytes) -> None:
    with pytest.raises(DlibFormatError, match="1 bytes follow"):
        read_dlib_layers(file + b"\0")


def _same(one: list[DlibLayer], two: list[DlibLayer]) -> bool:
    if [(a.kind, a.sizes) for a in one] != [(b.kind, b.sizes) for b in two]:
        return False
    return all(np.array_equal(x, y) for a, b in zip(one, two, strict=True) for x, y in zip(a.arrays, b.arrays, strict=True))


def test_an_altered_byte_is_refused_or_changes_a_value_never_the_layout(file: bytes) -> None:
    """Weights and training rates carry no checksum (the archive's sha256 does); the structure must not bend."""
    good = read_dlib_layers(file)
    shapes = [[array.shape for array in layer.arrays] for layer in good]
    refused = 0
    for at in range(len(file)):
        damaged = bytearray(file)
        damaged[at] ^= 0xFF
        try:
            layers = read_dlib_layers(bytes(damaged))
        except DlibFormatError:
            refused += 1
            continue
        assert [[array.shape for array in layer.arrays] for layer in layers] == shapes
    values = sum(array.nbytes for layer in good for array in layer.arrays[-2:])
    assert refused > (len(file) - values) * 0.6


@pytest.mark.parametrize("dims", [(1 << 24, 1 << 24, 1 << 24, 1 << 24), (1 << 24, 1, 1, 1), (1 << 62, 1, 1, 1), (-1, 1, 1, 1)])
def test_a_tensor_larger_than_the_file_is_refused_before_memory_is_asked_for(file: bytes, dims: tuple[int, ...]) -> None:
    at = file.index(text("con_4")) + len(text("con_4"))
    hostile = file[:at] + integers(2, *dims) + b"\0" * 64
    with pytest.raises(DlibFormatError):
        read_dlib_layers(hostile)


def test_endless_version_chain_is_refused() -> None:
    head = integer(1) + text("loss_metric_2") + real(0.04) + real(0.6)
    with pytest.raises(DlibFormatError, match="more than 1000 layers"):
        read_dlib_layers(head + integer(2) * 5000)


@pytest.mark.parametrize("value", [np.nan, np.inf])
def test_weights_that_are_not_finite_are_refused(parts: dict[str, np.ndarray], value: float) -> None:
    parts["weights"][0, 0, 0, 0] = value
    with pytest.raises(DlibFormatError, match="not finite"):
        read_dlib_layers(dlib_file([con_content(parts["weights"], parts["bias"], 1, 0)]))


@pytest.mark.parametrize("content, message", [
    (text("prelu_"), "layer 'prelu_' is not one of"),
    (text("x" * 65), "a name of 65 bytes"),
    (integer(2) + b"\xc3\xa4", "not ASCII"),
    (affine_content(np.ones(2), np.ones(3)), "number of values of an affine layer is 5, expected 4"),
    (pool_content("max_pool_2", 3, 3, -2, 2, 0, 0), "size of a pool is -2"),
], ids=["kind", "long name", "name", "affine", "pool"])
def test_unknown_contents_are_named(parts: dict[str, np.ndarray], content: bytes, message: str) -> None:
    with pytest.raises(DlibFormatError, match=message):
        read_dlib_layers(dlib_file([con_content(parts["weights"], parts["bias"], 1, 0), content]))


@pytest.mark.parametrize("data", [b"", b"\x89PNG\r\n\x1a\n", b"\x00", b"\x7f" * 40])
def test_other_files_are_refused(data: bytes) -> None:
    with pytest.raises(DlibFormatError):
        read_dlib_layers(data)
