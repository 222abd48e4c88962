"""What a method says about itself. Plain data: importing a card loads neither numpy nor torch."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from vultus.errors import InputError

EXTRAS = ("torch", "people", "video", "service", "postgres", "milvus", "ray", "openvino", "test", "docs")
Use = Literal["permitted", "unclear", "prohibited"]
USES: tuple[Use, ...] = ("permitted", "unclear", "prohibited")


@dataclass(frozen=True)
class Licence:
    """Three separate facts about commercial use; `note` gives the reason in one sentence."""

    code: Use
    weights: Use
    training_data: Use
    note: str = ""

    def __post_init__(self) -> None:
        for name in ("code", "weights", "training_data"):
            if getattr(self, name) not in USES:
                raise InputError(f"licence.{name}", expected=" or ".join(USES), got=repr(getattr(self, name)))

    @property
    def commercial(self) -> bool:
        """True only when all three facts are `permitted`."""
        return self.code == self.weights == self.training_data == "permitted"


@dataclass(frozen=True)
class Claim:
    """The one headline: `metric` beats `baseline` by more than `margin` (same unit as the metric)."""

    metric: str
    better: Literal["higher", "lower"]
    baseline: str
    margin: float


@dataclass(frozen=True)
class Check:
    """One check in the demonstration; `point` is an id of the brief's point list (which holds kind and rule) and defaults to `id`."""

    id: str
    point: str = ""

    @property
    def point_id(self) -> str:
        return self.point or self.id


@dataclass(frozen=True)
class Skip:
    """A conformance test that does not apply to this method, and why."""

    test: str
    reason: str


@dataclass(frozen=True)
class Card:
    """A method's card. Name and task come from its folder, never from here.

    Args:
        implements: `module:Class`, relative to the method's folder, e.g. `method:HypOC`.
        summary: one line, what a user gets.
        brief: slug of the published method's brief; empty for a method that has none.
        needs: tasks (not methods) whose verb is handed in, e.g. `("embed",)`.
        extras: optional parts of the package it imports, out of `EXTRAS`.
        weights: names in the model store.
        licence: facts about weights of its own that are not in the model store.
        capabilities: short words that callers may ask for.
        skips: conformance tests that do not apply.
        claim: the headline, if the method carries one.
        checks: one per point of the brief.
    """

    implements: str
    summary: str
    brief: str = ""
    needs: tuple[str, ...] = ()
    extras: tuple[str, ...] = ()
    weights: tuple[str, ...] = ()
    licence: Licence | None = None
    capabilities: tuple[str, ...] = ()
    skips: tuple[Skip, ...] = ()
    claim: Claim | None = None
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        module, _, name = self.implements.partition(":")
        if not (module.isidentifier() and name.isidentifier()):
            raise InputError("card.implements", expected="'module:Class'", got=repr(self.implements))
        for extra in self.extras:
            if extra not in EXTRAS:
                raise InputError("card.extras", expected=" or ".join(EXTRAS), got=repr(extra))
        if self.brief and not self.checks:
            raise InputError("card.checks", expected=f"one check per point of the brief {self.brief!r}", got="none")
