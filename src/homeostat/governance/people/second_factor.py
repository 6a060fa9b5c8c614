"""A second factor: a device that shows a code by time (RFC 6238). Enrolled, tested now and then, removed.

Its secret lies with the key under the person's password. It counts from the first code that proves the device works.
"""

from dataclasses import dataclass, field
from functools import partial
from typing import Literal

from homeostat.errors import AuthorityError
from homeostat.governance.authority import present, remains
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.people.identifying import identify, keys_folder, least
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.wording import stated
from homeostat.governance.session import Session
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act, Change
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
    if directory(office).accounts[session.person].totp:
        raise AuthorityError("a device is enrolled already", mend="remove it first")
    known = identify(office, session.person, secret, "password")
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
    put_together(office, person, [(enrolled, ""), (tested, "")], lest=partial(remains, office, session))


def test_factor(office: Office, session: Session, secret: Secret, *, why: str) -> None:
    """Put on record that the device still works (21 CFR 11.300(e), paraphrase: tested at first and periodically)."""
    spent = _checked(office, session, secret, "test", why)
    if not spent:
        raise AuthorityError("the code that the device shows is missing", where=session.person)
    put_together(office, session.person, spent, lest=partial(remains, office, session))


def remove_factor(office: Office, session: Session, secret: Secret, *, why: str) -> None:
    """Be asked for no code any more; takes the password, and a code or a security key.

    Who has lost the device and has no security key needs a reset.
    """
    spent = _checked(office, session, secret, "credential", why)
    change = Change(field="second factor", old="totp", new=None)
    removed = FactorRemoved(account=session.person, why=why, changes=(change,))
    put_together(office, session.person, [*spent, (removed, "")], lest=partial(remains, office, session))


def _checked(
    office: Office, session: Session, secret: Secret, at: Literal["test", "credential"], why: str
) -> list[tuple[Act, str]]:
    """The code of a person who has a device, spent; nothing where a security key answered in its place."""
    present(office, session, "use a second factor")
    stated("reason", why)
    if not directory(office).accounts[session.person].totp:
        raise AuthorityError("no device is enrolled", where=session.person)
    step = identify(office, session.person, secret, "password").counter
    if step is None:
        return []
    return [(FactorUsed(account=session.person, at=at, counter=step, why=why), "")]
