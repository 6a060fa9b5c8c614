"""The access policy of a site: how long sessions and passwords last, how many failures lock an account, how long."""

from collections.abc import Mapping
from dataclasses import asdict

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.people.secret import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.people.wording import stated
from homeostat.governance.session import Session
from homeostat.ledger.catalogue import Change
from homeostat.ledger.catalogue.people import AccessPolicySet
from homeostat.ledger.identity import Policy

BOUNDS: Mapping[str, tuple[int, int]] = {
    "idle_minutes": (1, 60),
    "session_hours": (1, 24),
    "password_days": (1, 730),
    "attempts": (3, 10),
    "lock_minutes": (5, 1440),
}
"""What can be set, from and to."""


def set_policy(office: Office, session: Session, secret: Secret, policy: Policy, *, why: str) -> None:
    """Set the policy, in force at once, also for what is open. AuthorityError for values out of `BOUNDS`."""
    authorise(office, session, "user.manage")
    stated("reason", why)
    new, old = asdict(policy), asdict(directory(office).policy)
    for name, (low, high) in BOUNDS.items():
        if not low <= new[name] <= high:
            raise AuthorityError(f"{name} cannot be {new[name]}", mend=f"from {low} to {high}")
    changes = tuple(
        Change(field=name, old=old[name], new=new[name]) for name in new if new[name] != old[name]
    )
    if not changes:
        raise AuthorityError("this is the policy that is in force")
    put_vouched(office, session, secret, AccessPolicySet(**new, why=why, changes=changes))
