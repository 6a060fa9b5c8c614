"""`homeostat site`: make a site of either kind, and show what one is."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.onward import on_site
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json

if TYPE_CHECKING:
    from homeostat.site import Site

site = typer.Typer(
    name="site",
    help="Make a site, for training or for GMP, and show what it is.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@site.command("create")
def create_site(
    *,
    directory: Annotated[Path, typer.Argument(metavar="DIR", help="Where: a new or an empty directory.")],
    gmp: Annotated[
        bool,
        typer.Option(
            "--gmp/--training",
            help="GMP: only approved definitions, identified persons and signed steps; no demonstration people.",
            show_default="--training",
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make a site. A site keeps its kind for good."""
    from homeostat.execution.clock import nonce, stamp
    from homeostat.governance.places import create

    place = create(directory, "gmp" if gmp else "training", stamp, nonce)
    facts = _facts(place)
    if as_json:
        show_json(facts)
        return
    show(f"A {place.kind} site was made in {directory}.", *_next(place))


@site.command("show")
def show_site(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """Show the kind of a site, its accounts, definitions and batches."""
    from homeostat.site import Site

    facts = _facts(Site.open(site))
    if as_json:
        show_json(facts)
        return
    show(Table("", ("site", str(site)), [(name, str(value)) for name, value in facts.items()]))


def _facts(place: "Site") -> dict[str, Any]:
    from homeostat.execution.clock import stamp
    from homeostat.governance.definitions import definitions
    from homeostat.governance.known import accounts
    from homeostat.governance.places import ledger_of
    from homeostat.ledger import PublicKey
    from homeostat.quality.header import NOTICES

    facts: dict[str, Any] = {
        "directory": str(place.root),
        "kind": place.kind,
        "notice": NOTICES[place.kind],
        "key": PublicKey.load(place.keys).fingerprint,
    }
    if not place.ledger_path.is_file():
        return {**facts, "events": 0, "accounts": 0, "definitions": 0, "batches": 0}
    with ledger_of(place) as ledger:
        return {
            **facts,
            "events": ledger.size,
            "accounts": len(accounts(ledger).accounts),
            "definitions": len(definitions(ledger, stamp()).versions),
            "batches": len(ledger.batches()),
        }


def _next(place: "Site") -> list[str]:
    if place.kind == "gmp":
        return [
            "Enrol its first administrator now: homeostat user found ACCOUNT --name NAME --verified HOW --why TEXT"
            + on_site(place.root)
        ]
    return [
        "Its demonstration people act wherever nobody is named; all it writes says that it is for training."
    ]
