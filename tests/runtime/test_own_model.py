"""A net that the user brings is looked into before it enters the store, and nothing of a refused one stays."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import onnx
import pytest
from onnx import TensorProto, helper

from vultus.errors import InputError, UnsupportedError, VultusError, WeightsError
from vultus.runtime import onnx_check, store
from vultus.runtime.card_file import parse_card
from vultus.runtime.onnx_check import check_net, file_stem, load_checked
from vultus.runtime.own_model import add, from_folder


@pytest.fixture
def bring(models: Path, tmp_path: Path) -> Callable[..., object]:
    """Writes net and card and adds them to the store."""
    def write(data: bytes, text: str, *, overwrite: bool = False) -> object:
        (tmp_path / "net.onnx").write_bytes(data)
        (tmp_path / "card.toml").write_text(text)
        return add(tmp_path / "net.onnx", tmp_path / "card.toml", overwrite=overwrite)
    return write


def test_hash_and_size_are_filled_in(bring: Callable[..., object], net: Callable[..., bytes], toml: Callable[..., str]) -> None:
    bring(net(), toml())
    card = store.card("tiny")
    assert card.bytes == len(net()) and store.find("tiny").read_bytes() == net()
    bring(net(), toml())


def test_pinned_hash_must_fit(bring: Callable[..., object], net: Callable[..., bytes], toml: Callable[..., str], models: Path) -> None:
    with pytest.raises(WeightsError, match="the card says"):
        bring(net(), toml(net(scale=2.0)))
    assert not models.exists()


def test_another_net_of_that_name_needs_overwrite(bring: Callable[..., object], net: Callable[..., bytes],
                                                  toml: Callable[..., str]) -> None:
    bring(net(), toml(net()))
    with pytest.raises(InputError, match="add --overwrite"):
        bring(net(scale=2.0), toml(net(scale=2.0)))
    bring(net(scale=2.0), toml(net(scale=2.0)), overwrite=True)
    assert store.find("tiny").read_bytes() == net(scale=2.0)


def test_shipped_name_default_and_kind_are_refused(bring: Callable[..., object], net: Callable[..., bytes], toml: Callable[..., str],
                                                   ship: Callable[..., None]) -> None:
    ship(net(), name="taken", kind="packaged")
    with pytest.raises(InputError, match="a name that no packaged card has"):
        bring(net(), toml(name="taken"))
    with pytest.raises(InputError, match="false on a card of your own"):
        bring(net(), toml().replace("task =", "default = true\ntask ="))
    with pytest.raises(InputError, match=r"source\.kind: expected local or hub"):
        bring(net(), toml(source={"kind": "packaged"}))


@pytest.mark.parametrize(("change", "message"), [
    ({"output": "z"}, r"output\.z: expected an output of the file: y"),
    ({"net_input": 'name = "in"\nlayout = "nhwc"\ndtype = "float32"\nsize = [8, 8]'}, r"input\.name: expected the file's one input"),
    ({"net_input": 'name = "x"\nlayout = "nchw"\ndtype = "float32"\nsize = [8, 8]'}, r"input: expected float32 \(n, 3, 8, 8\)"),
    ({"net_input": 'name = "x"\nlayout = "nhwc"\ndtype = "float32"\nsize = [9, 8]'}, r"input: expected float32 \(n, 9, 8, 3\)"),
    ({"net_input": 'name = "x"\nlayout = "nhwc"\ndtype = "uint8"\nsize = [8, 8]'}, "input: expected uint8"),
])
def test_card_that_does_not_fit(bring: Callable[..., object], net: Callable[..., bytes], toml: Callable[..., str], models: Path,
                                change: dict[str, str], message: str) -> None:
    with pytest.raises(InputError, match=message):
        bring(net(), toml(**change))
    assert not models.exists()


def test_wrong_dimension(net: Callable[..., bytes], toml: Callable[..., str]) -> None:
    with pytest.raises(InputError, match=r"output\.y\.dimension: expected \[3\]"):
        check_net(net(), parse_card(toml().replace("dimension = 3", "dimension = 4")))
    check_net(net(), parse_card(toml().replace("dimension = 3", "dimension = 0")))


def test_free_sizes_fit(net: Callable[..., bytes], toml: Callable[..., str]) -> None:
    check_net(net(), parse_card(toml().replace("size = [8, 8]", "size = [0, 0]")))


@pytest.mark.parametrize("domain", ["com.microsoft", "my.library", "ai.onnx.training", "ai.onnx.preview"])
def test_operators_of_other_domains(net: Callable[..., bytes], domain: str) -> None:
    with pytest.raises(UnsupportedError, match=f"uses the operator 'Mul' of '{domain}'"):
        load_checked(net(domain=domain), "net.onnx")


def test_operator_in_a_branch_is_found(net: Callable[..., bytes]) -> None:
    """The custom operator sits in the branch of an If inside the graph."""
    inner = helper.make_graph([helper.make_node("Evil", ["x"], ["z"], domain="my.library")], "branch", [],
                              [helper.make_tensor_value_info("z", TensorProto.FLOAT, None)])
    model = onnx.load_model_from_string(net())
    model.graph.node.append(helper.make_node("If", ["c"], ["w"], then_branch=inner, else_branch=inner))
    with pytest.raises(UnsupportedError, match=r"'Evil' of 'my.library'"):
        load_checked(model.SerializeToString(), "net.onnx")


def test_function_of_the_file_itself_is_accepted_unless_it_calls_out(net: Callable[..., bytes]) -> None:
    def with_function(domain: str) -> bytes:
        model = onnx.load_model_from_string(net(domain="my.functions"))
        body = helper.make_node("Mul", ["a", "b"], ["c"], domain=domain)
        imports = [helper.make_opsetid("", 13)] + ([helper.make_opsetid(domain, 1)] if domain else [])
        model.functions.append(helper.make_function("my.functions", "Mul", ["a", "b"], ["c"], [body], imports))
        return bytes(model.SerializeToString())

    load_checked(with_function(""), "net.onnx")
    with pytest.raises(UnsupportedError, match=r"'Mul' of 'my\.library'"):
        load_checked(with_function("my.library"), "net.onnx")


def test_external_data_is_found_wherever_it_hides(net: Callable[..., bytes], externalise: Callable[[bytes], bytes]) -> None:
    with pytest.raises(UnsupportedError, match="keeps weights in another file"):
        load_checked(externalise(net()), "net.onnx")
    hidden = onnx.load_model_from_string(externalise(net())).graph.initializer[0]
    model = onnx.load_model_from_string(net())
    model.graph.node.append(helper.make_node("Constant", [], ["k"], value=hidden))
    with pytest.raises(UnsupportedError, match="keeps weights in another file"):
        load_checked(model.SerializeToString(), "net.onnx")


@pytest.mark.parametrize("data", [b"", b"not a net", b"\x80\x04K\x01.", b"\x08\x08"])
def test_files_that_are_no_net(data: bytes) -> None:
    with pytest.raises(InputError, match="an ONNX model"):
        load_checked(data, "net.onnx")


def test_invalid_net_is_found_by_the_checker(net: Callable[..., bytes]) -> None:
    model = onnx.load_model_from_string(net())
    model.graph.node[1].input[1] = "nowhere"
    with pytest.raises(InputError, match="a valid ONNX model"):
        load_checked(model.SerializeToString(), "net.onnx")


def test_size_cap(net: Callable[..., bytes], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(onnx_check, "MAX_BYTES", 10)
    with pytest.raises(InputError, match="at most 10 bytes"):
        load_checked(net(), "net.onnx")


def test_every_cut_of_a_net_is_refused_or_valid(net: Callable[..., bytes], toml: Callable[..., str]) -> None:
    """No prefix of a file ends in anything but one of our errors."""
    card = parse_card(toml())
    for length in range(0, len(net()), 7):
        with pytest.raises(VultusError):
            check_net(net()[:length], card)


def test_random_bytes_in_a_net_never_crash(net: Callable[..., bytes], toml: Callable[..., str]) -> None:
    card, rng = parse_card(toml()), np.random.default_rng(3)
    for _ in range(200):
        data = bytearray(net())
        for place in rng.integers(0, len(data), 3):
            data[place] = rng.integers(0, 256)
        try:
            check_net(bytes(data), card)
        except VultusError as error:
            assert str(error)


def test_folder(tmp_path: Path, net: Callable[..., bytes], toml: Callable[..., str], models: Path) -> None:
    folder = tmp_path / "mine"
    folder.mkdir()
    with pytest.raises(InputError, match=r"one \.toml card, got 0"):
        from_folder(folder)
    (folder / "tiny.toml").write_text(toml())
    (folder / "tiny.onnx").write_bytes(net())
    add(*from_folder(folder))
    assert store.find("tiny").is_file()


def test_missing_file(models: Path, tmp_path: Path, toml: Callable[..., str]) -> None:
    (tmp_path / "card.toml").write_text(toml())
    with pytest.raises(InputError, match="No such file"):
        add(tmp_path / "net.onnx", tmp_path / "card.toml")


def test_names_made_of_file_names() -> None:
    assert file_stem("onnx/Glint_R100 (v2).onnx") == "glint-r100-v2"
    assert file_stem("面.onnx") == "model"
