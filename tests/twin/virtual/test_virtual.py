"""Virtual batches: donors that stay who they are, counts that sum exactly, bands that are the quantiles."""

import math
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Ensemble, Model, Segment, Status, model, output, parameter, state
from homeostat.twin.virtual import QUANTILES, Bins, Donors, Limit, Spreads, survey
from homeostat.twin.virtual.tally import tally

TIMES = tuple(float(t) for t in range(0, 25, 2))


class Growth(Model):
    """Exponential growth up to a bound: x(t) = exp(r t), log-normal rate, closed-form quantiles."""

    x = state(1.0, "1e6 cell/mL", "cells", high=40.0)
    rate = parameter(0.1, "1/h", "growth rate", spread=0.2, low=0.0, high=1.0)
    cap = parameter(1.0, "1", "a parameter that does not vary", low=0.0, high=2.0)
    doubled = output("1e6 cell/mL", "twice as many")

    def rates(self, m: Any) -> dict[str, Any]:
        return {"x": self.rate * self.x}

    def outputs(self, m: Any) -> dict[str, Any]:
        return {"doubled": 2.0 * self.x}


@pytest.fixture(scope="module")
def growth() -> Ensemble:
    return Ensemble(Growth, method="rodas4", rtol=1e-8, columns=("x", "doubled"))


DONORS = Donors(Growth, Spreads.declared(Growth), seed=4)


@given(st.integers(0, 5000), st.integers(1, 3000))
def test_a_donor_is_the_same_in_every_ensemble(first: int, n: int) -> None:
    states, parameters = DONORS.draw(first, first + n)
    one = DONORS.draw(first + n - 1, first + n)
    assert (states.shape, parameters.shape) == ((n, 1), (n, 2))
    assert parameters[-1].tobytes() == one[1][0].tobytes()
    assert (parameters[:, 1] == 1.0).all()


def test_another_name_that_varies_changes_no_other_number() -> None:
    more = Donors(Growth, Spreads({"rate": 0.2, "cap": 0.1, "x": 0.3}), seed=4).draw(0, 50)[1]
    assert more[:, 0].tobytes() == DONORS.draw(0, 50)[1][:, 0].tobytes()
    assert len(set(more[:, 1])) == 50


def test_spreads_are_coefficients_of_variation_with_the_declared_median() -> None:
    rates = DONORS.draw(0, 200_000)[1][:, 0]
    assert np.median(rates) == pytest.approx(0.1, rel=5e-3)
    assert rates.std() / rates.mean() == pytest.approx(0.2, rel=1e-2)


@pytest.mark.parametrize(
    "wrong", [{"nothing": 0.1}, {"rate": -0.1}, {"rate": math.nan}, {"rate": math.inf}, {"doubled": 0.1}]
)
def test_impossible_spreads_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(TwinError):
        Donors(Growth, Spreads(wrong))


@pytest.mark.parametrize("n", [4000, 20_000])
def test_bands_are_the_quantiles_within_a_bin(growth: Ensemble, n: int) -> None:
    at = (0.0, 0.001, *QUANTILES, 0.9999, 1.0)
    found = survey(growth, DONORS, n, TIMES, quantiles=at)
    states, parameters = DONORS.draw(0, n)
    done = growth.run(TIMES, states=states, parameters=parameters)
    every = done.values[done.sound]
    exact = np.quantile(every, at, axis=0, method="inverted_cdf")
    assert (np.abs(found.bands - exact) <= found.resolution * (1.0 + 1e-9) + 1e-12 * exact).all()
    assert (found.resolution[3:6] < 0.02 * np.ptp(every, axis=0) + 1e-9).all()
    assert found.low.tobytes() == every.min(axis=0).tobytes() == found.bands[0].tobytes()
    assert found.high.tobytes() == every.max(axis=0).tobytes() == found.bands[-1].tobytes()


def test_a_skewed_quantity_has_its_low_quantiles_too(growth: Ensemble) -> None:
    """x0 varies by orders of magnitude: bins even in the value would put most batches into the first."""
    donors = Donors(Growth, Spreads({"x": 20.0, "rate": 0.1}), parameters={"rate": 0.01})
    n = 8000
    found = survey(growth, donors, n, (0.0, 10.0))
    states, parameters = donors.draw(0, n)
    done = growth.run((0.0, 10.0), states=states, parameters=parameters)
    exact = np.quantile(done.values[done.sound], QUANTILES, axis=0, method="inverted_cdf")
    np.testing.assert_allclose(found.bands, exact, rtol=0.03)


def test_few_batches_have_exact_quantiles(growth: Ensemble) -> None:
    found = survey(growth, DONORS, 3, (0.0, 10.0), quantiles=(0.05, 0.5, 1.0))
    values = np.sort(growth.run((0.0, 10.0), parameters=DONORS.draw(0, 3)[1]).values[:, 1, 0])
    assert found.bands[:, 1, 0].tolist() == values.tolist()
    assert not found.resolution.any()


def test_bands_have_their_closed_form(growth: Ensemble) -> None:
    found = survey(growth, DONORS, 40_000, (0.0, 10.0), quantiles=(0.05, 0.5, 0.95))
    sigma = math.sqrt(math.log1p(0.04))
    expected = [math.exp(math.exp(sigma * z)) for z in (-1.6448536269514722, 0.0, 1.6448536269514722)]
    np.testing.assert_allclose(found.bands[:, 1, 0], expected, rtol=1e-2)


def test_threads_and_chunks_do_not_show(growth: Ensemble) -> None:
    limits = [Limit("x", low=2.0), Limit("doubled", high=12.0)]
    alone, many = (survey(growth, DONORS, 2500, TIMES, limits=limits, threads=threads) for threads in (1, 5))
    assert alone.bands.tobytes() == many.bands.tobytes()
    assert (alone.within, alone.within_all) == (many.within, many.within_all)


def test_probabilities_count_batches_and_failed_ones_keep_no_limit(growth: Ensemble) -> None:
    """x(24) leaves its bound of 40 where the rate is above ln(40)/24: a share that the normal law tells."""
    found = survey(growth, DONORS, 20_000, TIMES, limits=[Limit("x", low=0.0), Limit("x", low=8.0)])
    sigma = math.sqrt(math.log1p(0.04))
    fails = 1.0 - _normal_below(math.log(math.log(40.0) / 2.4) / sigma)
    short = _normal_below(math.log(math.log(8.0) / 2.4) / sigma)
    assert found.failures == {Status.OUT_OF_BOUNDS: found.n - found.within[0]}
    share, error = found.probability(found.within[0])
    assert share == pytest.approx(1.0 - fails, abs=4 * error)
    both, error = found.probability(found.within_all)
    assert both == pytest.approx(1.0 - fails - short, abs=4 * error)
    assert error == pytest.approx(math.sqrt(both * (1 - both) / 20_000))


def _normal_below(z: float) -> float:
    return 0.5 * math.erfc(-z / math.sqrt(2.0))


def test_progress_tells_every_batch_once(growth: Ensemble) -> None:
    told: list[int] = []
    survey(growth, DONORS, 1700, (0.0, 1.0), progress=told.append)
    assert sum(told) == 1700


def test_a_failure_within_ends_the_survey(growth: Ensemble) -> None:
    def fail(_: int) -> None:
        raise RuntimeError("told")

    with pytest.raises(RuntimeError, match="told"):
        survey(growth, DONORS, 100_000, (0.0, 1.0), progress=fail)


def test_a_survey_whose_every_batch_fails_says_why() -> None:
    donors = Donors(Growth, Spreads(), parameters={"rate": 1.0})
    with pytest.raises(TwinError, match="left its declared bounds"):
        survey(Ensemble(Growth), donors, 10, TIMES)


@pytest.mark.parametrize(
    "call",
    [
        lambda e: survey(e, DONORS, 0, TIMES),
        lambda e: survey(e, DONORS, 10**23, TIMES),
        lambda e: survey(e, DONORS, 10, TIMES, quantiles=(1.5,)),
        lambda e: survey(e, DONORS, 10, TIMES, limits=[Limit("rate")]),
        lambda _: Limit("x", low=2.0, high=1.0),
        lambda _: Limit("x", low=math.nan),
    ],
)
def test_impossible_surveys_are_refused(growth: Ensemble, call: Any) -> None:
    with pytest.raises(TwinError):
        call(growth)


@given(st.lists(st.floats(-50, 50) | st.just(math.nan), min_size=1, max_size=60), st.integers(1, 20))
def test_every_number_is_counted_once(values: list[float], cells: int) -> None:
    sample = np.array(values * cells).reshape(-1, cells)
    lowest, per_unit = np.full(cells, -10.0), np.full(cells, 2.0)
    counts = np.zeros((cells, 40), np.uint32)
    tally(sample, lowest, per_unit, np.zeros(cells, np.int64), counts)
    for cell in range(cells):
        finite = sample[:, cell][~np.isnan(sample[:, cell])]
        places = np.clip(np.floor((finite + 10.0) * 2.0), 0, 39).astype(int)
        assert counts[cell].tolist() == np.bincount(places, minlength=40).tolist()


def test_a_cell_in_which_nothing_varies_has_its_value() -> None:
    bins, sample = Bins.of(np.full((5, 2), [3.0, 0.0])), np.full((7, 2), [3.0, 0.0])
    counts = bins.empty()
    tally(sample, bins.lowest, bins.per_unit, bins.logarithmic, counts)
    found, _ = bins.quantiles(counts, (sample.min(axis=0), sample.max(axis=0)), np.array([0.1, 0.9]))
    assert found.tolist() == [[3.0, 0.0], [3.0, 0.0]]


def test_a_shipped_model_is_surveyed_with_its_inputs() -> None:
    declared = model("t_cell_expansion")
    ensemble = Ensemble(declared, columns=("viable", "viability"))
    course = [Segment(0.0, {"activator": 1.0}), Segment(48.0, {"perfusion": 5.0})]
    found = survey(
        ensemble, Donors(declared, Spreads.declared(declared)), 600, np.arange(0.0, 97.0, 4.0), course
    )
    assert not found.failures
    assert (np.diff(found.bands[:, -1, 0]) > 0).all()
