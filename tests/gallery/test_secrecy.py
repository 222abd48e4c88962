"""What somebody finds who reads the raw files, with an old copy of the gallery and today's key store at hand."""

from __future__ import annotations

import shutil
import subprocess
import sys

import numpy as np
import pytest

from vultus.gallery import Gallery, Source, seal
from vultus.gallery.opening import FILE

NAME, PATH = "Ольга Ferreira 山田", "/pictures/private place/Ольга.jpg"


def raw(*folders):
    """Every byte of every file below the folders."""
    return b"".join(file.read_bytes() for folder in folders for file in sorted(folder.rglob("*")) if file.is_file())


def forms(vector):
    """A template as it might lie around: float32, float16, int8, and parts of them."""
    return {"float32": vector.astype("<f4").tobytes(), "float16": vector.astype("<f2").tobytes(),
            "int8": np.round(vector * 127).astype(np.int8).tobytes(), "float32 part": vector[8:12].astype("<f4").tobytes()}


def spelled(text):
    return {code: text.encode(code) for code in ("utf-8", "utf-16-le", "utf-16-be")}


def enrolled(folder, keys, templates):
    """Somebody with two templates among others; returns the templates and what is stored of them."""
    with Gallery.open(folder, keys=keys) as gallery:
        gallery.enrol("Other", templates(8, 3))
        mine = templates(0, 2)
        person = gallery.enrol(NAME, mine, source=Source.of_bytes(PATH, b"picture"), details=[{"box": [1, 2, 3, 4]}] * 2).person_id
        with gallery._database.read() as connection:
            sealed = [bytes(value) for table, columns in (("people", ("name",)), ("templates", ("vector",)), ("sources", ("path", "tag")),
                                                          ("faces", ("details",)))
                      for column in columns
                      for value in connection.exec_driver_sql(
                          f"SELECT {column} FROM {table} WHERE {'id' if table == 'people' else 'person_id'} = ?", (person,)).scalars()]
    return person, mine, sealed


def test_the_scan_finds_what_is_there(tmp_path, keys, templates):
    person, mine, sealed = enrolled(tmp_path / "g", keys, templates)
    (tmp_path / "g" / "leftover").write_bytes(b"x" + mine.vectors[1].astype("<f2").tobytes() + NAME.encode("utf-16-le"))
    content = raw(tmp_path / "g")
    assert person.encode() in content and all(value in content for value in sealed) and len(sealed) == 7
    assert forms(mine.vectors[1])["float16"] in content and spelled(NAME)["utf-16-le"] in content


def test_neither_names_nor_paths_nor_templates_lie_in_the_files(tmp_path, keys, templates):
    _, mine, _ = enrolled(tmp_path / "g", keys, templates)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.search(mine)
        content = raw(tmp_path / "g", tmp_path / "keys")  # while the gallery is open: the log is there too
    for text in (NAME, PATH, "Ольга", "private place"):
        assert not [code for code, form in spelled(text).items() if form in content]
    for vector in mine.vectors:
        assert not [kind for kind, form in forms(vector).items() if form in content]


def test_after_forget_nothing_is_left_not_even_encrypted(tmp_path, keys, templates):
    person, mine, sealed = enrolled(tmp_path / "g", keys, templates)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        with gallery._keys._database.read() as connection:
            query = "SELECT wrapped FROM person_keys WHERE person_id = ?"
            wrapped = bytes(connection.exec_driver_sql(query, (person,)).scalar_one())
        assert wrapped in raw(tmp_path / "keys")
        assert gallery.forget(NAME).scrubbed
        content = raw(tmp_path / "g", tmp_path / "keys")
        assert not [value for value in sealed if value in content]
        assert wrapped not in content
        assert not [vector for vector in mine.vectors for form in forms(vector).values() if form in content]
        assert NAME not in [hit.name for hit in gallery.search(mine, k=9)[0]]


def test_forget_gives_the_space_back(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Other", templates(8, 3))
        gallery.enrol(NAME, templates(0, 200))
        before = gallery.info().bytes
        gallery.forget(NAME)
        with gallery._database.read() as connection:
            assert connection.exec_driver_sql("PRAGMA freelist_count").scalar_one() == 0
        assert gallery.info().bytes < before / 2


def test_an_old_copy_with_todays_key_store_does_not_open_a_forgotten_person(tmp_path, keys, templates):
    person, mine, sealed = enrolled(tmp_path / "g", keys, templates)
    shutil.copytree(tmp_path / "g", tmp_path / "backup")
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.forget(person)
    shutil.copytree(tmp_path / "backup", tmp_path / "untouched")
    with Gallery.open(tmp_path / "backup", keys=keys) as gallery:
        assert [each.name for each in gallery.people()] == ["Other"]
        assert NAME not in [hit.name for hit in gallery.search(mine, k=9)[0]]
        assert gallery.log()[-1]["event"] == "erasure_replayed" and gallery.log()[-1]["person_id"] == person
        assert gallery.verify_log().intact
        every_key = [gallery._keys._wrap, gallery._keys._secret, *gallery._keys.read(each.id for each in gallery.people()).values()]
    assert not [value for value in sealed if value in raw(tmp_path / "backup")]
    # With the copy as it was, and every key that still exists, the person's rows stay shut; another person's open.
    content = raw(tmp_path / "untouched")
    assert sealed[0] in content
    for key in every_key:
        with pytest.raises(Exception, match="does not open"):
            seal.unseal_text(key, sealed[0], "people.name", person, person)


def test_an_old_copy_with_its_own_old_key_store_would_open(tmp_path, keys, templates):
    """The control: it is the missing key that shuts the copy, so key stores must not be backed up with the data."""
    enrolled(tmp_path / "g", keys, templates)
    shutil.copytree(tmp_path / "g", tmp_path / "backup")
    shutil.copytree(tmp_path / "keys", tmp_path / "old keys")
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.forget(NAME)
    from vultus.gallery import KeySource
    with Gallery.open(tmp_path / "backup", keys=KeySource(tmp_path / "old keys")) as gallery:
        assert NAME in [each.name for each in gallery.people()]


def test_forget_while_another_process_reads(tmp_path, keys, templates):
    """A reader that holds an old view keeps encrypted pages in the log: the answer says so, the key is gone all the same."""
    person, _, sealed = enrolled(tmp_path / "g", keys, templates)
    reader = ("import sqlite3, sys; c = sqlite3.connect(sys.argv[1]); c.execute('BEGIN'); c.execute('SELECT * FROM people').fetchall();"
              "print('reading', flush=True); sys.stdin.readline(); c.close()")
    with subprocess.Popen([sys.executable, "-c", reader, str(tmp_path / "g" / FILE)], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                          text=True) as process:
        assert process.stdout.readline() == "reading\n"
        with Gallery.open(tmp_path / "g", keys=keys) as gallery:
            done = gallery.forget(person)
            assert not done.scrubbed
            assert gallery._keys.read([person]) == {}
            process.communicate("done\n")
            assert gallery._database.scrub()
        assert not [value for value in sealed if value in raw(tmp_path / "g")]
