"""How each task's verb is called on single samples, and what its answer must look like: one `Driver` a task."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray

from vultus.bench.conformance.broken import require
from vultus.bench.conformance.inputs import Inputs
from vultus.types import Analysis, Crops, Embeddings, Faces, GuardSample, Image, Scores, Text, describe

Kind = Literal["picture", "pair", "clip", "text"]
Row = tuple[NDArray[Any], ...]


@dataclass(frozen=True)
class Driver:
    """The verb on lists of single samples.

    Args:
        samples: (object, inputs, card's capabilities) -> three samples of different people or texts.
        call: (object, samples) -> the verb's answer.
        rows: (object, answer, samples) -> one tuple of arrays a sample; raises Broken when type or shape is wrong.
        black: a sample with its pictures black.
        wrong: (object, samples) -> calls the verb with something it must refuse.
    """

    samples: Callable[[Any, Inputs, tuple[str, ...]], list[Any]]
    call: Callable[[Any, Sequence[Any]], Any]
    rows: Callable[[Any, Any, Sequence[Any]], list[Row]]
    black: Callable[[Any], Any]
    wrong: Callable[[Any, list[Any]], Any]


def _joined(crops: Sequence[Crops]) -> Crops:
    return Crops(np.concatenate([c.images for c in crops]), np.concatenate([c.warps for c in crops]), crops[0].template)


def _typed(answer: Any, wanted: type, what: str) -> Any:
    require(isinstance(answer, wanted), f"{what} must return {wanted.__name__}, got {describe(answer)}")
    return answer


def _counted(answer: Any, samples: Sequence[Any], what: str) -> Any:
    require(len(answer) == len(samples), f"{what} must return one row for each of {len(samples)} samples, got {len(answer)}")
    return answer


def _faces_rows(_: Any, answer: Any, samples: Sequence[Image]) -> list[Row]:
    _counted(_typed(answer, list, "detect"), samples, "detect")
    for faces, image in zip(answer, samples, strict=True):
        _typed(faces, Faces, "detect, for each picture,")
        require(faces.size == image.shape[:2], f"Faces.size must be the picture's {image.shape[:2]}, got {faces.size}")
        require(bool(((faces.scores >= 0) & (faces.scores <= 1)).all()), "Faces.scores must lie in 0..1")
        weights = faces.weights()
        require(bool((np.diff(weights) <= 1e-3).all()), "face 0 must be the principal one (Faces.principal_first)")
    return [(faces.boxes, faces.scores, faces.points) for faces in answer]


def _embedding_rows(model: Any, answer: Any, samples: Sequence[Crops]) -> list[Row]:
    _counted(_typed(answer, Embeddings, "embed"), samples, "embed")
    require(answer.space == model.space, f"Embeddings.space must be the object's {model.space!r}, got {answer.space!r}")
    return [(vector,) for vector in answer.vectors]


def _score_rows(_: Any, answer: Any, samples: Sequence[Any]) -> list[Row]:
    _counted(_typed(answer, Scores, "score"), samples, "score")
    require(bool(answer.meaning), "Scores.meaning must say what a higher score means")
    return [(value,) for value in answer.values]


def _analysis_rows(_: Any, answer: Any, samples: Sequence[Any]) -> list[Row]:
    _counted(_typed(answer, Analysis, "analyse"), samples, "analyse")
    return [tuple(np.asarray(rows[i]) for _, rows in sorted(answer.values.items())) for i in range(len(samples))]


def _text_rows(_: Any, answer: Any, samples: Sequence[Image]) -> list[Row]:
    _counted(_typed(answer, list, "read"), samples, "read")
    for text in answer:
        require(len(_typed(text, Text, "read, for each picture,").lines) == len(text.quads), "Text has one quad and score a line")
    return [(np.array("\n".join(text.lines)), text.quads, text.scores) for text in answer]


def _picture_rows(verb: str, pictures: Callable[[Any], Image]) -> Callable[[Any, Any, Sequence[Any]], list[Row]]:
    def rows(_: Any, answer: Any, samples: Sequence[Any]) -> list[Row]:
        _counted(_typed(answer, list, verb), samples, verb)
        for out, sample in zip(answer, samples, strict=True):
            before = pictures(sample)
            require(isinstance(out, np.ndarray) and out.dtype == np.uint8 and out.shape == before.shape,
                    f"{verb} must keep size and dtype: {describe(before)} became {describe(out)}")
        return [(out,) for out in answer]
    return rows


def _guard_samples(_: Any, inputs: Inputs, capabilities: tuple[str, ...]) -> list[GuardSample]:
    kinds: tuple[Kind, ...] = ("picture", "pair", "clip", "text")
    kind: Kind = next((word for word in kinds if word in capabilities), "picture")
    if kind == "text":
        return [GuardSample("text", text=text) for text in ("I wrote this alone, in a hurry, before lunch.",
                                                            "As a language model, I can offer several perspectives.",
                                                            "The mitochondrion is the powerhouse of the cell.")]
    count = {"picture": 1, "pair": 2}.get(kind, 4)
    return [GuardSample(kind, tuple(inputs.pictures[(i + k) % 3] if kind == "pair" else image for k in range(count)))
            for i, image in enumerate(inputs.pictures)]


def _black_guard(sample: GuardSample) -> GuardSample:
    return replace(sample, pictures=tuple(np.zeros_like(p) for p in sample.pictures), text=" " if sample.kind == "text" else "")


def _other_kind(sample: GuardSample) -> GuardSample:
    return GuardSample("picture", (np.zeros((64, 64, 3), np.uint8),)) if sample.kind == "text" else GuardSample("text", text="a text")


def _not_pictures() -> list[Any]:
    return [np.zeros((3, 64, 64), np.float64)]


def _black_picture(image: Image) -> Image:
    return np.zeros_like(image)


def _black_crop(crop: Crops) -> Crops:
    return Crops(np.zeros_like(crop.images), crop.warps, crop.template)


def _black_pair(sample: tuple[Image, Faces]) -> tuple[Image, Faces]:
    return np.zeros_like(sample[0]), sample[1]


def _with_faces(_: Any, inputs: Inputs, __: tuple[str, ...]) -> list[tuple[Image, Faces]]:
    return list(zip(inputs.pictures, inputs.faces, strict=True))


def _columns(samples: Sequence[tuple[Image, Faces]]) -> tuple[list[Image], list[Faces]]:
    return [image for image, _ in samples], [faces for _, faces in samples]


def _pictures(_: Any, inputs: Inputs, __: tuple[str, ...]) -> list[Image]:
    return list(inputs.pictures)


DRIVERS: dict[str, Driver] = {
    "detect": Driver(_pictures, lambda m, s: m.detect(list(s)), _faces_rows, _black_picture, lambda m, s: m.detect(_not_pictures())),
    "embed": Driver(lambda m, inputs, _: inputs.crops(m.template), lambda m, s: m.embed(_joined(s)), _embedding_rows, _black_crop,
                    lambda m, s: m.embed(Crops(s[0].images[:, :40, :40], s[0].warps, "another template"))),
    "quality": Driver(lambda m, inputs, _: inputs.crops(getattr(m, "template", "dlib-150")), lambda m, s: m.score(_joined(s)),
                      _score_rows, _black_crop, lambda m, s: m.score(s[0].images.astype(np.float64))),
    "guard": Driver(_guard_samples, lambda m, s: m.score(list(s)), _score_rows, _black_guard,
                    lambda m, s: m.score([_other_kind(s[0])])),
    "analyse": Driver(_with_faces, lambda m, s: m.analyse(*_columns(s)), _analysis_rows, _black_pair,
                      lambda m, s: m.analyse([image for image, _ in s[:2]], [s[0][1]])),
    "read": Driver(lambda m, inputs, _: list(inputs.texts), lambda m, s: m.read(list(s)), _text_rows, _black_picture,
                   lambda m, s: m.read(_not_pictures())),
    "protect": Driver(_pictures, lambda m, s: m.protect(list(s)), _picture_rows("protect", lambda s: s), _black_picture,
                      lambda m, s: m.protect(_not_pictures())),
    "edit": Driver(_with_faces, lambda m, s: m.edit(*_columns(s), {}), _picture_rows("edit", lambda s: s[0]), _black_pair,
                   lambda m, s: m.edit([image for image, _ in s[:2]], [s[0][1]], {})),
}
