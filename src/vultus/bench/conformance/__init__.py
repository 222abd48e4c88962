"""The contract that every method keeps, as checks that run on any method folder, ours or one from `VULTUS_METHODS`.

`suite.examine(method, inputs)` runs them; `tests/test_methods.py` turns the findings into tests. What a method must offer by name:

- guard: the kind of its samples among the card's capabilities (`picture`, `pair`, `clip`, `text`; `picture` when none is named);
- attack: a subclass of `vultus.attack.base.BudgetedAttack`;
- generate: the mark of a virtual person in every item's labels under `mark`; an unknown condition is refused;
- audit: a finding is a check of its report with outcome `fail`; groups stand in an item's labels;
- `network.py`: `build(config) -> torch Module` and `example_input(config) -> tuple of tensors`;
- demo.py: keeps every arm x seed with `needs["units"].run(name, seed, work)`, and makes its checks with
  `vultus.papers.points.paper(slug)[point].result(outcome, value, low, high)`, so that kind and rule are the brief's.
"""
