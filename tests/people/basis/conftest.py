"""A basis for the tests of this folder, and plain people."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from vultus.people.basis import HeadBasis
from vultus.people.identity import Beard, Brows, Eyes, Hair, Identity, Lips, Skin


@pytest.fixture(scope="session")
def basis() -> HeadBasis:
    return HeadBasis.load()


@pytest.fixture(scope="session")
def person() -> Callable[..., Identity]:
    """person(years, phenotype, local) with skin and hair that matter to no test here."""
    def make(years: float = 30, phenotype: dict[str, float] | None = None, local: dict[str, float] | None = None,
             melanin: float = .3) -> Identity:
        return Identity("p1", years, phenotype or {}, local or {}, Skin(melanin, .3, 0, 0, .3, .3, .5, .3, (), 1),
                        Eyes((.3, .2, .1), (.4, .3, .1), .5, .5, 6, .3, .2, 1), Brows(4, 0, 3, 10, 50, 0, .7, .5), Lips(.5, .2),
                        Hair("bald", 10, (.1, .1, .1), 0, 0, 0, 0, 0, 0, 1, 40, 30, 50, 30, 1), Beard("none", 0, 0, 0))
    return make
