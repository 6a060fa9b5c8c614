"""What becomes of an order, told before it is handed in: only what is on record of the batch is asked."""

import pytest

from homeostat.ledger.catalogue import AlarmSettings, BatchEnded
from homeostat.monitoring.alarms import OrderKind
from homeostat.quality.foretelling import Asked, Foretold, foretold

from .tale import HOUR, Tale
from .watching import ALARM, raised

LONGEST = 12 * 3600.0


def settings(alarm: str = ALARM, priority: str = "high", longest: float = LONGEST) -> AlarmSettings:
    facts: dict[str, object] = {
        "alarm": alarm,
        "priority": priority,
        "limit": 38.0,
        "unit": "degC",
        "deadband": 0.1,
        "delay_on": 60.0,
        "delay_off": 60.0,
        "suppressed_while": "",
        "longest_shelf": longest,
        "latching": False,
        "cause": "the jacket",
        "consequence": "heat",
        "severity": "major",
        "response": "cool",
        "time_to_respond": 1800.0,
    }
    return AlarmSettings.model_validate(facts)


@pytest.fixture
def running(tale: Tale) -> Tale:
    tale.start(
        alarms=(settings(), settings("hot.hard.high", "critical"), settings("fixed.proven.low", longest=0.0))
    )
    return tale


def told(tale: Tale, order: OrderKind, alarm: str = ALARM, hours: float | None = None) -> Foretold:
    return foretold(tale.ledger, tale.historian, tale.batch, Asked(order, alarm, "Dr. A", "because", hours))


@pytest.mark.parametrize(
    ("order", "alarm", "hours", "why"),
    [
        ("acknowledge", "zzz", None, "there is no alarm zzz"),
        ("shelve", ALARM, 12.5, "12 h at most"),
        ("shelve", "hot.hard.high", 1.0, "may not be shelved"),
        ("take out of service", "hot.hard.high", None, "needs a time to come"),
        ("take out of service", "hot.hard.high", 13.0, "12 h at most"),
        ("shelve", "fixed.proven.low", 1.0, "may not be shelved"),
        ("take out of service", "fixed.proven.low", 1.0, "may not be taken out of service"),
    ],
)
def test_what_no_scan_would_follow(
    running: Tale, order: OrderKind, alarm: str, hours: float | None, why: str
) -> None:
    running.tell(raised(), 40 * HOUR)
    assert why in told(running, order, alarm, hours).hopeless


def test_what_would_be_refused_as_the_alarm_stands_may_yet_be_followed(running: Tale) -> None:
    found = told(running, "acknowledge")
    assert (found.hopeless, found.now) == ("", f"{ALARM} is normal: it cannot be told to acknowledge")
    running.tell(raised(), HOUR)
    assert told(running, "acknowledge") == Foretold()


def test_the_alarm_of_a_command_is_known_while_it_stands(running: Tale) -> None:
    running.tell(raised("B0001/000012/03"), HOUR)
    assert told(running, "acknowledge", "B0001/000012/03") == Foretold()


def test_nothing_is_told_where_nothing_is_on_record(tale: Tale) -> None:
    assert told(tale, "acknowledge", "zzz") == Foretold(), "no such batch: handing in says so"
    tale.start()
    assert told(tale, "acknowledge", "zzz") == Foretold(), "a version that recorded no settings"


def test_nothing_is_told_of_a_batch_that_has_ended(running: Tale) -> None:
    running.tell(BatchEnded(state="complete", scans=3, reason=""), HOUR)
    assert told(running, "acknowledge", "zzz") == Foretold()
