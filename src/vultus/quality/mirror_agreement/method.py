"""How alike a recogniser finds a crop and its mirror image: a measure of quality that nobody had to label.

A recogniser trained on many views gives nearly the same template for a good frontal face and for its mirror image. Where the pose,
the light or a hand in front of the face breaks the symmetry, or where detail is missing, the two drift apart. Kin to
SER-FIQ, which asks how stable a template is when parts of the network are dropped at random: Terhoerst, Kolf, Damer, Kirchbuchner,
Kuijper, "SER-FIQ: unsupervised estimation of face image quality based on stochastic embedding robustness", CVPR 2020, equation 2.
Here the disturbance is a mirror.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from vultus import registry
from vultus.errors import InputError
from vultus.tasks import Embedder
from vultus.types import Crops, Scores


@dataclass(frozen=True)
class Config:
    """Settings.

    Args:
        embedder: method of task `embed`; it must have a setting `flip`, which is switched off here.
        engine: inference engine.
        threads: CPU threads; None = all.
    """

    embedder: str = "embed/dlib_resnet"
    engine: str = "onnxruntime"
    threads: int | None = None


class MirrorAgreement:
    """Cosine between the template of a crop and that of its mirror image.

    Args:
        config: settings.
        embedder: used instead of the one that the settings name; must not average over mirror images itself.
    """

    def __init__(self, config: Config, *, embedder: Embedder | None = None) -> None:
        self.config = config
        self.embedder: Embedder = embedder or registry.build(
            config.embedder, overrides={"flip": False, "engine": config.engine, "threads": config.threads})
        self.template = self.embedder.template

    def score(self, samples: Crops) -> Scores:
        """score = t(crop) . t(mirrored crop), -1..1, one a crop.

        Raises:
            InputError: no crops, or crops of another template than the embedder's.
        """
        if not isinstance(samples, Crops):
            raise InputError("samples", expected=f"Crops of template {self.template!r}", got=type(samples).__name__)
        mirrored = Crops(np.ascontiguousarray(samples.images[:, :, ::-1]), samples.warps, samples.template)
        upright, turned = (self.embedder.embed(crops).vectors for crops in (samples, mirrored))
        return Scores(np.asarray(np.einsum("ij,ij->i", upright, turned), np.float32), "agreement with the mirror image, cosine")
