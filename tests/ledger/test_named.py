"""Events by their names: which of a ledger are told when those are left out that stand where they should."""

import pytest

from homeostat.ledger import Event, event
from homeostat.ledger.catalogue import BatchEnded, BatchStarted, CommandOutcome
from homeostat.ledger.named import ANSWERS, BEGINS, ENDS

from .conftest import Place

MANY, ANSWER = "signal.changed", "command.outcome"


def put(place: Place, told: list[tuple[str, str, str]]) -> None:
    """Put events on record, each with its id, its batch and its type."""
    with place.open() as ledger:
        for name, batch, kind in told:
            ledger.append(Event(name, kind, batch, 0, "scan", {"of": name}))
        ledger.commit()


def test_events_by_name_leave_out_what_is_regular(place: Place) -> None:
    """Of a regular type those alone that are named otherwise, stand before or after their batch, or are of none."""
    told = [
        ("B1/start", "B1", "batch.started"),
        ("B1/000001/000", "B1", MANY),
        ("B1/000001/000.done", "B1", ANSWER),
        ("forged", "B1", MANY),
        ("B2/000001/001", "B1", MANY),
        ("B1/000002/000", "B1", "batch.ended"),
        ("B1/000003/000", "B1", MANY),
        ("B2/000001/002", "B2", MANY),
        ("B2/start", "B2", "batch.started"),
        ("B2/000003/000", "B2", MANY),
        ("B3/000003/000", "B3", MANY),
    ]
    put(place, told)
    with place.open() as ledger:
        assert [one.seq for one in ledger.named()] == list(range(1, len(told) + 1))
        found = ledger.named({MANY, ANSWER}, {"batch.ended"})
    assert [one[:4] for one in found] == [(seq, *told[seq - 1]) for seq in (1, 4, 5, 6, 7, 8, 9, 11)]
    said = [one.said() for one in found]
    assert said == [{"of": one.id} if one.type == "batch.ended" else {} for one in found]


def test_a_regular_event_is_named_exactly_as_a_scan_names_it(place: Place) -> None:
    """Scan and number filled up with zeros, nothing behind them, and `.done` for an outcome alone."""
    right = [
        ("B1/000001/000", MANY),
        ("B1/999999/999", MANY),
        ("B1/1000000/001", MANY),
        ("B1/000001/000.done", ANSWER),
        ("B1/1000000/001.done", ANSWER),
    ]
    wrong = [
        ("B1/0x/9forged by hand", MANY),
        ("B1/1/1", MANY),
        ("B1/000001/00", MANY),
        ("B1/000001/000x", MANY),
        ("B1/00001/0007", MANY),
        ("B1/0000001/000", MANY),
        ("B1/\u0660\u0660\u0660\u0660\u0660\u0661/000", MANY),
        ("B1/000002/000.done", MANY),
        ("B1/000002/000", ANSWER),
        ("000001/000", MANY),
    ]
    put(place, [("B1/start", "B1", "batch.started"), *((name, "B1", kind) for name, kind in right + wrong)])
    with place.open() as ledger:
        found = [(one.id, one.type) for one in ledger.named({MANY, ANSWER})]
    assert found[1:] == wrong


def test_a_batch_whose_name_stands_for_others_hides_nothing(place: Place) -> None:
    put(place, [("a", "B?", "batch.started"), ("B1/000001/000", "B?", MANY)])
    with place.open() as ledger:
        assert [one.id for one in ledger.named({MANY})] == ["a", "B1/000001/000"]


def test_what_stands_behind_a_zero_byte_is_part_of_a_name(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """No writer of this software puts one on record; whoever holds the site's key can."""
    monkeypatch.setattr(event, "_refuse_bad_fields", lambda one: None)
    names = ["B1/000001/000\x00forged", "B1\x00/000001/000"]
    put(place, [("a", "B1", "batch.started"), *((name, name.partition("/")[0], MANY) for name in names)])
    with place.open() as ledger:
        assert [one.id for one in ledger.named({MANY})] == ["a", *names]


def test_a_list_leaves_out_types_and_other_batches(place: Place) -> None:
    put(place, [("a", "B1", "batch.started"), ("b", "B1", MANY), ("c", "B2", "batch.started")])
    with place.open() as ledger:
        assert [one.id for one in ledger.listed(without={MANY})] == ["a", "c"]
        assert [one[:3] for one in ledger.listed({MANY}, batch="B1")] == [(1, "a", "B1"), (2, "b", "B1")]
        assert [one.said() for one in ledger.listed({MANY}, batch="B1")] == [{}, {"of": "b"}]


def test_the_types_that_it_knows_by_name_are_those_of_the_catalogue() -> None:
    assert (BatchStarted.type, BatchEnded.type, CommandOutcome.type) == (BEGINS, ENDS, ANSWERS)
