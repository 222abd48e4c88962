"""Small sets made by an engine that draws squares instead of faces; `drawn_maker` is importable in worker processes, too."""

from __future__ import annotations

import hashlib
import importlib
import tomllib
from pathlib import Path

import pytest

from vultus.people.dataset.make import make
from vultus.people.dataset.spec_file import parse_spec
from vultus.people.dataset.virtual_people import open_people

SPEC = """
seed = 7
people_per_cell = 4
pictures_per_person = 3
size = 48
minimum_distance = 0.4
labels = ["parsing", "depth"]
[cells]
gender = ["female", "male"]
melanin = [[0.0, 0.3], [0.6, 1.0]]
[splits]
train = 0.5
dev = 0.25
test = 0.25
[[simulate]]
name = "webcam"
share = 0.25
[[simulate]]
name = "low_resolution"
extra = 1
settings = { face_px = 12.0, noise = 0.0, enlarge = "linear" }
"""


@pytest.fixture
def drawn_maker(monkeypatch):
    """The module of the engine."""
    monkeypatch.syspath_prepend(str(Path(__file__).parent / "drawn"))
    return importlib.import_module("drawn_maker")


@pytest.fixture
def parse(drawn_maker):
    """TOML text to a specification, with the names that the drawn engine knows."""
    return lambda text: parse_spec(tomllib.loads(text), drawn_maker.LABELS)


@pytest.fixture
def spec_text():
    return SPEC


@pytest.fixture
def spec(parse):
    return parse(SPEC)


@pytest.fixture
def make_drawn(drawn_maker):
    """Makes a set with the drawn engine."""
    return lambda spec, out, **options: make(spec, out, factory=drawn_maker.drawn_maker, **options)


@pytest.fixture
def drawn_set(spec, make_drawn, tmp_path):
    """A finished set of 16 people, 64 pictures, with shards of 10."""
    make_drawn(spec, tmp_path / "set", shards=10)
    return open_people(tmp_path / "set")


def _digests(root: Path) -> dict[str, str]:
    files = (path for path in sorted(root.rglob("*")) if path.is_file())
    return {path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest() for path in files}


@pytest.fixture
def digests():
    """Digest of every file below a folder, hidden ones included."""
    return _digests
