"""The long table of batches: a row a sample, what a running batch would have taken then, and the phase that ran."""

import csv
import io
from collections.abc import Iterable

import pytest

from homeostat.errors import RecordError
from homeostat.ledger.catalogue import BatchEnded, StepChanged
from homeostat.process import Quantity
from homeostat.quality.batch_series import batch_series

from .tale import DECLARATION, HOUR, MINUTE, Tale


def told(
    tale: Tale, name: str, *, warmth: float = 37.0, unit: str = "degC", midst: Iterable[StepChanged] = ()
) -> None:
    """A batch of 24 scans, ten minutes apart, that came to its end; the steps change an hour after each other."""
    tale.batch = name
    tale.start(patient=f"P-{name}")
    tale.tape("temperature", unit, [warmth + 0.1 * k for k in range(24)])
    tale.tape("twin.viable", "1e6 cell/mL", [1.0 + k for k in range(24)])
    for hour, step in enumerate(midst, 1):
        tale.tell(step, hour * HOUR)
    tale.tell(BatchEnded(state="complete", scans=24, reason="recipe complete"), 4 * HOUR)


def made(tale: Tale, every: str = "1 h") -> list[dict[str, str]]:
    table = batch_series(tale.ledger, tale.historian, Quantity.parse(every))
    return list(csv.DictReader(io.StringIO(table.csv())))


def test_a_row_a_sample_holds_what_was_known_by_then(tale: Tale) -> None:
    told(tale, "B0001")
    told(tale, "B0002", warmth=36.0)
    rows = made(tale)
    assert [(row["batch"], row["time [h]"]) for row in rows[:5]] == [
        ("B0001", "0.0"),
        ("B0001", "1.0"),
        ("B0001", "2.0"),
        ("B0001", "3.0"),
        ("B0002", "0.0"),
    ]
    assert [float(row["temperature [degC]"]) for row in rows[:4]] == pytest.approx([37.0, 37.6, 38.2, 38.8])
    assert rows[4]["donor"] == "P-B0002"
    assert not any("twin" in heading for heading in rows[0])


def test_units_are_those_of_the_first_batch(tale: Tale) -> None:
    told(tale, "B0001")
    told(tale, "B0002", warmth=310.15, unit="K")
    assert float(made(tale)[4]["temperature [degC]"]) == pytest.approx(37.0)


def phases(tale: Tale) -> list[str]:
    procedure, *_ = DECLARATION["recipe"]["procedure"]  # type: ignore[index]
    operation = procedure["operations"][0]
    return [f"{procedure['name']}/{operation['name']}/{phase['name']}" for phase in operation["phases"]]


def test_a_phase_runs_from_the_scan_after_it_began_to_the_one_in_which_it_ended(tale: Tale) -> None:
    path = phases(tale)[0]
    facts = {"level": "phase", "step": path, "title": "", "cause": ""}
    changes = [StepChanged.model_validate(facts | {"state": state}) for state in ("running", "complete")]
    told(tale, "B0001", midst=changes)
    ran = {round(float(row["time [h]"]) * 60): row["phase"] for row in made(tale, "10 min")}
    name = path.rsplit("/", 1)[-1]
    assert [time for time, phase in ran.items() if phase == name] == [70, 80, 90, 100, 110, 120]
    assert set(ran.values()) == {"", name}
    assert MINUTE * 60 == HOUR


def test_a_batch_that_has_not_ended_is_none(tale: Tale) -> None:
    tale.start()
    with pytest.raises(RecordError, match="no batch that has ended"):
        made(tale)


def test_no_interval_is_told(tale: Tale) -> None:
    told(tale, "B0001")
    with pytest.raises(RecordError, match="no interval"):
        made(tale, "0 h")
