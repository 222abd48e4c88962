"""Slimming against the model it came from, on a small net with everything that gets rewritten."""

import numpy as np
import onnx
import onnxruntime
import pytest
from onnx import TensorProto, helper, numpy_helper

from vultus.runtime.onnx_slim import slim_onnx
from vultus.runtime.packaged import packaged_file

SHAPES = {"x": ("n", 3, "h", "w"), "y": ("n", 4, "h", "w")}


def old_export(seed: int = 0) -> bytes:
    """Conv -> ConvTranspose -> BatchNormalization, weights listed as inputs, fixed 8 x 8 picture, a leftover weight."""
    rng = np.random.default_rng(seed)
    weights = {
        "w1": rng.normal(size=(64, 3, 3, 3)), "b1": rng.normal(size=64),
        "w2": rng.normal(size=(64, 4, 2, 2)) / 8, "leftover": np.zeros(1),
        "gamma": rng.uniform(0.5, 2, 4), "beta": rng.normal(size=4), "mean": rng.normal(size=4), "var": rng.uniform(0.1, 3, 4),
    }
    nodes = [
        helper.make_node("Conv", ["x", "w1", "b1"], ["a"], strides=[2, 2], pads=[1, 1, 1, 1]),
        helper.make_node("ConvTranspose", ["a", "w2"], ["b"], strides=[2, 2]),
        helper.make_node("BatchNormalization", ["b", "gamma", "beta", "mean", "var"], ["y"], epsilon=0.01),
    ]
    tensors = [numpy_helper.from_array(values.astype(np.float32), name) for name, values in weights.items()]
    listed = [helper.make_tensor_value_info(t.name, TensorProto.FLOAT, t.dims) for t in tensors]
    source = helper.make_tensor_value_info("x", TensorProto.FLOAT, [1, 3, 8, 8])
    target = helper.make_tensor_value_info("y", TensorProto.FLOAT, [1, 4, 8, 8])
    graph = helper.make_graph(nodes, "old", [source, *listed], [target], tensors)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 9)], ir_version=4).SerializeToString()


def run(data: bytes, x: np.ndarray) -> np.ndarray:
    return onnxruntime.InferenceSession(data, providers=["CPUExecutionProvider"]).run(None, {"x": x})[0]


def test_same_numbers_and_free_size() -> None:
    x = np.random.default_rng(1).normal(size=(1, 3, 8, 8)).astype(np.float32)
    exact, half = (slim_onnx(old_export(), SHAPES, half=flag) for flag in (False, True))
    expected = run(old_export(), x)
    np.testing.assert_allclose(run(exact, x), expected, rtol=1e-5, atol=1e-5)
    np.testing.assert_allclose(run(half, x), expected, atol=0.02)
    assert np.abs(run(half, x) - expected).max() > 1e-6
    assert run(exact, np.zeros((2, 3, 16, 12), np.float32)).shape == (2, 4, 16, 12)


def test_leftovers_go_and_large_weights_are_halved() -> None:
    model = onnx.load_model_from_string(slim_onnx(old_export(), SHAPES))
    assert [value.name for value in model.graph.input] == ["x"]
    assert [node.op_type for node in model.graph.node] == ["Cast", "Cast", "Conv", "ConvTranspose"]
    types = {tensor.name: tensor.data_type for tensor in model.graph.initializer}
    assert types["w1.half"] == TensorProto.FLOAT16 and types["b1"] == TensorProto.FLOAT
    assert "leftover" not in types and "gamma" not in types


def test_a_normalisation_that_others_share_is_kept() -> None:
    model = onnx.load_model_from_string(old_export())
    model.graph.node.append(helper.make_node("Relu", ["b"], ["z"]))
    model.graph.output.append(helper.make_tensor_value_info("z", TensorProto.FLOAT, [1, 4, 8, 8]))
    kept = onnx.load_model_from_string(slim_onnx(model.SerializeToString(), SHAPES | {"z": ("n", 4, "h", "w")}))
    assert "BatchNormalization" in [node.op_type for node in kept.graph.node]


def test_same_input_gives_the_same_bytes() -> None:
    assert slim_onnx(old_export(), SHAPES) == slim_onnx(old_export(), SHAPES)
    assert slim_onnx(old_export(), SHAPES) != slim_onnx(old_export(1), SHAPES)


def test_a_missing_shape_is_named() -> None:
    with pytest.raises(ValueError, match="no shape given for 'y'"):
        slim_onnx(old_export(), {"x": ("n", 3, "h", "w")})


@pytest.mark.parametrize("name, shape, outputs", [
    ("centerface", (2, 3, 96, 64), [(2, 1, 24, 16), (2, 2, 24, 16), (2, 2, 24, 16), (2, 10, 24, 16)]),
    ("mtcnn-pnet", (2, 40, 30, 3), [(2, 15, 10, 4), (2, 15, 10, 2)]),
    ("mtcnn-rnet", (3, 24, 24, 3), [(3, 4), (3, 2)]),
    ("mtcnn-onet", (3, 48, 48, 3), [(3, 4), (3, 10), (3, 2)]),
])
def test_packaged_detectors_take_any_batch_and_size(name: str, shape: tuple[int, ...], outputs: list[tuple[int, ...]]) -> None:
    session = onnxruntime.InferenceSession(packaged_file(name).path, providers=["CPUExecutionProvider"])
    x = np.random.default_rng(2).uniform(-1, 1, shape).astype(np.float32)
    got = session.run(None, {session.get_inputs()[0].name: x})
    assert [array.shape for array in got] == outputs
    one = session.run(None, {session.get_inputs()[0].name: x[:1]})
    for many, single in zip(got, one, strict=True):
        np.testing.assert_allclose(many[:1], single, atol=1e-4)
