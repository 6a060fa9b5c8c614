"""A clock that was set back between two commits is a finding; small corrections and concurrent writers are none."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.ledger import Head
from homeostat.ledger.clocks import TOLERANCE, check_clock
from homeostat.ledger.findings import Findings

from .conftest import Place, event

NOON = datetime(2026, 11, 20, 12, tzinfo=UTC)


def heads(*stamps: str) -> list[Head]:
    return [Head(n, n - 1, b"", b"", stamp, "", b"") for n, stamp in enumerate(stamps, start=1)]


def found(*stamps: str) -> list[str]:
    findings = Findings()
    check_clock(heads(*stamps), findings)
    return [finding.what for finding in findings.listed()]


def test_an_act_that_is_made_to_look_earlier_is_found(place: Place) -> None:
    for number, moment in enumerate((NOON, NOON + timedelta(hours=2), NOON + timedelta(hours=1)), start=1):
        with place.open(moment.isoformat) as ledger:
            ledger.append(event(number))
            ledger.commit()
    assert place.words() == (
        "head of 3 events: the clock went back by 1:00:00 since the commit before it, to 2026-11-20T13:00:00+00:00"
    )


def test_the_end_of_summer_time_is_no_step_back() -> None:
    assert found("2026-10-25T02:30:00+02:00", "2026-10-25T02:10:00+01:00") == []


@pytest.mark.parametrize("stamps", [("2026", "2025"), ("2026-01-02T00:00:00", "2026-01-01T00:00:00"), ()])
def test_stamps_that_order_nothing_are_passed_over(stamps: tuple[str, ...]) -> None:
    assert found(*stamps) == []


@given(st.lists(st.integers(-3600, 3600), max_size=12))
def test_as_many_findings_as_steps_beyond_the_tolerance(steps: list[int]) -> None:
    moments = [NOON + timedelta(seconds=sum(steps[:n])) for n in range(len(steps) + 1)]
    back = sum(after < before - TOLERANCE for before, after in pairwise(moments))
    told = found(*(moment.isoformat() for moment in moments))
    assert len(told) == (back if back <= 5 else 6)
