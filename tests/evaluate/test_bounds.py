import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy import stats

from vultus.errors import InputError
from vultus.evaluate.bounds import binomial_interval, binomial_upper


@given(st.integers(1, 5000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_equals_scipys_clopper_pearson(case):
    errors, trials = case
    ours = binomial_interval(errors, trials)
    theirs = stats.binomtest(errors, trials).proportion_ci(0.95, method="exact")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-9)


def test_zero_errors_have_a_closed_form_and_are_never_zero():
    assert binomial_upper(0, 1000, 0.05) == pytest.approx(1 - 0.05 ** (1 / 1000), rel=1e-10)
    assert binomial_interval(7, 7)[1] == 1.0


@pytest.mark.parametrize("errors, trials", [(-1, 3), (4, 3), (0, 0)])
def test_impossible_counts_are_refused(errors, trials):
    with pytest.raises(InputError, match="errors <= trials"):
        binomial_interval(errors, trials)
