"""What age does: the formulas of the identity's docstring, and monotone growth."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from vultus.people.identity import Beard
from vultus.people.skin.ageing import bald_share, beard_at, grey_share, sag_amount, spot_amount, wrinkle_amount


@pytest.mark.parametrize("years", [0.0, 30.0, 44.9, 45.0, 57.5, 70.0, 90.0])
def test_grey_is_the_clipped_line(plain, years):
    assert grey_share(plain.hair, years) == pytest.approx(np.clip((years - 45) / 25, 0, 1))


def test_endless_years_never_come(plain):
    assert bald_share(plain.hair, 90.0) == 0.0
    assert bald_share(replace(plain.hair, bald_from=30.0, bald_span=20.0), 40.0) == pytest.approx(0.5)


def test_an_instant_change_has_no_division_by_zero(plain):
    at_once = replace(plain.hair, grey_from=40.0, grey_span=0.0)
    assert grey_share(at_once, 40.0) == 0.0 and grey_share(at_once, 40.1) == 1.0


def test_lines_start_after_25_and_grow_to_the_constant(plain):
    amounts = [wrinkle_amount(plain.skin, years) for years in range(0, 91, 5)]
    assert amounts[:6] == [0.0] * 6
    assert (np.diff(amounts[5:16]) > 0).all()
    assert amounts[15] == pytest.approx(plain.skin.wrinkles) == amounts[-1]


def test_spots_and_sagging_come_later(plain):
    assert spot_amount(plain.skin, 42.0) == 0 < spot_amount(plain.skin, 60.0) < spot_amount(plain.skin, 80.0)
    assert sag_amount(38.0) == 0 < sag_amount(50.0) < sag_amount(70.0) < 1 == sag_amount(85.0)


def test_children_have_no_beard_and_it_grows_in_from_14_to_19():
    full = Beard("full", stubble=0.8, length_mm=10, density=0.9)
    assert beard_at(full, 12) == Beard("none", 0.0, 10, 0.9)
    assert 0 < beard_at(full, 16).density < 0.9 and beard_at(full, 16).style == "full"
    assert beard_at(full, 30) == full
