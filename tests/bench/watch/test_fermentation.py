"""The fermentation's figures: the bars, the tutorial's figure reproduced, and no look ahead or at the answers."""

from pathlib import Path

import numpy as np
import pytest

from homeostat.bench.watch import fermentation
from homeostat.monitoring.spectra import Live


@pytest.fixture(scope="module")
def data(shared: Path) -> fermentation.Fermentation:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("HOMEOSTAT_DATASETS", str(shared / "data"))
        return fermentation.read()


@pytest.mark.drill
def test_the_bars_hold_and_the_tutorial_is_reproduced(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOMEOSTAT_DATASETS", str(shared / "data"))
    results = {result.what: result for result in fermentation.measure(quick=True)}
    alone = results["fermentation: RMSEP; 21 samples alone"]
    updated = results["fermentation: RMSEP; 3 at-line samples, left out of the score"]
    assert (alone.bar, updated.bar) == (4.4, 3.0)
    assert alone.holds
    assert updated.holds
    assert alone.rivals[0].value.median == pytest.approx(8.45, abs=0.005)


@pytest.mark.drill
def test_the_hplc_values_enter_no_choice_and_no_value(data: fermentation.Fermentation) -> None:
    other = fermentation.Fermentation(data.samples, data.spectra, data.times, 0.0 * data.measured)
    choice = fermentation.choice_for(data, quick=True)
    assert fermentation.choice_for(other, quick=True).chosen == choice.chosen
    live = Live.of(choice.calibration, data.samples.spectra)
    assert fermentation.follow(other, live, 0) == fermentation.follow(data, live, 0)


def test_later_spectra_change_no_earlier_value(data: fermentation.Fermentation) -> None:
    cut = fermentation.Fermentation(data.samples, data.spectra[:400], data.times[:8], data.measured[:8])
    live = Live.of(fermentation.choice_for(cut, quick=True).calibration, data.samples.spectra)
    long = fermentation.Fermentation(data.samples, data.spectra[:800], data.times[:8], data.measured[:8])
    assert fermentation.follow(cut, live, 3) == fermentation.follow(long, live, 3)
    assert np.isfinite([answer.value for answer in fermentation.follow(cut, live, 3)]).all()
