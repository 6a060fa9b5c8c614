"""A clipped form tells what its form tells within the range, and the end of the range beyond it."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from homeostat.monitoring.frozen import Clipped, Linear

LINE = Linear(coefficients=np.array([1.0, -2.0]), center=np.zeros(2), intercept=3.0)
FORM = Clipped(form=LINE, low=0.0, high=10.0)
NUMBER = st.floats(-1e3, 1e3)


@given(NUMBER, NUMBER)
def test_the_value_is_the_nearest_of_the_range_and_the_contributions_sum_to_it(a: float, b: float) -> None:
    x = np.array([[a, b]])
    told = FORM.predict(x)
    assert told[0] == min(max(LINE.predict(x)[0], 0.0), 10.0)
    assert FORM.contributions(x).sum() == pytest.approx(told[0] - FORM.reference, abs=1e-9)
    assert FORM.value([a, b]) == told[0]


def test_what_is_no_number_stays_none_and_the_scale_is_that_of_the_form() -> None:
    x = np.array([[np.nan, 1.0], [0.0, 0.0]])
    assert np.isnan(FORM.predict(x)[0])
    assert FORM.scale(x).tolist() == LINE.scale(x).tolist()


def test_it_is_read_as_it_was_written_and_an_empty_range_is_refused() -> None:
    assert Clipped.model_validate_json(FORM.model_dump_json()) == FORM
    with pytest.raises(ValidationError, match="empty"):
        Clipped(form=LINE, low=1.0, high=1.0)
    with pytest.raises(ValidationError, match="no end"):
        Clipped(form=LINE)


@given(NUMBER)
def test_one_end_alone_cuts_there_and_is_written_without_the_other(a: float) -> None:
    lower, upper = Clipped(form=LINE, low=0.0), Clipped(form=LINE, high=10.0)
    value = LINE.predict(np.array([[a, 0.0]]))[0]
    assert lower.value([a, 0.0]) == max(value, 0.0)
    assert upper.value([a, 0.0]) == min(value, 10.0)
    assert Clipped.model_validate_json(lower.model_dump_json()) == lower


def test_a_range_with_both_ends_is_written_as_it_always_was() -> None:
    told = FORM.model_dump(mode="json")
    assert list(told) == ["kind", "form", "low", "high"]
    assert (told["low"], told["high"]) == (0.0, 10.0)
