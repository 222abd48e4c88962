from __future__ import annotations

import json

import pytest

from vultus.errors import StorageError
from vultus.gallery import Gallery, Source


@pytest.fixture
def gallery(tmp_path, keys, templates):
    """Six entries: created, three enrolments, a removal, an enrolment."""
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        for person, name in enumerate(("Ada Lovelace", "Grace Hopper", "Mary Jackson")):
            gallery.enrol(name, templates(person), source=Source.of_bytes(f"/home/secret/{name}.jpg", name.encode()))
        gallery.forget("Grace Hopper")
        gallery.enrol("Ada Lovelace", templates(0, first=5))
        yield gallery


def forged(gallery, *statements):
    """What someone does who can write the file: without the triggers, which only prevent accidents."""
    with gallery._database.write() as connection:
        for verb in ("UPDATE", "DELETE"):
            connection.exec_driver_sql(f"DROP TRIGGER IF EXISTS audit_{verb}")
        for statement in statements:
            connection.exec_driver_sql(statement)
    return gallery.verify_log()


def test_the_log_tells_what_happened_and_to_which_id_only(gallery):
    log = gallery.log()
    assert [entry["event"] for entry in log] == ["created", "enrolled", "enrolled", "enrolled", "forgotten", "enrolled"]
    assert log[2]["person_id"] == log[4]["person_id"] and log[1]["person_id"] == log[5]["person_id"]
    assert log[4]["detail"] == {"faces": 1, "templates": 1}
    for word in ("Ada", "Grace", "secret", ".jpg"):
        assert word not in json.dumps(log)
    assert gallery.verify_log().intact and gallery.verify_log().entries == 6


@pytest.mark.parametrize("statement", [
    "UPDATE audit SET event = 'enrolled' WHERE seq = 5",
    "UPDATE audit SET time = '2020-01-01T00:00:00Z' WHERE seq = 1",
    "UPDATE audit SET person_id = '' WHERE seq = 3",
    "UPDATE audit SET detail = '{}' WHERE seq = 2",
    "UPDATE audit SET seal = zeroblob(32) WHERE seq = 6",
    "DELETE FROM audit WHERE seq = 1",
    "DELETE FROM audit WHERE seq = 3",
    "DELETE FROM audit WHERE seq = 6",
    "DELETE FROM audit WHERE seq > 3",
    "DELETE FROM audit",
    "INSERT INTO audit SELECT 7, time, event, person_id, detail, seal FROM audit WHERE seq = 6",
    "UPDATE state SET audit_seal = zeroblob(32)",
])
def test_every_edit_breaks_the_chain(gallery, statement):
    result = forged(gallery, statement)
    assert not result.intact and result.problem


def test_two_swapped_entries_break_the_chain(gallery):
    result = forged(gallery, "UPDATE audit SET seq = 99 WHERE seq = 2", "UPDATE audit SET seq = 2 WHERE seq = 3",
                    "UPDATE audit SET seq = 3 WHERE seq = 99")
    assert (result.intact, result.problem) == (False, "entry 2 was changed, or the one before it was replaced")


def test_a_removed_middle_entry_is_named(gallery):
    assert forged(gallery, "DELETE FROM audit WHERE seq = 3").problem == "entry 3 is missing"


def test_accidental_changes_are_refused(gallery):
    for statement in ("UPDATE audit SET event = 'x'", "DELETE FROM audit"):
        with pytest.raises(StorageError, match="append-only"), gallery._database.write() as connection:
            connection.exec_driver_sql(statement)
    for statement in ("UPDATE erased SET time = 'x'", "DELETE FROM erased"):
        with pytest.raises(StorageError, match="append-only"), gallery._keys._database.write() as connection:
            connection.exec_driver_sql(statement)
    assert gallery.verify_log().intact
