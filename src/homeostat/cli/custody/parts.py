"""`homeostat custody split` and `pool`: what was in containers goes on in others."""

from typing import Annotated

import typer

from homeostat.cli.custody.options import ContainerName, VesselKind, Vessels, Why, tell
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.persons import As, Code, PasswordFile, acting


def split_container(
    container: ContainerName,
    *,
    parts: Annotated[int, typer.Option(metavar="N", help="Into how many.")],
    vessel: Vessels = VesselKind.BAG,
    why: Why = "split",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Empty a container into new ones."""
    from homeostat.governance.custody import split

    with acting(site, account, "custody.transfer", password_file=password_file, code=code) as (
        office,
        who,
        _,
    ):
        act = split(office, who, container, parts, vessel=vessel.value, why=why)
    names = ", ".join(part.container for part in act.parts)
    tell(act, f"{container}: split into {names}", as_json=as_json)


def pool_containers(
    containers: Annotated[list[str], typer.Argument(metavar="CONTAINER...", help="At least two.")],
    *,
    allogeneic: Annotated[
        str, typer.Option(metavar="IDENTITY", help="Declares a pool of several donors, and its identity.")
    ] = "",
    vessel: Vessels = VesselKind.BAG,
    why: Why = "pool",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Empty containers into a new one; of different patients only where declared allogeneic."""
    from homeostat.governance.custody import pool

    with acting(site, account, "custody.transfer", password_file=password_file, code=code) as (
        office,
        who,
        _,
    ):
        act = pool(office, who, tuple(containers), vessel=vessel.value, allogeneic=allogeneic, why=why)
    tell(act, f"{act.into}: pooled of {', '.join(containers)}, of {act.identity}", as_json=as_json)
