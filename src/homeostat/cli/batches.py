"""`homeostat batches`: what a site has made."""

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.release_shown import overdue_table
from homeostat.cli.text import duration


def list_batches(*, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """List the batches of a site."""
    from homeostat.execution.clock import stamp
    from homeostat.quality import batches
    from homeostat.quality.release import awaited
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        lines, waiting = batches(ledger), awaited(ledger, stamp())
    if as_json:
        overdue = {
            line.id: [one.test for one in waiting if one.overdue and one.batch == line.id] for line in lines
        }
        show_json([{**line.model_dump(mode="json"), "overdue": overdue[line.id]} for line in lines])
        return
    columns = ("id", "process", "version", "patient", "state", "lasted", "alarms")
    rows = [
        (
            one.id,
            one.process,
            one.version,
            one.patient,
            one.state,
            duration(one.elapsed),
            ", ".join(one.alarms),
        )
        for one in lines
    ]
    show(Table("", columns, rows, frozenset({"lasted"})), overdue_table(waiting))
