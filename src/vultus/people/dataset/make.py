"""Makes a data set: draws everybody, takes what is not there yet, writes the manifest, the card and, if asked, shards."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from vultus.errors import InputError, StorageError
from vultus.image import shown
from vultus.people.dataset.judge import judge_with
from vultus.people.dataset.maker import Factory, Maker
from vultus.people.dataset.manifest import FILE, write_manifest
from vultus.people.dataset.plan import cell_id, person_plan
from vultus.people.dataset.set_card import write_card
from vultus.people.dataset.set_folder import PEOPLE_FILE, SetFolder, as_json, file_digest
from vultus.people.dataset.shards import write_shards
from vultus.people.dataset.spec import Spec
from vultus.people.dataset.workers import Job, in_processes, in_this_process, on_ray
from vultus.people.identity import Identity
from vultus.people.sampling import Cell, draw_people
from vultus.people.sampling.crowd import Drawn, Judge
from vultus.runtime.atomic_file import write_bytes
from vultus.tasks import Embedder

Progress = Callable[[int, int], None]


@dataclass(frozen=True)
class Made:
    """What a run did.

    Args:
        root: the set's folder.
        pictures, people, cells: of the whole set.
        made: people whose pictures this run took; the others were there.
        rejected: candidates turned down for being too near to somebody. drawn: candidates in all.
        shards: files written.
    """

    root: Path
    pictures: int
    people: int
    cells: int
    made: int
    rejected: int
    drawn: int
    shards: int


def make(spec: Spec, out: Path, *, factory: Factory | None = None, embedder: Embedder | None = None, workers: int = 1,
         ray: str | None = None, shards: int = 0, progress: Progress | None = None) -> Made:
    """Make the data set `spec` in the folder `out`, or finish one that was begun there; the bytes are the same either way.

    Args:
        factory: makes the engine, a function at the top level of a module; None for the rasteriser of this package.
        embedder: the recogniser that the specification names; it turns away people who look alike to it.
        workers: processes of this machine, 1 or more.
        ray: address of a Ray cluster instead.
        shards: also write WebDataset shards of at most this many pictures; 0 = none.
        progress: receives finished and all pictures.

    Raises:
        InputError: a specification that cannot be met, or a folder that holds something else; nothing is written then.
        StorageError: the disk is full, or a worker was lost; run it again to go on.
    """
    if workers < 1:
        raise InputError("workers", expected="1 or more", got=str(workers))
    factory = factory or _rasteriser
    maker = factory()
    drawn = draw_people(spec.people_per_cell, spec.seed, [Cell.parse(cell) for cell in spec.cells], spec.minimum_distance,
                        judge=_judge(spec, maker, embedder), judge_distance=spec.template_distance)
    folder = SetFolder(out, spec, maker.generator)
    folder.claim()
    everybody = drawn.people
    _keep_people(folder, everybody)
    folder.reopen()
    todo = [(index, person.to_dict()) for index, person in enumerate(everybody) if not folder.finished(index)]
    _run(todo, folder, maker, factory, workers, ray, progress)
    return _finish(folder, drawn, len(todo), shards)


def _run(todo: Sequence[Job], folder: SetFolder, maker: Maker, factory: Factory, workers: int, ray: str | None,
         progress: Progress | None) -> None:
    each, total = folder.spec.pictures_each, folder.spec.people
    done = total - len(todo)
    if progress is not None:
        progress(done * each, total * each)
    for _ in _finished(todo, folder, maker, factory, workers, ray):
        done += 1
        if progress is not None:
            progress(done * each, total * each)


def _finished(todo: Sequence[Job], folder: SetFolder, maker: Maker, factory: Factory, workers: int, ray: str | None) -> Iterator[int]:
    if not todo:
        return iter(())
    if ray is not None:
        return on_ray(todo, folder, factory, ray)
    count = min(workers, len(todo))
    return in_this_process(todo, folder, maker) if count == 1 else in_processes(todo, folder, factory, count)


def _keep_people(folder: SetFolder, everybody: Sequence[Identity]) -> None:
    """Writes `people.json`; everybody must come out as they did when the set was begun."""
    people: list[dict[str, Any]] = []
    for index, person in enumerate(everybody):
        plan = person_plan(folder.spec, index)
        people.append({"cell": cell_id(plan.cell), "split": plan.split, "identity": person.to_dict()})
    data, file = as_json(people), folder.root / PEOPLE_FILE
    digest = hashlib.sha256(data).hexdigest()
    here = file_digest(file)
    if here is None or here != digest == folder.card().get("people_sha256"):  # the card of a finished set says which is right
        write_bytes(file, data)
    elif here != digest:
        raise StorageError(f"{shown(file)} holds other people than this specification gives on this machine: it was altered, or begun on "
                           "another kind of processor; choose another folder")


def _judge(spec: Spec, maker: Maker, embedder: Embedder | None) -> Judge | None:
    if not spec.template_distance:
        return None
    if embedder is None:
        raise InputError("embedder", expected=f"the recogniser {spec.recogniser!r} of the specification", got="none")
    return judge_with(maker, embedder)


def _finish(folder: SetFolder, drawn: Drawn, made: int, shards: int) -> Made:
    spec, manifest = folder.spec, folder.root / FILE
    write_manifest(folder.rows(), spec.attributes, manifest)
    written = write_shards(folder.root, shards) if shards else []
    write_card(folder, drawn)
    folder.close()
    rejected, candidates = (sum(getattr(tally, name) for tally in drawn.tallies) for name in ("rejected", "drawn"))
    return Made(folder.root, spec.people * spec.pictures_each, spec.people, len(spec.cells), made, rejected, candidates, len(written))


def _rasteriser() -> Maker:
    from vultus.people.dataset.studio_maker import studio_maker
    return studio_maker()
