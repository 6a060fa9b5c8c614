"""The fermentation's figures: the bars, the tutorial's figure reproduced, and no look ahead or at the answers."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning.tables import table

from homeostat.bench.watch import fermentation
from homeostat.monitoring.learning.calibrating import Wished, train_live
from homeostat.monitoring.learning.live import Told, follow_live
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


@pytest.mark.drill
@pytest.mark.parametrize("at_line", [0, fermentation.AT_LINE])
def test_the_command_reads_tables_of_the_data_as_the_benchmark_does(
    data: fermentation.Fermentation, tmp_path: Path, at_line: int
) -> None:
    names = [repr(point) for point in data.samples.wavelengths.tolist()]
    for name in ("samples", "first", "process"):
        (tmp_path / name).mkdir()
    samples = dict(zip(names, data.samples.spectra.T.tolist(), strict=True)) | {
        "glucose": data.samples.values.tolist()
    }
    first = dict(zip(names, data.spectra[:1].T.tolist(), strict=True))
    wished = Wished("glucose", ranges=fermentation.RANGES, quick=True)
    package = train_live(
        table(tmp_path / "samples", samples), table(tmp_path / "first", first), wished
    ).package
    hour = float(fermentation.HOUR)
    rows = [*data.spectra, *np.full((len(data.times), len(names)), np.nan)]
    columns: dict[str, list[object]] = {
        name: [None if cell != cell else cell for cell in column]
        for name, column in zip(names, np.array(rows).T.tolist(), strict=True)
    }
    columns["time [h]"] = [
        *(number * fermentation.INTERVAL / hour for number in range(len(data.spectra))),
        *(time / hour for time in data.times),
    ]
    columns["glucose"] = [*[None] * len(data.spectra), *data.measured.tolist()]
    asked = Told(at_line=at_line, late=fermentation.DELAY / hour)
    found = follow_live(package, table(tmp_path / "process", columns), asked)
    live = Live.of(fermentation.choice_for(data, quick=True).calibration, data.samples.spectra)
    wanted = fermentation.follow(data, live, at_line)
    assert [one.standing for one in found.samples] == wanted
    errors = np.array([one.value for one in wanted[at_line:]]) - data.measured[at_line:]
    assert found.metrics[0].values["rmsep"] == pytest.approx(float(np.sqrt(np.mean(errors**2))), rel=1e-12)
