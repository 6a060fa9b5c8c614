"""The virtual donors: the same ones for every engine, every run and every count."""

import numpy as np

from homeostat.bench.twin.donors import HOURS, STARTS, TIMES, donors, schedule
from homeostat.bench.twin.model import PerfusedTCells

SIGNATURE = PerfusedTCells.signature


def test_the_first_donors_do_not_depend_on_how_many_follow() -> None:
    few, many = donors(3), donors(50).first(3)
    for name in ("states", "inputs", "parameters"):
        np.testing.assert_array_equal(getattr(few, name), getattr(many, name))
    assert len(few) == len(many) == 3
    assert not np.array_equal(donors(3, seed=1).parameters, few.parameters)


def test_twelve_parameters_are_log_normal_about_the_declared_value_and_the_rest_is_fixed() -> None:
    logs = np.log(donors(4000).parameters / np.array(SIGNATURE.parameters.values))
    spreads = np.array([quantity.spread for quantity in SIGNATURE.parameters])
    np.testing.assert_allclose(logs.std(axis=0), spreads, atol=0.01)
    np.testing.assert_allclose(logs.mean(axis=0), 0.0, atol=0.01)
    assert np.all(logs[:, spreads == 0.0] == 0.0)


def test_every_donor_lies_within_the_declared_bounds() -> None:
    people = donors(1000)
    for values, group in zip(
        (people.states, people.inputs, people.parameters), SIGNATURE.groups, strict=False
    ):
        low, high = (np.array([getattr(q, side) for q in group]) for side in ("low", "high"))
        assert np.all((low <= values) & (values <= high))


def test_twelve_days_are_reported_hourly_and_fed_by_schedule() -> None:
    assert TIMES[-1] == HOURS == 12 * 24
    assert len(TIMES) == HOURS + 1
    inputs = schedule()
    assert inputs.shape == (len(STARTS), len(SIGNATURE.inputs))
    by_name = dict(zip(SIGNATURE.inputs.names, inputs.T, strict=True))
    np.testing.assert_array_equal(by_name["oxygen_set"], 50.0)
    assert by_name["perfusion"][0] == 0.0
    assert by_name["perfusion"][-1] == 1.6 * 200.0 / 24.0
    np.testing.assert_array_equal(by_name["feed"] > 0.0, (STARTS >= 72.0) & (STARTS < 216.0))
    assert np.count_nonzero(by_name["il2_feed"]) == 6
