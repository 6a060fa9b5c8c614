"""What the commands about persons share: their arguments, and how they tell what stands now."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import reason_text
from homeostat.cli.output import show, show_json

if TYPE_CHECKING:
    from homeostat.governance import Office
    from homeostat.ledger.identity import Account

Who = Annotated[str, typer.Argument(metavar="ACCOUNT", help="The account's id, as `user list` shows it.")]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]
Roles = Annotated[
    list[str],
    typer.Option("--role", metavar="ROLE", help="A role, as 'quality assurance'; several if needed."),
]


def facts(account: "Account") -> dict[str, Any]:
    """An account as JSON tells it."""
    return {
        "account": account.id,
        "name": account.name,
        "roles": list(account.roles),
        "awaits_agreement": list(account.pending),
        "state": account.state,
        "since": account.since,
        "enrolled": account.enrolled,
        "last_login": account.last_login,
        "second_factor": account.second_factor,
        "security_keys": [one.name for one in account.security_keys],
        "accountable": bool(account.accepted),
        "password_expires": account.password_expires,
        "demonstration": account.demonstration,
        "qualifications": {
            one.task: {"expires": one.expires, "evidence": one.evidence, "withdrawn": one.withdrawn}
            for one in account.qualifications.values()
        },
    }


def told(office: "Office", account: str, words: str, *, as_json: bool, **more: str) -> None:
    """Say in `words` what was done, or print the account as it stands now, with what else there is to know."""
    from homeostat.governance.known import directory

    if as_json:
        show_json({**facts(directory(office).accounts[account]), **more})
        return
    show(*words.splitlines())
