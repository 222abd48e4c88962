"""Tracks of the same person joined by their templates; tracks visible at the same time are two people."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from importlib import resources

import numpy as np
from numpy.typing import NDArray

from vultus import decide
from vultus.apps.video.record import TrackRecord
from vultus.errors import InputError
from vultus.grouping import merge_tree, packaged_rule

BLOCK = 500  # people compared with all others at once


@dataclass(frozen=True)
class JoiningRule:
    """Where tracks are joined, and where that comes from.

    Args:
        threshold: least mean cosine between the faces of two groups of tracks that are joined.
        low, high: between them the answer whether two groups are one person is a doubtful one and is said to be.
        split: cosine below which a face does not continue a track.
        source: what the threshold was chosen on, in words.
        domain: what `low` and `high` were calibrated on, in words; None without a calibration.
    """

    threshold: float
    low: float
    high: float
    split: float
    source: str
    domain: str | None


@dataclass(frozen=True)
class Doubt:
    """Two people (1-based) that may be one, and the mean cosine between them."""

    first: int
    second: int
    similarity: float


def joining_rule(space: str, *, threshold: float | None = None, rendered: bool = False) -> JoiningRule:
    """The rule for a space.

    Args:
        threshold: given by the caller; None takes the packaged rule, or for rendered people the threshold at which the packaged
            calibration calls two of them the same.

    Raises:
        InputError: no threshold was given and none is packaged.
    """
    known = decide.packaged(space, "rendered" if rendered else "photographs")
    if threshold is not None:
        if not -1 <= threshold <= 1:
            raise InputError("threshold", expected="a cosine, -1..1", got=str(threshold))
        chosen, source = threshold, "given by the caller"
    elif rendered and known is not None:
        chosen, source = known.t_hi, known.domain
    else:
        chosen, source = _packaged(space)
    low, high = (known.t_lo, known.t_hi) if known is not None else (chosen, chosen)
    return JoiningRule(chosen, min(low, chosen), max(high, chosen), min(low, chosen) - 0.01, source,
                       None if known is None else known.domain)


def _packaged(space: str) -> tuple[float, str]:
    """The threshold that was chosen for counting the few people of a video, else the one for sorting photographs of many people."""
    folder = resources.files("vultus.data") / "video_joining"
    for entry in sorted(folder.iterdir(), key=lambda e: e.name) if folder.is_dir() else ():
        if entry.name.endswith(".json"):
            record = json.loads(entry.read_text("utf-8"))
            if record["space"] == space:
                return float(record["threshold"]), f"{record['domain']}; {record['chosen_by']}"
    rule = packaged_rule(space)
    return rule.threshold, f"{rule.domain}; {rule.chosen_by}"


def join(tracks: Sequence[TrackRecord], together: Iterable[tuple[int, int]], rule: JoiningRule,
         names: Mapping[int, str] | None = None) -> list[list[TrackRecord]]:
    """The tracks of each person, people in the order of their first appearance; tracks too poor to tell are left out.

    Args:
        together: pairs of track numbers that are two people.
        names: who a track is known to be, by track number: equal names are one person, different names two.
    """
    good = [track for track in tracks if not track.doubt and track.mean is not None]
    if not good:
        return []
    known = names or {}
    keys = [known.get(track.number, str(track.number)) for track in good]
    nodes: dict[str, list[TrackRecord]] = {}
    for track, key in zip(good, keys, strict=True):
        nodes.setdefault(key, []).append(track)
    node = {track.number: i for i, members in enumerate(nodes.values()) for track in members}
    apart = {(node[a], node[b]) for a, b in together if a in node and b in node and node[a] != node[b]}
    named = sorted({node[number] for number in known if number in node})
    apart |= {(a, b) for i, a in enumerate(named) for b in named[i + 1:]}
    means = np.stack([_means(members).mean(0) for members in nodes.values()])
    labels = merge_tree(means, rule.threshold, apart).cut(rule.threshold)
    groups: list[list[TrackRecord]] = [[] for _ in range(int(labels.max()) + 1)]
    for track in good:
        groups[int(labels[node[track.number]])].append(track)
    return sorted(groups, key=lambda group: (min(track.start for track in group), group[0].number))


def possible_counts(tracks: Sequence[TrackRecord], together: Iterable[tuple[int, int]], rule: JoiningRule,
                    names: Mapping[int, str] | None = None) -> tuple[int, int]:
    """How many people there are at least and at most, if every doubtful answer of the calibration fell one way."""
    pairs = list(together)
    least, most = (len(join(tracks, pairs, replace(rule, threshold=cut), names)) for cut in (rule.low, rule.high))
    return least, most


def doubts(people: Sequence[Sequence[TrackRecord]], together: Iterable[tuple[int, int]], rule: JoiningRule) -> list[Doubt]:
    """Pairs of people that were kept apart although the calibration does not call them different, most similar first."""
    if len(people) < 2 or rule.domain is None:
        return []
    person = {track.number: i for i, group in enumerate(people) for track in group}
    apart = {tuple(sorted((person[a], person[b]))) for a, b in together if a in person and b in person}
    means = np.stack([_means(group).mean(0) for group in people])
    found = []
    for start in range(0, len(people), BLOCK):
        cosines = np.triu(means[start:start + BLOCK] @ means.T, start + 1)
        near = np.argwhere(cosines >= rule.low) if rule.low > 0 else np.empty((0, 2), np.int64)
        found += [Doubt(start + a + 1, b + 1, float(cosines[a, b])) for a, b in near.tolist() if (start + a, b) not in apart]
    return sorted(found, key=lambda doubt: -doubt.similarity)


def _means(tracks: Sequence[TrackRecord]) -> NDArray[np.float32]:
    return np.stack([track.mean for track in tracks if track.mean is not None])
