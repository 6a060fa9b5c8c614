"""How an order about an alarm or a controller is handed in: by whom, signed where it has to be, and what is said."""

import secrets
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from homeostat.cli.output import show
from homeostat.cli.persons import ordering

if TYPE_CHECKING:
    from homeostat.execution.slips import AlarmSlip, ControlSlip
    from homeostat.ledger.identity import Permission

S = TypeVar("S", "AlarmSlip", "ControlSlip")


class Who(NamedTuple):
    """Who gives an order, as the command line says it: a mere name, or an account with what identifies its person."""

    by: str | None
    account: str | None
    password_file: Path | None
    code: str


def hand_in(
    site: Path, batch: str, who: Who, permission: "Permission", made: Callable[[str], S]
) -> tuple[str, S]:
    """Hand in the order that `made` makes for a person; its id, and the order. Raises AuthorityError."""
    from homeostat.execution.clock import stamp
    from homeostat.execution.entering import order
    from homeostat.execution.orders import give
    from homeostat.site import Site

    by, account, file, code = who
    with ordering(site, by, account, permission, password_file=file, code=code) as (name, acting):
        slip = made(name)
        if acting is None:
            given = give(Site.open(site), batch, slip, stamp=stamp(), nonce=secrets.token_hex(4))
        else:
            given = order(*acting, batch, slip)
    return given, slip


def tell_given(name: str, batch: str, what: str) -> None:
    """Say that an order was handed in, and when it is taken up."""
    show(
        f"Order {name} given to batch {batch}: {what}.",
        "The next scan takes it up; if the batch is not being executed, the first one after it is resumed.",
    )
