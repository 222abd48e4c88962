"""Any recogniser of the store runs by name: what goes in is the card's, what comes out may be compared with itself alone."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper, numpy_helper

from vultus.embed.onnx.demo import run
from vultus.embed.onnx.method import Config, OnnxEmbedder
from vultus.errors import InputError, SpaceError, UnknownNameError, WeightsError
from vultus.runtime.own_model import add
from vultus.types import Crops

CARD = """
name = "{name}"
summary = "mean colour"
task = "{task}"
file = "mean.onnx"
[source]
kind = "local"
[input]
name = "x"
layout = "nchw"
dtype = "float32"
size = [56, 56]
colour = "{colour}"
mean = [127.5, 127.5, 127.5]
std = [127.5, 127.5, 127.5]
crop = "{crop}"
[output.y]
dimension = {dimension}
meaning = "mean of each channel"
[licence]
code = "permitted"
weights = "permitted"
training_data = "permitted"
"""


def mean_net(scale: float = 1.0, batch: int | str = "n") -> bytes:
    """Input (n, 3, 56, 56), output: scale x mean of each channel, (n, 3)."""
    nodes = [helper.make_node("ReduceMean", ["x"], ["m"], axes=[2, 3], keepdims=0), helper.make_node("Mul", ["m", "s"], ["y"])]
    graph = helper.make_graph(nodes, "mean", [helper.make_tensor_value_info("x", TensorProto.FLOAT, [batch, 3, 56, 56])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, [batch, "d"])],
                              [numpy_helper.from_array(np.float32([scale]), "s")])
    return bytes(onnx.helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8).SerializeToString())


@pytest.fixture
def bring(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path / "models"))

    def write(data: bytes, name: str = "mean", colour: str = "bgr", crop: str = "arcface-112", task: str = "embed",
              dimension: int = 3) -> None:
        (tmp_path / "net.onnx").write_bytes(data)
        (tmp_path / "card.toml").write_text(CARD.format(name=name, colour=colour, crop=crop, task=task, dimension=dimension))
        add(tmp_path / "net.onnx", tmp_path / "card.toml")
    return write


def crops(count: int = 5, template: str = "arcface-112", side: int = 112) -> Crops:
    images = np.random.default_rng(1).integers(0, 256, (count, side, side, 3), dtype=np.uint8)
    images[:, :, :, 0] //= 4
    return Crops(images, np.zeros((count, 2, 3)), template)


def test_card_decides_what_the_net_gets(bring) -> None:
    """The net averages what it is fed, so the template can be computed by hand: bgr, halved size, (p - 127.5) / 127.5."""
    bring(mean_net())
    embedder = OnnxEmbedder(Config(model="mean", threads=1))
    given = crops()
    means = given.images.astype(np.float64).mean(axis=(1, 2))[:, ::-1] / 127.5 - 1
    expected = means / np.linalg.norm(means, axis=1, keepdims=True)
    # Resizing rounds each pixel, which moves the mean by a small share of a level.
    np.testing.assert_allclose(embedder.embed(given).vectors, expected, atol=5e-3)
    assert np.abs(embedder.embed(given).vectors - expected[:, ::-1]).max() > 0.3


@pytest.mark.parametrize("batch", ["n", 1, 2, 4])
def test_batch_equals_single_also_for_fixed_batches(bring, batch: int | str) -> None:
    bring(mean_net(batch=batch))
    embedder = OnnxEmbedder(Config(model="mean", micro_batch=3, threads=1))
    given = crops(5)
    together = embedder.embed(given).vectors
    single = np.concatenate([embedder.embed(given[i]).vectors for i in range(5)])
    np.testing.assert_allclose(together, single, atol=1e-6)
    assert np.abs(together[0] - together[1]).max() > 1e-6
    assert embedder.embed(given[:0]).vectors.shape == (0, 3)


def test_space_names_the_file(bring) -> None:
    bring(mean_net(1.0))
    bring(mean_net(2.0), name="other")
    first, second = (OnnxEmbedder(Config(model=name, threads=1)).embed(crops(1)) for name in ("mean", "other"))
    assert first.space.startswith("mean/arcface-112/") and len(first.space.rpartition("/")[2]) == 8
    with pytest.raises(SpaceError):
        first.similarity(second)


def test_packaged_recogniser_gives_its_own_templates() -> None:
    from vultus.embed.dlib_resnet.method import Config as DlibConfig
    from vultus.embed.dlib_resnet.method import DlibResNet
    given = crops(3, "dlib-150", 150)
    ours = OnnxEmbedder(Config(threads=1))
    assert ours.template == "dlib-150" and ours.card.name == "dlib-resnet29"
    np.testing.assert_array_equal(ours.embed(given).vectors, DlibResNet(DlibConfig(threads=1, flip=False)).embed(given).vectors)


def test_a_pipeline_takes_an_imported_net_by_its_name(bring) -> None:
    from vultus.errors import UnknownNameError
    from vultus.pipeline import Recogniser
    bring(mean_net())
    assert Recogniser(embedder="mean", threads=1).space.startswith("mean/arcface-112/")
    with pytest.raises(UnknownNameError, match="meen"):
        Recogniser(embedder="meen", threads=1)


def test_wrong_crops_and_models_are_named(bring) -> None:
    bring(mean_net())
    embedder = OnnxEmbedder(Config(model="mean", threads=1))
    with pytest.raises(InputError, match=r"crops: expected Crops of template 'arcface-112'"):
        embedder.embed(crops(1, "dlib-150", 150))
    with pytest.raises(InputError, match="got ndarray"):
        embedder.embed(crops(1).images)  # type: ignore[arg-type]
    with pytest.raises(UnknownNameError, match="did you mean mean"):
        OnnxEmbedder(Config(model="meanx"))
    with pytest.raises(InputError, match="a net for the task embed"):
        OnnxEmbedder(Config(model="centerface"))
    bring(mean_net(), name="nocrop", crop="")
    with pytest.raises(InputError, match="whose card names a crop"):
        OnnxEmbedder(Config(model="nocrop"))
    bring(mean_net(), name="badcrop", crop="arcface-113")
    with pytest.raises(UnknownNameError, match="arcface-112"):
        OnnxEmbedder(Config(model="badcrop"))


def test_output_of_another_size_than_the_card_s(bring) -> None:
    bring(mean_net(), dimension=4)
    with pytest.raises(WeightsError, match=r"shape \(1, 3\) for 1 crops, its card says \[4\]"):
        OnnxEmbedder(Config(model="mean", threads=1)).embed(crops(1))


def test_altered_net_is_an_error_not_another_template(bring, tmp_path: Path) -> None:
    bring(mean_net(1.0))
    embedder = OnnxEmbedder(Config(model="mean", threads=1))
    (tmp_path / "models" / "mean" / "mean.onnx").write_bytes(mean_net(-1.0))
    with pytest.raises(WeightsError, match="altered"):
        embedder.embed(crops(1))


def test_demo(tmp_path: Path) -> None:
    report = run(Config(threads=1), {}, np.random.default_rng(0), tmp_path)
    assert report["smallest cosine"].value > 0.9999 > report["baseline: red and blue swapped"].value
