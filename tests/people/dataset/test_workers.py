"""People made on Ray: the cluster renders and this process writes, to the same bytes."""

from __future__ import annotations

import sys
from types import ModuleType, SimpleNamespace

import pytest

from vultus.errors import InputError, MissingExtraError, StorageError


class _Call:
    def __init__(self, method):
        self.remote = method


class _Pool:
    """Answers in the opposite order, as a cluster may."""

    def __init__(self, crew):
        self.crew = crew

    def map_unordered(self, call, jobs):
        return [call(self.crew[at % len(self.crew)], job) for at, job in reversed(list(enumerate(jobs)))]


class _RayError(Exception):
    pass


@pytest.fixture
def ray(monkeypatch):
    """A cluster of two that lives in this process."""
    def remote(kind):
        def start(*arguments):
            worker = kind(*arguments)
            return SimpleNamespace(work=_Call(worker.work))
        return SimpleNamespace(remote=start)

    def init(address, log_to_driver):
        if address not in (None, "10.0.0.1:6379"):
            raise ValueError("Invalid address format")
    fake = ModuleType("ray")
    state = SimpleNamespace(shut=0)
    fake.__dict__.update(is_initialized=lambda: False, init=init, remote=remote, cluster_resources=lambda: {"CPU": 2.0}, state=state,
                         util=SimpleNamespace(ActorPool=_Pool), exceptions=SimpleNamespace(RayError=_RayError),
                         shutdown=lambda: setattr(state, "shut", state.shut + 1))
    monkeypatch.setitem(sys.modules, "ray", fake)
    return fake


def test_the_same_files_as_without(spec, make_drawn, tmp_path, digests, ray):
    seen = []
    make_drawn(spec, tmp_path / "ray", ray="local", progress=lambda done, total: seen.append((done, total)))
    make_drawn(spec, tmp_path / "here")
    assert digests(tmp_path / "ray") == digests(tmp_path / "here")
    assert seen == [(4 * n, 64) for n in range(17)] and ray.state.shut == 1


def test_an_error_on_the_cluster_arrives_as_what_it_is(spec, make_drawn, tmp_path, ray, monkeypatch):
    monkeypatch.setenv("DRAWN_FULL_AT", "5")
    with pytest.raises(StorageError, match="No space left"):
        make_drawn(spec, tmp_path / "set", ray="10.0.0.1:6379")
    assert ray.state.shut == 1


def test_a_lost_worker_is_told(spec, make_drawn, tmp_path, ray, monkeypatch):
    def lost(self, call, jobs):
        raise _RayError
        yield
    monkeypatch.setattr(_Pool, "map_unordered", lost)
    with pytest.raises(StorageError, match="Ray lost a worker"):
        make_drawn(spec, tmp_path / "set", ray="local")


def test_an_address_where_nobody_is(spec, make_drawn, tmp_path, ray):
    with pytest.raises(InputError, match="the address of a Ray cluster"):
        make_drawn(spec, tmp_path / "set", ray="nowhere")


def test_ray_that_is_not_installed(spec, make_drawn, tmp_path, monkeypatch):
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(MissingExtraError, match="ray"):
        make_drawn(spec, tmp_path / "set", ray="local")


@pytest.mark.engine
def test_on_a_cluster_of_this_machine(spec, make_drawn, tmp_path, digests):
    pytest.importorskip("ray", reason="Ray is not installed")
    make_drawn(spec, tmp_path / "ray", ray="local")
    make_drawn(spec, tmp_path / "here")
    assert digests(tmp_path / "ray") == digests(tmp_path / "here")
