"""From the user's labels to compared pairs: templates of main faces, failures, duplicates, and a cap on the size."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.apps.calibration import labelled
from vultus.apps.calibration.duplicates import SAME, find_duplicates
from vultus.apps.calibration.kept_templates import templates
from vultus.apps.calibration.labelled import Labelled
from vultus.calibrate.comparisons import Comparisons
from vultus.errors import InputError
from vultus.image import as_text, shown
from vultus.pipeline import Recogniser
from vultus.pipeline.face_table import FaceRows, read_table
from vultus.types import Embeddings

MAX_PICTURES = 6000  # every two are compared: 18 million pairs, about 0.4 GB


@dataclass(frozen=True, eq=False)
class Sample:
    """Compared pairs and where they come from.

    Args:
        pairs: the comparisons; `place` numbers `paths`.
        space: of the scores.
        paths: m pictures with a template (empty for a list of scores), with `boxes` float32 (m, 4) of their main faces.
        subjects: m names.
        templates: (m, d) and None for a list of scores.
        pictures: all pictures, also those without a face.
        failed: pictures without a usable face, with the reason.
        within, across: groups of equal pictures of one person and of two, by path.
        notes: what a reader of the report must know.
        digest: sha256 over templates or scores and who is who; independent of names and order of files.
    """

    pairs: Comparisons
    space: str
    paths: tuple[str, ...] = ()
    boxes: NDArray[np.float32] | None = None
    subjects: tuple[str, ...] = ()
    templates: Embeddings | None = None
    pictures: int = 0
    failed: dict[str, str] = field(default_factory=dict)
    within: tuple[tuple[str, ...], ...] = ()
    across: tuple[tuple[str, ...], ...] = ()
    notes: tuple[str, ...] = ()
    digest: str = ""


def read_sample(source: Path, out: Path, recogniser: Callable[[], Recogniser], *, labels: Path | None, images: Path | None,
                space: str | None, rng: np.random.Generator, on_picture: Callable[[int], None]) -> Sample:
    """Read any of the inputs that `vultus calibrate` takes.

    Args:
        source: a labelled folder, a table of `represent`, a CSV of pairs or scores, or LFW's pairs.txt.
        out: where templates are kept.
        recogniser: makes what represents pictures, if there are any to represent.
        labels: CSV with the people of a table. images: folder of LFW's pictures. space: of a list of scores.
        rng: draws people when there are more pictures than `MAX_PICTURES`.
        on_picture: called with the number of pictures that were just finished.
    """
    if not source.exists():
        raise InputError(shown(source), expected="a folder, a table or a list", got="nothing there")
    if source.is_dir():
        given = labelled.read_folder(source)
    elif source.suffix == ".parquet":
        return _from_table(source, labels, rng)
    elif source.suffix == ".txt":
        if images is None:
            raise InputError("images", expected="the folder with the pictures of pairs.txt", got="none", hint="give --images DIR")
        given = labelled.read_lfw_pairs(source, images)
    elif "score" in labelled.columns(source):
        return _from_scores(source, space)
    else:
        given = labelled.read_pairs(source)
    rows, errors = templates(given.arguments, out, recogniser(), on_picture)
    return _sample(given, rows, errors, rng)


def _from_table(table: Path, labels: Path | None, rng: np.random.Generator) -> Sample:
    if labels is None:
        raise InputError("labels", expected="a CSV file with columns path and subject for the table", got="none", hint="give --labels FILE")
    people = labelled.read_labels(labels)
    rows, errors = read_table(table)
    paths = dict.fromkeys([*rows.paths, *errors])
    named = [path for path in paths if path in people]
    if not named:
        raise InputError("labels", expected="paths as they stand in the table", got="none of them")
    notes = (f"{len(paths) - len(named)} pictures of the table have no label and were left out",) if len(named) < len(paths) else ()
    return _sample(Labelled(tuple(named), tuple(people[path] for path in named), None, (), notes), rows, errors, rng)


def _sample(given: Labelled, rows: FaceRows, errors: dict[str, str], rng: np.random.Generator) -> Sample:
    main = {path: row for row, (path, face) in enumerate(zip(rows.paths, rows.faces, strict=True)) if face == 0}
    names = [as_text(path) for path in given.paths]
    present = np.array([name in main for name in names], np.bool_)
    failed = {name: errors.get(name, "no template") for name in names if name not in main}
    if not present.any():
        raise InputError("pictures", expected="pictures with a face", got=f"{len(names)} pictures, none with one",
                         hint=next(iter(failed.values()), ""))
    chosen = np.flatnonzero(present)
    index = np.array([main[names[i]] for i in chosen])
    vectors, subjects = rows.vectors[index], np.array(given.subjects, object)[chosen].astype(str)
    paths = [names[i] for i in chosen]
    twins = find_duplicates(paths, vectors, subjects.tolist())
    keep, notes = twins.keep.copy(), list(given.notes)
    if given.pairs is None and keep.sum() > MAX_PICTURES:
        keep &= _drawn(vectors, subjects, keep, rng)
        notes.append(f"{int(keep.sum())} pictures of {len(np.unique(subjects[keep]))} people were drawn from {len(paths)} pictures of "
                     f"{len(np.unique(subjects))}, because every two pictures are compared")
    kept = np.flatnonzero(keep)
    made = Embeddings(vectors[kept], rows.space)
    pairs = Comparisons.of_templates(made, subjects[kept]) if given.pairs is None else _listed(given.pairs, chosen, kept, made, subjects)
    digest = hashlib.sha256(pairs.person.astype("<i8").tobytes() + made.vectors[pairs.place].tobytes()).hexdigest()
    return Sample(pairs, rows.space, tuple(paths[i] for i in kept), rows.boxes[index[kept]], tuple(subjects[kept].tolist()),
                  made if given.pairs is None else None, len(names), failed, _named(twins.within, paths), _named(twins.across, paths),
                  tuple(notes), digest)


def _listed(pairs: Sequence[tuple[int, int]], chosen: NDArray[np.int64], kept: NDArray[np.int64], made: Embeddings,
            subjects: NDArray[np.str_]) -> Comparisons:
    """Those of the listed pairs whose pictures are both left, each once."""
    place = {int(chosen[row]): number for number, row in enumerate(kept)}
    usable = sorted({(min(place[a], place[b]), max(place[a], place[b])) for a, b in pairs if a in place and b in place and a != b})
    if not usable:
        raise InputError("pairs", expected="pairs of two different pictures with faces", got=f"none of {len(pairs)}")
    left, right = (np.array(side, np.int64) for side in zip(*usable, strict=True))
    scores = np.clip(np.einsum("ij,ij->i", made.vectors[left], made.vectors[right]), -1, 1)
    return Comparisons.of_pairs(scores, left, right, subjects[kept])


def _from_scores(file: Path, space: str | None) -> Sample:
    if space is None:
        raise InputError("space", expected="the space of the scores", got="none", hint="give --space, as 'vultus represent' prints it")
    scores, sides, mated = labelled.read_scores(file)
    values = np.array(scores)
    same = np.array(mated) & (values >= SAME)
    notes = (f"{int(same.sum())} mated scores of a picture with itself (cosine 1) were left out",) if same.any() else ()
    rows = [i for i in range(len(values)) if not same[i]]
    if not rows:
        raise InputError(shown(file), expected="scores of different pictures", got="pictures compared with themselves")
    rows.sort(key=lambda i: (sides[i], scores[i]))
    subjects = [name for i in rows for name in sides[i]]
    left = np.arange(len(rows)) * 2
    pairs = Comparisons.of_pairs(values[rows], left, left + 1, np.array(subjects))
    digest = hashlib.sha256("\n".join(f"{sides[i]} {scores[i]!r}" for i in rows).encode()).hexdigest()
    return Sample(pairs, space, subjects=tuple(subjects), notes=notes, digest=digest)


def _drawn(vectors: NDArray[np.float32], subjects: NDArray[np.str_], keep: NDArray[np.bool_],
           rng: np.random.Generator) -> NDArray[np.bool_]:
    """Whole people, drawn in an order that does not depend on names, until `MAX_PICTURES` are reached."""
    rows = sorted(np.flatnonzero(keep).tolist(), key=lambda row: vectors[row].tobytes())
    people = list(dict.fromkeys(subjects[row] for row in rows))
    chosen, total = [], 0
    counts = dict(zip(*np.unique(subjects[keep], return_counts=True), strict=True))
    for number in rng.permutation(len(people)):
        if total + counts[people[number]] <= MAX_PICTURES:
            chosen.append(people[number])
            total += counts[people[number]]
    return np.isin(subjects, chosen)


def _named(groups: Sequence[Sequence[int]], paths: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    return tuple(sorted(tuple(sorted(paths[row] for row in rows)) for rows in groups))
