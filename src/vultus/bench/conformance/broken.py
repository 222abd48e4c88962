"""The one error of the conformance checks."""

from __future__ import annotations

from vultus.errors import VultusError


class Broken(VultusError):
    """A method breaks its contract; the message says how, in terms of what its author can change."""

    code = "nonconforming"


def require(holds: bool, otherwise: str) -> None:
    """Raise Broken with this message unless `holds`."""
    if not holds:
        raise Broken(otherwise)
