"""A head basis, its measures, and a symmetric person."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vultus.people.basis import HeadBasis
from vultus.people.identity import Glasses, Identity
from vultus.people.sampling import draw_identity
from vultus.people.wear.dresser import Dresser
from vultus.people.wear.fitting import Pattern


@pytest.fixture(scope="module")
def basis() -> HeadBasis:
    return HeadBasis.load()


@pytest.fixture(scope="module")
def pattern(basis: HeadBasis) -> Pattern:
    return Pattern(basis)


@pytest.fixture(scope="module")
def dresser(basis: HeadBasis) -> Dresser:
    return Dresser(basis)


@pytest.fixture(scope="module")
def person() -> Identity:
    """Someone whose face is the same left and right (no local changes)."""
    return replace(draw_identity(6), local={}, glasses=Glasses("square", (0.05, 0.05, 0.06), 0.5, 2.5, 0.1))
