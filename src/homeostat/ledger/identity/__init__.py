"""Who may do what: roles and permissions as data, accounts as a fold over the ledger, secrets outside it."""

from homeostat.ledger.identity.roles import GRANTS, Permission, RoleName, permitted

__all__ = ["GRANTS", "Permission", "RoleName", "permitted"]
