"""One measured component of a face's quality, and all of one face."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from vultus.errors import UnknownNameError
from vultus.quality.mapping import FAILED


@dataclass(frozen=True)
class Component:
    """One component.

    Args:
        name: of ISO/IEC 29794-5, or of our own with the prefix `vultus.`.
        value: 0 (worst) .. 100 (best), or -1 when it could not be assessed.
        native: what was measured, in the unit that the catalogue states; None when it could not be assessed.
        algorithm: who computed it from what, e.g. `vultus/HeadSize/mesh/1`.
        reason: why it could not be assessed, empty otherwise.
    """

    name: str
    value: int
    native: float | None
    algorithm: str
    reason: str = ""

    @classmethod
    def failed(cls, name: str, algorithm: str, reason: str) -> Component:
        """A failure to assess."""
        return cls(name, FAILED, None, algorithm, reason)

    def as_dict(self) -> dict[str, Any]:
        native = None if self.native is None else round(self.native, 4)
        return {"name": self.name, "value": self.value, "native": native, "algorithm": self.algorithm, "reason": self.reason or None}


@dataclass(frozen=True)
class Assessment:
    """The components of one face, in the order of the catalogue."""

    components: tuple[Component, ...]

    def __getitem__(self, name: str) -> Component:
        for component in self.components:
            if component.name == name:
                return component
        raise UnknownNameError("quality component", name, [component.name for component in self.components])
