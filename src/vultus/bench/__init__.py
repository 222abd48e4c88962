"""Runs what the methods and suites claim, and keeps the record.

A suite is one file of this folder with a top-level `run(...) -> Report` and is called `core/<file>`; its docstring's first line is
its title. `run` is handed, by name, those of these arguments that its signature lists: `out_dir` (folder for pictures), `full`
(bool), `rng` (numpy Generator), `needs` (what a demo gets), `units` (`resume.Units`), `data` (the folder VULTUS_DATA, or None).
A method's `demo.run(config, needs, rng, out_dir)` gets in `needs` one object for every task of its card, and the `Units` under "units".
"""
