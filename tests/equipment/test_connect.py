"""From the words of the command line to a driver."""

from pathlib import Path

import pytest

from homeostat.equipment import RecordedLog, SimulatedPlant, connect
from homeostat.errors import EquipmentError

from .logs import recorded, write


def test_simulated_and_recorded(tmp_path: Path) -> None:
    process = recorded()
    assert isinstance(connect(process, "simulated", 3), SimulatedPlant)
    assert isinstance(connect(process, f"recorded:{write(tmp_path)}", 3), RecordedLog)


@pytest.mark.parametrize("text", ["", "real", "recorded", "recorded:", "Simulated", "simulated "])
def test_anything_else_is_refused_with_a_mend(text: str) -> None:
    with pytest.raises(EquipmentError, match="is no equipment") as caught:
        connect(recorded(), text, 3)
    assert "recorded:" in caught.value.mend


def test_a_log_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(EquipmentError, match="cannot be read"):
        connect(recorded(), f"recorded:{tmp_path / 'run_9.csv'}", 3)
