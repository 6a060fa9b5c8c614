"""`homeostat verify`: check a site's ledger, heads and historian."""

from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json

_ALONE = "Not compared with heads kept elsewhere (--heads): an old state of the whole site would not show."


def verify_records(
    *,
    site: SiteDir = DEFAULT_SITE,
    heads: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE",
            exists=True,
            dir_okay=False,
            readable=True,
            help="A copy of heads.jsonl that was kept elsewhere.",
            show_default="the site's own",
        ),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Check that nothing recorded was changed, removed or added. Exit code 1 if something was."""
    from homeostat.quality.verify import verify_site
    from homeostat.site import Site

    check = verify_site(Site.open(site), anchor=heads)
    findings = [
        {"where": one.where, "what": one.what, "event": one.event, "settled": one.settled}
        for one in check.findings
    ]
    counts = {"events": check.events, "heads": check.heads, "chunks": check.chunks, "rows": check.rows}
    if as_json:
        show_json({"ok": check.ok, **counts, "findings": findings, "remarks": list(check.remarks)})
    else:
        show(
            Table(
                "", ("checked", "number"), [(k, f"{n:,}") for k, n in counts.items()], frozenset({"number"})
            ),
            Table(
                "Findings, the first first",
                ("where", "what"),
                [(one.where, "; ".join(filter(None, (one.what, one.settled)))) for one in check.findings],
            ),
            *check.remarks,
            *([] if heads else [_ALONE]),
            "Everything is as it was recorded." if check.ok else "Not everything is as it was recorded.",
        )
    if not check.ok:
        raise typer.Exit(ExitCode.FAILED)
