from __future__ import annotations

import pytest
from sqlalchemy import MetaData, create_engine, inspect

from vultus.errors import StorageError
from vultus.gallery import Gallery, migrations, tables
from vultus.gallery.database import Database


def described(engine):
    """Columns, references and unique columns by table, as SQLite itself lists them, without the version table."""
    with engine.connect() as connection:
        ask = connection.exec_driver_sql
        names = set(inspect(connection).get_table_names()) - {"schema_version"}
        return {name: (
            [tuple(row[1:]) for row in ask(f"PRAGMA table_info({name})")],
            sorted(tuple(row[2:7]) for row in ask(f"PRAGMA foreign_key_list({name})")),
            sorted(tuple(row[2] for row in ask(f"PRAGMA index_info({index[1]})"))
                   for index in ask(f"PRAGMA index_list({name})") if index[2]),
        ) for name in names}


@pytest.mark.parametrize(("steps", "metadata"), [(migrations.GALLERY, tables.GALLERY), (migrations.KEY_STORE, tables.KEY_STORE)])
def test_migrations_make_the_tables_that_the_code_uses(tmp_path, steps, metadata: MetaData):
    migrated, declared = create_engine(f"sqlite:///{tmp_path}/a"), create_engine(f"sqlite:///{tmp_path}/b")
    with migrated.begin() as connection:
        assert migrations.migrate(connection, steps, tmp_path) == 0
    metadata.create_all(declared)
    assert described(migrated) == described(declared)
    migrated.dispose()
    declared.dispose()


def test_an_older_gallery_is_upgraded_and_keeps_its_people(tmp_path, keys, templates, monkeypatch):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
        assert gallery.info().schema == 1
    step = ("ALTER TABLE people ADD COLUMN expires VARCHAR(20)", "INSERT INTO settings VALUES ('upgraded', 'yes')")
    monkeypatch.setattr(migrations, "GALLERY", (*migrations.GALLERY, step))
    for _ in range(2):  # the second time there is nothing to do
        with Gallery.open(tmp_path / "g", keys=keys) as gallery:
            assert gallery.info().schema == 2
            assert gallery.search(templates(0, first=4), k=1)[0][0].name == "Ada"


def test_a_failing_upgrade_changes_nothing(tmp_path, keys, templates, monkeypatch):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
    with monkeypatch.context() as patch:
        broken = ("ALTER TABLE people ADD COLUMN x TEXT", "UPDATE nowhere SET a = 1")
        patch.setattr(migrations, "GALLERY", (*migrations.GALLERY, broken))
        with pytest.raises(StorageError, match="nowhere"):
            Gallery.open(tmp_path / "g", keys=keys)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert gallery.info().schema == 1 and [person.name for person in gallery.people()] == ["Ada"]


def test_a_newer_gallery_is_refused_in_one_sentence(tmp_path, keys):
    Gallery.open(tmp_path / "g", keys=keys).close()
    database = Database(tmp_path / "g" / "gallery.sqlite", wal=True)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    database.close()
    with pytest.raises(StorageError, match="version 99 from a newer Vultus; upgrade with") as error:
        Gallery.open(tmp_path / "g", keys=keys)
    assert "\n" not in str(error.value)


def test_a_newer_key_store_is_refused(tmp_path, keys):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        path = keys.store_path(gallery.info().id)
    database = Database(path, wal=False)
    with database.write() as connection:
        connection.exec_driver_sql("UPDATE schema_version SET version = 99")
    database.close()
    with pytest.raises(StorageError, match="newer Vultus"):
        Gallery.open(tmp_path / "g", keys=keys)


def test_another_programs_database_is_refused(tmp_path, keys):
    (tmp_path / "g").mkdir()
    engine = create_engine(f"sqlite:///{tmp_path}/g/gallery.sqlite")
    with engine.begin() as connection:
        connection.exec_driver_sql("CREATE TABLE photos (id INTEGER)")
    engine.dispose()
    with pytest.raises(StorageError, match="another program"):
        Gallery.open(tmp_path / "g", keys=keys)


@pytest.mark.parametrize("damage", [b"not a database at all" * 100, b"SQLite format 3\0" + b"\xff" * 5000])
def test_a_damaged_file_is_refused(tmp_path, keys, damage):
    Gallery.open(tmp_path / "g", keys=keys).close()
    (tmp_path / "g" / "gallery.sqlite").write_bytes(damage)
    with pytest.raises(StorageError, match="damaged"):
        Gallery.open(tmp_path / "g", keys=keys)
