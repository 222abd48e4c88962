"""JSON is the record; HTML and Markdown show it and let nothing through that a file name could smuggle in."""

from __future__ import annotations

import json
from html.parser import HTMLParser

import pytest

from vultus.errors import InputError
from vultus.report import CheckResult, ClaimResult, Picture, Report, Table, Value
from vultus.report_render import body, escape_markdown, html, markdown

NASTY = '<script>alert("1")</script>\'><img src=x onerror=alert(2)>|`*_[a](javascript:1)\n# heading'


def full(text: str = "a name") -> Report:
    return Report("guard/toy", text, text, (Value(text, 0.91234, text, 0.9, 0.95, 40, text), Value("no figure", None)),
                  (CheckResult(text, "p", "gate", text, "pass", 0.05, 0.04, 0.06, text), CheckResult("b", "b", "control", "r", "fail"),
                   CheckResult("c", "c", "gate", "r", "null"), CheckResult("d", "d", "report", "r", "reported")),
                  ClaimResult(text, 0.9, 0.8, 0.03, (0.1, 0.12), 0.05, 0.15, True),
                  (Table(text, (text, "n"), ((text, 3), (None, 0.25))),), (Picture(text + ".png", text),), (text,), {text: text}, (1, 2),
                  "0" * 64, "f" * 64, {text: text}, {"processor": text}, 1.5)


class Tags(HTMLParser):
    def __init__(self):
        super().__init__()
        self.found: list[tuple[str, dict[str, str]]] = []

    def handle_starttag(self, tag, attrs):
        self.found.append((tag, dict(attrs)))


def tags(page):
    parser = Tags()
    parser.feed(page)
    return parser.found


def test_json_comes_back_the_same():
    report = full()
    assert Report.from_dict(json.loads(report.to_json())) == Report.from_dict(report.as_dict())
    assert Report.from_dict(report.as_dict()).claim == report.claim


def test_another_schema_is_refused():
    with pytest.raises(InputError, match="schema"):
        Report.from_dict({"schema": 2, "name": "a", "title": "b"})


def test_json_has_no_nan():
    record = json.loads(Report("a", "b", values=(Value("v", float("nan")),)).to_json())
    assert record["values"][0]["value"] is None


def test_a_name_brings_no_tag_into_the_page():
    plain, nasty = (tags(html(full(text))) for text in ("a name", NASTY))
    assert [tag for tag, _ in plain] == [tag for tag, _ in nasty]
    assert not any(name.startswith("on") for _, attributes in nasty for name in attributes)
    assert not any(tag == "script" for tag, _ in nasty)
    assert all(attributes["src"].startswith("./%3Cscript%3E") for tag, attributes in nasty if tag == "img")


def test_a_name_brings_no_markup_into_markdown():
    text = markdown(full(NASTY))
    assert "<" not in text.replace("\\<", "") and "\n# heading" not in text
    assert "](javascript" not in text
    plain = markdown(full("a name"))
    assert [line.replace("\\|", "").count("|") for line in text.splitlines()] == [line.count("|") for line in plain.splitlines()]


def test_the_page_needs_no_other_file(tmp_path):
    (tmp_path / "p.png").write_bytes(b"picture")
    report = Report("a", "b", pictures=(Picture("p.png", "c"),))
    assert "data:image/png;base64,cGljdHVyZQ==" in html(report, tmp_path)
    assert './p.png' in html(report)
    assert "https:" not in html(report, tmp_path) and "http:" not in html(report, tmp_path)


@pytest.mark.parametrize("name", ["../secret.png", "absent.png"])
def test_a_picture_outside_the_folder_or_absent_is_not_shown(name, tmp_path):
    (tmp_path / "secret.png").write_bytes(b"secret")
    (tmp_path / "out").mkdir()
    page = html(Report("a", "b", pictures=(Picture(name, "c"),)), tmp_path / "out")
    assert "picture missing" in page and "base64" not in page


@pytest.mark.parametrize("show", [html, markdown, body])
def test_everything_is_shown(show):
    text = show(full()).replace("\\", "")
    for part in ("0.9123", "0.9 to 0.95", "Claim holds", "pass", "fail", "null", "reported", "0.05", "a name", "0.25"):
        assert part in text, part


def test_partial_runs_and_failed_claims_say_so():
    report = Report("a", "b", complete=False, claim=ClaimResult("auc", 0.9, 0.8, 0.3, (0.1,), 0.05, 0.15, False))
    for text in (html(report), markdown(report)):
        assert "partial run" in text and "does not hold" in text


def test_notebooks_show_the_body():
    report = full()
    assert report._repr_html_() == body(report) and "<!doctype" not in body(report)
    assert report.html() == html(report) and report.markdown() == markdown(report)


def test_figures_by_name():
    assert full()["no figure"].value is None
    with pytest.raises(InputError, match="no figure"):
        full()["other"]


@pytest.mark.parametrize("text, expected", [("a|b", r"a\|b"), ("a\nb", "a b"), ("_x_", r"\_x\_"), (r"\|", r"\\\|"),
                                            ("plain text, 3.5 %", "plain text, 3.5 %")])
def test_markdown_escapes(text, expected):
    assert escape_markdown(text) == expected
