"""At a GMP site each order on record names its giver's signature over its words; what nobody signed is found later too.

The events here are put under the site's own key, as a changed program would: the site holds them for whole.
"""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeostat.execution.carrying import kind, meaning
from homeostat.execution.slips import (
    AlarmSlip,
    AnswerSlip,
    CommandSlip,
    ControlSlip,
    Objection,
    Signable,
    Vouched,
    shown,
    subject,
)
from homeostat.governance import Office
from homeostat.governance.counting import counting
from homeostat.governance.signing import Subject, sign
from homeostat.ledger import Event
from homeostat.ledger.catalogue import (
    BatchStarted,
    CommandGiven,
    CorrectionGiven,
    EntryAmended,
    EntryJudged,
    Payload,
    PromptAnswered,
    PromptClosed,
    VerificationGiven,
)
from homeostat.quality.verify import verify_site
from homeostat.site import Kind, Site
from homeostat.validation.staff import Member, founded, staff

NOON = "2026-05-04T12:00:00+00:00"
ANSWER = AnswerSlip(order="answer", prompt="warm/ask#1", answer="9", by="olga", entered=NOON, happened=NOON)
ORDERS: dict[str, Signable] = {
    "answer": ANSWER,
    "verification": ANSWER.model_copy(update={"order": "verify", "by": "sven"}),
    "correction": ANSWER.model_copy(update={"order": "correct", "reason": "misread"}),
    "command": CommandSlip(order="hold", by="sven", entered=NOON, reason="to look"),
    "alarm": AlarmSlip(order="shelve", alarm="do.low", by="sven", reason="known", hours=1 / 3, entered=NOON),
    "controller": ControlSlip(
        order="authority", controller="feed", by="sven", reason="x", authority="advisory", entered=NOON
    ),
}


@dataclass
class Scene:
    """A GMP site whose batch B0001 is on record, and who works there."""

    office: Office
    team: dict[str, Member]
    number: Iterator[int]

    def put(
        self, said: Payload, actor: str = "operator", time: int = 60_000_000, batch: str = "B0001"
    ) -> int:
        name = f"{batch}/{next(self.number):06d}/000"
        data = said.model_dump(mode="json")
        self.office.ledger.append(Event(name, said.type, batch, time, actor, data))
        self.office.ledger.commit()
        return self.office.ledger.size

    def started(self, batch: str, kind: str) -> None:
        self.put(
            BatchStarted.model_construct(
                process="p",
                version="1.0.0",
                process_hash="0",
                declaration="{}",
                patient="",
                scan=1,
                tags=(),
                outputs=(),
                equipment={},
                twin={},
                environment={},
                site_kind=kind,
            ),
            "engine",
            batch=batch,
        )

    def signed(self, slip: Signable, by: str = "", batch: str = "B0001") -> str:
        who = self.team[by or slip.by]
        about = Subject(kind(slip), subject(batch, slip), shown(batch, slip), batch)
        return sign(self.office, who.session, who.secret, about, meaning(slip), "a scene").event

    def taken(self, slip: Signable, signature: str, batch: str = "B0001") -> int:
        return self.put(slip.ordered("s", 60_000_000, Vouched((), signature)), slip.by, batch=batch)

    def found(self) -> list[str]:
        return [f"{one.where}: {one.what}" for one in verify_site(self.office.site).altered]


@pytest.fixture
def scene(tmp_path: Path) -> Iterator[Scene]:
    with at(tmp_path, "gmp") as made:
        team = staff(made.office, olga="operator", sven="supervisor", quinn="quality assurance")
        made.team.update(team)
        made.started("B0001", "gmp")
        yield made


@contextmanager
def site_of_two(tmp_path: Path) -> Iterator[Scene]:
    """A GMP site that was founded as persons do it."""
    with at(tmp_path, "gmp") as made:
        founded(made.office)
        yield made


@contextmanager
def at(tmp_path: Path, kind: Kind) -> Iterator[Scene]:
    """A new site of a kind, where nobody works yet."""
    ticks, names = itertools.count(), itertools.count()
    start = datetime(2026, 5, 4, tzinfo=UTC)
    site = Site.create(tmp_path / "site", kind=kind)

    def clock() -> str:
        return (start + timedelta(milliseconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"{next(names):032x}") as office:
        yield Scene(office, {}, itertools.count())


def test_what_its_giver_signed_is_carried(scene: Scene) -> None:
    for slip in ORDERS.values():
        scene.taken(slip, scene.signed(slip))
    assert scene.found() == []


@pytest.mark.parametrize("name", ORDERS)
def test_an_order_that_nobody_signed_is_found_afterwards(scene: Scene, name: str) -> None:
    slip = ORDERS[name]
    event = scene.taken(slip, "")
    about = subject("B0001", slip).removeprefix("B0001/").removesuffix(f" {NOON}")
    assert scene.found() == [f"batch B0001: event {event}, '{about}' as by {slip.by}: nobody signed it"]


@pytest.mark.parametrize("name", ORDERS)
def test_a_signature_over_other_words_carries_nothing(scene: Scene, name: str) -> None:
    slip = ORDERS[name]
    other = slip.model_copy(update={"reason": "another reason"})
    scene.taken(slip, scene.signed(other))
    (found,) = scene.found()
    assert found.endswith("its signature is over other words")


@pytest.mark.parametrize("name", ORDERS)
def test_a_signature_for_another_batch_carries_nothing(scene: Scene, name: str) -> None:
    scene.taken(ORDERS[name], scene.signed(ORDERS[name], batch="B0002"))
    (found,) = scene.found()
    assert found.endswith("its signature is over other words")


def test_a_signature_carries_one_order(scene: Scene) -> None:
    given = scene.signed(ANSWER)
    first = scene.taken(ANSWER, given)
    scene.taken(ANSWER, given)
    (found,) = scene.found()
    assert found.endswith(f"its signature has carried another, event {first}")


def test_anothers_signature_carries_nothing(scene: Scene) -> None:
    scene.taken(ANSWER, scene.signed(ANSWER, "sven"))
    (found,) = scene.found()
    assert found.endswith("sven signed step B0001/warm/ask#1, and this one nobody")


def test_what_is_signed_afterwards_was_not_signed(scene: Scene) -> None:
    names = [f"{number:032x}" for number in range(200)]
    ahead = scene.signed(ANSWER)  # tells how ids go on
    following = f"signature/{names[names.index(ahead.removeprefix('signature/')) + 1]}"
    slip = ANSWER.model_copy(update={"prompt": "warm/ask#2"})
    scene.taken(slip, following)
    assert scene.signed(slip) == following
    (found,) = scene.found()
    assert "and this one nobody" in found


def test_a_signature_that_is_none_carries_nothing(scene: Scene) -> None:
    scene.taken(ANSWER, "signature/none")
    (found,) = scene.found()
    assert found.endswith("the signature that it names, signature/none, is not on record")


def test_a_forged_signature_is_named_and_carries_nothing(scene: Scene) -> None:
    event = scene.signed(ANSWER)
    (real,) = (one for one in scene.office.acts(("record.signed",), "B0001") if one.event.id == event)
    forged = {**real.event.data, "account": "sven"}
    scene.office.ledger.append(Event("signature/forged", "record.signed", "B0001", 0, "sven", forged))
    slip = ANSWER.model_copy(update={"by": "sven"})
    scene.taken(slip, "signature/forged")
    names, carried = scene.found()
    assert names.startswith("signatures: event") and "sven" in names
    assert "the signature that it names is none" in carried


def test_a_role_that_permits_it_not_carries_nothing(scene: Scene) -> None:
    slip = ORDERS["controller"].model_copy(update={"by": "olga"})
    scene.taken(slip, scene.signed(slip))
    (found,) = scene.found()
    assert found.endswith("olga held no role that permits 'control.order'")


def test_an_amendment_that_nobody_signed_is_found(scene: Scene) -> None:
    slip = ANSWER.model_copy(update={"order": "correct", "answer": "10", "reason": "misread"})
    judged = EntryJudged(
        prompt=slip.prompt,
        act="correction",
        status="corrected",
        by="olga",
        answer="10",
        old="9",
        value=10.0,
        unit="mL",
        reason="misread",
    )

    def amended(signature: str, **other: str) -> int:
        given = slip.ordered("", 0, Vouched((), signature))
        assert isinstance(given, CorrectionGiven)
        what = judged.model_copy(update=other)
        act = EntryAmended(why="x", prompt=slip.prompt, answer="10", entry=given.entry, judged=what)
        return scene.put(act, "olga", 0)

    amended(scene.signed(slip))
    assert scene.found() == []
    event = amended("")
    assert scene.found() == [f"batch B0001: event {event}, 'warm/ask#1' as by olga: nobody signed it"]
    for other in ({"answer": "11"}, {"by": "sven"}, {"prompt": "warm/ask#2"}):
        before = len(scene.found())
        amended(scene.signed(slip), **other)
        assert len(scene.found()) == before + 1


@pytest.mark.parametrize("status", ["corrected", "verified"])
def test_an_invented_objection_carries_no_amendment(scene: Scene, status: str) -> None:
    """Only what was refused needs no signature; what was objected to and yet counts is a finding, signed or not."""
    slip = ANSWER.model_copy(update={"order": "correct", "answer": "3.5", "reason": "misread"})
    judged = EntryJudged.model_validate(
        {"prompt": slip.prompt, "act": "correction", "status": status, "by": "olga", "answer": "3.5"}
        | {"old": "9", "value": 3.5, "unit": "mL", "reason": "misread"}
    )
    for signature, words in (
        ("", "against what was found: x"),
        (scene.signed(slip), "against what was found: x"),
    ):
        given = slip.ordered("", 0, Vouched((Objection(None, "x"),), signature))
        assert isinstance(given, CorrectionGiven)
        act = EntryAmended(why="x", prompt=slip.prompt, answer="3.5", entry=given.entry, judged=judged)
        event = scene.put(act, "olga", 0)
        found = scene.found()[-1]
        assert f"event {event}, " in found
        assert found.endswith(words)
        events = tuple(scene.office.ledger.events(batch="B0001"))
        counted = [one.seq for one in counting(scene.office.ledger, "B0001", events)]
        assert counted == [one.seq for one in events if one.event.type != EntryAmended.type]


def test_a_judgement_against_what_was_found_or_of_nothing_is_a_finding(scene: Scene) -> None:
    scene.put(ANSWER.ordered("s", 60_000_000, Vouched((Objection("lot", "no lot"),), "")), "olga")
    told = {"prompt": ANSWER.prompt, "act": "answer", "by": "olga", "answer": "9", "old": ""}
    rest = {"value": 9.0, "unit": "mL", "reason": ""}
    taken = scene.put(EntryJudged.model_validate(told | rest | {"status": "taken"}), "scan")
    assert scene.found() == [
        f"batch B0001: event {taken}, a judgement of warm/ask#1: it says 'taken' against what was found: no lot"
    ]
    more = scene.put(EntryJudged.model_validate(told | rest | {"status": "taken", "answer": "77"}), "scan")
    assert scene.found()[1:] == [
        f"batch B0001: event {more}, a judgement of warm/ask#1: no answer on record says '77' as by olga"
    ]


def test_what_was_refused_when_it_was_taken_up_needs_no_signature(scene: Scene) -> None:
    against = Vouched((Objection("signature", "not signed"),))
    for slip in ORDERS.values():
        scene.put(slip.ordered("s", 0, against), slip.by)
    assert scene.found() == []


def test_a_signature_of_what_was_refused_carries_nothing_after_it(scene: Scene) -> None:
    against = Vouched((Objection("lot", "the lot is blocked"),), scene.signed(ANSWER))
    first = scene.put(ANSWER.ordered("s", 0, against), "olga")
    assert scene.found() == []
    scene.taken(ANSWER, against.signature)
    (found,) = scene.found()
    assert found.endswith(f"its signature has carried another, event {first}")


def test_what_the_run_itself_does_needs_no_signature(scene: Scene) -> None:
    """It pauses to wait for persons, and goes on when somebody executes it; an answer of the script is refused."""
    scene.put(CommandGiven(command="pause", reason="until"))
    scene.put(CommandGiven(command="resume", reason="", by="sven"))
    scene.put(PromptAnswered(prompt="warm/ask#1", answer="yes"))
    scene.put(PromptClosed(prompt="warm/ask#1", accepted=False, reason="a GMP site takes no script"))
    assert scene.found() == []


@pytest.mark.parametrize("kind", [PromptAnswered, VerificationGiven])
@pytest.mark.parametrize("closed", [(), (True,), (False, True)])
def test_an_answer_without_an_entry_is_nobodys(
    scene: Scene, kind: type[PromptAnswered | VerificationGiven], closed: tuple[bool, ...]
) -> None:
    event = scene.put(kind(prompt="warm/ask#1", answer="yes"), "olga")
    for accepted in closed:
        scene.put(PromptClosed(prompt="warm/ask#1", accepted=accepted, reason=""))
    assert scene.found() == [f"batch B0001: event {event}, 'warm/ask#1' as by olga: nobody signed it"]


@pytest.mark.parametrize("begins", [False, True])
def test_an_order_from_before_its_batch_starts_is_named(scene: Scene, begins: bool) -> None:
    event = scene.taken(ANSWER, "", "B0002")
    if begins:
        scene.started("B0002", "gmp")
    told = f"batch B0002: event {event} (prompt.answered) was put by no execution: no batch of this name had begun"
    unsigned = f"batch B0002: event {event}, 'warm/ask#1' as by olga: nobody signed it"
    assert scene.found() == ([unsigned, told] if begins else [told])


@pytest.mark.parametrize(
    ("batch", "words"),
    [("", "it is of no batch"), ("B0001", "cannot be read"), ("B0002", "no batch of this name")],
)
def test_what_cannot_be_read_is_named_beside_all_else(scene: Scene, batch: str, words: str) -> None:
    unsigned = scene.taken(ANSWER, "")
    scene.office.ledger.append(Event(f"{batch}/000900/000", PromptAnswered.type, batch, 0, "olga", {"x": 1}))
    scene.office.ledger.commit()
    found = scene.found()
    (torn,) = (one for one in found if f"event {scene.office.ledger.size} " in one)
    assert torn.startswith(f"batch {batch}: " if batch else "ledger: ")
    assert words in torn
    (order,) = (one for one in found if one != torn)
    assert order.startswith(f"batch B0001: event {unsigned}, ")


def test_what_a_person_paused_goes_on_by_a_signed_order_alone(scene: Scene) -> None:
    slip = CommandSlip(order="pause", by="sven", entered=NOON, reason="lunch")
    scene.taken(slip, scene.signed(slip))
    event = scene.put(CommandGiven(command="resume", reason="", by="sven"))
    assert scene.found() == [f"batch B0001: event {event}, 'resume' as by sven: nobody signed it"]


def test_a_command_in_a_persons_name_is_no_order_of_the_run(scene: Scene) -> None:
    scene.put(CommandGiven(command="hold", reason="", by="sven"))
    (found,) = scene.found()
    assert found.endswith("'hold' as by sven: nobody signed it")


@pytest.mark.parametrize("kind", ["training", ""])
def test_a_batch_of_a_gmp_site_that_ran_under_other_rules_is_found(scene: Scene, kind: str) -> None:
    scene.started("B0002", kind)
    start = scene.office.ledger.size
    for slip in ORDERS.values():
        scene.taken(slip, "", "B0002")
    (found,) = scene.found()
    assert found.startswith(f"batch B0002: event {start}, its start as by engine: under the rules of ")


def test_a_founded_gmp_site_is_one_whatever_its_file_says(tmp_path: Path) -> None:
    """Batch by batch its kind was changed, and back; or it was left changed."""
    with site_of_two(tmp_path) as scene:
        assert scene.found() == []
        file = scene.office.site.root / "site.json"
        file.write_text(file.read_text().replace('"gmp"', '"training"'))
        scene.started("B0002", "training")
        told = [f"{one.where}: {one.what}" for one in verify_site(Site.open(scene.office.site.root)).altered]
        assert told[0] == "site.json: it says 'training', and the site was founded as a GMP site"
        assert told[1].startswith("batch B0002: event ")
        assert len(told) == 2


def test_at_a_training_site_nobody_signs(tmp_path: Path) -> None:
    with at(tmp_path, "training") as scene:
        scene.started("B0001", "training")
        for slip in ORDERS.values():
            scene.taken(slip, "")
        assert scene.found() == []
