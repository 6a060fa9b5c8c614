"""From a column to a tag's samples: units, ranges, totalisers, and every doubt counted."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.equipment.findings import Findings
from homeostat.equipment.series import Series, read_series
from homeostat.equipment.stretch import Stretch
from homeostat.equipment.tables import Shape, Sheet
from homeostat.equipment.timeline import Timeline, order_rows, read_stamps
from homeostat.errors import EquipmentError
from homeostat.process.equipment import Tag
from homeostat.process.reading import Quality
from homeostat.process.recordings import Clock, Column

from .small import HOUR, MINUTE, tag

GOOD, UNCERTAIN, BAD, MISSING = Quality.GOOD, Quality.UNCERTAIN, Quality.BAD, Quality.MISSING
CLOCK = Clock(column=("t",), format="%Y-%m-%d %H:%M")
DAY = 24 * HOUR


def sheet(*rows: tuple[str, ...], names: tuple[str, ...] = ("t", "a")) -> Sheet:
    return Sheet("log.csv", "", "utf-8", Shape(), names, rows, range(2, len(rows) + 2))


def column(*cells: str) -> Sheet:
    return sheet(*[(f"2024-01-01 00:{minute:02d}", cell) for minute, cell in enumerate(cells)])


def place(table: Sheet, findings: Findings, *, distinct: bool = True) -> Timeline:
    """The rows of a log, as a recording with the default `longest_gap` places them."""
    stamped = read_stamps(table, CLOCK, findings)
    stretch = Stretch.busiest([time for time, _ in stamped], DAY) if stamped else Stretch(0, 0, DAY)
    return order_rows(table, stamped, stretch, findings, distinct=distinct)


def read(
    table: Sheet, unit: str = "mmol/L", fields: dict[str, Any] | None = None, **more: Any
) -> tuple[Series, Findings]:
    findings = Findings()
    timeline = place(table, findings)
    declared = Column.model_validate({"column": "a", "unit": unit, **more})
    series = read_series(table, timeline, "x", declared, Tag.model_validate(fields or tag()), findings)
    return series, findings


def test_values_keep_their_bits() -> None:
    series, findings = read(column("1.25", "0.1"))
    assert series.values.tolist() == [1.25, 0.1]
    assert series.qualities.tolist() == [GOOD, GOOD]
    assert (series.times[1] - series.times[0]) == MINUTE
    assert findings.count() == 0


def test_values_are_converted_to_the_unit_of_the_tag() -> None:
    assert read(column("0.02"), unit="mol/L")[0].values.tolist() == [20.0]
    kelvin, _ = read(column("310.15"), unit="K", fields=tag(unit="degC"))
    assert kelvin.values.tolist() == [pytest.approx(37.0)]
    assert read(column("3"), factor=2.5)[0].values.tolist() == [7.5]


def test_units_that_do_not_fit_are_refused() -> None:
    with pytest.raises(EquipmentError, match="cannot give mmol/L") as caught:
        read(column("1"), unit="g")
    assert "column a" in caught.value.where
    with pytest.raises(EquipmentError, match="in totals in mL"):
        read(column("1"), unit="mL", rate=True)


def test_a_bad_cell_costs_its_own_sample() -> None:
    series, findings = read(column("1", "x", "", "inf", "5"))
    assert series.qualities.tolist() == [GOOD, BAD, MISSING, BAD, GOOD]
    assert [math.isnan(value) for value in series.values] == [False, True, True, True, False]
    assert findings.texts() == [
        "log.csv, line 4: x: empty or marked as missing",
        "log.csv, line 3: x: not a finite number (2 times)",
    ]


def test_a_value_outside_the_range_is_shown_but_uncertain() -> None:
    series, findings = read(column("-1", "0", "100", "100.1"))
    assert series.values.tolist() == [-1.0, 0.0, 100.0, 100.1]
    assert series.qualities.tolist() == [UNCERTAIN, GOOD, GOOD, UNCERTAIN]
    assert findings.texts() == ["log.csv, line 2: x: outside the range of the tag (2 times)"]


def test_a_negative_volume_is_impossible() -> None:
    series, findings = read(column("-1", "5"), unit="mL", fields=tag(unit="L", low=-5.0))
    assert series.qualities.tolist() == [BAD, GOOD]
    assert math.isnan(series.values[0])
    assert findings.count("an impossible value") == 1


def test_a_value_that_overflows_its_unit_is_impossible() -> None:
    assert read(column("1e308"), unit="mol/L")[0].qualities.tolist() == [BAD]


FLOW: dict[str, Any] = {"unit": "mL", "rate": True, "fields": tag(unit="L/h")}


def test_a_totaliser_gives_the_flow_since_the_last_good_total() -> None:
    series, findings = read(column("10", "11", "", "13", "13"), **FLOW)
    assert series.qualities.tolist() == [MISSING, GOOD, MISSING, GOOD, GOOD]
    assert series.values[[1, 3, 4]].tolist() == pytest.approx([0.06, 0.06, 0.0])
    assert findings.count("the first total") == 1


def test_a_totaliser_that_was_reset_is_bad_once_and_never_a_negative_flow() -> None:
    series, findings = read(column("10", "12", "1", "2", "-3", "4"), **FLOW)
    assert series.qualities.tolist() == [MISSING, GOOD, BAD, GOOD, BAD, GOOD]
    assert series.values[[1, 3, 5]].tolist() == pytest.approx([0.12, 0.06, 0.06])
    assert findings.count("fell or is negative") == 2


def test_a_flow_is_worth_its_factor_and_judged_by_the_range() -> None:
    assert read(column("0", "1"), **FLOW, factor=2.0)[0].values[1] == pytest.approx(0.12)
    assert read(column("0", "5000"), **FLOW)[0].qualities.tolist() == [MISSING, UNCERTAIN]


@given(st.lists(st.floats(0.0, 1e6), min_size=2, max_size=20))
def test_flows_add_up_to_the_total(totals: list[float]) -> None:
    rising = sorted(totals)
    series, _ = read(column(*map(repr, rising)), **FLOW)
    assert series.values[1:].sum() * 1000.0 / 60.0 == pytest.approx(rising[-1] - rising[0], abs=1e-6)


def order(*stamps: str, distinct: bool = True) -> tuple[Timeline, Findings]:
    findings = Findings()
    rows = [(stamp, "1") for stamp in stamps]
    return place(sheet(*rows), findings, distinct=distinct), findings


def test_rows_are_placed_by_their_stamps_and_what_is_not_placed_is_counted() -> None:
    timeline, findings = order(
        "2024-01-01 00:05",
        "2024-01-01 00:01",
        "soon",
        "2024-01-01 00:05",
        "2024-01-01 00:09",
        "",
        "2024-01-01 00:07",
    )
    assert timeline.rows == [1, 0, 6, 4]
    assert findings.texts() == [
        "log.csv, line 4: rows left out: no time stamp of the declared format (2 times)",
        "log.csv, line 3: rows out of order, sorted by time (2 times)",
        "log.csv, line 5: rows left out: same time stamp as an earlier row",
    ]


def test_samples_of_one_minute_are_all_kept_where_each_counts() -> None:
    assert order("2024-01-01 00:05", "2024-01-01 00:05", distinct=False)[0].rows == [0, 1]


@given(st.lists(st.integers(0, 23), max_size=30))
def test_every_row_is_placed_or_counted(hours: list[int]) -> None:
    timeline, findings = order(*[f"2024-01-01 {hour:02d}:00" for hour in hours], "never")
    assert (
        list(timeline.times) == sorted({timeline.times[0] + (h - min(hours)) * HOUR for h in hours})
        if hours
        else True
    )
    assert len(timeline.rows) + findings.count("rows left out") == len(hours) + 1


def test_a_table_without_its_clock_is_refused() -> None:
    with pytest.raises(EquipmentError, match="no column t"):
        read_stamps(sheet(names=("x",)), CLOCK, Findings())
