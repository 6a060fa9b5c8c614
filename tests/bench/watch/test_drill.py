"""What is told of a fault: delay, leads, and over which faults the bar takes its median."""

import pytest

from homeostat.bench.watch.drill import DRILLS, Seen, _first, _leads, _missed, _speaks, _told, _warns
from homeostat.ledger import Event, Recorded
from homeostat.ledger.catalogue import AlarmChanged, AttributeJudged, Payload, SampleResult, VerdictChanged

FAULT = DRILLS[1]
BEGIN = FAULT.fault.at.to("h")
HOUR = 3_600_000_000


def seen(lead: float, possible: float | None) -> Seen:
    """A sample missed 60 h after the fault; it was seen, and could have been, so many hours before."""
    missed = BEGIN + 60.0
    visible = None if possible is None else missed - possible
    return Seen(FAULT, missed - lead, "an alarm", missed, missed - lead / 2, visible, visible)


def recorded(hour: float, told: Payload) -> Recorded:
    event = Event("B1/1", told.type, "B1", round(hour * HOUR), "scan", told.model_dump(mode="json"))
    return Recorded(1, event, "", b"", b"")


def alarm(name: str, *, shown: bool) -> AlarmChanged:
    return AlarmChanged(
        alarm=name, state="raised", priority="low", text="", value=None, limit=None, unit="", shown=shown
    )


def verdict(before: str, after: str) -> VerdictChanged:
    nothing = dict.fromkeys(("probability", "value", "low", "high", "at", "breach"))
    told = {"attribute": "dose", "before": before, "verdict": after, "unit": "", "drivers": (), "reason": ""}
    return VerdictChanged.model_validate(told | nothing)


def test_delay_and_leads_count_from_what_a_person_saw() -> None:
    one = seen(36.0, 48.0)
    assert one.delay == 24.0
    assert (one.lead, one.warning, one.possible, one.alike) == (36.0, 18.0, 48.0, 48.0)


def test_a_fault_that_was_never_seen_has_no_lead_and_counts_in_the_median() -> None:
    never = Seen(FAULT, None, "", BEGIN + 60.0, None, BEGIN + 1.0)
    assert never.delay is None
    assert (never.lead, never.warning, never.possible) == (0.0, None, 59.0)
    assert [one.value.median for one in _leads([never])] == [0.0, 0.0]
    assert _told(never)[0].what.endswith("not seen; attributes missed")


def test_the_median_of_all_keeps_its_bar_beside_that_of_the_faults_that_physics_lets_be_seen() -> None:
    found = _leads([seen(-4.0, 6.0), seen(-4.0, None), seen(40.0, 48.0), seen(30.0, 24.0)])
    assert [one.value.median for one in found] == [35.0, 13.0]
    assert [one.bar for one in found] == [24.0, 24.0]
    assert [one.holds for one in found] == [True, False]
    assert "median of 2 faults that could be seen 24 h before" in found[0].what
    assert "median of 4 faults" in found[1].what


@pytest.mark.parametrize("possible", [None, 23.9])
def test_where_physics_allows_no_lead_only_the_median_of_all_is_told(possible: float | None) -> None:
    assert len(_leads([seen(-4.0, possible)])) == 1


def test_a_fault_that_costs_no_attribute_has_no_lead() -> None:
    harmless = Seen(FAULT, BEGIN + 2.0, "an alarm", None)
    assert harmless.lead is None
    assert _leads([harmless]) == []
    assert [one.what for one in _told(harmless)] == ["drill: cells die (8 times): seen after (by an alarm)"]


def test_each_missed_attribute_tells_our_lead_and_the_greatest_that_there_could_be() -> None:
    told = {one.what.rpartition(": ")[2]: one.value.median for one in _told(seen(36.0, 48.0))[1:]}
    assert told == {
        "lead before the attribute is missed": 36.0,
        "lead of the first verdict on an attribute": 18.0,
        "greatest lead that any watch could have": 48.0,
        "the same, were all donors alike": 48.0,
    }


def test_what_a_person_does_not_see_is_not_seen() -> None:
    events = [
        recorded(BEGIN - 1.0, alarm("before", shown=True)),
        recorded(BEGIN + 1.0, alarm("hidden", shown=False)),
        recorded(BEGIN + 2.0, verdict("undecided", "ok")),
        recorded(BEGIN + 3.0, verdict("ok", "undecided")),
        recorded(BEGIN + 4.0, alarm("shown", shown=True)),
        recorded(BEGIN + 5.0, verdict("undecided", "action")),
    ]
    assert _first(events, BEGIN, _speaks) == (BEGIN + 3.0, "verdict on dose: undecided")
    assert _first(events[4:], BEGIN, _speaks) == (BEGIN + 4.0, "shown")
    assert _first(events, BEGIN, _warns) == (BEGIN + 5.0, "dose")
    assert _first(events[:2], BEGIN, _speaks) is None


def test_an_attribute_is_missed_when_its_sample_was_taken() -> None:
    result = SampleResult(sample="S1", assay="count", taken=200 * HOUR, values={}, units={})
    judged = AttributeJudged.model_validate(
        {"attribute": "dose", "sample": "S1", "value": 1.0, "unit": "", "low": 2.0, "high": None}
        | {"verdict": "outside"}
    )
    assert _missed([recorded(204.0, result), recorded(204.0, judged)]) == 200.0
    assert _missed([recorded(204.0, result)]) is None
