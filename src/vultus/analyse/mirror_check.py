"""What the demonstrations of attribute nets share: a face in a mirror must get nearly the same answer, another person another."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

from vultus.analyse.rendered_faces import rendered_faces
from vultus.report import Report, Value
from vultus.tasks import Analyser

PROTOCOL = ("Packaged rendered people, no labels needed: the median difference between the answers to a picture and to its mirror image. "
            "Baseline: the median difference between pictures of two people in the same place of the list. A constant answer would make "
            "both zero and lose. Rendered people show that the machinery works, not how right the net is about people.")


def check(name: str, analyser: Analyser, output: str, config: Mapping[str, Any]) -> Report:
    """The report of an analyser called `name` with one `output`, compared by the mean absolute difference of its numbers."""
    shown = rendered_faces()
    upright, mirrored = (np.atleast_2d(analyser.analyse(s.images, s.faces)[output].T).T for s in (shown, shown.mirrored()))
    people = np.array(shown.people)
    left, right = np.triu_indices(len(people), 1)
    others = people[left] != people[right]
    across = np.abs(upright[left[others]] - upright[right[others]]).mean(axis=1)
    count, note = len(set(shown.people)), f"{len(people)} pictures"
    return Report(name, f"{name} answers to the face", PROTOCOL,
                  (Value("median difference in a mirror", float(np.median(np.abs(upright - mirrored).mean(axis=1))), n=count, note=note),
                   Value("baseline: median difference between people", float(np.median(across)), n=count, note=note)), config=config)
