"""The twin against the laboratory: the prediction is what was believed when the sample was taken."""

import math

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.ledger.catalogue import SampleResult
from homeostat.quality.comparison import line
from homeostat.quality.model import Pair

from .tale import MINUTE, Tale


def report(tale: Tale, sample: str, taken: int, quantity: str, value: float | None, unit: str) -> None:
    """One value from the laboratory, half an hour later."""
    result = SampleResult(
        sample=sample, assay="any", taken=taken, values={quantity: value}, units={quantity: unit}
    )
    tale.tell(result, taken + 30 * MINUTE)


def test_prediction_is_the_last_belief_at_or_before_the_sample(tale: Tale) -> None:
    tale.start()
    tale.tape("twin.glucose", "mmol/L", [10.0, 20.0, 40.0])
    report(tale, "S1", 10 * MINUTE, "glucose", 19.0, "mmol/L")
    report(tale, "S2", 20 * MINUTE - 1, "glucose", 24.0, "mmol/L")
    (found,) = tale.record().comparisons
    assert [(pair.sample, pair.predicted, pair.error) for pair in found.pairs] == [
        ("S1", 20.0, 1.0),
        ("S2", 20.0, -4.0),
    ]
    assert (found.count, found.bias, found.rmse) == (2, -1.5, math.sqrt(8.5))
    assert found.relative == pytest.approx((1 / 19 + 4 / 24) / 2, rel=1e-15)


def test_predictions_are_converted_to_the_unit_of_the_laboratory(tale: Tale) -> None:
    tale.start()
    tale.tape("twin.glucose", "mol/L", [0.012])
    report(tale, "S1", 0, "glucose", 11.0, "mmol/L")
    (found,) = tale.record().comparisons
    assert found.unit == "mmol/L"
    assert found.pairs[0].predicted == pytest.approx(12.0, rel=1e-14)


def test_what_cannot_be_compared_is_left_out(tale: Tale) -> None:
    tale.start()
    tale.tape("twin.glucose", "mmol/L", [10.0])
    tale.tape("twin.viable", "1e6 cell/mL", [np.nan], qualities=[4])
    report(tale, "S1", 0, "glucose", None, "mmol/L")
    report(tale, "S2", 0, "glucose", 11.0, "degC")
    report(tale, "S3", 0, "viable", 1.0, "1e6 cell/mL")
    report(tale, "S4", 0, "endotoxin", 1.0, "1")
    assert tale.record().comparisons == ()


def test_a_value_of_zero_has_no_relative_error(tale: Tale) -> None:
    tale.start()
    tale.tape("twin.glucose", "mmol/L", [1.0])
    report(tale, "S1", 0, "glucose", 0.0, "mmol/L")
    (found,) = tale.record().comparisons
    assert (found.rmse, found.bias, found.relative) == (1.0, 1.0, None)


@given(st.lists(st.tuples(st.floats(0.1, 1e6), st.floats(0.1, 1e6)), min_size=1, max_size=40))
@settings(suppress_health_check=[HealthCheck.too_slow])
def test_errors_agree_with_numpy(values: list[tuple[float, float]]) -> None:
    pairs = [
        Pair(
            sample="S", assay="a", time=0, measured=measured, predicted=predicted, error=predicted - measured
        )
        for measured, predicted in values
    ]
    found = line("glucose", "Glucose", "mmol/L", pairs)
    measured, predicted = np.array(values).T
    assert found.bias == pytest.approx(np.mean(predicted - measured), rel=1e-9, abs=1e-6)
    assert found.rmse == pytest.approx(np.sqrt(np.mean((predicted - measured) ** 2)), rel=1e-9)
    assert found.relative == pytest.approx(np.mean(np.abs(predicted - measured) / measured), rel=1e-9)
    assert found.rmse >= abs(found.bias) * (1 - 1e-12)
