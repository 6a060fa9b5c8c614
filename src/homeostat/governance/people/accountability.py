"""Accountability: before a person signs anything they accept, by signing, to answer for their signatures (11.10(j))."""

from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import AccountabilityAccepted
from homeostat.ledger.identity import PersonalKey
from homeostat.ledger.identity.personal import digest

DECLARATION = (
    "I know that my electronic signature binds me as my handwritten one does. I answer for all that is done and "
    "signed with my account. I keep my password and my second factor to myself, lend them to nobody, and report at "
    "once if I believe that somebody else knows or holds them."
)
"""What is accepted; another wording is to be accepted anew."""


def acceptance(key: PersonalKey, why: str) -> AccountabilityAccepted:
    """The act by which the owner of `key` accepts, signed with it."""
    return AccountabilityAccepted(
        account=key.account,
        text=digest(DECLARATION),
        fingerprint=key.fingerprint,
        signature=key.sign(DECLARATION.encode()).hex(),
        why=why,
        changes=(Change(field="accepted", old=None, new=digest(DECLARATION)),),
    )
