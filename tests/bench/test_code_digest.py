"""The digest follows code and settings, and nothing else."""

from __future__ import annotations

import subprocess
import sys

import pytest

from vultus.bench import code_digest
from vultus.bench.code_digest import dependencies, method_digest, suite_digest


def edited(method, file, old, new):
    before = method_digest(method.folder)
    path = method.folder / file
    text = path.read_text("utf-8")
    assert old in text
    path.write_text(text.replace(old, new), "utf-8")
    return before != method_digest(method.folder)


@pytest.mark.parametrize("file, old, new", [
    ("method.py", "import numpy as np\n", "# a comment\n\n\nimport numpy as np\n"),
    ("method.py", '"""A toy."""', '"""Another docstring,\n\non three lines."""'),
    ("method.py", '    """Settings of a toy; gain is a factor."""\n', ""),
    ("method.py", "    gain: float = 1.0\n", '    gain: float = 1.0\n    """A docstring below a field."""\n'),
    ("method.py", "gain: float = 1.0", "gain: float = (1.0)"),
    ("method.py", '"contrast"', "'contrast'"),
    ("README.md", "Nothing to add.", "Everything to add."),
    ("small.toml", "so that there is a difference", "another reason"),
    ("small.toml", "gain = 2.0", "gain    =    2.0"),
])
def test_words_and_format_leave_the_digest(file, old, new, toys):
    assert not edited(toys.add("quality"), file, old, new)


@pytest.mark.parametrize("file, old, new", [
    ("method.py", "std(axis=(1, 2))", "std(axis=(2, 1))"),
    ("method.py", "gain: float = 1.0", "gain: float = 1.5"),
    ("method.py", '"contrast"', '"contrast "'),
    ("method.py", "self.config = config", "self.config = None"),
    ("demo.py", "rng.random(5)", "rng.random(6)"),
    ("__init__.py", "a toy", "the toy"),
    ("small.toml", "2.0", "2.5"),
])
def test_code_and_settings_change_the_digest(file, old, new, toys):
    assert edited(toys.add("quality"), file, old, new)


def test_a_removed_statement_changes_the_digest(toys):
    assert edited(toys.add("embed"), "method.py", "        small = ", "        small = 1\n        small = ")


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A stand-in for the package: a method, a shelf with two modules, and a module above it."""
    root = tmp_path / "vultus"
    files = {"nn/__init__.py": "", "nn/vit.py": "from .parts import block\n", "nn/parts.py": "block = 1\n", "nn/other.py": "x = 1\n",
             "gallery/__init__.py": "y = 1\n", "guard/shared.py": "z = 1\n", "guard/toy/__init__.py": "",
             "guard/toy/method.py": "def f():\n    from vultus.nn import vit\n    import vultus.gallery\n    from ..shared import z\n"}
    for name, text in files.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    monkeypatch.setattr(code_digest, "PACKAGE", root)
    return root


def test_shelf_modules_count_directly_and_through_each_other_and_other_layers_do_not(package):
    found = dependencies([package / "guard/toy/method.py"])
    assert sorted(found) == ["vultus.guard.shared", "vultus.nn", "vultus.nn.parts", "vultus.nn.vit"]


@pytest.mark.parametrize("file, changes", [("nn/parts.py", True), ("nn/vit.py", True), ("guard/shared.py", True), ("nn/other.py", False),
                                           ("gallery/__init__.py", False)])
def test_a_change_on_a_shelf_makes_the_methods_that_import_it_stale(file, changes, package):
    before = method_digest(package / "guard/toy")
    (package / file).write_text((package / file).read_text() + "more = 2\n")
    assert (method_digest(package / "guard/toy") != before) is changes


def test_a_suite_counts_the_composition_too(package):
    suite = package / "bench/some.py"
    suite.parent.mkdir()
    suite.write_text("import vultus.gallery\n")
    before = suite_digest(suite)
    (package / "gallery/__init__.py").write_text("y = 2\n")
    assert suite_digest(suite) != before


def test_the_place_of_a_folder_is_not_part_of_the_digest(toys):
    assert method_digest(toys.add("quality", "one").folder) == method_digest(toys.add("quality", "two").folder)


def test_nothing_is_imported(toys):
    method = toys.add("quality", method=("import numpy as np", "import numpy as np\nraise SystemExit('imported')"))
    code = ("import sys; from pathlib import Path; from vultus.bench.code_digest import method_digest\n"
            f"method_digest(Path({str(method.folder)!r})); print('numpy' in sys.modules)")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "False"


def test_the_packaged_recogniser_depends_on_the_session_that_runs_it():
    folder = code_digest.PACKAGE / "embed" / "dlib_resnet"
    assert "vultus.runtime.session" in dependencies(sorted(folder.glob("*.py")))
