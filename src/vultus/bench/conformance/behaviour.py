"""Checks that run a method, the same for every task whose verb works on samples."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from vultus.bench.conformance.broken import Broken, require
from vultus.bench.conformance.drivers import Row
from vultus.bench.conformance.trial import Trial
from vultus.errors import InputError
from vultus.tasks import TASKS

# Float32 networks answer a batch and a single sample through differently ordered sums.
RELATIVE, ABSOLUTE = 1e-3, 1e-4


def builds(trial: Trial) -> None:
    """Objects are built from the published defaults and from the small settings, and have the task's verb."""
    task = TASKS[trial.method.task]
    for config in (trial.method.config(), trial.method.config(small=True)):
        built = trial.method.build(config, trial.needs)
        require(isinstance(built, task.protocol), f"{trial.method.name}: the class lacks what a {task.protocol.__name__} has")


def types_and_shapes(trial: Trial) -> None:
    """One and three samples give answers of the task's type, shape and range, all finite."""
    for samples in (trial.samples[:1], trial.samples):
        _require_finite(trial.rows(trial.model, samples), trial.method.name)


def batch_equals_single(trial: Trial) -> None:
    """Three samples at once are answered like each one alone."""
    for index, row in enumerate(trial.answer):
        single = trial.rows(trial.model, [trial.samples[index]])[0]
        require(alike(row, single), f"{trial.method.name}: sample {index} is answered differently in a batch of three than alone"
                                    f" ({_difference(row, single)})")


def same_seed(trial: Trial) -> None:
    """A second object of the same settings gives exactly the same answer."""
    again = trial.rows(trial.fresh(), trial.samples)
    same = all(np.array_equal(a, b) for left, right in zip(trial.answer, again, strict=True) for a, b in zip(left, right, strict=True))
    require(same, f"{trial.method.name}: two objects of the same settings answer differently; take randomness from a seed in Config")


def not_constant(trial: Trial) -> None:
    """Different people or texts get different answers."""
    first = trial.answer[0]
    require(any(not alike(first, row, 1e-6, 1e-7) for row in trial.answer[1:]),
            f"{trial.method.name}: three different samples get the same answer")


def black(trial: Trial) -> None:
    """Black pictures are answered without NaN; a detector finds no face in them; an embedder may refuse them as crops."""
    samples = [trial.driver.black(sample) for sample in trial.samples]
    try:
        rows = trial.rows(trial.model, samples)
    except InputError as error:
        refused = trial.method.task == "embed" and error.argument.startswith("crop")
        require(refused, f"{trial.method.name}: black samples are not answered: {error}")
        return
    _require_finite(rows, trial.method.name + ", black pictures")
    if trial.method.task == "detect":
        require(all(len(row[0]) == 0 for row in rows), f"{trial.method.name}: finds a face in a black picture")


def wrong_input(trial: Trial) -> None:
    """An argument of a wrong kind is refused by an InputError that names it."""
    try:
        trial.driver.wrong(trial.model, trial.samples)
    except InputError as error:
        require(bool(error.argument), f"{trial.method.name}: the InputError names no argument")
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError, AssertionError) as error:
        raise Broken(f"{trial.method.name}: a wrong argument ends in {type(error).__name__} ({error}); raise InputError instead") from error
    else:
        raise Broken(f"{trial.method.name}: a wrong argument is accepted")


def order(trial: Trial) -> None:
    """Samples in reverse order get their own answers in reverse order."""
    turned = trial.rows(trial.model, trial.samples[::-1])[::-1]
    require(all(alike(a, b) for a, b in zip(trial.answer, turned, strict=True)),
            f"{trial.method.name}: the order of the samples changes their answers")


def changes_pictures(trial: Trial) -> None:
    """Protecting changes a picture (size and dtype are checked with every answer)."""
    require(any(not np.array_equal(row[0], sample) for row, sample in zip(trial.answer, trial.samples, strict=True)),
            f"{trial.method.name}: gives every picture back unchanged")


def alike(left: Row, right: Row, relative: float = RELATIVE, absolute: float = ABSOLUTE) -> bool:
    """Whether two rows agree: same shapes, equal texts, numbers within the tolerance; its absolute part grows with values above 1."""
    return len(left) == len(right) and all(_close(a, b, relative, absolute) for a, b in zip(left, right, strict=True))


def _close(a: np.ndarray, b: np.ndarray, relative: float, absolute: float) -> bool:
    a, b = np.asarray(a), np.asarray(b)
    if a.shape != b.shape:
        return False
    if a.dtype.kind not in "fiub":
        return bool(np.array_equal(a, b))
    scale = max(1.0, float(np.abs(a.astype(np.float64)).max(initial=0)))
    return bool(np.allclose(a.astype(np.float64), b.astype(np.float64), rtol=relative, atol=absolute * scale))


def _difference(left: Row, right: Row) -> str:
    pairs = [(np.asarray(a), np.asarray(b)) for a, b in zip(left, right, strict=True)]
    if any(a.shape != b.shape for a, b in pairs):
        return ", ".join(f"{a.shape} and {b.shape}" for a, b in pairs if a.shape != b.shape)
    return f"largest difference {max(float(np.abs(a.astype(float) - b).max(initial=0)) for a, b in pairs if a.dtype.kind in 'fiub'):.3g}"


def _require_finite(rows: Sequence[Row], what: str) -> None:
    bad = [i for i, row in enumerate(rows) if any(np.asarray(a).dtype.kind == "f" and not np.isfinite(a).all() for a in row)]
    require(not bad, f"{what}: NaN or infinity in the answer for sample {bad[0] if bad else ''}")
