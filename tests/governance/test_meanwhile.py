"""What becomes of a person while their password is checked: who is locked or loses the role by then signs nothing."""

import re
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import count
from pathlib import Path
from typing import Any

import pyotp
import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import Office
from homeostat.governance.authority import put_by
from homeostat.governance.definitions import approve, definitions, reject, review, submit
from homeostat.governance.known import directory, moment
from homeostat.governance.people import (
    Secret,
    activate,
    change_password,
    change_roles,
    enrol,
    enrol_factor,
    identifying,
    keeping,
    lock,
    login,
    logout,
    offer_factor,
    retire,
    train,
    unlock,
    withdraw,
)
from homeostat.governance.people.accountability import acceptance
from homeostat.governance.people.identifying import keys_folder, least
from homeostat.governance.signing import Subject, giving, sign, signatures, statement_of
from homeostat.ledger import Event
from homeostat.ledger.catalogue import RecordSigned
from homeostat.ledger.catalogue.people import (
    AccessRefused,
    AccountEnrolled,
    AccountLocked,
    AccountUnlocked,
    TrainingRecorded,
)
from homeostat.ledger.identity import PersonalKey
from homeostat.ledger.identity.personal import opened
from homeostat.quality.unproven import unproven

from .signing_scene import SECRET, Scene, counting_clock, scene

SHOWN = Subject("certificate", "B0001", b"what was shown", "B0001")
QP = "demo-qp"


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


Meanwhile = Callable[[Callable[[Office], object]], None]


def arranged(here: Scene, monkeypatch: pytest.MonkeyPatch, place: Any, name: str) -> Meanwhile:
    """Let another process act once, as soon as the function of this name has done its work."""
    real, numbers = getattr(place, name), count()

    def arrange(act: Callable[[Office], object]) -> None:
        def then(*asked: Any) -> Any:
            found = real(*asked)
            monkeypatch.setattr(place, name, real)
            with Office.open(here.office.site, counting_clock(), lambda: f"other{next(numbers)}") as other:
                act(other)
            return found

        monkeypatch.setattr(place, name, then)

    return arrange


@pytest.fixture
def while_checked(here: Scene, monkeypatch: pytest.MonkeyPatch) -> Meanwhile:
    """After a password was found right, and before anything is signed."""
    return arranged(here, monkeypatch, identifying, "opened")


@pytest.fixture(params=[(identifying, "opened"), (giving, "statement_of")], ids=["password", "words"])
def while_signing(here: Scene, monkeypatch: pytest.MonkeyPatch, request: pytest.FixtureRequest) -> Meanwhile:
    """There, or when the words to be signed are made."""
    return arranged(here, monkeypatch, *request.param)


def keeper(other: Office) -> Any:
    return login(other, "demo-admin", SECRET)


def locked(other: Office) -> None:
    lock(other, keeper(other), QP, why="left the firm")


def locked_and_back(other: Office) -> None:
    locked(other)
    unlock(other, keeper(other), QP, why="came back")


def retired(other: Office) -> None:
    retire(other, keeper(other), QP, why="left the firm")


def demoted(other: Office) -> None:
    change_roles(other, keeper(other), SECRET, QP, ("operator",), why="another job")


def changed(other: Office) -> None:
    change_password(other, QP, SECRET, "another one", why="seen by others")


def refusals(here: Scene) -> list[str]:
    return [str(one.event.data["why"]) for one in here.office.ledger.events(types=(AccessRefused.type,))]


@pytest.mark.parametrize(
    ("meanwhile", "words"),
    [
        (locked, "the session has ended"),
        (locked_and_back, "the session has ended"),
        (retired, "the session has ended"),
        (changed, "the session has ended"),
        (demoted, "the session has ended"),
    ],
)
def test_who_may_not_any_more_when_it_comes_on_record_signs_nothing(
    here: Scene,
    while_signing: Meanwhile,
    meanwhile: Callable[[Office], None],
    words: str,
) -> None:
    vera = here.of("qp")
    while_signing(meanwhile)
    with pytest.raises(AuthorityError, match=words):
        sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    assert signatures(here.office.ledger, "certificate", "B0001") == ()
    assert any(re.search(words, one) for one in refusals(here))
    assert unproven(here.office.ledger, "training") == ()


def test_who_logs_out_while_signing_signs_nothing(here: Scene, while_signing: Meanwhile) -> None:
    vera = here.of("qp")
    while_signing(lambda other: logout(other, vera))
    with pytest.raises(AuthorityError, match="there is no such session"):
        sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    assert signatures(here.office.ledger, "certificate", "B0001") == ()


def test_one_person_signs_no_two_parts_at_once(here: Scene, while_signing: Meanwhile) -> None:
    vera = here.of("qp")

    def asked(other: Office) -> None:
        sign(other, login(other, QP, SECRET), SECRET, Subject("x", "B0001", b"x"), "authored", "mine")

    while_signing(asked)
    with pytest.raises(AuthorityError, match="may not sign it as reviewed too"):
        sign(here.office, vera, SECRET, Subject("x", "B0001", b"x"), "reviewed", "read")
    assert [one.meaning for one in signatures(here.office.ledger, "x", "B0001")] == ["authored"]


def test_who_is_locked_meanwhile_vouches_for_nobody(here: Scene, while_checked: Meanwhile) -> None:
    code_of = enrol(
        here.office,
        here.of("admin"),
        SECRET,
        "ada",
        "Ada",
        ["administrator"],
        verified="passport",
        why="hired",
    )
    assert code_of
    second = here.of("admin")

    def mutual(other: Office) -> None:
        other.put("ada", _lock_of("demo-admin"))

    while_checked(mutual)
    with pytest.raises(AuthorityError, match="the session ended before"):
        enrol(here.office, second, SECRET, "carl", "Carl", ["operator"], verified="passport", why="hired")
    enrolled = here.office.ledger.events(types=(AccountEnrolled.type,))
    assert "carl" not in {one.event.data["account"] for one in enrolled}


def _lock_of(account: str) -> Any:
    return AccountLocked(account=account, cause="order", why="a drill", changes=())


def test_who_is_locked_meanwhile_has_no_second_factor(here: Scene, while_checked: Meanwhile) -> None:
    vera = here.of("qp")
    offer = offer_factor(here.office, vera)
    secret = replace(SECRET, code=pyotp.TOTP(offer.secret).at(int(moment(here.office.clock()).timestamp())))
    while_checked(locked)
    with pytest.raises(AuthorityError, match="the session ended before"):
        enrol_factor(here.office, vera, secret, offer.secret, why="new device")
    assert not directory(here.office).accounts[QP].totp


def test_an_act_without_a_signature_needs_its_session_to_the_end(here: Scene) -> None:
    """What an act rests on takes a while to be read, too."""
    boss = here.of("supervisor")
    with Office.open(here.office.site, counting_clock(), iter("abcdefgh").__next__) as other:
        lock(other, keeper(other), "demo-supervisor", why="left the firm")
    told = TrainingRecorded(
        account="demo-operator",
        task="gowning",
        evidence="e",
        expires="2030-01-01T00:00:00+00:00",
        why="w",
        changes=(),
    )
    with pytest.raises(AuthorityError, match="the session ended before"):
        put_by(here.office, boss, told)
    assert not [*here.office.ledger.events(types=(TrainingRecorded.type,))]
    with pytest.raises(AuthorityError):
        train(
            here.office,
            boss,
            "demo-operator",
            "gowning",
            evidence="e",
            expires="2030-01-01T00:00:00+00:00",
            why="w",
        )


def test_a_signature_that_stands_behind_the_lock_of_its_account_counts_for_nothing(here: Scene) -> None:
    """One that older software stored, or whoever holds the keys of both site and person."""
    vera = here.of("qp")
    sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    before = here.office.ledger
    lock(here.office, here.of("admin"), QP, why="left the firm")
    account = directory(here.office).accounts[QP]
    key = opened(keys_folder(here.office), QP, account.fingerprint, SECRET.password, least(account))
    assert key is not None
    (first,) = before.events(types=(RecordSigned.type,))
    unsigned = RecordSigned.model_validate(first.event.data)
    told = unsigned.model_copy(update={"signature": key.sign(statement_of("late", unsigned)).hex()})
    here.office.ledger.append(Event("late", RecordSigned.type, "B0001", 0, QP, told.model_dump(mode="json")))
    here.office.ledger.commit()
    unlock(here.office, here.of("admin"), QP, why="came back")
    sign(here.office, login(here.office, QP, SECRET), SECRET, SHOWN, "released", "fit")
    states = [(one.state, one.entitled) for one in signatures(here.office.ledger, "certificate", "B0001")]
    assert states == [("valid", True), ("invalid", False), ("valid", True)]
    (found,) = unproven(here.office.ledger, "training")
    assert "the account demo-qp was locked when it was given" in found.what
    assert found.as_recorded


NAME = ("report", "drill", "1.0.0")


@pytest.fixture
def reviewed(here: Scene) -> Scene:
    """A version that was submitted and reviewed."""
    submit(here.office, here.of("scientist"), *NAME, "low: 1", why="new")
    review(here.office, here.of("qa"), SECRET, *NAME, why="read")
    return here


def state(here: Scene) -> str:
    found = definitions(here.office.ledger, here.office.clock()).get(*NAME)
    return found.state if found else ""


def rejected(other: Office) -> None:
    reject(other, login(other, "demo-qa", SECRET), SECRET, *NAME, why="unsafe")


@pytest.mark.parametrize("act", [review, approve, reject])
def test_a_version_that_is_rejected_meanwhile_is_not_signed(
    reviewed: Scene, while_checked: Meanwhile, act: Callable[..., object]
) -> None:
    given = len(signatures(reviewed.office.ledger, "definition", "/".join(NAME)))
    signer = reviewed.of("qa")
    while_checked(rejected)
    with pytest.raises(AuthorityError, match="meanwhile it is rejected, and was reviewed"):
        act(reviewed.office, signer, SECRET, *NAME, why="fit")
    assert len(signatures(reviewed.office.ledger, "definition", "/".join(NAME))) == given + 1
    assert state(reviewed) == "rejected"


def test_of_two_administrators_who_lock_each_other_one_stays(
    here: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The second is locked by then, and locks nobody."""
    code = enrol(
        here.office,
        here.of("admin"),
        SECRET,
        "ada",
        "Ada",
        ["administrator"],
        verified="passport",
        why="hired",
    )
    activate(here.office, "ada", code, "nine green hills by the lake", why="taken over")
    ada, admin = login(here.office, "ada", Secret("nine green hills by the lake")), here.of("admin")

    def first(other: Office) -> None:
        lock(other, ada, "demo-admin", why="a quarrel")

    arranged(here, monkeypatch, keeping, "_state")(first)
    with pytest.raises(AuthorityError, match="the session ended before"):
        lock(here.office, admin, "ada", why="a quarrel")
    known = directory(here.office).accounts
    assert (known["ada"].state, known["demo-admin"].state) == ("active", "locked")


def test_what_somebody_unlocked_meanwhile_is_not_unlocked_again(
    here: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    lock(here.office, here.of("admin"), QP, why="lost phone")
    arranged(here, monkeypatch, keeping, "_state")(
        lambda other: unlock(other, keeper(other), QP, why="found it")
    )
    with pytest.raises(AuthorityError, match="demo-qp is not locked"):
        unlock(here.office, here.of("admin"), QP, why="found it")
    assert len([*here.office.ledger.events(types=(AccountUnlocked.type,))]) == 1


def test_whose_qualification_is_withdrawn_meanwhile_signs_nothing(
    here: Scene, while_signing: Meanwhile
) -> None:
    chief, until = login(here.office, "demo-supervisor", SECRET), "2030-01-01T00:00:00+00:00"
    train(here.office, chief, QP, "quality", evidence="C", expires=until, why="trained")
    vera = login(here.office, QP, SECRET)
    while_signing(
        lambda other: withdraw(
            other, login(other, "demo-supervisor", SECRET), QP, "quality", why="another's certificate"
        )
    )
    with pytest.raises(AuthorityError, match="the session has ended"):
        sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    assert not signatures(here.office.ledger, SHOWN.kind, SHOWN.id)


def test_a_qualification_that_was_lost_and_given_again_ends_the_sessions_of_before(here: Scene) -> None:
    chief, until = login(here.office, "demo-supervisor", SECRET), "2030-01-01T00:00:00+00:00"

    def give() -> None:
        train(here.office, chief, QP, "quality", evidence="C", expires=until, why="trained")

    give()
    vera = login(here.office, QP, SECRET)
    give()  # renewed: nothing was lost
    sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    withdraw(here.office, chief, QP, "quality", why="another's certificate")
    give()
    with pytest.raises(AuthorityError, match="the session has ended"):
        sign(here.office, vera, SECRET, SHOWN, "released", "fit")


def test_who_has_hundreds_of_qualifications_signs_as_others_do(here: Scene) -> None:
    chief, until = login(here.office, "demo-supervisor", SECRET), "2030-01-01T00:00:00+00:00"
    for number in range(200):
        task = f"SOP-{number:04d}-Händedesinfektion-im-Reinraum-A"
        train(here.office, chief, QP, task, evidence="C", expires=until, why="trained")
    vera = login(here.office, QP, SECRET)
    sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    sign(here.office, vera, SECRET, SHOWN, "released", "fit")
    assert len(signatures(here.office.ledger, SHOWN.kind, SHOWN.id)) == 2


def test_who_keeps_accounts_no_more_meanwhile_enrols_nobody(here: Scene, while_checked: Meanwhile) -> None:
    ada = keeper(here.office)
    code = enrol(
        here.office, ada, SECRET, "ada-2", "Ada", ("administrator",), verified="passport", why="hired"
    )
    activate(here.office, "ada-2", code, "seven tall gates of stone", why="taken over")
    second = Secret("seven tall gates of stone")
    while_checked(
        lambda other: change_roles(
            other, login(other, "ada-2", second), second, "demo-admin", ("operator",), why="another job"
        )
    )
    with pytest.raises(AuthorityError, match="session"):
        enrol(here.office, ada, SECRET, "mallory", "M", ("operator",), verified="passport", why="hired")
    assert "mallory" not in directory(here.office).accounts
    assert unproven(here.office.ledger, "training") == ()


def test_an_act_whose_id_is_taken_meanwhile_is_told_so(here: Scene) -> None:
    session, act = here.of("qa"), acceptance(PersonalKey.generate("demo-qa"), "again")

    def taken() -> None:
        with Office.open(here.office.site, counting_clock(), lambda: "x") as other:
            other.put("somebody", act, event="act/one")

    monkey = here.office.ledger.append

    def append(event: Event) -> None:
        taken()
        monkey(event)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(here.office.ledger, "append", append)
        with pytest.raises(AuthorityError, match="somebody was quicker"):
            put_by(here.office, session, act, event="act/one")
