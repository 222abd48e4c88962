"""dlib's recogniser: what it refuses, what mirroring does, and that alignment is what makes it work."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

import vultus
from vultus.embed.dlib_resnet.method import Config, DlibResNet
from vultus.errors import InputError, SpaceError
from vultus.evaluate.rates import d_prime
from vultus.geometry import crop
from vultus.image import load
from vultus.registry import build
from vultus.types import Crops, Embeddings, Faces

FOLDER = Path(vultus.__file__).parent / "data" / "demo_people"
WARP = np.zeros((1, 2, 3))


@pytest.fixture(scope="module")
def embedder() -> DlibResNet:
    return DlibResNet(Config(threads=1))


@pytest.fixture(scope="module")
def plain() -> DlibResNet:
    return DlibResNet(Config(threads=1, flip=False))


@pytest.fixture(scope="module")
def people() -> list[tuple[str, np.ndarray, Faces]]:
    """(person, picture, face 0) of four rendered people in four views."""
    paths = sorted(FOLDER.glob("*/*.jpg"))[:16]
    pictures = [load(path) for path in paths]
    faces = build("detect/centerface").detect(pictures)
    return [(path.parent.name, picture, found[:1]) for path, picture, found in zip(paths, pictures, faces, strict=True)]


@pytest.fixture(scope="module")
def crops(people) -> Crops:
    parts = [crop(picture, face, "dlib-150") for _, picture, face in people]
    return Crops(np.concatenate([c.images for c in parts]), np.concatenate([c.warps for c in parts]), "dlib-150")


def test_unit_rows_of_128_in_the_named_space(embedder, crops):
    found = embedder.embed(crops[:3])
    assert found.vectors.shape == (3, 128) and found.space == embedder.space
    np.testing.assert_allclose(np.linalg.norm(found.vectors, axis=1), 1, atol=1e-5)


def test_a_batch_equals_single_crops_bit_by_bit(embedder, crops):
    together = embedder.embed(crops[:5]).vectors
    alone = np.concatenate([embedder.embed(crops[i]).vectors for i in range(5)])
    assert np.array_equal(together, alone)


def test_a_mirrored_crop_has_the_same_template_only_with_flip(embedder, plain, crops):
    mirrored = Crops(np.ascontiguousarray(crops.images[:3, :, ::-1]), crops.warps[:3], crops.template)
    assert np.array_equal(embedder.embed(crops[:3]).vectors, embedder.embed(mirrored).vectors)
    assert not np.allclose(plain.embed(crops[:3]).vectors, plain.embed(mirrored).vectors, atol=1e-3)


def test_flip_is_the_mean_direction_of_both_crops(embedder, plain, crops):
    mirrored = Crops(np.ascontiguousarray(crops.images[:3, :, ::-1]), crops.warps[:3], crops.template)
    left, right = plain.embed(crops[:3]).vectors, plain.embed(mirrored).vectors
    expected = [(a + b) / np.linalg.norm(a + b) for a, b in zip(left, right, strict=True)]
    np.testing.assert_allclose(embedder.embed(crops[:3]).vectors, expected, atol=1e-6)


def test_the_two_spaces_cannot_be_compared(embedder, plain, crops):
    with pytest.raises(SpaceError):
        embedder.embed(crops[:1]).similarity(plain.embed(crops[:1]))


def test_views_of_one_person_are_nearer_than_other_people_and_alignment_is_why(embedder, people, crops):
    names = np.array([name for name, _, _ in people])
    aligned = separation(embedder.embed(crops), names)
    turned = np.random.default_rng(0).permuted(np.tile(np.arange(5), (len(people), 1)), axis=1)
    broken = [crop(picture, Faces(f.boxes, f.scores, f.points[:, order], f.size), "dlib-150").images
              for (_, picture, f), order in zip(people, turned, strict=True)]
    destroyed = separation(embedder.embed(Crops(np.concatenate(broken), crops.warps, "dlib-150")), names)
    assert aligned > 2 and destroyed < aligned / 2


def separation(templates: Embeddings, names: np.ndarray) -> float:
    """d' between pairs of one person and pairs of two."""
    pairs = np.triu_indices(len(names), 1)
    scores, same = templates.similarity(templates)[pairs], names[pairs[0]] == names[pairs[1]]
    return d_prime(scores[same], scores[~same])


@pytest.mark.parametrize("images, template", [
    (np.zeros((1, 112, 112, 3), np.uint8), "arcface-112"), (np.zeros((1, 150, 150, 3), np.uint8), "loose-224"),
    (np.zeros((1, 149, 150, 3), np.uint8), "dlib-150")])
def test_other_crops_are_refused_with_the_next_step(embedder, images, template):
    with pytest.raises(InputError, match=r"crops: expected template 'dlib-150', 150x150 px.*vultus\.geometry\.crop"):
        embedder.embed(Crops(images, WARP, template))


def test_an_array_is_refused_by_name(embedder):
    with pytest.raises(InputError, match="crops: expected Crops"):
        embedder.embed(np.zeros((1, 150, 150, 3), np.uint8))


def test_black_and_no_crops(embedder):
    black = embedder.embed(Crops(np.zeros((1, 150, 150, 3), np.uint8), WARP, "dlib-150"))
    assert np.isfinite(black.vectors).all()
    assert embedder.embed(Crops(np.zeros((0, 150, 150, 3), np.uint8), np.zeros((0, 2, 3)), "dlib-150")).vectors.shape == (0, 128)
