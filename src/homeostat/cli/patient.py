"""`homeostat patient`: who a patient code stands for, kept apart from every record, and erasable."""

from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.failures import CalmGroup
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

patient = typer.Typer(
    name="patient",
    cls=CalmGroup,
    no_args_is_help=True,
    help="Who a patient code stands for: kept sealed and apart, looked up on record, erased for good.",
)

PatientCode = Annotated[str, typer.Argument(metavar="CODE", help="The patient's code, as records name it.")]
Why = Annotated[str, typer.Option("--why", metavar="TEXT", help="The reason, for the record.")]


def identity_fields(path: Path) -> dict[str, str]:
    """Lines "field: text" of a file, so that no identity stands on a command line. A usage error otherwise."""
    try:
        lines = [line for line in path.read_text("utf-8").splitlines() if line.strip()]
    except (OSError, UnicodeDecodeError) as fault:
        raise typer.BadParameter(f"the file cannot be read: {path}") from fault
    parts = [line.partition(":") for line in lines]
    if any(not colon or not name.strip() or not text.strip() for name, colon, text in parts):
        raise typer.BadParameter("each line is a field and its text, as in 'name: Jo Doe'")
    return {name.strip(): text.strip() for name, _, text in parts}


@patient.command("add")
def add(
    *,
    code: PatientCode,
    source: Annotated[
        Path, typer.Option("--from", metavar="FILE", help="A file of lines as 'name: Jo Doe'.")
    ],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    one_time: Code = "",
    as_json: AsJson = False,
) -> None:
    """Keep who a code stands for."""
    from homeostat.governance.keeping import Patients

    fields = identity_fields(source)
    with acting(site, account, "identity.issue", password_file=password_file, code=one_time) as (
        office,
        one,
        _,
    ):
        Patients.open(office).add(one, code, fields, why=why)
    show_json({"code": code, "fields": sorted(fields)}) if as_json else show(f"Kept: {code}")


@patient.command("show")
def look_up(
    *,
    code: PatientCode,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    one_time: Code = "",
    as_json: AsJson = False,
) -> None:
    """Look up who a code stands for; that you did is on record."""
    from homeostat.governance.keeping import Patients

    with acting(site, account, "identity.issue", password_file=password_file, code=one_time) as (
        office,
        one,
        _,
    ):
        found = Patients.open(office).show(one, code, why=why)
    if as_json:
        show_json({"code": code, "identity": found})
        return
    show(Table(f"Patient {code}", ("Field", "Text"), [(name, text) for name, text in found.items()]))


@patient.command("erase")
def erase(
    *,
    code: PatientCode,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    one_time: Code = "",
    as_json: AsJson = False,
) -> None:
    """Forget for good who a code stands for; records keep the code. Backups with sealed keys must be erased apart."""
    from homeostat.governance.keeping import Patients

    with acting(site, account, "site.keep", password_file=password_file, code=one_time) as (office, one, _):
        Patients.open(office).erase(one, code, why=why)
    show_json({"code": code, "erased": True}) if as_json else show(f"Erased: {code}")
