"""Names of InsightFace's packs and providers, and what stands for them."""

from __future__ import annotations

import difflib
import os
from collections.abc import Sequence
from typing import Any

from vultus import registry
from vultus.errors import UnsupportedError

DEFAULT_NAME = "vultus"
PACKS = ("buffalo_l", "buffalo_m", "buffalo_s", "buffalo_sc", "antelopev2", "antelope")
# Cards of the documentation for the recognisers of packs that users may bring.
OWN_CARDS = {"buffalo_l": "insightface-buffalo-l", "antelopev2": "insightface-antelopev2"}


def embedder_of(name: str, engine: str) -> Any:
    """The recogniser of a name: the packaged one, or a net of the model store.

    Raises:
        UnsupportedError: a pack of InsightFace whose recogniser is not in the store, or any other name.
    """
    from vultus.runtime import store
    name = os.fspath(name)
    if name in (DEFAULT_NAME, "dlib-resnet29", "dlib_resnet"):
        return registry.build("embed/dlib_resnet", overrides={"engine": engine})
    nets = [card.name for card in store.cards() if card.task == "embed" and card.input.crop]
    net = next((each for each in (name, OWN_CARDS.get(name, "")) if each in nets), None)
    if net is None:
        raise _foreign(name, nets)
    return registry.build("embed/onnx", overrides={"model": net, "engine": engine})


def engine_of(providers: Sequence[Any] | None) -> str:
    """`cuda` when the CUDA provider is asked for and onnxruntime has it, else `onnxruntime` on the CPU."""
    asked = [each[0] if isinstance(each, (tuple, list)) else each for each in providers or ()]
    if "CUDAExecutionProvider" not in asked:
        return "onnxruntime"
    from vultus.runtime.engines import installed_engines
    return "cuda" if "cuda" in installed_engines() else "onnxruntime"


def _foreign(name: str, nets: Sequence[str]) -> UnsupportedError:
    what = "a pack of InsightFace" if name in PACKS else "a folder" if os.path.isdir(os.path.expanduser(name)) else "no name that is here"
    near = (difflib.get_close_matches(name, [DEFAULT_NAME, *nets], n=1, cutoff=0.6) or [DEFAULT_NAME])[0]
    card = f"docs/model-cards/{OWN_CARDS[name]}.toml is its card" if name in OWN_CARDS else "docs/models.md says how a card is written"
    return UnsupportedError(f"name: {name!r} is {what}; no foreign weights are shipped. The nearest here is {near!r}: leave name out for "
                            f"the default. If their licence fits your use, bring the pack's recogniser ({card}):  vultus models import "
                            "FILE.onnx --card card.toml  and give the card's name here")
