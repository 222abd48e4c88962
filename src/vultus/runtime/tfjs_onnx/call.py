"""One TensorFlow op being translated: its node, its translated inputs, and the questions a translation asks."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus.errors import UnsupportedError
from vultus.runtime.tfjs_onnx.graph import Graph, Layout, Value
from vultus.runtime.tfjs_onnx.reader import Node


@dataclass(frozen=True)
class Call:
    """What a translation receives: the ONNX graph to extend, the TensorFlow node, and the values it reads."""

    graph: Graph
    model: str
    node: Node
    inputs: list[Value]

    def attribute(self, name: str, default: Any = None) -> Any:
        return self.node.attributes.get(name, default)

    def array(self, index: int) -> NDArray[Any]:
        """Input `index`, which has to be known at conversion time."""
        array = self.inputs[index].array
        if array is None:
            raise self.refuse(f"input {index} must be a constant")
        return array

    def integers(self, index: int) -> list[int]:
        return [int(v) for v in np.atleast_1d(self.array(index))]

    def axis(self, index: int, rank: int) -> int:
        """The axis held by constant input `index`, counted from the front."""
        return int(self.array(index)) % rank

    def size(self, value: Value, axis: int) -> int:
        """Extent of `value` along `axis`, which has to be known at conversion time."""
        extent = value.shape[axis]
        if extent is None:
            raise self.refuse(f"the size of axis {axis} must be known")
        return extent

    def layout(self) -> Layout:
        """Channel-first when an input of rank 4 is held that way and none of lower rank would break broadcasting."""
        first = any(v.layout == "first" for v in self.inputs)
        fits = all(v.rank in (0, 4) or v.array is not None for v in self.inputs)
        return "first" if first and fits else "tf"

    def refuse(self, reason: str) -> UnsupportedError:
        return UnsupportedError(f"model {self.model!r}, node {self.node.name!r}: op {self.node.op!r} is not supported by "
                                f"the TF.js converter ({reason}); use a net from `vultus models list`, or bring an ONNX file")
