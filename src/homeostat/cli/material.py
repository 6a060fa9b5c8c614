"""`homeostat material`: lots received, released, rejected, used, returned, destroyed, and reconciled."""

from enum import StrEnum
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting, opened

if TYPE_CHECKING:
    from homeostat.governance.materials import Lot

material = typer.Typer(
    name="material", no_args_is_help=True, help="Lots of materials, from quarantine to reconciliation."
)

Material = Annotated[str, typer.Argument(metavar="MATERIAL", help="The material, as the process names it.")]
Number = Annotated[str, typer.Argument(metavar="LOT", help="The number of the lot.")]
Amount = Annotated[float, typer.Argument(metavar="QUANTITY", min=0.0, help="In the unit of the lot.")]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


class Moved(StrEnum):
    """What may become of some of a lot."""

    USED = "used"
    RETURNED = "returned"
    DESTROYED = "destroyed"
    LOST = "lost"


@material.command("list")
def list_lots(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """List the lots: status, what is left, and what is missing."""
    from homeostat.execution.clock import stamp
    from homeostat.governance.materials import lots

    with opened(site) as office:
        found = list(lots(office.ledger).values())
    if as_json:
        show_json([_object(lot, stamp()) for lot in found])
        return
    rows = [
        (
            lot.material,
            lot.lot,
            _status(lot, stamp()),
            f"{lot.left:g}",
            lot.unit,
            lot.expires,
            ", ".join(lot.batches),
        )
        for lot in found
    ]
    columns = ("material", "lot", "status", "left", "unit", "expires", "used in")
    show(Table("", columns, rows, frozenset({"left"})) if rows else "No lot was received.")


@material.command("receive")
def receive(
    *,
    name: Material,
    lot: Number,
    quantity: Annotated[str, typer.Argument(metavar="QUANTITY", help="How much, with its unit: 500 mL.")],
    expires: Annotated[
        str, typer.Option(metavar="TIME", help="Until when it may be used: 2027-01-31T23:59:00+00:00.")
    ],
    why: Why,
    supplier: Annotated[str, typer.Option(metavar="NAME", help="Who supplied it.")] = "",
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Take a lot into quarantine."""
    from homeostat.governance import materials
    from homeostat.process import Quantity

    amount = Quantity.parse(quantity)
    with acting(site, person, "material.receive", password_file=password_file, code=code) as (office, who, _):
        found = materials.receive(
            office,
            who,
            material=name,
            lot=lot,
            quantity=amount.value,
            unit=amount.unit,
            expires=expires,
            supplier=supplier,
            why=why,
        )
        _told(found, office.clock(), as_json=as_json)


@material.command("release")
def release(
    *,
    name: Material,
    lot: Number,
    why: Why,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Release a lot from quarantine (quality assurance)."""
    from homeostat.governance import materials

    with acting(site, person, "material.release", password_file=password_file, code=code) as (office, who, _):
        _told(materials.judge(office, who, name, lot, "released", why=why), office.clock(), as_json=as_json)


@material.command("reject")
def reject(
    *,
    name: Material,
    lot: Number,
    why: Why,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Reject a lot (quality assurance)."""
    from homeostat.governance import materials

    with acting(site, person, "material.release", password_file=password_file, code=code) as (office, who, _):
        _told(materials.judge(office, who, name, lot, "rejected", why=why), office.clock(), as_json=as_json)


@material.command("use")
def use(
    *,
    name: Material,
    lot: Number,
    quantity: Amount,
    why: Why,
    batch: Annotated[str, typer.Option("--batch", metavar="ID", help="The batch it went into.")] = "",
    how: Annotated[
        Moved, typer.Option(metavar="HOW", help="used, returned, destroyed or lost.")
    ] = Moved.USED,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Use some of a lot in a batch; or return, destroy or lose it."""
    from homeostat.governance import materials

    with acting(site, person, "material.use", password_file=password_file, code=code) as (office, who, _):
        found = materials.move(office, who, name, lot, how.value, quantity, batch=batch, why=why)
        _told(found, office.clock(), as_json=as_json)


@material.command("reconcile")
def reconcile(
    *,
    name: Material,
    lot: Number,
    left: Annotated[
        float, typer.Argument(metavar="LEFT", min=0.0, help="What was counted, in the unit of the lot.")
    ],
    why: Why,
    tolerance: Annotated[
        float, typer.Option(metavar="QUANTITY", min=0.0, help="How much may be missing.")
    ] = 0.0,
    person: As = None,
    site: SiteDir = DEFAULT_SITE,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Compare what is left of a lot with what came in and what became of it. Exit code 1 outside the tolerance."""
    from homeostat.cli.failures import ExitCode
    from homeostat.governance import materials

    with acting(site, person, "material.use", password_file=password_file, code=code) as (office, who, _):
        found = materials.reconcile(office, who, name, lot, left, tolerance=tolerance, why=why)
    if as_json:
        show_json(found.model_dump(mode="json"))
    else:
        words = "agrees with the record" if found.within else "does not agree with the record"
        show(
            f"Lot {lot} of {name}: {left:g} left, {found.difference:g} missing (tolerance {tolerance:g}): it {words}."
        )
    if not found.within:
        raise typer.Exit(ExitCode.FAILED)


def _status(lot: "Lot", now: str) -> str:
    return f"{lot.status}, expired" if lot.expired(now) else lot.status


def _object(lot: "Lot", now: str) -> dict[str, Any]:
    from dataclasses import asdict
    from math import isfinite

    plain = {
        key: None if isinstance(value, float) and not isfinite(value) else value
        for key, value in asdict(lot).items()
    }
    return {**plain, "left": lot.left, "expired": lot.expired(now), "usable": not lot.objections(now)}


def _told(lot: "Lot", now: str, *, as_json: bool) -> None:
    if as_json:
        show_json(_object(lot, now))
    else:
        show(f"Lot {lot.lot} of {lot.material}: {_status(lot, now)}, {lot.left:g} {lot.unit} left.")
