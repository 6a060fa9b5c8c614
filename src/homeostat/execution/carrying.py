"""Carrying: whether a signature carries an order, and which: by its giver, over its words, by right, and used once.

ledger, batch, order -> signatures over exactly these words -> the event of one that carries it, or why none does
The signer must have been an active account whose roles permit such an order, and qualified for it, when they signed.
"""

from collections.abc import Mapping
from datetime import datetime
from itertools import takewhile

from homeostat.execution.slips import (
    ORDERED,
    AlarmSlip,
    AnswerSlip,
    CommandSlip,
    ControlSlip,
    Signable,
    shown,
    subject,
)
from homeostat.governance.authority import unqualified
from homeostat.governance.known import accounts
from homeostat.governance.ordered import ORDER, PERMISSIONS, STEP, signature_of
from homeostat.governance.signing import Standing, signatures
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import Meaning, payload
from homeostat.ledger.identity import TYPES, Directory, Permission, permitted

_OTHERS: Mapping[type[Signable], Permission] = {
    CommandSlip: "batch.command",
    AlarmSlip: "alarm.order",
    ControlSlip: "control.order",
}


def permission(slip: Signable) -> Permission:
    """What it takes to give such an order."""
    return PERMISSIONS[slip.order] if isinstance(slip, AnswerSlip) else _OTHERS[type(slip)]


def kind(slip: Signable) -> str:
    """What a signature over the order calls its subject."""
    return STEP if isinstance(slip, AnswerSlip | CommandSlip) else ORDER


def meaning(slip: Signable) -> Meaning:
    """What a person means who signs the order."""
    return "verified" if slip.order == "verify" else "performed"


def carrier(
    ledger: Ledger, batch: str, slip: Signable, used: frozenset[str], *, gmp: bool
) -> tuple[str, str]:
    """Why no signature carries an order, and the event of the one that does; one of the two is empty.

    `used` are the signatures that have carried an order before.
    """
    given = [
        one
        for one in signatures(ledger, kind(slip), subject(batch, slip), shown(batch, slip))
        if (one.person, one.meaning, one.state, one.signed.batch) == (slip.by, meaning(slip), "valid", batch)
    ]
    if not given:
        return f"{slip.by} has not signed this as {meaning(slip)}", ""
    against = [
        _used_before(one.event, used) or _unfit(ledger, one, permission(slip), gmp=gmp) for one in given
    ]
    carrying = next((one.event for one, words in zip(given, against, strict=True) if not words), "")
    return ("", carrying) if carrying else (against[-1], "")


def _used_before(event: str, used: frozenset[str]) -> str:
    """That a signature has carried an order before; empty where it has not."""
    return "the signature was used for another order before" if event in used else ""


def used_signatures(ledger: Ledger, batch: str) -> frozenset[str]:
    """The signatures that orders on record of a batch were handed in with."""
    found = (
        signature_of(payload(one.event.type, one.event.data))
        for one in ledger.events(batch=batch, types=ORDERED)
    )
    return frozenset(event for event in found if event)


def _unfit(ledger: Ledger, given: Standing, needed: Permission, *, gmp: bool) -> str:
    """Why the signer might not give such an order when they signed; empty where they might."""
    account = _then(ledger, given.seq).get(given.person)
    if account is None or account.state != "active":
        return f"the account {given.person} was {account.state if account else 'unknown'} when it was signed"
    if not (permitted(given.roles, needed) and permitted(account.roles, needed)):
        return f"{given.person} held no role that permits '{needed}'"
    if datetime.fromisoformat(given.when).utcoffset() is None:
        return "the signature does not say its time with an offset from UTC"
    return unqualified(account, needed, at=given.when, gmp=gmp)


def _then(ledger: Ledger, seq: int) -> Directory:
    """The accounts as they were when the event `seq` was stored."""
    now = accounts(ledger)
    if now.seq < seq:
        return now
    return Directory.of(takewhile(lambda one: one.seq < seq, ledger.events(batch="", types=TYPES)))
