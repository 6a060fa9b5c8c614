"""All batches of a site at a glance."""

from dataclasses import replace

from homeostat.ledger.catalogue import AlarmChanged, BatchEnded, StateChanged
from homeostat.quality import batches

from .tale import HOUR, Tale


def change(alarm: str, state: str) -> AlarmChanged:
    """An alarm without particulars."""
    facts = {
        "alarm": alarm,
        "state": state,
        "priority": "low",
        "text": "",
        "value": None,
        "limit": None,
        "unit": "",
    }
    return AlarmChanged.model_validate(facts)


def test_an_empty_site_has_none(tale: Tale) -> None:
    assert batches(tale.ledger) == []


def test_each_batch_has_one_line(tale: Tale) -> None:
    tale.start()
    tale.tell(StateChanged(before="idle", after="running", cause=""))
    tale.tell(change("a", "raised"), HOUR)
    tale.tell(change("b", "raised"), HOUR)
    tale.tell(change("a", "cleared"), 2 * HOUR)
    other = replace(tale, batch="B0002")
    other.start(patient="P-2")
    other.tell(BatchEnded(state="complete", scans=7, reason=""), HOUR)
    first, second = batches(tale.ledger)
    assert (first.id, first.process, first.version, first.state) == ("B0001", "demo", "1.2.0", "running")
    assert (first.patient, first.elapsed, first.scans, first.alarms) == (
        "P-0815",
        2 * HOUR + HOUR // 6,
        13,
        ("b",),
    )
    assert first.started == "2025-03-01T08:00:00+00:00"
    assert (second.id, second.patient, second.state, second.scans) == ("B0002", "P-2", "complete", 7)


def test_a_batch_agrees_with_its_record(tale: Tale) -> None:
    tale.start()
    tale.tell(StateChanged(before="idle", after="running", cause=""))
    tale.tell(change("a", "raised"), HOUR)
    (line,), record = batches(tale.ledger), tale.record()
    assert (line.state, line.scans, line.elapsed) == (
        record.header.state,
        record.header.scans,
        record.header.duration,
    )
    assert line.alarms == tuple(one.alarm for one in record.alarms if one.standing)
