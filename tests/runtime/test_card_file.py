"""Cards are read strictly: every fault is named, and what is written is read back as the same card."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from vultus.card import USES, Licence
from vultus.errors import InputError, UnknownNameError
from vultus.runtime.card_file import parse_card, read_card
from vultus.runtime.card_write import card_text
from vultus.runtime.model_card import Measured, ModelCard, NetInput, NetOutput, Source, Training

NPM = 'kind = "npm"\npackage = "@some/nets"\nversion = "1.0.0"\nsha256 = "' + "a" * 64 + '"\npath = "package/tiny.json"'


def test_complete_card(toml: Callable[..., str]) -> None:
    text = toml(b"123", source={"kind": "npm", "package": "@some/nets", "version": "1.0.0", "sha256": "a" * 64,
                                "path": "package/tiny.json", "convert": "tfjs"},
                extra='note = "because"\n[training]\noverlap = "none known"\n[[measured]]\nfigure = "f"\nvalue = 0.5\nlow = 0.4\n'
                      'high = 0.6\nn = 10\ndata = "d"\n')
    card = parse_card(text)
    assert (card.name, card.bytes, card.source.convert, card.default) == ("tiny", 3, "tfjs", False)
    assert card.input.mean == (0.0, 0.0, 0.0) and card.input.std == (1.0, 1.0, 1.0)
    assert card.outputs == (NetOutput("y", (3,), "mean red, green, blue"),)
    assert card.measured == (Measured("f", 0.5, "d", 0.4, 0.6, 10),)
    assert card.training.overlap == "none known" and not card.licence.commercial


@pytest.mark.parametrize(("old", "new", "message"), [
    ("summary =", "sumary =", r"did you mean summary"),
    ('layout = "nhwc"', 'layout = "nwhc"', r"input\.layout: expected nhwc or nchw, got 'nwhc'"),
    ("size = [8, 8]", "size = [8]", r"input\.size: expected \[height, width\]"),
    ("size = [8, 8]", "size = [8, -1]", r"input\.size"),
    ("size = [8, 8]", "size = [8, true]", r"input\.size"),
    ("size = [8, 8]", "size = [8, 8]\nstd = [1, 0, 1]", r"input\.std: expected 3 numbers, each above 0"),
    ("size = [8, 8]", "size = [8, 8]\nmean = [1]", r"input\.mean: expected 3 numbers"),
    ("size = [8, 8]", "size = [8, 8]\nmean = [1, nan, 1]", r"input\.mean: expected a finite number"),
    ('dtype = "float32"', 'dtype = "uint8"\nmean = [1, 1, 1]', r"input\.dtype"),
    ('task = "embed"', 'task = "embedd"', r"did you mean embed"),
    ('name = "tiny"\n', 'name = "Tiny net"\n', r"name: expected a name of a-z"),
    ('file = "tiny.onnx"', 'file = "../tiny.onnx"', r"file: expected a plain file name"),
    ('file = "tiny.onnx"', 'file = "tiny.pkl"', r"file: expected a plain file name"),
    ('code = "permitted"', 'code = "yes"', r"licence\.code: expected permitted or unclear or prohibited"),
    ('code = "permitted"', "", r"licence\.code: expected a value, got none"),
    ("[output.y]", "[outputs.y]", r"did you mean output"),
    ("dimension = 3", "dimension = 3.5", r"output\.y\.dimension"),
    ('kind = "local"', 'kind = "npm"', r"source\.package: expected a value"),
    ('kind = "local"', NPM.replace("package/tiny.json", "../tiny.json"), r"source\.path: expected a relative path"),
    ('kind = "local"', NPM.replace("package/tiny.json", "/etc/x"), r"source\.path: expected a relative path"),
    ('kind = "local"', NPM.replace("a" * 64, "A" * 64), r"source\.sha256: expected 64 lower-case hex digits"),
    ('kind = "local"', NPM + '\nintegrity = "sha1-abc"', r"source\.integrity: expected sha512-"),
    ('kind = "local"', NPM, r"sha256: expected a value"),
    ('kind = "local"', NPM.replace("npm", "hub"), r"source\.version: expected the commit, 40 hex digits"),
    ('kind = "local"', 'kind = "local"\nconvert = "build"', r"source\.convert"),
    ('name = "tiny"', "name = ", r"expected TOML"),
])
def test_faults_are_named(toml: Callable[..., str], old: str, new: str, message: str) -> None:
    text = toml()
    assert old in text
    with pytest.raises(InputError, match=message):
        parse_card(text.replace(old, new))


def test_measured_interval_must_contain_the_value(toml: Callable[..., str]) -> None:
    for low, high in ((0.6, 0.7), (0.1, 0.2)):
        with pytest.raises(InputError, match="low <= value <= high"):
            parse_card(toml(extra=f'[[measured]]\nfigure = "f"\nvalue = 0.5\nlow = {low}\nhigh = {high}\ndata = "d"\n'))


def test_unreadable_files(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="No such file"):
        read_card(tmp_path / "card.toml")
    (tmp_path / "card.toml").write_bytes(b"\xff\xfe")
    with pytest.raises(InputError, match="UTF-8"):
        read_card(tmp_path / "card.toml")
    (tmp_path / "card.toml").write_bytes(b"#" * 300_000)
    with pytest.raises(InputError, match="at most 262144 bytes"):
        read_card(tmp_path / "card.toml")


def test_unknown_key_is_the_unknown_name_error(toml: Callable[..., str]) -> None:
    with pytest.raises(UnknownNameError):
        parse_card(toml(extra='[training]\ndatum = "x"\n'))


TEXT = st.text(st.characters(exclude_categories=("Cs",)), max_size=20)
LINE = TEXT.map(lambda t: "x" + t.replace("\n", " "))
NUMBER = st.floats(-1e6, 1e6)
CARDS = st.builds(
    ModelCard, name=st.just("tiny"), summary=LINE, task=st.just("embed"), file=st.just("tiny.onnx"),
    source=st.builds(Source, kind=st.just("local"), package=st.just("a/b"), version=TEXT),
    input=st.builds(NetInput, name=LINE, layout=st.just("nchw"), dtype=st.just("float32"), size=st.just((0, 8)),
                    colour=st.just("bgr"), mean=st.tuples(NUMBER, NUMBER, NUMBER), std=st.just((1.5, 2.0, 3.0)), crop=TEXT),
    outputs=st.lists(st.builds(NetOutput, name=LINE, dimension=st.lists(st.integers(0, 9), min_size=1).map(tuple), meaning=LINE,
                               labels=st.lists(TEXT, max_size=3).map(tuple)),
                     min_size=1, max_size=3, unique_by=lambda o: o.name).map(tuple),
    licence=st.builds(Licence, code=st.sampled_from(USES), weights=st.sampled_from(USES), training_data=st.sampled_from(USES), note=TEXT),
    training=st.builds(Training, data=TEXT.map("d".__add__), overlap=TEXT.map("o".__add__)),
    measured=st.lists(st.builds(Measured, figure=LINE, value=NUMBER, data=LINE, n=st.integers(1, 99), note=TEXT), max_size=2).map(tuple),
    default=st.booleans())


@given(CARDS)
def test_written_card_is_read_back(card: ModelCard) -> None:
    assert parse_card(card_text(card)) == card


def test_writing_keeps_a_zero(toml: Callable[..., str]) -> None:
    card = replace(parse_card(toml()), measured=(Measured("f", 0.0, "d"),))
    assert parse_card(card_text(card)) == card
