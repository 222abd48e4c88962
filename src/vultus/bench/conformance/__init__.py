"""The contract that every method keeps, as checks that run on any method folder, ours or one from `VULTUS_METHODS`.

`suite.examine(method, inputs)` runs them; `tests/test_methods.py` turns the findings into tests.
"""
