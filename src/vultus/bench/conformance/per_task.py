"""Checks of the tasks whose verb does not work on samples: attack, generate, adapt, audit."""

from __future__ import annotations

import inspect
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np

from vultus.attack.base import BudgetedAttack
from vultus.bench.conformance.broken import Broken, require
from vultus.bench.conformance.trial import Trial
from vultus.errors import InputError
from vultus.report import Report
from vultus.types import Budget, Embeddings, Image, Item, Weights, check_image


def attack_budget(trial: Trial) -> None:
    """Pictures stay 8-bit and within the budget, queries are counted truly, success is the target's own."""
    name, model = trial.method.name, trial.model
    require(isinstance(model, BudgetedAttack), f"{name}: an attack subclasses vultus.attack.base.BudgetedAttack")
    asked = 0

    def target(pictures: Sequence[Image]) -> np.ndarray:
        nonlocal asked
        asked += len(pictures)
        return np.array([picture.mean() / 255 for picture in pictures])

    for budget in (Budget(4, 20), Budget(0.5, 3)):
        asked = 0
        result = model.run(target, trial.inputs.pictures, budget)
        require(len(result) == len(trial.inputs.pictures), f"{name}: gives {len(result)} pictures for {len(trial.inputs.pictures)}")
        changes = [int(np.abs(a.astype(int) - b).max()) for a, b in zip(result.images, trial.inputs.pictures, strict=True)]
        require(all(check_image(image) is image for image in result.images) and max(changes) <= budget.linf,
                f"{name}: changes pictures by {max(changes)} levels with a budget of {budget.linf}")
        require(np.array_equal(result.linf, changes), f"{name}: reports changes of {result.linf}, made {changes}")
        require(int(result.queries.max()) <= budget.queries and asked <= int(result.queries.sum()) + len(result),
                f"{name}: asked the target {asked} times and reports {result.queries.tolist()}, budget {budget.queries}")
        truth = [model.succeeds(float(score)) for score in target(result.images)]
        require(result.success.tolist() == truth, f"{name}: reports success {result.success.tolist()}, the target says {truth}")


def attack_same_seed(trial: Trial) -> None:
    """A second object of the same settings makes the same pictures."""
    def target(pictures: Sequence[Image]) -> np.ndarray:
        return np.array([float(picture[::2].mean() - picture[1::3].mean()) for picture in pictures])
    first, second = (model.run(target, trial.inputs.pictures[:1], Budget(8, 20)) for model in (trial.model, trial.fresh()))
    require(np.array_equal(first.images[0], second.images[0]), f"{trial.method.name}: the same settings make different pictures")


def attack_wrong_input(trial: Trial) -> None:
    """A sample that is no picture is refused by name."""
    _refuses(trial, lambda: trial.model.run(lambda p: np.zeros(len(p)), [np.zeros((3, 8, 8))], Budget(1, 1)))


def generate_items(trial: Trial) -> None:
    """One and three items come with different pictures, ids, and the mark and manifest row of a virtual person in their labels."""
    for count in (1, 3):
        items = trial.model.generate(count, 0, {})
        require(len(items) == count and all(isinstance(item, Item) for item in items),
                f"{trial.method.name}: generate({count}, ...) must return {count} Items")
        require(len({item.id for item in items}) == count, f"{trial.method.name}: two items have the same id")
        pictures = [check_image(item.load()) for item in items]
        require(count == 1 or any(not np.array_equal(pictures[0], p) for p in pictures[1:]),
                f"{trial.method.name}: all items show the same picture")
        require(all(item.labels.get("mark") for item in items),
                f"{trial.method.name}: labels of an item are its manifest row and hold the mark of a virtual person under 'mark'")


def generate_same_seed(trial: Trial) -> None:
    """The same seed gives the same pictures, another seed others."""
    one, same, other = (trial.model.generate(1, seed, {})[0].load() for seed in (1, 1, 2))
    require(np.array_equal(one, same), f"{trial.method.name}: one seed gives two pictures")
    require(not np.array_equal(one, other), f"{trial.method.name}: the seed changes nothing")


def generate_wrong_input(trial: Trial) -> None:
    """A negative count and an unknown condition are refused by name."""
    _refuses(trial, lambda: trial.model.generate(-1, 0, {}))
    _refuses(trial, lambda: trial.model.generate(1, 0, {"no such condition": 1}))


def adapt_fit(trial: Trial) -> None:
    """`fit` gives finite arrays, the same ones again from the same settings, and other ones from other items."""
    items = trial.inputs.items
    first = _fitted(trial, trial.model, items)
    again = _fitted(trial, trial.fresh(), items)
    other = _fitted(trial, trial.fresh(), items[:8])
    require(_same(first, again), f"{trial.method.name}: the same settings and items give different weights")
    require(not _same(first, other), f"{trial.method.name}: other items give the same weights, so nothing is fitted")


def adapt_save_load(trial: Trial) -> None:
    """Weights survive a file, and `fit` goes on from them."""
    from vultus.runtime.weights_file import load_weights, save_weights
    fitted = _fitted(trial, trial.model, trial.inputs.items)
    with tempfile.TemporaryDirectory() as folder:
        back = load_weights(save_weights(fitted, Path(folder) / "fitted.npz"))
    require(_same(fitted, back), f"{trial.method.name}: weights change on their way through a file")
    resumed = trial.fresh().fit(trial.inputs.items, back)
    require(isinstance(resumed, Weights) and set(resumed.arrays) == set(fitted.arrays),
            f"{trial.method.name}: fit(items, base) does not go on from earlier weights")


def adapt_wrong_input(trial: Trial) -> None:
    """No items are refused by name."""
    _refuses(trial, lambda: trial.model.fit([], None))


class TwinSystem:
    """A system whose templates are the mean colours of a picture's quarters: deterministic and blind to groups."""

    space = "conformance/quarters"

    def represent(self, images: Sequence[Image]) -> list[Embeddings]:
        return [Embeddings.normalised(self._quarters(image)[None], self.space) for image in images]

    def _quarters(self, image: Image) -> np.ndarray:
        h, w = image.shape[0] // 2, image.shape[1] // 2
        parts = (image[:h, :w], image[:h, w:], image[h:, :w], image[h:, w:])
        return np.concatenate([part.reshape(-1, 3).mean(axis=0) for part in parts]).astype(np.float32) - 128


def audit_twins(trial: Trial) -> None:
    """Two groups that are copies of each other raise no finding: no check fails."""
    items = [Item(f"{group}/{item.id}", item.load, f"{group}/{item.subject}", {**item.labels, "group": group})
             for group in ("a", "b") for item in trial.inputs.items]
    report = trial.model.audit(TwinSystem(), items)
    require(isinstance(report, Report), f"{trial.method.name}: audit must return a Report, got {type(report).__name__}")
    found = [check.id for check in report.checks if check.outcome == "fail"]
    require(not found, f"{trial.method.name}: two copies of one group raise the findings {', '.join(found)}")


def audit_same_seed(trial: Trial) -> None:
    """Two audits of the same system print the same figures."""
    items = [Item(i.id, i.load, i.subject, {**i.labels, "group": "a" if n % 2 else "b"}) for n, i in enumerate(trial.inputs.items)]
    reports = [model.audit(TwinSystem(), items) for model in (trial.model, trial.fresh())]
    require(reports[0].values == reports[1].values, f"{trial.method.name}: two audits of the same settings print different figures")


def audit_wrong_input(trial: Trial) -> None:
    """No items are refused by name."""
    _refuses(trial, lambda: trial.model.audit(TwinSystem(), []))


def network_builds(trial: Trial) -> None:
    """network.py has `build(config) -> Module` and `example_input(config) -> tuple of tensors`; the published one is built on meta."""
    import torch
    network = trial.method.load("network")
    for wanted in ("build", "example_input"):
        require(inspect.isfunction(getattr(network, wanted, None)), f"{trial.method.name}: network.py needs a function {wanted}(config)")
    with torch.device("meta"):
        module = network.build(trial.method.config())
    require(sum(p.numel() for p in module.parameters()) > 0, f"{trial.method.name}: the published network has no parameter")


def gradients(trial: Trial, *, published: bool = False) -> None:
    """Every trainable parameter of the network gets a finite gradient from one forward and backward pass."""
    import torch
    network, config = trial.method.load("network"), trial.method.config(small=not published)
    with torch.random.fork_rng(devices=[]):
        torch.manual_seed(0)
        module = network.build(config)
        answer = module(*network.example_input(config))
    outputs = answer if isinstance(answer, (tuple, list)) else list(answer.values()) if isinstance(answer, dict) else [answer]
    # A fixed random direction, because the plain sum of a normalised output is constant and has no gradient.
    generator = torch.Generator().manual_seed(1)
    loss = sum((o * torch.randn(o.shape, generator=generator)).sum() for o in outputs if o.is_floating_point())
    require(isinstance(loss, torch.Tensor), f"{trial.method.name}: the network gives no floating-point tensor")
    loss.backward()
    for name, parameter in module.named_parameters():
        if parameter.requires_grad:
            good = parameter.grad is not None and bool(torch.isfinite(parameter.grad).all())
            require(good, f"{trial.method.name}: parameter {name} gets no finite gradient")


def _fitted(trial: Trial, model: Any, items: Sequence[Item]) -> Weights:
    weights: Weights = model.fit(items, None)
    require(isinstance(weights, Weights) and len(weights.arrays) > 0, f"{trial.method.name}: fit must return Weights with arrays")
    bad = [name for name, array in weights.arrays.items() if array.dtype.kind == "f" and not np.isfinite(array).all()]
    require(not bad, f"{trial.method.name}: NaN or infinity in the fitted {', '.join(bad)}")
    return weights


def _same(left: Weights, right: Weights) -> bool:
    return set(left.arrays) == set(right.arrays) and all(np.array_equal(left.arrays[n], right.arrays[n]) for n in left.arrays)


def _refuses(trial: Trial, call: Any) -> None:
    try:
        call()
    except InputError:
        return
    except (TypeError, ValueError, AttributeError, IndexError, KeyError, RuntimeError, ZeroDivisionError) as error:
        raise Broken(f"{trial.method.name}: a wrong argument ends in {type(error).__name__} ({error}); raise InputError instead") from error
    raise Broken(f"{trial.method.name}: a wrong argument is accepted")
