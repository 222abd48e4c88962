"""Errors a user can act on: every message says what was wrong, what was expected, what came, and the next step.

The command line and the service map `code` to an exit status or an HTTP status in one table each; a code is stable.
"""

from __future__ import annotations

import difflib
from collections.abc import Iterable


class VultusError(Exception):
    """Base of every error this package raises on purpose."""

    code = "error"


class InputError(VultusError):
    """An argument is not what the function takes.

    Args:
        argument: name of the argument, as the caller knows it.
        expected: what would have been right.
        got: what came, described without its content (no pictures, templates or secrets).
        hint: the next step, if there is one.
    """

    code = "bad_input"

    def __init__(self, argument: str, *, expected: str, got: str, hint: str = "") -> None:
        self.argument, self.expected, self.got, self.hint = argument, expected, got, hint
        text = f"{argument}: expected {expected}, got {got}"
        super().__init__(f"{text}; {hint}" if hint else text)


class ImageError(InputError):
    """A file or byte string is missing, is not a picture, or is one that we refuse to decode."""

    code = "unreadable"


class SpaceError(InputError):
    """Templates of two different spaces were compared."""

    code = "space_mismatch"

    def __init__(self, left: str, right: str) -> None:
        super().__init__("embeddings", expected=f"templates of space {left!r}", got=f"templates of space {right!r}",
                         hint="represent both sides with the same recogniser")


class UnknownNameError(InputError):
    """A name (method, model, suite, person, ...) is not known; the message lists the closest ones."""

    code = "unknown_name"

    def __init__(self, kind: str, name: str, known: Iterable[str], hint: str = "") -> None:
        close = difflib.get_close_matches(name, list(known), n=3, cutoff=0.4)
        near = "did you mean " + " or ".join(close) if close else ""
        super().__init__(kind, expected=f"a known {kind}", got=repr(name), hint="; ".join(p for p in (near, hint) if p))


class MissingExtraError(VultusError):
    """A command or method needs an optional part of the package that is not installed."""

    code = "missing_extra"

    def __init__(self, what: str, extra: str) -> None:
        self.extra = extra
        super().__init__(f"{what} needs the optional extra {extra!r}: run  pip install 'vultus[{extra}]'")


class WeightsError(VultusError):
    """Weights are missing, altered or half downloaded; the message names the next command."""

    code = "weights"


class PolicyError(VultusError):
    """A restricted output or action was asked for without the declaration that it needs."""

    code = "policy"


class UnsupportedError(VultusError):
    """The request is understood and we do not offer it; the message names the nearest thing that we do."""

    code = "unsupported"


class StorageError(VultusError):
    """A store cannot be read or written: disk full, locked, a newer schema, a missing key."""

    code = "storage"
