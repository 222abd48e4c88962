"""Runs every check that applies to a method and says how each came out; the checks of one method share one object."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial
from typing import Literal

from vultus.bench.conformance import behaviour, per_task, structure
from vultus.bench.conformance.drivers import DRIVERS
from vultus.bench.conformance.inputs import Inputs
from vultus.bench.conformance.trial import Trial
from vultus.errors import MissingExtraError, VultusError, WeightsError
from vultus.registry import Method

LIMIT_S = 5.0
STRUCTURE: dict[str, Callable[[Method], None]] = {
    "folder": structure.folder, "card-only": structure.card_only, "classes": structure.classes, "imports": structure.imports,
    "card-names": structure.card_names, "readme": structure.readme, "points": structure.points,
    "claim-margin": structure.claim_margin, "recorded-result": structure.recorded_result}
NEEDS_CODE: dict[str, Callable[[Method], None]] = {"small-settings": structure.small_settings}
ON_SAMPLES: dict[str, Callable[[Trial], None]] = {
    "types": behaviour.types_and_shapes, "batch-equals-single": behaviour.batch_equals_single, "same-seed": behaviour.same_seed,
    "not-constant": behaviour.not_constant, "black": behaviour.black, "wrong-input": behaviour.wrong_input}
OF_TASK: dict[str, dict[str, Callable[[Trial], None]]] = {
    "quality": {"order": behaviour.order}, "guard": {"order": behaviour.order}, "protect": {"changes-pictures": behaviour.changes_pictures},
    "attack": {"budget": per_task.attack_budget, "same-seed": per_task.attack_same_seed, "wrong-input": per_task.attack_wrong_input},
    "generate": {"types": per_task.generate_items, "same-seed": per_task.generate_same_seed, "wrong-input": per_task.generate_wrong_input},
    "adapt": {"fit": per_task.adapt_fit, "save-load": per_task.adapt_save_load, "wrong-input": per_task.adapt_wrong_input},
    "audit": {"twins": per_task.audit_twins, "same-seed": per_task.audit_same_seed, "wrong-input": per_task.audit_wrong_input}}
OF_NETWORKS: dict[str, Callable[[Trial], None]] = {"network": per_task.network_builds, "gradients": per_task.gradients}
# Structure and the time limit cannot be skipped.
SKIPPABLE = tuple(dict.fromkeys(("builds", *ON_SAMPLES, *(name for checks in OF_TASK.values() for name in checks), *OF_NETWORKS)))


@dataclass(frozen=True)
class Finding:
    """How one check of one method came out, why, and how long it took in seconds."""

    check: str
    outcome: Literal["pass", "fail", "skip"]
    message: str = ""
    seconds: float = 0.0


def check_names(method: Method) -> list[str]:
    """The checks that apply to a method, in the order in which they run."""
    return [*STRUCTURE, *NEEDS_CODE, *_running(method), "time-limit"]


def examine(method: Method, inputs: Inputs) -> list[Finding]:
    """Run all checks that apply to a method.

    Args:
        method: from `registry.get`.
        inputs: shared by all methods of the run.

    Returns:
        One finding a check, in the order of `check_names`. A check that the card skips, or whose weights or extra are not here, is
        `skip`, with the reason or the command to run; missing packaged weights are a failure.
    """
    findings = [_find(name, method, partial(check, method)) for name, check in {**STRUCTURE, **NEEDS_CODE}.items()]
    trial = Trial(method, inputs)
    _prepare(inputs, method)
    start = time.perf_counter(), time.process_time()
    findings += [_find(name, method, partial(check, trial)) for name, check in _running(method).items()]
    # Other work on the machine lengthens wall time, other threads lengthen CPU time: the shorter one is the method's own.
    taken = min(time.perf_counter() - start[0], time.process_time() - start[1])
    within = taken <= LIMIT_S
    message = "" if within else f"{method.name}: its checks took {taken:.1f} s of {LIMIT_S:g} s; make the settings in small.toml smaller"
    return [*findings, Finding("time-limit", "pass" if within else "fail", message, taken)]


def _prepare(inputs: Inputs, method: Method) -> None:
    """Make the shared inputs of this task now, so that they do not count as the method's time."""
    if method.task in ("embed", "quality", "analyse", "edit"):
        assert inputs.faces
    elif method.task in ("adapt", "audit"):
        assert [item.load() for item in inputs.items]


def _running(method: Method) -> dict[str, Callable[[Trial], None]]:
    own = OF_TASK.get(method.task, {})
    return {"builds": behaviour.builds, **(ON_SAMPLES if method.task in DRIVERS else {}), **own,
            **(OF_NETWORKS if (method.folder / "network.py").is_file() else {})}


def _find(name: str, method: Method, run: Callable[[], None]) -> Finding:
    for skip in method.card.skips:
        if skip.test == name and name in SKIPPABLE:
            return Finding(name, "skip", f"the card says: {skip.reason}")
    start = time.perf_counter()
    outcome: Literal["pass", "fail", "skip"] = "pass"
    message = ""
    try:
        run()
    except MissingExtraError as error:
        outcome, message = "skip", str(error)
    except WeightsError as error:
        outcome = "fail" if _all_packaged(method) else "skip"
        message = f"{error}" + ("" if outcome == "fail" else f"; run  vultus models pull {' '.join(method.card.weights)}")
    except VultusError as error:
        outcome, message = "fail", str(error)
    except Exception as error:  # noqa: BLE001 - a method under trial may raise anything; it is reported, nothing goes on with it
        outcome, message = "fail", f"{method.name}: {name} ended in {type(error).__name__}: {error}"
    return Finding(name, outcome, message, time.perf_counter() - start)


def _all_packaged(method: Method) -> bool:
    from vultus.runtime import store
    kinds = {card.name: card.source.kind for card in store.cards()}
    return all(kinds.get(name) == "packaged" for name in method.card.weights)
