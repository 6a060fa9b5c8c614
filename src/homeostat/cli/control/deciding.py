"""`homeostat control approve|refuse|authority`: what a person says to a predictive controller of a running batch."""

from enum import StrEnum
from pathlib import Path
from typing import Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, SiteDir, reason_text
from homeostat.cli.ordering import Who, hand_in, tell_given
from homeostat.cli.persons import As, Code, PasswordFile


class Level(StrEnum):
    """What a controller may do."""

    ADVISORY = "advisory"
    SUPERVISED = "supervised"
    AUTONOMOUS = "autonomous"


def _name(value: str) -> str:
    """A name as given, or a usage error."""
    if not value.strip() or len(value) > 64 or not value.isprintable():
        raise typer.BadParameter("a name has 1 to 64 printable characters, not only blanks")
    return value


def _person(value: str | None) -> str | None:
    """The name of a person as given, or a usage error."""
    return None if value is None else _name(value)


Controller = Annotated[
    str, typer.Argument(metavar="CONTROLLER", callback=_name, help="Its name in the process file.")
]
Proposal = Annotated[
    str,
    typer.Argument(metavar="PROPOSAL", callback=_name, help="The move, as `explain` and the panel name it."),
]
Of = Annotated[str, typer.Option("--batch", metavar="ID", help="The batch.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", callback=_person, help="Who gives the order; at a GMP site --as instead."
    ),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


def approve(
    *,
    controller: Controller,
    proposal: Proposal,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Let a supervised controller make the move that it proposes; an approval counts until the proposal expires."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="approve", controller=controller, proposal=proposal, reason=why)


def refuse(
    *,
    controller: Controller,
    proposal: Proposal,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Do not let a supervised controller make the move that it proposes."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="refuse", controller=controller, proposal=proposal, reason=why)


def authority(
    *,
    controller: Controller,
    level: Annotated[Level, typer.Argument(help="What it may do from now on.")],
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Give a controller another authority: to advise, to move once a person approves, or to move by itself."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="authority", controller=controller, authority=level.value, reason=why)


def _give(site: Path, batch: str, who: Who, **facts: Any) -> None:
    from homeostat.execution.slips import ControlSlip
    from homeostat.quality.steered import decidable
    from homeostat.site import Site

    def made(by: str) -> ControlSlip:
        slip = ControlSlip(by=by, **facts)
        with Site.open(site).reading() as (ledger, _):
            moves = decidable(ledger, batch, slip.controller, slip.proposal)
        return slip.model_copy(update={"moves": moves})

    name, slip = hand_in(site, batch, who, "control.order", made)
    tell_given(name, batch, f"{slip.order} {slip.about}")
