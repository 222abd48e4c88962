"""The packaged recogniser with gradients: dlib's descriptor network in torch, from the weights of the packaged ONNX file."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import torch
from torch import nn
from torch.nn import functional

from vultus.errors import InputError, WeightsError
from vultus.runtime.packaged import packaged_file


class DlibResNet(nn.Module):
    """Face descriptor network: `(n, 3, 150, 150)` float RGB, 0 to 255 -> `(n, 128)`, not normalised.

    Same numbers as the ONNX file within float32 rounding; every parameter and every pixel can get a gradient. Mean,
    scale and shift are folded into the convolutions, so pixels go in as they are.

    Args:
        path: ONNX file written by `dlib_onnx.emit_onnx`; default the packaged one, checked against its digest.
    Raises:
        WeightsError: the file is missing or altered, or is not such a network.
    """

    def __init__(self, path: Path | None = None) -> None:
        super().__init__()
        source = packaged_file("dlib-resnet29").path if path is None else path
        net = _read_net(source)
        try:
            self.stem = net.conv("stem")
            self.blocks = nn.ModuleList(_Block(net, f"blocks.{number}") for number in range(net.blocks()))
            self.projection = nn.Parameter(net.weights["projection.weight"])
        except KeyError as error:
            raise WeightsError(f"{source.name} has no {error}; give a file written by emit_onnx, or none") from error

    def forward(self, pixels: torch.Tensor) -> torch.Tensor:
        """Descriptors `(n, 128)` of `pixels`, float `(n, 3, 150, 150)`, RGB, 0 to 255."""
        if pixels.ndim != 4 or pixels.shape[1:] != (3, 150, 150) or not pixels.is_floating_point():
            raise InputError("pixels", expected="float RGB (n, 3, 150, 150), 0 to 255",
                             got=f"{pixels.dtype} {tuple(pixels.shape)}")
        x = functional.max_pool2d(functional.relu(self.stem(pixels)), 3, stride=2)  # (n, 32, 35, 35)
        for block in self.blocks:
            x = block(x)
        return x.mean(dim=(2, 3)) @ self.projection  # (n, 256) @ (256, 128)


class _Block(nn.Module):
    """Two 3x3 convolutions beside a shortcut; a block that halves pools its shortcut and fills missing channels with 0."""

    def __init__(self, net: _Net, name: str) -> None:
        super().__init__()
        self.first, self.second = net.conv(f"{name}.first"), net.conv(f"{name}.second")

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        block = self.second(functional.relu(self.first(x)))
        shortcut = functional.avg_pool2d(x, 2) if self.first.stride == (2, 2) else x
        return functional.relu(_zero_extended(block, shortcut) + _zero_extended(shortcut, block))


def _zero_extended(small: torch.Tensor, large: torch.Tensor) -> torch.Tensor:
    """`small` with zero channels, rows and columns added at the end until it is no smaller than `large`."""
    channels, rows, columns = (max(0, b - a) for a, b in zip(small.shape[1:], large.shape[1:], strict=True))
    return functional.pad(small, (0, columns, 0, rows, 0, channels))


@dataclass(frozen=True)
class _Net:
    """Weights by name, and stride and padding (y, x) of every convolution by its name."""

    weights: dict[str, torch.Tensor]
    strides: dict[str, tuple[int, int]]
    pads: dict[str, tuple[int, int]]

    def blocks(self) -> int:
        return len({name.split(".")[1] for name in self.strides if name.startswith("blocks.")})

    def conv(self, name: str) -> nn.Conv2d:
        kernel, bias = self.weights[f"{name}.weight"], self.weights[f"{name}.bias"]
        window = (kernel.shape[2], kernel.shape[3])
        conv = nn.Conv2d(kernel.shape[1], kernel.shape[0], window, self.strides[name], self.pads[name], device="meta")
        conv.weight, conv.bias = nn.Parameter(kernel), nn.Parameter(bias)
        return conv


def _read_net(path: Path) -> _Net:
    import onnx
    from google.protobuf.message import DecodeError
    from onnx import numpy_helper

    try:
        graph = onnx.load_model_from_string(path.read_bytes()).graph
    except OSError as error:
        raise WeightsError(f"{path.name} cannot be read ({error.strerror}); give the path of a file, or none") from error
    except DecodeError as error:
        raise WeightsError(f"{path.name} is not an ONNX file; give a file written by emit_onnx, or none") from error
    arrays = {tensor.name: numpy_helper.to_array(tensor) for tensor in graph.initializer}
    numbers = {node.output[0]: {a.name: tuple(a.ints) for a in node.attribute} for node in graph.node if node.op_type == "Conv"}
    return _Net(
        weights={name: torch.from_numpy(array.astype("float32")) for name, array in arrays.items()},
        strides={name: (n["strides"][0], n["strides"][1]) for name, n in numbers.items() if "strides" in n},
        pads={name: (n["pads"][0], n["pads"][1]) for name, n in numbers.items() if "pads" in n},
    )
