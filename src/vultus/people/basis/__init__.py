"""The head-and-shoulders basis: shapes of heads, expressions and turns, evaluated with NumPy."""

from vultus.people.basis.head_basis import HeadBasis
from vultus.people.basis.posed import Posed

__all__ = ["HeadBasis", "Posed"]
