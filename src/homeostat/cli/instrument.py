"""`homeostat instrument`: registered sources of data, their calibration, cleaning and service."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting, opened

if TYPE_CHECKING:
    from homeostat.governance.instruments import Instrument, State

instrument = typer.Typer(
    name="instrument", no_args_is_help=True, help="Instruments and terminals, the sources of data."
)

Id = Annotated[str, typer.Argument(metavar="ID", help="The id of the instrument or terminal.")]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


@instrument.command("list")
def list_instruments(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """List the instruments and why what they say does not count now."""
    from homeostat.execution.clock import stamp
    from homeostat.governance.instruments import instruments

    with opened(site) as office:
        found = list(instruments(office.ledger).values())
    if as_json:
        show_json([_object(one, stamp()) for one in found])
        return
    rows = [
        (one.id, one.kind, one.title, one.due or "–", "; ".join(one.objections(stamp())) or "counts")
        for one in found
    ]
    show(
        Table("", ("id", "kind", "title", "calibration due", "state"), rows)
        if rows
        else "None is registered."
    )


@instrument.command("register")
def register(
    *,
    name: Id,
    kind: Annotated[str, typer.Option(metavar="KIND", help="Such as balance, terminal, cell counter.")],
    why: Why,
    title: Annotated[str, typer.Option(metavar="TEXT", help="What it is called.")] = "",
    calibrated: Annotated[
        bool,
        typer.Option("--calibrated/--uncalibrated", help="Whether it counts only while it is calibrated."),
    ] = True,
    tag: Annotated[
        list[str] | None, typer.Option(metavar="TAG", help="A reading that comes from it; repeatable.")
    ] = None,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Make an instrument or a terminal known; an id is never given twice."""
    from homeostat.governance import instruments

    with acting(site, person, "equipment.status", password_file=password_file, code=code) as (office, who, _):
        found = instruments.register(
            office,
            who,
            name,
            kind=kind,
            title=title or name,
            calibrated=calibrated,
            tags=tuple(tag or ()),
            why=why,
        )
        _told(found, office.clock(), as_json=as_json)


@instrument.command("calibrate")
def calibrate(
    *,
    name: Id,
    due: Annotated[
        str, typer.Option(metavar="TIME", help="When it is due again: 2027-01-31T00:00:00+00:00.")
    ],
    certificate: Annotated[str, typer.Option(metavar="TEXT", help="The certificate's number.")],
    why: Why,
    failed: Annotated[bool, typer.Option("--failed", help="It did not pass.")] = False,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Note a calibration."""
    from homeostat.governance import instruments

    with acting(site, person, "equipment.status", password_file=password_file, code=code) as (office, who, _):
        found = instruments.calibrate(
            office, who, name, due=due, certificate=certificate, passed=not failed, why=why
        )
        _told(found, office.clock(), as_json=as_json)


@instrument.command("clean")
def clean(
    *,
    name: Id,
    why: Why,
    unclean: Annotated[
        bool, typer.Option("--unclean", help="It has to be cleaned before it is used.")
    ] = False,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Note that an instrument was cleaned, or has to be."""
    from homeostat.governance import instruments

    state: State = "unclean" if unclean else "clean"
    with acting(site, person, "equipment.status", password_file=password_file, code=code) as (office, who, _):
        _told(instruments.serve(office, who, name, state, why=why), office.clock(), as_json=as_json)


@instrument.command("retire")
def retire(
    *,
    name: Id,
    why: Why,
    out: Annotated[bool, typer.Option("--out", help="Only out of service, for now.")] = False,
    back: Annotated[bool, typer.Option("--back", help="Back in service.")] = False,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Retire an instrument for good; or take it out of service for now, and return it."""
    from homeostat.governance import instruments

    state: State = "out of service" if out else "in service" if back else "retired"
    with acting(site, person, "equipment.status", password_file=password_file, code=code) as (office, who, _):
        _told(instruments.serve(office, who, name, state, why=why), office.clock(), as_json=as_json)


def _object(one: "Instrument", now: str) -> dict[str, Any]:
    from dataclasses import asdict

    return {**asdict(one), "objections": list(one.objections(now))}


def _told(one: "Instrument", now: str, *, as_json: bool) -> None:
    if as_json:
        show_json(_object(one, now))
    else:
        show(f"{one.id}: {'; '.join(one.objections(now)) or 'what it says counts'}.")
