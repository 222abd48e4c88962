"""A card for a net of which only the file is known: what the file says is filled in, the rest is left to the user."""

from __future__ import annotations

import hashlib
from pathlib import PurePosixPath

from vultus.card import Licence
from vultus.errors import InputError
from vultus.runtime.model_card import ModelCard, NetInput, NetOutput, Source
from vultus.runtime.onnx_check import file_stem, load_checked, ports


def draft(data: bytes, source: Source) -> ModelCard:
    """A first card for the ONNX file `data`: task embed, colours rgb, no scaling, licence unclear; to be corrected by hand.

    Args:
        data: the ONNX file.
        source: where it came from; `path` gives the name.

    Raises:
        InputError: the net does not take one batch of pictures.
        UnsupportedError: the file needs other files or custom operators.
    """
    file = PurePosixPath(source.path).name
    inputs, outputs = ports(load_checked(data, file).graph)
    if len(inputs) != 1:
        raise InputError("file", expected="a net with one input", got=f"{len(inputs)} in {file}")
    name, (dtype, shape) = next(iter(inputs.items()))
    if len(shape) != 4 or dtype not in ("float32", "uint8"):
        raise InputError("file", expected="a float32 or uint8 input of four axes", got=f"{dtype} {shape} in {file}")
    first = shape[1] in (1, 3)
    channels, size = (shape[1], shape[2:]) if first else (shape[3], shape[1:3])
    grey = channels == 1
    return ModelCard(
        name=file_stem(file), summary=f"{file} from {source.package}", task="embed", file=file,
        sha256=hashlib.sha256(data).hexdigest(), bytes=len(data), source=source,
        input=NetInput(name, "nchw" if first else "nhwc", "uint8" if dtype == "uint8" else "float32", (size[0], size[1]),
                       "grey" if grey else "rgb", (0.0,) * (1 if grey else 3), (1.0,) * (1 if grey else 3)),
        outputs=tuple(NetOutput(key, out[1:] or (0,), "to be described") for key, (_, out) in outputs.items()),
        licence=Licence("unclear", "unclear", "unclear", "to be looked up"))
