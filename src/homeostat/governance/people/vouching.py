"""Vouching for an act about authority: its actor identifies themselves again and signs it, as it goes on record.

So no account, no role and no reset comes from whoever can write the site's files alone: `homeostat verify` traces each
key from person to person back to the founding administrator (`ledger/identity/vouching.py`).
"""

from collections.abc import Callable

from homeostat.errors import AuthorityError
from homeostat.governance.authority import present, put_by
from homeostat.governance.office import Office
from homeostat.governance.people.login import recognise
from homeostat.governance.people.secret import Secret
from homeostat.governance.session import Session
from homeostat.ledger.catalogue.base import Vouched
from homeostat.ledger.identity.vouching import vouching


def put_vouched(
    office: Office,
    session: Session,
    secret: Secret,
    act: Vouched,
    event: str = "",
    *,
    lest: Callable[[], object] = lambda: None,
) -> None:
    """Make `act` of the session's person durable, signed with their key; `event` is an id that can be taken once.

    Raises AuthorityError where the secret is not theirs, LedgerError where the id is taken, and what `lest` raises,
    which looks at the ledger once nobody else can write.
    """
    present(office, session, "sign")
    if not secret.password:
        mend = "give your password as well, also within an open session"
        raise AuthorityError("who does this signs for it", where=session.person, mend=mend)
    key, name = recognise(office, session, secret).key, event or f"act/{office.nonce()}"
    named = act.model_copy(update={"key": key.fingerprint})
    said = vouching(name, session.person, named.model_dump(mode="json"))
    signed = named.model_copy(update={"signature": key.sign(said).hex()})
    put_by(office, session, signed, event=name, lest=lest)
