"""`homeostat batch`: what persons may command a batch that runs (ISA-88)."""

from enum import StrEnum
from typing import Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir, reason_text
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting


class Order(StrEnum):
    """The commands of persons; `homeostat run` starts a batch, and the engine ends what is under way."""

    HOLD = "hold"
    RESTART = "restart"
    PAUSE = "pause"
    RESUME = "resume"
    STOP = "stop"
    ABORT = "abort"


def command_batch(
    *,
    order: Annotated[
        Order, typer.Argument(metavar="COMMAND", help="hold, restart, pause, resume, stop or abort.")
    ],
    batch: Batch,
    why: Annotated[
        str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
    ],
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Hold a batch, restart a held one, pause, resume, stop or abort it.

    What the state of the batch does not allow is refused on record. One that waits for its units is stopped by leaving
    the line.
    """
    from homeostat.execution.allocation import give_up, waits
    from homeostat.execution.entering import command

    with acting(site, person, "batch.command", password_file=password_file, code=code) as (
        office,
        who,
        secret,
    ):
        left = order in (Order.STOP, Order.ABORT) and waits(office.ledger, batch)
        if left:
            give_up(office, who, batch, why=why)
        name = "" if left else command(office, who, secret, batch, order.value, reason=why)
    if as_json:
        show_json(
            {"order": name or None, "batch": batch, "what": order.value, "by": who.person, "left_line": left}
        )
    elif left:
        show(f"Batch {batch} had not begun: it waits for its units no more.")
    else:
        show(
            f"Order {name} given to batch {batch}: {order.value}.",
            "The next scan takes it up; if the batch is not being executed, the first one after `homeostat resume`.",
        )
