"""Vouching: authority passes from person to person by their own signatures, beginning with the founding."""

import json
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import Office, people
from homeostat.governance.known import directory
from homeostat.governance.people import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.ledger import Event
from homeostat.ledger.catalogue import Act, payload
from homeostat.ledger.catalogue.people import (
    AccessPolicySet,
    AccountAgreed,
    AccountEnrolled,
    CredentialSet,
    ResetConfirmed,
    ResetRequested,
    RolesChanged,
)
from homeostat.ledger.identity import Directory, PersonalKey, Policy, passwords
from homeostat.ledger.identity.personal import digest
from homeostat.ledger.identity.vouching import vouching
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.staff import Member, founded, hired, staff

WHY = "a test"
MINE = digest("mine")


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "STRONG", passwords.Cost(2, 1, 1))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    seconds, names = count(), count()

    def clock() -> str:
        minute, second = divmod(next(seconds), 60)
        return f"2026-03-01T08:{minute:02d}:{second:02d}+00:00"

    site = Site.create(tmp_path / "site", "gmp")
    with Office.open(site, clock, lambda: f"n{next(names)}") as office:
        yield office


@pytest.fixture
def team(office: Office) -> dict[str, Member]:
    """A site as persons founded it."""
    ada, vera = founded(office)
    joined = {name: hired(office, ada, vera, name, role) for name, role in ROLES.items()}
    return {"ada": ada, "vera": vera, **joined}


ROLES = {"maria": "operator", "carl": "administrator"}


def found(office: Office) -> list[str]:
    """What verification says of the site."""
    return [one.what for one in verify_site(office.site).findings]


def key_of(account: str, proof: str) -> CredentialSet:
    key = PersonalKey.generate(account)
    return CredentialSet(
        account=account, public=key.public, fingerprint=key.fingerprint, proof=proof, why=WHY
    )


def test_a_site_begins_with_one_person_and_every_other_was_vouched_for(
    office: Office, team: dict[str, Member]
) -> None:
    told = [*office.acts(("account.enrolled", "account.agreed"))]
    first, *others = (one.event for one in told)
    assert (first.data["vouching"], first.data["signature"]) == (True, "")
    keys = {one.id: one.fingerprint for one in directory(office).active()}
    assert [one.data["key"] for one in others] == [keys[one.actor] for one in others]
    assert {one.actor for one in others} == {"ada", "vera"}
    assert directory(office).vouched
    assert found(office) == []


@pytest.mark.parametrize("by", ["ada", "carl", "maria", "nobody", "system"])
def test_a_forged_reset_replaces_no_key_whoever_it_names(
    office: Office, team: dict[str, Member], by: str
) -> None:
    own = directory(office).accounts["maria"].fingerprint
    office.put(by, ResetRequested(account="maria", code=MINE, expires="", why=WHY))
    office.put("vera", ResetConfirmed(account="maria", code=MINE, why=WHY))
    office.put("maria", key_of("maria", "mine mine"))
    assert directory(office).accounts["maria"].fingerprint == own
    people.login(office, "maria", team["maria"].secret)
    assert len(found(office)) == 3


@pytest.mark.parametrize("founding", [False, True])
@pytest.mark.parametrize("awaits", [False, True])
def test_a_forged_enrolment_makes_nobody(
    office: Office, team: dict[str, Member], founding: bool, awaits: bool
) -> None:
    act = AccountEnrolled(
        account="ghost",
        name="Nobody",
        roles=("quality assurance",),
        invitation=MINE,
        founding=founding,
        vouching=founding,
        awaits=awaits,
        why=WHY,
    )
    office.put("ada", act)
    office.put("vera", AccountAgreed(account="ghost", roles=act.roles, why=WHY))
    office.put("ghost", key_of("ghost", "mine"))
    assert "ghost" not in directory(office).accounts
    *forged, key = found(office)
    assert ["made without their key" in one for one in forged] == [True, True]
    assert key.endswith("sets a password key for ghost, who has no account")


def test_a_person_who_may_not_vouches_for_nothing(office: Office, team: dict[str, Member]) -> None:
    """An operator who writes the site's files has a key, but no authority: their signature is true, and counts not."""
    act = RolesChanged(account="carl", roles=("quality assurance",), why=WHY)
    put_vouched(office, team["maria"].session, team["maria"].secret, act)
    assert directory(office).accounts["carl"].roles == ("administrator",)
    assert found(office) == [
        f"event {office.ledger.size} (roles.changed) is about carl by maria, who may not"
    ]


def test_an_administrator_alone_adds_no_role_with_their_own_true_signature(
    office: Office, team: dict[str, Member]
) -> None:
    """The act does not say that it awaits agreement; it does all the same."""
    mine = (office, team["ada"].session, team["ada"].secret)
    put_vouched(*mine, RolesChanged(account="maria", roles=("qualified person",), why=WHY))
    one = directory(office).accounts["maria"]
    assert (one.roles, one.pending) == (("operator",), ("qualified person",))
    founding = AccountEnrolled(
        account="eve", name="Eve", roles=("quality assurance",), founding=True, why=WHY
    )
    put_vouched(*mine, founding)
    assert directory(office).accounts["eve"].roles == ()
    put_vouched(*mine, founding.model_copy(update={"account": "ed", "roles": ("administrator",)}))
    assert directory(office).accounts["ed"].roles == ()


def test_a_voucher_is_bound_to_its_event_its_actor_and_every_word(
    office: Office, team: dict[str, Member]
) -> None:
    people.request_reset(office, team["ada"].session, team["ada"].secret, "maria", why=WHY)
    (stored,) = office.acts(("reset.requested",))
    event, other = stored.event, {**stored.event.data, "code": MINE}
    forged = [
        Event("copied", event.type, "", 0, "ada", event.data),
        Event("other", event.type, "", 0, "ada", other),
        Event("carl", event.type, "", 0, "carl", event.data),
        Event("carls", event.type, "", 0, "carl", {**event.data, "key": _key(office, "carl")}),
        Event("garbage", event.type, "", 0, "ada", {**event.data, "signature": "none"}),
    ]
    for one in forged:
        office.ledger.append(one)
    office.ledger.commit()
    assert len(found(office)) == len(forged)
    assert directory(office).accounts["maria"].reset is not None
    assert vouching(event.id, "ada", event.data) != vouching("copied", "ada", event.data)


def _key(office: Office, account: str) -> str:
    return directory(office).accounts[account].fingerprint


def test_a_key_that_was_replaced_vouches_no_more(office: Office, team: dict[str, Member]) -> None:
    people.request_reset(office, team["ada"].session, team["ada"].secret, "maria", why=WHY)
    (asked,) = office.acts(("reset.requested",))
    people.change_password(office, "ada", team["ada"].secret, "seven blue hills by the sea", why=WHY)
    late = Event("late", asked.event.type, "", 0, "ada", asked.event.data)
    office.ledger.append(late)
    office.ledger.commit()
    assert ["did not vouch" in one for one in found(office)] == [True]


def test_a_wrong_secret_vouches_for_nothing_and_nothing_is_done(
    office: Office, team: dict[str, Member]
) -> None:
    ada, vera, wrong = team["ada"].session, team["vera"].session, Secret("not the password at all")
    before = directory(office).accounts["maria"]
    people.change_roles(office, ada, team["ada"].secret, "carl", ("supervisor",), why=WHY)
    for attempt in (
        lambda: people.enrol(office, ada, wrong, "piet", "Piet", ["operator"], verified="id", why=WHY),
        lambda: people.request_reset(office, ada, wrong, "maria", why=WHY),
        lambda: people.change_roles(office, ada, wrong, "maria", ("sponsor",), why=WHY),
        lambda: people.set_policy(office, ada, wrong, Policy(idle_minutes=9), why=WHY),
        lambda: people.agree(office, vera, wrong, "carl", why=WHY),
    ):
        with pytest.raises(AuthorityError):
            attempt()
    now = directory(office)
    assert (now.accounts["maria"], now.policy) == (before, Policy())
    assert "piet" not in now.accounts
    assert now.accounts["carl"].roles == ("administrator",)


def test_the_honest_way_still_resets_a_key(office: Office, team: dict[str, Member]) -> None:
    one = people.request_reset(office, team["ada"].session, team["ada"].secret, "maria", why=WHY)
    other = people.confirm_reset(office, team["vera"].session, team["vera"].secret, "maria", why=WHY)
    people.complete_reset(office, "maria", (one, other), "seven blue hills by the sea", why=WHY)
    people.login(office, "maria", Secret("seven blue hills by the sea"))
    assert found(office) == []


def test_a_ledger_of_before_opens_as_it_is_and_vouches_from_its_next_policy_on(office: Office) -> None:
    """As sites were until November 2026: nothing in it was vouched for, and no finding is made of that."""
    team = staff(office, ada="administrator", vera="quality assurance", maria="operator")
    office.put("ada", ResetRequested(account="maria", code=MINE, expires="", why=WHY))
    now = directory(office)
    assert (now.vouched, now.accounts["maria"].reset is None, found(office)) == (False, False, [])
    unsigned = AccessPolicySet(
        idle_minutes=9, session_hours=9, password_days=9, attempts=9, lock_minutes=9, why=WHY
    )
    office.put("ada", unsigned)
    assert not directory(office).vouched
    people.set_policy(office, team["ada"].session, team["ada"].secret, Policy(idle_minutes=5), why=WHY)
    assert directory(office).vouched
    office.put("vera", ResetConfirmed(account="maria", code=MINE, why=WHY))
    office.put("ada", unsigned)
    assert directory(office).policy == Policy(idle_minutes=5)
    assert ["did not vouch" in one for one in found(office)] == [True, True]


def test_payloads_of_before_are_read_without_a_voucher() -> None:
    old = {"why": "w", "changes": [], "account": "maria", "code": "c", "expires": ""}
    read = payload("reset.requested", old)
    assert isinstance(read, Act)
    assert json.loads(read.model_dump_json())["signature"] == ""


def test_the_fold_is_the_same_from_the_first_event_on(office: Office, team: dict[str, Member]) -> None:
    office.put("ada", ResetRequested(account="maria", code=MINE, expires="", why=WHY))
    assert Directory.of(office.ledger.events()).unproved == directory(office).unproved != ()
