"""Enrol, verify, identify with a stranger among the probes, cluster; every decision by a calibration, every outcome in a report."""

from __future__ import annotations

import os
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from vultus import decide, grouping
from vultus.apps.demo.album import Album
from vultus.apps.demo.strips import write_strip
from vultus.apps.identification import evidence_for, identify_templates
from vultus.decide import Calibration
from vultus.errors import InputError
from vultus.evaluate.clustering import bcubed
from vultus.gallery import Gallery, KeySource
from vultus.pipeline import PictureResult, Recogniser
from vultus.report import Picture, Report, Table, Value
from vultus.types import Embeddings

PROTOCOL = (
    "The last person in order of names stays out and is the stranger. Of every other person the first half of the pictures is enrolled "
    "and the rest are probes. Verification compares each person's first two pictures, and the first pictures of neighbours in the list. "
    "Thresholds come from the named calibration, which was measured on other people.")


@dataclass
class _Story:
    """What the report is written from."""

    rows: list[tuple[object, ...]] = field(default_factory=list)
    strips: dict[str, list[tuple[Path, str]]] = field(default_factory=lambda: defaultdict(list))
    values: list[Value] = field(default_factory=list)
    pictures: list[Picture] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


def walk(album: Album, out: Path, found: Iterable[PictureResult], recogniser: Recogniser) -> Report:
    """Run the demonstration.

    Args:
        album: labelled pictures.
        out: folder for the pictures of the report; made if absent.
        found: the recogniser's results for the album's pictures, in order (a generator, so that the caller can show progress).
        recogniser: names the space.

    Returns:
        The report; its picture files lie in `out`.
    """
    results = list(found)
    usable = [(person, path, r.embeddings[0]) for (person, path), r in zip(album.pictures, results, strict=True)
              if r.embeddings is not None and len(r.embeddings)]
    if len({person for person, _, _ in usable}) < 3:
        raise InputError("pictures", expected="faces of at least three people", got=f"faces in {len(usable)} of {len(results)} pictures",
                         hint="'vultus detect' shows what is found")
    skipped = [(path.name, r.error) for (_, path), r in zip(album.pictures, results, strict=True) if r.error]
    calibration = decide.packaged(recogniser.space, album.domain)
    story = _Story()
    _verify(usable, calibration, recogniser.space, story)
    _identify(album, usable, calibration, recogniser.space, story)
    # The packaged grouping rule is for photographs; rendered people are grouped at their calibration's threshold.
    _cluster(usable, story, out, calibration.t_hi if album.virtual and calibration else None)
    _write_strips(story, out)
    if skipped:
        story.tables.append(Table("Skipped pictures", ("picture", "why"), tuple(skipped)))
    domain = calibration.domain if calibration else f"none for space {recogniser.space}: every decision is undecided"
    return Report("demo", "Vultus demonstration", PROTOCOL, tuple(story.values), tables=tuple(story.tables),
                  pictures=tuple(story.pictures),
                  notes=(f"calibration: {domain}", "borders: blue enrolled, green right, red wrong, grey undecided",
                         *(("everybody here is rendered and does not exist; the gallery is marked virtual",) if album.virtual else ())))


Usable = Sequence[tuple[str, Path, Embeddings]]


def _verify(usable: Usable, calibration: Calibration | None, space: str, story: _Story) -> None:
    first: dict[str, list[tuple[Path, Embeddings]]] = defaultdict(list)
    for person, path, template in usable:
        first[person].append((path, template))
    names = list(first)
    pairs = [(n, n, first[n][0], first[n][1]) for n in names if len(first[n]) > 1]
    pairs += [(a, b, first[a][0], first[b][0]) for a, b in zip(names, names[1:] + names[:1], strict=True)]
    rows, right = [], 0
    for a, b, left, other in pairs:
        decision = decide.decide(float(left[1].similarity(other[1])[0, 0]), calibration, space=space)
        right += decision.outcome == ("match" if a == b else "no_match")
        rows.append((a, b, "same" if a == b else "different", round(decision.similarity or 0, 4), decision.outcome, decision.fmr_upper))
    story.values.append(Value("verification: pairs decided rightly", float(right), "pairs", n=len(pairs), note="n counts pairs"))
    story.tables.append(Table("Verification", ("first", "second", "truth", "similarity", "outcome", "FMR at this score, upper limit"),
                              tuple(rows)))


def _identify(album: Album, usable: Usable, calibration: Calibration | None, space: str, story: _Story) -> None:
    """Enrol the first half of everybody but the last person; the rest are probes. Keys live in memory and end with this run."""
    import tempfile
    stranger = album.people[-1]
    master = os.urandom(32)
    rows, hits, unknown, probes, strangers = [], 0, 0, 0, 0
    with tempfile.TemporaryDirectory(prefix="vultus-demo-") as folder:
        keys = KeySource(Path(folder) / "keys", master=lambda: master, announce=lambda line: None)
        with Gallery.open(Path(folder) / "gallery", virtual=album.virtual, keys=keys) as gallery:
            for person, pictures in _by_person(usable):
                enrolled = 0 if person == stranger else -(-len(pictures) // 2)
                for path, template in pictures[:enrolled]:
                    gallery.enrol(person, template, rendered=album.virtual)
                    story.strips[person].append((path, "enrolled"))
            for person, pictures in _by_person(usable):
                for path, template in pictures[0 if person == stranger else -(-len(pictures) // 2):]:
                    answer = identify_templates(template, gallery, evidence_for(gallery, space, calibration))[0]
                    said = answer.best.name if answer.outcome == "person" and answer.best else answer.outcome
                    truth = "unknown" if person == stranger else person
                    kind = "right" if said == truth else "undecided" if said == "undecided" else "wrong"
                    story.strips[person].append((path, kind))
                    rows.append((path.name, truth, said, round(answer.best.similarity, 4) if answer.best else None,
                                 answer.fpir_upper))
                    hits, probes = hits + (person != stranger and kind == "right"), probes + (person != stranger)
                    unknown, strangers = unknown + (person == stranger and kind == "right"), strangers + (person == stranger)
    story.values += [Value("identification: enrolled people named rightly", float(hits), "probes", n=probes, note="n counts probes"),
                     Value("identification: stranger answered with unknown", float(unknown), "probes", n=strangers, note="n counts probes")]
    story.tables.append(Table("Identification", ("probe", "truth", "answer", "similarity of the best",
                                                 "FPIR at this similarity in this gallery, upper limit"), tuple(rows)))


def _by_person(usable: Usable) -> list[tuple[str, list[tuple[Path, Embeddings]]]]:
    people: dict[str, list[tuple[Path, Embeddings]]] = defaultdict(list)
    for person, path, template in usable:
        people[person].append((path, template))
    return list(people.items())


def _cluster(usable: Usable, story: _Story, out: Path, threshold: float | None) -> None:
    templates = Embeddings(np.concatenate([t.vectors for _, _, t in usable]), usable[0][2].space)
    labels = np.asarray(grouping.group(templates, threshold))
    people = np.array([person for person, _, _ in usable])
    story.values.append(Value("clustering: BCubed F1", bcubed(labels, people).f1, "share", n=len(set(people)),
                              note=f"{len(set(labels.tolist()))} groups for {len(set(people))} people"))
    for number, label in enumerate(sorted(set(labels.tolist())), 1):
        members = np.flatnonzero(labels == label)
        owner = max(set(people[members]), key=lambda p: (people[members] == p).sum())
        file = f"group-{number:02d}.jpg"
        write_strip([(usable[int(i)][1], "right" if people[i] == owner else "wrong") for i in members], out / file)
        share = f"all of {owner}" if (people[members] == owner).all() else f"most of them of {owner}"
        story.pictures.append(Picture(file, f"group {number}: {len(members)} pictures, {share}"))


def _write_strips(story: _Story, out: Path) -> None:
    strips = []
    for number, (person, pictures) in enumerate(story.strips.items(), 1):
        file = f"person-{number:02d}.jpg"
        write_strip(pictures, out / file)
        enrolled = sum(kind == "enrolled" for _, kind in pictures)
        strips.append(Picture(file, f"{person}: {enrolled} enrolled, {len(pictures) - enrolled} probes"
                              + ("" if enrolled else " (the stranger)")))
    story.pictures[:0] = strips
