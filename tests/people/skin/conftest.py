"""A plain person and one small atlas for all tests of the textures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from vultus.people.identity import Beard, Brows, Eyes, Hair, Identity, Lips, Skin


@pytest.fixture(scope="session")
def plain() -> Identity:
    """A young woman without freckles, moles, stubble or a coloured scalp."""
    return Identity(
        id="plain", years=24.0, local={},
        phenotype={"gender": 0.0, "muscle": 0.5, "weight": 0.5, "height": 0.5, "proportions": 0.5, "african": 0.3, "asian": 0.3,
                   "caucasian": 0.4},
        skin=Skin(melanin=0.25, haemoglobin=0.4, undertone=0.0, freckles=0.0, pores=0.4, blotches=0.4, gloss=0.5, wrinkles=0.8,
                  moles=(), seed=11),
        eyes=Eyes(iris=(0.4, 0.3, 0.2), inner=(0.45, 0.3, 0.15), limbal_ring=0.5, fibres=0.5, iris_mm=5.9, sclera_warmth=0.3,
                  veins=0.3, seed=5),
        brows=Brows(thickness_mm=4.0, lift_mm=0.0, arch_mm=3.0, inner_mm=12.0, outer_mm=52.0, slope=0.0, density=0.8, taper=0.6),
        lips=Lips(redness=0.5, darkness=0.3),
        hair=Hair(style="crop", length_mm=20.0, colour=(0.15, 0.1, 0.07), curl=0.0, fringe=0.0, part_mm=0.0, line_lift_mm=0.0,
                  temple_mm=0.0, peak_mm=0.0, density=0.9, grey_from=45.0, grey_span=25.0, bald_from=float("inf"),
                  bald_span=30.0, seed=3),
        beard=Beard(style="none", stubble=0.0, length_mm=4.0, density=0.8))


@pytest.fixture(scope="session")
def with_skin(plain):
    """Makes the plain person with other skin constants: `with_skin(melanin=0.8, years=60)`."""

    def make(years: float = plain.years, **constants: object) -> Identity:
        return replace(plain, years=years, skin=replace(plain.skin, **constants))

    return make


@pytest.fixture(scope="session")
def atlas():
    """An atlas of 256 texels."""
    pytest.importorskip("numba")
    from vultus.people.basis.head_basis import HeadBasis
    from vultus.people.skin.atlas import SkinAtlas

    return SkinAtlas(HeadBasis.load(), 256)


@pytest.fixture(scope="session")
def head_seams():
    """Texture coordinates (k, 2) twice: the same points of the skin's surface on both sides of seams of the texture."""
    import numpy as np

    from vultus.people.basis.head_basis import HeadBasis

    basis = HeadBasis.load()
    skin = basis.quad_part == 1
    known: dict[tuple[int, int], np.ndarray] = {}
    first, second = [], []
    for quad, uv in zip(basis.quads[skin].tolist(), basis.corner_uv[skin], strict=True):
        for k in range(4):
            a, b = quad[k], quad[(k + 1) % 4]
            middle = (uv[k] + uv[(k + 1) % 4]) / 2
            other = known.setdefault((min(a, b), max(a, b)), middle)
            if np.abs(other - middle).max() > 0.02:
                first.append(other)
                second.append(middle)
    return np.array(first), np.array(second)
