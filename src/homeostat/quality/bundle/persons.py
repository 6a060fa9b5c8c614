"""Why the signers of a batch are who they are: what the ledger says of their accounts, and of those who vouched.

events of a batch -> its signers -> the acts about them -> who vouched for those -> ... -> the founding of the site

The founding is told from the first event of the ledger on, so that a verifier sees that there was none before.
"""

from collections.abc import Iterable
from itertools import takewhile

from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import (
    AccountAgreed,
    AccountEnrolled,
    AccountInvited,
    AccountRetired,
    CredentialRevoked,
    CredentialSet,
    RecordSigned,
    ResetConfirmed,
    ResetRequested,
    RolesChanged,
)

_VOUCHED = {
    kind.type
    for kind in (
        AccountEnrolled,
        AccountInvited,
        RolesChanged,
        AccountAgreed,
        ResetRequested,
        ResetConfirmed,
    )
}
_TYPES = (*sorted(_VOUCHED), CredentialSet.type, CredentialRevoked.type, AccountRetired.type)


def persons_behind(ledger: Ledger, about: Iterable[Recorded]) -> list[Recorded]:
    """The events of the site that show whose keys signed the batch which these events are `about`."""
    told = list(ledger.events(batch="", types=_TYPES))
    known, open_ = set[str](), {_account(one) for one in about if one.event.type == RecordSigned.type}
    while open_ - known:
        known |= open_
        open_ = {one.event.actor for one in told if one.event.type in _VOUCHED and _account(one) in known}
    mine = {one.seq: one for one in told if _account(one) in known}
    founded = next((one.seq for one in told if one.event.data.get("vouching")), 0) if mine else 0
    mine |= {one.seq: one for one in takewhile(lambda one: one.seq <= founded, ledger.stored(batch=""))}
    return list(mine.values())


def _account(one: Recorded) -> str:
    return str(one.event.data.get("account"))
