"""That a security key identifies its person and nobody else, where security keys can be used at all.

21 CFR 11.200 and 11.300 (paraphrases). The library for them is optional; without it none can be registered.
"""

from dataclasses import replace
from importlib.util import find_spec

from homeostat.errors import AuthorityError
from homeostat.governance import Office
from homeostat.governance import people as folk
from homeostat.governance.known import directory
from homeostat.governance.people import Secret, login
from homeostat.governance.signing import Subject, shown_as, sign, signatures
from homeostat.ledger.catalogue.people import AlertRaised
from homeostat.quality.verify import verify_site
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.scene import scene
from homeostat.validation.staff import Member, staff
from homeostat.validation.token import Token

_SHOWN = Subject("batch record", "B0001", b"what was shown")
_OTHER = Subject("batch record", "B0001", b"what was not shown")


@proves("P11-200a1")
def a_security_key_signs_only_what_was_shown(bench: Workbench) -> str:
    """The first signing takes the key, about the very bytes shown; what is kept of it is verified once more."""
    with scene(bench) as (office, _):
        maria = staff(office, maria="operator")["maria"]
        if not _installed():
            return _refused(office, maria)
        token = _registered(office, maria)
        session = login(office, "maria", replace(maria.secret, ask=token))
        with refused(AuthorityError, "a first signing with the password alone"):
            sign(office, session, maria.secret, _SHOWN, "performed", "a scene")
        about = folk.ask_signing(office, session, shown_as(_OTHER, "performed"))
        with refused(AuthorityError, "a signing by a key that was asked about something else"):
            given = replace(maria.secret, answer=token(about))
            sign(office, session, given, _SHOWN, "performed", "a scene")
        sign(office, session, replace(maria.secret, ask=token), _SHOWN, "performed", "a scene")
        (standing,) = signatures(office.ledger, _SHOWN.kind, _SHOWN.id, _SHOWN.content)
        expect(standing.state == "valid" and standing.signed.answer != "", "no answer is kept")
        expect(verify_site(office.site).ok, "what is kept of the key's answers does not verify")
        return "the key's answer is bound to the bytes that were shown, kept, and verified from the record"


@proves("P11-200a2-3")
def nobody_registers_or_uses_the_security_key_of_another(bench: Workbench) -> str:
    """Not an administrator in a person's session, not with a key of their own, not with an answer given before."""
    with scene(bench) as (office, _):
        team = staff(office, ada="administrator", maria="operator")
        maria, mine = team["maria"], Token()
        if not _installed():
            return _refused(office, maria)
        with refused(AuthorityError, "an administrator who registers a key for another"):
            answer = mine(folk.offer_key(office, maria.session))
            folk.register_key(office, maria.session, team["ada"].secret, answer, "x", why="a scene")
        token = _registered(office, maria)
        with refused(AuthorityError, "a login with the key of somebody else"):
            login(office, "maria", replace(maria.secret, ask=mine))
        answer = token(folk.ask_login(office, "maria", maria.secret))
        login(office, "maria", replace(maria.secret, answer=answer))
        with refused(AuthorityError, "an answer that was given before"):
            login(office, "maria", replace(maria.secret, answer=answer))
        return "an administrator's registration, another's key and a replayed answer were refused"


@proves("P11-300a-e")
def a_copied_key_is_told_a_lost_one_opens_nothing_and_failures_lock(bench: Workbench) -> str:
    """A counter that goes back is refused with an urgent alert; a removed key is refused; five failures lock."""
    with scene(bench) as (office, _):
        maria = staff(office, maria="operator")["maria"]
        if not _installed():
            return _refused(office, maria)
        blue = _registered(office, maria)
        by_blue = replace(maria.secret, ask=blue)
        folk.test_key(office, maria.session, by_blue, why="half-yearly")
        green = _registered(office, maria, "green", by_blue)
        blue.counter = 0
        with refused(AuthorityError, "a key that counts back"):
            login(office, "maria", by_blue)
        alerts = [one.event.data["urgency"] for one in office.acts((AlertRaised.type,))]
        expect(alerts == ["urgent"], f"alerts: {alerts}")
        by_green = replace(maria.secret, ask=green)
        folk.remove_key(office, maria.session, by_green, "blue", why="lost")
        blue.counter = 100
        for _ in range(5):
            with refused(AuthorityError, "a key that was removed"):
                login(office, "maria", by_blue)
        expect(
            directory(office).accounts["maria"].state == "locked", "five failures did not lock the account"
        )
        with refused(AuthorityError, "a right key of a locked account"):
            login(office, "maria", by_green)
        return "a copy was refused with an urgent alert; a removed key opened nothing; 5 failures locked"


def _installed() -> bool:
    return find_spec("fido2") is not None


def _refused(office: Office, person: Member) -> str:
    """What there is to prove where the library is not installed: a key is refused in words, and counts for nothing."""
    with refused(AuthorityError, "a security key without the library for it"):
        folk.offer_key(office, person.session)
    expect(not directory(office).accounts[person.session.person].second_factor, "a key was registered")
    return "not applicable: no library for security keys is installed here, and none is registered"


def _registered(office: Office, person: Member, name: str = "blue", secret: Secret | None = None) -> Token:
    token = Token()
    answer = token(folk.offer_key(office, person.session))
    folk.register_key(office, person.session, secret or person.secret, answer, name, why="a scene")
    return token
