"""A model file opened once: named arrays in, named arrays out, checked, in micro-batches."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnknownNameError
from vultus.runtime.engine_choice import choose_engine
from vultus.runtime.engines import Feeds, Port, default_threads, open_engine


class Session:
    """An ONNX model opened by one engine.

    Args:
        path: the ONNX file; `runtime.store.find` gives verified ones.
        threads: CPU threads inside one call; None = `OMP_NUM_THREADS`, or every CPU of this process.
        engine: `onnxruntime` (the reference, same bits every time), `openvino`, `openvino-bf16`, `cuda`, or `auto`: the
            fastest that agrees with the reference, measured once a machine (see `engine_choice`).
        check: arrays by input name for the measurement behind `auto`; made up from the input shapes when absent.
    Raises:
        WeightsError: the file is missing or damaged.
        MissingExtraError, UnsupportedError: the engine is not there. Nothing else takes its place.

    Example:
        >>> from vultus.runtime import store
        >>> session = Session(store.find("dlib-resnet29"))
        >>> session.run({"images": np.zeros((2, 150, 150, 3), np.uint8)})["features"].shape
        (2, 128)
    """

    def __init__(self, path: str | Path, *, threads: int | None = None, engine: str = "onnxruntime",
                 check: Feeds | None = None) -> None:
        if threads is not None and threads < 1:
            raise InputError("threads", expected="None or a number >= 1", got=str(threads))
        self.path, self.threads = Path(path), threads or default_threads()
        self.choice = choose_engine(self.path, self.threads, check) if engine == "auto" else None
        self._engine = open_engine(self.choice.engine if self.choice else engine, self.path, self.threads)

    @property
    def engine(self) -> str:
        """The engine that really runs."""
        return self._engine.name

    @property
    def inputs(self) -> tuple[Port, ...]:
        return self._engine.inputs

    @property
    def outputs(self) -> tuple[Port, ...]:
        return self._engine.outputs

    def __repr__(self) -> str:
        return f"Session({self.path.name!r}, threads={self.threads}, engine={self.engine!r})"

    def run(self, feeds: Feeds) -> dict[str, NDArray[Any]]:
        """All outputs by name for one array a model input.

        Raises:
            UnknownNameError: an input name that the model does not have.
            InputError: an input is missing, or has another dtype or shape than the model's; the error names it.
        """
        self._check(feeds)
        results = self._engine.call({name: np.ascontiguousarray(array) for name, array in feeds.items()})
        return {port.name: array for port, array in zip(self.outputs, results, strict=True)}

    def batch_run(self, array: NDArray[Any], micro_batch: int = 8) -> dict[str, NDArray[Any]]:
        """Run a model of one input over the first axis of `array` (n, ...), at most `micro_batch` rows at a time.

        Returns:
            Outputs by name, each with n rows; for n = 0 free sizes are 0.
        """
        if len(self.inputs) != 1:
            raise InputError("array", expected="a model with one input", got=f"{len(self.inputs)} inputs", hint="use run")
        if micro_batch < 1:
            raise InputError("micro_batch", expected="a number >= 1", got=str(micro_batch))
        name = self.inputs[0].name
        if len(array) == 0:
            return {p.name: np.zeros((0, *(size or 0 for size in p.shape[1:])), p.dtype) for p in self.outputs}
        parts = [self.run({name: array[start:start + micro_batch]}) for start in range(0, len(array), micro_batch)]
        return {port.name: np.concatenate([part[port.name] for part in parts]) for port in self.outputs}

    def _check(self, feeds: Feeds) -> None:
        known = {port.name: port for port in self.inputs}
        for name in feeds:
            if name not in known:
                raise UnknownNameError("model input", name, known, hint="inputs: " + ", ".join(known))
        for port in self.inputs:
            if port.name not in feeds:
                raise InputError(port.name, expected=_wanted(port), got="nothing")
            _check_array(port, feeds[port.name])


def _check_array(port: Port, array: object) -> None:
    """Raise InputError unless `array` has the port's dtype and fits its shape."""
    if not isinstance(array, np.ndarray):
        raise InputError(port.name, expected=_wanted(port), got=type(array).__name__)
    fits = array.ndim == len(port.shape) and all(w in (None, n) for w, n in zip(port.shape, array.shape, strict=False))
    if array.dtype != port.dtype or not fits or array.size == 0:
        raise InputError(port.name, expected=_wanted(port), got=f"{array.dtype} {array.shape}")


def _wanted(port: Port) -> str:
    return f"{port.dtype} ({', '.join('n' if size is None else str(size) for size in port.shape)})"
