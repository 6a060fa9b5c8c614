"""Signing: a person who has just identified themselves again signs exactly what was shown.

office, session, secret, subject, meaning -> key unlocked -> one event, durable, or a refusal in words
who may sign is looked at before the password, which takes a while to check, and again once nobody else can write
"""

import hashlib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from homeostat.errors import AuthorityError, WordingError
from homeostat.governance.authority import present, put_by, refusal
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.people import Secret, Shown, reauthenticate
from homeostat.governance.session import Session
from homeostat.governance.signing.apart import both
from homeostat.governance.signing.entitling import unentitled
from homeostat.governance.signing.statement import statement_of
from homeostat.ledger import JSON
from homeostat.ledger.catalogue import Change, Meaning, RecordSigned
from homeostat.ledger.chain import GENESIS
from homeostat.ledger.identity import Account, PersonalKey


@dataclass(frozen=True, slots=True)
class Subject:
    """What is signed: its kind and id, the bytes that were shown, and the batch it belongs to ("": the site)."""

    kind: str
    id: str
    content: bytes
    batch: str = ""

    @property
    def sha256(self) -> str:
        """SHA-256 of what was shown, hex."""
        return hashlib.sha256(self.content).hexdigest()


@dataclass(frozen=True, slots=True)
class Signature:
    """A signature that is durable: the id of its event, and what it says."""

    event: str
    signed: RecordSigned


def sign(
    office: Office, session: Session, secret: Secret, subject: Subject, meaning: Meaning, why: str
) -> Signature:
    """Sign `subject`. The secret is asked for each time: both components, at every signature (21 CFR 11.200(a)(1)).

    Raises AuthorityError where the session or the secret does not hold, where no role of the person carries it, or
    where they have signed the subject in a role that must be another's; LedgerError where it could not be stored: then
    nothing is signed.
    """
    return give(office, session, secret, subject, meaning, why)


def give(
    office: Office,
    session: Session,
    secret: Secret,
    subject: Subject,
    meaning: Meaning,
    why: str,
    *,
    terms: Mapping[str, JSON] | None = None,
    changes: Sequence[Change] = (),
    lest: Callable[[], object] = lambda: None,
) -> Signature:
    """`sign`, with `terms` that the signer states besides, and the `changes` that the signature brings about.

    `lest` looks whether that still holds once nobody else can write; what it raises leaves nothing signed. So does a
    session that ended, or a role that was lost, while the secret was checked.
    """
    if not why.strip():
        raise WordingError("a signature needs a reason", where=_where(subject), mend="say why you sign")
    _refuse_both(office, session, subject, meaning)
    known = reauthenticate(office, session, secret, shown_as(subject, meaning))
    key = known.key
    account = directory(office).accounts[session.person]
    event = f"signature/{office.nonce()}"
    unsigned = _said(office, account, key, subject, meaning).model_copy(
        update={
            "why": why,
            "terms": dict(terms or {}),
            "changes": tuple(changes),
            "answer": known.answer,
        }
    )
    signed = unsigned.model_copy(update={"signature": key.sign(statement_of(event, unsigned)).hex()})

    def stands() -> None:
        lest()
        if _both(office, session, subject, meaning) or _unentitled(office, unsigned):
            raise AuthorityError(
                "who signs may not any more", where=session.person, mend="see: homeostat user list"
            )

    try:
        put_by(office, session, signed, batch=subject.batch, event=event, lest=stands)
    except AuthorityError:
        _refuse_both(office, session, subject, meaning)
        present(office, session, "sign")
        _refuse_unentitled(office, session, unsigned)
        raise
    return Signature(event, signed)


def shown_as(subject: Subject, meaning: Meaning) -> Shown:
    """What a security key is asked about, where `subject` is signed with this `meaning`: see `people.ask_signing`."""
    return Shown(subject.kind, subject.id, meaning, subject.sha256)


def _both(office: Office, session: Session, subject: Subject, meaning: Meaning) -> str:
    return both(office, session.person, subject.kind, subject.id, subject.batch, meaning)


def _refuse_both(office: Office, session: Session, subject: Subject, meaning: Meaning) -> None:
    """Refuse, on record, to whoever has signed the subject in a part that must be another's."""
    words = _both(office, session, subject, meaning)
    if words:
        raise refusal(office, session, "sign", "segregation", words, "another person must sign")


def _unentitled(office: Office, unsigned: RecordSigned) -> str:
    return unentitled(directory(office).accounts[unsigned.account], unsigned, office.ledger.size + 1)


def _refuse_unentitled(office: Office, session: Session, unsigned: RecordSigned) -> None:
    """Refuse, on record, what would count for nothing: a signature that the signer's role does not carry."""
    words = _unentitled(office, unsigned)
    if words:
        mend = "somebody signs whose role it is"
        raise refusal(office, session, "sign", "role", f"{_name(unsigned)}: {words}", mend)


def _name(unsigned: RecordSigned) -> str:
    return f"{unsigned.kind} {unsigned.subject}, {unsigned.meaning}"


def _said(
    office: Office, account: Account, key: PersonalKey, subject: Subject, meaning: Meaning
) -> RecordSigned:
    """What the signature says of who, what, when and where; still without the signature itself."""
    if key.account != account.id:
        raise AuthorityError("nobody signs for another", where=f"{account.id}, key of {key.account}")
    head = office.ledger.head
    return RecordSigned(
        why="",
        account=account.id,
        name=account.name,
        roles=account.roles,
        meaning=meaning,
        at=stamped(office),
        kind=subject.kind,
        subject=subject.id,
        batch=subject.batch,
        sha256=subject.sha256,
        place=head.size if head else 0,
        chain=(head.chain if head else GENESIS).hex(),
        key=key.fingerprint,
        signature="",
    )


def stamped(office: Office) -> str:
    """The time of a signature, which must say its offset: an hour at the end of summer time happens twice.

    Raises AuthorityError for a clock that does not.
    """
    stamp = office.clock()
    if datetime.fromisoformat(stamp).utcoffset() is None:
        raise AuthorityError(
            f"the clock says {stamp}, without its offset from UTC",
            mend="a signature needs an unambiguous time",
        )
    return stamp


def _where(subject: Subject) -> str:
    return f"{subject.kind} {subject.id}"
