"""With `flip` a crop and its mirror image share a template; without it they do not."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from onnx import TensorProto, helper, numpy_helper

from vultus.embed.store_net import StoreNetEmbedder
from vultus.runtime.own_model import add
from vultus.types import Crops

CARD = """
name = "left-half"
summary = "mean colour of the left half"
task = "embed"
file = "left-half.onnx"
[source]
kind = "local"
[input]
name = "x"
layout = "nhwc"
dtype = "float32"
size = [112, 112]
crop = "arcface-112"
[output.y]
dimension = 3
meaning = "mean of each channel"
[licence]
code = "permitted"
weights = "permitted"
training_data = "permitted"
"""


@pytest.fixture
def left_half(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    """A net that looks at the left half of a crop only."""
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path / "models"))
    numbers = {"from": [0], "to": [56], "axis": [2]}
    nodes = [helper.make_node("Slice", ["x", *numbers], ["half"]), helper.make_node("ReduceMean", ["half"], ["y"], axes=[1, 2], keepdims=0)]
    graph = helper.make_graph(nodes, "half", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 112, 112, 3])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])],
                              [numpy_helper.from_array(np.array(v, np.int64), k) for k, v in numbers.items()])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (tmp_path / "net.onnx").write_bytes(model.SerializeToString())
    (tmp_path / "card.toml").write_text(CARD)
    add(tmp_path / "net.onnx", tmp_path / "card.toml")
    return "left-half"


@pytest.mark.parametrize("flip", [False, True])
def test_a_mirror_image_has_the_same_template_only_with_flip(left_half: str, flip: bool) -> None:
    images = np.random.default_rng(1).integers(0, 256, (3, 112, 112, 3)).astype(np.uint8)
    images[:, :, 56:, 0] //= 8
    embedder = StoreNetEmbedder(left_half, flip=flip, threads=1)
    there, back = (embedder.embed(Crops(np.ascontiguousarray(i), np.zeros((3, 2, 3)), "arcface-112")) for i in (images, images[:, :, ::-1]))
    np.testing.assert_allclose(np.linalg.norm(there.vectors, axis=1), 1, atol=1e-5)
    assert np.allclose(there.vectors, back.vectors, atol=1e-5) is flip
    assert there.space.endswith("/flip") is flip
