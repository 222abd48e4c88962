"""What the demonstrations of quality methods share: the report of a trial on photographs, and a check that needs none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import registry
from vultus.data.rendered_people import rendered_people
from vultus.evaluate.error_versus_discard import DiscardGain, discard_curve, discard_gain, gate_gain
from vultus.geometry import crop
from vultus.image import load
from vultus.plots import curves
from vultus.quality.degraded import degraded
from vultus.quality.lfw_trial import Condition, Trial
from vultus.report import Picture, Report, Table, Value
from vultus.tasks import QualityScorer

SHARE = 0.1  # of the pictures
SHARES = np.linspace(0, 0.3, 31)
NOT_HELPING = "null: the interval reaches zero"
PROTOCOL = (
    "Rendered: the packaged people, each picture against a copy of it with one random fault (smaller, blurred, compressed, darker, "
    "turned); figures are shares of pairs in which the copy scores lower. Photographs (VULTUS_DATA): people of LFW folds 4-5 with two "
    "or more pictures, at most eight each, the packaged recogniser, at the cosine that strangers of folds 1-3 reach in 1 of 1,000 "
    "comparisons (nobody of folds 4-5 is seen for that). The worst tenth of the pictures by each measure is left out with all its "
    "comparisons; gain = FNMR after leaving out as many pictures at random minus FNMR after leaving out the worst, 95 % interval from "
    "1,000 draws of people, both ways on the same people. Two conditions: pictures as they are; a copy with one fault against "
    "pictures as they are. Settings were chosen on folds 1-3.")
NO_PHOTOGRAPHS = "The photographs are missing (VULTUS_DATA), so the part that counts was not measured."


def rendered_values(scorer: QualityScorer, rng: np.random.Generator) -> tuple[Value, ...]:
    """How often a faulty copy of a rendered picture scores lower; a score without meaning would give one half."""
    detector = registry.build("detect/centerface")
    before, after = [], []
    for _, path in rendered_people():
        pictures = [load(path)]
        pictures.append(degraded(pictures[0], rng)[1])
        faces = [found[:1] for found in detector.detect(pictures)]
        if all(len(found) for found in faces):
            each = [scorer.score(crop(image, face, _template(scorer))).values[0] for image, face in zip(pictures, faces, strict=True)]
            before.append(each[0])
            after.append(each[1])
    lower = float((np.array(after) < np.array(before)).mean())
    note = f"{len(before)} rendered pictures"
    return (Value("faulty copy scores lower", lower, "share", n=8, note=note), Value("baseline: a coin", 0.5, "share", n=8, note=note))


def _template(scorer: QualityScorer) -> str:
    return str(getattr(scorer, "template", "dlib-150"))


def trial_report(name: str, title: str, values: Sequence[Value], trial: Trial | None, headline: Sequence[str], out_dir: Path,
                 rng: np.random.Generator, config: Mapping[str, Any], gate: str = "") -> Report:
    """The report of a method.

    Args:
        values: figures measured without photographs.
        trial: from `lfw_trial`; None makes a partial report.
        headline: measures that get figures of their own and a line in the plots; all get a row in the tables.
        gate: measure that is 1 where a gate lets a picture pass, 0 where not.
    """
    if trial is None:
        return Report(name, title, PROTOCOL, tuple(values), notes=(NO_PHOTOGRAPHS,), config=config, complete=False)
    found, tables, pictures = list(values), [], []
    for words, condition in (("as they are", trial.natural), ("with a fault", trial.faulty)):
        gains = {measure: discard_gain(condition.comparisons, quality, SHARE, rng)
                 for measure, quality in condition.quality.items() if measure != gate}
        found += [_value(f"gain by {measure}, pictures {words}", gains[measure], condition) for measure in headline]
        if gate:
            passed = condition.quality[gate] > 0
            found.append(_value(f"gain by the gate, pictures {words}", gate_gain(condition.comparisons, passed, rng), condition))
            found.append(_refused(words, passed))
        if len(gains) > len(headline):
            tables.append(_table(f"Every measure, pictures {words}", gains))
        pictures.append(_plot(out_dir, words, condition, headline, rng))
    found += [Value("threshold", trial.threshold, "cosine"),
              Value("copies without a face", trial.no_face, "share", note="left out; finding no face is a refusal too")]
    return Report(name, title, PROTOCOL, tuple(found), tables=tuple(tables), pictures=tuple(pictures), config=config,
                  data_digest=trial.digest)


def _value(name: str, gain: DiscardGain, condition: Condition) -> Value:
    note = (f"FNMR {gain.fnmr:.4f}, {gain.fnmr_kept:.4f} after leaving out {gain.discarded:.1%} of the pictures, {gain.fnmr_random:.4f} at "
            f"random; {gain.kept_comparisons:.1%} of {len(condition.comparisons.missed)} comparisons stay"
            + ("" if gain.low > 0 else f"; {NOT_HELPING}"))
    return Value(name, gain.gain, "share", gain.low, gain.high, int(condition.comparisons.people.max()) + 1, note)


def _refused(words: str, passed: NDArray[np.bool_]) -> Value:
    half = len(passed) // 2
    only = passed if words == "as they are" else passed[:half]
    return Value(f"refused by the gate, pictures {words}", float((~only).mean()), "share", n=len(only), note="n counts pictures")


def _table(title: str, gains: Mapping[str, DiscardGain]) -> Table:
    rows = sorted(gains.items(), key=lambda item: -item[1].gain)
    return Table(title + ": worst tenth left out", ("measure", "FNMR", "FNMR kept", "FNMR at random", "gain", "low", "high", "verdict"),
                 tuple((measure, round(g.fnmr, 4), round(g.fnmr_kept, 4), round(g.fnmr_random, 4), round(g.gain, 4), round(g.low, 4),
                        round(g.high, 4), "helps" if g.low > 0 else "hurts" if g.high < 0 else "null") for measure, g in rows))


def _plot(out_dir: Path, words: str, condition: Condition, measures: Sequence[str], rng: np.random.Generator) -> Picture:
    lines: dict[str, tuple[Any, Any]] = {
        measure: (100 * SHARES, discard_curve(condition.comparisons, condition.quality[measure], SHARES, rng)) for measure in measures}
    everything = condition.comparisons.fnmr(np.ones(len(condition.comparisons.people), bool))
    lines["at random (expected)"] = (100 * SHARES, np.full(len(SHARES), everything))
    file = f"discard-{words.replace(' ', '-')}.svg"
    curves(out_dir / file, lines, title=f"Error versus discard, pictures {words}", x_title="% of the pictures left out", y_title="FNMR")
    return Picture(file, f"FNMR against the share of pictures left out, worst first; pictures {words}, LFW folds 4-5")


