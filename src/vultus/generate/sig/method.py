"""SIG with our renderer as the generator: specification, cells, identities that keep their distance, controlled poses.

Source: Nzalasse, Raj, Laird, Clark, "SIG: A Synthetic Identity Generation Pipeline for Generating Evaluation Datasets for Face
Recognition", 2024, arXiv 2409.08345, sections 3 (pipeline) and 4 (ControlFace10k). Where the paper combines attributes and a name in a
prompt, an identity is drawn here from a cell; where it fixes the pose with a template map, the head is turned by exact degrees.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from vultus.errors import InputError, UnknownNameError
from vultus.image import decode
from vultus.people.dataset.judge import judge_with
from vultus.people.dataset.maker import Maker
from vultus.people.dataset.manifest import Row
from vultus.people.dataset.person_work import make_person
from vultus.people.dataset.spec import Spec
from vultus.people.dataset.spec_file import parse_spec
from vultus.people.dataset.studio_maker import studio_maker
from vultus.people.identity import Identity
from vultus.people.sampling import Cell, draw_people
from vultus.tasks import Embedder
from vultus.types import Image, Item

CONDITIONS = ("cells", "attributes", "poses", "light", "expression")
Years = tuple[float, float]


@dataclass(frozen=True)
class Config:
    """What a set consists of. ControlFace10k: 3,336 identities x 3 pictures = 10,008 in 24 cells of 139 identities (section 4).

    Args:
        groups: levels of the rendered phenotype. Three where the paper has four races: the head basis has no fourth axis.
        genders: levels of the gender.
        ages: levels of the age, ranges of years. Four where 24 cells of the paper fit three, so that the cells are 24 again.
        people_per_cell: identities in every cell; 139 as published.
        poses: yaw of each picture of a person, degrees; three pictures as published, whose angles are not.
        variation: preset of everything else that differs between pictures of one person (our choice: the paper's pictures differ with
            the noise of the diffusion model).
        size: side of the pictures, px (our choice).
        minimum_distance: smallest distance between two identities in their parameters; strangers are about 1 apart (our choice).
        template_distance: smallest 1 - cosine between two identities to the recogniser that is handed in, for the packaged one: 1 in
            3,000 pairs of strangers is nearer (our choice). It belongs to that recogniser's space.
    """

    groups: tuple[str, ...] = ("african", "asian", "caucasian")
    genders: tuple[str, ...] = ("female", "male")
    ages: tuple[Years, ...] = ((18, 27), (28, 40), (41, 57), (58, 80))
    people_per_cell: int = 139
    poses: tuple[float, ...] = (-30.0, 0.0, 30.0)
    variation: str = "wild"
    size: int = 256
    minimum_distance: float = 0.5
    template_distance: float = 0.04


class Sig:
    """Evaluation sets of virtual people: exactly balanced over cells, exactly posed, every picture with its row of a manifest.

    Args:
        config: what a set consists of.
        needs: `embed`: the recogniser to which no two people may look alike. Report results with another one.

    Example:
        >>> from vultus import registry
        >>> needs = {task: registry.build(name) for task, name in (("embed", "dlib_resnet"), ("detect", "centerface"))}
        >>> items = registry.build("generate/sig", needs=needs).generate(3, 7, {"attributes": {"gender": "female"}})  # doctest: +SKIP
        >>> [item.labels["yaw_deg"] for item in items]  # doctest: +SKIP
        [-30.0, 0.0, 30.0]
    """

    def __init__(self, config: Config, needs: Mapping[str, object]) -> None:
        embedder = needs.get("embed")
        if not isinstance(embedder, Embedder):
            raise InputError("needs", expected="a recogniser under 'embed'", got=type(embedder).__name__)
        self.config, self.embedder = config, embedder

    def __repr__(self) -> str:
        return f"Sig({self.config!r})"

    def generate(self, n: int, seed: int, condition: Mapping[str, Any]) -> list[Item]:
        """The first n pictures of the set with this seed; all pictures of the first person of every cell come first, and so on.

        Args:
            n: 0 or more, at most the pictures of the specification.
            seed: of everything drawn, 0 or more.
            condition: see `specification`.

        Returns:
            Items: id = file of the picture in a set made by `people.dataset.make` with the same specification, subject = person,
            labels = the manifest's row, with the mark under `mark`. Pictures are kept encoded and decoded when they are loaded.

        Raises:
            InputError: n out of range, a cell that cannot be filled, an unknown condition (with the closest).
        """
        spec = self.specification(seed, condition)
        if not 0 <= n <= spec.people * spec.pictures_each:
            raise InputError("n", expected=f"0 to {spec.people * spec.pictures_each} pictures of the specification", got=str(n),
                             hint="set people_per_cell for more")
        made: list[Item] = []
        for index, person in enumerate(self.people(spec, -(-n // spec.pictures_each))):
            files = make_person(self._maker, spec, index, person)
            made += [_item(row, files.files[row["file"]]) for row in files.rows]
        return made[:n]

    def specification(self, seed: int, condition: Mapping[str, Any]) -> Spec:
        """What `vultus people make` needs to make the set in a folder.

        Args:
            seed: 0 or more.
            condition: any of
                `cells`: attribute -> levels, crossed in place of the settings' own;
                `attributes`: attribute -> level that all people share, in place of an axis of that name;
                `poses`: yaw of each picture in place of the settings', degrees;
                `light`, `expression`: a name, or several, of which every picture draws one.

        Raises:
            InputError: an unknown condition, attribute, light or expression, with the closest; levels out of range; cells that contradict.
        """
        for name in condition:
            if name not in CONDITIONS:
                raise UnknownNameError("condition", name, CONDITIONS, hint="known are " + ", ".join(CONDITIONS))
        shared = _table(condition, "attributes")
        axes = _table(condition, "cells") or {"group": self.config.groups, "gender": self.config.genders, "ages": self.config.ages}
        cells = {name: [_plain(level) for level in _list("cells." + name, levels)] for name, levels in axes.items() if name not in shared}
        drawn = {name: _plain(condition[name]) for name in ("light", "expression") if name in condition}
        return parse_spec({
            "seed": seed, "people_per_cell": self.config.people_per_cell, "size": self.config.size, "cells": cells,
            "everyone": {name: _plain(level) for name, level in shared.items()}, "minimum_distance": self.config.minimum_distance,
            "variation": {"preset": self.config.variation, **drawn},
            "views": {"yaw": list(_list("poses", condition.get("poses", self.config.poses)))},
            "recogniser": {"name": self.embedder.space, "distance": self.config.template_distance} if self.config.template_distance else {},
        }, ())

    def people(self, spec: Spec, count: int) -> Sequence[Identity]:
        """The first people of a specification, in the order of `people.sampling.draw_people`."""
        cells = [Cell.parse(cell) for cell in spec.cells][:count] or [Cell()]
        judge = judge_with(self._maker, self.embedder) if spec.template_distance else None
        drawn = draw_people(-(-count // len(cells)), spec.seed, cells, spec.minimum_distance, judge=judge,
                            judge_distance=spec.template_distance)
        return drawn.people[:count]

    @cached_property
    def _maker(self) -> Maker:
        return studio_maker()


def _item(row: Row, data: bytes) -> Item:
    return Item(row["file"], partial(_decoded, data, row["file"]), row["person"], row)


def _decoded(data: bytes, name: str) -> Image:
    return decode(data, name=name).image


def _table(condition: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = condition.get(name, {})
    if not isinstance(value, Mapping):
        raise InputError(name, expected="attributes with their levels", got=repr(value))
    return value


def _list(name: str, value: Any) -> Sequence[Any]:
    if isinstance(value, str) or not isinstance(value, Sequence) or not value:
        raise InputError(name, expected="one or more in a list", got=repr(value))
    return value


def _plain(level: Any) -> Any:
    """As a TOML document would hold it: lists in place of tuples."""
    return list(level) if isinstance(level, tuple) else level
