"""Times of the observer that do not fit the scan or its memory: what is told of them, and that it is so."""

import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.execution.batch import observe
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.believing import HORIZON
from homeostat.execution.plan.dropping import dropping
from homeostat.execution.plan.pacing import pacing
from homeostat.process import Process, Quantity
from homeostat.process.observer import Observer

from .steered import minutes, unsteered
from .test_fusing import observing

MINUTE = 60_000_000


def timed(scan: float, **observer: str) -> Process:
    """The short perfusion culture without its controller, with other times in minutes and text."""
    tree = unsteered().model_dump(mode="json", by_alias=True)
    tree["twin"]["observer"] |= observer
    return Process.model_validate(tree | {"scan": f"{scan} min"})


@given(st.integers(1, 10**4), st.integers(1, 10**4))
def test_the_real_interval_is_the_first_scan_that_is_a_reading_as_well(scan: int, every: int) -> None:
    first = next(k for k in range(1, every + 1) if k * scan % every == 0) * scan
    assert Observer(every=minutes(every)).pace(minutes(scan)).to("min") == pytest.approx(first, rel=1e-8)


@pytest.mark.parametrize(
    ("scan", "every"), [("1 min", "0 h"), ("1 min", "2 mL"), ("0 s", "1 h"), ("3", "1 h")]
)
def test_what_is_no_time_has_no_other_interval(scan: str, every: str) -> None:
    observer = Observer(every=Quantity.parse(every))
    assert observer.pace(Quantity.parse(scan)) == observer.every


@pytest.mark.parametrize(("scan", "really"), [(2, 10), (3, 30), (7, 70), (20, 20)])
def test_a_scan_that_does_not_divide_the_readings_is_told_with_when_they_really_come(
    mini: Process, scan: int, really: int
) -> None:
    process = observing(mini).model_copy(update={"scan": minutes(scan)})
    plan = make_plan(process, steers=True, initial={"viable": 1.0})
    observer = observe(plan)
    belief, reads = observer.begin(), set[int]()
    usable = [{"do": 95.0, "glucose": 20.0}.get(tag, math.nan) for tag in plan.tags]
    for time in range(0, 141 * MINUTE, scan * MINUTE):
        belief = observer.follow(plan, belief, usable, time, first=not time)
        reads.add(belief.read[0] // MINUTE)
    assert reads == set(range(0, 141, really))
    told = [f"{fault.path} {fault.what}; {fault.mend}" for fault in pacing(process)]
    expected = (
        f"('scan',) the twin reads every {really} min, not every 10 min: {scan} min does not divide that; "
        f"give a scan that divides 10 min, or, if it is meant so, every: {really} min in twin.observer"
    )
    assert told == ([] if really == 10 else [expected])


def test_without_readings_of_its_own_an_observer_is_not_late() -> None:
    process = timed(7.0)
    assert [*pacing(process)]
    bare = process.model_dump(mode="json", by_alias=True)
    bare["twin"]["observer"]["tags"] = {}
    assert not [*pacing(Process.model_validate(bare))]
    bare["twin"]["observer"] = None
    assert not [*pacing(Process.model_validate(bare)), *dropping(Process.model_validate(bare))]


@pytest.mark.parametrize(
    ("drop", "told"),
    [
        ("30 h", "memory reaches back 24 h, twice 30 h is needed"),
        ("12.1 h", "twice 12.1 h is needed"),
        ("12 h", ""),
        ("10 min", ""),
        ("9 min", "judged over 9 min, but the twin reads every 10 min"),
    ],
)
def test_a_drop_beyond_memory_or_within_one_reading_is_told(drop: str, told: str) -> None:
    found = [*dropping(timed(10.0, drop=drop))]
    assert [fault.path for fault in found] == [("twin", "observer", "drop")] * bool(told)
    assert all(told in fault.what for fault in found)


def test_a_drop_is_held_against_when_readings_really_come() -> None:
    (fault,) = dropping(timed(15.0, drop="20 min"))
    assert "the twin reads every 30 min" in fault.what
    assert "give at least 30 min" in fault.mend


def lied(after: float) -> tuple[Any, float]:
    """The oldest entry of the observer's memory when a lie of `after` hours is found, and when that lie began."""
    process = timed(10.0)
    plan = make_plan(process, steers=True, initial={})
    observer, belief = observe(plan), observe(plan).begin()
    usable = [math.nan] * len(plan.tags)
    hours = 30.0 + after
    for time in range(0, int(hours * 60) * MINUTE + 1, 10 * MINUTE):
        belief = observer.follow(plan, belief, usable, time, first=not time)
    assert belief.shadow is not None
    return belief.shadow.epochs[0].time, hours - after


@pytest.mark.parametrize(("drop", "undone"), [(HORIZON / 2.0, True), (HORIZON, False)])
def test_memory_reaches_back_twice_as_long_as_a_drop_may_be(drop: float, undone: bool) -> None:
    """A signal is left out `drop` after it disagreed, and what it said `drop` before that has to be there still."""
    oldest, began = lied(drop)
    assert (oldest <= began - drop) == undone
