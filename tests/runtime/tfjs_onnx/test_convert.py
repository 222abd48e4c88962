"""What the converter promises about its output and its refusals."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import numpy as np
import onnx
import pytest

from vultus.errors import InputError, UnsupportedError
from vultus.runtime.tfjs_onnx import convert_file

Array = np.ndarray


def test_stored_halves_and_bytes_become_floats(graph: Any, x: Array) -> None:
    half = np.array([0.1, -2.5, 3.0], np.float16)
    graph.op("AddV2", "y", "x", graph.const("h", half, stored="float16"))
    graph.op("AddV2", "z", "x", graph.const("q", np.array([0, 10, 255], np.uint8), stored="uint8", scale=0.02, min=-1.5))
    y, z = graph.run(x, "y", "z")
    np.testing.assert_allclose(y, x + half.astype(np.float32), rtol=1e-6)
    np.testing.assert_allclose(z, x + np.array([-1.5, -1.3, 3.6]), atol=1e-6)


def test_the_same_files_give_the_same_bytes(graph: Any) -> None:
    graph.op("Conv2D", "y", "x", graph.const("w", np.ones((3, 3, 3, 2))), strides=[1, 2, 2, 1], padding="SAME")
    path = graph.write("y")
    first = convert_file(path)
    assert first == convert_file(path)
    model = onnx.load_model_from_string(first)
    assert (model.producer_name, model.producer_version, model.doc_string) == ("", "", "")  # nothing that names a version


def test_an_unknown_op_is_named_with_its_node_and_model(graph: Any) -> None:
    graph.op("NonMaxSuppressionV5", "pick", "x")
    with pytest.raises(UnsupportedError, match=r"'net'.*'pick'.*'NonMaxSuppressionV5'"):
        convert_file(graph.write("pick"))


def test_an_option_that_is_not_covered_is_refused(graph: Any) -> None:
    attributes = {"strides": [1, 1, 1, 1], "padding": "SAME", "data_format": "NCHW"}
    graph.op("Conv2D", "y", "x", graph.const("w", np.ones((1, 1, 3, 1))), **attributes)
    with pytest.raises(UnsupportedError, match=r"'y'.*NCHW"):
        convert_file(graph.write("y"))


@pytest.mark.parametrize("damage", ["cut weights", "no weights", "outside", "not json", "layers model", "missing node"])
def test_damaged_files_are_refused(graph: Any, damage: str) -> None:
    graph.op("AddV2", "y", "x", graph.const("w", np.ones(3)))
    path = graph.write("y")
    document = json.loads(path.read_text())
    if damage == "cut weights":
        (path.parent / "net.bin").write_bytes(graph.data[:-1])
    elif damage == "no weights":
        (path.parent / "net.bin").unlink()
    elif damage == "outside":
        document["weightsManifest"][0]["paths"] = ["../net.bin"]
    elif damage == "layers model":
        document["modelTopology"] = {"model_config": {}}
    elif damage == "missing node":
        document["modelTopology"]["node"].pop(1)
    path.write_text("{" if damage == "not json" else json.dumps(document))
    with pytest.raises(InputError):
        convert_file(path)


def test_an_integer_picture_is_taken_as_bytes(new_graph: Callable[..., Any]) -> None:
    graph, x = new_graph((-1, 2, 2, 3), "DT_INT32"), np.arange(12, dtype=np.uint8).reshape(1, 2, 2, 3)
    graph.op("Cast", "y", "x", SrcT="DT_INT32", DstT="DT_FLOAT")
    np.testing.assert_array_equal(graph.run(x, "y")[0], x.astype(np.float32))
