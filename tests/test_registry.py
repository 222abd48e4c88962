"""The folder is the registration: a copied folder is a method everywhere, with no other edit."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys

import pytest

from vultus import registry
from vultus.bench.docs_tables import methods_page
from vultus.bench.runner import bench
from vultus.cli.main import main
from vultus.errors import InputError, MissingExtraError, UnknownNameError


def test_a_copied_folder_is_listed_runnable_benched_and_in_the_docs(toys, capsys):
    original = toys.add("quality", "first")
    shutil.copytree(original.folder, toys.root / "quality" / "second", ignore=shutil.ignore_patterns("__pycache__"))
    assert {"quality/first", "quality/second"} <= {m.name for m in registry.methods("quality")}
    assert main(["methods", "--json"]) == 0
    listed = {entry["name"]: entry for entry in json.loads(capsys.readouterr().out)}
    assert listed["quality/second"] == {"name": "quality/second", "task": "quality", "brief": "", "summary": "a toy", "extras": [],
                                        "available": True}
    assert registry.build("quality/second", small=True).config.gain == 2.0
    assert bench("quality/second").name == "quality/second"
    assert main(["bench", "quality/second", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["name"] == "quality/second"
    assert "`quality/second` | a toy" in methods_page(registry.methods())


def test_a_copied_method_of_the_package_is_one_too(toys):
    source = registry.get("embed/dlib_resnet").folder
    shutil.copytree(source, toys.root / "embed" / "my_resnet", ignore=shutil.ignore_patterns("__pycache__"))
    copy = registry.build("embed/my_resnet")
    assert copy.template == "dlib-150" and type(copy) is not type(registry.build("embed/dlib_resnet"))


def test_listing_does_not_import_method_code(toys):
    toys.add("quality", method=("import numpy as np", "import numpy as np\nraise SystemExit('imported')"))
    assert registry.get("quality/toy").card.summary == "a toy"


def test_a_method_with_a_missing_extra_stays_listed_and_says_what_to_install(toys, monkeypatch, capsys):
    monkeypatch.setitem(registry.EXTRA_MODULES, "milvus", ("no_such_module",))
    method = toys.add("quality", card="extras=('milvus',)")
    assert method.missing_extras() == ["milvus"]
    assert main(["methods", "--json"]) == 0
    entry = next(e for e in json.loads(capsys.readouterr().out) if e["name"] == "quality/toy")
    assert entry["available"] is False and entry["extras"] == ["milvus"]
    assert main(["methods"]) == 0 and "vultus[milvus]" in capsys.readouterr().out
    with pytest.raises(MissingExtraError, match=r"vultus\[milvus\]"):
        method.build()


@pytest.mark.parametrize("name, message", [("quality/toi", "quality/toy"), ("nothing like it", "vultus methods")])
def test_an_unknown_name_names_the_closest(name, message, toys):
    toys.add("quality")
    with pytest.raises(UnknownNameError, match=message):
        registry.get(name)


def test_a_short_name_works_until_two_tasks_have_it(toys):
    toys.add("quality")
    assert registry.get("toy").name == "quality/toy"
    toys.add("protect")
    with pytest.raises(InputError, match="quality/toy"):
        registry.get("toy")


def test_two_folders_of_one_name_are_an_error(toys, monkeypatch, tmp_path):
    toys.add("quality")
    shutil.copytree(toys.root, tmp_path / "again")
    monkeypatch.setenv("VULTUS_METHODS", f"{toys.root}:{tmp_path / 'again'}")
    with pytest.raises(InputError, match="second quality/toy"):
        registry.methods()


def test_a_folder_that_is_not_there_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("VULTUS_METHODS", str(tmp_path / "absent"))
    with pytest.raises(InputError, match="absent"):
        registry.methods()


def test_a_folder_without_a_card_is_named(toys):
    (toys.root / "quality" / "bare").mkdir(parents=True)
    (toys.root / "quality" / "bare" / "__init__.py").write_text("")
    with pytest.raises(InputError, match="quality/bare"):
        registry.methods()


@pytest.mark.parametrize("text, reason", [("def (", "SyntaxError"), ("import no_such_module", "no_such_module"), ("CARD = Crad()", "Crad")])
def test_a_folder_that_cannot_be_imported_is_named_each_time(text, reason, toys, capsys):
    (toys.root / "quality" / "bare").mkdir(parents=True)
    (toys.root / "quality" / "bare" / "__init__.py").write_text(text)
    for _ in range(2):  # the half imported module must not be taken for a whole one
        assert main(["methods"]) == 2
        said = capsys.readouterr().err
        assert str(toys.root / "quality" / "bare") in said and reason in said and len(said.splitlines()) == 1


def test_unknown_settings_name_the_closest(toys):
    toys.add("quality")
    with pytest.raises(UnknownNameError, match="gain"):
        registry.build("quality/toy", overrides={"gian": 3})


def test_needs_must_be_handed_in(toys):
    method = toys.add("quality", card="needs=('embed',)")
    with pytest.raises(InputError, match="embed"):
        method.build()


def test_listing_in_a_fresh_interpreter_loads_neither_numpy_nor_torch(toys):
    toys.add("quality")
    code = ("import sys, vultus, vultus.registry as r\n"
            "print(len(r.methods()), [m for m in ('numpy', 'torch', 'cv2', 'onnxruntime') if m in sys.modules])")
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split(" ", 1)[1].strip() == "[]"
