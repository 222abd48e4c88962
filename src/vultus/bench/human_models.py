"""Nets of the npm package human-models, each measured on real pictures"""

from __future__ import annotations

from pathlib import Path

import numpy as np

from vultus.bench.human_attributes import attributes
from vultus.bench.human_faces import faces_and_scenes
from vultus.bench.human_guards import guards
from vultus.bench.human_recognisers import recognisers
from vultus.bench.lfw_templates import need_lfw
from vultus.data.lfw import read_lfw
from vultus.errors import InputError
from vultus.report import Report, Value

PROTOCOL = (
    "Every value is named NET: FIGURE. Recognisers: LFW View 2 with the packaged detector, threshold picked on all folds but one of "
    "the group and applied to the one left out; crops and preprocessing were chosen on folds 1-2, folds 3-5 were not looked at. "
    "Attributes: 500 pictures of UTKFace drawn with a fixed seed; 250 others were used for choosing crops. Points, boxes, masks: the "
    "first picture of 300 people of LFW drawn with a fixed seed, against the packaged detector's five points and box. Guards: the same "
    "pictures as they are and as simulated prints and screens. Intervals: exact for shares of pictures; else people or pictures resampled.")


def run(data: Path | None, rng: np.random.Generator) -> Report:
    """Measure every net that has a card; takes a few minutes on one thread. The nets must have been pulled."""
    lfw = read_lfw(need_lfw(data))
    assert data is not None
    utkface = data / "utkface"
    if not utkface.is_dir():
        raise InputError("VULTUS_DATA", expected="a folder with utkface", got="none", hint="set it to where your copy of UTKFace lies")
    values: list[Value] = [*recognisers(lfw, rng), *attributes(utkface, rng), *faces_and_scenes(lfw, rng), *guards(lfw, rng)]
    return Report("core/human_models", "Nets of the npm package human-models on real pictures", PROTOCOL, tuple(values),
                  data_digest=lfw.digest)
