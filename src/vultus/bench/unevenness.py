"""How uneven people are as impostors, with the default recogniser on LFW"""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from vultus.bench.lfw_templates import extract_lfw, need_lfw
from vultus.data.lfw import read_lfw
from vultus.evaluate.people_bootstrap import fmr_curve, unevenness, upper_when_unsupported
from vultus.report import Report, Table, Value

PROTOCOL = (
    "One picture of each person of LFW, drawn at random, against one of every other. The score of two people is taken as the sum of an "
    "effect of each and a rest (analysis of variance, scores scaled to variance 1); the effect of a person's picture is split into "
    "person and picture by the people with two pictures or more. Unevenness at a rate is the squared variation over people of "
    "their own false match rate, with the part of chance removed. Control: the same scores dealt to pairs at random. "
    "Second table: samples of these people, drawn without putting back, against the rate of all of them; as the sample is part of what "
    "it is held against, an exact interval covers slightly more than 95 % (96 % at 200 people).")
RATES = (1e-1, 1e-2, 1e-3, 1e-4)
SAMPLES = {50: 3_000, 200: 1_500}

Array = NDArray[np.float64]


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Measure the effects and the unevenness that `core/coverage` simulates."""
    lfw = read_lfw(need_lfw(data))
    extracted = extract_lfw(lfw)
    vectors = extracted.vectors[~extracted.failed].astype(np.float64)
    _, subjects = np.unique(lfw.subjects[~extracted.failed], return_inverse=True)
    shuffled = rng.permutation(len(subjects))
    drawn = shuffled[np.unique(subjects[shuffled], return_index=True)[1]]  # the first of each person in a random order
    scores = vectors[drawn] @ vectors[drawn].T
    upper = np.triu_indices(len(drawn), 1)
    spread = float(scores[upper].std())
    means = _mean_of_others(vectors @ vectors[drawn].T, subjects) / spread
    person, picture = variance_parts(means, subjects)
    skew = float(((means[drawn] - means[drawn].mean()) ** 3).mean() / means[drawn].std() ** 3)
    dealt = np.zeros_like(scores)
    dealt[upper] = rng.permutation(scores[upper])
    dealt += dealt.T
    people = len(drawn)
    rows = tuple((f"{rate:g}", *_at(scores, rate), round(_at(dealt, rate)[0], 3)) for rate in RATES)
    return Report(
        "core/unevenness", "How uneven people are as impostors, with the default recogniser on LFW", PROTOCOL,
        (Value("standard deviation of the effect of a person", person**0.5, "of the score's", n=people),
         Value("standard deviation of the effect of a picture", picture**0.5, "of the score's", n=people),
         Value("skewness of the effects", skew, n=people, note="below 0: lambs stand out more than wolves"),
         *(Value(f"unevenness at FMR {rate}", uneven, n=people) for rate, uneven, _, _ in rows),
         *(Value(f"baseline: unevenness of scores dealt at random, FMR {rate}", control, n=people) for rate, _, _, control in rows)),
        tables=(Table("How uneven people are", ("FMR", "unevenness", "share of the errors that the most erring person is in",
                                                "scores dealt at random"), rows),
                Table("95 % intervals from some of the people, against the rate of all",
                      ("people", "FMR", "share accepted", "coverage of accepted", "one-sided limit holds", "bound holds where refused"),
                      tuple(row for number, samples in SAMPLES.items() for row in coverage_of_draws(scores, number, samples, rng)))),
        data_digest=lfw.digest)


def coverage_of_draws(scores: Array, people: int, samples: int, rng: np.random.Generator) -> list[tuple[int | float | str | None, ...]]:
    """How often intervals from `people` of the rows contain the rate of all rows; a row each of `RATES`."""
    alone = scores.astype(np.float32)
    pairs = alone[np.triu_indices(len(alone), 1)]
    thresholds = np.quantile(pairs, 1 - np.array(RATES)).astype(np.float64)
    truth = np.array([(pairs >= threshold).mean() for threshold in thresholds])
    accepted, covered, held, bounded = np.zeros((4, len(RATES)))
    for _ in range(samples):
        drawn = rng.choice(len(alone), people, replace=False)
        curve = fmr_curve(alone[np.ix_(drawn, drawn)], np.arange(people), thresholds)
        errors = np.rint(curve.fmr * people * (people - 1) / 2).astype(int).tolist()
        accepted += curve.supported
        covered += curve.supported & (curve.low <= truth) & (truth <= curve.high)
        held += curve.supported & (truth <= curve.upper)
        bounded += [not supported and upper_when_unsupported(count, people) >= true
                    for supported, count, true in zip(curve.supported, errors, truth, strict=True)]
    return [(people, f"{rate:g}", round(accepted[k] / samples, 4), *(_ratio(count[k], accepted[k]) for count in (covered, held)),
             _ratio(bounded[k], samples - accepted[k])) for k, rate in enumerate(RATES)]


def _ratio(count: float, of: float) -> float | None:
    """None of fewer than twenty samples."""
    return round(count / of, 4) if of >= 20 else None


def variance_parts(means: Array, subjects: NDArray[np.int64]) -> tuple[float, float]:
    """(between people, between pictures of a person): variances of `means` (n,), one way, unequal numbers, people weighing the same.

    Args:
        means: (n,), one value a picture.
        subjects: int (n,), 0..people-1 without gaps; people with one picture do not count.
    """
    counts = np.bincount(subjects)
    several = counts > 1
    centres = np.bincount(subjects, means) / counts
    within = np.bincount(subjects, (means - centres[subjects]) ** 2)[several] / (counts[several] - 1)
    picture = float(within.mean())
    person = float(centres[several].var(ddof=1) - (within / counts[several]).mean())
    return max(person, 0.0), picture


def _mean_of_others(scores: Array, subjects: NDArray[np.int64]) -> Array:
    """Mean score of each picture (rows) against the people (columns) other than its own: (n,)."""
    own = scores[np.arange(len(subjects)), subjects]
    return np.asarray((scores.sum(axis=1) - own) / (scores.shape[1] - 1))


def _at(scores: Array, rate: float) -> tuple[float, float]:
    """(unevenness, share of the errors that the most erring person is in) at the threshold of a rate."""
    upper = np.triu_indices(len(scores), 1)
    hits = scores >= np.quantile(scores[upper], 1 - rate)
    np.fill_diagonal(hits, False)
    return round(unevenness(hits), 3), round(float(hits.sum(axis=1).max() / (hits.sum() / 2)), 4)
