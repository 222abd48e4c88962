"""A local stand-in of a hub's HTTP API: pinned files arrive, everything else is refused and leaves nothing."""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from vultus.errors import InputError, UnknownNameError, UnsupportedError, WeightsError
from vultus.runtime import store
from vultus.runtime.card_file import read_card
from vultus.runtime.hub import Hub
from vultus.runtime.hub_pull import pull_drafted, pull_with_card
from vultus.runtime.own_model import add
from vultus.runtime.pull import pull

REPO, COMMIT, FILE = "some-owner/some.net", "0123456789" * 4, "onnx/Tiny_Net.onnx"
API = f"/api/models/{REPO}/revision/{COMMIT}?blobs=true"
CONTENT = f"/{REPO}/resolve/{COMMIT}/{FILE}"


@pytest.fixture
def hub(serve: Callable[[], Any], net: Callable[..., bytes], models: Path, monkeypatch: pytest.MonkeyPatch) -> Any:
    """A hub with one repository of one net under LFS."""
    server = serve()
    monkeypatch.setenv("HF_ENDPOINT", server.url + "/")
    monkeypatch.delenv("HF_TOKEN", raising=False)
    state_facts(server, net())
    server.answers[CONTENT] = (200, {}, net())
    return server


def state_facts(server: Any, data: bytes, **changes: Any) -> None:
    entry = {"rfilename": FILE, "size": len(data), "lfs": {"sha256": hashlib.sha256(data).hexdigest(), "size": len(data)}}
    facts = {"sha": COMMIT, "siblings": [{"rfilename": "README.md", "size": 3}, {**entry, **changes}]}
    server.answers[API] = (200, {}, json.dumps(facts).encode())


def test_net_with_a_card_goes_into_the_store(hub: Any, net: Callable[..., bytes], toml: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(toml())
    card = pull_with_card(REPO, FILE, COMMIT, "", tmp_path / "card.toml")
    assert (card.source.kind, card.source.package, card.source.version, card.source.path) == ("hub", REPO, COMMIT, FILE)
    assert card.sha256 == card.source.sha256 == hashlib.sha256(net()).hexdigest()
    assert store.find("tiny").read_bytes() == net() and store.card("tiny") == card


def test_pulled_net_can_be_mended_from_the_hub(hub: Any, net: Callable[..., bytes], toml: Callable[..., str], tmp_path: Path) -> None:
    (tmp_path / "card.toml").write_text(toml())
    pull_with_card(REPO, FILE, COMMIT, "", tmp_path / "card.toml")
    store.find("tiny").write_bytes(b"x")
    with pytest.raises(WeightsError, match="vultus models pull tiny"):
        store.find("tiny")
    assert pull(["tiny"], say=lambda _: None)[0].read_bytes() == net()


def test_without_a_card_one_is_drafted_and_can_be_imported(hub: Any, net: Callable[..., bytes], tmp_path: Path) -> None:
    card, path = pull_drafted(REPO, FILE, COMMIT, "", tmp_path / "out")
    assert sorted(os.listdir(tmp_path / "out")) == ["Tiny_Net.onnx", "Tiny_Net.toml"]
    drafted = read_card(path.with_suffix(".toml"))
    assert drafted == card and drafted.name == "tiny-net"
    assert (drafted.input.name, drafted.input.layout, drafted.input.size) == ("x", "nhwc", (8, 8))
    assert drafted.outputs[0].dimension == (3,) and drafted.licence.weights == "unclear"
    assert store.cards() == []
    add(path, path.with_suffix(".toml"))
    assert store.find("tiny-net").read_bytes() == net()


def test_drafting_never_replaces_a_file(hub: Any, tmp_path: Path) -> None:
    (tmp_path / "Tiny_Net.toml").write_text("mine")
    with pytest.raises(InputError, match="a folder without that file"):
        pull_drafted(REPO, FILE, COMMIT, "", tmp_path)
    assert (tmp_path / "Tiny_Net.toml").read_text() == "mine"


@pytest.mark.parametrize(("body", "headers", "message"), [
    (lambda data: data[:-1], {}, r"has \d+ bytes, expected \d+"),
    (lambda data: data[:-1], {"Content-Length": "whole"}, "broke off after"),
    (lambda data: data[:-1] + b"x", {}, "has sha256"),
])
def test_truncated_or_altered_content_leaves_nothing(hub: Any, net: Callable[..., bytes], tmp_path: Path, body: Any,
                                                     headers: dict[str, str], message: str) -> None:
    stated = {name: str(len(net())) for name in headers}
    hub.answers[CONTENT] = (200, stated, body(net()))
    with pytest.raises(WeightsError, match=message):
        pull_drafted(REPO, FILE, COMMIT, "", tmp_path / "out")
    assert not list(tmp_path.rglob("*.onnx"))


def test_content_on_another_host_arrives_without_the_token(hub: Any, serve: Callable[[], Any], net: Callable[..., bytes],
                                                           tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    store_host = serve()
    store_host.answers["/blob"] = (200, {}, net())
    hub.answers[CONTENT] = (302, {"Location": f"{store_host.url}/blob"}, b"")
    pull_drafted(REPO, FILE, COMMIT, "", tmp_path / "out")
    assert all(headers["Authorization"] == "Bearer hf_secret" for _, headers in hub.asked)
    assert [headers.get("Authorization") for _, headers in store_host.asked] == [None]
    assert "hf_secret" not in repr(Hub.from_environment())


def test_pinned_hash_is_compared_before_the_download(hub: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match=r"at this commit, expected 0000.*nothing was downloaded"):
        pull_drafted(REPO, FILE, COMMIT, "0" * 64, tmp_path / "out")
    assert [path for path, _ in hub.asked] == [API]


def test_file_outside_lfs_needs_a_hash(hub: Any, net: Callable[..., bytes], tmp_path: Path) -> None:
    state_facts(hub, net(), lfs=None)
    with pytest.raises(WeightsError, match=r"states no sha256 .* give it with --sha256"):
        pull_drafted(REPO, FILE, COMMIT, "", tmp_path / "out")
    pull_drafted(REPO, FILE, COMMIT, hashlib.sha256(net()).hexdigest(), tmp_path / "out")


def test_unknown_repository_and_file(hub: Any, tmp_path: Path) -> None:
    with pytest.raises(WeightsError, match="answered 404"):
        pull_drafted("some-owner/other", FILE, COMMIT, "", tmp_path)
    with pytest.raises(UnknownNameError, match=r"did you mean onnx/Tiny_Net\.onnx"):
        pull_drafted(REPO, "onnx/TinyNet.onnx", COMMIT, "", tmp_path)


@pytest.mark.parametrize(("repo", "commit", "message"), [
    (REPO, "main", "revision: expected the commit, 40 hex digits, got 'main'; a branch name can move"),
    ("some.net", COMMIT, "hub: expected OWNER/REPO"), ("../../etc", COMMIT, "hub: expected OWNER/REPO"),
    ("a/b/c", COMMIT, "hub: expected OWNER/REPO"),
])
def test_names_that_are_refused(hub: Any, tmp_path: Path, repo: str, commit: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        pull_drafted(repo, FILE, commit, "", tmp_path)
    assert hub.asked == []


def test_answer_for_another_commit(hub: Any, tmp_path: Path) -> None:
    facts = json.loads(hub.answers[API][2])
    hub.answers[API] = (200, {}, json.dumps({**facts, "sha": "f" * 40}).encode())
    with pytest.raises(WeightsError, match="answered for commit ffff"):
        pull_drafted(REPO, FILE, COMMIT, "", tmp_path)
    hub.answers[API] = (200, {}, b"[]")
    with pytest.raises(WeightsError, match="is HF_ENDPOINT the address of a hub"):
        pull_drafted(REPO, FILE, COMMIT, "", tmp_path)


def test_net_with_weights_elsewhere_is_not_kept(hub: Any, net: Callable[..., bytes], toml: Callable[..., str], tmp_path: Path,
                                                externalise: Callable[[bytes], bytes], models: Path) -> None:
    data = externalise(net())
    state_facts(hub, data)
    hub.answers[CONTENT] = (200, {}, data)
    (tmp_path / "card.toml").write_text(toml())
    for attempt in (lambda: pull_with_card(REPO, FILE, COMMIT, "", tmp_path / "card.toml"),
                    lambda: pull_drafted(REPO, FILE, COMMIT, "", tmp_path / "out")):
        with pytest.raises(UnsupportedError, match="keeps weights in another file"):
            attempt()
    assert not list(tmp_path.rglob("*.onnx"))


def test_endpoint_must_be_encrypted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://hub.example.org")
    with pytest.raises(InputError, match="https://"):
        Hub.from_environment()
