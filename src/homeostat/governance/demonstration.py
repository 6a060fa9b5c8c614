"""The demonstration identities of a training site: one for each role, with a published password.

They are marked in every session and refused at a GMP site. They let a newcomer try every act, also those that need two.
"""

from collections.abc import Mapping

from homeostat.errors import AuthorityError, TakenError
from homeostat.governance.known import directory
from homeostat.governance.office import Office
from homeostat.governance.people import Secret
from homeostat.governance.people.enrolment import complete
from homeostat.governance.together import put_together
from homeostat.governance.turns import OvertakenError
from homeostat.ledger.catalogue import Act
from homeostat.ledger.identity import Permission, permitted

PASSWORD = "training"  # noqa: S105  published on purpose: it opens training identities alone

ROLES: Mapping[str, str] = {
    "demo-operator": "operator",
    "demo-operator-2": "operator",
    "demo-supervisor": "supervisor",
    "demo-scientist": "process scientist",
    "demo-qa": "quality assurance",
    "demo-qp": "qualified person",
    "demo-admin": "administrator",
    "demo-physician": "treating physician",
    "demo-sponsor": "sponsor",
}
"""The role of each identity."""

SECRET = Secret(PASSWORD)
"""What opens each of them."""
_VERIFIED = "nobody: a training identity"
_WHY = "demonstration identity of a training site"


def enrol_demonstration(office: Office) -> None:
    """Make the demonstration identities that a training site lacks. Raises AuthorityError at a GMP site."""
    if office.site.kind != "training":
        raise AuthorityError(
            "a GMP site has no demonstration identities", mend="enrol persons: homeostat user add"
        )
    missing = _missing(office)

    def stands() -> None:
        if _missing(office) != missing:
            raise OvertakenError

    try:
        acts = [act for account in missing for act in _acts(office, account)]
        if acts:
            put_together(office, "system", acts, lest=stands)
    except (OvertakenError, TakenError, AuthorityError):
        if _missing(office) == missing:  # else another process has made them
            raise


def _missing(office: Office) -> list[str]:
    return [account for account in ROLES if account not in directory(office).accounts]


def demonstrator(permission: Permission) -> str:
    """The first demonstration identity whose role permits something."""
    return next(account for account, role in ROLES.items() if permitted((role,), permission))


def _acts(office: Office, account: str) -> list[tuple[Act, str]]:
    name = f"Demonstration {ROLES[account]}" + (" 2" if account.endswith("-2") else "")
    roles = (ROLES[account],)
    return complete(
        office,
        account,
        name,
        roles,
        PASSWORD,
        verified=_VERIFIED,
        why=_WHY,
        demonstration=True,
        accountable=True,
    )
