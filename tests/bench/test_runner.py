"""From a method folder to a checked, recorded result."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from vultus.bench import results, suites
from vultus.bench.briefs import current_result
from vultus.bench.code_digest import method_digest
from vultus.bench.runner import bench
from vultus.bench.suites import Suite
from vultus.errors import InputError, MissingExtraError, UnknownNameError
from vultus.papers.points import paper
from vultus.report import Report

BRIEF = "hyp-oc"
CARD = (f'brief="{BRIEF}", checks=(' + "".join(f"Check({p.id!r}), " for p in paper(BRIEF).points)
        + '), claim=Claim("auc", "higher", "classical", 0.03)')


def with_brief(toys, **changes):
    method = toys.add("quality", card=CARD, demo=('BRIEF = ""', f'BRIEF = "{BRIEF}"'))
    for file, (old, new) in changes.items():
        path = next(method.folder.glob(f"{file}.*"))
        assert old in path.read_text()
        path.write_text(path.read_text().replace(old, new))
    return method


def test_a_result_says_what_made_it(toys):
    method = toys.add("quality")
    report = bench("quality/toy")
    recorded = results.read_result(method.name, method)
    assert recorded == Report.from_dict({**report.as_dict(), "pictures": []})
    assert report.name == "quality/toy" and report.config == {"gain": 2.0} and report.code_digest == method_digest(method.folder)
    assert report.versions["numpy"] and report.machine["processor"] and report.seconds >= 0 and report.seeds


def test_full_uses_the_published_settings(toys):
    toys.add("quality")
    assert bench("quality/toy", full=True).config == {"gain": 1.0}


def test_the_same_seed_gives_the_same_figures_and_a_replay_reads_the_units(toys):
    method = toys.add("quality")
    first = bench("quality/toy")
    units = list(results.results_folder(method).glob("quality/toy/small/*.json"))
    assert [path.name for path in units] == ["ours-s0.json"]
    units[0].write_text(units[0].read_text().replace(str(json.loads(units[0].read_text())["outcome"]["scores"][0]), "100.0"))
    assert bench("quality/toy")["mean"].value > first["mean"].value + 10


def test_out_gets_the_page_and_the_pictures(toys, tmp_path):
    toys.add("quality")
    bench("quality/toy", out=tmp_path / "out")
    folder = tmp_path / "out" / "quality" / "toy"
    assert sorted(path.name for path in folder.iterdir()) == ["report.html", "report.json", "toy.png"]
    assert "data:image/png;base64," in (folder / "report.html").read_text()


@pytest.mark.parametrize("old, new, message", [
    ("for point in points)", "for point in points[1:])", "no 'no-spoof-in-training'"),
    ("for point in points)", "for point in (*points, points[0]))", "twice"),
    ("OUTCOME, 1.0", "'reported', 1.0", "outcome of a gate"),
    ('ClaimResult("auc", 0.9, 0.8, 0.03', 'ClaimResult("auc", 0.9, 0.8, 0.02', "margin 0.03"),
    ("(0.1,), 0.05", "(0.1, 0.02), 0.05", "holds = false"),
    ("(0.1,), 0.05", "(0.1,), 0.01", "holds = false"),
    ('ClaimResult("auc", 0.9, 0.8', 'ClaimResult("auc", 0.7, 0.8', "holds = false"),
    ("if BRIEF else None", "if not BRIEF else None", "claim exactly when"),
])
def test_a_report_that_bends_card_or_brief_is_refused_and_not_recorded(old, new, message, toys):
    method = with_brief(toys, demo=(old, new))
    with pytest.raises(InputError, match=message):
        bench(method.name)
    assert results.read_result(method.name, method) is None


@pytest.mark.parametrize("field, new", [("rule", "'difference >= 0.0'"), ("kind", "'report'")])
def test_a_bent_rule_or_kind_is_refused(field, new, toys):
    bend = f"    from dataclasses import replace\n    checks = tuple(replace(c, {field}={new}) for c in checks)\n    claim ="
    method = with_brief(toys, demo=("    claim =", bend))
    with pytest.raises(InputError, match=field):
        bench(method.name)


def test_an_honest_failure_is_recorded(toys):
    method = with_brief(toys, demo=('OUTCOME = "pass"', 'OUTCOME = "fail"'))
    assert {c.outcome for c in bench(method.name).checks} == {"fail", "reported"}
    assert current_result(method) is not None


def test_something_else_than_a_report_is_refused(toys):
    toys.add("quality", demo=("return Report(", "return None and Report("))
    with pytest.raises(InputError, match="expected a Report, got NoneType"):
        bench("quality/toy")


def test_needs_are_handed_in(toys):
    toys.add("quality", card='needs=("embed",)', demo=('unit = needs', 'assert needs["embed"] == "a recogniser"\n    unit = needs'))
    bench("quality/toy", given={"embed": "a recogniser"})


def test_needs_are_the_packaged_methods_by_default(toys):
    toys.add("quality", card='needs=("embed", "detect")',
             demo=('unit = needs',
                   'assert needs["embed"].space == "dlib-resnet29/dlib-150/flip" and needs["detect"].detect\n    unit = needs'))
    bench("quality/toy")


def test_a_missing_extra_is_said(toys, monkeypatch):
    monkeypatch.setitem(__import__("vultus.registry").registry.EXTRA_MODULES, "milvus", ("no_such_module",))
    toys.add("quality", card='extras=("milvus",)')
    with pytest.raises(MissingExtraError, match="milvus"):
        bench("quality/toy")


SUITE = '''"""A suite of one figure."""
from vultus.report import Report, Value


def run(rng, full, data=None, level=3):
    return Report("x", "One figure", values=(Value("level", float(level + full)),))
'''


@pytest.fixture
def suite(tmp_path, monkeypatch):
    """A suite `core/one`, in a results folder of its own."""
    import importlib.util
    import sys
    path = tmp_path / "one.py"
    path.write_text(SUITE)
    spec = importlib.util.spec_from_file_location("vultus.bench.one", path)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    monkeypatch.setitem(sys.modules, "vultus.bench.one", module)
    monkeypatch.setattr(suites, "suites", lambda: [Suite("core/one", "one", path)])
    monkeypatch.setattr(results, "source_root", lambda: tmp_path)
    return tmp_path


def test_a_suite_gets_the_arguments_it_lists(suite):
    assert bench("core/one", full=True)["level"].value == 4
    assert results.read_result("core/one").name == "core/one"
    assert (suite / "results" / "core" / "one.json").is_file()


def test_a_suite_that_asks_for_something_else_is_told_what_there_is(suite):
    asks = suite / "one.py"
    with pytest.raises(InputError, match="arguments out of out_dir"):
        Suite("core/one", "one", asks).run({"out_dir": Path(), "full": True})


def test_unknown_names(toys):
    with pytest.raises(UnknownNameError):
        bench("core/nothing")
    with pytest.raises(UnknownNameError):
        bench("quality/nothing")


def test_the_package_s_own_suites_are_found_with_a_title():
    found = suites.suites()
    assert all(s.name.startswith("core/") and s.title for s in found)
    assert not {"core/runner", "core/results", "core/resume"} & {s.name for s in found}
