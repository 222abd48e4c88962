"""The emitted ONNX against slow loops over dlib's own rules, layer by layer, on networks made here; and against dlib."""

import os
import sys
import tarfile
from pathlib import Path

import numpy as np
import onnx
import onnxruntime
import pytest

from vultus.runtime.dlib_onnx import INPUT_NAME, OUTPUT_NAME, emit_onnx
from vultus.runtime.dlib_weights import DlibFormatError, DlibLayer
from vultus.runtime.packaged import packaged_file
from vultus.runtime.pinned_source import source_cache

RELU, MARK, ADD = DlibLayer("relu"), DlibLayer("mark"), DlibLayer("add_prev")
HALVE, EVERYTHING = DlibLayer("avg_pool", (2, 2, 2, 2, 0, 0)), DlibLayer("avg_pool", (0, 0, 1, 1, 0, 0))
MAX_POOL = DlibLayer("max_pool", (3, 3, 2, 2, 0, 0))


def con(rng: np.random.Generator, out: int, channels: int, window: int, stride: int = 1) -> list[DlibLayer]:
    """Convolution and affine layer; dlib pads half a window unless there is a stride."""
    pad = 0 if stride > 1 else window // 2
    weights = rng.normal(size=(out, channels, window, window)).astype(np.float32) / np.sqrt(channels * window * window)
    arrays = (weights.astype(np.float32), rng.normal(size=out).astype(np.float32))
    scale, shift = rng.uniform(0.5, 2, out).astype(np.float32), rng.normal(size=out).astype(np.float32)
    return [DlibLayer("con", (out, window, window, stride, stride, pad, pad), arrays), DlibLayer("affine", (), (scale, shift))]


def plain(rng: np.random.Generator, channels: int) -> list[DlibLayer]:
    return [MARK, *con(rng, channels, channels, 3), RELU, *con(rng, channels, channels, 3), ADD, RELU]


def down(rng: np.random.Generator, out: int, channels: int) -> list[DlibLayer]:
    return [MARK, *con(rng, out, channels, 3, 2), RELU, *con(rng, out, out, 3), MARK, MARK, HALVE, ADD, RELU]


def network(size: int, *widths: int, seed: int = 0) -> list[DlibLayer]:
    """Stem of 4 channels, a plain block, then one halving block for each of `widths`, then a projection to 5."""
    rng = np.random.default_rng(seed)
    mean = np.array([122.782, 117.001, 104.298], dtype=np.float32)
    layers = [DlibLayer("input", (size, size), (mean,)), *con(rng, 4, 3, 5, 2), RELU, MAX_POOL, *plain(rng, 4)]
    for channels, out in zip((4, *widths), widths, strict=False):
        layers += down(rng, out, channels)
    return [*layers, EVERYTHING, DlibLayer("fc", (), (rng.normal(size=((4, *widths)[-1], 5)).astype(np.float32),))]


def slow(layers: list[DlibLayer], picture: np.ndarray) -> np.ndarray:
    """One uint8 picture through the layers, as dlib's CPU code states them."""
    now, tags, pending = np.zeros(0), [], False
    for layer, after in zip(layers, [*layers[1:], RELU], strict=True):
        if layer.kind == "mark" and pending:
            now, pending = tags[-2], False
        elif layer.kind == "mark":
            tags.append(now)
            pending = after.kind == "mark"
        elif layer.kind == "add_prev":
            now, tags = slow_add(now, tags[-1]), []
        else:
            now = SLOW[layer.kind](layer, picture if layer.kind == "input" else now)
    return now


def slow_input(layer: DlibLayer, picture: np.ndarray) -> np.ndarray:
    return ((picture.astype(np.float64) - layer.arrays[0]) / 256).transpose(2, 0, 1)


def slow_windows(now: np.ndarray, sizes: tuple[int, ...], fill: float):
    """(row, column, window) of every step; what lies outside reads as `fill`."""
    height, width, stride_y, stride_x, pad_y, pad_x = sizes
    padded = np.pad(now, ((0, 0), (pad_y, pad_y), (pad_x, pad_x)), constant_values=fill)
    for row in range(1 + (now.shape[1] + 2 * pad_y - height) // stride_y):
        for column in range(1 + (now.shape[2] + 2 * pad_x - width) // stride_x):
            top, left = row * stride_y, column * stride_x
            yield row, column, padded[:, top : top + height, left : left + width]


def slow_con(layer: DlibLayer, now: np.ndarray) -> np.ndarray:
    weights, bias = layer.arrays
    steps = {(r, c): [(w * window).sum() for w in weights] + bias for r, c, window in slow_windows(now, layer.sizes[1:], 0)}
    return _picture(steps)


def slow_pool(layer: DlibLayer, now: np.ndarray) -> np.ndarray:
    if layer.sizes[0] == 0:
        return np.array([plane.sum() / plane.size for plane in now])
    best = layer.kind == "max_pool"
    steps = {(r, c): window.max((1, 2)) if best else window.mean((1, 2))
             for r, c, window in slow_windows(now, layer.sizes, -np.inf)}
    return _picture(steps)


def slow_add(one: np.ndarray, two: np.ndarray) -> np.ndarray:
    out = np.zeros(np.maximum(one.shape, two.shape))
    for k, r, c in np.ndindex(*out.shape):
        for term in (one, two):
            if k < term.shape[0] and r < term.shape[1] and c < term.shape[2]:
                out[k, r, c] += term[k, r, c]
    return out


def _picture(steps: dict[tuple[int, int], np.ndarray]) -> np.ndarray:
    rows, columns = (1 + max(key[axis] for key in steps) for axis in (0, 1))
    return np.array([[steps[r, c] for c in range(columns)] for r in range(rows)]).transpose(2, 0, 1)


SLOW = {
    "input": slow_input,
    "con": slow_con,
    "affine": lambda layer, now: now * layer.arrays[0][:, None, None] + layer.arrays[1][:, None, None],
    "relu": lambda layer, now: np.maximum(now, 0),
    "max_pool": slow_pool,
    "avg_pool": slow_pool,
    "fc": lambda layer, now: now @ layer.arrays[0],
}


def session(data: bytes) -> onnxruntime.InferenceSession:
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    return onnxruntime.InferenceSession(data, options, providers=["CPUExecutionProvider"])


def run(data: bytes, pictures: np.ndarray) -> np.ndarray:
    return session(data).run([OUTPUT_NAME], {INPUT_NAME: pictures})[0]


def pictures(size: int, count: int = 3) -> np.ndarray:
    return np.random.default_rng(7).integers(0, 256, (count, size, size, 3), dtype=np.uint8)


CASES = {  # rows after the stem and its pool: 23 px -> 4, 45 px -> 10, 61 px -> 14
    "plain block only": (23, ()),
    "wider, block of one pixel beside a shortcut of four": (23, (8,)),
    "same width, block beside a larger shortcut": (23, (4,)),
    "odd rows, block as large as its shortcut": (45, (6, 6)),
    "three halvings down to one pixel": (61, (6, 8, 9)),
}


@pytest.mark.parametrize("size, widths", CASES.values(), ids=CASES)
def test_emitted_network_equals_the_slow_loops(size: int, widths: tuple[int, ...]) -> None:
    layers = network(size, *widths)
    got = run(emit_onnx(layers, half=False), pictures(size))
    expected = np.array([slow(layers, picture) for picture in pictures(size)])
    assert np.abs(expected - expected[0]).max() > 0.01
    np.testing.assert_allclose(got, expected, rtol=2e-5, atol=2e-5)


def test_zero_rows_matter() -> None:
    """The block of `(23, (8,))` is 1 x 1 beside a 2 x 2 shortcut; spreading it over all pixels would be another network."""
    layers = network(23, 8)
    model = onnx.load_model_from_string(emit_onnx(layers, half=False))
    pad = next(node for node in model.graph.node if node.op_type == "Pad")
    pad.attribute.append(onnx.helper.make_attribute("mode", "edge"))
    expected = np.array([slow(layers, picture) for picture in pictures(23)])
    assert np.abs(run(model.SerializeToString(), pictures(23)) - expected).max() > 0.05


def test_taps_over_padding_alone_are_dropped() -> None:
    model = onnx.load_model_from_string(emit_onnx(network(23, 8), half=False))
    kernels = {tensor.name: tuple(tensor.dims) for tensor in model.graph.initializer}
    assert kernels["blocks.1.second.weight"] == (8, 8, 1, 1)
    assert kernels["blocks.0.second.weight"] == (4, 4, 3, 3)


def test_stem_worked_by_hand() -> None:
    """1x1 convolution of weight 1 on red alone: the feature is (red - mean) / 256 through relu, times the projection."""
    mean = np.array([10, 20, 30], dtype=np.float32)
    weights = np.array([1, 0, 0], dtype=np.float32).reshape(1, 3, 1, 1)
    unit = DlibLayer("affine", (), (np.ones(1, np.float32), np.zeros(1, np.float32)))
    stem = [DlibLayer("con", (1, 1, 1, 1, 1, 0, 0), (weights, np.zeros(1, np.float32))), unit, RELU]
    projection = DlibLayer("fc", (), (np.full((1, 1), 2, np.float32),))
    layers = [DlibLayer("input", (3, 3), (mean,)), *stem, MAX_POOL, EVERYTHING, projection]
    picture = np.zeros((2, 3, 3, 3), dtype=np.uint8)
    picture[0, 1, 1] = (138, 200, 200)
    np.testing.assert_allclose(run(emit_onnx(layers), picture), [[2 * 128 / 256], [0]], atol=1e-7)


def test_same_layers_give_the_same_bytes() -> None:
    assert emit_onnx(network(23, 8)) == emit_onnx(network(23, 8))
    assert emit_onnx(network(23, 8)) != emit_onnx(network(23, 8, seed=1))


def test_half_keeps_the_direction_and_saves_the_bytes() -> None:
    layers = network(45, 32, 64)
    small, full = emit_onnx(layers), emit_onnx(layers, half=False)
    assert len(small) < 0.65 * len(full)
    one, two = run(small, pictures(45)), run(full, pictures(45))
    cosine = (one * two).sum(1) / np.linalg.norm(one, axis=1) / np.linalg.norm(two, axis=1)
    assert 0.99999 < cosine.min() and not np.array_equal(one, two)


def test_batch_equals_single() -> None:
    data, many = emit_onnx(network(23, 8)), pictures(23, 5)
    np.testing.assert_allclose(run(data, many), np.concatenate([run(data, picture[None]) for picture in many]), atol=1e-6)


def test_wrong_order_of_layers_is_refused() -> None:
    layers = network(23, 8)
    for broken in (layers[:-1], layers[1:], layers[:9] + layers[10:], [*layers, RELU], [], layers[:5]):
        with pytest.raises(DlibFormatError):
            emit_onnx(broken)


def test_what_cannot_be_folded_is_refused() -> None:
    layers = network(23, 8)
    padded = DlibLayer("con", (*layers[1].sizes[:5], 2, 2), layers[1].arrays)
    with pytest.raises(DlibFormatError, match="mean cannot be folded"):
        emit_onnx([layers[0], padded, *layers[2:]])
    loud = DlibLayer("affine", (), (np.full(4, 1e6, np.float32), np.zeros(4, np.float32)))
    with pytest.raises(DlibFormatError, match=r"beyond float16; emit it with half=False"):
        emit_onnx([*layers[:7], loud, *layers[8:]])
    with pytest.raises(DlibFormatError, match="over 3 pixels"):
        emit_onnx([DlibLayer("input", (3, 3), layers[0].arrays), *layers[1:]])
    wide = DlibLayer("fc", (), (np.ones((9, 5), np.float32),))
    with pytest.raises(DlibFormatError, match="does not follow"):
        emit_onnx([*layers[:-1], wide])


def test_packaged_recogniser_takes_pictures_and_tells_them_apart() -> None:
    data = packaged_file("dlib-resnet29").path.read_bytes()
    one, two = pictures(150, 2), np.full((1, 150, 150, 3), 0, np.uint8)
    got = run(data, np.concatenate([one, two]))
    assert got.shape == (3, 128) and got.dtype == np.float32 and np.isfinite(got).all()
    assert np.abs(got[0] - got[2]).max() > 0.01


@pytest.mark.bench
def test_cosine_to_dlib_on_200_faces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dlib = pytest.importorskip("dlib", reason="dlib is not installed; pip install dlib-bin in a bench environment")
    chips = lfw_chips(200)
    reference = dlib.face_recognition_model_v1(str(dlib_file(tmp_path)))
    expected = np.array([reference.compute_face_descriptor(chip) for chip in chips])
    got = run(packaged_file("dlib-resnet29").path.read_bytes(), chips).astype(np.float64)
    cosine = (got * expected).sum(1) / np.linalg.norm(got, axis=1) / np.linalg.norm(expected, axis=1)
    with capsys.disabled():
        sys.stdout.write(f"\ncosine to dlib over {len(chips)} chips: min {cosine.min():.8f} mean {cosine.mean():.8f}\n")
    assert cosine.min() >= 0.9999


def lfw_chips(count: int) -> np.ndarray:
    """Central 150 x 150 pixels of one photograph each of `count` people."""
    import cv2

    if "VULTUS_DATA" not in os.environ:
        pytest.skip("VULTUS_DATA is not set; it names the folder with lfw/images")
    files = sorted(Path(os.environ["VULTUS_DATA"], "lfw", "images").glob("*/*_0001.jpg"))
    files = files[:: max(1, len(files) // count)][:count]
    return np.stack([cv2.cvtColor(cv2.imread(str(file)), cv2.COLOR_BGR2RGB)[50:200, 50:200] for file in files])


def dlib_file(folder: Path) -> Path:
    archive = source_cache() / "face_recognition_models-0.3.0.tar.gz"
    if not archive.is_file():
        pytest.skip(f"{archive.name} is not in the source cache; build the package once on this machine")
    name = "dlib_face_recognition_resnet_model_v1.dat"
    with tarfile.open(archive) as tar:
        content = tar.extractfile(f"face_recognition_models-0.3.0/face_recognition_models/models/{name}")
        assert content is not None
        (folder / name).write_bytes(content.read())
    return folder / name
