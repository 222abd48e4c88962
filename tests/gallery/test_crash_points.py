"""A process killed before any one of its writes, and after any commit: reopening finds a whole gallery."""

from __future__ import annotations

import os
import shutil
import signal

import pytest

from vultus.gallery import Gallery, Source

pytestmark = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")


class Killer:
    """Counts writes and kills its process at number `at`."""

    def __init__(self, at: int | None = None) -> None:
        self.at, self.labels = at, []

    def __call__(self, label: str) -> None:
        if len(self.labels) == self.at:
            os.kill(os.getpid(), signal.SIGKILL)
        self.labels.append(label)


def work(folder, keys, templates, killer, acknowledge):
    """What the process does; `acknowledge` is told after each step."""
    with Gallery.open(folder, keys=keys, on_write=killer) as gallery:
        acknowledge("o")
        gallery.enrol("New", templates(2, 2), source=Source.of_bytes("n", b"n"))
        acknowledge("n")
        gallery.enrol("Ada", templates(0, 2, first=7), source=Source.of_bytes("a", b"a"))
        acknowledge("a")
        gallery.forget("Bob")
        acknowledge("f")


def killed(at, folder, keys, templates):
    """Do the work in a child that dies at write number `at`; returns what it had acknowledged."""
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            work(folder, keys, templates, Killer(at), lambda letter: os.write(writing, letter.encode()))
        finally:
            os._exit(7)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    said = os.read(reading, 100).decode()
    os.close(reading)
    assert os.waitstatus_to_exitcode(status) == -signal.SIGKILL
    return said


def base(folder, keys, templates):
    with Gallery.open(folder, keys=keys) as gallery:
        gallery.enrol("Ada", templates(0, 3))
        bob = gallery.enrol("Bob", templates(1, 2)).person_id
    return bob


def count_writes(folder, keys, templates):
    killer = Killer()
    work(folder, keys, templates, killer, lambda letter: None)
    return killer.labels


def test_killed_at_every_write(tmp_path, keys, templates):
    bob = base(tmp_path / "base", keys, templates)
    shutil.copytree(keys.folder, tmp_path / "saved keys")
    shutil.copytree(tmp_path / "base", tmp_path / "count")
    labels = count_writes(tmp_path / "count", keys, templates)
    assert len(labels) > 25 and {label.split(":")[1] for label in labels} >= {" commit", " committed", " vacuum"}
    outcomes = set()
    for at in range(len(labels)):
        folder = tmp_path / f"g{at}"
        shutil.copytree(tmp_path / "base", folder)
        shutil.rmtree(keys.folder)
        shutil.copytree(tmp_path / "saved keys", keys.folder)
        said = killed(at, folder, keys, templates)
        with Gallery.open(folder, keys=keys) as gallery:
            people = {person.name: person.templates for person in gallery.people()}
            where = f"killed at {at} ({labels[at]}), acknowledged {said!r}, found {people}"
            assert people.get("New", 0) in ({2} if "n" in said else {0, 2}), where
            assert people["Ada"] in ({5} if "a" in said else {3, 5}), where
            assert people.get("Bob", 0) in ({0} if "f" in said else {0, 2}), where
            key_gone = bob in gallery._keys.erased()
            assert key_gone == ("Bob" not in people), where
            assert gallery.verify_log().intact, where
            hits = {hit.name for hit in gallery.search(templates(1, first=9), k=9)[0]}
            assert hits == set(people), where
            # It goes on: the same work again leaves the same gallery, whatever was done before.
            gallery.enrol("New", templates(2, 2), source=Source.of_bytes("n", b"n"))
            gallery.enrol("Ada", templates(0, 2, first=7), source=Source.of_bytes("a", b"a"))
            if "Bob" in people:
                gallery.forget("Bob")
            assert {person.name: person.templates for person in gallery.people()} == {"New": 2, "Ada": 5}, where
            outcomes.add(tuple(sorted(people)))
    assert outcomes == {("Ada", "Bob"), ("Ada", "Bob", "New"), ("Ada", "New")}


def test_killed_while_the_gallery_is_made(tmp_path, keys, templates):
    killer = Killer()
    Gallery.open(tmp_path / "count", keys=keys, on_write=killer).close()
    assert len(killer.labels) > 20
    for at in range(len(killer.labels)):
        folder = tmp_path / f"g{at}"
        assert killed(at, folder, keys, templates) == ""
        with Gallery.open(folder, keys=keys) as gallery:
            assert gallery.people() == [] and gallery.verify_log().intact
            gallery.enrol("Ada", templates(0))
            assert gallery.search(templates(0))[0][0].name == "Ada"
