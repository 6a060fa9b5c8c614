"""The first mark of a fault: a lasting difference of a sensor, beyond its own noise, from the fault on."""

import numpy as np
import pytest

from homeostat.bench.watch.drill import DRILLS, Seen, _leads
from homeostat.bench.watch.marks import first_mark
from homeostat.process import load
from homeostat.quality.batch_series import TIME
from homeostat.quality.batch_table import BatchTable

PROCESS = load("car-t")
RANDOM = np.random.default_rng(4)
GLUCOSE = 20.0 - 0.05 * np.arange(100) + 0.1 * RANDOM.standard_normal(100)
PUMP = np.full(100, 5.0)


def table(glucose: "np.ndarray[tuple[int], np.dtype[np.float64]]", pump: float = 5.0) -> BatchTable:
    """A batch of 100 hours: a sensor and an actuator."""
    rows = tuple(
        ("B1", "grow", str(float(hour)), "" if np.isnan(value) else str(float(value)), str(pump))
        for hour, value in enumerate(glucose)
    )
    return BatchTable(("batch", "phase", TIME, "glucose_online [mmol/L]", "perfusion_pump [mL/h]"), rows)


SOUND = table(GLUCOSE)


def changed(first: int, last: int, by: float) -> BatchTable:
    glucose = GLUCOSE.copy()
    glucose[first:last] += by
    return table(glucose)


def test_a_lasting_difference_is_a_mark_from_its_first_hour() -> None:
    assert first_mark(PROCESS, SOUND, changed(40, 100, 2.0), 30.0) == 40.0


def test_one_hour_or_what_lies_within_the_noise_is_none() -> None:
    assert first_mark(PROCESS, SOUND, changed(40, 41, 2.0), 30.0) is None
    assert first_mark(PROCESS, SOUND, changed(40, 100, 0.2), 30.0) is None


def test_what_was_before_the_fault_does_not_count() -> None:
    assert first_mark(PROCESS, SOUND, changed(10, 20, 2.0), 30.0) is None


def test_a_reading_that_is_lost_is_a_mark() -> None:
    assert first_mark(PROCESS, SOUND, changed(50, 60, np.nan), 30.0) == 50.0


def test_what_is_set_tells_nothing() -> None:
    assert first_mark(PROCESS, SOUND, table(GLUCOSE, pump=9.0), 30.0) is None


def test_a_shorter_batch_is_compared_as_far_as_it_goes() -> None:
    short = changed(40, 100, 2.0)
    assert first_mark(PROCESS, SOUND, BatchTable(short.headings, short.rows[:60]), 0.0) == 40.0


@pytest.mark.parametrize(("mark", "foreseeable"), [(None, False), (190.0, False), (176.0, True)])
def test_a_lead_counts_where_a_reading_told_in_time(mark: float | None, foreseeable: bool) -> None:
    seen = Seen(DRILLS[0], 30.0, 200.0, mark)
    assert seen.lead == 70.0
    assert seen.foreseeable is foreseeable
    bars = [result.bar for result in _leads([seen])]
    assert bars == ([24.0, None] if foreseeable else [None])


def test_a_fault_that_costs_no_attribute_has_no_lead() -> None:
    assert Seen(DRILLS[0], 30.0, None).lead is None
    assert _leads([Seen(DRILLS[0], 30.0, None)]) == []
