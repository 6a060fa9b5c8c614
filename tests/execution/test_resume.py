"""Recovery: at whatever effect a run dies, it resumes to the same record; nothing is lost, nothing done twice."""

import sys
from collections import Counter
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import ClassVar

import pytest

from homeostat.equipment import Command, Outcome, SimulatedPlant, connect
from homeostat.errors import ExecutionError
from homeostat.execution import Options, replay, resume, run
from homeostat.historian import Recorder
from homeostat.ledger import Event, Ledger
from homeostat.ledger.catalogue import BatchResumed
from homeostat.process import Process
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from tests.marks import in_drills

from .conftest import Quiet, Runner, chunks, story

FOREVER = float("inf")


class Death(BaseException):
    """The process dies here."""


EFFECTS: tuple[tuple[type, str], ...] = (
    (Recorder, "flush"),
    (Recorder, "seal"),
    (Ledger, "commit"),
    (SimulatedPlant, "execute"),
)


@pytest.fixture
def die_at(monkeypatch: pytest.MonkeyPatch) -> Iterator[Callable[[int, str], None]]:
    """Makes the n-th effect of a run the last thing it does, or the first thing it does not."""
    remaining: list[int] = []
    moment = ["before"]

    def wrapped(original: Callable[..., object]) -> Callable[..., object]:
        def effect(*args: object, **kwargs: object) -> object:
            counted = bool(remaining)
            if counted:
                remaining[0] -= 1
            dying = counted and remaining[0] == 0
            if dying and moment[0] == "before":
                raise Death
            result = original(*args, **kwargs)
            if dying:
                raise Death
            return result

        return effect

    for owner, name in EFFECTS:
        monkeypatch.setattr(owner, name, wrapped(getattr(owner, name)))

    def arm(count: int, when: str) -> None:
        remaining[:] = [count] if count else []
        moment[0] = when

    yield arm
    remaining.clear()


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("count", [3, 13, *in_drills([4, 5, 6, 7, 8, 21, 30])])
def test_a_run_that_dies_at_any_effect_resumes_to_the_same_record(
    count: int,
    when: str,
    die_at: Callable[[int, str], None],
    mini: Process,
    finished: Site,
    site: Site,
    quiet: Quiet,
) -> None:
    die_at(count, when)
    with pytest.raises(Death):
        run(site, mini, Options(seed=7), quiet)
    die_at(0, when)
    acknowledged = story(site)
    if acknowledged[-1][0] != "B0001/end":
        resume(site, "B0001", FOREVER, quiet)
    assert story(site)[: len(acknowledged)] == acknowledged
    assert story(site) == story(finished)
    assert chunks(site) == chunks(finished)
    assert verify_site(site).ok


def test_a_run_that_dies_again_and_again_still_ends_in_the_same_record(
    die_at: Callable[[int, str], None], mini: Process, finished: Site, site: Site, quiet: Quiet
) -> None:
    die_at(6, "after")
    with pytest.raises(Death):
        run(site, mini, Options(seed=7), quiet)
    for count in (5, 9, 14):
        die_at(count, "before")
        with pytest.raises(Death):
            resume(site, "B0001", FOREVER, quiet)
    die_at(0, "")
    resume(site, "B0001", FOREVER, quiet)
    assert story(site) == story(finished)
    assert chunks(site) == chunks(finished)


def test_an_interruption_is_on_record_as_an_event_of_the_site(
    site: Site, run_mini: Runner, quiet: Quiet
) -> None:
    run_mini(site, until="inoculate")
    resume(site, "B0001", FOREVER, quiet)
    with site.reading() as (ledger, _):
        assert [r.event.data["batch"] for r in ledger.events(batch="", types=[BatchResumed.type])] == [
            "B0001"
        ]


@pytest.mark.parametrize(
    ("kind", "number"), [("log.ended", 1), (BatchResumed.type, 1), (BatchResumed.type, 2)]
)
def test_a_name_that_a_forged_event_took_keeps_no_batch_from_going_on(
    site: Site, run_mini: Runner, quiet: Quiet, kind: str, number: int
) -> None:
    run_mini(site, until="inoculate")
    with site.recording(lambda: "2026-03-01T00:00:00+00:00") as ledger:
        ledger.append(Event(f"site/resume/{number:06d}", kind, "", 0, "engine", {"forged": True}))
        ledger.commit()
    assert resume(site, "B0001", FOREVER, quiet).state == "complete"


def test_a_run_until_a_phase_pauses_and_resumes_to_its_end(
    site: Site, run_mini: Runner, quiet: Quiet
) -> None:
    paused = run_mini(site, until="inoculate")
    assert paused.state == "paused"
    done = resume(site, "B0001", FOREVER, quiet)
    assert done.state == "complete"
    assert replay(site, "B0001", quiet).identical
    assert verify_site(site).ok


def test_a_batch_that_has_ended_is_not_resumed(site: Site, run_mini: Runner, quiet: Quiet) -> None:
    run_mini(site)
    with pytest.raises(ExecutionError, match="has ended"):
        resume(site, "B0001", FOREVER, quiet)
    with pytest.raises(ExecutionError, match="there is no batch B0002"):
        resume(site, "B0002", FOREVER, quiet)


class ForgetfulPlant(SimulatedPlant):
    """Counts what really reaches the vessel, and cannot say afterwards what it has carried out."""

    sent: ClassVar[Counter[str]] = Counter()
    deaf: ClassVar[str] = ""

    def execute(self, command: Command) -> Outcome:
        ForgetfulPlant.sent[command.target] += 1
        outcome = super().execute(command)
        if command.target == ForgetfulPlant.deaf:
            ForgetfulPlant.deaf = ""
            raise Death
        return outcome

    def confirm(self, command_id: str) -> Outcome | None:
        return Outcome("unknown", 0.0, "the pump has no memory")


@pytest.fixture
def forgetful(monkeypatch: pytest.MonkeyPatch) -> type[ForgetfulPlant]:
    ForgetfulPlant.sent, ForgetfulPlant.deaf = Counter(), "perfusion"
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", ForgetfulPlant)
    return ForgetfulPlant


def test_an_unknown_outcome_holds_the_batch_and_is_never_sent_again_blindly(
    forgetful: type[ForgetfulPlant], site: Site, run_mini: Runner, quiet: Quiet
) -> None:
    with pytest.raises(Death):
        run_mini(site)
    forgetful.sent.clear()
    held = resume(site, "B0001", FOREVER, quiet)
    assert held.state == "held"
    assert forgetful.sent["perfusion"] == 0
    done = resume(site, "B0001", FOREVER, quiet, reconcile="applied")
    assert done.state == "complete"
    assert forgetful.sent["perfusion"] == 0
    assert replay(site, "B0001", quiet).identical
    assert verify_site(site).ok


def test_a_person_may_have_a_command_sent_again(
    forgetful: type[ForgetfulPlant], site: Site, run_mini: Runner, quiet: Quiet
) -> None:
    with pytest.raises(Death):
        run_mini(site)
    resume(site, "B0001", FOREVER, quiet)
    forgetful.sent.clear()
    done = resume(site, "B0001", FOREVER, quiet, reconcile="send again")
    assert done.state == "complete"
    assert forgetful.sent["perfusion"] == 1
    assert replay(site, "B0001", quiet).identical


class RefusingPlant(SimulatedPlant):
    """Refuses to open the perfusion pump."""

    def execute(self, command: Command) -> Outcome:
        if command.target == "perfusion":
            return Outcome("refused", 0.0, "the pump is in local mode")
        return super().execute(command)


def test_a_refused_command_holds_the_batch_with_the_reason(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, run_mini: Runner
) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", RefusingPlant)
    site = Site.create(tmp_path / "refusing")
    assert run_mini(site).state == "held"
    assert any("the pump is in local mode" in str(entry) for entry in story(site))


@pytest.mark.parametrize("when", ["before", "after"])
@pytest.mark.parametrize("count", [2, *in_drills([1, 3, 4, 5])])
def test_a_reconciliation_that_is_cut_off_can_be_given_again(
    count: int,
    when: str,
    die_at: Callable[[int, str], None],
    monkeypatch: pytest.MonkeyPatch,
    site: Site,
    run_mini: Runner,
    quiet: Quiet,
) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", RefusingPlant)
    assert run_mini(site).state == "held"
    die_at(count, when)
    with pytest.raises(Death):
        resume(site, "B0001", FOREVER, quiet, reconcile="applied")
    die_at(0, when)
    done = resume(site, "B0001", FOREVER, quiet, reconcile="applied")
    assert done.state == "complete"
    assert replay(site, "B0001", quiet).identical
    assert verify_site(site).ok


def test_a_batch_that_waits_for_a_reconciliation_says_what_it_asks(
    monkeypatch: pytest.MonkeyPatch, site: Site, run_mini: Runner, quiet: Quiet
) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", RefusingPlant)
    held = run_mini(site)
    assert len(held.questions) == 1
    assert "set perfusion 4 mL/h" in held.questions[0]
    again = resume(site, "B0001", FOREVER, quiet)
    assert (again.state, again.questions) == ("held", held.questions)
