"""`homeostat custody show`: who has which container, and the way of one from hand to hand."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json

if TYPE_CHECKING:
    from homeostat.governance.custody import Container, HandOver, Identity


def show_custody(
    name: Annotated[
        str | None, typer.Argument(metavar="[NAME]", help="A container, an identity, or the scan of a label.")
    ] = None,
    *,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Show all containers that are in custody; or one with its custodians; or all of one chain of identity."""
    from homeostat.governance.custody import Book, hand_overs
    from homeostat.governance.labels import read
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        book = Book.of(ledger)
        wanted = read(name).identifier if name else ""
        if wanted in book.identities:
            chosen = [one for one in book.containers.values() if one.identity == wanted]
        else:
            chosen = [book.container(wanted)] if wanted else list(book.leaves())
        signed = hand_overs(ledger, wanted) if wanted in book.containers else ()
    identities = [book.identities[one.identity] for one in chosen]
    if as_json:
        show_json([_data(one, identity) for one, identity in zip(chosen, identities, strict=True)])
        return
    if not chosen:
        show("No container is in custody." if not wanted else f"Nothing was collected under {wanted} yet.")
    show(_table(chosen, identities), *([_way(chosen[0], signed)] if wanted in book.containers else []))


def _table(containers: "list[Container]", identities: "list[Identity]") -> Table:
    columns = ("container", "vessel", "identity", "patient", "donations", "state", "custodian", "place")
    rows = [
        (
            one.id,
            one.vessel,
            one.identity,
            identity.patient,
            ", ".join(one.donations),
            one.state,
            one.custodian or "-",
            one.place,
        )
        for one, identity in zip(containers, identities, strict=True)
    ]
    return Table("", columns, rows)


def _way(container: "Container", signed: "tuple[HandOver, ...]") -> Table:
    """Who had it, from when until when, and whose signatures stand on the hand-over that began it."""
    lines = {one.number: "; ".join(one.lines) for one in signed}
    rows = [
        (
            spell.custodian,
            spell.place,
            spell.logger,
            spell.since,
            spell.until or "now",
            lines.get(spell.hand_over, "made here"),
        )
        for spell in container.spells
    ]
    return Table("Custodians", ("custodian", "place", "logger", "from", "until", "signed"), rows)


def _data(container: "Container", identity: "Identity") -> dict[str, Any]:
    held = container.held
    return {
        "container": container.id,
        "vessel": container.vessel,
        "identity": identity.id,
        "patient": identity.patient,
        "scope": identity.scope,
        "donations": list(container.donations),
        "sources": list(container.sources),
        "phase": container.phase,
        "held": {"finding": held.finding, "by": list(held.by), "since": held.since} if held else None,
        "offered_to": container.offer.receiver if container.offer else None,
        "custodian": container.custodian or None,
        "custodians": [
            {
                "custodian": spell.custodian,
                "place": spell.place,
                "logger": spell.logger,
                "since": spell.since,
                "until": spell.until or None,
                "hand_over": spell.hand_over or None,
            }
            for spell in container.spells
        ],
    }
