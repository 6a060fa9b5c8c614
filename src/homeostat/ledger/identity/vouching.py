"""Vouching: an act about authority counts where the person who did it signed it with their own key.

accounts, event, act -> "" or why nobody vouched for it, in words

The site's key lies open beside the ledger and can sign any event; a person's key opens by their password alone. So
every account leads back, from person to person, to the founding administrator, with whom such a ledger begins.
"""

from collections.abc import Mapping

from homeostat.ledger.catalogue import people as acts
from homeostat.ledger.catalogue.base import Act, Vouched
from homeostat.ledger.catalogue.security_keys import RelyingPartySet
from homeostat.ledger.event import JSON, Event, canonical
from homeostat.ledger.identity.accounts import Account
from homeostat.ledger.identity.personal import public_key
from homeostat.ledger.identity.roles import Permission, permitted

_CONTEXT = b"homeostat voucher, version 1\n"

VOUCHERS: Mapping[type[Act], Permission] = {
    acts.AccountEnrolled: "user.manage",
    acts.AccountInvited: "user.manage",
    acts.RolesChanged: "user.manage",
    acts.ResetRequested: "user.manage",
    acts.AccessPolicySet: "user.manage",
    RelyingPartySet: "user.manage",
    acts.AccountAgreed: "user.agree",
    acts.ResetConfirmed: "user.agree",
}
"""What has to be vouched for, and what its actor must be permitted to do."""


def vouching(event: str, actor: str, data: Mapping[str, JSON]) -> bytes:
    """What is signed to vouch for the event of this id with these data."""
    said = {name: value for name, value in data.items() if name != "signature"}
    return _CONTEXT + canonical({**said, "actor": actor, "event": event})


def unvouched(accounts: Mapping[str, Account], event: Event, act: Act) -> str:
    """Why an act counts for nothing where vouching is demanded; "" where its actor vouched for it, or need not."""
    permission = VOUCHERS.get(type(act))
    if permission is None or not isinstance(act, Vouched):
        return ""
    about, one = getattr(act, "account", "the site"), accounts.get(event.actor)
    what = f"({act.type}) is about {about}"
    if one is None or one.key is None or one.state != "active" or one.demonstration:
        return f"{what} by {event.actor}, who could vouch for nothing then"
    if not permitted(one.roles, permission):
        return f"{what} by {event.actor}, who may not"
    if act.key != one.fingerprint or not _signed(one.key.public, act.signature, event):
        return f"{what}, and {event.actor} did not vouch for it: it was made without their key"
    return ""


def _signed(public: str, signature: str, event: Event) -> bool:
    try:
        given = bytes.fromhex(signature)
    except ValueError:
        return False
    return public_key(public).verifies(vouching(event.id, event.actor, event.data), given)
