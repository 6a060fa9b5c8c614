"""Who may do what: roles and permissions as data, accounts as a fold over the ledger, secrets outside it.

    acts about persons (ledger) -> `Directory.of` -> `Account`: roles, state, keys, qualifications
    password -> scrypt -> AES-GCM -> a person's Ed25519 key (`personal`), in a file beside the ledger

To open the key is the password check, so nobody can sign for another: not an administrator, not this software.
"""

from homeostat.ledger.identity.accounts import Account, Key, Qualification
from homeostat.ledger.identity.directory import TYPES, Directory, Policy, quality_known
from homeostat.ledger.identity.personal import PersonalKey, public_key
from homeostat.ledger.identity.roles import GRANTS, Permission, RoleName, permitted

__all__ = [
    "GRANTS",
    "TYPES",
    "Account",
    "Directory",
    "Key",
    "Permission",
    "PersonalKey",
    "Policy",
    "Qualification",
    "RoleName",
    "permitted",
    "public_key",
    "quality_known",
]
