"""Units at a GMP site: one batch at a time, the others in a line that is on record, in the order they asked."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError, ExecutionError
from homeostat.execution.allocation import TURN, allocate, allocation, give_up
from homeostat.execution.batch import name_batch
from homeostat.governance import Office
from homeostat.ledger.catalogue import BatchEnded
from homeostat.site import Site
from homeostat.validation.begun import started, tell
from homeostat.validation.floor import questions
from homeostat.validation.staff import staff

PROCESS = questions()


class Clock:
    def __init__(self) -> None:
        self._ticks, self.now = count(), datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> str:
        return (self.now + timedelta(seconds=next(self._ticks))).isoformat()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def office(tmp_path: Path, clock: Clock) -> Iterator[Office]:
    names = count()
    site = Site.create(tmp_path / "site", "gmp")
    with Office.open(site, clock, lambda: f"n{next(names)}") as office:
        yield office


@pytest.fixture
def begin(office: Office) -> Callable[[str], None]:
    """Allocates the units and starts the batch."""

    def begun(batch: str) -> None:
        allocate(office, batch, PROCESS, "maria")
        tell(office, f"{batch}/started", started(), batch)

    return begun


END = BatchEnded(state="complete", scans=1, reason="")


def line(office: Office) -> list[str]:
    return [one.batch for one in allocation(office.ledger).line]


def test_who_is_refused_is_in_the_line_once(office: Office, begin: Callable[[str], None]) -> None:
    begin("B1")
    for _ in range(2):
        with pytest.raises(ExecutionError, match=r"allocated to batch B1: B2 waits, number 1") as refused:
            begin("B2")
        assert "--batch B2" in refused.value.mend
    with pytest.raises(ExecutionError, match="B3 waits, number 2"):
        begin("B3")
    assert line(office) == ["B2", "B3"]
    asked = [one.event for one in office.acts(("units.asked",))]
    assert [(one.actor, one.data["batch"]) for one in asked] == [("maria", "B2"), ("maria", "B3")]


def test_units_go_to_the_first_in_the_line(office: Office, begin: Callable[[str], None]) -> None:
    begin("B1")
    for batch in ("B2", "B3"):
        with pytest.raises(ExecutionError):
            begin(batch)
    tell(office, "B1/end", END, "B1")
    for late in ("B3", "B4"):
        with pytest.raises(ExecutionError, match="B2 has waited longer"):
            begin(late)
    assert line(office) == ["B2", "B3", "B4"]
    begin("B2")
    assert line(office) == ["B3", "B4"]
    assert set(allocation(office.ledger).holders.values()) == {"B2"}


def test_a_turn_ends_and_who_comes_late_stands_behind_the_others(
    office: Office, begin: Callable[[str], None], clock: Clock
) -> None:
    begin("B1")
    for batch in ("B2", "B3"):
        with pytest.raises(ExecutionError):
            begin(batch)
    clock.now += 3 * TURN  # waiting itself costs nobody their place
    with pytest.raises(ExecutionError, match="number 2"):
        begin("B3")
    tell(office, "B1/end", END, "B1")
    clock.now += TURN - timedelta(minutes=1)
    with pytest.raises(ExecutionError, match="B2 has waited longer"):
        begin("B3")
    clock.now += timedelta(minutes=2)
    begin("B3")
    with pytest.raises(ExecutionError, match="allocated to batch B3: B2 waits"):
        begin("B2")


def test_who_gives_up_waits_no_more(office: Office, begin: Callable[[str], None]) -> None:
    team = staff(office, maria="operator", vera="quality assurance")
    begin("B1")
    with pytest.raises(ExecutionError):
        begin("B2")
    with pytest.raises(AuthorityError):
        give_up(office, team["vera"].session, "B2", why="not needed")
    give_up(office, team["maria"].session, "B2", why="not needed")
    assert line(office) == []
    with pytest.raises(ExecutionError, match="does not wait"):
        give_up(office, team["maria"].session, "B2", why="not needed")


def test_the_name_of_a_batch_that_waits_is_not_given_to_another(
    office: Office, begin: Callable[[str], None]
) -> None:
    begin("B0001")
    with pytest.raises(ExecutionError):
        begin("B0002")
    assert name_batch(office.ledger, None) == "B0003"
    assert name_batch(office.ledger, "B0002") == "B0002"
