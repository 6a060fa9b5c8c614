"""What on record about persons counts for nothing, because those whom it takes did not do it: told to `verify`."""

from homeostat.governance.known import accounts
from homeostat.ledger import Finding, Ledger


def unproved(ledger: Ledger) -> tuple[Finding, ...]:
    """A finding for each event that sets a key, enrols, resets or agrees without the proof that it takes."""
    return tuple(
        Finding("accounts", f"event {fault.seq} {fault.words}", event=fault.seq)
        for fault in accounts(ledger).unproved
    )
