"""One file that carries nets to a machine without a network; nothing of it is placed before all of it was checked.

A bundle is a ZIP file, stored without compression: `manifest.json` first, then `<name>/card.toml` and `<name>/<file>` for every
net. The manifest is {"bundle": 1, "files": {path: {"sha256", "bytes"}}}. The same nets give the same bytes.
"""

from __future__ import annotations

import hashlib
import json
import re
import stat
import tempfile
import zipfile
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from vultus.errors import InputError, StorageError, WeightsError
from vultus.runtime.atomic_file import replacing
from vultus.runtime.card_file import NAME, read_card
from vultus.runtime.card_write import card_text
from vultus.runtime.model_card import ModelCard
from vultus.runtime.onnx_check import check_net
from vultus.runtime.own_model import OWN_KINDS
from vultus.runtime.store import CARD_FILE, card, find, is_shipped, sha256, store_dir

_VERSION = 1
_MANIFEST = "manifest.json"
_MAX_FILE, _MAX_FILES = 1 << 30, 10_000
_DATE = (1980, 1, 1, 0, 0, 0)
_PATH = re.compile(rf"({NAME.pattern})/([A-Za-z0-9][A-Za-z0-9._-]*)")


def export_bundle(names: Sequence[str], target: Path) -> list[ModelCard]:
    """Write the nets called `names` into the bundle `target`.

    Raises:
        WeightsError: a net is not on this machine or altered; nothing was written.
        StorageError: the bundle cannot be written.
    """
    cards = [replace(card(name), sha256=sha256(name), bytes=find(name).stat().st_size) for name in sorted(set(names))]
    texts = {c.name: card_text(c).encode() for c in cards}
    files = {f"{c.name}/{CARD_FILE}": _facts(texts[c.name]) for c in cards}
    files |= {f"{c.name}/{c.file}": {"sha256": c.sha256, "bytes": c.bytes} for c in cards}
    manifest = json.dumps({"bundle": _VERSION, "files": files}, indent=1, sort_keys=True).encode()
    with replacing(target) as file, zipfile.ZipFile(file, "w") as bundle:
        _add(bundle, _MANIFEST, manifest)
        for card_ in cards:
            _add(bundle, f"{card_.name}/{CARD_FILE}", texts[card_.name])
            _add(bundle, f"{card_.name}/{card_.file}", find(card_.name).read_bytes())
    return cards


def import_bundle(source: Path, *, overwrite: bool = False) -> list[ModelCard]:
    """Put the nets of the bundle `source` into the store; all are checked before the first is placed.

    Raises:
        InputError: not a bundle, a file too many or too few, a path that leads elsewhere, a link, or a name that is taken.
        WeightsError: a file does not have the sha256 of the manifest or of the card that this installation knows.
        StorageError: the store cannot be written; nets placed before stay, each whole.
    """
    root = store_dir()
    try:
        root.mkdir(parents=True, exist_ok=True)
        with zipfile.ZipFile(source) as bundle, tempfile.TemporaryDirectory(prefix=".import-", dir=root) as scratch:
            _refuse_overlap(bundle, source)
            manifest = _manifest(bundle, source.name)
            for path, facts in manifest.items():
                _unpack(bundle, path, facts, Path(scratch))
            cards = [_card(Path(scratch), path, manifest) for path in sorted(manifest) if path.endswith(f"/{CARD_FILE}")]
            _refuse_strays(cards, manifest)
            for card_ in cards:
                _check(card_, Path(scratch) / card_.name, overwrite)
            for card_ in cards:
                _place(card_, Path(scratch) / card_.name)
    except (zipfile.BadZipFile, RecursionError) as error:  # RecursionError: JSON or TOML nested without end
        raise InputError("bundle", expected="a file written by 'vultus models export'", got=f"{source.name}: {error}") from error
    except OSError as error:
        raise StorageError(f"cannot import {source} into {root}: {error.strerror or error}") from error
    return cards


def _refuse_overlap(bundle: zipfile.ZipFile, source: Path) -> None:
    """Uncompressed files that do not share bytes cannot be longer than the archive; ones that do could fill the disk."""
    if sum(entry.file_size for entry in bundle.infolist() if entry.compress_type == zipfile.ZIP_STORED) > source.stat().st_size:
        raise InputError("bundle", expected="files that fit into the archive", got=f"overlapping ones in {source.name}")


def _manifest(bundle: zipfile.ZipFile, name: str) -> dict[str, dict[str, Any]]:
    """The manifest's files, after checking that the bundle holds exactly these, as plain files under plain paths."""
    entries = bundle.infolist()
    paths = [entry.filename for entry in entries]
    if _MANIFEST not in paths or len(entries) > _MAX_FILES or len(set(paths)) != len(paths):
        raise InputError("bundle", expected=f"a ZIP file with one {_MANIFEST} and no path twice", got=name)
    for entry in entries:
        mode = stat.S_IFMT(entry.external_attr >> 16)
        if entry.filename != _MANIFEST and not _PATH.fullmatch(entry.filename):
            raise InputError("bundle", expected="paths of the form NAME/FILE", got=repr(entry.filename))
        stored = entry.compress_type == zipfile.ZIP_STORED and entry.file_size == entry.compress_size
        if mode not in (0, stat.S_IFREG) or entry.flag_bits & 1 or not stored or entry.file_size > _MAX_FILE:
            raise InputError("bundle", expected=f"plain uncompressed files of at most {_MAX_FILE} bytes", got=repr(entry.filename))
    try:
        manifest = json.loads(bundle.read(_MANIFEST))
        version = manifest["bundle"]
        files = {str(path): {"sha256": str(f["sha256"]), "bytes": int(f["bytes"])} for path, f in manifest["files"].items()}
    except (ValueError, KeyError, TypeError, AttributeError, OverflowError) as error:
        raise InputError("bundle", expected=f"a {_MANIFEST} of version {_VERSION}", got=f"another one in {name}") from error
    if version != _VERSION:
        raise InputError("bundle", expected=f"version {_VERSION}", got=f"version {version}",
                         hint="use the vultus that wrote it")
    if strange := sorted(set(files) ^ (set(paths) - {_MANIFEST})):
        raise InputError("bundle", expected=f"exactly the files of its {_MANIFEST}", got=f"a difference in {strange[0]!r}")
    return files


def _unpack(bundle: zipfile.ZipFile, path: str, facts: dict[str, Any], scratch: Path) -> None:
    if bundle.getinfo(path).file_size != facts["bytes"]:
        raise WeightsError(f"{path} in the bundle has {bundle.getinfo(path).file_size} bytes, its manifest says {facts['bytes']}")
    data = bundle.read(path)
    if _facts(data) != facts:
        raise WeightsError(f"{path} in the bundle is altered: its sha256 is not that of the manifest; copy the bundle again")
    (scratch / path).parent.mkdir(exist_ok=True)
    (scratch / path).write_bytes(data)


def _card(scratch: Path, path: str, manifest: dict[str, dict[str, Any]]) -> ModelCard:
    """The card at `path` of the unpacked bundle, which must fit its folder and its file."""
    card_ = read_card(scratch / path)
    facts = manifest.get(f"{card_.name}/{card_.file}")
    if f"{card_.name}/{CARD_FILE}" != path or facts != {"sha256": card_.sha256, "bytes": card_.bytes}:
        raise WeightsError(f"{path} in the bundle does not describe the file beside it")
    return card_


def _refuse_strays(cards: Sequence[ModelCard], manifest: dict[str, dict[str, Any]]) -> None:
    known = {f"{c.name}/{file}" for c in cards for file in (CARD_FILE, c.file)}
    if strays := sorted(set(manifest) - known):
        raise InputError("bundle", expected="for every net a card and one file", got=f"{strays[0]!r} without a card")


def _check(card_: ModelCard, folder: Path, overwrite: bool) -> None:
    """Raise unless the net may be placed: under a name of this installation only the same net, else one that passes as own."""
    if is_shipped(card_.name):
        wanted = sha256(card_.name)
        if card_.sha256 != wanted:
            raise WeightsError(f"model {card_.name!r} in the bundle has sha256 {card_.sha256}, this installation expects "
                               f"{wanted}; use the same version of vultus on both machines")
        return
    if card_.source.kind not in OWN_KINDS:  # else a stranger's card could say what npm or pip is told to fetch
        raise WeightsError(f"model {card_.name!r} in the bundle is a net of kind {card_.source.kind!r} that this installation does not "
                           "know; use the same version of vultus on both machines")
    check_net((folder / card_.file).read_bytes(), card_)
    if not overwrite and (store_dir() / card_.name / CARD_FILE).exists() and card(card_.name) != card_:
        raise InputError("name", expected="a name that is free", got=f"{card_.name!r}, which has another card in the store",
                         hint="add --overwrite to replace it")


def _place(card_: ModelCard, folder: Path) -> None:
    shipped = is_shipped(card_.name)
    if shipped and card(card_.name).source.kind == "packaged":
        return
    target = store_dir() / card_.name
    target.mkdir(parents=True, exist_ok=True)
    (folder / card_.file).replace(target / card_.file)
    if not shipped:
        (folder / CARD_FILE).replace(target / CARD_FILE)


def _add(bundle: zipfile.ZipFile, path: str, data: bytes) -> None:
    entry = zipfile.ZipInfo(path, _DATE)
    entry.external_attr = (stat.S_IFREG | 0o644) << 16
    bundle.writestr(entry, data)


def _facts(data: bytes) -> dict[str, Any]:
    return {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)}
