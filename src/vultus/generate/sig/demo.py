"""An evaluation set made by specification: is it what was asked for, can it be used, does it show planted bias, does it leak?

The recogniser that is handed in turns look-alikes away (`FILTER`); figures are another one's (`REPORTED`), which saw nobody before. The
threshold of the audit comes from other people, drawn with another seed. Rendered phenotype groups are no groups of people.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import cached_property, partial
from pathlib import Path
from typing import Any

import numpy as np

from vultus import registry
from vultus.data.lfw import Lfw, photographs, read_lfw
from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_interval, binomial_lower
from vultus.evaluate.claim import evaluate_claim
from vultus.evaluate.eer_interval import eer_with_interval
from vultus.evaluate.group_ratios import Ratios
from vultus.evaluate.people_bootstrap import mean_interval
from vultus.evaluate.search_leak import larger_share
from vultus.generate import photograph_trial
from vultus.generate.all_pairs import eer_of_rows, picture_rows
from vultus.generate.cell_audit import blurred, false_alarms, matched_ratios, missed_ratios
from vultus.generate.changed_people import bare, held_by_words
from vultus.generate.pair_scores import NO_FACE, PairScores
from vultus.generate.set_trial import SetTrial, equal_files
from vultus.generate.sig import CARD
from vultus.generate.sig.method import Config, Sig
from vultus.papers.points import paper
from vultus.people.identity import Identity
from vultus.people.sampling import draw_identity
from vultus.report import CheckResult, ClaimResult, Picture, Report, Table, Value
from vultus.tasks import Detector, Embedder

SEED, OTHERS, CLAIMED = 2409, 8345, (31, 32, 33)  # the set, the people who set thresholds, the claim's sets; development used 501 to 520
FILTER, REPORTED = "dlib_resnet", "faceres"
RANKED = (FILTER, REPORTED, "mobileface")  # verification accuracy on LFW 0.99, 0.975, 0.91: `core/human_models`, `embed/dlib_resnet`
OTHER_PEOPLE, CLAIM_PEOPLE = 3, 2  # in every cell
PLANTED = 7  # the cell that is spoilt
RATE = 0.01  # of false matches among all pairs of the other people
SPREAD = 0.5 ** 0.5  # of standard deviations: half the variance
SPLITS, SHUFFLES = 400, 20
FPIR = (0.01, 0.02, 0.03)
BRIEF = paper(CARD.brief)
Checks = list[CheckResult]
Rate = tuple[float, float, float]  # with its 95 % interval


def run(config: Config, needs: Mapping[str, object], rng: np.random.Generator, out_dir: Path) -> Report:
    """Make the sets, look at them, plant faults in copies, search photographs; each piece is a unit that is kept when it is done."""
    trial = _Trial(config, needs, out_dir)
    found, nearest = trial.unit("looked-through", lambda: trial.main.looked_through()), trial.unit("nearest", trial.nearest)
    ours = {name: trial.scored(f"scores-{name}", partial(trial.main.scores, name)) for name in RANKED}
    other = trial.unit("others", lambda: trial.others.thresholds(RATE))
    checks = [*_specified(config, found, nearest, trial), *_usable(ours, other, trial, rng)]
    audit_checks, audit_tables = _audit(trial, found["levels"], ours, other, rng)
    claim, claim_values, claim_table = _claim(trial, rng)
    folder = photographs()
    values, tables, digest = [], [claim_table], ""
    if folder is not None:
        lfw = read_lfw(folder / "lfw")
        digest = lfw.digest
        real_checks, real_values, real_table = _photographs(trial, lfw, ours, rng)
        checks, values, tables = [*checks, *real_checks], real_values, [*tables, real_table]
    checks += audit_checks
    trial.main.sheet(out_dir / "sheet.png")
    rejected = tuple((level, *counts) for level, counts in zip(found["levels"], found["rejected"], strict=True))
    return Report(
        "generate/sig", "Evaluation sets of virtual people, balanced and posed by specification", _protocol(trial),
        (*_set_values(found, ours, other, rng), *claim_values, *values), tuple(checks), claim,
        (*audit_tables, *tables, Table("Candidates turned away", ("cell", "near", "alike", "drawn"), rejected)),
        (Picture("sheet.png", "The first person of every cell in the three poses"),), _notes(folder), seeds=(SEED, OTHERS, *CLAIMED),
        data_digest=digest, complete=folder is not None)


class _Trial:
    """The sets and recognisers of the demonstration; a set is made when a unit first needs it."""

    def __init__(self, config: Config, needs: Mapping[str, object], out_dir: Path) -> None:
        self.config, self.out_dir, self.units = config, out_dir, needs["units"]
        detector = needs.get("detect")
        if not isinstance(detector, Detector):
            raise InputError("needs", expected="a detector under 'detect'", got=type(detector).__name__)
        self.needs, self.detector = needs, detector
        judge = needs["embed"]
        assert isinstance(judge, Embedder)
        self.judge = judge
        named = {name: registry.build(f"embed/{name}", overrides={"threads": 1}) for name in RANKED[1:]}
        self.embedders: dict[str, Embedder] = {FILTER: judge, **named}

    def unit(self, name: str, work: Callable[[], Mapping[str, Any]], seed: int = SEED, data: str = "") -> dict[str, Any]:
        kept: Any = self.units
        found: dict[str, Any] = kept.run(name, seed, work, data_digest=data)
        return found

    def scored(self, name: str, work: Callable[[], Mapping[str, Any]]) -> PairScores:
        return self.pairs(self.unit(name, work)["scores"], self.main)

    @staticmethod
    def pairs(scores: list[float | None], of: SetTrial) -> PairScores:
        return PairScores(of.person, of.cell, np.array(scores, np.float64))

    @cached_property
    def main(self) -> SetTrial:
        return self._set(self.config, SEED, "set", RANKED, workers=2)

    @cached_property
    def others(self) -> SetTrial:
        """People of whom no figure is reported, drawn without the filter."""
        return self._set(replace(self.config, people_per_cell=OTHER_PEOPLE, template_distance=0.0), OTHERS, "others", RANKED, workers=2)

    def claimed(self, seed: int) -> SetTrial:
        settings = replace(self.config, people_per_cell=CLAIM_PEOPLE, template_distance=0.0)
        return self._set(settings, seed, f"claim-{seed}", (FILTER, REPORTED), workers=2)

    def _set(self, config: Config, seed: int, folder: str, names: tuple[str, ...], workers: int) -> SetTrial:
        spec = Sig(config, self.needs).specification(seed, {})
        judge = self.judge if spec.template_distance else None
        return SetTrial(spec, self.out_dir / folder, judge, self.detector, {name: self.embedders[name] for name in names}, workers)

    def shaved(self) -> dict[str, Any]:
        """Cosines of the first of the claim's sets with bare heads."""
        return self.unit("claim-bare", lambda: self.claimed(CLAIMED[0]).retaken_scores(lambda _, person: bare(person)), CLAIMED[0])

    def frontal(self) -> dict[str, Any]:
        """Templates of one picture of each person, the middle pose, to the filter and the reported recogniser."""
        every, middle = self.main.spec.pictures_each, self.main.spec.pictures_each // 2
        return {name: self.main.seen.vectors[name][middle::every] for name in (FILTER, REPORTED)}

    def nearest(self) -> Mapping[str, Any]:
        return self.main.nearest_people({name: self.embedders[name] for name in (FILTER, REPORTED)})

    def again(self) -> Mapping[str, Any]:
        """The others' set made once more by one process."""
        first = self.others
        assert first.made
        second = SetTrial(first.spec, self.out_dir / "again", None, self.detector, {})
        assert second.made
        return equal_files(first.folder, second.folder)


def _specified(config: Config, found: Mapping[str, Any], nearest: Mapping[str, Any], trial: _Trial) -> Checks:
    again = trial.unit("again", trial.again, OTHERS)
    wrong = len(found["problems"])
    complete = found["rows"] == found["images"] == trial.main.spec.people * trial.main.spec.pictures_each
    kept = (np.array(nearest["parameters"]) >= config.minimum_distance) & (np.array(nearest[FILTER]) >= config.template_distance - 1e-6)
    turned, drawn = (sum(column) for column in zip(*((near + alike, count) for near, alike, count in found["rejected"]), strict=True))
    off = np.abs(np.array(found["found_yaw"], np.float64) - np.array(found["yaw"], np.float64))
    seen = np.isfinite(off)
    yaw = mean_interval(off[seen], trial.main.person[seen], np.random.default_rng(SEED))
    return [
        _gate("reproducible", again["same"] == again["files"], again["same"] / again["files"],
              note=f"{again['files']} files of the set with seed {OTHERS}, made by two processes and by one"),
        _gate("manifest", not wrong and complete, 1 - wrong / max(found["rows"], 1) if complete else 0.0,
              note=f"{found['rows']} rows, {found['images']} pictures; " + ("; ".join(found["problems"][:3]) or "nothing wrong")),
        _gate("balance", found["deviation"] == 0, found["deviation"], note=f"{len(found['levels'])} cells, people and pictures"),
        _gate("identity-distance", bool(kept.all()), float(kept.mean()), *binomial_interval(int(kept.sum()), len(kept)),
              note=f"smallest distance {min(nearest['parameters']):.3f} in parameters, 1 - cosine {min(nearest[FILTER]):.4f} to {FILTER} "
                   f"(the filter), {min(nearest[REPORTED]):.4f} to {REPORTED}"),
        BRIEF["rejected-share"].result("reported", turned / drawn, *binomial_interval(turned, drawn),
                                       note=f"{turned} of {drawn} candidates; each cell's are in a table"),
        _gate("pose-label", float(off[seen].mean()) <= 8, float(off[seen].mean()), *yaw,
              note=f"yaw of the detector's five points, {int(seen.sum())} of {len(off)} pictures with a face")]


def _usable(ours: Mapping[str, PairScores], other: Mapping[str, Any], trial: _Trial, rng: np.random.Generator) -> Checks:
    unfiltered = trial.pairs(other[FILTER]["scores"], trial.others)
    rates = {REPORTED: ours[REPORTED].eer(rng), FILTER: ours[FILTER].eer(rng), f"{FILTER}, people drawn without it": unfiltered.eer(rng)}
    apart = {REPORTED: ours[REPORTED].d_prime(), FILTER: ours[FILTER].d_prime(), f"{FILTER}, people drawn without it": unfiltered.d_prime()}
    chance = np.array([ours[REPORTED].shuffled(rng).eer(rng, draws=1)[0] for _ in range(SHUFFLES)])
    return [
        _gate("usable-eer", all(0.01 <= rate[0] <= 0.30 for rate in rates.values()), *rates[REPORTED],
              note="all must lie in the band: " + ", ".join(f"{name} {rate[0]:.4f}" for name, rate in rates.items())),
        _gate("usable-dprime", all(each >= 1 for each in apart.values()), apart[REPORTED],
              note="all must reach it: " + ", ".join(f"{name} {each:.2f}" for name, each in apart.items())),
        _gate("shuffled-identities", 0.45 <= float(chance.mean()) <= 0.55, float(chance.mean()), float(chance.min()), float(chance.max()),
              note=f"mean and range of {SHUFFLES} shuffles within cells, {REPORTED}")]


def _audit(trial: _Trial, levels: list[str], ours: Mapping[str, PairScores], other: Mapping[str, Any], rng: np.random.Generator
           ) -> tuple[Checks, list[Table]]:
    plain, threshold = ours[REPORTED], other[REPORTED]["threshold"]
    spoilt = trial.scored(f"blurred-{REPORTED}", lambda: trial.main.altered_scores(REPORTED, blurred))
    before = missed_ratios(plain, threshold, rng)
    planted = [missed_ratios(plain.with_cell_of(spoilt, cell), threshold, rng) for cell in range(len(levels))]
    new = [np.flatnonzero(each.flagged & ~before.flagged).tolist() for each in planted]
    it, excludes = planted[PLANTED], not planted[PLANTED].low[PLANTED] <= 1 <= planted[PLANTED].high[PLANTED]
    together = trial.unit("drawn-together", lambda: trial.main.drawn_together(PLANTED, SPREAD))
    of_cell = plain.cell[plain.first] == PLANTED
    scores = plain.scores.copy()
    scores[of_cell] = np.array(together[REPORTED], np.float64)
    matched = [matched_ratios(each, threshold, rng) for each in (plain, replace(plain, scores=scores))]
    halves, dealt = (false_alarms(plain, threshold, rng, SPLITS, halves=each) for each in (True, False))
    worst = max(halves, dealt)
    rows = [(level, *(round(float(v[cell]), 3) for v in (before.ratio, before.low, before.high)), bool(before.flagged[cell]),
             round(float(planted[cell].ratio[cell]), 3), bool(planted[cell].flagged[cell]), round(float(matched[0].ratio[cell]), 3))
            for cell, level in enumerate(levels)]
    columns = ("cell", "FNMR ratio", "low", "high", "flagged", "FNMR ratio when blurred", "flagged when blurred", "FMR ratio")
    return [
        _gate("planted-fnmr", excludes and new[PLANTED] == [PLANTED], *_own(it), note=(
            f"cell {PLANTED} blurred; before {_text(before)}; newly flagged {new[PLANTED]}, flagged before "
            f"{np.flatnonzero(before.flagged).tolist()}; each cell in its turn: {sum(found == [k] for k, found in enumerate(new))} of "
            f"{len(new)} newly flagged, and no other")),
        BRIEF["planted-fmr"].result("reported", *_own(matched[1]), note=(
            f"{int(matched[1].errors[PLANTED])} false matches among {int(matched[1].people[PLANTED])} people of cell {PLANTED}; before "
            f"{_text(matched[0])} with {int(matched[0].errors[PLANTED])}")),
        _gate("aa-split", binomial_lower(worst, SPLITS, 0.01) <= 0.05, worst / SPLITS, *binomial_interval(worst, SPLITS), note=(
            f"{SPLITS} runs each; with a flag: {halves} of two halves of every cell and of all, {dealt} of people dealt out to cells anew"))
    ], [Table("Cells against the rest", columns, tuple(rows))]


def _own(ratios: Ratios) -> tuple[float, float, float]:
    """Ratio and interval of the planted cell."""
    return float(ratios.ratio[PLANTED]), float(ratios.low[PLANTED]), float(ratios.high[PLANTED])


def _text(ratios: Ratios) -> str:
    return "{:.2f} ({:.2f} to {:.2f})".format(*_own(ratios))


def _claim(trial: _Trial, rng: np.random.Generator) -> tuple[ClaimResult, list[Value], Table]:
    """Exact identities against ones of which only what a prompt can say is held; bare heads of the first seed explain the ranking."""
    arms: dict[str, list[dict[str, Any]]] = {"ours": [], "identity held by words": []}
    for seed in CLAIMED:
        taken = trial.claimed(seed)
        arms["ours"].append(trial.unit("claim-ours", taken.all_scores, seed))
        arms["identity held by words"].append(trial.unit("claim-words", partial(taken.retaken_scores, partial(_by_words, seed)), seed))
    first, shaved = trial.claimed(CLAIMED[0]), trial.shaved()
    rows = {arm: [picture_rows(each[REPORTED], len(first.person)) for each in found] for arm, found in arms.items()}
    assert CARD.claim is not None
    claim = evaluate_claim(CARD.claim, rows["ours"], rows["identity held by words"], first.person, rng, limits=(0.01, 0.49),
                           statistic=partial(eer_of_rows, first.person), draws=500)
    shuffled = float(np.mean([eer_of_rows(rng.permutation(first.person), each) for each in rows["ours"]]))
    table = [(arm, name, *(round(eer_of_rows(first.person, picture_rows(each[name], len(first.person))), 4) for each in found))
             for arm, found in (*arms.items(), ("bare heads", [shaved])) for name in (FILTER, REPORTED)]
    return claim, [
        Value("identity held by words", claim.baseline, "share", n=first.spec.people, note=f"equal error rate, three seeds, {REPORTED}"),
        Value("control: the claim's sets with shuffled identities", shuffled, "share", n=first.spec.people, note="equal error rate")
    ], Table("Equal error rate over all pairs of the claim's sets", ("arm", "recogniser", *map(str, CLAIMED)),
             tuple((*row, *[None] * (2 + len(CLAIMED) - len(row))) for row in table))


def _by_words(seed: int, number: int, person: Identity) -> Identity:
    return held_by_words(person, draw_identity([seed, number, 1]))


def _photographs(trial: _Trial, lfw: Lfw, ours: Mapping[str, PairScores], rng: np.random.Generator) -> tuple[Checks, list[Value], Table]:
    roles, detector = photograph_trial.Roles(), trial.detector
    pairs = trial.unit("photograph-pairs", lambda: photograph_trial.ranking(lfw, roles, detector, trial.embedders), data=lfw.digest)
    searched = trial.unit("photograph-search", lambda: photograph_trial.leak(
        lfw, roles, SEED, detector, {name: trial.embedders[name] for name in (FILTER, REPORTED)}, trial.frontal()), data=lfw.digest)
    people = photograph_trial.people_of_pairs(lfw, roles)
    cosines = {name: np.nan_to_num(np.array(pairs[name], np.float64), nan=NO_FACE) for name in RANKED}
    real = {name: eer_with_interval(cosines[name], *people, rng) for name in RANKED}
    made = {name: ours[name].eer(rng) for name in RANKED}
    leak, table = _leak(searched, rng)
    values = [Value(f"equal error rate, photographs, {name}", rate, "share", low, high, len(np.unique(people)), "LFW View 2, folds 1 and 2")
              for name, (rate, low, high) in real.items()]
    return [_gate("recogniser-ranking", _order(real) == _order(made), note=(
        f"best first; photographs: {_ranked(real)}; set: {_ranked(made)}" + ("" if _order(real) == _order(made) else _diagnosis(trial)))),
        *leak], values, table


def _diagnosis(trial: _Trial) -> str:
    """What the ranking is without all that a person keeps besides the shape of the head."""
    person, shaved = trial.claimed(CLAIMED[0]).person, trial.shaved()
    rates = ", ".join(f"{name} {eer_of_rows(person, picture_rows(shaved[name], len(person))):.4f}" for name in (FILTER, REPORTED))
    return (f"; diagnosis: virtual people keep their hair in all pictures, and {REPORTED} looks at a loose crop that has the hair in it; "
            f"on bare heads (set {CLAIMED[0]}, all pairs): {rates}")


def _order(rates: Mapping[str, Rate]) -> list[str]:
    return sorted(rates, key=lambda name: rates[name][0])


def _ranked(rates: Mapping[str, Rate]) -> str:
    return ", ".join(f"{name} {{:.4f}} ({{:.4f}} to {{:.4f}})".format(*rates[name]) for name in _order(rates))


def _leak(searched: Mapping[str, Any], rng: np.random.Generator) -> tuple[Checks, Table]:
    """People of the set, strangers and planted copies above the thresholds of a search among photographs."""
    rows: list[tuple[Any, ...]] = []
    tests: list[float] = []
    hits: dict[str, Any] = {}
    for name in (FILTER, REPORTED):
        best = {who: np.array(searched[name][who], np.float64) for who in ("limit", "strangers", "virtual", "planted")}
        at = np.quantile(best["limit"], 1 - np.array(FPIR))
        tests += [larger_share(best["virtual"] >= each, best["strangers"] >= each, rng) for each in at]
        hits[name] = best["virtual"] >= at[1], (best["planted"] >= at[0]) & np.array(searched[name]["own"], bool)
        rows += [(name, who, len(best[who]), *(int((best[who] >= each).sum()) for each in at),
                  *(round(float(each), 4) for each in np.quantile(best[who], (0.5, 0.9, 0.99, 1)))) for who in best]
    virtual, planted = hits[FILTER]
    columns = ("recogniser", "searched", "n", *(f"at FPIR {each:.0%}" for each in FPIR), "median", "90 %", "99 %", "largest")
    return [_gate("no-leakage", min(tests) >= 0.05, *_share(virtual), note=(
                f"people above the threshold of FPIR 2 %, {FILTER}; one-sided p at FPIR 1, 2, 3 %: "
                + ", ".join(f"{each:.3f}" for each in tests) + f" ({FILTER}, then {REPORTED}); upper tails are in a table")),
            _gate("planted-leak", bool(planted.all()), *_share(planted), note=(
                f"altered copies found with their own person at FPIR 1 %, {FILTER}; {REPORTED} finds {int(hits[REPORTED][1].sum())} of "
                f"{len(planted)}"))], Table("Nearest photograph", columns, tuple(rows))


def _share(hits: Any) -> Rate:
    count = int(hits.sum())
    return (count / len(hits), *binomial_interval(count, len(hits)))


def _set_values(found: Mapping[str, Any], ours: Mapping[str, PairScores], other: Mapping[str, Any], rng: np.random.Generator
                ) -> list[Value]:
    people = len(ours[REPORTED].cell)
    values = [Value("pictures without a face", sum(each is None for each in found["found_yaw"]), "pictures", n=people)]
    for name, each in ours.items():
        rate, low, high = each.eer(rng)
        values += [Value(f"equal error rate, set, {name}", rate, "share", low, high, people, "impostors of the same cell"),
                   Value(f"d prime, set, {name}", each.d_prime(), n=people),
                   Value(f"threshold, {name}", other[name]["threshold"], "cosine",
                         note=f"FMR {other[name]['rate']:.4f} among all pairs of other people")]
    return values + [Value(f"spread of impostor cosines, {REPORTED}, {level}", _spread(ours[REPORTED], cell), "cosine",
                           n=people // len(found["levels"])) for cell, level in enumerate(found["levels"])]


def _spread(scores: PairScores, cell: int) -> float:
    """Standard deviation: how varied the people of a cell are to the recogniser."""
    chosen = (scores.cell[scores.first] == cell) & (scores.first != scores.second)
    return float(np.nanstd(scores.scores[chosen]))


def _gate(point: str, passed: bool, value: float | None = None, low: float | None = None, high: float | None = None, *,
          note: str = "") -> CheckResult:
    return BRIEF[point].result("pass" if passed else "fail", value, low, high, note=note)


def _protocol(trial: _Trial) -> str:
    spec, other = trial.main.spec, trial.others.spec
    return (f"{__doc__} {len(spec.cells)} cells x {spec.people_per_cell} people x {spec.pictures_each} poses, {spec.size[0]} px; "
            f"everything but the yaw is drawn from the preset `{trial.config.variation}`. Filter: {FILTER} (1 - cosine of plain portraits "
            f"at least {trial.config.template_distance}); reported: {REPORTED}. Threshold of the audit: FMR {RATE:.0%} over all pairs of "
            f"{other.people} other people. Intervals draw people; cells are flagged by intervals that hold for all cells together. "
            "Claim: the same scenes with a new person in each picture, of whom only what a prompt can say is held.")


def _notes(folder: Path | None) -> tuple[str, ...]:
    notes = ("Groups are rendered phenotype groups, named by the axes of the head basis; differences between them describe the renderer "
             "and the recogniser, not groups of people.",)
    return notes if folder is not None else (*notes, "photographs: not measured, VULTUS_DATA names no folder")
