"""Tennessee Eastman: the bars of detection and of false alarms are reached."""

from pathlib import Path

import numpy as np
import pytest

from homeostat.bench.watch import tennessee
from homeostat.bench.watch.folder import PLACE
from homeostat.errors import MonitoringError


def test_the_bars_are_reached(shared: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(PLACE, str(shared / "data"))
    detection, false, expected, *faults = tennessee.measure(quick=True)
    assert detection.holds
    assert false.holds
    assert expected.value.low <= 0.5 <= expected.value.high
    assert len(faults) == len(tennessee.FAULTS)


def test_a_fault_counts_from_the_last_of_six_alarms_in_a_row() -> None:
    alarms = np.array([True] * 5 + [False] + [True] * 6)
    assert tennessee.minutes_to_run(alarms) == 12 * tennessee.INTERVAL
    assert tennessee.minutes_to_run(alarms[:-1]) is None


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="cannot be read"):
        tennessee.read(tmp_path, "d00")
