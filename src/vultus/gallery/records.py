"""What the gallery answers with."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal, Protocol

from vultus.types import Decision


@dataclass(frozen=True)
class Person:
    """Someone enrolled: random id (32 hex digits), name, number of templates, when the person was added (UTC)."""

    id: str
    name: str
    templates: int
    created: str


@dataclass(frozen=True)
class Enrolled:
    """What an enrolment changed: whether the person is new, and which rows were added; the person has the others already."""

    person_id: str
    created: bool
    rows: tuple[bool, ...]

    @property
    def added(self) -> int:
        """Templates added."""
        return sum(self.rows)

    @property
    def skipped(self) -> int:
        """Rows left out because the person has their picture already."""
        return len(self.rows) - self.added


@dataclass(frozen=True)
class Forgotten:
    """What forgetting removed; `scrubbed` is False if unreadable remains may wait in the file until another process closes it.

    `fitted` lists what was measured with the person among others and still stands: aggregate figures, to be made again.
    """

    person_id: str
    faces: int
    templates: int
    scrubbed: bool
    fitted: tuple[str, ...] = ()


@dataclass(frozen=True)
class Hit:
    """A person found: cosine -1..1 of the most similar of the person's templates, and the face it came from."""

    person_id: str
    name: str
    similarity: float
    face_id: str


class Rule(Protocol):
    """How a search in a gallery of one size is decided, as `vultus.decide.search.SearchRule` does."""

    @property
    def target_fpir(self) -> float | None: ...
    @property
    def basis(self) -> Literal["measured", "model", "bound"] | None: ...
    def decide(self, similarity: float) -> Decision: ...
    def at_score(self, similarity: float) -> tuple[float, float] | None: ...


@dataclass(frozen=True)
class Identification:
    """Who a face is, as far as the gallery can say.

    Args:
        outcome: `person`, `unknown` or `undecided`.
        best: the most similar person, None in an empty gallery; `outcome` says whether to believe it.
        candidates: the most similar people, best first, without any claim.
        decision: the decision on `best` with the thresholds of a search, None in an empty gallery; rates of single comparisons
            are not in it.
        gallery_people: people searched.
        gallery_templates: templates searched.
        target_fpir: share of strangers' searches that may name somebody; None when no threshold could be chosen.
        fpir_at_score: share of strangers' searches that reach this similarity in a gallery of this size, 0..1.
        fpir_upper: its 95 % upper limit, never 0.
        fpir_basis: `measured`; `model`, scaled from a smaller gallery; `bound`, from single comparisons; None when nothing is known.
        reason: why undecided or unknown, empty otherwise.
    """

    outcome: Literal["person", "unknown", "undecided"]
    best: Hit | None
    candidates: tuple[Hit, ...]
    decision: Decision | None
    gallery_people: int
    gallery_templates: int
    target_fpir: float | None = None
    fpir_at_score: float | None = None
    fpir_upper: float | None = None
    fpir_basis: Literal["measured", "model", "bound"] | None = None
    reason: str = ""

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)


@dataclass(frozen=True)
class GalleryInfo:
    """The gallery in figures; `keys` and `master_key` say where its keys are."""

    path: str
    id: str
    virtual: bool
    space: str | None
    dimension: int | None
    people: int
    faces: int
    templates: int
    revision: int
    schema: int
    audit_entries: int
    created: str
    bytes: int
    keys: str
    master_key: str

    def as_dict(self) -> dict[str, Any]:
        """Plain values, for JSON."""
        return asdict(self)
