"""Persons' acts at a site: accounts, signatures, definitions, materials, equipment, custody.

Every act goes one way: a `Session` (who) and an `Office` (an open site) -> is the session alive, does a role permit
it, does the state allow it -> one event in the ledger, durable before the call returns, or an `AuthorityError`.
State is never stored: each room folds it from the ledger's acts. Command line and web surface call the same functions.
"""

from homeostat.governance.office import Office
from homeostat.governance.session import Session

__all__ = ["Office", "Session"]
