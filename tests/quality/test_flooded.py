"""Floods of a site: alarms of several batches on one clock, counted as one operator meets them."""

import pytest

from homeostat.ledger.catalogue import BatchEnded, BatchResumed
from homeostat.monitoring.alarms import FLOOD, FloodRule
from homeostat.quality.flooded import SiteFlood, site_floods, stamp_of
from homeostat.quality.settled import settled

from .tale import HOUR, MINUTE, Tale
from .watching import acknowledged, cleared, raised

SECOND = 1_000_000


def second(tale: Tale, batch: str = "B0002") -> Tale:
    """Another batch of the same site."""
    return Tale(tale.ledger, tale.historian, batch, serial=0)


def alarm(tale: Tale, time: int, count: int = 1) -> None:
    for number in range(count):
        tale.tell(raised(f"{tale.batch}-{time}-{number}", "low"), time + number * SECOND, actor="scan")


def test_two_calm_batches_may_flood_one_operator(tale: Tale) -> None:
    other = second(tale)
    tale.start()
    other.start()  # a second later, by the clock of these tales
    alarm(tale, HOUR, 6)
    assert site_floods(tale.ledger) == ()
    alarm(other, HOUR + 2 * MINUTE, 6)
    (flood,) = site_floods(tale.ledger)
    assert flood.alarms == {"B0001": 6, "B0002": 6}
    assert flood.total == 12
    assert f"{stamp_of(flood.begins):%H:%M}" == "09:02"
    assert flood.ends > flood.begins


def test_alarms_of_batches_that_began_at_other_times_do_not_meet(tale: Tale) -> None:
    other = second(tale)
    tale.start()
    for _ in range(20):
        tale.tell(cleared("nothing", "normal", "normal"), 0)  # the wall clock goes on
    other.start()
    alarm(tale, HOUR, 6)
    alarm(other, HOUR, 6)
    assert len(site_floods(tale.ledger, FloodRule(window=15 * SECOND))) == 0
    assert len(site_floods(tale.ledger)) == 1


def test_the_clock_of_a_batch_goes_on_where_it_was_resumed(tale: Tale) -> None:
    tale.start()
    alarm(tale, HOUR - 4 * MINUTE, 6)
    tale.tell(BatchResumed(batch="B0001", scan=6, reason="resumed"), batch="")  # scan 6 begins after an hour
    alarm(tale, HOUR, 6)  # 4 min later by process time; but by the wall clock the batch was resumed at once
    assert site_floods(tale.ledger) == ()


def test_what_is_no_new_alarm_is_not_counted(tale: Tale) -> None:
    tale.start()
    alarm(tale, HOUR, 10)
    tale.tell(raised(FLOOD, "high"), HOUR + MINUTE)
    tale.tell(acknowledged(f"B0001-{HOUR}-0"), HOUR + MINUTE)
    tale.tell(raised("silent", "low", "shelved", "shelved"), HOUR + MINUTE)
    assert site_floods(tale.ledger) == ()
    alarm(tale, HOUR + 2 * MINUTE)
    assert [flood.total for flood in site_floods(tale.ledger)] == [11]


def test_a_batch_that_has_ended_asks_nothing_of_anybody(tale: Tale) -> None:
    tale.start()
    alarm(tale, HOUR, 20)
    tale.tell(BatchEnded(state="complete", scans=12, reason="done"), 2 * HOUR)
    assert site_floods(tale.ledger) == ()


def test_an_empty_site_has_no_floods(tale: Tale) -> None:
    assert site_floods(tale.ledger) == ()


@pytest.mark.parametrize("batches", [2, 5])
def test_all_alarms_of_a_flood_are_counted_once(tale: Tale, batches: int) -> None:
    tales = [second(tale, f"B{number}") for number in range(batches)]
    for one in tales:
        one.start()
    for one in tales:
        alarm(one, HOUR, 12)
    (flood,) = site_floods(tale.ledger)
    assert isinstance(flood, SiteFlood)
    assert flood.alarms == {f"B{number}": 12 for number in range(batches)}


def test_what_was_settled_is_read_from_the_start_and_older_records_have_nothing(tale: Tale) -> None:
    facts = {"alarm": "warmth.proven.high", "priority": "high", "limit": 38.0, "unit": "degC"}
    facts |= {"deadband": 0.1, "delay_on": 60.0, "delay_off": 60.0, "suppressed_while": ""}
    facts |= {"longest_shelf": 0.0, "latching": False, "cause": "a", "consequence": "b"}
    tale.start(alarms=(facts | {"severity": "major", "response": "c", "time_to_respond": 1800.0},))
    assert settled(tale.ledger, "B0001")["warmth.proven.high"].response == "c"
    other = second(tale)
    other.start()
    assert settled(tale.ledger, "B0002") == {}
