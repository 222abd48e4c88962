"""Sessions: named and checked arrays, the same bits every time, engines by name and never a silent replacement."""

from __future__ import annotations

import importlib.util
import json
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vultus.errors import InputError, MissingExtraError, UnknownNameError, UnsupportedError, WeightsError
from vultus.runtime import engine_choice, engines, store
from vultus.runtime.engine_choice import SAME_SPACE_COSINE, choose_engine, min_cosine
from vultus.runtime.session import Session
from vultus.runtime.session_pool import SessionPool

WEIGHT = np.arange(6, dtype=np.float32).reshape(3, 2) - 2


def write_model(path: Path, weight: np.ndarray = WEIGHT, two_inputs: bool = False) -> Path:
    """A model: `sum` = x @ weight (+ y), x float32 (n, 3), y float32 (n, 2)."""
    inputs = [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 3])]
    nodes = [helper.make_node("MatMul", ["x", "w"], ["xw" if two_inputs else "sum"])]
    if two_inputs:
        inputs.append(helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 2]))
        nodes.append(helper.make_node("Add", ["xw", "y"], ["sum"]))
    graph = helper.make_graph(nodes, "tiny", inputs, [helper.make_tensor_value_info("sum", TensorProto.FLOAT, ["n", 2])],
                              [numpy_helper.from_array(weight, "w")])
    onnx.save(helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8), path)
    return path


@pytest.fixture
def model(tmp_path: Path) -> Path:
    return write_model(tmp_path / "tiny.onnx")


def test_run_computes_the_graph_and_names_its_outputs(model):
    x = np.random.default_rng(0).normal(size=(5, 3)).astype(np.float32)
    out = Session(model).run({"x": x})
    assert list(out) == ["sum"]
    np.testing.assert_allclose(out["sum"], x @ WEIGHT, rtol=1e-6)


@pytest.mark.parametrize("array, got", [
    (np.zeros((2, 3)), "float64 (2, 3)"), (np.zeros((2, 4), np.float32), "float32 (2, 4)"),
    (np.zeros(3, np.float32), "float32 (3,)"), (np.zeros((0, 3), np.float32), "float32 (0, 3)"), ([[0.0, 0.0, 0.0]], "list")])
def test_a_wrong_array_is_refused_by_the_input_name(model, array, got):
    with pytest.raises(InputError) as caught:
        Session(model).run({"x": array})
    assert caught.value.argument == "x" and caught.value.got == got and caught.value.expected == "float32 (n, 3)"


def test_missing_and_unknown_inputs_are_named(tmp_path):
    session = Session(write_model(tmp_path / "two.onnx", two_inputs=True))
    with pytest.raises(InputError, match=r"y: expected float32 \(n, 2\), got nothing"):
        session.run({"x": np.zeros((1, 3), np.float32)})
    with pytest.raises(UnknownNameError, match=r"'z'.*inputs: x, y"):
        session.run({"x": np.zeros((1, 3), np.float32), "z": np.zeros((1, 2), np.float32)})
    with pytest.raises(InputError, match="a model with one input, got 2 inputs"):
        session.batch_run(np.zeros((1, 3), np.float32))


@pytest.mark.parametrize("rows, micro_batch", [(0, 4), (1, 4), (4, 4), (9, 4), (9, 1), (3, 100)])
def test_micro_batches_give_every_row_once_in_order(model, rows, micro_batch):
    x = np.random.default_rng(rows).normal(size=(rows, 3)).astype(np.float32)
    out = Session(model).batch_run(x, micro_batch)["sum"]
    assert out.shape == (rows, 2) and out.dtype == np.float32
    np.testing.assert_allclose(out, x @ WEIGHT, rtol=1e-5, atol=1e-6)


def test_a_micro_batch_or_thread_count_below_one_is_refused(model):
    with pytest.raises(InputError, match="micro_batch"):
        Session(model).batch_run(np.zeros((2, 3), np.float32), 0)
    with pytest.raises(InputError, match="threads"):
        Session(model, threads=0)


def test_the_recogniser_gives_the_same_bits_in_any_batch_and_with_any_threads():
    crops = np.random.default_rng(1).integers(0, 256, (5, 150, 150, 3), np.uint8)
    path = store.find("dlib-resnet29")
    whole = Session(path, threads=1).batch_run(crops, 8)["features"]
    single = Session(path, threads=1).batch_run(crops, 1)["features"]
    two = Session(path, threads=2).batch_run(crops, 3)["features"]
    assert np.array_equal(whole, single) and np.array_equal(whole, two)


def test_a_missing_and_a_damaged_file_name_the_next_command(tmp_path, model):
    with pytest.raises(WeightsError, match=r"gone\.onnx.*vultus models verify"):
        Session(tmp_path / "gone.onnx")
    damaged = tmp_path / "damaged.onnx"
    damaged.write_bytes(model.read_bytes()[:-40])
    with pytest.raises(WeightsError, match=r"damaged\.onnx"):
        Session(damaged)


def test_an_absent_engine_is_an_error_and_never_replaced(model, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name, package=None: None)
    for name in ("openvino", "openvino-bf16"):
        with pytest.raises(MissingExtraError, match=r"vultus\[openvino\]"):
            Session(model, engine=name)
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CPUExecutionProvider"])
    with pytest.raises(UnsupportedError, match="onnxruntime-gpu"):
        Session(model, engine="cuda")
    with pytest.raises(UnknownNameError, match="onnxruntime, openvino"):
        Session(model, engine="openvinno")


@pytest.mark.filterwarnings("ignore:Specified provider")
def test_cuda_that_falls_back_to_the_cpu_is_an_error(model, monkeypatch):
    monkeypatch.setattr("onnxruntime.get_available_providers", lambda: ["CUDAExecutionProvider", "CPUExecutionProvider"])
    with pytest.raises(UnsupportedError, match="working device, got CPUExecutionProvider"):
        Session(model, engine="cuda")


def test_threads_follow_the_environment(monkeypatch, model):
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert Session(model).threads == 3 and Session(model, threads=1).threads == 1
    monkeypatch.setenv("OMP_NUM_THREADS", "many")
    assert Session(model).threads >= 1


def fake_engines(monkeypatch, noise: float, slow: str = "onnxruntime"):
    """Two engines: the real one, and an `openvino` that adds noise; the one called `slow` takes ten times as long."""
    real, opened = engines.open_engine, []

    def opener(name, path, threads):
        opened.append(name)
        engine = real("onnxruntime", path, threads)
        rng = np.random.default_rng(0)
        add = noise if name == "openvino" else 0.0
        return engines.Engine(name, engine.inputs, engine.outputs,
                              lambda feeds: [a + add * rng.normal(size=a.shape).astype(a.dtype) for a in engine.call(feeds)])

    monkeypatch.setattr(engine_choice, "open_engine", opener)
    monkeypatch.setattr(engine_choice, "installed_engines", lambda: ("onnxruntime", "openvino"))
    monkeypatch.setattr(engine_choice, "_time", lambda engine, feeds: 1.0 if engine.name == slow else 0.1)
    return opened


@pytest.mark.parametrize("noise, slow, chosen", [(0.0, "onnxruntime", "openvino"), (0.0, "openvino", "onnxruntime"),
                                                  (50.0, "onnxruntime", "onnxruntime")])
def test_auto_takes_the_fastest_engine_that_agrees(model, tmp_path, monkeypatch, noise, slow, chosen):
    fake_engines(monkeypatch, noise, slow)
    choice = choose_engine(model, 1, cache=tmp_path / "engines.json")
    assert choice.engine == chosen
    assert (choice.cosine["openvino"] >= SAME_SPACE_COSINE) == (noise == 0)


def test_the_choice_is_measured_once_a_model_and_remembered(model, tmp_path, monkeypatch):
    opened, cache = fake_engines(monkeypatch, 0.0), tmp_path / "cache" / "engines.json"
    first = choose_engine(model, 1, cache=cache)
    measured = len(opened)
    assert choose_engine(model, 1, cache=cache) == first and len(opened) == measured
    choose_engine(model, 2, cache=cache)
    choose_engine(write_model(tmp_path / "other.onnx", WEIGHT + 1), 1, cache=cache)
    assert len(opened) == 3 * measured and len(json.loads(cache.read_text())) == 3
    cache.write_text("{ half a file")
    assert choose_engine(model, 1, cache=cache).engine == first.engine


def test_auto_records_what_runs(model, tmp_path, monkeypatch):
    monkeypatch.setattr(engine_choice, "default_cache", lambda: tmp_path / "engines.json")
    monkeypatch.setattr(engine_choice, "installed_engines", lambda: ("onnxruntime",))
    session = Session(model, engine="auto")
    assert session.engine == "onnxruntime" and session.choice.seconds["onnxruntime"] > 0 and "tiny.onnx" in repr(session)


def test_min_cosine_is_the_worst_row():
    a = np.array([[1, 0], [0, 2], [0, 0]], np.float32)
    b = np.array([[2, 0], [1, 1], [0, 0]], np.float32)
    assert min_cosine([a], [a]) == pytest.approx(1)
    assert min_cosine([a], [b]) == pytest.approx(np.sqrt(0.5))
    assert min_cosine([a[2:]], [b[:1]]) == 0


def test_a_pool_opens_every_model_once(model, tmp_path):
    pool = SessionPool()
    other = write_model(tmp_path / "other.onnx")
    assert pool.session(model) is pool.session(str(model)) and pool.session(other) is not pool.session(model)
    assert pool.session(model, threads=1) is not pool.session(model, threads=2)


@pytest.mark.engine
@pytest.mark.parametrize("engine", ["openvino", "openvino-bf16"])
def test_openvino_agrees_with_onnxruntime(engine):
    pytest.importorskip("openvino")
    crops = np.random.default_rng(1).integers(0, 256, (4, 150, 150, 3), np.uint8)
    path = store.find("dlib-resnet29")
    expected = Session(path, threads=1).batch_run(crops)["features"]
    session = Session(path, threads=1, engine=engine)
    assert session.engine == engine
    assert min_cosine([expected], [session.batch_run(crops)["features"]]) > 0.9995
