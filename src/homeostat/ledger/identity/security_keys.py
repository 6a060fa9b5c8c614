"""What events about security keys make of an account: its keys, how far each has counted, which were removed."""

from dataclasses import replace

from homeostat.ledger.catalogue.security_keys import (
    SecurityKeyRegistered,
    SecurityKeyRemoved,
    SecurityKeyUsed,
)
from homeostat.ledger.event import Recorded
from homeostat.ledger.identity.accounts import Account, SecurityKey
from homeostat.ledger.identity.assertions import regressed, wrong
from homeostat.ledger.identity.challenges import answer_id


def registered(account: Account, act: SecurityKeyRegistered, stored: Recorded) -> Account:
    """One more key."""
    key = SecurityKey(
        credential=act.credential,
        name=act.name,
        public=act.public,
        party=act.asked.party,
        since=stored.seq,
        registered=stored.recorded,
        counter=act.counter,
    )
    return replace(account, registered_keys=(*account.registered_keys, key), factor_tested=stored.recorded)


def used(account: Account, act: SecurityKeyUsed, stored: Recorded) -> Account:
    """A key has counted on, or back, which is remembered; what it did not sign itself counts for nothing."""
    if not _answered(account, act, stored):
        return account
    tested = stored.recorded if act.asked.at == "test" else account.factor_tested
    keys = tuple(
        _counted(one, act.counter, stored) if one.until is None and one.credential == act.credential else one
        for one in account.registered_keys
    )
    return replace(account, registered_keys=keys, factor_tested=tested)


def _answered(account: Account, act: SecurityKeyUsed, stored: Recorded) -> bool:
    """Whether a key of the account that is in force has given this answer, to what it was asked of its owner."""
    theirs = stored.event.actor == act.asked.account == account.id and stored.event.id == answer_id(act.asked)
    keys = (one for one in account.security_keys if one.credential == act.credential)
    return theirs and any(not wrong(act, one.public) for one in keys)


def _counted(key: SecurityKey, counter: int, stored: Recorded) -> SecurityKey:
    back = (*key.back, stored.seq) if regressed(key.counter, counter) else key.back
    return replace(key, counter=max(key.counter, counter), used=stored.recorded, back=back)


def removed(account: Account, act: SecurityKeyRemoved, stored: Recorded) -> Account:
    """A key has gone; it is remembered, for what it answered before."""
    keys = tuple(
        replace(one, until=stored.seq) if one.until is None and one.credential == act.credential else one
        for one in account.registered_keys
    )
    return replace(account, registered_keys=keys)
