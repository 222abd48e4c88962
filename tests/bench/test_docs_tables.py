"""The generated pages are current, and follow cards and results."""

from __future__ import annotations

import os

import pytest

from vultus import registry
from vultus.bench.docs_tables import methods_page, pages, papers_page, write
from vultus.bench.results import source_root
from vultus.bench.runner import bench
from vultus.papers.points import papers


@pytest.mark.parametrize("name", ["methods.md", "papers.md"])
def test_the_pages_in_docs_are_current(name, monkeypatch):
    monkeypatch.delenv("VULTUS_METHODS", raising=False)
    root = source_root()
    if root is None or not (root / "docs").is_dir():
        pytest.skip("no documentation beside the package")
    assert (root / "docs" / name).read_text("utf-8") == pages()[name], "run  python -m vultus.bench.docs_tables"


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
    assert sorted(path.name for path in write(tmp_path)) == ["methods.md", "papers.md"] == sorted(os.listdir(tmp_path))
