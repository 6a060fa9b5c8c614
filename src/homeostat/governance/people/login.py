"""Coming and going: a person logs in, signs again and again in one continuous session, logs out.

21 CFR 11.200(a)(1) (paraphrase): the first signing of a continuous period of access takes all components, each further
one at least the one that only its owner can give; after the period all are asked for again.
"""

from dataclasses import replace

from homeostat.errors import AuthorityError
from homeostat.governance.authority import present, put_by
from homeostat.governance.known import directory, moment
from homeostat.governance.office import Office
from homeostat.governance.people.accountability import DECLARATION, acceptance
from homeostat.governance.people.asking import Shown
from homeostat.governance.people.identifying import Identified, identify, refuse
from homeostat.governance.people.secret import Secret
from homeostat.governance.session import Session
from homeostat.governance.sessions import Presence, Sessions
from homeostat.ledger.catalogue.people import FactorUsed, SessionClosed, SessionOpened
from homeostat.ledger.identity import Account
from homeostat.ledger.identity.personal import digest, one_time_code


def login(office: Office, account: str, secret: Secret) -> Session:
    """A session of the person whose account and secret these are.

    Raises AuthorityError where they are not, where the account cannot be used, or where its password has expired.
    """
    known = identify(office, account, secret, "login")
    found, now = known.account, office.clock()
    if found.password_expires and moment(found.password_expires) <= moment(now):
        mend = f"choose another with: homeostat user password {account}"
        raise refuse(office, found, "login", "expired", f"the password of {account} has expired", mend)
    token = digest(office.nonce() + one_time_code())[:32]
    act = SessionOpened(
        account=found.id, session=token, counter=known.counter, why="identified by all components"
    )
    office.put(found.id, act)
    presence = Presence(
        found.id, found.fingerprint, now, now, known.counter, locks=found.locks, losses=found.losses
    )
    Sessions(office.site).begin(token, presence)
    return _session(found, token)


def logout(office: Office, session: Session) -> None:
    """End a session: nothing can be done or signed with it any more."""
    store = Sessions(office.site)
    presence = store.find(session.token)
    if presence is None or presence.account != session.person:
        return
    store.end(session.token)
    act = SessionClosed(
        account=session.person, session=session.token, cause="logout", why="ended by its person"
    )
    office.put(session.person, act)


def reauthenticate(
    office: Office, session: Session, secret: Secret, shown: Shown | None = None
) -> Identified:
    """The session's person with their opened key, to sign with once: call it for every signature.

    The first signing of a session asks for all components, further ones for the password alone. A security key answers
    about what is `shown`. Raises AuthorityError where the session is over, the secret wrong, or accountability not
    accepted.
    """
    known = recognise(office, session, secret, shown)
    if directory(office).accounts[session.person].accepted != digest(DECLARATION):
        mend = f"accept it first: homeostat user accept --as {session.person}"
        raise AuthorityError(
            "accountability for signatures is not accepted yet", where=session.person, mend=mend
        )
    return known


def recognise(office: Office, session: Session, secret: Secret, shown: Shown | None = None) -> Identified:
    """As `reauthenticate`, also before accountability is accepted."""
    present(office, session, "sign")
    store = Sessions(office.site)
    before = store.find(session.token)
    signed, spent = (before.signed, before.counter) if before else (False, None)
    known = identify(office, session.person, secret, "signing", coded=not signed, spent=spent, shown=shown)
    if known.counter is not None and known.counter != spent:
        act = FactorUsed(account=session.person, at="signing", counter=known.counter, why="first signing")
        office.put(session.person, act)
    store.change(session.token, lambda presence: replace(presence, signed=True))
    return known


def accept(office: Office, session: Session, secret: Secret, *, why: str) -> None:
    """The session's person accepts, by signing, to answer for what is signed in their name."""
    known = recognise(office, session, secret)
    put_by(office, session, acceptance(known.key, why))


def bearer(office: Office, session: Session) -> str:
    """A key with which another process goes on with the session: for a browser's cookie or a terminal's environment."""
    key = one_time_code()
    Sessions(office.site).change(session.token, lambda presence: replace(presence, bearer=digest(key)))
    return f"{session.token}.{key}"


def resume(office: Office, held: str) -> Session:
    """The session that a bearer key belongs to. Raises AuthorityError where it is over or the key is wrong."""
    token, _, key = held.partition(".")
    presence = Sessions(office.site).find(token)
    if presence is None or not key or presence.bearer != digest(key):
        raise AuthorityError("there is no such session", mend="log in again")
    session = _session(directory(office).accounts[presence.account], token)
    present(office, session, "resume")
    return session


def _session(account: Account, token: str) -> Session:
    return Session(account.id, account.name, account.roles, token, account.demonstration)
