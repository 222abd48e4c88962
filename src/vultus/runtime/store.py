"""The model store: which nets there are, and the verified file of one of them. Nothing here downloads.

A net is looked for where the caller says, then in the installed package, then in the user's store folder: `VULTUS_MODELS`, or
`models` in the user's data folder. There it lies as `<name>/<file>`; nets that the user brought have their card beside them as
`<name>/card.toml`. A name that ships with the package cannot be taken by a card in the store folder.

Example:
    >>> from vultus.runtime import store
    >>> store.find("dlib-resnet29").name
    'dlib-resnet29.onnx'
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path

from vultus.errors import InputError, UnknownNameError, WeightsError
from vultus.runtime.card_file import NAME, read_card
from vultus.runtime.model_card import ModelCard
from vultus.runtime.verified_files import VerifiedFiles

CARD_FILE = "card.toml"
_SHIPPED = Path(__file__).parent / "models"


@dataclass(frozen=True)
class State:
    """One net on this machine: `ready`, `missing`, `altered` or `bad card`; `reason` says why it is not ready."""

    name: str
    state: str
    path: Path | None
    reason: str = ""


def store_dir() -> Path:
    """The user's store folder, whether it exists or not."""
    if chosen := os.environ.get("VULTUS_MODELS"):
        return Path(chosen)
    from platformdirs import user_data_path
    return user_data_path("vultus", appauthor=False) / "models"


def cards() -> list[ModelCard]:
    """All cards sorted by name: those of the package and the readable ones of the store folder."""
    known = dict(shipped_cards())
    for folder in _own_folders():
        try:
            card_ = _own_card(folder.name)
        except InputError:
            continue
        known.setdefault(card_.name, card_)
    return [known[name] for name in sorted(known)]


def card(name: str) -> ModelCard:
    """The card called `name`. Raises UnknownNameError with close names, InputError when the user's own card is damaged."""
    if is_shipped(name):
        return _shipped_card(_SHIPPED / f"{name}.toml")
    if name in {folder.name for folder in _own_folders()}:
        return _own_card(name)
    raise UnknownNameError("model", name, [c.name for c in cards()], hint="'vultus models list' shows them")


def default_card(task: str) -> ModelCard:
    """The net taken for `task` when nobody chooses. Raises UnknownNameError when there is none."""
    defaults = {c.task: c for c in shipped_cards().values() if c.default}
    if task not in defaults:
        raise UnknownNameError("task with a default model", task, defaults)
    return defaults[task]


def find(name: str, path: str | Path | None = None) -> Path:
    """The net's ONNX file, its sha256 checked.

    Args:
        name: a card's name.
        path: this file instead of the installed ones; it must have the card's sha256 all the same.

    Raises:
        UnknownNameError: no card of that name.
        WeightsError: the file is missing, altered or half downloaded; the message names the file and the next command.
    """
    return _checked(card(name), None if path is None else Path(path), again=False)


def place(card_: ModelCard) -> Path:
    """Where the net's file lies, or would lie: in the package if it is packaged, else in the store folder."""
    if card_.source.kind == "packaged":
        from vultus.runtime.packaged import packaged_dir
        return packaged_dir() / card_.file
    return store_dir() / card_.name / card_.file


def sha256(name: str) -> str:
    """The sha256 that the net's file must have. Raises like `find`, but reads no weights of fetched nets."""
    card_ = card(name)
    if card_.source.kind != "packaged":
        return card_.sha256
    from vultus.runtime.packaged import packaged_file
    return packaged_file(name).sha256


def state(name: str, *, again: bool = False) -> State:
    """Whether the net called `name` can be used; `again` reads every byte instead of trusting earlier checks."""
    try:
        card_ = card(name)
    except InputError as error:
        if isinstance(error, UnknownNameError) and name not in unreadable():
            raise
        return State(name, "bad card", None, str(error))
    try:
        return State(name, "ready", _checked(card_, None, again=again))
    except WeightsError as error:
        where = place(card_)
        return State(name, "altered" if where.is_file() else "missing", where, str(error))


def unreadable() -> list[str]:
    """Names in the store folder whose card cannot be read, sorted."""
    faulty = []
    for folder in _own_folders():
        try:
            _own_card(folder.name)
        except InputError:
            faulty.append(folder.name)
    return faulty


def is_shipped(name: str) -> bool:
    """Whether the package has a card of that name."""
    return NAME.fullmatch(name) is not None and (_SHIPPED / f"{name}.toml").is_file()


def shipped_cards() -> dict[str, ModelCard]:
    """The cards in the package by name; the sha256 of packaged nets stands in the build's index."""
    return {path.stem: _shipped_card(path) for path in sorted(_SHIPPED.glob("*.toml"))}


def _shipped_card(path: Path) -> ModelCard:
    card_ = read_card(path)
    if card_.name != path.stem:
        raise InputError(f"{path.name}: name", expected=repr(path.stem), got=repr(card_.name))
    return card_


def _own_folders() -> list[Path]:
    return sorted(path.parent for path in store_dir().glob(f"*/{CARD_FILE}"))


def _own_card(name: str) -> ModelCard:
    path = store_dir() / name / CARD_FILE
    card_ = read_card(path)
    if card_.name != name or not card_.sha256:
        raise InputError(str(path), expected=f"a card with name {name!r} and a sha256", got=f"{card_.name!r}, {card_.sha256!r}",
                         hint="add the net again with  vultus models import FILE.onnx --card card.toml")
    return card_


def _checked(card_: ModelCard, given: Path | None, *, again: bool) -> Path:
    wanted, size = card_.sha256, card_.bytes
    if card_.source.kind == "packaged":
        from vultus.runtime.packaged import packaged_file
        packaged = packaged_file(card_.name)
        if given is None:
            return packaged.path
        wanted, size = packaged.sha256, packaged.path.stat().st_size
    path = place(card_) if given is None else given
    what = f"model {card_.name!r}: {path}"
    if not path.is_file():
        raise WeightsError(f"{what} is missing; {repair(card_)}")
    if (found := path.stat().st_size) != size:
        word = "half downloaded" if found < size else "altered"
        raise WeightsError(f"{what} is {word}: {found} bytes, expected {size}; {repair(card_)}")
    files = VerifiedFiles(store_dir() / ".verified.json")
    digest = files.read_again(path) if again else files.sha256(path)
    if digest != wanted:
        raise WeightsError(f"{what} is altered: sha256 {digest}, expected {wanted}; {repair(card_)}")
    return path


def repair(card_: ModelCard) -> str:
    """The next command for a net that is not there or not right."""
    if card_.source.kind == "packaged":
        return "install the package again:  pip install --force-reinstall vultus"
    if card_.source.kind == "local":
        return "bring the file again:  vultus models import FILE.onnx --card card.toml"
    return f"fetch it:  vultus models pull {card_.name}"
