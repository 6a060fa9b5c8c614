"""That nobody signs for another: components, passwords, devices, failures, resets.

21 CFR 11.200 and 11.300 (paraphrases).
"""

from typing import get_args

from homeostat.errors import AuthorityError
from homeostat.governance import Session
from homeostat.governance import people as folk
from homeostat.governance.authority import authorise
from homeostat.governance.known import directory
from homeostat.governance.people import Secret, login, logout, reauthenticate
from homeostat.governance.signing import Subject, sign, signatures
from homeostat.ledger.catalogue import Act
from homeostat.ledger.catalogue.people import (
    AccountEnrolled,
    AccountInvited,
    AccountUnlocked,
    AlertRaised,
    CredentialSet,
    FactorEnrolled,
    ResetConfirmed,
    ResetRequested,
)
from homeostat.ledger.identity import PersonalKey
from homeostat.ledger.identity.passwords import DEMONSTRATION, STRONG, bearable
from homeostat.ledger.identity.personal import digest, opened
from homeostat.ledger.identity.proofs import statement
from homeostat.quality.verify import verify_site
from homeostat.validation.checking import Workbench, expect, proves, refused
from homeostat.validation.scene import FRESH, device_of, scene
from homeostat.validation.staff import founded, hired, staff

_SUBJECT = Subject("batch record", "B0001", b"what was shown")


@proves("P11-200a1")
def the_first_signing_takes_all_components_and_idleness_starts_anew(bench: Workbench) -> str:
    """Password and code at first, the password alone afterwards, all again after idleness and after logout."""
    with scene(bench) as (office, later):
        maria = staff(office, maria="operator")["maria"]
        password, device = maria.secret.password, device_of(office, later, maria.session, maria.secret)
        for end in ("idle", "logout"):
            later.put(minutes=1)
            session = login(office, "maria", Secret(password, device(office)))
            later.put(minutes=1)
            with refused(AuthorityError, f"a first signing with the password alone, before {end}"):
                reauthenticate(office, session, Secret(password))
            reauthenticate(office, session, Secret(password, device(office)))
            reauthenticate(office, session, Secret(password))
            with refused(AuthorityError, "a signing without the password"):
                reauthenticate(office, session, Secret("", device(office)))
            later.put(minutes=16) if end == "idle" else logout(office, session)
            with refused(AuthorityError, f"a signing with one component after {end}"):
                reauthenticate(office, session, Secret(password))
        return "all components first, the password alone within the session; after idleness or logout refused"


@proves("P11-200a2-3")
def an_administrator_cannot_sign_for_another(bench: Workbench) -> str:
    """Not in the other's session, not with their own key, not by a reset alone; a second person is needed."""
    with scene(bench) as (office, _):
        team = staff(office, ada="administrator", vera="quality assurance", maria="operator")
        ada, maria = team["ada"], team["maria"]
        with refused(AuthorityError, "to sign in another's session with one's own password"):
            sign(office, maria.session, ada.secret, _SUBJECT, "performed", "a scene")
        borrowed = Session("maria", "Maria", ("operator",), ada.session.token)
        with refused(AuthorityError, "to call one's own session another's"):
            sign(office, borrowed, ada.secret, _SUBJECT, "performed", "a scene")
        half = folk.request_reset(office, ada.session, ada.secret, "maria", why="forgotten")
        with refused(AuthorityError, "to confirm a reset that one asked for"):
            folk.confirm_reset(office, ada.session, ada.secret, "maria", why="forgotten")
        with refused(AuthorityError, "a reset with one half of the proof"):
            folk.complete_reset(office, "maria", (half, half), FRESH, why="forgotten")
        other = folk.confirm_reset(
            office, team["vera"].session, team["vera"].secret, "maria", why="forgotten"
        )
        before = directory(office).accounts["maria"].fingerprint
        folk.complete_reset(office, "maria", (half, other), FRESH, why="forgotten")
        expect(directory(office).accounts["maria"].fingerprint != before, "the key outlived a reset")
        expect(not signatures(office.ledger, "batch record", "B0001"), "something was signed")
        return "four ways to sign for another were refused; a reset took two persons and made a new key"


@proves("P11-200a2-3")
def a_key_that_its_owner_did_not_prove_counts_for_nothing(bench: Workbench) -> str:
    """Whoever writes the site's files appends events under its key: none of them replaces a person's own."""
    with scene(bench) as (office, _):
        maria = staff(office, ada="administrator", vera="quality assurance", maria="operator")["maria"]
        own, forged = directory(office).accounts["maria"].fingerprint, PersonalKey.generate("maria")
        signature = forged.sign(statement("maria", forged.public)).hex()
        act = CredentialSet(
            account="maria", public=forged.public, fingerprint=forged.fingerprint, why="a scene"
        )
        again = AccountEnrolled(account="maria", name="Maria", roles=("operator",), why="a scene")
        mine = AccountInvited(account="maria", invitation=digest("mine"), expires="", why="a scene")
        half = digest("mine")
        reset = (
            ResetRequested(account="maria", code=half, expires="", why="a scene"),
            ResetConfirmed(account="maria", code=half, why="a scene"),
        )
        tried: list[Act] = [act, act.model_copy(update={"proof": signature})]
        tried += [again.model_copy(update={"fingerprint": forged.fingerprint}), act]
        tried += [mine, act.model_copy(update={"proof": "mine"})]
        tried += [*reset, act.model_copy(update={"proof": "mine mine"})]
        for one in tried:
            office.put("ada", one)
            expect(directory(office).accounts["maria"].fingerprint == own, f"{one.type} replaced a key")
        login(office, "maria", maria.secret)
        sets = [one for one in verify_site(office.site).findings if "did not prove" in one.what]
        expect(len(sets) == 5, f"5 keys were forged, {len(sets)} are found")
        return (
            "5 keys forged under the site's own key replaced nothing, and each is found by homeostat verify"
        )


@proves("P11-200a2-3")
def an_administrator_and_a_person_they_invented_take_over_nobody(bench: Workbench) -> str:
    """A reset takes quality assurance; an account takes its agreement; one person of it is the founding."""
    with scene(bench) as (office, _):
        ada, vera = founded(office)
        mine = (office, ada.session, ada.secret)
        hired(office, ada, vera, "maria", "operator")
        dora = hired(office, ada, vera, "dora", "administrator")
        for number, role in enumerate(("administrator", "quality assurance", "operator")):
            ghost = f"ghost{number}"
            code = folk.enrol(*mine, ghost, "Nobody", [role], verified="none", why="a scene")
            with refused(AuthorityError, f"to take over {role} that nobody agreed to"):
                folk.activate(office, ghost, code, FRESH, why="taken over")
            with refused(AuthorityError, "an administrator's own agreement"):
                folk.agree(*mine, ghost, why="a scene")
        folk.request_reset(*mine, "maria", why="forgotten")
        with refused(AuthorityError, "a reset confirmed by a second administrator"):
            folk.confirm_reset(office, dora.session, dora.secret, "maria", why="forgotten")
        folk.agree(office, vera.session, vera.secret, "ghost2", why="seen")
        folk.activate(office, "ghost2", code, FRESH, why="taken over")
        return "3 invented accounts could not be taken over, nor a reset confirmed, without quality assurance"


@proves("P11-200b")
def no_biometric_is_used(bench: Workbench) -> str:
    """A password, a code by time, a security key: by what a key knows its person stays inside the key."""
    kinds = get_args(FactorEnrolled.model_fields["kind"].annotation)
    expect(kinds == ("totp",), f"second factors: {kinds}")
    with scene(bench) as (office, later):
        maria = staff(office, maria="operator")["maria"]
        device = device_of(office, later, maria.session, maria.secret)
        with refused(AuthorityError, "a login with something else than the device's code"):
            login(office, "maria", Secret(maria.secret.password, "fingerprint"))
        login(office, "maria", Secret(maria.secret.password, device(office)))
    return "not applicable: no signature is based on biometrics (password; code by time or security key)"


@proves("P11-300a-e")
def five_failures_lock_the_account_and_raise_an_urgent_alert(bench: Workbench) -> str:
    """The fifth wrong password locks; the right one then opens nothing until another person unlocks."""
    with scene(bench) as (office, _):
        team = staff(office, ada="administrator", maria="operator")
        for _ in range(5):
            with refused(AuthorityError, "a wrong password"):
                login(office, "maria", Secret("not her password"))
        expect(
            directory(office).accounts["maria"].state == "locked", "five failures did not lock the account"
        )
        alerts = [one.event.data for one in office.acts((AlertRaised.type,))]
        expect(
            [(one["about"], one["urgency"]) for one in alerts] == [("maria", "urgent")], f"alerts: {alerts}"
        )
        with refused(AuthorityError, "the right password of a locked account"):
            login(office, "maria", team["maria"].secret)
        with refused(AuthorityError, "an act in a session that was open at the locking"):
            authorise(office, team["maria"].session, "step.perform")
        folk.unlock(office, team["ada"].session, "maria", why="she was mistyping")
        login(office, "maria", team["maria"].secret)
        return (
            "locked after 5 failures with an urgent alert; open sessions ended; unlocked by an administrator"
        )


@proves("P11-300a-e")
def a_lock_by_failures_ends_by_time_and_one_by_order_does_not(bench: Workbench) -> str:
    """Nobody can lock a site's only administrator for good from a shell; what a person ordered stays."""
    with scene(bench) as (office, later):
        team = staff(office, ada="administrator", maria="operator")
        folk.lock(office, team["ada"].session, "maria", why="on leave")
        for _ in range(5):
            with refused(AuthorityError, "a wrong password"):
                login(office, "ada", Secret("not her password"))
        later.put(minutes=29)
        with refused(AuthorityError, "the right password within the time of the lock"):
            login(office, "ada", team["ada"].secret)
        later.put(minutes=1)
        login(office, "ada", team["ada"].secret)
        ended = [(one.event.actor, one.event.data["cause"]) for one in office.acts((AccountUnlocked.type,))]
        expect(ended == [("system", "time")], f"on record: {ended}")
        later.put(days=30)
        with refused(AuthorityError, "the login of an account that was locked by order"):
            login(office, "maria", team["maria"].secret)
        return "5 failures locked the only administrator for 30 minutes, on record; a lock by order stayed"


@proves("P11-300a-e")
def a_revoked_or_expired_password_opens_nothing(bench: Workbench) -> str:
    """After a change the old one is refused, even with its file put back; an expired one can only be changed."""
    with scene(bench) as (office, later):
        maria = staff(office, maria="operator")["maria"]
        one = directory(office).accounts["maria"]
        (kept,) = (office.site.keys / "people").iterdir()
        content = kept.read_bytes()
        folk.change_password(office, "maria", maria.secret, FRESH, why="it was seen")
        expect(not kept.exists(), "the file of the old key is still there")
        kept.write_bytes(content)
        with refused(AuthorityError, "a password that was changed"):
            login(office, "maria", maria.secret)
        with refused(AuthorityError, "a session of before the change"):
            authorise(office, maria.session, "step.perform")
        key = opened(kept.parent, "maria", one.fingerprint, maria.secret.password, STRONG)
        expect(key is not None, "the scene is wrong: the old file does not open")
        expect(
            one.fingerprint != directory(office).accounts["maria"].fingerprint, "the key is still in force"
        )
        later.put(days=181)
        with refused(AuthorityError, "an expired password"):
            login(office, "maria", Secret(FRESH))
        folk.change_password(office, "maria", Secret(FRESH), "nine blue hills by the sea", why="expired")
        login(office, "maria", Secret("nine blue hills by the sea"))
        return "a changed password was refused with its file put back; an expired one was good for a change alone"


@proves("P11-300a-e")
def passwords_are_long_stretched_and_never_kept(bench: Workbench) -> str:
    """A key's file needs 32 MiB for each guess; neither it nor the ledger holds the password; weak ones are refused."""
    with scene(bench) as (office, _):
        ada = staff(office, ada="administrator")["ada"]
        code = folk.enrol(
            office,
            ada.session,
            ada.secret,
            "maria",
            "Maria Rossi",
            ["operator"],
            verified="passport",
            why="hired",
        )
        for weak in ("short", "aaaaaaaaaaaaaa", "maria-in-the-lab", "password-for-2026"):
            with refused(AuthorityError, f"the password {weak!r}"):
                folk.activate(office, "maria", code, weak, why="taken over")
        files = [path.read_text("utf-8") for path in (office.site.keys / "people").iterdir()]
        modes = {path.stat().st_mode & 0o077 for path in (office.site.keys / "people").iterdir()}
        expect(modes == {0}, "others can read a key's file")
        expect(not bearable(DEMONSTRATION, STRONG), "a cheap key's file passes for a strong one")
        bodies = b"".join(one.body for one in office.ledger.events()).decode()
        expect(not any(ada.secret.password in text for text in (*files, bodies)), "a password was kept")
        expect(code not in bodies, "a one-time code was kept")
        return (
            "4 weak passwords refused; no password or code in a file or the ledger; scrypt n=32768, r=8, p=1"
        )


@proves("P11-300a-e")
def a_device_is_tested_and_a_code_opens_once(bench: Workbench) -> str:
    """A device counts from its first right code; each code is spent by its use; tests are on record."""
    with scene(bench) as (office, later):
        maria = staff(office, maria="operator")["maria"]
        offer = folk.offer_factor(office, maria.session)
        with refused(AuthorityError, "a device whose first code is wrong"):
            wrong = Secret(maria.secret.password, "000000")
            folk.enrol_factor(office, maria.session, wrong, offer.secret, why="a scene")
        device = device_of(office, later, maria.session, maria.secret)
        code = device(office)
        login(office, "maria", Secret(maria.secret.password, code))
        with refused(AuthorityError, "a code that was used"):
            login(office, "maria", Secret(maria.secret.password, code))
        later.put(minutes=2)
        session = login(office, "maria", Secret(maria.secret.password, device(office)))
        later.put(minutes=2)
        before = directory(office).accounts["maria"].factor_tested
        folk.test_factor(office, session, Secret(maria.secret.password, device(office)), why="half-yearly")
        expect(directory(office).accounts["maria"].factor_tested > before, "the test is not on record")
        return "a wrong first code enrolled nothing, a used code was refused, the periodic test is on record"
