"""`homeostat label`: issue identities, print labels, and tell what a scan says."""

import re
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.custody.options import tell
from homeostat.cli.files import write_whole
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, patient_code, reason_text
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

if TYPE_CHECKING:
    from homeostat.governance.labels import Size
    from homeostat.ledger.catalogue import Scope

label = typer.Typer(
    name="label",
    help="Issue chains of identity, print labels with codes, and tell what a scanned code says.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_SIZE = re.compile(r"(\d{1,3}(?:\.\d)?)x(\d{1,3}(?:\.\d)?)")
_SIGNS = re.compile(r"[^A-Za-z0-9.-]")


def _size(value: str) -> str:
    """A size as given, or a usage error."""
    if not _SIZE.fullmatch(value):
        raise typer.BadParameter(f"{value!r} is no size: width x height in mm, as 70x40")
    return value


@label.command("issue")
def issue_identity(
    patient: Annotated[
        str,
        typer.Argument(
            metavar="PATIENT", callback=patient_code, help="The patient's code (donor's, product's)."
        ),
    ],
    *,
    external: Annotated[
        str, typer.Option(metavar="IDENTIFIER", help="Take over this identifier instead of issuing one.")
    ] = "",
    system: Annotated[str, typer.Option(metavar="NAME", help="Who issued the identifier taken over.")] = "",
    allogeneic: Annotated[
        bool, typer.Option("--allogeneic", help="A donor or product that is not for one patient alone.")
    ] = False,
    why: Annotated[
        str, typer.Option(metavar="TEXT", callback=reason_text, help="The reason, for the record.")
    ] = "order of a therapy",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Issue a chain of identity, before anything is collected; an identifier is never given twice."""
    from homeostat.governance.custody import accept, issue

    scope: Scope = "allogeneic" if allogeneic else "autologous"
    if bool(external) != bool(system):
        raise typer.BadParameter("--external and --system go together")
    with acting(site, account, "identity.issue", password_file=password_file, code=code) as (office, who, _):
        if external:
            act = accept(office, who, external, system, patient, scope=scope, why=why)
        else:
            act = issue(office, who, patient, scope=scope, why=why)
    tell(act, f"{act.identity}: chain of identity of {act.patient}, {act.scope} use", as_json=as_json)


@label.command("print")
def print_labels(
    name: Annotated[str, typer.Argument(metavar="NAME", help="An identity or a container.")],
    *,
    copies: Annotated[int, typer.Option(metavar="N", help="How many.")] = 1,
    size: Annotated[
        str, typer.Option(metavar="WxH", callback=_size, help="Width and height of the label in mm.")
    ] = "70x40",
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it: .svg is one label.", show_default="label-NAME.html"
        ),
    ] = None,
    why: Annotated[str, typer.Option(metavar="TEXT", help="Why it is printed again.")] = "",
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Write labels to print from any browser, one a sheet; who printed how many is on record."""
    from homeostat.governance.custody import print_label
    from homeostat.governance.labels import page

    path = out or Path(f"label-{_SIGNS.sub('_', name)}.html")
    measured = _measured(size)
    with acting(site, account, "label.print", password_file=password_file, code=code) as (office, who, _):
        printed = print_label(office, who, name, copies=copies, size=measured, why=why)
    single = path.suffix == ".svg"
    write_whole(path, printed.drawing if single else page((printed.drawing,) * copies, measured, name))
    if as_json:
        act = printed.act.model_dump(mode="json")
        show_json({**act, "file": str(path), "matrix": printed.label.matrix, "bars": printed.label.bars})
        return
    show(f"{name}: {copies} label{'s' if copies > 1 else ''} to print in {path}", *printed.label.lines)


def _measured(size: str) -> "Size":
    from homeostat.governance.labels import Size

    width, height = size.split("x")
    return Size(float(width), float(height))


@label.command("scan")
def scan_label(
    text: Annotated[str, typer.Argument(metavar="TEXT", help="What a scanner read, or a person types.")],
    *,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Tell what a code says, and what this site knows of it. Nothing is put on record."""
    from homeostat.governance.custody import known_as
    from homeostat.governance.labels import describe, load_tables, read
    from homeostat.site import Site

    place = Site.open(site)
    scanned = read(text)
    described = describe(scanned, load_tables(place.root / "tables"))
    with place.reading() as (ledger, _):
        known = known_as(ledger, scanned)
    if as_json:
        show_json(
            {
                "system": scanned.system,
                "identifier": scanned.identifier,
                "identity": scanned.identity or None,
                "fields": dict(described),
                "known": known or None,
            }
        )
        return
    show(
        f"{scanned.system}: {scanned.identifier}", *(f"  {key}: {value}" for key, value in described.items())
    )
    show(known or "Nothing at this site has this name.")
