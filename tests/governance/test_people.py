"""People: what several processes, a lost power supply and a curious colleague cannot do; what is told to whom."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance import Office, Session, people
from homeostat.governance.access import access_report, last_review, review_access
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.demonstration import ROLES, SECRET, demonstrator, enrol_demonstration
from homeostat.governance.known import directory
from homeostat.governance.numbering import unused
from homeostat.governance.people import Secret, enrolment
from homeostat.governance.sessions import Sessions
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue.people import AlertRaised, CredentialSet
from homeostat.ledger.identity import Directory, PersonalKey, Policy, passwords
from homeostat.site import Kind, Site
from homeostat.validation.staff import Member, staff

WORD = "nine green hills by the lake"
WHY = "a test"


class Clock:
    """A clock that goes on by a second each time, and can be put forward."""

    def __init__(self) -> None:
        self._ticks, self.now = count(), datetime(2026, 3, 1, tzinfo=UTC)

    def __call__(self) -> str:
        return (self.now + timedelta(seconds=next(self._ticks))).isoformat()


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses may be cheap here; what they cost is tested where keys are."""
    monkeypatch.setattr(passwords, "STRONG", passwords.Cost(2, 1, 1))


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def opens(tmp_path: Path, clock: Clock) -> Iterator[Callable[[Kind], Office]]:
    """Opens the office of a site once more, as another process would."""
    names = count()
    with ExitStack() as stack:

        def again(kind: Kind = "gmp") -> Office:
            site = Site.create(tmp_path / kind, kind)
            return stack.enter_context(Office.open(site, clock, lambda: f"n{next(names)}"))

        yield again


@pytest.fixture
def office(opens: Callable[[Kind], Office]) -> Office:
    return opens("gmp")


@pytest.fixture
def team(office: Office) -> dict[str, Member]:
    return staff(office, ada="administrator", vera="quality assurance", maria="operator")


def _fail(office: Office, account: str, times: int) -> None:
    for _ in range(times):
        with pytest.raises(AuthorityError):
            people.login(office, account, Secret("a wrong guess"))


def test_guesses_count_over_all_processes(
    office: Office, team: dict[str, Member], opens: Callable[[Kind], Office]
) -> None:
    other = opens("gmp")
    for one in (office, other, office, other):
        _fail(one, "maria", 1)
    assert directory(office).accounts["maria"].state == "active"
    _fail(office, "maria", 1)
    assert directory(other).accounts["maria"].state == "locked"
    kinds = [one.event.type for one in office.acts(("account.locked", "alert.raised"))]
    assert kinds == ["account.locked", "alert.raised"]


def test_a_name_that_a_forged_event_took_switches_off_no_lock(
    office: Office, team: dict[str, Member]
) -> None:
    forged = AlertRaised(about="maria", words="forged", why=WHY)
    office.put("unknown", forged, event="account/maria/refused/1")
    _fail(office, "maria", 5)
    assert directory(office).accounts["maria"].state == "locked"


def test_refusals_of_two_processes_at_one_moment_are_both_counted(
    office: Office, team: dict[str, Member], opens: Callable[[Kind], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    other = opens("gmp")
    stale = directory(office)
    turns = iter((stale,))  # the first look of the second process is of before the first one's refusal
    _fail(office, "maria", 1)
    from homeostat.governance.people import identifying

    monkeypatch.setattr(identifying, "directory", lambda at: next(turns, None) or directory(at))
    with pytest.raises(AuthorityError):
        people.login(other, "maria", Secret("a wrong guess"))
    assert directory(office).accounts["maria"].failures == 2


def test_failures_in_a_row_count_not_those_of_a_day(office: Office, team: dict[str, Member]) -> None:
    maria = team["maria"]
    for _ in range(3):
        for _ in range(4):
            with pytest.raises(AuthorityError):
                people.reauthenticate(office, maria.session, Secret("a wrong guess"))
        people.reauthenticate(office, maria.session, maria.secret)
    assert directory(office).accounts["maria"].state == "active"


def _stale_until_named(monkeypatch: pytest.MonkeyPatch, stale: Directory) -> None:
    """Let enrolment know nothing of what another process did until it has chosen the name of its event."""

    def named(ledger: Ledger, name: str) -> str:
        monkeypatch.setattr(enrolment, "directory", directory)
        return unused(ledger, name)

    monkeypatch.setattr(enrolment, "directory", lambda at: stale)
    monkeypatch.setattr(enrolment, "unused", named)


def test_one_id_is_given_to_one_person_by_two_administrators(
    office: Office, team: dict[str, Member], opens: Callable[[Kind], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    other, ada = opens("gmp"), team["ada"]
    stale = directory(other)
    people.enrol(office, ada.session, ada.secret, "piet", "Piet", ["operator"], verified="passport", why=WHY)
    _stale_until_named(monkeypatch, stale)
    with pytest.raises(AuthorityError, match="was given already"):
        people.enrol(
            other, ada.session, ada.secret, "piet", "Pieter", ["operator"], verified="passport", why=WHY
        )
    assert directory(office).accounts["piet"].name == "Piet"


def test_a_site_is_founded_once_also_by_two_at_one_moment(
    office: Office, opens: Callable[[Kind], Office], monkeypatch: pytest.MonkeyPatch
) -> None:
    stale = directory(office)
    people.found(office, "ada", "Ada", Secret(WORD), verified="passport", why=WHY)
    _stale_until_named(monkeypatch, stale)
    with pytest.raises(AuthorityError, match="has an administrator"):
        people.found(opens("gmp"), "eve", "Eve", Secret(WORD), verified="passport", why=WHY)
    assert set(directory(office).accounts) == {"ada"}
    with pytest.raises(AuthorityError, match="has an administrator"):
        people.found(office, "eve", "Eve", Secret(WORD), verified="passport", why=WHY)


@pytest.mark.parametrize(
    "account", ["", "Maria", "maria rossi", "../maria", "1maria", "maria.", "m" * 41, "mar\u00eda"]
)
def test_an_id_is_plain_and_cannot_name_another_file(
    office: Office, team: dict[str, Member], account: str
) -> None:
    with pytest.raises(AuthorityError, match="no account id"):
        people.enrol(
            office,
            team["ada"].session,
            team["ada"].secret,
            account,
            "M",
            ["operator"],
            verified="passport",
            why=WHY,
        )


def test_what_could_not_be_stored_has_not_happened(
    office: Office, team: dict[str, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A full disk while a password is changed: the old one is good as before."""

    def full(ledger: Ledger, lest: object) -> None:
        raise LedgerError("the disk is full")

    with monkeypatch.context() as patch:
        patch.setattr(Ledger, "commit", full)
        with pytest.raises(LedgerError):
            people.change_password(office, "maria", team["maria"].secret, WORD, why=WHY)
    people.login(office, "maria", team["maria"].secret)
    with pytest.raises(AuthorityError):
        people.login(office, "maria", Secret(WORD))


def test_a_missing_key_is_told_and_a_reset_mends_it(office: Office, team: dict[str, Member]) -> None:
    for path in (office.site.keys / "people").glob("maria-*"):
        path.unlink()
    with pytest.raises(LedgerError, match="key of maria cannot be read"):
        people.login(office, "maria", team["maria"].secret)
    one = people.request_reset(office, team["ada"].session, team["ada"].secret, "maria", why=WHY)
    other = people.confirm_reset(office, team["vera"].session, team["vera"].secret, "maria", why=WHY)
    people.complete_reset(office, "maria", (one, other), WORD, why=WHY)
    people.login(office, "maria", Secret(WORD))


def test_codes_run_out_after_a_week(office: Office, team: dict[str, Member], clock: Clock) -> None:
    ada, vera = team["ada"], team["vera"]
    code = people.enrol(
        office, ada.session, ada.secret, "piet", "Piet", ["operator"], verified="passport", why=WHY
    )
    one = people.request_reset(office, ada.session, ada.secret, "maria", why=WHY)
    other = people.confirm_reset(office, team["vera"].session, team["vera"].secret, "maria", why=WHY)
    clock.now += timedelta(days=8)
    with pytest.raises(AuthorityError, match="expired"):
        people.activate(office, "piet", code, WORD, why=WHY)
    with pytest.raises(AuthorityError, match="expired"):
        people.complete_reset(office, "maria", (one, other), WORD, why=WHY)
    again = people.invite(office, people.login(office, "ada", ada.secret), ada.secret, "piet", why=WHY)
    people.agree(office, people.login(office, "vera", vera.secret), vera.secret, "piet", why=WHY)
    with pytest.raises(AuthorityError, match="not right"):
        people.activate(office, "piet", code, WORD, why=WHY)
    people.activate(office, "piet", again, WORD, why=WHY)
    with pytest.raises(AuthorityError):
        people.activate(office, "piet", again, "another good password", why=WHY)


def test_a_session_ended_elsewhere_does_not_come_back(office: Office, team: dict[str, Member]) -> None:
    store, session = Sessions(office.site), team["maria"].session
    presence = store.find(session.token)
    people.logout(office, session)
    store.touch(session.token, office.clock())
    assert presence is not None
    assert store.find(session.token) is None
    with pytest.raises(AuthorityError, match="no such session"):
        authorise(office, session, "step.perform")
    people.logout(office, session)
    assert len([*office.acts(("session.closed",))]) == 1


@pytest.mark.parametrize("content", [b"", b"{", b"[]", b'{"account": "maria"}'])
def test_a_damaged_session_is_over(office: Office, team: dict[str, Member], content: bytes) -> None:
    session = team["maria"].session
    (office.site.root / "sessions" / f"{session.token}.json").write_bytes(content)
    with pytest.raises(AuthorityError, match="no such session"):
        authorise(office, session, "step.perform")


def test_sessions_hold_no_secret_and_are_private(office: Office, team: dict[str, Member]) -> None:
    held = people.bearer(office, team["maria"].session)
    folder = office.site.root / "sessions"
    assert folder.stat().st_mode & 0o077 == 0
    for path in folder.iterdir():
        assert path.stat().st_mode & 0o077 == 0
        assert held.partition(".")[2] not in path.read_text("utf-8")
    assert people.resume(office, held).person == "maria"
    for wrong in ("", ".", held[:-1], held.partition(".")[0] + ".", "../../site." + held):
        with pytest.raises(AuthorityError, match="no such session"):
            people.resume(office, wrong)
    assert Sessions(office.site).of("maria") == [team["maria"].session.token]


def test_a_token_of_one_person_is_none_of_another(office: Office, team: dict[str, Member]) -> None:
    forged = Session("vera", "Vera", ("quality assurance",), team["maria"].session.token)
    with pytest.raises(AuthorityError, match="no such session"):
        authorise(office, forged, "definition.approve")
    boast = Session("maria", "Maria", ("qualified person",), team["maria"].session.token)
    with pytest.raises(AuthorityError, match="no role"):
        authorise(office, boast, "batch.release")


def test_roles_count_from_the_moment_they_are_given_and_taken(
    office: Office, team: dict[str, Member]
) -> None:
    maria = team["maria"].session
    people.change_roles(office, team["ada"].session, team["ada"].secret, "maria", ("sponsor",), why=WHY)
    authorise(office, maria, "step.perform")  # the new role counts once quality assurance agrees
    with pytest.raises(AuthorityError, match="no role"):
        authorise(office, maria, "release.agree")
    assert people.agree(office, team["vera"].session, team["vera"].secret, "maria", why=WHY) == ("sponsor",)
    with pytest.raises(AuthorityError, match="session has ended"):
        authorise(office, maria, "release.agree")  # who has lost a role logs in again
    maria = people.login(office, "maria", team["maria"].secret)
    with pytest.raises(AuthorityError, match="no role"):
        authorise(office, maria, "step.perform")
    authorise(office, maria, "release.agree")


def test_quality_assurance_agrees_to_what_is_asked_for_and_to_nothing_else(
    office: Office, team: dict[str, Member]
) -> None:
    ada = (office, team["ada"].session, team["ada"].secret)
    vera = (office, team["vera"].session, team["vera"].secret)
    with pytest.raises(AuthorityError, match="nothing about maria awaits"):
        people.agree(*vera, "maria", why=WHY)
    people.change_roles(*ada, "vera", ("quality assurance", "qualified person"), why=WHY)
    with pytest.raises(AuthorityError, match="another person"):
        people.agree(*vera, "vera", why=WHY)
    with pytest.raises(AuthorityError, match="no role"):
        people.agree(*ada, "vera", why=WHY)
    for lose in (
        lambda: people.retire(office, team["ada"].session, "vera", why=WHY),
        lambda: people.change_roles(*ada, "vera", ("sponsor",), why=WHY),
    ):
        with pytest.raises(AuthorityError, match="last person of quality assurance"):
            lose()


def test_an_administrator_who_is_quality_assurance_too_agrees_to_nothing(
    opens: Callable[[Kind], Office],
) -> None:
    office = opens("training")
    team = staff(office, ada="administrator", both=("administrator", "quality assurance"), maria="operator")
    people.request_reset(office, team["ada"].session, team["ada"].secret, "maria", why=WHY)
    with pytest.raises(AuthorityError, match="is an administrator"):
        people.confirm_reset(office, team["both"].session, team["both"].secret, "maria", why=WHY)


def test_a_person_of_quality_assurance_is_enrolled_once_without_anybodys_agreement(office: Office) -> None:
    people.found(office, "ada", "Ada", Secret(WORD), verified="passport", why=WHY)
    ada = people.login(office, "ada", Secret(WORD))
    for account, held, pending in (("vera", ("quality assurance",), ()), ("eve", (), ("quality assurance",))):
        people.enrol(
            office, ada, Secret(WORD), account, account, ["quality assurance"], verified="passport", why=WHY
        )
        one = directory(office).accounts[account]
        assert (one.roles, one.pending) == (held, pending)
    marked = [one.event.data["founding"] for one in office.acts(("account.enrolled",))]
    assert marked == [True, True, False]


def test_a_lock_by_order_outlasts_one_by_attempts(
    office: Office, team: dict[str, Member], clock: Clock
) -> None:
    _fail(office, "maria", 5)
    people.lock(office, team["ada"].session, "maria", why="it may be a theft")
    clock.now += timedelta(days=1)
    with pytest.raises(AuthorityError):
        people.login(office, "maria", team["maria"].secret)
    assert directory(office).accounts["maria"].lock == "order"


def test_a_session_of_before_a_lock_is_over_though_it_was_not_used_meanwhile(
    office: Office, team: dict[str, Member]
) -> None:
    ada, session = team["ada"].session, team["maria"].session
    people.lock(office, ada, "maria", why="it may be a theft")
    people.unlock(office, ada, "maria", why="it was none")
    with pytest.raises(AuthorityError, match=r"the session has ended \(account\)"):
        authorise(office, session, "step.perform")
    again = people.login(office, "maria", team["maria"].secret)
    assert authorise(office, again, "step.perform").id == "maria"


def test_what_a_person_did_not_prove_is_told_by_verify(office: Office, team: dict[str, Member]) -> None:
    forged = PersonalKey.generate("maria")
    act = CredentialSet(account="maria", public=forged.public, fingerprint=forged.fingerprint, why=WHY)
    office.put("maria", act)
    number = office.ledger.size
    people.login(office, "maria", team["maria"].secret)
    (found,) = people.unproved(office.ledger)
    assert found.what == f"event {number} sets a password key for maria that its owner did not prove"


def test_the_last_administrator_stays(office: Office, team: dict[str, Member]) -> None:
    ada = team["ada"].session
    for act in (people.lock, people.retire):
        with pytest.raises(AuthorityError):
            act(office, ada, "ada", why=WHY)
    people.lock(office, team["maria"].session, "maria", why="my phone was stolen")
    with pytest.raises(AuthorityError):
        authorise(office, team["maria"].session, "deviation.open")


def test_what_is_wrong_is_not_told_to_who_guesses(office: Office, team: dict[str, Member]) -> None:
    told = set()
    people.lock(office, team["ada"].session, "vera", why=WHY)
    for account, guess in (
        ("maria", "a guess"),
        ("nobody", "a guess"),
        ("vera", team["vera"].secret.password),
    ):
        with pytest.raises(AuthorityError) as refused:
            people.login(office, account, Secret(guess))
        told.add(str(refused.value))
    assert len(told) == 1
    kept = list(office.acts(("login.refused",)))
    assert [(one.event.actor, one.event.data["account"], one.event.data["cause"]) for one in kept] == [
        ("unknown", "maria", "password"),
        ("unknown", "", "unknown"),
        ("unknown", "vera", "state"),
    ]
    assert b"nobody" not in kept[1].body


def test_a_password_typed_as_the_account_is_not_kept(office: Office, team: dict[str, Member]) -> None:
    with pytest.raises(AuthorityError):
        people.login(office, "MySecretPassword1", Secret("maria"))
    assert b"MySecretPassword1" not in b"".join(one.body for one in office.ledger.events())


def test_the_same_password_is_no_change(office: Office, team: dict[str, Member]) -> None:
    secret = team["maria"].secret
    with pytest.raises(AuthorityError, match="to be changed"):
        people.change_password(office, "maria", secret, secret.password, why=WHY)
    with pytest.raises(AuthorityError, match="12 to 256"):
        people.change_password(office, "maria", secret, "short", why=WHY)


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"idle_minutes": 0}, "from 1 to 60"),
        ({"session_hours": 25}, "from 1 to 24"),
        ({"password_days": 0}, "from 1 to 730"),
        ({"attempts": 1000}, "from 3 to 10"),
        ({}, "in force"),
    ],
)
def test_a_policy_stays_within_its_bounds(
    office: Office, team: dict[str, Member], change: dict[str, int], told: str
) -> None:
    with pytest.raises(AuthorityError, match=told):
        people.set_policy(office, team["ada"].session, team["ada"].secret, Policy(**change), why=WHY)


def test_a_policy_counts_at_once(office: Office, team: dict[str, Member], clock: Clock) -> None:
    people.set_policy(
        office,
        team["ada"].session,
        team["ada"].secret,
        Policy(idle_minutes=2, attempts=3),
        why="a shared room",
    )
    _fail(office, "vera", 3)
    assert directory(office).accounts["vera"].state == "locked"
    clock.now += timedelta(minutes=3)
    with pytest.raises(AuthorityError, match=r"ended \(idle\)"):
        authorise(office, team["maria"].session, "step.perform")


@pytest.mark.parametrize(
    "until", ["", "soon", "2027-01-01", "2027-01-01T00:00:00", "2020-01-01T00:00:00+00:00"]
)
def test_a_qualification_ends_at_a_moment_to_come(
    office: Office, team: dict[str, Member], until: str
) -> None:
    with pytest.raises(AuthorityError, match=r"no moment in time|over already"):
        people.train(office, team["vera"].session, "maria", "task", evidence="course", expires=until, why=WHY)


def test_a_training_site_has_an_identity_for_every_role(opens: Callable[[Kind], Office]) -> None:
    office = opens("training")
    enrol_demonstration(office)
    size = office.ledger.size
    enrol_demonstration(opens("training"))
    assert office.ledger.size == size
    for account, role in ROLES.items():
        session = people.login(office, account, SECRET)
        assert (session.roles, session.training) == ((role,), True)
        people.reauthenticate(office, session, SECRET)
    assert demonstrator("batch.release") == "demo-qp"
    assert demonstrator("user.manage") == "demo-admin"


def test_a_gmp_site_has_none(office: Office) -> None:
    with pytest.raises(AuthorityError, match="no demonstration identities"):
        enrol_demonstration(office)
    with pytest.raises(AuthorityError):
        people.login(office, "demo-qp", SECRET)


def test_distinct_names_the_part_that_the_person_had(office: Office, team: dict[str, Member]) -> None:
    maria = team["maria"].session
    distinct(office, maria, "step.verify", {"performed it": "piet"})
    with pytest.raises(AuthorityError, match="maria performed it: another person"):
        distinct(office, maria, "step.verify", {"performed it": "maria"})


def test_a_review_of_a_report_that_is_overtaken_is_refused(office: Office, team: dict[str, Member]) -> None:
    vera, report = team["vera"], access_report(office)
    people.enrol(
        office,
        team["ada"].session,
        team["ada"].secret,
        "piet",
        "Piet",
        ["operator"],
        verified="passport",
        why=WHY,
    )
    with pytest.raises(AuthorityError, match="added since"):
        review_access(office, vera.session, vera.secret, report, why=WHY)
    with pytest.raises(AuthorityError):
        review_access(office, vera.session, Secret("a wrong guess"), access_report(office), why=WHY)
    assert last_review(office.ledger) is None
    review_access(office, vera.session, vera.secret, access_report(office), why=WHY)
    assert last_review(office.ledger) is not None
    assert {line["account"] for line in json.loads(access_report(office).content)["lines"]} == {
        "ada",
        "vera",
        "maria",
        "piet",
    }


def test_a_report_says_what_deserves_a_look(office: Office, team: dict[str, Member], clock: Clock) -> None:
    clock.now += timedelta(days=400)
    told = access_report(office).findings
    for words in (
        "fewer than two administrators",
        "access was never reviewed",
        "maria: was not used since",
        "maria: the password has expired",
        "maria: qualification 'execution' expired",
    ):
        assert any(one.startswith(words) for one in told), words


def test_a_report_shows_the_roles_that_await_agreement(office: Office, team: dict[str, Member]) -> None:
    ada = team["ada"]
    people.change_roles(office, ada.session, ada.secret, "maria", ("supervisor", "operator"), why=WHY)
    report = access_report(office)
    (line,) = (one for one in report.lines if one.pending)
    assert (line.account, line.roles, line.pending) == ("maria", ("operator",), ("supervisor", "operator"))
    assert "maria: awaits the agreement of quality assurance to: supervisor, operator" in report.findings
    assert json.loads(report.content)["lines"][2]["pending"] == ["supervisor", "operator"]
    people.agree(office, team["vera"].session, team["vera"].secret, "maria", why=WHY)
    assert not [one for one in access_report(office).lines if one.pending]


def test_a_report_of_a_site_of_before_says_that_nobody_vouches(
    office: Office, team: dict[str, Member]
) -> None:
    words = "nobody vouches for accounts yet"
    assert any(one.startswith(words) for one in access_report(office).findings)
    people.set_policy(office, team["ada"].session, team["ada"].secret, Policy(idle_minutes=5), why=WHY)
    assert not any(one.startswith(words) for one in access_report(office).findings)
