"""The frozen steps: equal to chemotools' transformers on real spectra, linear where they say so, the same from JSON."""

import json
from pathlib import Path

import chemotools.adaptation as peer_adaptation
import chemotools.baseline as peer_baseline
import chemotools.derivative as peer_derivative
import chemotools.feature_selection as peer_selection
import chemotools.scatter as peer_scatter
import numpy as np
import pytest
from numpy.typing import NDArray
from pydantic import TypeAdapter

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import AnyStep, Step
from homeostat.monitoring.spectra import (
    EMSC,
    MSC,
    SNV,
    Cut,
    Detrend,
    LinearBaseline,
    NorrisWilliams,
    PiecewiseStandardisation,
    SavitzkyGolay,
)
from homeostat.monitoring.spectra.linear import LinearStep

Array = NDArray[np.float64]
EQUAL = 1e-10


@pytest.fixture(scope="module")
def spectra(shared: Path) -> Array:
    """Mid-infrared spectra of 21 fermentation samples, (21, 1047)."""
    return np.loadtxt(
        shared / "data/atr_mir_fermentation_cabaneros2021/train_spectra.csv", delimiter=",", skiprows=1
    )


@pytest.fixture(scope="module")
def axis(shared: Path) -> Array:
    """Their wavenumbers, (1047,)."""
    path = shared / "data/atr_mir_fermentation_cabaneros2021/train_spectra.csv"
    with path.open() as lines:
        return np.array([float(word) for word in lines.readline().split(",")])


def made_up(points: int = 60, rows: int = 12) -> Array:
    """Spectra of two bands with offsets, slopes and noise."""
    random = np.random.default_rng(7)
    x = np.linspace(0.0, 1.0, points)
    bands = np.stack([np.exp(-(((x - middle) / 0.1) ** 2)) for middle in (0.3, 0.6)])
    mixed = random.uniform(0.2, 2.0, (rows, 2)) @ bands
    return mixed + random.normal(0.0, 0.5, (rows, 1)) + random.normal(0.0, 0.01, (rows, points)) + x


def close(ours: Array, theirs: Array) -> None:
    np.testing.assert_allclose(ours, theirs, rtol=0.0, atol=EQUAL * max(1.0, float(np.abs(theirs).max())))


def test_cut_keeps_what_chemotools_keeps(spectra: Array, axis: Array) -> None:
    peer = peer_selection.RangeCut(start=950, end=1500, x_axis=axis)
    close(Cut.between(axis, 950.0, 1500.0).apply(spectra), peer.fit_transform(spectra))
    close(Cut.between(axis, 1500.0, 950.0).apply(spectra), peer.fit_transform(spectra))


def test_snv_and_msc_equal_chemotools(spectra: Array) -> None:
    close(SNV().apply(spectra), peer_scatter.StandardNormalVariate().fit_transform(spectra))
    peer = peer_scatter.MultiplicativeScatterCorrection(method="mean")
    close(MSC.against(spectra.mean(axis=0)).apply(spectra), peer.fit_transform(spectra))


@pytest.mark.parametrize("order", [0, 1, 2, 3])
def test_emsc_equals_chemotools(spectra: Array, order: int) -> None:
    interferents = np.stack([np.sin(np.arange(1047) / 90.0), np.cos(np.arange(1047) / 50.0)])
    weights = np.linspace(0.2, 1.0, 1047)
    peer = peer_scatter.ExtendedMultiplicativeScatterCorrection(
        order=order, interferences=interferents, weights=weights
    )
    ours = EMSC.against(spectra.mean(axis=0), order, interferents, weights)
    close(ours.apply(spectra), peer.fit_transform(spectra))
    plain = peer_scatter.ExtendedMultiplicativeScatterCorrection(order=order)
    close(EMSC.against(spectra.mean(axis=0), order).apply(spectra), plain.fit_transform(spectra))


@pytest.mark.parametrize(("window", "order", "derivative"), [(15, 2, 1), (7, 2, 0), (21, 3, 2), (3, 1, 1)])
def test_savitzky_golay_equals_chemotools(spectra: Array, window: int, order: int, derivative: int) -> None:
    peer = peer_derivative.SavitzkyGolay(window_length=window, polyorder=order, deriv=derivative)
    close(SavitzkyGolay.of(window, order, derivative).apply(spectra), peer.fit_transform(spectra))


@pytest.mark.parametrize(("window", "gap", "derivative"), [(5, 3, 1), (5, 3, 2), (4, 4, 1), (7, 5, 2)])
def test_norris_williams_equals_chemotools(spectra: Array, window: int, gap: int, derivative: int) -> None:
    peer = peer_derivative.NorrisWilliams(window_length=window, gap_size=gap, deriv=derivative)
    ours = NorrisWilliams.of(window, gap, 1 if derivative == 1 else 2)
    close(ours.apply(spectra), peer.fit_transform(spectra))


def test_baselines_equal_chemotools(spectra: Array) -> None:
    close(LinearBaseline().apply(spectra), peer_baseline.LinearCorrection().fit_transform(spectra))
    for order in (0, 1, 2):
        peer = peer_baseline.PolynomialCorrection(order=order)
        close(Detrend.of_order(order, 1047).apply(spectra), peer.fit_transform(spectra))


@pytest.mark.parametrize("half_window", [3, 25])
def test_piecewise_standardisation_equals_chemotools(spectra: Array, half_window: int) -> None:
    there = spectra[:, 300:420]
    here = 1.1 * np.roll(there, 1, axis=1) + 0.02
    peer = peer_adaptation.PiecewiseDirectStandardization(window_length=half_window, n_components=2)
    peer.fit(here, X_source=there)
    ours = PiecewiseStandardisation.between(here, there, half_window, 2)
    close(ours.apply(here), peer.transform(here))


def all_steps() -> dict[str, Step]:
    """One of each kind for made-up spectra."""
    x = made_up()
    return {
        step.model_dump()["kind"]: step
        for step in (
            Cut(start=5, stop=50),
            LinearBaseline(),
            Detrend.of_order(2, 60),
            SNV(),
            MSC.against(x.mean(axis=0)),
            EMSC.against(x.mean(axis=0), 1),
            SavitzkyGolay.of(7, 2, 1),
            NorrisWilliams.of(5, 3, 2),
            PiecewiseStandardisation.between(1.1 * x + 0.1, x, 4, 2),
        )
    }


@pytest.mark.parametrize("kind", list(all_steps()))
def test_a_step_is_the_same_after_json_and_row_by_row(kind: str) -> None:
    step, x = all_steps()[kind], made_up()
    again = TypeAdapter[Step](AnyStep).validate_json(json.dumps(step.model_dump(mode="json")))
    whole = step.apply(x)
    assert np.array_equal(again.apply(x), whole)
    assert np.array_equal(np.concatenate([step.apply(row[None]) for row in x]), whole)
    assert np.array_equal(step.apply(np.asfortranarray(x)), whole)


@pytest.mark.parametrize("kind", [kind for kind, step in all_steps().items() if isinstance(step, LinearStep)])
def test_a_linear_step_folds_into_the_weights_after_it(kind: str) -> None:
    step, x = all_steps()[kind], made_up()
    assert isinstance(step, LinearStep)
    after = step.apply(x)
    weights = np.random.default_rng(3).normal(size=(4, after.shape[1]))
    whole, offset = step.folded(weights, x.shape[1])
    np.testing.assert_allclose(x @ whole.T + offset, after @ weights.T, atol=1e-10)


def test_scatter_steps_do_not_mind_offset_and_length() -> None:
    x = made_up()
    for step in (SNV(), MSC.against(x.mean(axis=0)), EMSC.against(x.mean(axis=0), 2)):
        np.testing.assert_allclose(step.apply(3.0 * x + 2.0), step.apply(x), atol=1e-9)


def test_a_flat_spectrum_becomes_no_number_and_nan_stays() -> None:
    flat = np.ones((1, 60))
    assert not np.isfinite(SNV().apply(flat)).any()
    holed = made_up()
    holed[0, 30] = np.nan
    for step in all_steps().values():
        found = step.apply(holed)
        assert np.isnan(found[0]).any()
        assert np.isfinite(found[1:]).all()


def test_impossible_steps_are_refused() -> None:
    with pytest.raises(MonitoringError, match="no wavelength"):
        Cut.between(np.arange(10.0), 3.1, 3.2)
    for window, order, derivative in ((4, 2, 1), (5, 5, 1), (5, 1, 2)):
        with pytest.raises(MonitoringError, match="Savitzky-Golay"):
            SavitzkyGolay.of(window, order, derivative)
    with pytest.raises(MonitoringError, match="gap"):
        NorrisWilliams.of(5, 2)
    with pytest.raises(MonitoringError, match="not independent"):
        MSC.against(np.ones(60))
    with pytest.raises(MonitoringError, match="components"):
        PiecewiseStandardisation.between(made_up(), made_up(rows=3))
