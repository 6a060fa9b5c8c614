"""Batches that persons answer: they rest where they ask, take up what was handed in, and execute again to the same."""

from pathlib import Path

import pytest

from homeostat.execution import Finish, Options, orders, replay, resume, run
from homeostat.execution.orders import give, waiting
from homeostat.execution.slips import AnswerSlip, CommandSlip
from homeostat.ledger.catalogue import EntryJudged, Payload, PromptAnswered, payload
from homeostat.quality.record import batch_record
from homeostat.site import Site
from homeostat.validation.floor import PREPARE, questions

from .conftest import Quiet

FOREVER = float("inf")
STAMP = "2026-05-04T12:00:00+00:00"
FIRST = {
    1: "done",
    2: "yes",
    3: "220",
    4: "fresh",
    5: "BAG-0001",
    6: "221",
    7: "computed",
    9: "S-1",
    10: "92",
    11: "signed",
}


class Hands:
    """Hands in slips to one batch."""

    def __init__(self, site: Site) -> None:
        self.site, self.count = site, 0

    def give(self, slip: AnswerSlip | CommandSlip) -> str:
        self.count += 1
        stamp = f"2026-05-04T12:00:00.{self.count:06d}+00:00"
        return give(self.site, "B0001", slip, stamp=stamp, nonce="ab")

    def say(self, order: str, prompt: str, said: str, by: str = "ada", **facts: str) -> None:
        given = {
            "order": order,
            "prompt": prompt,
            "answer": said,
            "by": by,
            "entered": STAMP,
            "happened": STAMP,
        }
        self.give(AnswerSlip.model_validate(given | facts))

    def command(self, order: str) -> None:
        self.give(
            CommandSlip.model_validate({"order": order, "by": "sue", "entered": STAMP, "reason": "drill"})
        )


def started(site: Site, **options: object) -> Finish:
    return run(site, questions(), Options(seed=3, operator="person", **options), Quiet())  # type: ignore[arg-type]


def on_record(site: Site, kind: type[Payload]) -> list[tuple[str, Payload]]:
    with site.reading() as (ledger, _):
        events = [one.event for one in ledger.events(batch="B0001", types=[kind.type])]
    return [(event.actor, payload(event.type, event.data)) for event in events]


def judgements(site: Site) -> list[tuple[str, str, str]]:
    found = [one for _, one in on_record(site, EntryJudged)]
    return [
        (one.prompt.partition("#")[2], one.by, one.status) for one in found if isinstance(one, EntryJudged)
    ]


@pytest.fixture
def asking(site: Site) -> Site:
    """A batch that rests, for somebody is asked."""
    finish = started(site)
    assert (finish.state, len(finish.questions)) == ("paused", 11)
    return site


def test_a_batch_goes_from_question_to_question_and_replays(asking: Site, quiet: Quiet) -> None:
    hands = Hands(asking)
    hands.say("answer", f"{PREPARE}3", "90")
    hands.say("answer", f"{PREPARE}1", "done", happened="2026-05-04T11:00:00+00:00")
    for number, said in FIRST.items():
        if number != 11:  # a signature is asked for below
            hands.say("answer", f"{PREPARE}{number}", said, source="" if number != 6 else "balance-9")
    assert resume(asking, "B0001", FOREVER, quiet).state == "paused"
    assert waiting(asking, "B0001") == ()
    hands.say("verify", f"{PREPARE}10", "", by="ada")
    hands.say("verify", f"{PREPARE}10", "92", by="ben")
    hands.say("correct", f"{PREPARE}3", "230", reason="misread")
    assert resume(asking, "B0001", FOREVER, quiet).state == "paused"
    told = judgements(asking)
    assert told[:2] == [("3", "ada", "refused"), ("1", "ada", "refused")]
    assert ("10", "ben", "verified") in told
    assert ("3", "ada", "corrected") in told
    assert ("6", "ada", "refused") in told, "an instrument that nobody registered"
    assert {actor for actor, _ in on_record(asking, PromptAnswered)} == {"ada"}
    found = replay(asking, "B0001", quiet)
    assert found.identical, found.difference
    with asking.reading() as (ledger, historian):
        lines = {line.prompt: line for line in batch_record(ledger, historian, "B0001").prompts}
    volume = lines[f"{PREPARE}3"]
    assert (volume.accepted, volume.changed) == (True, True)
    assert [(one.status, one.answer, one.old) for one in volume.answers] == [
        ("refused", "90", ""),
        ("taken", "220", ""),
        ("corrected", "230", "220"),
    ]
    assert volume.answers[0].reason.startswith("the answer lies outside")


def test_a_signature_that_nobody_gave_is_refused(asking: Site, quiet: Quiet) -> None:
    Hands(asking).say("answer", f"{PREPARE}11", "signed")
    resume(asking, "B0001", FOREVER, quiet)
    ((actor, answered),) = on_record(asking, PromptAnswered)
    assert isinstance(answered, PromptAnswered)
    assert answered.entry is not None
    assert (actor, answered.entry.objections) == ("ada", ("ada has not signed this as performed",))
    assert judgements(asking) == [("11", "ada", "refused")]


@pytest.mark.parametrize(("order", "state"), [("stop", "stopped"), ("abort", "aborted")])
def test_a_person_ends_a_batch(asking: Site, quiet: Quiet, order: str, state: str) -> None:
    Hands(asking).command(order)
    assert resume(asking, "B0001", FOREVER, quiet).state == state
    assert replay(asking, "B0001", quiet).identical


def test_a_command_reaches_a_batch_that_runs_by_itself(
    site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(orders, "INTERVAL", 0.0)

    class Supervisor(Quiet):
        def scanned(self, scan: int, time: int, phase: str) -> None:
            if scan == 0 and not given:
                given.append(hands.command("hold"))

    hands, given = Hands(site), list[None]()
    finish = run(site, questions(), Options(seed=3, speed=1e9), Supervisor())
    assert (finish.state, finish.reason) == ("held", "drill")
    hands.command("stop")
    assert resume(site, "B0001", FOREVER, quiet).state == "stopped"
    assert replay(site, "B0001", quiet).identical


def test_the_demonstration_operator_is_named_as_such(site: Site, quiet: Quiet, tmp_path: Path) -> None:
    finish = run(site, questions(), Options(seed=3), quiet)
    assert "photograph" in finish.reason, "no script can take a picture"
    assert {actor for actor, _ in on_record(site, PromptAnswered)} == {"demonstration operator"}
    assert ("10", "second demonstration operator", "verified") in judgements(site)
    assert replay(site, "B0001", quiet).identical
