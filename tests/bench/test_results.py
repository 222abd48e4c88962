"""Results lie where the package can find them and are written whole."""

from __future__ import annotations

import pytest

from vultus.bench import results
from vultus.errors import StorageError
from vultus.report import Picture, Report


def test_the_source_tree_keeps_results_at_its_root():
    root = results.source_root()
    if root is None:
        pytest.skip("runs from an installed package")
    assert (root / "pyproject.toml").is_file() and results.results_folder() == root / "results" and results.is_writable()


def test_an_installed_package_reads_its_copy_and_never_writes(monkeypatch):
    monkeypatch.setattr(results, "source_root", lambda: None)
    assert results.results_folder() == results.PACKAGE / "results" and not results.is_writable()


def test_outside_methods_keep_results_beside_their_task_folders(toys, monkeypatch):
    monkeypatch.setattr(results, "source_root", lambda: None)
    method = toys.add("quality")
    assert results.result_path(method.name, method) == toys.root / "results" / "quality" / "toy.json" and results.is_writable(method)


def test_a_result_comes_back_without_its_pictures(toys):
    method = toys.add("quality")
    report = Report("quality/toy", "t", pictures=(Picture("a.png", "b"),))
    path = results.write_result(report, method)
    assert results.read_result(method.name, method) == Report("quality/toy", "t")
    assert [p.name for p in path.parent.iterdir()] == ["toy.json"]
    assert results.read_result("quality/other", method) is None


@pytest.mark.parametrize("text", ["", "[]", '{"schema": 1}', '{"schema": 1, "name": "a", "title": "b", "values": [3]}'])
def test_a_damaged_result_names_the_next_command(text, toys):
    method = toys.add("quality")
    path = results.result_path(method.name, method)
    path.parent.mkdir(parents=True)
    path.write_text(text)
    with pytest.raises(StorageError, match="vultus bench quality/toy"):
        results.read_result(method.name, method)


def test_a_place_that_cannot_be_written_is_said(tmp_path):
    (tmp_path / "file").write_text("")
    with pytest.raises(StorageError):
        results.write_atomically(tmp_path / "file" / "below.json", "{}")
