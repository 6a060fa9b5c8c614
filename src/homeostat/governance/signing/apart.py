"""Segregation of duties at signing: what one person may not sign twice about one subject, as data."""

from homeostat.errors import AuthorityError
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import Meaning, RecordSigned

APART: tuple[frozenset[Meaning], ...] = (
    frozenset(("performed", "verified")),
    frozenset(("performed", "reviewed")),
    frozenset(("performed", "approved")),
    frozenset(("authored", "reviewed")),
    frozenset(("authored", "approved")),
    frozenset(("requested", "agreed")),
    frozenset(("requested", "approved")),
    frozenset(("requested", "released")),
    frozenset(("agreed", "released")),
)
"""Pairs of meanings that take two persons (EU GMP chapter 1, Part IV and Annex 11, 21 CFR 11.10(g); paraphrase)."""


def refuse_both(ledger: Ledger, person: str, kind: str, subject: str, batch: str, meaning: Meaning) -> None:
    """Raise AuthorityError where `person` has signed this subject with a meaning that this one must be apart from."""
    for recorded in ledger.events(types=(RecordSigned.type,), batch=batch):
        data = recorded.event.data
        if (data.get("kind"), data.get("subject")) != (kind, subject):
            continue
        if data.get("account") == person and frozenset((str(data.get("meaning")), meaning)) in APART:
            raise AuthorityError(
                f"{person} signed it as {data.get('meaning')} and may not sign it as {meaning} too",
                where=f"{kind} {subject}",
                mend="another person must sign",
            )
