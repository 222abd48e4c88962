"""A disk that fills up while people are enrolled: what was acknowledged stays, and nothing half-written is seen."""

from __future__ import annotations

import os
import signal
import sys

import pytest
from sqlalchemy import event

from vultus.errors import StorageError
from vultus.gallery import Gallery, Source

POSIX = pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork and resource limits")


def counts(gallery):
    info = gallery.info()
    return info.people, info.faces, info.templates


def enrol_until_full(gallery, templates, first=0):
    """Number of people whose enrolment was acknowledged, three templates each, and the error that stopped it."""
    for person in range(first, 500):
        try:
            gallery.enrol(f"person {person}", templates(person, 3), source=Source.of_bytes("x" * 500, b"%d" % person))
        except StorageError as error:
            return person - first, error
    raise AssertionError("the limit was never reached")


def test_a_limit_on_pages(tmp_path, keys, templates):
    def limit(connection, _record):
        connection.execute("PRAGMA max_page_count = 60").close()

    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery._database.close()
        event.listen(gallery._database._engine, "connect", limit)
        done, error = enrol_until_full(gallery, templates)
        assert "no space is left" in str(error) and "\n" not in str(error)
        assert done > 3 and counts(gallery) == (done, 3 * done, 3 * done)
        assert len(gallery.search(templates(0), k=500)[0]) == done and gallery.verify_log().intact
        event.remove(gallery._database._engine, "connect", limit)
        gallery._database.close()
        assert gallery.enrol("after", templates(900)).added == 1
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert {person.name for person in gallery.people()} == {f"person {n}" for n in range(done)} | {"after"}
        assert gallery.verify_log().intact


@POSIX
@pytest.mark.parametrize("spare", [0, 3000, 9000, 30000, 60000, 61000])
def test_a_limit_on_file_size(tmp_path, keys, templates, spare):
    """The operating system refuses to let any file of the child grow further (EFBIG), at several places."""
    import resource
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        for person in range(4):
            gallery.enrol(f"base {person}", templates(100 + person, 3))
        size = max(file.stat().st_size for file in (tmp_path / "g").iterdir())
    reading, writing = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            resource.setrlimit(resource.RLIMIT_FSIZE, (size // 2 + spare,) * 2)
            signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
            with Gallery.open(tmp_path / "g", keys=keys) as gallery:
                done, error = enrol_until_full(gallery, templates)
                os.write(writing, f"{done} {error}".encode())
        except StorageError as error:
            os.write(writing, f"0 {error}".encode())
        finally:
            os._exit(0)
    os.close(writing)
    _, status = os.waitpid(child, 0)
    done, message = os.read(reading, 4096).decode().split(" ", 1)
    os.close(reading)
    assert status == 0 and "acknowledged is kept" in message, message
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert {person.name: person.templates for person in gallery.people()} == {
            **{f"base {n}": 3 for n in range(4)}, **{f"person {n}": 3 for n in range(int(done))}}
        assert len(gallery.search(templates(0), k=500)[0]) == 4 + int(done)
        assert gallery.verify_log().intact


@POSIX
def test_forget_on_a_full_disk_keeps_the_person_or_finishes_later(tmp_path, keys, templates):
    """Every limit from nothing to plenty: the person is whole, or gone for good."""
    import resource
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0, 3))
        gallery.enrol("Bob", templates(1, 3))
    sys.stdout.flush()
    seen = set()
    for limit in (0, 4200, 8400, 12600, 16800, 21000, 25200, 29400, 33600, 42000, 84000, 300000):
        with Gallery.open(tmp_path / "g", keys=keys) as gallery:
            gallery.enrol("Ada", templates(0), source=Source.of_bytes("x", b"%d" % limit))
            before = {person.name: person.templates for person in gallery.people()}
        child = os.fork()
        if child == 0:
            status = 3
            try:
                gallery = Gallery.open(tmp_path / "g", keys=keys)
                resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
                gallery.forget("Ada")
                status = 0
            except StorageError:
                status = 1
            finally:
                os._exit(status)
        status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
        seen.add(status)
        with Gallery.open(tmp_path / "g", keys=keys) as gallery:
            after = {person.name: person.templates for person in gallery.people()}
            assert after == ({"Bob": 3} if status == 0 else before) or after == {"Bob": 3}
            assert after["Bob"] == 3 and gallery.verify_log().intact
    assert seen == {0, 1}
