"""Entries amended once their batch has ended: judged as a scan would, told beside the old, never after release."""

import itertools
from collections.abc import Callable, Iterator

import pytest

from homeostat.errors import AuthorityError, ExecutionError
from homeostat.execution import replay, resume
from homeostat.execution.amending import amend, ended
from homeostat.execution.entering import command, enter
from homeostat.execution.recollecting import recollect
from homeostat.governance import Office
from homeostat.governance.instruments import calibrate, register
from homeostat.governance.signing import Subject, give
from homeostat.ledger import JSON, canonical
from homeostat.ledger.catalogue import EntryAmended, EntryJudged, RecordSigned
from homeostat.quality.model import BatchRecord
from homeostat.quality.record import batch_record
from homeostat.quality.review.performing import performers
from homeostat.site import Site
from homeostat.validation.floor import PREPARE
from homeostat.validation.staff import Member, staff

from .conftest import Quiet
from .test_persons import FOREVER, STAMP, Hands, started

BATCH = "B0001"
Amend = Callable[..., EntryJudged]


@pytest.fixture
def office(site: Site) -> Iterator[Office]:
    ticks, names = itertools.count(), itertools.count()
    with Office.open(
        site, lambda: f"2099-01-01T12:00:00.{next(ticks):06d}+00:00", lambda: f"{next(names):032x}"
    ) as opened:
        yield opened


@pytest.fixture
def team(office: Office) -> dict[str, Member]:
    return staff(office, ada="operator", ben="supervisor", quinn="qualified person")


@pytest.fixture
def over(office: Office, team: dict[str, Member], quiet: Quiet) -> Office:
    """The office, once a batch was stopped in which ada had entered what ben had not always verified."""
    ada, ben = team["ada"], team["ben"]
    register(office, ben.session, "balance-1", kind="balance", title="Balance", why="new")
    due = "2100-01-01T00:00:00+00:00"
    calibrate(office, ben.session, "balance-1", due=due, certificate="C", passed=True, why="yearly")
    started(office.site)
    for number, said in ((3, "220"), (6, "221"), (7, "computed"), (10, "92"), (11, "signed")):
        source = "balance-1" if number == 6 else ""
        prompt = f"{PREPARE}{number}"
        enter(office, ada.session, ada.secret, BATCH, "answer", prompt, answer=said, source=source)
    assert resume(office.site, BATCH, FOREVER, quiet).state == "paused"
    enter(office, ben.session, ben.secret, BATCH, "verify", f"{PREPARE}10", answer="92")
    command(office, ben.session, ben.secret, BATCH, "stop", reason="drill")
    assert resume(office.site, BATCH, FOREVER, quiet).state == "stopped"
    return office


@pytest.fixture
def says(over: Office, team: dict[str, Member]) -> Amend:
    """`amend` of a prompt's number by one of the team."""

    def call(who: str, order: str, number: int, answer: str = "", **said: str) -> EntryJudged:
        member, prompt = team[who], f"{PREPARE}{number}"
        return amend(
            over,
            member.session,
            member.secret,
            BATCH,
            order,
            prompt,
            answer=answer,
            **said,  # type: ignore[arg-type]
        )

    return call


def record(office: Office) -> BatchRecord:
    with office.site.reading() as (ledger, historian):
        return batch_record(ledger, historian, BATCH)


def test_a_correction_is_told_beside_what_was_entered(office: Office, says: Amend, quiet: Quiet) -> None:
    assert ended(office, BATCH)
    before = record(office)
    judged = says("ben", "correct", 3, "230", reason="misread")
    assert (judged.status, judged.old, judged.answer, judged.value) == ("corrected", "220", "230", 230.0)
    after = record(office)
    line = next(one for one in after.prompts if one.prompt == f"{PREPARE}3")
    assert [(one.status, one.answer, one.old, one.by) for one in line.answers] == [
        ("taken", "220", "", "ada"),
        ("corrected", "230", "220", "ben"),
    ]
    assert [one.afterwards for one in line.answers] == [False, True]
    assert line.changed
    new = {one.text for one in after.exceptions} - {one.text for one in before.exceptions}
    assert [
        text for text in new if "was changed from “220” to “230” by ben, once the batch had ended" in text
    ]
    assert "once it had ended" in " ".join(performers(office.ledger, BATCH, "ben"))
    (act,) = office.acts((EntryAmended.type,), BATCH)
    assert act.event.data["changes"] == [{"field": f"{PREPARE}3", "old": "220", "new": "230"}]
    assert (act.event.actor, act.event.data["why"]) == ("ben", "misread")
    assert replay(office.site, BATCH, quiet).identical


def test_what_rests_on_a_corrected_number_is_named_and_calculated_anew(says: Amend) -> None:
    calculated = f"{PREPARE}7 was calculated from the earlier value"
    assert calculated in says("ben", "correct", 3, "230", reason="misread").flags


def test_a_critical_value_waits_again_for_a_second_person(office: Office, says: Amend) -> None:
    waits = says("ada", "correct", 10, "93", reason="misread")
    assert any("second person" in flag for flag in waits.flags)
    assert [one.unverified for one in record(office).prompts if one.prompt == f"{PREPARE}10"] == [True]
    with pytest.raises(ExecutionError, match="another person"):
        says("ada", "verify", 10, reason="x")
    with pytest.raises(ExecutionError, match="differs from the first"):
        says("ben", "verify", 10, "92")
    assert says("ben", "verify", 10, "93").status == "verified"
    settled = next(one for one in record(office).prompts if one.prompt == f"{PREPARE}10")
    assert (settled.accepted, settled.unverified) == (True, False)
    assert recollect(office.ledger, BATCH)[1].entries[f"{PREPARE}10"].answer == "93"


@pytest.mark.parametrize(
    ("number", "answer", "reason", "words"),
    [
        (3, "220", "again", "this is what was entered"),
        (3, "9000", "misread", "outside"),
        (3, "230", " ", "reason"),
        (1, "done", "late", "no entry to correct"),
        (99, "1", "x", "has not asked"),
    ],
)
def test_what_a_scan_would_refuse_is_refused_and_nothing_is_written(
    office: Office, says: Amend, number: int, answer: str, reason: str, words: str
) -> None:
    with pytest.raises(ExecutionError, match=words):
        says("ben", "correct", number, answer, reason=reason)
    assert not list(office.acts((EntryAmended.type,), BATCH))


def test_who_may_not_correct_is_refused(says: Amend) -> None:
    with pytest.raises(AuthorityError):
        says("quinn", "correct", 3, "230", reason="misread")


def test_a_running_batch_is_corrected_by_its_scans(site: Site, quiet: Quiet) -> None:
    started(site)
    Hands(site).say("answer", f"{PREPARE}3", "220")
    resume(site, BATCH, FOREVER, quiet)
    with Office.open(site, lambda: STAMP, iter(f"{n:032x}" for n in range(99)).__next__) as office:
        ben = staff(office, ben="supervisor")["ben"]
        assert not ended(office, BATCH)
        with pytest.raises(ExecutionError, match="has not ended"):
            amend(office, ben.session, ben.secret, BATCH, "correct", f"{PREPARE}3", answer="230", reason="x")


def test_what_was_decided_stays(office: Office, team: dict[str, Member], says: Amend) -> None:
    quinn = team["quinn"]
    shown: dict[str, JSON] = {"batch": BATCH}
    subject, terms = Subject("certificate", BATCH, canonical(shown), BATCH), {"certificate": shown}
    give(office, quinn.session, quinn.secret, subject, "rejected", "contaminated", terms=terms)
    with pytest.raises(ExecutionError, match="the batch is rejected"):
        says("ben", "correct", 3, "230", reason="misread")


def test_where_a_signature_was_asked_its_verification_is_signed(office: Office, says: Amend) -> None:
    says("ben", "verify", 11)
    (act,) = office.acts((EntryAmended.type,), BATCH)
    signature = act.event.data["entry"]["signature"]  # type: ignore[index, call-overload]
    assert [one.event.id for one in office.acts((RecordSigned.type,), BATCH)][-1] == signature
