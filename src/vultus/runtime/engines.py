"""The inference engines behind a session: onnxruntime on the CPU, OpenVINO in float32 or bfloat16, onnxruntime on CUDA.

An engine is asked for by name. One that is absent is an error that says how to get it; nothing replaces it silently.
"""

from __future__ import annotations

import importlib.util
import os
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
from numpy.typing import NDArray

from vultus.errors import MissingExtraError, UnknownNameError, UnsupportedError, WeightsError

Feeds = Mapping[str, NDArray[Any]]
ENGINES = ("onnxruntime", "openvino", "openvino-bf16", "cuda")
_OPENVINO_HINTS = {"openvino": "f32", "openvino-bf16": "bf16"}
_ONNX_TYPES = {"tensor(float)": "float32", "tensor(float16)": "float16", "tensor(double)": "float64",
               "tensor(uint8)": "uint8", "tensor(int8)": "int8", "tensor(int32)": "int32", "tensor(int64)": "int64",
               "tensor(bool)": "bool"}


class Port(NamedTuple):
    """One input or output of a model: its name, its shape (None = free) and its numpy dtype."""

    name: str
    shape: tuple[int | None, ...]
    dtype: np.dtype[Any]


@dataclass(frozen=True, eq=False)
class Engine:
    """A model opened by one engine. `call` takes arrays by input name and returns the outputs in the order of `outputs`."""

    name: str
    inputs: tuple[Port, ...]
    outputs: tuple[Port, ...]
    call: Callable[[Feeds], list[NDArray[Any]]]


def open_engine(name: str, path: Path, threads: int) -> Engine:
    """Open the ONNX file `path` with the engine called `name`.

    Args:
        name: one of `ENGINES`.
        path: an ONNX file.
        threads: CPU threads inside one call, >= 1.
    Raises:
        UnknownNameError: no engine has this name.
        MissingExtraError, UnsupportedError: the engine is not installed, or the machine lacks the device.
        WeightsError: the file is missing or is not a model that the engine reads.
    """
    if name not in ENGINES:
        raise UnknownNameError("engine", name, (*ENGINES, "auto"), hint="known engines: " + ", ".join((*ENGINES, "auto")))
    if not path.is_file():
        raise WeightsError(f"model file {path.name!r}: expected a file, got none; run  vultus models verify")
    if name in _OPENVINO_HINTS:
        return _open_openvino(name, path, threads)
    return _open_onnxruntime(name, path, threads)


def installed_engines() -> tuple[str, ...]:
    """The engines that this environment can open, onnxruntime first."""
    import onnxruntime

    found = ["onnxruntime"]
    if importlib.util.find_spec("openvino") is not None:
        found += list(_OPENVINO_HINTS)
    if "CUDAExecutionProvider" in onnxruntime.get_available_providers():
        found.append("cuda")
    return tuple(found)


def engine_version(name: str) -> str:
    """Version of the package behind an engine; results depend on it."""
    from importlib.metadata import PackageNotFoundError, version

    packages = ("openvino",) if name in _OPENVINO_HINTS else ("onnxruntime-gpu", "onnxruntime")
    for package in packages:
        try:
            return version(package)
        except PackageNotFoundError:
            continue
    return ""


def default_threads() -> int:
    """CPU threads for one call: `OMP_NUM_THREADS` if it is set, else the CPUs that this process may use."""
    wanted = os.environ.get("OMP_NUM_THREADS", "")
    if wanted.isdigit() and int(wanted) > 0:
        return int(wanted)
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _open_onnxruntime(name: str, path: Path, threads: int) -> Engine:
    import onnxruntime as ort
    from onnxruntime.capi import onnxruntime_pybind11_state as state

    provider = "CUDAExecutionProvider" if name == "cuda" else "CPUExecutionProvider"
    if provider not in ort.get_available_providers():
        raise UnsupportedError("engine 'cuda' needs onnxruntime with CUDA, got onnxruntime for CPU only; run  "
                               "pip install onnxruntime-gpu  in place of onnxruntime, or ask for engine 'onnxruntime'")
    try:
        session = ort.InferenceSession(str(path), _options(threads), providers=[provider])
    except (state.Fail, state.InvalidProtobuf, state.InvalidGraph, state.InvalidArgument, state.NotImplemented) as error:
        raise WeightsError(f"model file {path.name!r}: expected an ONNX model, got {str(error).splitlines()[0][:200]}; "
                           "run  vultus models verify") from error
    if session.get_providers()[0] != provider:
        raise UnsupportedError(f"engine {name!r} needs a working device, got {session.get_providers()[0]}; "
                               "ask for engine 'onnxruntime' to use the CPU")
    outputs = [port.name for port in session.get_outputs()]

    def call(feeds: Feeds) -> list[NDArray[Any]]:
        return list(session.run(outputs, dict(feeds)))

    return Engine(name, _onnx_ports(session.get_inputs()), _onnx_ports(session.get_outputs()), call)


def _options(threads: int) -> Any:
    """Session options: all graph optimisations, one graph at a time, no busy waiting, kernels that repeat bit by bit."""
    import onnxruntime as ort

    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_ALL
    options.execution_mode = ort.ExecutionMode.ORT_SEQUENTIAL
    options.intra_op_num_threads, options.inter_op_num_threads = threads, 1
    options.use_deterministic_compute = True
    # Spinning workers take the CPU from the decoding threads of a pipeline.
    options.add_session_config_entry("session.intra_op.allow_spinning", "0")
    options.log_severity_level = 3
    return options


def _onnx_ports(ports: Any) -> tuple[Port, ...]:
    return tuple(Port(p.name, tuple(d if isinstance(d, int) else None for d in p.shape),
                      np.dtype(_ONNX_TYPES.get(p.type, "object"))) for p in ports)


def _open_openvino(name: str, path: Path, threads: int) -> Engine:
    if importlib.util.find_spec("openvino") is None:
        raise MissingExtraError(f"engine {name!r}", "openvino")
    import openvino

    settings = {"INFERENCE_PRECISION_HINT": _OPENVINO_HINTS[name], "INFERENCE_NUM_THREADS": threads,
                "NUM_STREAMS": 1, "PERFORMANCE_HINT": "LATENCY"}
    try:
        model = openvino.Core().compile_model(str(path), "CPU", settings)
    except RuntimeError as error:
        raise WeightsError(f"model file {path.name!r}: expected a model that OpenVINO reads, got "
                           f"{str(error).splitlines()[0][:200]}; ask for engine 'onnxruntime'") from error
    request, one_at_a_time = model.create_infer_request(), threading.Lock()
    outputs = tuple(model.outputs)

    def call(feeds: Feeds) -> list[NDArray[Any]]:
        with one_at_a_time:
            results = request.infer(dict(feeds), share_inputs=True)
            return [np.array(results[port]) for port in outputs]

    return Engine(name, _openvino_ports(model.inputs), _openvino_ports(outputs), call)


def _openvino_ports(ports: Any) -> tuple[Port, ...]:
    return tuple(Port(p.get_any_name(), tuple(None if d.is_dynamic else d.get_length() for d in p.get_partial_shape()),
                      np.dtype(p.get_element_type().to_dtype())) for p in ports)
