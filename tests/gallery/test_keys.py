from __future__ import annotations

import base64
import os
import stat
import threading
from pathlib import Path

import pytest

from vultus.errors import InputError, StorageError
from vultus.gallery import Gallery, KeySource, seal

MASTER = bytes(range(32))


@pytest.fixture(autouse=True)
def no_keys_in_the_environment(monkeypatch):
    for name in ("VULTUS_MASTER_KEY", "VULTUS_MASTER_KEY_FILE", "VULTUS_KEYS"):
        monkeypatch.delenv(name, raising=False)


def test_first_use_writes_a_private_key_outside_the_gallery_and_says_where(tmp_path, monkeypatch, capsys):
    monkeypatch.setenv("VULTUS_KEYS", str(tmp_path / "keys"))
    Gallery.open(tmp_path / "g").close()
    path = tmp_path / "keys" / "master.key"
    said = capsys.readouterr()
    assert str(path) in said.err and said.out == "" and said.err.count("\n") == 1
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE((tmp_path / "g" / "gallery.sqlite").stat().st_mode) == 0o600
    assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in (tmp_path / "keys").glob("*.sqlite"))
    assert len(base64.b64decode(path.read_text())) == 32
    assert not list((tmp_path / "g").rglob("*.key"))
    Gallery.open(tmp_path / "g").close()
    Gallery.open(tmp_path / "h").close()
    assert capsys.readouterr().err == ""


def test_default_folder_is_the_users_own(monkeypatch, tmp_path):
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    monkeypatch.setenv("HOME", str(tmp_path))
    assert KeySource.default().folder.is_relative_to(tmp_path)


def test_key_from_environment_file_and_callable_are_the_same_key(tmp_path, monkeypatch, templates):
    folder, text = tmp_path / "keys", base64.b64encode(MASTER).decode()
    monkeypatch.setenv("VULTUS_MASTER_KEY", text)
    with Gallery.open(tmp_path / "g", keys=KeySource(folder)) as gallery:
        gallery.enrol("Ada", templates(0))
    monkeypatch.delenv("VULTUS_MASTER_KEY")
    (tmp_path / "key").write_text(text + "\n")
    monkeypatch.setenv("VULTUS_MASTER_KEY_FILE", str(tmp_path / "key"))
    with Gallery.open(tmp_path / "g", keys=KeySource(folder)) as gallery:
        assert gallery.people()[0].name == "Ada"
    monkeypatch.delenv("VULTUS_MASTER_KEY_FILE")
    with Gallery.open(tmp_path / "g", keys=KeySource(folder, master=lambda: MASTER)) as gallery:
        assert gallery.people()[0].name == "Ada"
    assert not (folder / "master.key").exists()


def test_wrong_key_is_one_sentence(tmp_path, templates):
    with Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys", master=lambda: MASTER)) as gallery:
        gallery.enrol("Ada", templates(0))
    with pytest.raises(StorageError, match="master key does not open") as error:
        Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys", master=lambda: bytes(32)))
    assert "\n" not in str(error.value)


@pytest.mark.parametrize("text", ["", "short", base64.b64encode(bytes(31)).decode(), "ü" * 44])
def test_a_text_that_is_no_key_is_refused_without_being_shown(tmp_path, monkeypatch, text):
    monkeypatch.setenv("VULTUS_MASTER_KEY", text)
    with pytest.raises(StorageError, match="32 bytes") as error:
        Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys"))
    assert not text or text not in str(error.value)


def test_a_lost_master_key_is_never_replaced(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
    path = keys.folder / "master.key"
    saved = path.read_bytes()
    path.unlink()
    for folder in ("g", "new"):
        with pytest.raises(StorageError, match="missing"):
            Gallery.open(tmp_path / folder, keys=keys)
    assert not path.exists()
    path.write_bytes(saved)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        assert gallery.people()[0].name == "Ada"


def test_a_named_key_file_that_is_missing_is_never_made(tmp_path, monkeypatch):
    monkeypatch.setenv("VULTUS_MASTER_KEY_FILE", str(tmp_path / "nothing"))
    with pytest.raises(StorageError, match="missing"):
        Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys"))
    assert not (tmp_path / "nothing").exists()


def test_a_lost_key_store_is_never_replaced(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
        path = keys.store_path(gallery.info().id)
    saved = path.read_bytes()
    path.unlink()
    with pytest.raises(StorageError, match="key store of this gallery is missing"):
        Gallery.open(tmp_path / "g", keys=keys)
    assert not path.exists()
    path.write_bytes(b"")
    with pytest.raises(StorageError, match="empty"):
        Gallery.open(tmp_path / "g", keys=keys)
    path.write_bytes(saved)
    Gallery.open(tmp_path / "g", keys=keys).close()


def test_a_key_store_older_than_the_gallery_is_an_error_not_a_loss(tmp_path, keys, templates):
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
        path = keys.store_path(gallery.info().id)
        saved = path.read_bytes()
        gallery.enrol("Bob", templates(1))
    path.write_bytes(saved)
    with Gallery.open(tmp_path / "g", keys=keys) as gallery, pytest.raises(StorageError, match="older than the gallery"):
        gallery.people()


def test_another_gallerys_key_store_does_not_open(tmp_path, keys):
    with Gallery.open(tmp_path / "g", keys=keys) as one, Gallery.open(tmp_path / "h", keys=keys) as other:
        first, second = keys.store_path(one.info().id), keys.store_path(other.info().id)
    first.write_bytes(second.read_bytes())
    with pytest.raises(StorageError, match="does not open"):
        Gallery.open(tmp_path / "g", keys=keys)


def test_keys_inside_the_gallery_are_refused(tmp_path, monkeypatch):
    with pytest.raises(InputError, match="does not contain the keys"):
        Gallery.open(tmp_path, keys=KeySource(tmp_path / "deep" / "keys"))
    monkeypatch.setenv("VULTUS_MASTER_KEY_FILE", str(tmp_path / "g" / "key"))
    with pytest.raises(InputError, match="does not contain the keys"):
        Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys"))
    link = tmp_path / "link"
    link.symlink_to(tmp_path / "g")
    monkeypatch.delenv("VULTUS_MASTER_KEY_FILE")
    with pytest.raises(InputError, match="does not contain the keys"):
        Gallery.open(tmp_path / "g", keys=KeySource(link / "keys"))
    assert not (tmp_path / "gallery.sqlite").exists()


def test_two_first_users_agree_on_one_master_key(tmp_path):
    start, found = threading.Barrier(8), []

    def first_use() -> None:
        source = KeySource(tmp_path / "keys", announce=said.append)
        start.wait()
        found.append(source.master_key(first=True))

    said: list[str] = []
    threads = [threading.Thread(target=first_use) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8 and len(set(found)) == 1 and len(said) == 1
    assert os.listdir(tmp_path / "keys") == ["master.key"]


def test_unwritable_key_folder_is_one_sentence(tmp_path):
    (tmp_path / "keys").write_text("a file where the folder should be")
    with pytest.raises(StorageError, match="cannot be written"):
        Gallery.open(tmp_path / "g", keys=KeySource(tmp_path / "keys", announce=lambda _: None))


def test_a_swapped_template_does_not_open(tmp_path, keys, templates):
    """Someone who can write the file but has no key cannot give one person another's template."""
    with Gallery.open(tmp_path / "g", keys=keys) as gallery:
        gallery.enrol("Ada", templates(0))
        gallery.enrol("Bob", templates(1))
        with gallery._database.write() as connection:
            (a, blob_a), (b, blob_b) = connection.exec_driver_sql("SELECT id, vector FROM templates").all()
            connection.exec_driver_sql("UPDATE templates SET vector = ? WHERE id = ?", (blob_b, a))
            connection.exec_driver_sql("UPDATE templates SET vector = ? WHERE id = ?", (blob_a, b))
        for _ in range(2):
            with pytest.raises(StorageError, match=r"templates\.vector"):
                gallery.search(templates(0))
    assert seal.KEY_BYTES == 32 and Path(keys.folder).exists()
