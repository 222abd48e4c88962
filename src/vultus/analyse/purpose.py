"""Restricted outputs: what a face is said to show about a person stays off until a purpose is declared."""

from __future__ import annotations

from vultus.errors import PolicyError
from vultus.types import RESTRICTED


def require_purpose(purpose: str, output: str) -> None:
    """Raise PolicyError unless `purpose` says in words what the restricted `output` is for."""
    if output in RESTRICTED and len(purpose.split()) < 2:
        raise PolicyError(f"{output} is a restricted output: it says what a face is taken to show, not what a person is or feels. "
                          "Declare what it is for in the setting `purpose`, in a few words, for example  purpose='audit of group gaps'")
