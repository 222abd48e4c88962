"""Speed against face_recognition in the same run, and against the machine's matrix-multiply rate"""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np

from vultus import registry
from vultus.bench.lfw_templates import need_lfw
from vultus.data.lfw import read_lfw
from vultus.errors import InputError
from vultus.pipeline import Recogniser
from vultus.report import Report, Table, Value
from vultus.types import Crops

PROTOCOL = (
    "500 LFW pictures (every tenth), 250x250 px, two threads. Ours: all 500 in each round, decode to template with batching, every "
    "face found, each with its mirror image; and 128 crops to templates alone. face_recognition, being slow: another 50 of the 500 "
    "in each round, in its own Python named by VULTUS_REFERENCE_PYTHON, one picture a call as its interface offers; end "
    "to end = decode, HOG detection and encoding of every face found; encoding alone "
    "includes its landmark step, as its function does. Both sides count faces that got a template; ours finds more of them, so "
    "that pictures/s are shown as well. Rounds alternate, so that drift of the machine hits both; figures are medians over rounds, "
    "the range is over rounds. The matrix-multiply rate is onnxruntime's own, 2048 x 2048 float32, two threads.")
ROUNDS, PICTURES, REFERENCE_PICTURES = 3, 500, 50
ENGINES = {"onnxruntime": None, "openvino": "openvino", "openvino-bf16": "openvino"}


def run(data: Path | None) -> Report:
    """Time every engine that is installed, and the reference when its Python is named."""
    lfw = read_lfw(need_lfw(data))
    paths = lfw.paths[::10][:PICTURES]
    engines = [name for name, module in ENGINES.items() if module is None or importlib.util.find_spec(module)]
    systems = {name: _system(name) for name in engines}
    crops = _crops(paths)
    for system, embedder in systems.values():  # opened and warm before anything is timed
        list(system.process(paths[:16]))
        embedder.embed(crops[:16])
    rounds: dict[str, list[float]] = {}
    for index in range(ROUNDS):
        for name, seconds in _reference(paths[index * REFERENCE_PICTURES:(index + 1) * REFERENCE_PICTURES]).items():
            rounds.setdefault(name, []).append(seconds)
        for name, (system, embedder) in systems.items():
            faces, seconds = _drained(system, paths)
            rounds.setdefault(f"{name}, end to end", []).append(seconds / faces)
            rounds.setdefault(f"{name}, end to end, pictures", []).append(seconds / len(paths))
            rounds.setdefault(f"{name}, encoding", []).append(_seconds(partial(embedder.embed, crops)) / len(crops))
        rounds.setdefault("GFLOP/s, matrix multiply", []).append(_matrix_rate())
    return _report(rounds, engines, lfw.digest)


def _report(rounds: dict[str, list[float]], engines: Sequence[str], digest: str) -> Report:
    values = []
    for name in engines:
        values.append(_value(f"{name}, end to end, pictures", [1 / s for s in rounds[f"{name}, end to end, pictures"]], "pictures/s"))
        for part in ("end to end", "encoding"):
            values.append(_value(f"{name}, {part}", [1 / s for s in rounds[f"{name}, {part}"]], "faces/s"))
            if f"face_recognition, {part}" in rounds:
                ratios = [r / s for r, s in zip(rounds[f"face_recognition, {part}"], rounds[f"{name}, {part}"], strict=True)]
                values.append(_value(f"{name}, {part}, times face_recognition", ratios, "ratio"))
    values += [_value(name, [1 / s for s in seconds], "faces/s") for name, seconds in rounds.items() if "face_recog" in name]
    peak = rounds["GFLOP/s, matrix multiply"]
    embedder = registry.build("embed/dlib_resnet")
    flops = network_flops(embedder.session.path) * (2 if embedder.config.flip else 1)
    values.append(_value("matrix multiply", peak, "GFLOP/s"))
    values += [_value(f"{name}, share of the matrix-multiply rate, batch 32",
                      [flops / s / 1e9 / p for s, p in zip(rounds[f"{name}, encoding"], peak, strict=True)], "share")
               for name in engines]
    table = Table("Seconds a face, by round", ("what", *(f"round {k + 1}" for k in range(ROUNDS))),
                  tuple((name, *(round(s, 5) for s in seconds)) for name, seconds in rounds.items()))
    return Report("core/speed", "Speed against face_recognition in the same run", PROTOCOL, tuple(values), tables=(table,),
                  data_digest=digest, complete=any("face_recog" in name for name in rounds),
                  notes=(f"recogniser: {flops / 1e9:.2f} GFLOP a face with its mirror image (multiply and add counted as two)",))


def _system(engine: str) -> tuple[Recogniser, Any]:
    embedder = registry.build("embed/dlib_resnet", overrides={"engine": engine, "threads": 2, "micro_batch": 32})
    return Recogniser(engine=engine, threads=2), embedder


def _crops(paths: Sequence[Path]) -> Crops:
    from vultus.geometry import crop
    from vultus.image import load
    detector = registry.build("detect/centerface")
    images = [load(path) for path in paths[:128]]
    parts = [crop(image, faces[:1], "dlib-150") for image, faces in zip(images, detector.detect(images), strict=True)]
    return Crops(np.concatenate([p.images for p in parts]), np.concatenate([p.warps for p in parts]), "dlib-150")


def _reference(paths: Sequence[Path]) -> dict[str, float]:
    """Seconds a face of face_recognition, end to end and for encoding alone; empty without its Python."""
    python = os.environ.get("VULTUS_REFERENCE_PYTHON")
    if not python:
        return {}
    done = subprocess.run([python, str(Path(__file__).with_name("reference_face_recognition.py"))], input="\n".join(map(str, paths)),
                          capture_output=True, text=True, check=False)
    if done.returncode:
        raise InputError("VULTUS_REFERENCE_PYTHON", expected="a Python with face_recognition", got=done.stderr.strip()[-200:])
    record = json.loads(done.stdout)
    seconds, faces = record["seconds"], record["faces"]
    return {"face_recognition, end to end": sum(seconds.values()) / faces, "face_recognition, encoding": seconds["encode"] / faces}


def _drained(system: Recogniser, paths: Sequence[Path]) -> tuple[int, float]:
    """Templates made and seconds spent."""
    start = time.perf_counter()
    faces = sum(len(result) for result in system.process(paths))
    return faces, time.perf_counter() - start


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _matrix_rate(side: int = 2048) -> float:
    """GFLOP/s of a float32 matrix product in onnxruntime with two threads; best of five."""
    from onnx import TensorProto, helper
    from onnxruntime import InferenceSession, SessionOptions
    square = [helper.make_tensor_value_info(name, TensorProto.FLOAT, [side, side]) for name in "abc"]
    graph = helper.make_graph([helper.make_node("MatMul", ["a", "b"], ["c"])], "product", square[:2], square[2:])
    options = SessionOptions()
    options.intra_op_num_threads = 2
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=9)
    session = InferenceSession(model.SerializeToString(), options, providers=["CPUExecutionProvider"])
    ones = np.ones((side, side), np.float32)
    return 2 * side**3 / min(_seconds(partial(session.run, None, {"a": ones, "b": ones})) for _ in range(6)) / 1e9


def network_flops(path: Path) -> float:
    """Floating point operations of one face through the convolutions and products of an ONNX file (a multiply-add is two)."""
    import onnx
    model = onnx.shape_inference.infer_shapes(onnx.load(path))
    shapes = {v.name: [d.dim_value for d in v.type.tensor_type.shape.dim] for v in [*model.graph.value_info, *model.graph.output]}
    weights = {w.name: list(w.dims) for w in model.graph.initializer}
    cast = {node.output[0]: weights[node.input[0]] for node in model.graph.node if node.op_type == "Cast" and node.input[0] in weights}
    sizes = {**weights, **cast}
    total = 0.0
    for node in model.graph.node:
        if node.op_type == "Conv":
            total += 2 * np.prod(sizes[node.input[1]]) * np.prod(shapes[node.output[0]][2:])
        elif node.op_type in ("Gemm", "MatMul") and node.input[1] in sizes:
            total += 2 * np.prod(sizes[node.input[1]])
    return float(total)


def _value(name: str, rounds: Sequence[float], unit: str) -> Value:
    return Value(name, float(np.median(rounds)), unit, min(rounds), max(rounds), note=f"median and range of {len(rounds)} rounds")
