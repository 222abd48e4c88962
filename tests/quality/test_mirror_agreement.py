"""Agreement with the mirror image: a symmetric crop has it, one-sided faults take it away, and it is the cosine it says."""

from __future__ import annotations

import numpy as np
import pytest

from vultus import registry
from vultus.data.rendered_people import rendered_people
from vultus.errors import InputError
from vultus.geometry import crop
from vultus.image import load
from vultus.quality.mirror_agreement.method import Config, MirrorAgreement
from vultus.types import Crops, Embeddings


class Thirds:
    """The template of a crop: the mean grey of its left, middle and right third."""

    template, space = "dlib-150", "thirds/dlib-150"

    def embed(self, crops: Crops) -> Embeddings:
        return Embeddings.normalised(crops.images.astype(np.float32).reshape(len(crops), 150, 3, -1).mean(axis=(1, 3)), self.space)


def crops_of(*images: np.ndarray) -> Crops:
    return Crops(np.stack(images), np.zeros((len(images), 2, 3)), "dlib-150")


def test_closed_forms() -> None:
    scorer = MirrorAgreement(Config(), embedder=Thirds())
    symmetric = np.full((150, 150, 3), 90, np.uint8)
    half = np.zeros((150, 150, 3), np.uint8)
    half[:, :50], half[:, 50:100] = 100, 100  # (1, 1, 0) against (0, 1, 1)
    one = np.zeros((150, 150, 3), np.uint8)
    one[:, :50] = 100  # (1, 0, 0) against (0, 0, 1)
    assert scorer.score(crops_of(symmetric, half, one)).values.tolist() == pytest.approx([1, 0.5, 0], abs=1e-5)


def test_it_is_the_cosine_of_the_default_recognisers_two_runs() -> None:
    pictures = [load(path) for _, path in rendered_people()][:2]
    faces = [found[:1] for found in registry.build("detect/centerface").detect(pictures)]
    crops = [crop(image, face, "dlib-150") for image, face in zip(pictures, faces, strict=True)]
    both = Crops(np.concatenate([c.images for c in crops]), np.concatenate([c.warps for c in crops]), "dlib-150")
    scorer = MirrorAgreement(Config())
    plain = registry.build("embed/dlib_resnet", overrides={"flip": False})
    upright = plain.embed(both).vectors
    mirrored = plain.embed(Crops(both.images[:, :, ::-1].copy(), both.warps, both.template)).vectors
    assert scorer.score(both).values == pytest.approx([float(a @ b) for a, b in zip(upright, mirrored, strict=True)], abs=1e-5)
    covered = both.images.copy()
    covered[:, :, :75] = 40  # one half of the face behind a hand
    assert (scorer.score(Crops(covered, both.warps, both.template)).values < scorer.score(both).values).all()


def test_wrong_input_is_named() -> None:
    scorer = MirrorAgreement(Config())
    with pytest.raises(InputError, match="samples"):
        scorer.score(np.zeros((1, 150, 150, 3), np.uint8))  # type: ignore[arg-type]
    with pytest.raises(InputError, match="crops"):
        scorer.score(Crops(np.zeros((1, 112, 112, 3), np.uint8), np.zeros((1, 2, 3)), "arcface-112"))
