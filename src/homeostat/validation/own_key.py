"""A person who goes round the desk: their own key over words that `sign` would refuse, put on record all the same.

It needs their password and the site's key, as whoever sits at the machine of a small site may have both.
"""

from collections.abc import Mapping

from homeostat.governance import Office, Session
from homeostat.governance.known import directory
from homeostat.governance.people import Secret, reauthenticate
from homeostat.governance.signing import Subject, statement_of
from homeostat.ledger import JSON
from homeostat.ledger.catalogue import Meaning, RecordSigned
from homeostat.ledger.chain import GENESIS


def round_the_back(
    office: Office,
    session: Session,
    secret: Secret,
    subject: Subject,
    meaning: Meaning,
    *,
    terms: Mapping[str, JSON] | None = None,
    **claimed: object,
) -> RecordSigned:
    """A genuine signature in its place that nobody was asked about; `claimed` are fields that it tells otherwise."""
    key, head = reauthenticate(office, session, secret).key, office.ledger.head
    account, event = directory(office).accounts[session.person], f"signature/{office.nonce()}"
    told = RecordSigned(
        why="round the back",
        account=account.id,
        name=account.name,
        roles=account.roles,
        meaning=meaning,
        at=office.clock(),
        kind=subject.kind,
        subject=subject.id,
        batch=subject.batch,
        sha256=subject.sha256,
        place=head.size if head else 0,
        chain=(head.chain if head else GENESIS).hex(),
        key=key.fingerprint,
        signature="",
    ).model_copy(update={"terms": dict(terms or {}), **claimed})
    signed = told.model_copy(update={"signature": key.sign(statement_of(event, told)).hex()})
    office.put(account.id, signed, batch=subject.batch, event=event)
    return signed
