"""Hair of virtual people: scalp, brows, lashes and beard as strands over a dark layer.

`Hairdresser(basis).grow(identity, neutral, detail)` once per identity, `Grown.pose(posed, covering)` once per picture.
"""

from vultus.people.hair.grown import Grown
from vultus.people.hair.hairdresser import Hairdresser

__all__ = ["Grown", "Hairdresser"]
