"""Fetches one ONNX file of a hub repository: with a card into the store, without one into a folder beside a drafted card."""

from __future__ import annotations

import tempfile
from dataclasses import replace
from pathlib import Path, PurePosixPath

from vultus.errors import InputError
from vultus.runtime import own_model
from vultus.runtime.atomic_file import write_bytes
from vultus.runtime.card_draft import draft
from vultus.runtime.card_file import read_card
from vultus.runtime.card_write import card_text
from vultus.runtime.fetch import Progress
from vultus.runtime.hub import Hub
from vultus.runtime.model_card import ModelCard, Source


def pull_with_card(repo: str, path: str, commit: str, sha256: str, card_path: Path, *,
                   progress: Progress | None = None) -> ModelCard:
    """Fetch the net and put it into the store under the card at `card_path`, pinned by commit and sha256.

    Raises:
        InputError, UnknownNameError: the card, a name or the file is not right.
        WeightsError: the hub refuses, or the content is not the pinned one; nothing was kept.
        UnsupportedError: the file needs other files or custom operators; nothing was kept.
    """
    described = read_card(card_path)
    hub = Hub.from_environment()
    digest, size = hub.sha256(repo, commit, path, sha256 or described.sha256)
    pinned = replace(described, sha256=digest, bytes=described.bytes or size or 0, source=_source(repo, path, commit, digest))
    own_model.check_name(pinned, overwrite=True)
    with tempfile.TemporaryDirectory(prefix="vultus-") as folder:
        file = Path(folder) / pinned.file
        hub.fetch(repo, commit, path, file, sha256=digest, size=size, progress=progress)
        return own_model.add(file, pinned, overwrite=True)


def pull_drafted(repo: str, path: str, commit: str, sha256: str, out: Path, *,
                 progress: Progress | None = None) -> tuple[ModelCard, Path]:
    """Fetch the net into the folder `out`, with a card beside it that the user completes before importing both.

    Raises: like `pull_with_card`.
    """
    hub = Hub.from_environment()
    digest, size = hub.sha256(repo, commit, path, sha256)
    target = out / PurePosixPath(path).name
    if target.suffix != ".onnx":
        raise InputError("file", expected="a name that ends in .onnx", got=repr(path), hint="other formats are not loaded")
    if target.exists() or target.with_suffix(".toml").exists():
        raise InputError("out", expected="a folder without that file", got=str(target), hint="choose another with --out")
    with tempfile.TemporaryDirectory(prefix="vultus-") as folder:
        file = Path(folder) / target.name
        hub.fetch(repo, commit, path, file, sha256=digest, size=size, progress=progress)
        data = file.read_bytes()
    drafted = draft(data, _source(repo, path, commit, digest))
    write_bytes(target, data)
    write_bytes(target.with_suffix(".toml"), card_text(drafted).encode())
    return drafted, target


def _source(repo: str, path: str, commit: str, digest: str) -> Source:
    return Source("hub", repo, commit, digest, path=path)
