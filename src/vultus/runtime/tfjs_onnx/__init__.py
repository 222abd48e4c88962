"""TensorFlow.js graph models to ONNX: `convert_file(path)` turns a `model.json` with its weight shards into ONNX bytes.

Imports nothing heavy; onnx and numpy load on the first conversion. The same input gives the same bytes, so that a
model card can pin the sha256 of a converted net.
"""

from __future__ import annotations

from pathlib import Path


def convert_file(path: Path, *, batch: int | None = None) -> bytes:
    """Convert the TF.js graph model whose `model.json` lies at `path` (weight shards beside it).

    Args:
        path: the model's JSON file.
        batch: fixes a free first input dimension; None keeps it free.

    Returns:
        A serialized ONNX model (opset 18). Inputs and outputs keep the TF.js layout (NHWC for pictures) and the
        names of the TF.js signature without the trailing ":0". An int32 picture input (n, h, w, 3) becomes uint8.

    Raises:
        InputError: the files are not a complete graph model.
        UnsupportedError: an op or an option of an op is not covered; the message names op, node and model.
    """
    from vultus.runtime.tfjs_onnx.convert import convert
    from vultus.runtime.tfjs_onnx.reader import read_model

    return convert(read_model(path), batch=batch)
