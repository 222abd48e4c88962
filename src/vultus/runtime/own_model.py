"""Nets that the user brings: an ONNX file and a card become a model of the store, after both were looked into."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from pathlib import Path

from vultus.errors import InputError, WeightsError
from vultus.runtime.atomic_file import write_bytes
from vultus.runtime.card_draft import draft
from vultus.runtime.card_file import read_card
from vultus.runtime.card_write import card_text
from vultus.runtime.model_card import ModelCard, Source
from vultus.runtime.onnx_check import MAX_BYTES, check_net
from vultus.runtime.store import CARD_FILE, is_shipped, place, store_dir

OWN_KINDS = ("local", "hub")


def add(file: Path, card: Path | ModelCard, *, overwrite: bool = False) -> ModelCard:
    """Put the net in `file` into the store under the name on its card.

    Args:
        file: an ONNX file.
        card: the card or its TOML file, of kind local or hub. A sha256 and a size on it are checked, missing ones filled in.
        overwrite: replace a net of the same name that has another content.

    Returns:
        The card as it stands in the store.

    Raises:
        InputError: the card is not one, its name is taken, or the file's inputs and outputs are not those on the card.
        UnsupportedError: the file needs other files or operators that are not of the ONNX standard.
        WeightsError: the file does not have the sha256 on the card.
    """
    described = read_card(card) if isinstance(card, Path) else card
    check_name(described, overwrite=overwrite)
    data = _read(file)
    digest = hashlib.sha256(data).hexdigest()
    if described.sha256 not in ("", digest) or described.bytes not in (0, len(data)):
        raise WeightsError(f"{file} has sha256 {digest} and {len(data)} bytes, the card says {described.sha256} and "
                           f"{described.bytes}; get the file again, or correct the card")
    check_net(data, described)
    stored = replace(described, sha256=digest, bytes=len(data))
    write_bytes(place(stored), data)
    write_card(stored)
    return stored


def from_folder(folder: Path) -> tuple[Path, Path]:
    """The net and the card in `folder`: its only .toml file, and the file that this names. Raises InputError."""
    cards = sorted(folder.glob("*.toml"))
    if len(cards) != 1:
        raise InputError("folder", expected="one .toml card", got=f"{len(cards)} in {folder}",
                         hint="or name both: FILE.onnx --card card.toml")
    return folder / read_card(cards[0]).file, cards[0]


def first_card(file: Path) -> ModelCard:
    """A card with what the file itself says, to be completed by hand. Raises like `add`."""
    card = draft(_read(file), Source("local", path=file.name))
    return replace(card, summary=file.stem, source=Source("local"))


def check_name(card: ModelCard, *, overwrite: bool) -> None:
    """Raise InputError unless a net with this card may be put into the store."""
    if is_shipped(card.name):
        raise InputError("name", expected="a name that no packaged card has", got=repr(card.name), hint="rename it on your card")
    if card.source.kind not in OWN_KINDS:
        raise InputError("source.kind", expected=" or ".join(OWN_KINDS), got=repr(card.source.kind))
    if card.default:
        raise InputError("default", expected="false on a card of your own", got="true", hint="choose the net by its name")
    if not overwrite and (store_dir() / card.name / CARD_FILE).exists():
        known = read_card(store_dir() / card.name / CARD_FILE)
        if replace(card, sha256=known.sha256, bytes=known.bytes) != known or card.sha256 not in ("", known.sha256):
            raise InputError("name", expected="a name that is free", got=f"{card.name!r}, which has another card in the store",
                             hint="rename it, or add --overwrite")


def write_card(card: ModelCard) -> Path:
    """Write the card beside its net; from then on the store lists it."""
    path = store_dir() / card.name / CARD_FILE
    write_bytes(path, card_text(card).encode())
    return path


def _read(file: Path) -> bytes:
    try:
        if file.stat().st_size > MAX_BYTES:
            raise InputError("file", expected=f"at most {MAX_BYTES} bytes", got=f"{file.stat().st_size} bytes in {file}")
        return file.read_bytes()
    except OSError as error:
        raise InputError("file", expected="an ONNX file that can be read", got=f"{file}: {error.strerror}") from error
