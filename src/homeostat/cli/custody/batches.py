"""`homeostat custody bind`, `fill` and `administer`: into a batch, out of it, and to the patient."""

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

BatchName = Annotated[str, typer.Argument(metavar="BATCH", help="The batch's id; it may begin later.")]


def bind_container(
    batch: BatchName,
    container: ContainerName,
    *,
    scan: Scan,
    second: Second,
    why: Why = "into the batch",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Put the content of a container into a batch, which is of its chain of identity from then on."""
    from homeostat.governance.custody import bind

    with (
        acting(site, account, "custody.transfer", password_file=password_file, code=code) as (office, who, _),
        hard_stop(),
    ):
        act = bind(office, who, batch, container, scan=scan, second=second, why=why)
    tell(act, f"batch {batch}: of {act.identity}, patient {act.patient}", as_json=as_json)


def fill_container(
    batch: BatchName,
    *,
    place: Place,
    logger: Logger,
    vessel: Vessels = VesselKind.BAG,
    why: Why = "filled",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Record that a container was filled from a batch."""
    from homeostat.governance.custody import fill

    with acting(site, account, "custody.transfer", password_file=password_file, code=code) as (
        office,
        who,
        _,
    ):
        act = fill(office, who, batch, vessel=vessel.value, place=place, logger=logger, why=why)
    tell(act, f"{act.container}: {act.vessel} of {act.identity}, from batch {batch}", as_json=as_json)


def administer_container(
    container: ContainerName,
    *,
    scan: Scan,
    second: Second,
    place: Place,
    recipient: Annotated[
        str, typer.Option(metavar="CODE", help="For whom an allogeneic product was ordered.")
    ] = "",
    why: Why = "administration",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Record that a patient was given the content; `--second` is the code found at the patient."""
    from homeostat.governance.custody import administer

    with (
        acting(site, account, "custody.transfer", password_file=password_file, code=code) as (office, who, _),
        hard_stop(),
    ):
        act = administer(
            office, who, container, scan=scan, second=second, place=place, recipient=recipient, why=why
        )
    tell(act, f"{container}: given to {act.recipient} at {act.place}", as_json=as_json)
