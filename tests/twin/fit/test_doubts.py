"""What a fit says against itself: impossible values, outliers, errors declared too small."""

import numpy as np
import pytest

from homeostat.twin.fit import Fit, Noise, Options, Run, agreement, fit, impossible

from .conftest import Decay

HOURS = np.linspace(0.25, 6.0, 24)


def run(deviation: float = 0.01, *, errors: float = 0.01, spoilt: dict[int, float] | None = None) -> Run:
    """A decay at 0.4 per hour with noise of size `errors` and a declared `deviation`; some values are `spoilt`."""
    values = np.exp(-0.4 * HOURS) + errors * np.random.default_rng(5).standard_normal(len(HOURS))
    for row, value in (spoilt or {}).items():
        values[row] = value
    return Run.of("one", HOURS, {"amount": values}, {"amount": Noise(deviation)})


def fitted(one: Run, *, estimate_errors: bool = False) -> Fit:
    return fit(Decay, [one], ["rate"], Options(2, 0, estimate_errors))


def test_good_data_raise_no_doubt() -> None:
    agreed = agreement(fitted(run()))
    assert agreed.outliers == ()
    assert not agreed.unexplained
    assert agreed.freedom == pytest.approx(23.0, abs=0.01)
    assert agreed.reduced == pytest.approx(1.0, abs=0.6)


def test_errors_declared_too_small_are_told_by_how_much() -> None:
    agreed = agreement(fitted(run(errors=0.03)))
    assert agreed.unexplained
    assert agreed.reduced is not None
    assert np.sqrt(agreed.reduced) == pytest.approx(3.0, rel=0.4)
    assert not agreement(fitted(run(errors=0.03), estimate_errors=True)).unexplained


@pytest.mark.parametrize("estimate_errors", [False, True])
def test_an_outlier_is_named_and_does_not_hide_behind_the_error_it_makes(estimate_errors: bool) -> None:
    (outlier,) = agreement(fitted(run(spoilt={20: 0.6}), estimate_errors=estimate_errors)).outliers
    assert (outlier.run, outlier.quantity, outlier.time_h) == ("one", "amount", HOURS[20])
    assert outlier.deviations > 10.0
    assert str(outlier).endswith("standard deviations from the model: an outlier?")


def test_a_value_that_cannot_be_is_told_and_one_within_its_error_is_not() -> None:
    (told,) = impossible(Decay, [run(spoilt={3: -5.0, 23: -0.02})])
    assert told.startswith("amount of run one at 1 h is -5 g/L, more than 3 standard deviations below")


def test_too_few_values_say_nothing() -> None:
    one = Run.of("one", [1.0], {"amount": [0.6]}, {"amount": Noise(0.01)})
    agreed = agreement(fitted(one))
    assert agreed.reduced is None
    assert not agreed.unexplained
