"""Several processes in one gallery, released together."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

import vultus
from vultus.gallery import Gallery, KeySource
from vultus.types import Embeddings

WORKER = """
import sys
import numpy as np
from vultus.gallery import Gallery, KeySource, Source
from vultus.types import Embeddings
folder, keys, number = sys.argv[1], sys.argv[2], int(sys.argv[3])
def template(*seed):
    return Embeddings.normalised(np.random.default_rng(seed).normal(size=(1, 16)), "points")
print("ready", flush=True)
sys.stdin.readline()
from pathlib import Path
with Gallery.open(folder, keys=KeySource(Path(keys))) as gallery:
    for step in range(12):
        # The same picture of the same person by every process, a picture of one's own of a shared person, a person of one's own.
        gallery.enrol(f"shared {step % 3}", template(1, step), source=Source.of_bytes("common", b"common %d" % step))
        gallery.enrol(f"shared {step % 3}", template(2, number, step), source=Source.of_bytes("own", b"%d %d" % (number, step)))
        gallery.enrol(f"own {number} {step}", template(3, number, step))
        assert gallery.search(template(3, number, step), k=1)[0][0].name == f"own {number} {step}"
    print(len(gallery.people()), flush=True)
"""
PROCESSES = 3


@pytest.fixture
def environment():
    return {**os.environ, "PYTHONPATH": str(Path(vultus.__file__).parents[1]), "OMP_NUM_THREADS": "1"}


def released_together(tmp_path, environment):
    """Run the workers, which all begin when all have started; returns their exit states and what they wrote to stderr."""
    command = [sys.executable, "-c", WORKER, str(tmp_path / "g"), str(tmp_path / "keys")]
    workers = [subprocess.Popen([*command, str(number)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
                                text=True, env=environment) for number in range(PROCESSES)]
    for worker in workers:
        assert worker.stdout.readline() == "ready\n"
    for worker in workers:
        worker.stdin.write("go\n")
        worker.stdin.flush()
    said = [worker.communicate(timeout=100) for worker in workers]
    return [worker.returncode for worker in workers], [error for _, error in said]


@pytest.mark.timeout(120)
def test_enrolling_at_once_loses_and_doubles_nothing(tmp_path, environment):
    """From a folder that does not exist yet: making the gallery and its keys is part of the race."""
    states, errors = released_together(tmp_path, environment)
    assert states == [0] * PROCESSES, errors
    assert sum("wrote a new master key" in error for error in errors) == 1
    with Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys")) as gallery:
        found = {person.name: person.templates for person in gallery.people()}
        assert found == {**{f"shared {n}": 4 + 4 * PROCESSES for n in range(3)},
                         **{f"own {number} {step}": 1 for number in range(PROCESSES) for step in range(12)}}
        assert gallery.verify_log().intact
        info = gallery.info()
        assert info.revision == info.audit_entries - 1 == 12 + 24 * PROCESSES
    assert len(list((tmp_path / "keys").glob("*.sqlite"))) == 1


def test_a_forked_child_must_open_the_gallery_itself(tmp_path, keys, templates):
    if not hasattr(os, "fork"):
        pytest.skip("needs fork")
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
        child = os.fork()
        if child == 0:
            status = 1
            try:
                gallery.people()
            except vultus.errors.StorageError as error:
                status = 0 if "forked" in str(error) else 2
            finally:
                os._exit(status)
        assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0
        assert gallery.people()[0].name == "Ada"


def test_space_is_settled_by_whoever_is_first(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as one, Gallery.open(tmp_path / "g", keys=keys) as other:
        assert other.space is None
        one.enrol("Ada", templates(0))
        assert other.space == "points/sphere"
        with pytest.raises(vultus.errors.SpaceError):
            other.enrol("Bob", Embeddings(np.eye(1, 32, dtype=np.float32), "another"))
