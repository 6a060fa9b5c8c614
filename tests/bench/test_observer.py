"""`homeostat bench observer`: donors that are not those it was tuned on, and figures that are what they say."""

import numpy as np
import pytest

from homeostat.bench import observing
from homeostat.bench.donors import HIDDEN, SCHEDULE, STEP, CrowdedCulture, Culture, culture
from homeostat.bench.observer import BAR, DAYS, FROM, REPORTED, SETTINGS, TUNING, study
from homeostat.twin import Segment, Simulator, simulate
from homeostat.twin.models.t_cell_expansion import TCellExpansion


@pytest.fixture(scope="module")
def plant() -> Simulator:
    return Simulator(CrowdedCulture)


@pytest.fixture(scope="module")
def cultures(plant: Simulator) -> list[Culture]:
    return [culture(plant, seed, DAYS) for seed in (7, 8, 9)]


def test_tuning_and_reported_donors_are_different_ones() -> None:
    assert not set(TUNING) & set(REPORTED)
    assert len(REPORTED) >= 100


def test_a_donor_is_its_seed(plant: Simulator, cultures: list[Culture]) -> None:
    again = culture(plant, 7, DAYS)
    assert np.array_equal(again.glucose, cultures[0].glucose)
    assert not np.array_equal(cultures[1].glucose, cultures[0].glucose)


def test_what_is_hidden_is_known_to_the_filter_only_as_declared() -> None:
    learnt = {learnt.name for learnt in SETTINGS.learnt}
    for name in HIDDEN:
        assert TCellExpansion.signature.parameters[name].spread == 0.0
    assert learnt & set(HIDDEN) == {"medium_glucose"}
    assert "crowding" not in TCellExpansion.signature.parameters.names


def test_without_crowding_the_plant_is_the_twin() -> None:
    times, plan = (0.0, 60.0, 24.0 * DAYS), [Segment(start, values) for start, values in SCHEDULE]
    ends = [
        simulate(Simulator(declared), {"activated": 0.3}, plan, {}, times).states
        for declared in (CrowdedCulture, TCellExpansion)
    ]
    np.testing.assert_allclose(*ends, rtol=1e-9)
    crowded = simulate(Simulator(CrowdedCulture), {"activated": 0.3}, plan, {"crowding": 4e-4}, times).states
    assert crowded[-1, 0] < 0.97 * ends[0][-1, 0]


def test_readings_scatter_as_told(cultures: list[Culture]) -> None:
    run = cultures[0]
    assert run.glucose.shape == run.viable.shape == (round(24.0 * DAYS / STEP),)
    first = run.glucose[: round(12.0 / STEP)]  # half a day, in which little is used
    assert 0.03 < np.std(np.diff(first)) / np.sqrt(2.0) / np.mean(first) < 0.08


def test_a_forecast_is_compared_with_the_truth_at_the_end(cultures: list[Culture]) -> None:
    foretold = study(SETTINGS, cultures)
    assert len(foretold) == len(FROM)
    for at in foretold:
        assert at.error.shape == (3,)
        assert np.all((at.low < 1.0) & (at.high > 1.0))
        inside = (1.0 / at.high <= 1.0 + at.error) | (1.0 - at.error >= 1.0 / at.high)
        assert inside.all()
        assert 100.0 * np.mean(at.error) < 3.0 * BAR
    widths = [float(np.mean(at.high - at.low)) for at in foretold]
    assert widths[0] > widths[-1]


@pytest.mark.drill
def test_the_cost_of_the_observer_is_told_beside_the_belief_without_it() -> None:
    result, unscented = observing.measure(quick=True)
    assert "unscented" in unscented.what
    assert unscented.rivals[0].value == result.value
    assert result.bar == observing.BAR
    assert [rival.value.median > 0.0 for rival in result.rivals] == [True, True]
