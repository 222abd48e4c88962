"""Whose face is on which picture, as the user says it: folders, tables with labels, lists of pairs, lists of scores."""

from __future__ import annotations

import csv
import os
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from vultus.data.picture_files import find_pictures
from vultus.errors import InputError
from vultus.image import as_text, shown

TRUE, FALSE = ("1", "true", "yes", "mated", "same"), ("0", "false", "no", "non-mated", "different")


@dataclass(frozen=True)
class Labelled:
    """Pictures with their people, and the pairs to compare.

    Args:
        paths: n pictures, each once.
        subjects: n names.
        pairs: (left, right) indices of the pictures to compare; None compares every two.
        arguments: what `represent` is to be given.
        notes: what a reader of the report must know.
    """

    paths: tuple[str, ...]
    subjects: tuple[str, ...]
    pairs: tuple[tuple[int, int], ...] | None
    arguments: tuple[str, ...]
    notes: tuple[str, ...] = ()


def read_folder(folder: str | os.PathLike[str]) -> Labelled:
    """A folder with one sub-folder a person. Raises InputError when it has none, or two for one name."""
    root = os.fspath(folder).rstrip("/") or "/"
    paths, people, loose = [], [], 0
    for picture in find_pictures([root]):
        below = as_text(picture.path[len(root):].lstrip("/")).split("/")
        if len(below) < 2:
            loose += 1
            continue
        paths.append(as_text(picture.path))
        people.append(below[0])
    if not paths:
        raise InputError(shown(root), expected="a folder with one sub-folder of pictures for each person",
                         got=f"{loose} pictures and no sub-folder with any" if loose else "no pictures")
    _check_names(people)
    notes = (f"{loose} pictures lie beside the people's folders and were left out",) if loose else ()
    return Labelled(tuple(paths), tuple(people), None, (root,), notes)


def read_labels(file: Path) -> dict[str, str]:
    """The people of a CSV with columns path and subject."""
    labels: dict[str, str] = {}
    for line, row in _rows(file, ("path", "subject")):
        if labels.setdefault(row["path"], row["subject"]) != row["subject"]:
            raise InputError(f"{shown(file)} line {line}", expected="one subject a path", got=f"two for {shown(row['path'])}")
    _check_names(list(labels.values()))
    return labels


def read_pairs(file: Path) -> Labelled:
    """A CSV with columns a, b, mated, and perhaps subject_a, subject_b; paths are relative to the file.

    Without subjects, people are the groups of pictures that mated pairs join. Raises InputError for files that do not exist.
    """
    paths: dict[str, int] = {}
    named: dict[int, str] = {}
    pairs, mated = [], []
    for line, row in _rows(file, ("a", "b", "mated")):
        pair = tuple(paths.setdefault(os.path.join(file.parent, row[side]), len(paths)) for side in ("a", "b"))
        same = _truth(row["mated"], file, line)
        subjects = [row.get(f"subject_{side}") or "" for side in ("a", "b")]
        if all(subjects) and same != (subjects[0] == subjects[1]):
            raise InputError(f"{shown(file)} line {line}", expected="mated = 1 for one subject, 0 for two", got=f"mated = {row['mated']}")
        for picture, subject in zip(pair, subjects, strict=True):
            if subject and named.setdefault(picture, subject) != subject:
                raise InputError(f"{shown(file)} line {line}", expected="one subject a picture", got="another subject than before")
        pairs.append(pair)
        mated.append(same)
    _check_files(file, list(paths))
    notes: tuple[str, ...] = ()
    if len(named) < len(paths):
        named = _joined(len(paths), [pair for pair, same in zip(pairs, mated, strict=True) if same])
        notes = ("people were counted from the mated pairs: pictures that no mated pair joins count as different people; "
                 "columns subject_a and subject_b would say who is who",)
        for pair, same in zip(pairs, mated, strict=True):
            if not same and named[pair[0]] == named[pair[1]]:
                a, b = (shown(list(paths)[picture]) for picture in pair)
                raise InputError(f"{shown(file)}", expected="pairs that agree with each other",
                                 got=f"mated = 0 for {a} and {b}, which mated pairs join")
    return Labelled(tuple(paths), tuple(named[i] for i in range(len(paths))), tuple((a, b) for a, b in pairs), tuple(paths), notes)


def read_lfw_pairs(file: Path, images: Path) -> Labelled:
    """A pairs.txt in the layout of LFW: `name i j` or `name1 i name2 j` a line, pictures `images/<name>/<name>_NNNN.<suffix>`."""
    paths: dict[str, int] = {}
    subjects, pairs = [], []
    try:
        lines = file.read_text("utf-8").splitlines()
    except (OSError, UnicodeDecodeError) as error:
        raise _unreadable(file, error) from error
    for line, text in enumerate(lines, 1):
        parts = text.split()
        if len(parts) not in (3, 4):
            if parts and line > 1:
                raise InputError(f"{shown(file)} line {line}", expected="'name i j' or 'name1 i name2 j'", got=f"{len(parts)} words")
            continue
        both = ((parts[0], parts[1]), (parts[0], parts[2]) if len(parts) == 3 else (parts[2], parts[3]))
        pair = []
        for name, number in both:
            if not number.isdigit():
                raise InputError(f"{shown(file)} line {line}", expected="numbers of pictures", got=repr(number))
            path = str(images / name / f"{name}_{int(number):04d}.jpg")
            if path not in paths:
                paths[path] = len(paths)
                subjects.append(name)
            pair.append(paths[path])
        pairs.append((pair[0], pair[1]))
    if not pairs:
        raise InputError(shown(file), expected="pairs, one a line", got="none")
    _check_files(file, list(paths))
    return Labelled(tuple(paths), tuple(subjects), tuple(pairs), tuple(paths))


def read_scores(file: Path) -> tuple[list[float], list[tuple[str, str]], list[bool]]:
    """(scores, subjects of both sides, mated) of a CSV with columns score, mated, subject_a, subject_b; cosines, -1..1.

    Raises InputError for a file without subjects: people cannot be counted then, and no threshold can be supported.
    """
    scores, subjects, mated = [], [], []
    for line, row in _rows(file, ("score", "mated")):
        if not row.get("subject_a") or not row.get("subject_b"):
            raise InputError(shown(file), expected="columns subject_a and subject_b in every line", got="scores without people",
                             hint="support is counted in people, so a list of scores alone cannot give a threshold")
        try:
            score = float(row["score"])
        except ValueError as error:
            raise InputError(f"{shown(file)} line {line}", expected="a number as score", got=repr(row["score"])) from error
        if not -1 <= score <= 1:
            raise InputError(f"{shown(file)} line {line}", expected="a cosine, -1..1, as score", got=row["score"])
        same = _truth(row["mated"], file, line)
        if same != (row["subject_a"] == row["subject_b"]):
            raise InputError(f"{shown(file)} line {line}", expected="mated = 1 for one subject, 0 for two", got=f"mated = {row['mated']}")
        scores.append(score)
        subjects.append((row["subject_a"], row["subject_b"]))
        mated.append(same)
    return scores, subjects, mated


def columns(file: Path) -> tuple[str, ...]:
    """The names in the first line of a CSV file."""
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            return tuple(name.strip() for name in next(csv.reader(lines), []))
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file, error) from error


def _unreadable(file: Path, error: Exception) -> InputError:
    binary = isinstance(error, UnicodeDecodeError)
    got = "a file that is no text" if binary else str(error) if isinstance(error, csv.Error) else type(error).__name__
    return InputError(shown(file), expected=f"a readable {'pairs.txt' if file.suffix == '.txt' else 'CSV file'}", got=got)


def _rows(file: Path, needed: Sequence[str]) -> Iterator[tuple[int, dict[str, str]]]:
    names = columns(file)
    if not set(needed) <= set(names):
        raise InputError(shown(file), expected="a CSV file whose first line names " + ", ".join(needed), got=", ".join(names) or "nothing")
    empty = True
    try:
        with file.open(encoding="utf-8-sig", newline="") as lines:
            for row in (reader := csv.DictReader(lines, fieldnames=names)):
                if reader.line_num == 1:
                    continue
                empty = False
                yield reader.line_num, {name: (row.get(name) or "").strip() for name in names}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise _unreadable(file, error) from error
    if empty:
        raise InputError(shown(file), expected="at least one line below the names of the columns", got="none")


def _truth(text: str, file: Path, line: int) -> bool:
    if text.lower() in TRUE + FALSE:
        return text.lower() in TRUE
    raise InputError(f"{shown(file)} line {line}", expected="mated = 1 or 0", got=repr(text))


def _check_files(file: Path, paths: list[str]) -> None:
    missing = [path for path in paths if not os.path.isfile(path)]
    if missing:
        more = f" and {len(missing) - 3} more" if len(missing) > 3 else ""
        raise InputError(shown(file), expected="pictures that exist", got=", ".join(map(shown, missing[:3])) + more + " missing")


def _check_names(people: Sequence[str]) -> None:
    """Refuse two spellings of one name: they would count one person's pairs as pairs of strangers."""
    seen: dict[str, str] = {}
    for name in people:
        plain = " ".join(unicodedata.normalize("NFKC", name).casefold().replace("_", " ").replace("-", " ").split())
        if seen.setdefault(plain, name) != name:
            raise InputError("people", expected="one name for each person", got=f"both {shown(seen[plain])} and {shown(name)}",
                             hint="put their pictures under one name, or make the names differ in more than case and spaces")


def _joined(count: int, mated: Sequence[tuple[int, ...]]) -> dict[int, str]:
    """A name for each picture such that pictures joined by mated pairs share it."""
    root = list(range(count))

    def find(item: int) -> int:
        while root[item] != item:
            root[item] = root[root[item]]
            item = root[item]
        return item
    for left, right in mated:
        root[find(left)] = find(right)
    return {item: f"group {find(item)}" for item in range(count)}
