"""The tasks: what each verb takes and gives. A method folder under a task holds one class with that verb.

Importing this module costs nothing; the types in the signatures are loaded only by type checkers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Protocol, runtime_checkable

if TYPE_CHECKING:
    from numpy.typing import NDArray

    from vultus.report import Report
    from vultus.types import Analysis, Attacked, Budget, Crops, Embeddings, Faces, GuardSample, Image, Item, Scores, Text, Weights


@runtime_checkable
class Detector(Protocol):
    """Finds faces: uint8 RGB pictures of any sizes in, one `Faces` each out."""

    def detect(self, images: Sequence[Image]) -> list[Faces]: ...


@runtime_checkable
class Embedder(Protocol):
    """Turns crops of its own `template` (see `vultus.geometry.TEMPLATES`) into templates of its `space`."""

    template: str
    space: str

    def embed(self, crops: Crops) -> Embeddings: ...


@runtime_checkable
class QualityScorer(Protocol):
    """How useful a crop is for recognition; higher = more useful."""

    def score(self, samples: Crops) -> Scores: ...


@runtime_checkable
class Guard(Protocol):
    """How likely a sample is an attack; higher = more likely."""

    def score(self, samples: Sequence[GuardSample]) -> Scores: ...


@runtime_checkable
class Analyser(Protocol):
    """Describes every face of every picture; rows in the order of pictures, then faces."""

    def analyse(self, images: Sequence[Image], faces: Sequence[Faces]) -> Analysis: ...


@runtime_checkable
class Reader(Protocol):
    """Reads the text in pictures."""

    def read(self, images: Sequence[Image]) -> list[Text]: ...


@runtime_checkable
class Protector(Protocol):
    """Changes pictures so that recognisers fail; size and dtype stay."""

    def protect(self, images: Sequence[Image]) -> list[Image]: ...


@runtime_checkable
class Editor(Protocol):
    """Changes faces in pictures by `controls`; size and dtype stay, exports are marked."""

    def edit(self, images: Sequence[Image], faces: Sequence[Faces], controls: Mapping[str, Any]) -> list[Image]: ...


@runtime_checkable
class Attack(Protocol):
    """Tests a defence: `target(pictures) -> scores` is queried within `budget`; `vultus.attack.base` enforces it."""

    def run(self, target: Callable[[Sequence[Image]], NDArray[Any]], samples: Sequence[Image], budget: Budget) -> Attacked: ...


@runtime_checkable
class Generator(Protocol):
    """Makes `n` pictures of people who do not exist; the same seed gives the same pictures."""

    def generate(self, n: int, seed: int, condition: Mapping[str, Any]) -> list[Item]: ...


@runtime_checkable
class Adapter(Protocol):
    """Trains or changes a model: resumable, results are `Weights`."""

    def fit(self, items: Sequence[Item], base: Weights | None) -> Weights: ...


@runtime_checkable
class System(Protocol):
    """A whole pipeline: pictures in, for each the templates of its faces, principal first (no face: zero rows)."""

    space: str

    def represent(self, images: Sequence[Image]) -> list[Embeddings]: ...


@runtime_checkable
class Auditor(Protocol):
    """Measures a system on labelled items."""

    def audit(self, system: System, items: Sequence[Item]) -> Report: ...


@dataclass(frozen=True)
class Task:
    """One task: folder name, verb, the protocol its classes satisfy, and what a user gets."""

    name: str
    verb: str
    protocol: type
    summary: str


TASKS: dict[str, Task] = {task.name: task for task in (
    Task("detect", "detect", Detector, "find faces"),
    Task("embed", "embed", Embedder, "crop to template"),
    Task("quality", "score", QualityScorer, "how useful a crop is"),
    Task("analyse", "analyse", Analyser, "describe a face or picture"),
    Task("read", "read", Reader, "text in pictures"),
    Task("guard", "score", Guard, "score an attack"),
    Task("attack", "run", Attack, "test a defence"),
    Task("protect", "protect", Protector, "hide from recognisers"),
    Task("generate", "generate", Generator, "people who do not exist"),
    Task("edit", "edit", Editor, "change a face picture"),
    Task("adapt", "fit", Adapter, "train, tune, forget"),
    Task("audit", "audit", Auditor, "measure a system"),
)}
