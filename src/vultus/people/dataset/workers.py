"""Makes people one after the other, in several processes, or on a Ray cluster; what comes out is the same.

A process starts its engine once and is handed one person at a time. Errors travel as words, since not every exception survives
the way between processes. A worker whose parent is gone ends itself; interrupts are left to the parent.
"""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context, parent_process
from pathlib import Path
from types import ModuleType
from typing import Any

from vultus.errors import InputError, MissingExtraError, StorageError, VultusError, WeightsError
from vultus.people.dataset.maker import Factory, Maker
from vultus.people.dataset.person_work import PersonFiles, make_person
from vultus.people.dataset.set_folder import SetFolder
from vultus.people.dataset.spec import Spec
from vultus.people.identity import Identity

_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "NUMBA_NUM_THREADS")
_KINDS: dict[str, type[VultusError]] = {"storage": StorageError, "weights": WeightsError}
Job = tuple[int, dict[str, Any]]  # index of the person, identity as a dict


@dataclass(frozen=True)
class _Failure:
    """A VultusError in words."""

    code: str
    message: str

    def error(self) -> VultusError:
        """The error again; of the class that its code stands for, where that takes a sentence."""
        error = _KINDS.get(self.code, VultusError)(self.message)
        error.code = self.code
        return error


def in_this_process(jobs: Sequence[Job], folder: SetFolder, maker: Maker) -> Iterator[int]:
    """Make and write the people of the jobs; gives each one's index when it is finished."""
    for index, identity in jobs:
        folder.commit(make_person(maker, folder.spec, index, Identity.from_dict(identity)))
        yield index


def in_processes(jobs: Sequence[Job], folder: SetFolder, factory: Factory, count: int) -> Iterator[int]:
    """The same with `count` processes of this machine, in the order in which they finish.

    Args:
        factory: makes the engine in each process; a function at the top level of a module.

    Raises:
        VultusError: what went wrong in a process; people that were finished by then are kept.
    """
    arguments = (folder.root, folder.spec, folder.generator, factory)
    with _one_thread_each():
        pool = ProcessPoolExecutor(count, mp_context=get_context("spawn"), initializer=_start, initargs=arguments)
        try:
            yield from _collected(jobs, 2 * count, lambda job: pool.submit(_work, job))
        except BrokenProcessPool as error:
            raise StorageError("a worker ended without a word, perhaps for want of memory; finished people are kept: run the command "
                               f"again with fewer than {count} --workers") from error
        finally:
            pool.shutdown(wait=True, cancel_futures=True)


def on_ray(jobs: Sequence[Job], folder: SetFolder, factory: Factory, address: str) -> Iterator[int]:
    """The same on a Ray cluster; its workers send the files, and this process alone writes them.

    Args:
        address: of the cluster, "auto", or "local" to start one on this machine.

    Raises:
        MissingExtraError: Ray is not installed.
    """
    try:
        import ray
    except ImportError:
        raise MissingExtraError("--ray", "ray") from None
    begun = not ray.is_initialized()
    if begun:
        _reach(ray, address)
    try:
        actor = ray.remote(_RayWorker)
        crew = [actor.remote(folder.spec, factory) for _ in range(max(1, int(ray.cluster_resources().get("CPU", 1))))]
        for result in ray.util.ActorPool(crew).map_unordered(lambda worker, job: worker.work.remote(job), list(jobs)):
            if isinstance(result, _Failure):
                raise result.error()
            folder.commit(result)
            yield result.index
    except ray.exceptions.RayError as error:
        raise StorageError(f"Ray lost a worker ({type(error).__name__}); finished people are kept: run the command again") from error
    finally:
        if begun:
            ray.shutdown()


def _reach(ray: ModuleType, address: str) -> None:
    """Connect to a cluster, or start one. Raises InputError."""
    try:
        ray.init(address=None if address == "local" else address, log_to_driver=False)
    except (OSError, ValueError, RuntimeError, SystemExit) as error:  # SystemExit: nobody answers at the address
        raise InputError("ray", expected="the address of a Ray cluster, auto, or local", got=f"{address!r} ({error})".replace("\n", " "),
                         hint="'ray start --head' starts one") from error


class _RayWorker:
    """An engine on some machine of the cluster."""

    def __init__(self, spec: Spec, factory: Factory) -> None:
        self._spec, self._maker = spec, factory()

    def work(self, job: Job) -> PersonFiles | _Failure:
        """All files of one person, or what went wrong."""
        try:
            return make_person(self._maker, self._spec, job[0], Identity.from_dict(job[1]))
        except VultusError as error:
            return _Failure(error.code, str(error))


def _collected(jobs: Sequence[Job], ahead: int, submit: Callable[[Job], Future[Any]]) -> Iterator[int]:
    """Results as they come, with at most `ahead` jobs handed out."""
    waiting, pending = iter(jobs), set()
    for job in waiting:
        pending.add(submit(job))
        if len(pending) < ahead:
            continue
        done, pending = wait(pending, return_when=FIRST_COMPLETED)
        yield from map(_result, done)
    for future in list(pending):
        yield _result(future)


def _result(future: Future[Any]) -> int:
    value = future.result()
    if isinstance(value, _Failure):
        raise value.error()
    return int(value)


_engine: tuple[SetFolder, Maker] | None = None  # of this worker process; never set in the parent


def _start(root: Path, spec: Spec, generator: str, factory: Factory) -> None:
    global _engine
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    threading.Thread(target=_end_with_parent, daemon=True).start()
    _engine = SetFolder(root, spec, generator), factory()


def _end_with_parent() -> None:
    parent = parent_process()
    if parent is not None:
        parent.join()
        os._exit(1)


def _work(job: Job) -> int | _Failure:
    assert _engine is not None
    folder, maker = _engine
    try:
        folder.commit(make_person(maker, folder.spec, job[0], Identity.from_dict(job[1])))
    except VultusError as error:
        return _Failure(error.code, str(error))
    return job[0]


@contextmanager
def _one_thread_each() -> Iterator[None]:
    """Processes started inside use one thread for linear algebra: there are as many processes as cores already."""
    before = {name: os.environ.get(name) for name in _THREADS}
    os.environ.update(dict.fromkeys(_THREADS, "1"))
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name) if value is None else os.environ.__setitem__(name, value)
