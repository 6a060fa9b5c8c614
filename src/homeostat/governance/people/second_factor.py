"""The second factor: a device that shows a code by time (RFC 6238). Enrolled, tested now and then, removed.

Its secret lies with the key under the person's password. It counts from the first code that proves the device works.
"""

from dataclasses import dataclass, field

from homeostat.errors import AuthorityError
from homeostat.governance.authority import present
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.people.identifying import identify, keys_folder, least
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.wording import stated
from homeostat.governance.session import Session
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import FactorEnrolled, FactorRemoved, FactorUsed
from homeostat.ledger.identity import totp


@dataclass(frozen=True, slots=True)
class Offer:
    """A secret for a device, and the address that the device reads as a QR code; nothing is enrolled yet."""

    secret: str = field(repr=False)
    address: str = field(repr=False)


def offer_factor(office: Office, session: Session) -> Offer:
    """A new secret for the device of the session's person."""
    account = present(office, session, "enrol a second factor")
    secret = totp.new_secret()
    return Offer(secret, totp.address(secret, account.id, f"Homeostat {office.site.root.resolve().name}"))


def enrol_factor(office: Office, session: Session, secret: Secret, offer: str, *, why: str) -> None:
    """From now on the person is asked for a code too; `offer` is the device's secret, `secret.code` its first code.

    Raises AuthorityError where the password is wrong, or the code not the device's; one in use is removed first.
    """
    present(office, session, "enrol a second factor")
    stated("reason", why)
    known = identify(office, session.person, secret, "password", coded=False)
    if known.account.second_factor:
        raise AuthorityError("a second factor is enrolled already", mend="remove it first")
    step = totp.matched(offer, secret.code, moment(office.clock()), after=None)
    if step is None:
        raise AuthorityError(
            "the code is not one of this device", mend="check the device's clock and try again"
        )
    known.key.with_totp(offer).write(keys_folder(office), secret.password, least(known.account))
    person = session.person
    change = Change(field="second factor", old=None, new="totp")
    enrolled = FactorEnrolled(account=person, why=why, changes=(change,))
    tested = FactorUsed(account=person, at="test", counter=step, why="first code of the device")
    put_together(office, person, [(enrolled, ""), (tested, "")])


def test_factor(office: Office, session: Session, secret: Secret, *, why: str) -> None:
    """Put on record that the device still works (21 CFR 11.300(e), paraphrase: tested at first and periodically)."""
    step = _checked(office, session, secret, why)
    office.put(session.person, FactorUsed(account=session.person, at="test", counter=step, why=why))


def remove_factor(office: Office, session: Session, secret: Secret, *, why: str) -> None:
    """Be asked for the password alone again; takes password and code. Who has lost the device needs a reset."""
    step, person = _checked(office, session, secret, why), session.person
    used = FactorUsed(account=person, at="credential", counter=step, why="code for the removal")
    change = Change(field="second factor", old="totp", new=None)
    removed = FactorRemoved(account=person, why=why, changes=(change,))
    put_together(office, person, [(used, ""), (removed, "")])


def _checked(office: Office, session: Session, secret: Secret, why: str) -> int:
    """The time step of a code that was right, of a person who has a device."""
    present(office, session, "use a second factor")
    stated("reason", why)
    if not directory(office).accounts[session.person].second_factor:
        raise AuthorityError("no second factor is enrolled", where=session.person)
    counter = identify(office, session.person, secret, "password").counter
    return counter if counter is not None else 0
