"""How alike two virtual people are to a recogniser: the template of one plain picture of each."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from vultus.geometry import crop
from vultus.people.dataset.maker import Maker
from vultus.people.identity import Identity
from vultus.people.sampling.crowd import Judge
from vultus.people.scene import Scene
from vultus.tasks import Embedder
from vultus.types import Faces


def judge_with(maker: Maker, embedder: Embedder) -> Judge:
    """A judge for `people.sampling.draw_people`: photographs somebody from the front, in the light of a plain scene, and embeds the crop
    that the exact points give. Report results with another recogniser than this one."""
    def judge(person: Identity) -> NDArray[np.float32]:
        taken = maker.take(Scene(person), ())
        assert taken.points is not None and taken.box is not None
        face = Faces(taken.box[None], np.ones(1, np.float32), taken.points[None], taken.image.shape[:2])
        return np.asarray(embedder.embed(crop(taken.image, face, embedder.template)).vectors[0], np.float32)
    return judge
