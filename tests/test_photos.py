"""The main job on real photographs: a small part of LFW's fold 4, with the shipped thresholds."""

import numpy as np
import pytest

from vultus import decide
from vultus.data.lfw import photographs, read_lfw
from vultus.pipeline import Recogniser

pytestmark = pytest.mark.photos


@pytest.fixture(scope="module")
def pairs():
    root = photographs()
    if root is None:
        pytest.skip("real photographs not present: set VULTUS_DATA to the folder that holds lfw/ and utkface/")
    lfw = read_lfw(root / "lfw")
    fold = np.flatnonzero(lfw.folds == 4)
    chosen = np.concatenate([fold[lfw.mated[fold]][:60], fold[~lfw.mated[fold]][:60]])
    used = np.unique(np.concatenate([lfw.left[chosen], lfw.right[chosen]]))
    results = dict(zip(used, Recogniser().process([lfw.paths[i] for i in used]), strict=True))
    return lfw, chosen, results


def test_every_picture_has_its_face_in_the_middle(pairs):
    _, _, results = pairs
    for result in results.values():
        assert len(result) >= 1, result.path
        box = result.faces.boxes[0]
        assert (box[:2] < 125).all() and (box[2:] > 125).all(), result.path  # the subject covers the middle of its 250-px picture


def test_shipped_thresholds_tell_people_apart(pairs):
    lfw, chosen, results = pairs
    calibration = decide.packaged(Recogniser().space)
    assert calibration is not None and calibration.status == "provisional"
    outcomes = []
    for pair in chosen:
        left, right = results[lfw.left[pair]].embeddings[0], results[lfw.right[pair]].embeddings[0]
        outcomes.append(decide.decide(float(left.similarity(right)[0, 0]), calibration, space=left.space).outcome)
    outcomes = np.array(outcomes)
    assert (outcomes[:60] == "match").mean() >= 0.85  # mated; FNMR at FMR 1e-3 is about 5 %
    assert (outcomes[60:] == "match").sum() == 0  # sixty strangers at FMR 1e-3


def test_upside_down_crops_lose_the_person(pairs):
    """Control: without alignment the same network and the same pairs no longer match."""
    from vultus import registry
    from vultus.geometry import crop
    from vultus.image import load
    from vultus.types import Crops
    lfw, chosen, results = pairs
    embedder = registry.build("embed/dlib_resnet")
    matches = 0
    calibration = decide.packaged(embedder.space)
    for pair in chosen[:20]:
        sides = [crop(load(lfw.paths[i]), results[i].faces[:1], "dlib-150") for i in (lfw.left[pair], lfw.right[pair])]
        turned = Crops(sides[1].images[:, ::-1].copy(), sides[1].warps, sides[1].template)
        matches += float(embedder.embed(sides[0]).similarity(embedder.embed(turned))[0, 0]) >= calibration.t_hi
    assert matches <= 4
