"""Turns a model into 8-bit integers, and refuses when faces are told apart worse with it.

Weights and activations become integers with one scale a channel or tensor (static quantisation by onnxruntime; ranges from inputs
that are handed in). Smaller and, on CPUs with integer dot products, faster. The result computes something else, so its templates
are a space of their own, and nothing here is trusted unseen: the check compares templates and errors on labelled faces.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import InputError, UnsupportedError
from vultus.evaluate.rates import eer
from vultus.runtime.engine_choice import SAME_SPACE_COSINE
from vultus.runtime.session import Session

LEAST_COSINE = 0.99
MOST_LOSS = 0.005
_BATCH = 8


@dataclass(frozen=True)
class Int8Check:
    """What the check measured, float32 against int8, both on onnxruntime.

    Args:
        cosine_min, cosine_mean: between the two templates of each checked face.
        eer_float, eer_int8: equal error rate over all pairs of checked faces, 0..1.
        ratio: time of float32 over time of int8, same batch and threads.
        bytes_float, bytes_int8: file sizes.
        pairs: (same person, different people) that were compared.
    """

    cosine_min: float
    cosine_mean: float
    eer_float: float
    eer_int8: float
    ratio: float
    bytes_float: int
    bytes_int8: int
    pairs: tuple[int, int]

    @property
    def same_space(self) -> bool:
        """Whether the templates may be compared with those of the float model."""
        return self.cosine_min >= SAME_SPACE_COSINE


def quantise(path: Path, out: Path, ranges: NDArray[Any], faces: NDArray[Any], people: Sequence[str], *, threads: int | None = None,
             least_cosine: float = LEAST_COSINE, most_loss: float = MOST_LOSS) -> Int8Check:
    """Write the int8 form of a recogniser to `out`, if it passes the check.

    Args:
        path: ONNX file with one input (n, ...) and templates (n, d) as its first output.
        out: where the int8 file goes; not written when the check fails.
        ranges: inputs (m, ...) that show which values occur; crops of a few hundred faces.
        faces: inputs (n, ...) to check with, of other pictures than `ranges`.
        people: (n,) who is on each; some people at least twice.
        least_cosine: refuse below this smallest cosine between the float and the int8 template of one face.
        most_loss: refuse when the equal error rate rises by more than this.
    Raises:
        UnsupportedError: the check fails; the message has both figures.
        InputError: `people` does not fit, or has no pair of each kind.
    """
    same, pairs = _pairs(len(faces), people)
    with tempfile.TemporaryDirectory(prefix="vultus-int8-") as folder:
        small = Path(folder) / "int8.onnx"
        _quantise(path, small, ranges, Path(folder))
        check = _compare(Session(path, threads=threads), Session(small, threads=threads), faces, same, pairs)
        if check.cosine_min < least_cosine or check.eer_int8 > check.eer_float + most_loss:
            raise UnsupportedError(
                f"int8 form of {path.name!r}: expected cosine >= {least_cosine} and an equal error rate at most {most_loss} above "
                f"{check.eer_float:.4f}, got cosine {check.cosine_min:.4f} and {check.eer_int8:.4f}; keep the float model or hand in "
                "more varied ranges")
        out.write_bytes(small.read_bytes())
    return check


class _Reader:
    """Feeds the ranges to onnxruntime's calibration, a batch at a time."""

    def __init__(self, name: str, inputs: NDArray[Any]) -> None:
        self._feeds = self._batches(name, inputs)

    @staticmethod
    def _batches(name: str, inputs: NDArray[Any]) -> Iterator[dict[str, NDArray[Any]]]:
        for start in range(0, len(inputs), _BATCH):
            yield {name: inputs[start:start + _BATCH]}

    def get_next(self) -> dict[str, NDArray[Any]] | None:
        return next(self._feeds, None)


def _quantise(path: Path, out: Path, ranges: NDArray[Any], folder: Path) -> None:
    import onnx
    import onnxruntime as ort
    from onnxruntime.quantization import QuantFormat, QuantType, quantize_static

    plain = folder / "plain.onnx"
    # Folds the casts of half-precision weights, which would hide them from the quantiser.
    options = ort.SessionOptions()
    options.graph_optimization_level = ort.GraphOptimizationLevel.ORT_ENABLE_BASIC
    options.optimized_model_filepath = str(plain)
    options.log_severity_level = 3
    name = ort.InferenceSession(str(path), options, providers=["CPUExecutionProvider"]).get_inputs()[0].name
    model = onnx.load(plain)
    # Says that the file is already folded; without it the quantiser warns.
    model.metadata_props.add(key="onnx.quant.pre_process", value="onnxruntime.quant")
    onnx.save(model, plain)
    quantize_static(str(plain), str(out), _Reader(name, ranges), quant_format=QuantFormat.QDQ, per_channel=True,
                    activation_type=QuantType.QUInt8, weight_type=QuantType.QInt8)


def _pairs(count: int, people: Sequence[str]) -> tuple[NDArray[np.bool_], tuple[NDArray[np.intp], NDArray[np.intp]]]:
    names = np.asarray(people)
    if names.shape != (count,):
        raise InputError("people", expected=f"{count} names, one a face", got=f"{len(names)}")
    left, right = np.triu_indices(count, 1)
    same = names[left] == names[right]
    if not same.any() or same.all():
        raise InputError("people", expected="at least one pair of one person and one pair of two", got="only one kind of pair")
    return same, (left, right)


def _compare(reference: Session, small: Session, faces: NDArray[Any], same: NDArray[np.bool_],
             pairs: tuple[NDArray[np.intp], NDArray[np.intp]]) -> Int8Check:
    (before, slow), (after, fast) = _templates(reference, faces), _templates(small, faces)
    cosine = (before * after).sum(axis=1)
    scores = [(t[pairs[0]] * t[pairs[1]]).sum(axis=1) for t in (before, after)]
    errors = [eer(s[same], s[~same]) for s in scores]
    return Int8Check(float(cosine.min()), float(cosine.mean()), errors[0], errors[1], slow / fast, reference.path.stat().st_size,
                     small.path.stat().st_size, (int(same.sum()), int((~same).sum())))


def _templates(session: Session, faces: NDArray[Any]) -> tuple[NDArray[np.float64], float]:
    """Unit rows (n, d) and the seconds of the fastest of three runs over the first batch."""
    rows = session.batch_run(faces, _BATCH)[session.outputs[0].name].astype(np.float64)
    times = []
    for _ in range(3):
        start = time.perf_counter()
        session.batch_run(faces[:_BATCH], _BATCH)
        times.append(time.perf_counter() - start)
    return rows / np.maximum(np.linalg.norm(rows, axis=1, keepdims=True), 1e-12), min(times)
