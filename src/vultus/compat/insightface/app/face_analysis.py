"""InsightFace's `FaceAnalysis`: prepare once, then `get(img)` gives the faces of a BGR picture."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from vultus import geometry, registry
from vultus.analyse.purpose import require_purpose
from vultus.compat.call_check import checked_call
from vultus.compat.insightface.app.face import Face
from vultus.compat.insightface.app.packs import DEFAULT_NAME, embedder_of, engine_of
from vultus.compat.insightface.app.selection import chosen_faces
from vultus.compat.purpose import declared_purpose
from vultus.errors import InputError, PolicyError, UnsupportedError
from vultus.types import Faces, Image, describe

OURS = ("detection", "recognition", "genderage")
NOT_HERE = ("landmark_2d_106", "landmark_3d_68")
AGE_NET = "faceres-deep"


class FaceAnalysis:
    """Finds, represents and describes faces.

    Args:
        name: `vultus` for the packaged recogniser, or a recogniser of the model store (`vultus models list --task embed`). InsightFace's
            packs are foreign weights and refused, unless their recogniser was imported into the store.
        root: not used; nets lie in the model store.
        allowed_modules: out of `detection`, `recognition`, `genderage`; None = the first two, and `genderage` where its net is here.
        addons: none; liveness is refused.
        liveness_mode, liveness_threshold: without effect, since there is no liveness addon.
        providers: of onnxruntime; `CUDAExecutionProvider` runs on the GPU where onnxruntime has it, everything else on the CPU.
        provider_options, sess_options: not used.
        purpose: what `gender` is for, in a few words; None = what VULTUS_PURPOSE says. Without one only `age` is computed.

    Raises:
        UnsupportedError: a foreign pack, or an addon.
        WeightsError: `genderage` was asked for and its net is not here; the message names the command that fetches it.
    """

    @checked_call
    def __init__(self, name: str = DEFAULT_NAME, root: str = "~/.insightface", allowed_modules: Sequence[str] | None = None, *,
                 addons: Sequence[str] | None = None, liveness_mode: str = "normal", liveness_threshold: float | None = None,
                 providers: Sequence[Any] | None = None, provider_options: Any = None, sess_options: Any = None,
                 purpose: str | None = None) -> None:
        if addons:
            raise UnsupportedError(f"addons: {', '.join(addons)} is not offered; the liveness nets that are here were measured and tell "
                                   "attacks from people hardly better than chance")
        self.name, self.root, self.purpose = name, root, declared_purpose(purpose)
        self._engine = engine_of(providers)
        modules = _modules(allowed_modules)
        self.models: dict[str, Any] = {}
        if "recognition" in modules:
            self.models["recognition"] = embedder_of(name, self._engine)
        if "genderage" in modules:
            self.models["genderage"] = _genderage(self.purpose, self._engine, asked=allowed_modules is not None)
        self.prepare()

    @checked_call
    def prepare(self, ctx_id: int = 0, det_thresh: float = 0.5, det_size: Any = None) -> None:
        """Choose how faces are searched.

        Args:
            ctx_id: a negative number runs on the CPU whatever the providers are.
            det_thresh: least confidence, 0..1.
            det_size: (width, height) in px; pictures are brought to its longer side. None or (0, 0) = 640; of several the largest.
        """
        if not (isinstance(det_thresh, (int, float)) and 0 <= det_thresh <= 1):
            raise InputError("det_thresh", expected="a number 0..1", got=repr(det_thresh))
        self.det_thresh, self.det_size = det_thresh, det_size
        known = registry.get("detect/centerface")
        engine = "onnxruntime" if ctx_id < 0 else self._engine
        self.models["detection"] = self.det_model = known.build(known.config(overrides={
            "score": float(det_thresh), "longest": _longest(det_size), "engine": engine}))

    @checked_call
    def get(self, img: NDArray[Any], max_num: int = 0, det_metric: str = "default") -> list[Face]:
        """The faces of one picture, most confident first.

        Args:
            img: uint8 BGR (h, w, 3), as cv2.imread gives it.
            max_num: only so many, 0 = all; then largest first, near the middle preferred, or with det_metric='max' by size alone.

        Raises:
            InputError: not such an array; it is a ValueError too.
        """
        image = _rgb(img)
        faces = chosen_faces(self.det_model.detect([image])[0], max_num, det_metric)
        if not len(faces):
            return []
        columns: dict[str, Any] = {"bbox": faces.boxes, "kps": faces.points, "det_score": faces.scores}
        columns |= self._recognised(image, faces) | self._described(image, faces)
        return [Face({key: column[i] for key, column in columns.items()}) for i in range(len(faces))]

    @checked_call
    def draw_on(self, img: NDArray[Any], faces: Sequence[Face]) -> NDArray[np.uint8]:
        """A copy of a BGR picture with boxes and points, and where it was computed the age."""
        import cv2
        drawn = np.array(_rgb(img)[:, :, ::-1])
        for face in faces:
            x1, y1, x2, y2 = (int(edge) for edge in face["bbox"])
            cv2.rectangle(drawn, (x1, y1), (x2, y2), (0, 0, 255), 2)
            for index, (x, y) in enumerate(face["kps"] if face.kps is not None else ()):
                cv2.circle(drawn, (int(x), int(y)), 1, (0, 255, 0) if index in (0, 3) else (0, 0, 255), 2)
            label = ",".join([*(["M" if face["gender"] == 1 else "F"] if "gender" in face else []),
                              *([str(face["age"])] if "age" in face else [])])
            cv2.putText(drawn, label, (x1, y1 - 4), cv2.FONT_HERSHEY_COMPLEX, 0.7, (0, 255, 0), 1)
        return drawn

    def _recognised(self, image: Image, faces: Faces) -> dict[str, Any]:
        embedder = self.models.get("recognition")
        if embedder is None:
            return {}
        templates = embedder.embed(geometry.crop(image, faces, embedder.template))
        return {"embedding": templates.vectors, "space": [templates.space] * len(faces)}

    def _described(self, image: Image, faces: Faces) -> dict[str, Any]:
        age, gender = self.models.get("genderage", (None, None))
        found: dict[str, Any] = {}
        if gender is not None:
            found["gender"] = [int(share < 0.5) for share in gender.analyse([image], [faces])["perceived_female"]]
        if age is not None:
            found["age"] = [round(float(years)) for years in age.analyse([image], [faces])["age_years"]]
        return found


class ArrayError(InputError, ValueError):
    """The picture is no BGR array."""


def _rgb(img: Any) -> Image:
    if not (isinstance(img, np.ndarray) and img.dtype == np.uint8 and img.ndim == 3 and img.shape[2] == 3 and img.size):
        raise ArrayError("img", expected="uint8 BGR (h, w, 3)", got="None" if img is None else describe(img),
                         hint="cv2.imread returns None for a file that it cannot read")
    return np.ascontiguousarray(img[:, :, ::-1])


def _modules(allowed: Sequence[str] | None) -> tuple[str, ...]:
    """The modules to load. Raises InputError for unknown names and UnsupportedError for those that are not here."""
    if allowed is None:
        from vultus.runtime import store
        return OURS if store.state(AGE_NET).state == "ready" else OURS[:2]
    for module in [allowed] if isinstance(allowed, str) else allowed:
        if module in NOT_HERE:
            raise UnsupportedError(f"allowed_modules: {module!r} is not here; the method analyse/face_mesh gives 468 points. Here are "
                                   + ", ".join(OURS))
        if module not in OURS or isinstance(allowed, str):
            raise InputError("allowed_modules", expected="a list out of " + ", ".join(OURS), got=repr(allowed))
    if "detection" not in allowed:
        raise InputError("allowed_modules", expected="'detection' among them", got=repr(list(allowed)))
    return tuple(allowed)


def _genderage(purpose: str, engine: str, *, asked: bool) -> tuple[Any, Any]:
    """The methods for age and, with a purpose, for perceived gender."""
    from vultus.runtime import store
    if asked:
        store.find(AGE_NET)
    age = registry.build("analyse/age", overrides={"engine": engine})
    try:
        require_purpose(purpose, "perceived_female")
    except PolicyError:
        return age, None
    return age, registry.build("analyse/gender", overrides={"engine": engine, "purpose": purpose})


def _longest(det_size: Any) -> int:
    """The longer side in px of one or several (width, height)."""
    sides = np.asarray(640 if det_size is None else det_size)
    if sides.dtype.kind not in "iuf" or (sides.size not in (1, 2) and (sides.ndim != 2 or sides.shape[1] != 2)):
        raise InputError("det_size", expected="(width, height), a list of these, or None", got=repr(det_size))
    largest = int(sides.max())
    if largest and not 32 <= largest <= 4096:
        raise InputError("det_size", expected="32..4096 px", got=repr(det_size))
    return largest or 640
