"""Calibrations: equal to scikit-learn's PLS, judged on left-out samples, wary of what they have never seen."""

import numpy as np
import pytest
from sklearn.cross_decomposition import PLSRegression
from sklearn.model_selection import LeaveOneGroupOut, LeaveOneOut, cross_val_predict
from tests.monitoring.spectra.made_up import AXIS, band, samples, spectra_of

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import SNV, Calibration, Cut, SavitzkyGolay
from homeostat.monitoring.spectra.learning import Samples, calibrate, choose, scaled_errors
from homeostat.monitoring.spectra.recipe import Recipe, grid

STEPS = (Cut(start=10, stop=100), SavitzkyGolay.of(11, 2, 1))


def test_values_equal_scikit_learns() -> None:
    given = samples()
    ours = calibrate(given, STEPS, 3)
    z = STEPS[1].apply(STEPS[0].apply(given.spectra))
    peer = PLSRegression(3, scale=False).fit(z, given.values)
    np.testing.assert_allclose(ours.read(given.spectra).value, peer.predict(z).ravel(), atol=1e-9)


def test_the_error_is_that_of_left_out_samples_or_groups() -> None:
    given = samples()
    z = STEPS[1].apply(STEPS[0].apply(given.spectra))
    peer = PLSRegression(3, scale=False)
    left_out = cross_val_predict(peer, z, given.values, cv=LeaveOneOut()).ravel()
    assert calibrate(given, STEPS, 3).error == pytest.approx(
        np.mean((left_out - given.values) ** 2), rel=1e-9
    )
    groups = tuple(f"batch {number // 6}" for number in range(24))
    together = Samples(AXIS, given.spectra, given.values, groups)
    left_out = cross_val_predict(peer, z, given.values, cv=LeaveOneGroupOut(), groups=groups).ravel()
    assert calibrate(together, STEPS, 3).error == pytest.approx(
        np.mean((left_out - given.values) ** 2), rel=1e-9
    )


def test_scaled_errors_are_those_of_groups_left_out_in_the_order_of_the_samples() -> None:
    given = samples()
    groups = tuple(f"batch {number % 4}" for number in range(24))
    together = Samples(AXIS, given.spectra, given.values, groups)
    found = calibrate(together, STEPS, 3)
    z = STEPS[1].apply(STEPS[0].apply(given.spectra))
    peer = PLSRegression(3, scale=False)
    left_out = cross_val_predict(peer, z, given.values, cv=LeaveOneGroupOut(), groups=groups).ravel()
    errors = scaled_errors(together, found)
    np.testing.assert_array_equal(np.sign(errors), np.sign(left_out - given.values))
    np.testing.assert_array_equal(np.sort(np.abs(errors)), found.ratios)


def test_json_brings_back_the_same_bits() -> None:
    given = samples()
    ours = calibrate(given, (*STEPS, SNV()), 3)
    again = Calibration.model_validate_json(ours.model_dump_json())
    for mine, theirs in zip(ours.read(given.spectra), again.read(given.spectra), strict=True):
        assert np.array_equal(mine, theirs)


def test_a_row_does_not_depend_on_the_others() -> None:
    given = samples()
    ours = calibrate(given, STEPS, 3)
    alone = [ours.read(row[None]).deviation[0] for row in given.spectra]
    assert np.array_equal(alone, ours.read(given.spectra).deviation)


def test_leverages_of_the_samples_sum_to_what_the_hat_matrix_says() -> None:
    given = samples()
    reading = calibrate(given, STEPS, 3).read(given.spectra)
    assert reading.leverage.sum() == pytest.approx(1.0 + 3.0)


def test_what_was_never_seen_is_expected_to_be_wrong() -> None:
    given = samples()
    ours = calibrate(given, STEPS, 2)
    alike = spectra_of(np.array([[20.0, 20.0]]), 9)
    strange = alike + 0.5 * band(1250.0, 20.0)
    beyond = spectra_of(np.array([[200.0, 20.0]]), 9)
    usual = ours.read(alike).deviation[0]
    assert ours.read(strange).residual[0] > 20.0 * ours.read(alike).residual[0]
    assert ours.read(strange).deviation[0] > 5.0 * usual
    assert ours.read(beyond).leverage[0] > 2.0


def test_the_choice_is_what_will_err_least_on_the_process() -> None:
    """A new band in the process: a range without it is chosen, whatever is best on the samples."""
    given = samples()
    process = spectra_of(np.random.default_rng(8).uniform(0.0, 40.0, (5, 2)), 10) + band(1300.0, 15.0)
    recipes = [Recipe(low, high, None, 11, 1) for low, high in ((900.0, 1500.0), (940.0, 1220.0))]
    choice = choose(given, recipes, 4, process)
    assert choice.chosen.recipe.high == 1220.0
    assert choice.chosen.deviation == min(one.deviation for one in choice.tried)
    assert len(choice.tried) == 2 * 4
    assert float(np.sqrt(choice.calibration.error)) == choice.chosen.rmsecv


def test_a_grid_offers_every_combination_once() -> None:
    recipes = grid(((900.0, 1500.0),), (None, 1), (11, 15), (0, 1, 2))
    assert len(recipes) == len(set(recipes)) == 2 * 2 * 3 * 2
    assert "no baseline" in str(recipes[0])


def test_half_an_interval_is_what_enough_left_out_samples_kept_within() -> None:
    given = samples()
    ours = calibrate(given, STEPS, 3)
    z = STEPS[1].apply(STEPS[0].apply(given.spectra))
    ratios = []
    for out in range(24):
        kept = np.arange(24) != out
        rest = calibrate(Samples(AXIS, given.spectra[kept], given.values[kept]), STEPS, 3)
        reading = rest.read(given.spectra[[out]])
        spe = reading.residual[0] * rest.residual / ours.residual
        expected = np.sqrt(ours.error * (1.0 - 4 / 24) * (reading.leverage[0] + spe))
        ratios.append(abs(reading.value[0] - given.values[out]) / expected)
    np.testing.assert_allclose(ours.ratios, sorted(ratios), rtol=1e-7)
    assert z.shape == (24, 90)
    assert ours.quantile(0.9) == ours.ratios[22]
    assert ours.quantile(0.5) == ours.ratios[12]
    assert ours.quantile(0.999) == ours.ratios[23]


def test_unusable_samples_are_refused() -> None:
    given = samples()
    with pytest.raises(MonitoringError, match="do not fit"):
        Samples(AXIS, given.spectra[:, :5], given.values)
    with pytest.raises(MonitoringError, match="do not fit"):
        Samples(AXIS, given.spectra, given.values, ("one",))
    with pytest.raises(MonitoringError, match="of one value"):
        Samples(AXIS, given.spectra, np.ones(24))
    with pytest.raises(MonitoringError, match="too few"):
        Samples(AXIS, given.spectra, given.values, ("a", "b") * 12)
    holed = given.spectra.copy()
    holed[3, 3] = np.inf
    with pytest.raises(MonitoringError, match="not finite"):
        Samples(AXIS, holed, given.values)
    with pytest.raises(MonitoringError, match="components"):
        calibrate(given, STEPS, 60)
    with pytest.raises(MonitoringError, match="no candidate"):
        choose(given, [], 3, given.spectra)
    with pytest.raises(MonitoringError, match="rows of 121 points"):
        calibrate(given, STEPS, 2).read(given.spectra[:, 1:])


def test_parts_that_do_not_fit_together_are_refused() -> None:
    ours = calibrate(samples(), STEPS, 2).model_dump(mode="json")
    with pytest.raises(ValueError, match="same components"):
        Calibration.model_validate({**ours, "answers": [1.0]})
    with pytest.raises(ValueError, match="positive power"):
        Calibration.model_validate({**ours, "power": [1.0, 0.0]})
