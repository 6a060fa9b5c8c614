"""The benchmark of watchers: when a fault counts as seen, and which tag is credited."""

from homeostat.bench.watch.drill import DRILLS
from homeostat.bench.watch.watchers import _seen
from homeostat.monitoring.batches import Told
from homeostat.monitoring.batches.state import Decision
from homeostat.monitoring.learning.following import Followed

DRILL = next(drill for drill in DRILLS if drill.fault.at.to("h") == 100.0)


def followed(decisions: dict[float, Decision]) -> Followed:
    told = [Told(1, (1.5,) * 3, one, (("ph [pH]", 0.9), ("glucose", 0.1)), "") for one in decisions.values()]
    return Followed("B0001", tuple(decisions), tuple(told))


def test_a_fault_is_seen_at_the_first_alert_after_it_began() -> None:
    seen = _seen(DRILL, followed({98.0: "ok", 100.0: "ok", 102.0: "alert", 104.0: "action"}))
    assert (seen.delay, seen.tag) == (2.0, "ph")


def test_an_alert_that_stood_before_is_no_merit() -> None:
    assert _seen(DRILL, followed({98.0: "alert", 100.0: "alert", 102.0: "action"})).delay is None
    later = _seen(DRILL, followed({98.0: "alert", 100.0: "ok", 102.0: "ok", 104.0: "alert"}))
    assert later.delay == 4.0


def test_a_fault_that_no_alert_follows_is_not_seen() -> None:
    assert _seen(DRILL, followed({98.0: "ok", 102.0: "undecided"})).delay is None
