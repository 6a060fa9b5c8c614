"""`homeostat alarm`: the alarms of a batch, and what persons order about them, also while the batch is executed.

order -> the site's orders/ -> taken up by the next scan -> followed, or refused, on record
"""

from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.ordering import Who, hand_in, tell_given
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile
from homeostat.cli.text import clock, span

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence
    from pathlib import Path

    from homeostat.execution.slips import Slip
    from homeostat.ledger.catalogue import AlarmSettings
    from homeostat.quality.flooded import SiteFlood
    from homeostat.quality.model import BoardLine, PanelRow

alarm = typer.Typer(
    name="alarm",
    help="List the alarms of a batch; acknowledge, reset, shelve and release them, also while it is executed.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

_LONGEST_NAME = 64
_LONGEST_ALARM = 200
_LONGEST_HOURS = 1000.0


def _name(value: str | None) -> str | None:
    """A person's name as given, or a usage error."""
    return None if value is None else _legible(value, "a name", _LONGEST_NAME)


def _alarm(value: str) -> str:
    """The name of an alarm as given, or a usage error."""
    return _legible(value, "the name of an alarm", _LONGEST_ALARM)


def _legible(value: str, what: str, longest: int) -> str:
    if not value.strip() or len(value) > longest or not value.isprintable():
        raise typer.BadParameter(f"{what} has 1 to {longest} printable characters, not only blanks")
    return value


def _hours(value: float) -> float:
    """A number of hours, or a usage error."""
    if not 0.0 < value <= _LONGEST_HOURS:
        raise typer.BadParameter(f"more than 0 and at most {_LONGEST_HOURS:g} hours are wanted")
    return value


Alarm = Annotated[
    str,
    typer.Argument(metavar="ALARM", callback=_alarm, help="The alarm's name, as `alarm list` shows it."),
]
Of = Annotated[str, typer.Option("--batch", metavar="ID", help="The batch.")]
By = Annotated[
    str | None,
    typer.Option(
        "--by", metavar="NAME", callback=_name, help="Who gives the order; at a GMP site --as instead."
    ),
]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]
Hours = Annotated[
    float,
    typer.Option(
        metavar="H", callback=_hours, help="For how many hours of process time it is not to be shown."
    ),
]


@alarm.command("list")
def list_alarms(
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

    place = Site.open(site)
    with place.reading() as (ledger, historian):
        rows = panel(ledger, historian, batch=batch)
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


@alarm.command("acknowledge")
def acknowledge(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Say that you know of an alarm."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="acknowledge", alarm=name, reason=why)


@alarm.command("reset")
def reset(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Let go of a latched alarm whose cause is over."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="reset", alarm=name, reason=why)


@alarm.command("shelve")
def shelve(
    *,
    name: Alarm,
    batch: Of,
    hours: Hours,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Silence an alarm for some hours of process time; it comes back by itself."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="shelve", alarm=name, reason=why, hours=hours)


@alarm.command("unshelve")
def unshelve(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Show a shelved alarm again."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="unshelve", alarm=name, reason=why)


@alarm.command("remove")
def remove(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Take an alarm out of service, as for maintenance, until it is returned."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="take out of service", alarm=name, reason=why)


@alarm.command("return")
def return_(
    *,
    name: Alarm,
    batch: Of,
    why: Why,
    by: By = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    site: SiteDir = DEFAULT_SITE,
) -> None:
    """Return an alarm to service."""
    who = Who(by, account, password_file, code)
    _give(site, batch, who, order="return to service", alarm=name, reason=why)


def _give(site: "Path", batch: str, who: Who, **facts: Any) -> None:
    from homeostat.execution.slips import AlarmSlip

    name, slip = hand_in(site, batch, who, "alarm.order", lambda by: AlarmSlip(by=by, **facts))
    tell_given(name, batch, f"{slip.order} {slip.alarm}")
