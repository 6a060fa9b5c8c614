"""Segregation of duties at signing: what one person may not sign twice about one subject, as data."""

from homeostat.governance.office import Office
from homeostat.governance.signing.judging import Judge
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


def both(office: Office, person: str, kind: str, subject: str, batch: str, meaning: Meaning) -> str:
    """What keeps a person from signing: they signed this subject with a meaning that this one must be apart from.

    In words; "" where nothing does. A signature that is none, copied there or forged in their name, keeps nobody.
    """
    for recorded in office.acts((RecordSigned.type,), batch):
        data = recorded.event.data
        if (data.get("kind"), data.get("subject")) != (kind, subject):
            continue
        before = str(data.get("meaning"))
        theirs = data.get("account") == person and frozenset((before, meaning)) in APART
        if theirs and Judge(office.ledger).standing(recorded, None).state == "valid":
            return f"{person} signed the {kind} {subject} as {before} and may not sign it as {meaning} too"
    return ""
