"""DeepFace's names of models and detectors, and what stands for each.

`opencv`, DeepFace's default, and every other detector it names become CenterFace, the two MTCNNs ours; results say which one ran.
A detector finds the same faces or does not, but another recogniser gives templates and distances that mean something else: names of
foreign recognisers are refused. `Dlib` is the network that we ship and is accepted; its crops are ours, so stored vectors differ.
"""

from __future__ import annotations

import difflib
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from vultus.compat.call_check import checked_call
from vultus.compat.deepface.exceptions import UnimplementedError
from vultus.errors import InputError, UnsupportedError

if TYPE_CHECKING:
    from vultus.pipeline import Recogniser

DEFAULT_MODEL = "dlib-resnet29"
FOREIGN_MODELS = ("VGG-Face", "Facenet", "Facenet512", "OpenFace", "DeepFace", "DeepID", "ArcFace", "SFace", "GhostFaceNet", "Buffalo_L")
# Cards of the documentation for nets that users may bring, by DeepFace's name of the same net.
OWN_CARDS = {"sface": "sface", "buffalo_l": "insightface-buffalo-l"}
DETECTORS = {"opencv": "centerface", "centerface": "centerface", "retinaface": "centerface", "ssd": "centerface", "dlib": "centerface",
             "mediapipe": "centerface", "yunet": "centerface", "mtcnn": "mtcnn", "fastmtcnn": "mtcnn",
             **{f"yolov{version}": "centerface" for version in
                ("8", "8n", "8m", "8l", "11n", "11s", "11m", "11l", "12n", "12s", "12m", "12l")}}
SKIP = "skip"
TASKS = ("facial_recognition", "facial_attribute", "face_detector", "spoofing")


@dataclass(frozen=True, eq=False)
class Chosen:
    """What works for a call.

    Args:
        recogniser: detector and embedder.
        model, detector: their names, as results state them.
        skip: the whole picture is the face; nothing is searched.
    """

    recogniser: Recogniser
    model: str
    detector: str
    skip: bool = False


def choose(model_name: str, detector_backend: str, recogniser: Recogniser | None = None) -> Chosen:
    """The recogniser for two names, or the one that is handed in.

    Raises:
        UnsupportedError: a recogniser or detector that is not here, with the nearest one.
    """
    skip = detector_backend == SKIP
    detector = DETECTORS["opencv"] if skip else detector_name(detector_backend)
    if recogniser is None:
        from vultus.pipeline import Recogniser
        recogniser = Recogniser(detector, _embedder(model_name), threads=1, batch=4)
    else:
        detector = type(recogniser.detector).__name__.lower()
        if model_name not in (DEFAULT_MODEL, recogniser.space.partition("/")[0]):
            raise InputError("model_name", expected=f"none beside recogniser= of space {recogniser.space!r}", got=repr(model_name))
    return Chosen(recogniser, recogniser.space.partition("/")[0], SKIP if skip else detector, skip)


def detector_name(name: str) -> str:
    """Our detector for one of DeepFace's names."""
    if not isinstance(name, str) or name not in DETECTORS:
        near = difflib.get_close_matches(str(name), [*DETECTORS, SKIP], n=1, cutoff=0.4)
        raise UnsupportedError(f"detector_backend: {name!r} is not here; the nearest is {(near or ['centerface'])[0]!r}. Accepted are "
                               + ", ".join([*DETECTORS, SKIP]))
    return DETECTORS[name]


def _embedder(name: str) -> Any:
    """The embedder of a name: a method of task `embed`, or a net of the model store."""
    from vultus import registry
    from vultus.runtime import store
    wanted = str(name).lower()
    if wanted in (DEFAULT_MODEL, "dlib_resnet", "dlib"):
        return "dlib_resnet"
    ours = {method.short_name for method in registry.methods("embed")} - {"onnx"}
    if wanted in ours:
        return wanted
    nets = {card.name for card in store.cards() if card.task == "embed" and card.input.crop}
    net = next((each for each in (str(name), wanted, OWN_CARDS.get(wanted, "")) if each in nets), None)
    if net is None:
        raise _foreign(str(name), ours, nets)
    return registry.build("embed/onnx", overrides={"model": net, "threads": 1})


def _foreign(name: str, ours: set[str], nets: set[str]) -> UnsupportedError:
    typed = [] if name in FOREIGN_MODELS else difflib.get_close_matches(name.lower(), sorted(ours | nets), n=1, cutoff=0.6)
    near = (typed or [DEFAULT_MODEL])[0]
    known = "one of DeepFace's models" if name in FOREIGN_MODELS else "no model that is here"
    card = OWN_CARDS.get(name.lower())
    bring = f"docs/model-cards/{card}.toml is its card" if card else "docs/models.md says how a card is written"
    return UnsupportedError(f"model_name: {name!r} is {known}; its weights are not shipped and its distances and thresholds mean something "
                            f"else. The nearest here is {near!r}: leave model_name out for the default. To run an ONNX file of your own "
                            f"({bring}):  vultus models import FILE.onnx --card card.toml  and give the card's name as model_name")


@checked_call
def build_model(model_name: str = DEFAULT_MODEL, task: str = "facial_recognition") -> Any:
    """Opens what a name stands for, once, to be handed to every call as `recogniser=`.

    Args:
        model_name: a recogniser, or with task `face_detector` a detector.
        task: one of DeepFace's; only recognisers and detectors are built.

    Returns:
        A `vultus.Recogniser`, or a detector.
    """
    if task not in TASKS:
        raise UnimplementedError("task", expected=" or ".join(TASKS[::2]), got=repr(task))
    if task == "face_detector":
        from vultus import registry
        return registry.build(f"detect/{detector_name(model_name)}")
    if task != "facial_recognition":
        raise UnsupportedError(f"task: {task!r} has no model object of its own; ages come from analyze(actions=('age',))")
    return choose(model_name, "opencv").recogniser
