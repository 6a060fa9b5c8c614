"""The table of batches: a row a batch, values as a running batch would have taken them, nothing from later."""

import csv
import io
from collections.abc import Callable
from typing import Any

import pytest

from homeostat.errors import RecordError
from homeostat.ledger.catalogue import AttributeJudged, BatchEnded, SignalChanged
from homeostat.process import Quality, Quantity
from homeostat.process.soft import ModelInput, SoftSensor, unit_in
from homeostat.quality.batch_table import BatchTable, batch_table

from .tale import HOUR, MINUTE, Tale

EARLY, LATE = Quantity(1.0, "h"), Quantity(3.0, "h")


def end(tale: Tale, state: str = "complete") -> None:
    tale.tell(BatchEnded(state=state, scans=24, reason="recipe complete"), 4 * HOUR)


def judge(tale: Tale, value: float | None, attribute: str = "viability", unit: str = "%") -> None:
    facts: dict[str, Any] = {"sample": "S1", "low": 70.0, "high": None, "verdict": "within"}
    tale.tell(AttributeJudged(attribute=attribute, value=value, unit=unit, **facts), 4 * HOUR)


def told(tale: Tale, name: str, patient: str = "P1", *, warmth: float = 37.0, unit: str = "degC") -> None:
    """A batch of 24 scans, ten minutes apart, that came to its end."""
    tale.batch = name
    tale.start(patient=patient)
    tale.tape("temperature", unit, [warmth + 0.1 * k for k in range(24)])
    tale.tape("twin.viable", "1e6 cell/mL", [1.0 + k for k in range(24)])
    tale.tape("foreseen.viability", "%", [90.0] * 24, qualities=[5] * 12 + [0] * 12)
    tale.tape("loop.heat", "%", [50.0] * 24)
    judge(tale, 88.0)
    end(tale)


def made(tale: Tale, *times: Quantity, target: str | None = None) -> list[dict[str, str]]:
    table = batch_table(tale.ledger, tale.historian, times or (EARLY, LATE), target)
    return list(csv.DictReader(io.StringIO(table.csv())))


def test_a_row_holds_what_was_known_at_the_times_and_what_came_of_it(tale: Tale) -> None:
    told(tale, "B0001")
    (row,) = made(tale)
    assert row == {
        "batch": "B0001",
        "donor": "P1",
        "process": "demo 1.2.0",
        "state": "complete",
        "temperature @ 1 h [degC]": repr(37.0 + 0.1 * 6),
        "temperature @ 3 h [degC]": repr(37.0 + 0.1 * 18),
        "twin.viable @ 1 h [1e6 cell/mL]": "7.0",
        "twin.viable @ 3 h [1e6 cell/mL]": "19.0",
        "foreseen.viability @ 3 h [%]": "90.0",
        "viability": "88.0",
    }


def test_headings_are_what_a_soft_sensor_takes_its_inputs_from(tale: Tale) -> None:
    told(tale, "B0001")
    sensor = SoftSensor(title="Viability", package="m.json", sha256="0" * 64)
    names = [name for name in made(tale)[0] if "@" in name]
    assert sensor.source(names[2]) == ModelInput("twin.viable", EARLY)
    assert unit_in(names[2]) == ("twin.viable @ 1 h", "1e6 cell/mL")
    assert all(sensor.source(name) for name in names)


def test_batches_stand_in_the_order_in_which_they_began_and_running_ones_are_left_out(tale: Tale) -> None:
    told(tale, "B0002", "P2")
    told(tale, "B0001", "P1", warmth=36.0)
    tale.batch = "B0003"
    tale.start()
    assert [(row["batch"], row["donor"]) for row in made(tale)] == [("B0002", "P2"), ("B0001", "P1")]


def test_one_target_leaves_out_the_other_attributes(tale: Tale) -> None:
    told(tale, "B0001")
    tale.batch = "B0002"
    tale.start()
    tale.tape("temperature", "degC", [37.0] * 24)
    judge(tale, 3.0, "density", "1e6 cell/mL")
    end(tale, "aborted")
    rows = made(tale, target="viability")
    assert [(row["state"], row["viability"]) for row in rows] == [("complete", "88.0"), ("aborted", "")]
    assert "density" not in rows[0]
    assert [row["density"] for row in made(tale)] == ["", "3.0"]


@pytest.mark.parametrize(("gap", "known"), [(5, True), (6, True), (7, False)])
def test_a_value_may_be_an_hour_old(tale: Tale, gap: int, known: bool) -> None:
    """The last `gap` scans up to three hours are bad."""
    tale.start()
    codes = [0] * (19 - gap) + [int(Quality.BAD)] * gap + [0] * 5
    tale.tape("temperature", "degC", [float(k) for k in range(24)], qualities=codes)
    tale.tape("oxygen", "%", [50.0] * 24)
    end(tale)
    assert made(tale, LATE)[0].get("temperature @ 3 h [degC]") == (f"{18.0 - gap}" if known else None)


def test_a_time_after_the_end_is_empty(tale: Tale) -> None:
    told(tale, "B0001")
    assert "temperature @ 4 h [degC]" not in made(tale, EARLY, Quantity(4.0, "h"))[0]


@pytest.mark.parametrize(("kind", "value"), [("frozen", "15.0"), ("drift", "18.0")])
def test_readings_that_were_doubted_do_not_count(tale: Tale, kind: str, value: str) -> None:
    """What is only compared, such as a drift, leaves the quality as it is."""
    tale.start()
    tale.tape("temperature", "degC", [float(k) for k in range(24)])
    finding: dict[str, Any] = {"tag": "temperature", "kind": kind, "value": None, "text": "", "since": 0}
    tale.tell(SignalChanged(state="opened", **finding), 16 * 10 * MINUTE)
    tale.tell(SignalChanged(state="closed", **finding), 22 * 10 * MINUTE)
    end(tale)
    assert made(tale, LATE)[0]["temperature @ 3 h [degC]"] == value


def test_a_spike_is_left_out(tale: Tale) -> None:
    tale.start()
    tale.tape("temperature", "degC", [float(k) for k in range(24)])
    moment = 18 * 10 * MINUTE
    noted = SignalChanged(
        tag="temperature", kind="spike", state="noted", since=moment, value=18.0, text="a spike"
    )
    tale.tell(noted, moment)
    end(tale)
    assert made(tale, LATE)[0]["temperature @ 3 h [degC]"] == "17.0"


def test_units_are_those_of_the_first_batch(tale: Tale) -> None:
    told(tale, "B0001")
    told(tale, "B0002", warmth=310.15, unit="K")
    assert [float(row["temperature @ 1 h [degC]"]) for row in made(tale)] == pytest.approx([37.6, 37.6])


def test_units_of_another_kind_are_an_error(tale: Tale) -> None:
    told(tale, "B0001")
    told(tale, "B0002", unit="mL")
    with pytest.raises(RecordError, match="is in mL in one batch and in degC in another"):
        made(tale)


def test_what_cannot_be_told_is_an_error(tales: Callable[[str], Tale]) -> None:
    tale = tales("site")
    with pytest.raises(RecordError, match="no batch that has ended"):
        made(tale)
    told(tale, "B0001")
    with pytest.raises(RecordError, match="no batch has a reading at 9 d"):
        made(tale, Quantity(9.0, "d"))
    with pytest.raises(
        RecordError, match=r"no batch has measured an attribute 'vitality'.*did you mean 'viability'"
    ):
        made(tale, target="vitality")


def test_a_table_is_plain_csv() -> None:
    assert BatchTable(("a", "b, c"), (("1", ""),)).csv() == 'a,"b, c"\n1,\n'
