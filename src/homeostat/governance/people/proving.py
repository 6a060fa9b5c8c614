"""What on record about persons counts for nothing, because those whom it takes did not do it: told to `verify`."""

from collections.abc import Iterator
from datetime import timedelta

from homeostat.governance.known import accounts, moment
from homeostat.ledger import Finding, Ledger, Recorded
from homeostat.ledger.catalogue.security_keys import SecurityKeyUsed
from homeostat.ledger.identity import Account
from homeostat.ledger.identity.accounts import SecurityKey
from homeostat.ledger.identity.assertions import wrong
from homeostat.ledger.identity.challenges import answer_id

STORING = timedelta(minutes=1)
"""How long an answer that was judged in time may take to be on record; an assumption: honest ones take milliseconds."""


def unproved(ledger: Ledger) -> tuple[Finding, ...]:
    """A finding for each event that sets a key, enrols, resets or agrees without the proof that it takes.

    One that says that a security key has answered is checked again with the key that was registered then.
    """
    unfit = [
        Finding("accounts", f"event {fault.seq} {fault.words}", event=fault.seq)
        for fault in accounts(ledger).unproved
    ]
    return (*unfit, *_unanswered(ledger))


def answer_fault(account: Account, recorded: Recorded) -> str:
    """What is wrong with a security key's answer on record (`SecurityKeyUsed`), in words; "" where nothing is."""
    used = SecurityKeyUsed.model_validate(recorded.event.data)
    if recorded.event.actor != used.account or used.asked.account != used.account:
        return f"it is {used.asked.account}'s, as by {recorded.event.actor}"
    keys = (one for one in account.registered_keys if one.credential == used.credential)
    key = next((one for one in keys if one.held(recorded.seq)), None)
    if key is None:
        return f"no such security key of {used.account} was in force"
    if key.party != used.asked.party:
        return f"the key is for {key.party}, not for {used.asked.party}"
    if recorded.event.id != answer_id(used.asked):
        return "it was given under another name, as if it were a second one"
    return wrong(used, key.public) or _untimely(used, recorded, key)


def _untimely(used: SecurityKeyUsed, recorded: Recorded, key: SecurityKey) -> str:
    """What would have refused an answer at its time, though it is right in itself: it counts back, or comes late."""
    if recorded.seq in key.back:
        return f"it counts {used.counter}, no further than one before it: there may be a copy of the key"
    try:
        late = moment(recorded.recorded) > moment(used.asked.expires) + STORING
    except (TypeError, ValueError):
        return f"it was asked until {used.asked.expires!r}, which is no time"
    return f"it was put on record after its question had ended, at {used.asked.expires}" if late else ""


def _unanswered(ledger: Ledger) -> Iterator[Finding]:
    known = accounts(ledger).accounts
    for recorded in ledger.events(batch="", types=(SecurityKeyUsed.type,)):
        account = known.get(str(recorded.event.data.get("account")))
        fault = answer_fault(account, recorded) if account else "it is nobody's"
        if fault:
            words = f"event {recorded.seq} says that a security key has answered, and {fault}"
            yield Finding("accounts", words, event=recorded.seq)
