"""The generated pages are current, and follow cards and results."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from vultus import registry
from vultus.bench.docs_tables import methods_page, pages, papers_page, write
from vultus.bench.figures_page import END, START, core_reports, figures_page, with_figures
from vultus.bench.runner import bench
from vultus.papers.points import papers
from vultus.report import Report, Value

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("name", ["methods.md", "papers.md", "figures.md"])
def test_the_pages_in_docs_are_current(name, monkeypatch):
    monkeypatch.delenv("VULTUS_METHODS", raising=False)
    assert (ROOT / "docs" / name).read_text("utf-8") == pages()[name], "run  python -m vultus.bench.docs_tables"


def test_the_figures_in_the_readme_are_current():
    text = (ROOT / "README.md").read_text("utf-8")
    assert with_figures(text, core_reports()) == text, "run  python -m vultus.bench.docs_tables"


def test_a_figure_reaches_page_and_readme_escaped():
    report = Report("core/install", "a <b>title</b>", values=(Value("environment", 412.5, "MB", note="a | b"),))
    page = figures_page({"install": report})
    assert "412.5 MB" in page and "<b>" not in page and "a \\| b" in page
    text = with_figures(f"before\n{START}\nold\n{END}\nafter", {"install": report})
    assert text.startswith("before") and text.endswith("after") and "412.5 MB" in text and "old" not in text


def test_a_method_and_its_result_are_in_the_table(toys):
    method = toys.add("quality")
    assert "`quality/toy` | a toy |  | not measured" in methods_page(registry.methods())
    bench(method.name)
    row = next(line for line in methods_page(registry.methods()).splitlines() if "quality/toy" in line)
    assert "mean 0." in row and "not measured" not in row


def test_all_papers_are_in_the_table():
    page = papers_page(registry.methods())
    assert all(paper.title in page.replace("\\", "") for paper in papers()) and page.count("\n| ") == 53


def test_pages_are_written_where_asked(tmp_path):
    assert sorted(path.name for path in write(tmp_path)) == ["figures.md", "methods.md", "papers.md"] == sorted(os.listdir(tmp_path))
