"""`homeostat trace`: from donor to patient and back."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import show, show_json

if TYPE_CHECKING:
    from homeostat.governance.custody import Trace


def trace_identifier(
    identifier: Annotated[
        str,
        typer.Argument(
            metavar="IDENTIFIER",
            help="A patient's code, identity, donation, container, lot or batch, or the scan of a label.",
        ),
    ],
    *,
    site: SiteDir = DEFAULT_SITE,
    as_json: AsJson = False,
) -> None:
    """Trace both ways: what a thing came from, back to the donors, and what it went into, on to the patients."""
    from homeostat.governance.custody import trace, tree
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        found = trace(ledger, identifier)
    if as_json:
        show_json(_data(found))
    else:
        show(*tree(found))


def _data(found: "Trace") -> dict[str, Any]:
    return {
        "identifier": found.identifier,
        "starts": [{"kind": node.kind, "id": node.id} for node in found.starts],
        "nodes": [{"kind": node.kind, "id": node.id} for node in found.nodes],
        "edges": [
            {
                "from": {"kind": edge.source.kind, "id": edge.source.id},
                "to": {"kind": edge.target.kind, "id": edge.target.id},
                "how": edge.how,
                "when": edge.when,
                "event": edge.event,
            }
            for edge in found.edges
        ],
        "donors": list(found.named("donor")),
        "recipients": list(found.named("recipient")),
    }
