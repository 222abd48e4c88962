"""All briefs are known, and their status follows cards and results."""

from __future__ import annotations

import json
import subprocess
import sys

import pytest

from vultus import registry
from vultus.bench import results
from vultus.bench.briefs import record, status
from vultus.bench.runner import bench
from vultus.cli.main import main
from vultus.errors import InputError, UnknownNameError
from vultus.papers.points import Point, paper, papers

BRIEF = paper("hyp-oc")
NULLABLE = next(point for point in BRIEF.points if point.null_ok)
CLAIM = ', claim=Claim("auc", "higher", "classical", 0.03)'


def card(points=BRIEF.points, claim=CLAIM):
    return f'brief="{BRIEF.slug}", checks=(' + "".join(f"Check({p.id!r}), " for p in points) + ")" + claim


def built(toys, **changes):
    changes.setdefault("card", card())
    method = toys.add("quality", demo=('BRIEF = ""', f'BRIEF = "{BRIEF.slug}"'), **changes)
    return method


def now():
    return status(BRIEF, registry.methods())


def test_there_are_51_briefs_with_points_of_every_kind():
    known = papers()
    assert len(known) == 51 and len({p.slug for p in known}) == 51
    assert sum(len(p.points) for p in known) == 622
    assert {point.kind for p in known for point in p.points} == {"gate", "control", "report"}
    assert all(p.title and 1990 < p.year < 2030 and all(x.rule and x.says and x.metric for x in p.points) for p in known)


def test_missing_without_a_card():
    assert status(BRIEF, []) == "missing"


def test_built_then_pass(toys):
    built(toys)
    assert now() == "built"
    bench("quality/toy")
    assert now() == "pass"


def test_fail_when_a_gate_fails(toys):
    built(toys)
    (toys.root / "quality/toy/demo.py").write_text((toys.root / "quality/toy/demo.py").read_text().replace(
        "checks = tuple(", "checks = tuple(point.result('fail') if point.id == 'vs-classical' else "))
    bench("quality/toy")
    assert now() == "fail"


@pytest.mark.parametrize("point, expected", [(NULLABLE.id, "pass"), ("vs-classical", "fail"), ("untrained-head", "fail")])
def test_a_null_is_fine_only_where_the_brief_says_so(point, expected, toys):
    built(toys)
    (toys.root / "quality/toy/demo.py").write_text((toys.root / "quality/toy/demo.py").read_text().replace(
        "checks = tuple(", f"checks = tuple(point.result('null') if point.id == {point!r} else "))
    bench("quality/toy")
    assert now() == expected


def test_built_again_when_the_code_changes_and_not_when_a_comment_does(toys):
    method = built(toys)
    bench("quality/toy")
    source = method.folder / "method.py"
    source.write_text("# a remark\n" + source.read_text())
    assert now() == "pass"
    source.write_text(source.read_text() + "\n\nEXTRA = 1\n")
    assert now() == "built"


def test_built_while_a_point_has_no_check(toys):
    keep = [p for p in BRIEF.points if p.id != "auc-and-hter"]
    method = built(toys, card=card(keep))
    demo = method.folder / "demo.py"
    demo.write_text(demo.read_text().replace("for point in points)", "for point in points if point.id != 'auc-and-hter')"))
    bench("quality/toy")
    assert now() == "built"


def test_two_cards_share_a_brief(toys):
    first, second = BRIEF.points[:3], BRIEF.points[3:]
    for name, mine, claim in (("one", first, CLAIM), ("two", second, "")):
        method = toys.add("quality", name, card=card(mine, claim), demo=('BRIEF = ""', f'BRIEF = "{BRIEF.slug}"'))
        demo = method.folder / "demo.py"
        wanted = {p.id for p in mine}
        text = demo.read_text().replace("for point in points)", f"for point in points if point.id in {wanted!r})")
        demo.write_text(text if claim else text.replace("if BRIEF else None", "if not BRIEF else None"))
    bench("quality/one")
    assert now() == "built"
    bench("quality/two")
    assert now() == "pass"
    entry = record(BRIEF, registry.methods())
    assert entry["methods"] == ["quality/one", "quality/two"]
    assert entry["claim"] == {"metric": "auc", "value": 0.9, "baseline": 0.8, "margin": 0.03, "holds": True}


@pytest.mark.parametrize("old, new", [("difference >= 0.03", "difference >= 0.01"), ('"kind": "gate"', '"kind": "report"'),
                                      ('"complete": true', '"complete": false')])
def test_an_edited_or_partial_result_does_not_count(old, new, toys):
    method = built(toys)
    bench("quality/toy")
    path = results.result_path(method.name, method)
    assert old in path.read_text()
    path.write_text(path.read_text().replace(old, new))
    assert now() == "built" and record(BRIEF, registry.methods())["claim"] is None


def test_the_command_prints_all_of_them(capsys):
    assert main(["papers", "--json"]) == 0
    entries = json.loads(capsys.readouterr().out)
    assert len(entries) == 51
    assert all(set(entry) == {"slug", "title", "year", "methods", "claim", "status"} for entry in entries)
    assert {entry["status"] for entry in entries} <= {"missing", "built", "pass", "fail"}
    assert main(["papers"]) == 0
    assert len(capsys.readouterr().out.splitlines()) == 51


def test_listing_without_results_loads_no_numpy():
    code = ("import sys; from vultus.cli.main import main; main(['methods', '--json']); main(['papers', '--json'])\n"
            "print([m for m in ('torch', 'cv2', 'onnxruntime') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_point_makes_its_own_record():
    point = BRIEF["vs-classical"]
    result = point.result("pass", 0.05, 0.04, 0.06, note="three seeds")
    assert (result.id, result.point, result.kind, result.rule) == ("vs-classical", "vs-classical", "gate", "difference >= 0.03")
    assert point.result("fail", check="seed-1").id == "seed-1"


@pytest.mark.parametrize("kind, null_ok, outcome, expected", [
    ("gate", False, "pass", True), ("gate", False, "fail", False), ("gate", False, "null", False), ("gate", True, "null", True),
    ("gate", True, "fail", False), ("control", False, "fail", False), ("control", True, "null", True), ("gate", False, "reported", False),
    ("report", False, "reported", True), ("report", False, "pass", False)])
def test_what_settles_a_point(kind, null_ok, outcome, expected):
    assert Point("p", kind, "says", "metric", "", "rule", null_ok).settles(outcome) is expected


def test_unknown_brief_point_and_kind():
    with pytest.raises(UnknownNameError, match="hyp-oc"):
        paper("hypoc")
    with pytest.raises(UnknownNameError, match="vs-classical"):
        BRIEF["vs-clasical"]
    with pytest.raises(InputError, match="gate"):
        Point("p", "goal", "says", "metric", "", "rule", False)
