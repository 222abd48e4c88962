"""Ops that move values against numpy indexing."""

from __future__ import annotations

from typing import Any

import numpy as np
import onnx
import onnxruntime
import pytest

from vultus.runtime.tfjs_onnx import convert_file

Array = np.ndarray


@pytest.mark.parametrize(("arguments", "masks", "index"), [
    (([0, 1, 0], [0, 5, 2], [1, 2, 1]), {"begin_mask": 1, "end_mask": 1}, np.s_[:, 1:5:2, 0:2]),
    (([0, 2], [0, 3], [1, 1]), {"begin_mask": 1, "end_mask": 1, "shrink_axis_mask": 2}, np.s_[:, 2]),
    (([0, 1], [0, 3], [1, 1]), {"ellipsis_mask": 1}, np.s_[..., 1:3]),
    (([0, 0, 0], [0, 0, 0], [1, 1, -1]), {"begin_mask": 5, "end_mask": 7, "new_axis_mask": 2}, np.s_[:, None, ::-1]),
    (([-1], [0], [1]), {"shrink_axis_mask": 1}, np.s_[-1])])
def test_strided_slice_follows_its_masks(graph: Any, x: Array, arguments: tuple[list[int], ...], masks: dict[str, int],
                                         index: Any) -> None:
    names = [graph.const(name, values) for name, values in zip("bes", arguments, strict=True)]
    graph.op("StridedSlice", "y", "x", *names, **masks)
    np.testing.assert_array_equal(graph.run(x, "y")[0], x[index])


def test_ops_that_only_move_values(graph: Any, x: Array) -> None:
    graph.op("Transpose", "t", "x", graph.const("perm", [0, 3, 1, 2]))
    graph.op("ConcatV2", "c", "x", "x", graph.const("axis", -1))
    graph.op("Pack", "p", "x", "x", axis=1)
    graph.op("Split", "s", "axis", "x", num_split=3)
    graph.op("SplitV", "v", "x", graph.const("sizes", [2, -1]), graph.const("axis1", 1))
    graph.op("Unpack", "u", "x", axis=3, num=3)
    graph.op("GatherV2", "g", "x", graph.const("rows", [4, 0]), "axis1", batch_dims=0)
    graph.op("ExpandDims", "e", "x", "axis1")
    graph.op("Squeeze", "q", "e", squeeze_dims=[1])
    graph.op("Slice", "l", "x", graph.const("begin", [0, 1, 2, 0]), graph.const("size", [-1, 3, -1, 2]))
    graph.op("Tile", "m", "x", graph.const("times", [1, 2, 1, 1]))
    graph.nodes += [{"name": n, "op": "Identity", "input": [s], "attr": {}} for n, s in (("s2", "s:2"), ("v1", "v:1"), ("u1", "u:1"))]
    wanted = {"t": x.transpose(0, 3, 1, 2), "c": np.concatenate([x, x], -1), "p": np.stack([x, x], 1), "s2": x[..., 2:], "v1": x[:, 2:],
              "u1": x[..., 1], "g": x[:, [4, 0]], "e": x[:, None], "q": x, "l": x[:, 1:4, 2:, :2], "m": np.tile(x, (1, 2, 1, 1))}
    for name, got in zip(wanted, graph.run(x, *wanted), strict=True):
        np.testing.assert_array_equal(got, wanted[name], err_msg=name)


def test_transposes_between_the_layouts_cancel(graph: Any, x: Array) -> None:
    graph.op("Conv2D", "a", "x", graph.const("w", np.eye(3).reshape(1, 1, 3, 3)), strides=[1, 1, 1, 1], padding="SAME")
    graph.op("Transpose", "b", "a", graph.const("to", [0, 3, 1, 2]))
    graph.op("Relu", "c", "b")
    graph.op("Transpose", "d", "c", graph.const("back", [0, 2, 3, 1]))
    graph.op("Conv2D", "y", "d", "w", strides=[1, 1, 1, 1], padding="SAME")
    np.testing.assert_allclose(graph.run(x, "y")[0], np.maximum(x, 0), atol=1e-6)
    session = onnxruntime.InferenceSession(convert_file(graph.path), providers=["CPUExecutionProvider"])
    assert [o.name for o in session.get_outputs()] == ["y"]
    model = onnx.load_model_from_string(convert_file(graph.path))
    assert sum(node.op_type == "Transpose" for node in model.graph.node) == 2  # in and out, none between the convolutions


def test_a_shape_computed_in_the_graph_keeps_the_batch_free(graph: Any, x: Array) -> None:
    graph.op("Shape", "shape", "x", out_type="DT_INT32")
    graph.op("StridedSlice", "n", "shape", graph.const("b", [0]), graph.const("e", [1]), graph.const("s", [1]), shrink_axis_mask=1)
    graph.op("Pack", "target", "n", graph.const("rows", 42), graph.const("columns", 3), axis=0)
    graph.op("Reshape", "y", "x", "target")
    np.testing.assert_array_equal(graph.run(x, "y")[0], x.reshape(2, 42, 3))
