"""The store hands out a net only when every byte is the card's, and says what to do otherwise."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from vultus.errors import InputError, StorageError, UnknownNameError, WeightsError
from vultus.runtime import atomic_file, store
from vultus.runtime.verified_files import VerifiedFiles

NPM = {"kind": "npm", "package": "@some/nets", "version": "1.0.0", "sha256": "a" * 64, "path": "package/tiny.onnx"}


@pytest.fixture
def placed(models: Path, ship: Callable[..., None], net: Callable[..., bytes]) -> Path:
    """A shipped card `tiny` whose net lies in the store."""
    ship(net(), **NPM)
    path = models / "tiny" / "tiny.onnx"
    path.parent.mkdir(parents=True)
    path.write_bytes(net())
    return path


def test_whole_net_is_found(placed: Path) -> None:
    assert store.find("tiny") == placed
    assert store.state("tiny").state == "ready"


def test_one_altered_byte_is_an_error_with_the_next_command(placed: Path) -> None:
    data = bytearray(placed.read_bytes())
    data[40] ^= 1
    placed.write_bytes(bytes(data))
    with pytest.raises(WeightsError, match=r"tiny\.onnx is altered: sha256 .*vultus models pull tiny"):
        store.find("tiny")
    assert store.state("tiny").state == "altered"


def test_truncated_net_is_half_downloaded(placed: Path) -> None:
    placed.write_bytes(placed.read_bytes()[:-7])
    with pytest.raises(WeightsError, match=r"half downloaded: \d+ bytes, expected \d+; .*vultus models pull tiny"):
        store.find("tiny")


def test_missing_net_names_file_and_command(placed: Path) -> None:
    placed.unlink()
    with pytest.raises(WeightsError, match=r"tiny\.onnx is missing; .*vultus models pull tiny"):
        store.find("tiny")
    assert store.state("tiny").state == "missing"


def test_given_path_needs_the_same_bytes(placed: Path, tmp_path: Path, net: Callable[..., bytes]) -> None:
    copy, other = tmp_path / "copy.onnx", tmp_path / "other.onnx"
    copy.write_bytes(net())
    other.write_bytes(net(scale=2.0))
    placed.unlink()
    assert store.find("tiny", copy) == copy
    with pytest.raises(WeightsError, match=r"other\.onnx is altered"):
        store.find("tiny", other)


def test_unknown_name_lists_close_ones(placed: Path) -> None:
    with pytest.raises(UnknownNameError, match="did you mean tiny"):
        store.find("tinny")


def test_name_is_never_a_path(placed: Path) -> None:
    for name in ("../shipped/tiny", "tiny/../tiny", ""):
        with pytest.raises(UnknownNameError):
            store.card(name)


def test_notes_spare_a_second_reading_and_verify_ignores_them(placed: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store.find("tiny")
    read: list[Path] = []
    original = store.VerifiedFiles._note
    monkeypatch.setattr(VerifiedFiles, "_note", lambda self, path, *rest: (read.append(path), original(self, path, *rest))[1])
    store.find("tiny")
    assert read == []
    before = placed.stat()
    data = bytearray(placed.read_bytes())
    data[40] ^= 1
    with placed.open("r+b") as file:
        file.write(bytes(data))
    os.utime(placed, ns=(before.st_atime_ns, before.st_mtime_ns))
    assert store.state("tiny").state == "ready", "a change that restores size and time is what the notes cannot see"
    assert store.state("tiny", again=True).state == "altered"
    assert read == [placed]


@pytest.mark.parametrize("notes", ["", "{", "[]", '{"x": 3}', '{"x": {"state": [1, 2, 3]}}'])
def test_damaged_notes_cost_time_only(placed: Path, models: Path, notes: str) -> None:
    (models / ".verified.json").write_text(notes)
    assert store.find("tiny") == placed


def test_notes_that_cannot_be_written_cost_time_only(placed: Path, models: Path) -> None:
    (models / ".verified.json").mkdir()
    assert store.find("tiny") == placed


def test_default_card(models: Path, tmp_path: Path, toml: Callable[..., str], net: Callable[..., bytes]) -> None:
    text = toml(net(), source=NPM)
    (tmp_path / "shipped" / "tiny.toml").write_text(text.replace("task =", "default = true\ntask ="))
    (tmp_path / "shipped" / "other.toml").write_text(text.replace('"tiny"', '"other"'))
    assert store.default_card("embed").name == "tiny"
    with pytest.raises(UnknownNameError):
        store.default_card("detect")


def test_damaged_own_card_is_reported_and_hides_no_other(placed: Path, models: Path) -> None:
    (models / "mine").mkdir()
    (models / "mine" / "card.toml").write_text("name = 3")
    assert [card.name for card in store.cards()] == ["tiny"]
    assert store.unreadable() == ["mine"]
    assert store.state("mine").state == "bad card"
    with pytest.raises(InputError, match=r"card\.toml\.summary: expected a value"):
        store.card("mine")


def test_own_card_cannot_take_a_shipped_name(placed: Path, models: Path, toml: Callable[..., str], net: Callable[..., bytes]) -> None:
    (models / "tiny" / "card.toml").write_text(toml(net(scale=2.0)))
    assert store.card("tiny").source.kind == "npm"


def test_full_disk_keeps_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    path = tmp_path / "weights.onnx"
    path.write_bytes(b"old")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(atomic_file.os, "fsync", full)
    with pytest.raises(StorageError, match=r"weights\.onnx: No space left on device; free space"):
        atomic_file.write_bytes(path, b"new")
    assert path.read_bytes() == b"old"
    assert os.listdir(tmp_path) == ["weights.onnx"]


def test_interrupted_write_leaves_nothing(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt), atomic_file.replacing(tmp_path / "weights.onnx") as file:
        file.write(b"half")
        raise KeyboardInterrupt
    assert os.listdir(tmp_path) == []


def test_shipped_cards_of_the_package_are_sound() -> None:
    cards = store.shipped_cards()
    assert {"dlib-resnet29", "centerface", "mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"} <= set(cards)
    defaults = [card.task for card in cards.values() if card.default]
    assert len(defaults) == len(set(defaults)), "two defaults for one task"
    assert store.default_card("embed").name == "dlib-resnet29" and store.default_card("detect").name == "centerface"
    for card in cards.values():
        assert card.licence.note and card.training.data and card.training.overlap, card.name


def test_packaged_cards_fit_their_files() -> None:
    from vultus.runtime.onnx_check import check_net
    for card in store.shipped_cards().values():
        if card.source.kind == "packaged":
            check_net(store.find(card.name).read_bytes(), card)
            assert len(store.sha256(card.name)) == 64
