"""`homeostat alarm list`: the alarms that stand, are owed or silenced, floods of the site, and orders that wait."""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import clock, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    from homeostat.execution.slips import Slip
    from homeostat.ledger.catalogue import AlarmSettings
    from homeostat.quality.flooded import SiteFlood
    from homeostat.quality.model import BoardLine, PanelRow


def list_alarms(
    one: Annotated[
        str | None,
        typer.Argument(
            metavar="BATCH", help="Only this batch, as --batch.", show_default="all that have not ended"
        ),
    ] = None,
    *,
    site: SiteDir = DEFAULT_SITE,
    batch: Annotated[
        str | None,
        typer.Option(metavar="ID", help="Only this batch.", show_default="all that have not ended"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """List the alarms that stand, wait to be acknowledged or are silenced; and orders that no scan has taken up."""
    from homeostat.execution.orders import waiting
    from homeostat.quality import panel
    from homeostat.quality.flooded import site_floods
    from homeostat.quality.settled import settled
    from homeostat.site import Site

    if one is not None and batch not in {None, one}:
        raise typer.BadParameter(f"the batch is {one} here and {batch} there", param_hint="'--batch'")
    place = Site.open(site)
    with place.reading() as (ledger, historian):
        rows = panel(ledger, historian, batch=one or batch)
        agreed = {row.batch: settled(ledger, row.batch) for row in rows}
        floods = site_floods(ledger)
    orders = {row.batch: waiting(place, row.batch) for row in rows}
    if as_json:
        show_json([_object(row, agreed[row.batch], orders[row.batch], floods) for row in rows])
        return
    lines = [_line(row, line, agreed[row.batch].get(line.alarm)) for row in rows for line in row.alarms]
    show(Table("", _COLUMNS, lines) if lines else "No alarm stands, is owed or silenced.")
    show(*_flooded(floods), *_waiting(orders))


_COLUMNS = ("batch", "alarm", "priority", "state", "since", "text", "answer within", "response", "by", "why")


def _line(row: "PanelRow", line: "BoardLine", agreed: "AlarmSettings | None") -> tuple[str, ...]:
    what = row.batch, line.alarm, line.priority, _state(line), clock(line.since), line.text
    answer = (span(agreed.time_to_respond), agreed.response) if agreed else ("", "")
    return *what, *answer, "" if line.by == "scan" else line.by, line.why


def _flooded(floods: "Sequence[SiteFlood]") -> list[Table]:
    """The floods of the site, which no batch sees by itself."""
    rows = [
        (_moment(flood.begins), _moment(flood.ends), str(flood.total), _shares(flood)) for flood in floods
    ]
    title = (
        "Floods across the batches of this site (ISA-18.2: more than 10 alarms in 10 min for one operator)"
    )
    return [Table(title, ("from", "to", "alarms", "of which"), rows, frozenset({"alarms"}))]


def _moment(time: int) -> str:
    from homeostat.quality.flooded import stamp_of

    return f"{stamp_of(time):%Y-%m-%d %H:%M} UTC"


def _shares(flood: "SiteFlood") -> str:
    return ", ".join(f"{count} in {batch}" for batch, count in flood.alarms.items())


def _state(line: "BoardLine") -> str:
    holds = "active" if line.active else "over"
    until = "" if line.until is None else f" until {clock(line.until)}"
    return f"{holds}, {line.phase}{until}" if line.phase != "returned" else f"{holds}, unacknowledged"


def _waiting(orders: "dict[str, tuple[tuple[str, Slip | None], ...]]") -> list[Table]:
    rows = [(batch, name, *_told(slip)) for batch, own in orders.items() for name, slip in own]
    title = "Orders that no scan has taken up yet"
    return [Table(title, ("batch", "order", "what", "about", "by", "why"), rows)]


def _told(slip: "Slip | None") -> tuple[str, ...]:
    return (
        ("this file is no order", "", "", "")
        if slip is None
        else (slip.order, slip.about, slip.by, slip.reason)
    )


def _object(
    row: "PanelRow",
    agreed: "Mapping[str, AlarmSettings]",
    orders: "tuple[tuple[str, Slip | None], ...]",
    floods: "Sequence[SiteFlood]",
) -> dict[str, Any]:
    return {
        "batch": row.batch,
        "alarms": [_alarm_object(line, agreed.get(line.alarm)) for line in row.alarms],
        "orders": [
            {"order": name, **(slip.model_dump(mode="json") if slip else {"unreadable": True})}
            for name, slip in orders
        ],
        "site_floods": [
            {"from": _moment(one.begins), "to": _moment(one.ends), "alarms": dict(one.alarms)}
            for one in floods
            if row.batch in one.alarms
        ],
    }


def _alarm_object(line: "BoardLine", agreed: "AlarmSettings | None") -> dict[str, Any]:
    return {**line.model_dump(mode="json"), "settled": agreed.model_dump(mode="json") if agreed else None}
