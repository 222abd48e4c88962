"""The rasteriser as the engine of data sets: people of the sampler, scenes of its variation, pictures of the studio."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from vultus.people.dataset.maker import Maker, Taken
from vultus.people.dataset.simulators import SIMULATORS, simulated
from vultus.people.dataset.spec import Spec, View
from vultus.people.identity import Identity
from vultus.people.sampling import Cell, draw_people
from vultus.people.sampling.crowd import Drawn, Judge
from vultus.people.scene import Scene

LABELS: tuple[str, ...] = ()
