"""methods, papers, show and bench on the command line."""

from __future__ import annotations

import json

import jsonschema
import pytest

from vultus import registry
from vultus.bench.schema_check import SCHEMA_FILE
from vultus.cli.main import main
from vultus.papers.points import paper

BRIEF = "hyp-oc"
CARD = (f'brief="{BRIEF}", checks=(' + "".join(f"Check({p.id!r}), " for p in paper(BRIEF).points)
        + '), claim=Claim("auc", "higher", "classical", 0.03), weights=("centerface",), '
        'skips=(Skip("black", "it likes no black pictures"),)')


@pytest.fixture
def toy(toys):
    return toys.add("quality", card=CARD, demo=('BRIEF = ""', f'BRIEF = "{BRIEF}"'))


def run(capsys, *arguments, status=0):
    assert main(list(arguments)) == status
    return capsys.readouterr().out


def test_methods_of_a_task(toy, capsys):
    names = [line.split()[0] for line in run(capsys, "methods", "--task", "quality").splitlines() if line]
    assert "quality/toy" in names and all(name.startswith("quality/") for name in names)
    assert {entry["task"] for entry in json.loads(run(capsys, "methods", "--task", "detect", "--json"))} == {"detect"}


def test_methods_of_a_task_that_is_none(capsys):
    assert json.loads(run(capsys, "methods", "--task", "detekt", "--json", status=2))["error"]["code"] == "unknown_name"


def test_show_before_and_after_a_result(toy, capsys):
    before = json.loads(run(capsys, "show", "quality/toy", "--json"))
    assert before["result"] is None and before["brief"] == BRIEF and before["readme"].endswith("quality/toy/README.md")
    assert before["settings"] == [{"name": "gain", "type": "float", "default": "1.0", "small": 2.0}]
    assert before["licences"][0]["name"] == "centerface" and before["licences"][0]["weights"] in ("permitted", "unclear", "prohibited")
    assert "no result yet; run  vultus bench quality/toy" in run(capsys, "show", "toy")
    run(capsys, "bench", "quality/toy")
    after = json.loads(run(capsys, "show", "quality/toy", "--json"))
    assert after["result"]["current"] is True and after["result"]["config"] == {"gain": 2.0}
    text = run(capsys, "show", "quality/toy")
    for part in ("small: 2.0", "pass     vs-classical: difference >= 0.03", "claims: auc higher than classical by more than 0.03",
                 "weights centerface", "black skipped: it likes no black pictures"):
        assert part in text


def test_show_says_when_a_result_is_of_other_code(toy, capsys):
    run(capsys, "bench", "quality/toy")
    (toy.folder / "method.py").write_text((toy.folder / "method.py").read_text() + "\nEXTRA = 1\n")
    assert json.loads(run(capsys, "show", "quality/toy", "--json"))["result"]["current"] is False
    assert "of other code" in run(capsys, "show", "quality/toy") and "of other code" in run(capsys, "bench")


def test_show_works_without_the_extra(toys, capsys, monkeypatch):
    monkeypatch.setitem(registry.EXTRA_MODULES, "milvus", ("no_such_module",))
    toys.add("quality", card="extras=('milvus',)")
    shown = json.loads(run(capsys, "show", "quality/toy", "--json"))
    assert shown["missing_extras"] == ["milvus"] and shown["settings"]
    assert "vultus[milvus]" in run(capsys, "bench", "quality/toy", "--json", status=2)


def test_bench_prints_the_report(toy, capsys, tmp_path):
    report = json.loads(run(capsys, "bench", "quality/toy", "--out", str(tmp_path / "out"), "--json"))
    jsonschema.validate(report, json.loads(SCHEMA_FILE.read_text()))
    assert report["name"] == "quality/toy" and (tmp_path / "out/quality/toy/report.html").is_file()
    text = run(capsys, "bench", "quality/toy")
    assert "claim holds: auc 0.9 against 0.8" in text and "pass     vs-classical" in text


def test_bench_without_a_name_lists(toy, capsys, monkeypatch):
    listed = {entry["name"]: entry for entry in json.loads(run(capsys, "bench", "--json"))}
    assert listed["quality/toy"]["result"] == "none" and listed["quality/toy"]["can_run"]
    assert {method.name for method in registry.methods()} < set(listed) and "core/clustering" in listed
    monkeypatch.setattr("vultus.bench.suites.suites", lambda: [])  # the digests of everything take seconds; the rest is about the toy
    monkeypatch.setattr("vultus.registry.methods", lambda task=None: [toy])
    assert "not measured" in run(capsys, "bench")
    run(capsys, "bench", "quality/toy")
    listed = {entry["name"]: entry for entry in json.loads(run(capsys, "bench", "--json"))}
    assert listed["quality/toy"]["result"] == "current" and listed["quality/toy"]["outcomes"]["pass"] == 7


def test_bench_of_everything_goes_on_after_one_that_cannot_be_measured(toys, capsys, monkeypatch):
    toys.add("quality", "good")
    toys.add("quality", "bad", demo=("return Report(", "return None and Report("))
    monkeypatch.setattr("vultus.bench.suites.suites", lambda: [])
    toys_only = registry.methods("quality")
    monkeypatch.setattr("vultus.registry.methods", lambda task=None: toys_only)
    assert main(["bench", "--all", "--json"]) == 2
    printed = capsys.readouterr()
    assert [entry["name"] for entry in json.loads(printed.out)] == ["quality/good"] and "quality/bad" in printed.err


def test_bench_of_an_unknown_name(toy, capsys):
    error = json.loads(run(capsys, "bench", "quality/toi", "--json", status=2))["error"]
    assert error["code"] == "unknown_name" and "quality/toy" in error["message"]


def test_a_name_and_all_is_a_usage_error(toy, capsys):
    assert json.loads(run(capsys, "bench", "quality/toy", "--all", "--json", status=2))["error"]["code"] == "usage"
