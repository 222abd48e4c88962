"""A bundle carries nets unchanged; one that was tampered with places nothing."""

from __future__ import annotations

import hashlib
import json
import stat
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from vultus.errors import InputError, VultusError, WeightsError
from vultus.runtime import store
from vultus.runtime.bundle import export_bundle, import_bundle
from vultus.runtime.own_model import add

NPM = {"kind": "npm", "package": "@some/nets", "version": "1.0.0", "sha256": "a" * 64, "path": "package/tiny.onnx"}


@pytest.fixture
def bundle(models: Path, tmp_path: Path, ship: Callable[..., None], net: Callable[..., bytes], toml: Callable[..., str],
           monkeypatch: pytest.MonkeyPatch) -> Path:
    """A bundle of a shipped net `tiny` and an own net `mine`, written on a machine whose store is not the test's."""
    ship(net(), **NPM)
    (models / "tiny").mkdir(parents=True)
    (models / "tiny" / "tiny.onnx").write_bytes(net())
    (tmp_path / "mine.onnx").write_bytes(net(scale=2.0))
    (tmp_path / "mine.toml").write_text(toml(name="mine"))
    add(tmp_path / "mine.onnx", tmp_path / "mine.toml")
    export_bundle(["tiny", "mine"], tmp_path / "nets.zip")
    monkeypatch.setenv("VULTUS_MODELS", str(tmp_path / "elsewhere"))
    return tmp_path / "nets.zip"


def rewrite(bundle: Path, change: Callable[[dict[str, bytes], dict[str, zipfile.ZipInfo]], None]) -> None:
    """Open the bundle, let `change` edit contents and entries by path, write it again."""
    with zipfile.ZipFile(bundle) as old:
        contents = {entry.filename: old.read(entry) for entry in old.infolist()}
    entries = {path: zipfile.ZipInfo(path) for path in contents}
    change(contents, entries)
    with zipfile.ZipFile(bundle, "w") as new:
        for path, data in contents.items():
            new.writestr(entries.get(path, zipfile.ZipInfo(path)), data)


def test_round_trip(bundle: Path, net: Callable[..., bytes]) -> None:
    assert [card.name for card in import_bundle(bundle)] == ["mine", "tiny"]
    assert store.find("tiny").read_bytes() == net() and store.find("mine").read_bytes() == net(scale=2.0)
    assert store.card("mine").source.kind == "local"
    import_bundle(bundle)


def test_same_nets_give_the_same_bytes(bundle: Path, tmp_path: Path) -> None:
    import_bundle(bundle)
    export_bundle(["mine", "tiny", "tiny"], tmp_path / "again.zip")
    assert (tmp_path / "again.zip").read_bytes() == bundle.read_bytes()


def test_altered_net_is_not_exported(bundle: Path, tmp_path: Path) -> None:
    import_bundle(bundle)
    (tmp_path / "elsewhere" / "tiny" / "tiny.onnx").write_bytes(b"x")
    with pytest.raises(WeightsError):
        export_bundle(["mine", "tiny"], tmp_path / "again.zip")
    assert not (tmp_path / "again.zip").exists()


def _alter(path: str) -> Callable[..., None]:
    def change(contents: dict[str, bytes], _: object) -> None:
        contents[path] = contents[path][:-1] + bytes([contents[path][-1] ^ 1])
    return change


def _add(path: str, mode: int = 0, listed: bool = True) -> Callable[..., None]:
    def change(contents: dict[str, bytes], entries: dict[str, zipfile.ZipInfo]) -> None:
        contents[path] = b"/etc/passwd"
        entries[path] = zipfile.ZipInfo(path)
        entries[path].external_attr = mode << 16
        if listed:
            manifest = json.loads(contents["manifest.json"])
            manifest["files"][path] = {"sha256": hashlib.sha256(contents[path]).hexdigest(), "bytes": len(contents[path])}
            contents["manifest.json"] = json.dumps(manifest).encode()
    return change


def _manifest(key: str, value: object) -> Callable[..., None]:
    def change(contents: dict[str, bytes], _: object) -> None:
        contents["manifest.json"] = json.dumps({**json.loads(contents["manifest.json"]), key: value}).encode()
    return change


def _list_again(contents: dict[str, bytes]) -> None:
    """A manifest that fits the contents."""
    files = {path: {"sha256": hashlib.sha256(data).hexdigest(), "bytes": len(data)} for path, data in contents.items()
             if path != "manifest.json"}
    contents["manifest.json"] = json.dumps({"bundle": 1, "files": files}).encode()


def _fetched_from(kind: str, version: str) -> Callable[..., None]:
    """The own net's card says that it came from a package."""
    def change(contents: dict[str, bytes], _: object) -> None:
        source = (f'kind = "{kind}"\npackage = "nets"\nversion = {json.dumps(version)}\npath = "a.onnx"\nsha256 = "{"a" * 64}"')
        card = contents["mine/card.toml"].decode().replace('kind = "local"', source)
        contents["mine/card.toml"] = card.encode()
        _list_again(contents)
    return change


def _compress(contents: dict[str, bytes], entries: dict[str, zipfile.ZipInfo]) -> None:
    entries["tiny/tiny.onnx"].compress_type = zipfile.ZIP_DEFLATED


def _drop(contents: dict[str, bytes], _: object) -> None:
    del contents["tiny/tiny.onnx"]


def _nested(contents: dict[str, bytes], _: object) -> None:
    contents["manifest.json"] = b"[" * 100_000


def _headless(contents: dict[str, bytes], _: object) -> None:
    del contents["manifest.json"]


@pytest.mark.parametrize(("change", "message"), [
    (_alter("tiny/tiny.onnx"), "tiny/tiny.onnx in the bundle is altered"),
    (_alter("mine/card.toml"), "mine/card.toml in the bundle is altered"),
    (_drop, "a difference in 'tiny/tiny.onnx'"),
    (_headless, "one manifest.json"),
    (_compress, "plain uncompressed files"),
    (_add("tiny/notes.txt", listed=False), "a difference in 'tiny/notes.txt'"),
    (_add("tiny/notes.txt"), "'tiny/notes.txt' without a card"),
    (_add("../escape.onnx"), "paths of the form NAME/FILE"),
    (_add("/etc/escape"), "paths of the form NAME/FILE"),
    (_add("tiny/../../escape"), "paths of the form NAME/FILE"),
    (_add("tiny/.hidden"), "paths of the form NAME/FILE"),
    (_add("tiny\\escape"), "paths of the form NAME/FILE"),
    (_add("tiny/link", stat.S_IFLNK | 0o777), "plain uncompressed files"),
    (_manifest("bundle", 2), "version 1, got version 2"),
    (_manifest("files", [1]), "a manifest.json of version 1"),
    (_manifest("files", {"a/card.toml": {"sha256": "", "bytes": float("inf")}}), "a manifest.json of version 1"),
    (_fetched_from("npm", "1.2.3"), "of kind 'npm' that this installation does not know"),
    (_fetched_from("pypi", "1.2.3"), "of kind 'pypi' that this installation does not know"),
    (_fetched_from("npm", "git+https://example.org/nets"), "a version number"),
    (_fetched_from("pypi", "1\n--index-url https://example.org"), "a version number"),
    (_nested, "a file written by 'vultus models export'"),
])
def test_tampered_bundle_places_nothing(bundle: Path, tmp_path: Path, change: Callable[..., None], message: str) -> None:
    rewrite(bundle, change)
    with pytest.raises(VultusError, match=message):
        import_bundle(bundle)
    assert [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()] == []


def test_other_weights_under_a_shipped_name(bundle: Path, ship: Callable[..., None], net: Callable[..., bytes], tmp_path: Path) -> None:
    ship(net(scale=9.0), **NPM)
    with pytest.raises(WeightsError, match="this installation expects"):
        import_bundle(bundle)
    assert not list((tmp_path / "elsewhere").rglob("*.onnx"))


def test_net_that_a_bundle_brings_is_looked_into(bundle: Path, net: Callable[..., bytes]) -> None:
    """A well-formed bundle whose own net uses a custom operator."""
    def change(contents: dict[str, bytes], _: object) -> None:
        evil = net(domain="my.library")
        card = contents["mine/card.toml"].decode()
        old = json.loads(contents["manifest.json"])["files"]["mine/mine.onnx"]
        card = card.replace(old["sha256"], hashlib.sha256(evil).hexdigest()).replace(f"bytes = {old['bytes']}", f"bytes = {len(evil)}")
        contents |= {"mine/mine.onnx": evil, "mine/card.toml": card.encode()}
        _list_again(contents)

    rewrite(bundle, change)
    with pytest.raises(VultusError, match="custom-operator libraries are not loaded"):
        import_bundle(bundle)
    assert [card.name for card in store.cards()] == ["tiny"] and store.state("tiny").state == "missing"


def test_own_net_of_the_same_name(bundle: Path, tmp_path: Path, net: Callable[..., bytes], toml: Callable[..., str]) -> None:
    (tmp_path / "mine.onnx").write_bytes(net(scale=5.0))
    (tmp_path / "mine.toml").write_text(toml(name="mine"))
    add(tmp_path / "mine.onnx", tmp_path / "mine.toml")
    with pytest.raises(InputError, match="add --overwrite"):
        import_bundle(bundle)
    assert store.find("mine").read_bytes() == net(scale=5.0)
    import_bundle(bundle, overwrite=True)
    assert store.find("mine").read_bytes() == net(scale=2.0)


def test_files_that_are_no_bundle(models: Path, tmp_path: Path) -> None:
    (tmp_path / "nets.zip").write_bytes(b"PK\x03\x04 no")
    with pytest.raises(InputError, match="a file written by 'vultus models export'"):
        import_bundle(tmp_path / "nets.zip")


def test_files_that_share_bytes_are_refused_before_they_are_unpacked(bundle: Path, tmp_path: Path) -> None:
    data = bytearray(bundle.read_bytes())
    entry = data.rindex(b"PK\x01\x02")  # the last entry of the directory; its two sizes stand 20 bytes further
    data[entry + 20:entry + 28] = struct.pack("<II", len(data), len(data))
    bundle.write_bytes(data)
    with pytest.raises(InputError, match="fit into the archive"):
        import_bundle(bundle)
    assert [path for path in (tmp_path / "elsewhere").rglob("*") if path.is_file()] == []
