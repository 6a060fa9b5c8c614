"""Orders of persons about alarms: taken up by the batch that runs, followed once whatever dies, refused in words."""

import sys
from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
from pydantic import ValidationError

from homeostat.equipment import Command, Outcome, SimulatedPlant, connect
from homeostat.errors import ExecutionError
from homeostat.execution import Options, orders, replay, resume, run
from homeostat.execution.orders import Inbox, give, waiting
from homeostat.execution.slips import AlarmSlip as Slip
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import AlarmChanged, AlarmOrdered, AlarmRefused, Payload, payload
from homeostat.process import Process
from homeostat.site import Site
from tests.marks import in_drills

from .conftest import Quiet, Runner, story

HOUR = 3_600_000_000
FOREVER = float("inf")
BRISK = 1e9  # finite: somebody could be waiting
ALARM = "oxygen.normal.high"  # the one alarm of the short culture, raised after half an hour
SHELVED = Slip(order="shelve", alarm=ALARM, by="Dr. A", reason="the probe is being changed", hours=0.25)
SEEN = Slip(order="acknowledge", alarm=ALARM, by="Dr. B", reason="seen")


class Death(BaseException):
    """The process dies here."""


@dataclass
class Person(Quiet):
    """Looks on, and gives orders once so many scans are done."""

    site: Site
    plan: dict[int, Slip]
    given: list[str] = field(default_factory=list)

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Give what is due."""
        for due in [due for due in self.plan if due <= scan]:
            self.given.append(handed(self.site, self.plan.pop(due), len(self.given)))


def handed(site: Site, slip: Slip, number: int = 0) -> str:
    return give(site, "B0001", slip, stamp=f"2026-01-01T00:00:0{number}.000000+00:00", nonce="ab")


def told(site: Site, kind: type[Payload]) -> list[tuple[int, Payload]]:
    """The batch's facts of one kind, with their times."""
    with site.reading() as (ledger, _):
        found = [one.event for one in ledger.events(batch="B0001", types=[kind.type])]
    return [(event.time, payload(event.type, event.data)) for event in found]


def ordered(site: Site) -> list[tuple[int, AlarmOrdered]]:
    return [(time, data) for time, data in told(site, AlarmOrdered) if isinstance(data, AlarmOrdered)]


def happenings(site: Site) -> list[tuple[str, str]]:
    return [
        (d.state, d.by)
        for _, d in told(site, AlarmChanged)
        if isinstance(d, AlarmChanged) and d.alarm == ALARM
    ]


@pytest.fixture
def paused(site: Site, run_mini: Runner) -> Site:
    """A batch that waits for somebody to resume it."""
    run_mini(site, seed=7, until="inoculate")
    return site


def test_an_order_that_waits_is_taken_up_when_the_batch_goes_on(paused: Site, quiet: Quiet) -> None:
    name = handed(paused, SHELVED)
    assert [(one, slip) for one, slip in waiting(paused, "B0001")] == [(name, SHELVED)]
    resume(paused, "B0001", FOREVER, quiet)
    ((time, order),) = ordered(paused)
    assert (order.slip, order.by, order.reason) == (name, "Dr. A", "the probe is being changed")
    assert order.until == time + HOUR // 4
    assert happenings(paused)[0] == ("shelved", "Dr. A")
    assert ("released", "scan") in happenings(paused)
    assert waiting(paused, "B0001") == ()
    assert replay(paused, "B0001", quiet).identical


def test_an_order_reaches_a_batch_that_runs(
    mini: Process, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "INTERVAL", 0.0)
    person = Person(site, {60: SEEN})
    assert run(site, mini, Options(seed=7, speed=BRISK), person).state == "complete"
    ((time, order),) = ordered(site)
    assert (order.slip, order.by) == (person.given[0], "Dr. B")
    assert time >= HOUR
    assert happenings(site)[:1] == [("raised", "scan")]
    assert ("acknowledged", "Dr. B") in happenings(site)
    assert waiting(site, "B0001") == ()
    found = replay(site, "B0001", quiet)
    assert found.identical, found.difference


def test_nobody_can_reach_a_run_at_free_pace(
    mini: Process, site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "INTERVAL", 0.0)
    person = Person(site, {60: SEEN})
    run(site, mini, Options(seed=7), person)
    assert ordered(site) == []
    assert [name for name, _ in waiting(site, "B0001")] == person.given


def test_an_order_that_cannot_be_followed_is_refused_on_record(paused: Site, quiet: Quiet) -> None:
    handed(paused, SEEN)
    resume(paused, "B0001", FOREVER, quiet)
    ((_, refusal),) = told(paused, AlarmRefused)
    assert isinstance(refusal, AlarmRefused)
    assert (refusal.by, refusal.order) == ("Dr. B", "acknowledge")
    assert "normal" in refusal.reason
    assert replay(paused, "B0001", quiet).identical


class StubbornPlant(SimulatedPlant):
    """Does nothing that it is told about perfusion."""

    def execute(self, command: Command) -> Outcome:
        refused = command.target == "perfusion"
        return Outcome("refused", 0.0, "the pump is open") if refused else super().execute(command)


def test_a_batch_that_is_held_takes_orders_though_nothing_else_goes_on(
    site: Site, run_mini: Runner, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", StubbornPlant)
    held = run_mini(site, seed=7)
    assert held.state == "held"
    alarm = next(
        d.alarm for _, d in told(site, AlarmChanged) if isinstance(d, AlarmChanged) and d.priority == "high"
    )
    handed(site, SEEN.model_copy(update={"alarm": alarm}))
    again = resume(site, "B0001", FOREVER, quiet)
    assert (again.state, again.scans) == ("held", held.scans + 1)
    assert [data.alarm for _, data in ordered(site)] == [alarm]
    assert told(site, AlarmRefused) == []
    assert waiting(site, "B0001") == ()
    assert replay(site, "B0001", quiet).identical


@pytest.fixture(scope="module")
def undisturbed(mini: Process, tmp_path_factory: pytest.TempPathFactory) -> list[tuple[object, ...]]:
    """The events of a batch that took two orders when it was resumed, and went on to its end."""
    site = Site.create(tmp_path_factory.mktemp("undisturbed") / "site")
    run(site, mini, Options(seed=7, until="inoculate"), Quiet())
    handed(site, SHELVED)
    handed(site, SEEN, 1)
    resume(site, "B0001", FOREVER, Quiet())
    return story(site)


def dying(monkeypatch: pytest.MonkeyPatch, owner: object, name: str, *, after: bool, count: int) -> None:
    """Let the `count`-th call of a function be the last thing that happens, or the first that does not."""
    original, left = getattr(owner, name), [count]

    def effect(*args: object, **kwargs: object) -> object:
        left[0] -= 1
        if left[0] == 0 and not after:
            raise Death
        result = original(*args, **kwargs)
        if left[0] == 0:
            raise Death
        return result

    monkeypatch.setattr(owner, name, effect)


FURTHER = in_drills([(Ledger, "commit", 3), (orders, "_remove", 2)])


@pytest.mark.parametrize("after", [False, True])
@pytest.mark.parametrize(
    ("owner", "name", "count"),
    [(Ledger, "commit", 2), (orders, "_remove", 1), *FURTHER],
)
def test_whatever_dies_an_order_is_followed_once(
    owner: object,
    name: str,
    count: int,
    after: bool,
    paused: Site,
    undisturbed: list[tuple[object, ...]],
    quiet: Quiet,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    handed(paused, SHELVED)
    handed(paused, SEEN, 1)
    with monkeypatch.context() as patch:
        dying(patch, owner, name, after=after, count=count)
        with pytest.raises(Death):
            resume(paused, "B0001", FOREVER, quiet)
    resume(paused, "B0001", FOREVER, quiet)
    assert [order.slip[-3:] for _, order in ordered(paused)] == ["-ab", "-ab"]
    assert len({order.slip for _, order in ordered(paused)}) == 2
    assert waiting(paused, "B0001") == ()
    found = replay(paused, "B0001", quiet)
    assert found.identical, found.difference
    assert story(paused) == undisturbed


def test_a_file_that_cannot_be_removed_is_not_followed_again(
    paused: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    handed(paused, SHELVED)
    monkeypatch.setattr(orders, "_remove", lambda path: None)
    resume(paused, "B0001", FOREVER, quiet)
    assert len(waiting(paused, "B0001")) == 1
    assert len(ordered(paused)) == 1


def test_a_batch_that_has_ended_takes_no_orders(finished: Site) -> None:
    with pytest.raises(ExecutionError, match="B0001 has ended: it takes no orders"):
        handed(finished, SEEN)
    assert not finished.orders.exists()


def test_an_unknown_batch_takes_no_orders(finished: Site) -> None:
    with pytest.raises(ExecutionError, match="there is no batch 'B0009'"):
        give(finished, "B0009", SEEN, stamp="2026", nonce="a")
    with pytest.raises(ExecutionError, match="there is no batch"):
        give(finished, "", SEEN, stamp="2026", nonce="a")


def test_a_batch_that_ends_meanwhile_gives_the_order_back(
    paused: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    answers: Iterator[ExecutionError | None] = iter([None, ExecutionError("batch B0001 has ended")])

    def closed(site: Site, batch: str) -> None:
        fault = next(answers)
        if fault is not None:
            raise fault

    monkeypatch.setattr(orders, "_refuse_closed", closed)
    with pytest.raises(ExecutionError, match="has ended"):
        handed(paused, SEEN)
    assert waiting(paused, "B0001") == ()


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b"\xff\xfe", b'{"order": "silence"}', b" " * 70_000 + SEEN.model_dump_json().encode()],
)
def test_a_file_that_is_no_order_stops_nothing(content: bytes, paused: Site, quiet: Quiet) -> None:
    folder = paused.orders / "B0001"
    folder.mkdir(parents=True)
    (folder / "1.json").write_bytes(content)
    (folder / "2.json").mkdir()
    (folder / ".3.json").write_text(SEEN.model_dump_json())
    assert resume(paused, "B0001", FOREVER, quiet).state == "complete"
    assert ordered(paused) == []
    assert [slip for _, slip in waiting(paused, "B0001")] == [None, None]


def looked(inbox: Inbox, now: int = 0) -> list[str]:
    """The ids of the orders that one more look finds."""
    inbox.look()
    return [one.slip for one in inbox.take(now)]


def test_orders_are_taken_in_the_order_of_being_given(paused: Site) -> None:
    later, earlier = handed(paused, SEEN, 5), handed(paused, SHELVED, 2)
    inbox = Inbox(paused.orders / "B0001")
    inbox.look()
    assert inbox.waiting
    assert inbox.take(HOUR) == [SHELVED.ordered(earlier, HOUR), SEEN.ordered(later, HOUR)]
    assert not inbox.waiting
    inbox.settle([earlier])
    assert waiting(paused, "B0001") == ((later, SEEN),)


def test_the_folder_is_looked_into_once_a_second(paused: Site) -> None:
    now = [0.0]
    inbox = Inbox(paused.orders / "B0001", clock=lambda: now[0])
    assert looked(inbox) == []
    name = handed(paused, SEEN)
    now[0] = 0.9
    assert looked(inbox) == []
    now[0] = 1.0
    assert looked(inbox) == [name]
    now[0] = 5.0
    assert looked(inbox) == []


def test_the_file_of_an_order_on_record_is_only_removed(paused: Site) -> None:
    name = handed(paused, SEEN)
    assert looked(Inbox(paused.orders / "B0001", known=[name])) == []
    assert waiting(paused, "B0001") == ()


@pytest.mark.parametrize(
    "facts",
    [
        {"by": " "},
        {"reason": ""},
        {"alarm": "a\nb"},
        {"hours": 0.0},
        {"hours": float("nan")},
        {"by": "x" * 201},
    ],
)
def test_an_order_says_what_who_and_why(facts: dict[str, object]) -> None:
    with pytest.raises(ValidationError):
        Slip.model_validate(SEEN.model_dump() | facts)
