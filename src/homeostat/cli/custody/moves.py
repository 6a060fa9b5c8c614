"""`homeostat custody collect`, `hand-over` and `receive`: a container's way from hand to hand."""

from typing import Annotated

import typer

from homeostat.cli.custody.options import (
    ContainerName,
    Logger,
    Place,
    Scan,
    Second,
    VesselKind,
    Vessels,
    Why,
    hard_stop,
    tell,
)
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.persons import As, Code, PasswordFile, acting


def collect_container(
    identity: Annotated[str, typer.Argument(metavar="IDENTITY", help="The chain of identity, or its scan.")],
    *,
    second: Second,
    place: Place,
    logger: Logger,
    donation: Annotated[
        str,
        typer.Option(metavar="NUMBER", help="The donation's number.", show_default="one of the site's own"),
    ] = "",
    vessel: Vessels = VesselKind.BAG,
    why: Why = "collection",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Record that a container was filled from the donor, under an identity that was issued before."""
    from homeostat.governance.custody import collect

    with (
        acting(site, account, "custody.transfer", password_file=password_file, code=code) as (office, who, _),
        hard_stop(),
    ):
        act = collect(
            office,
            who,
            identity,
            second,
            vessel=vessel.value,
            donation=donation,
            place=place,
            logger=logger,
            why=why,
        )
    words = f"{act.container}: {act.vessel} of {act.identity}, donation {act.donation}, with {who.person}"
    tell(act, words, as_json=as_json)


def hand_over(
    container: ContainerName,
    *,
    to: Annotated[str, typer.Option(metavar="ACCOUNT", help="Who is to receive it.")],
    scan: Scan,
    second: Second,
    place: Place,
    logger: Logger,
    why: Why = "hand-over",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Give a container out of hand, checked and signed; it stays in custody until `receive` has signed too."""
    from homeostat.governance.custody import offer

    with (
        acting(site, account, "custody.transfer", password_file=password_file, code=code) as (
            office,
            who,
            key,
        ),
        hard_stop(),
    ):
        act = offer(
            office,
            who,
            key,
            container,
            to=to,
            place=place,
            logger=logger,
            scan=scan,
            second=second,
            why=why,
        )
    words = f"{container}: offered to {to} for {act.place}, signed; {who.person} has it until it is received"
    tell(act, words, as_json=as_json)


def receive_container(
    container: ContainerName,
    *,
    scan: Scan,
    second: Second,
    why: Why = "received",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Take over a container that was offered, checked and signed: from now on it is in the receiver's custody."""
    from homeostat.governance.custody import receive

    with (
        acting(site, account, "custody.transfer", password_file=password_file, code=code) as (
            office,
            who,
            key,
        ),
        hard_stop(),
    ):
        act = receive(office, who, key, container, scan=scan, second=second, why=why)
    tell(act, f"{container}: received, signed; in the custody of {who.person}", as_json=as_json)
