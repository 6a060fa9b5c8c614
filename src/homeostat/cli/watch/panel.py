"""`homeostat watch panel`: how the batches stand, one calm row each; the details of one."""

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import clock, duration, limits, number
from homeostat.cli.watch.silent import silenced, silences
from homeostat.cli.watch.stale import abandoned, freshness, warnings

if TYPE_CHECKING:
    from homeostat.quality.model import ModelLine, PanelAttribute, PanelRow, Priority

CERTAIN = 0.001
"""A probability nearer to 0 or 1 is only said to be nearer."""
TOLD = 3
"""So many inputs are told of a model's answer."""
_COLUMNS = ("batch", "process", "phase", "time", "verdict", "least sure of", "breach in", "drifted", "alarms")


def panel(
    *,
    site: SiteDir = DEFAULT_SITE,
    batch: Annotated[
        str | None, typer.Option(metavar="ID", help="The details of this batch.", show_default=False)
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Every batch, also those that have ended.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Show how each running batch stands: verdict, least certain attribute, predicted breach, drift and alarms.

    An alarm that stands counts in the verdict: a critical one as action, a high one as alert. With --batch every
    attribute is shown with what is expected of it, since when, and why. A batch whose process has died is still running
    by its record: that nobody executes it, and for how long nothing has been recorded, is told beneath.
    """
    from homeostat.execution.clock import stamp
    from homeostat.quality import panel as rows_of
    from homeostat.quality.executed import executed
    from homeostat.site import Site

    place = Site.open(site)
    with place.reading() as (ledger, historian):
        rows = rows_of(ledger, historian, batch=batch, everything=everything)
        at = executed(ledger) if place.executing else ""
    if as_json:
        show_json([{**row.model_dump(mode="json"), "executed": row.batch == at} for row in rows])
    elif batch is not None:
        show(*_details(rows[0], freshness(rows[0], at, stamp())), *warnings(rows, at, stamp()))
    elif rows:
        table = Table("", _COLUMNS, [_row(row, at) for row in rows], frozenset({"time", "breach in"}))
        show(table, *warnings(rows, at, stamp()))
    else:
        show("No batch is running; --all shows those that have ended.")


def _row(row: "PanelRow", executed: str) -> tuple[str, ...]:
    doing = ", ".join(row.phases) or row.state
    return (
        row.batch,
        f"{row.process} {row.version}",
        f"{doing} (not executed)" if abandoned(row, executed) else doing,
        clock(row.time),
        row.verdict,
        _least(row),
        _breach(row),
        ", ".join(dict.fromkeys(one.subject for one in row.drifted)) or "-",
        _alarms(row),
    )


def _least(row: "PanelRow") -> str:
    """The attribute that is least probable to meet its specification."""
    known = [(one.probability, one.title) for one in row.attributes if one.probability is not None]
    if not known or row.finished:
        return "-"
    probability, title = min(known)
    return f"{title} {_percent(probability)}"


def _breach(row: "PanelRow") -> str:
    """The time to the first predicted breach."""
    ahead = [one.breach for one in row.attributes if one.breach is not None and one.breach > row.time]
    return duration(min(ahead) - row.time) if ahead else "-"


def _alarms(row: "PanelRow") -> str:
    """How many alarms stand, are owed an acknowledgement, and are silenced; nothing where there are none."""
    parts = [
        f"{sum(row.standing.values())} standing ({_priorities(row.standing)})" if row.standing else "",
        f"{sum(row.owed.values())} owed ({_priorities(row.owed)})" if row.owed else "",
        f"{row.silenced} silenced" if row.silenced else "",
        *silenced(row),
    ]
    return ", ".join(part for part in parts if part) or "-"


def _priorities(counts: "Mapping[Priority, int]") -> str:
    return " ".join(f"{amount} {priority}" for priority, amount in counts.items())


def _details(row: "PanelRow", fresh: str) -> list[str | Table]:
    head = f"Batch {row.batch}, {row.process} {row.version}: {row.state}, {clock(row.time)}, verdict {row.verdict}"
    phases = f"Phase: {', '.join(row.phases)}" if row.phases else ""
    return [
        head,
        *([phases] if phases else []),
        *([fresh] if fresh else []),
        Table(
            "Critical quality attributes",
            (
                "attribute",
                "verdict",
                "since",
                "probability",
                "expected",
                "90 %",
                "unit",
                "specification",
                "judged",
            ),
            [_attribute(row, one) for one in row.attributes],
            frozenset({"probability", "expected"}),
        ),
        Table("Why", ("attribute", "what"), list(_reasons(row))),
        Table(
            "What has drifted",
            ("what", "since", "finding"),
            [(one.subject, clock(one.since), one.text) for one in row.drifted],
        ),
        *([_models(row)] if row.models else []),
        *_controllers(row),
        Table(
            "Alarms",
            ("alarm", "priority", "state", "since"),
            [
                (
                    one.text,
                    one.priority,
                    ("active, " if one.active else "over, ") + one.phase,
                    clock(one.since),
                )
                for one in row.alarms
            ],
        ),
        silences(row),
    ]


def _controllers(row: "PanelRow") -> "Iterable[str | Table]":
    """Where each controller stands, and the command that lets a waiting move through."""
    columns = ("controller", "authority", "rung", "since", "why")
    lines = [
        (one.title, one.authority, one.rung, clock(one.since), one.why or "-") for one in row.controllers
    ]
    if lines:
        yield Table("Predictive control", columns, lines)
    for one in row.controllers:
        if one.waiting is not None:
            until = "" if one.waiting.expires is None else f" until {clock(one.waiting.expires)}"
            words = f"{one.controller} {one.waiting.proposal} --batch {row.batch} --by NAME --why TEXT"
            yield ""
            yield f"{one.title} waits for approval{until}: {one.waiting.text}"
            yield f"Let it through with: homeostat control approve {words}"


def _models(row: "PanelRow") -> Table:
    """The frozen models beside the batch: what each says now, and what drove it."""
    lines = [
        (
            one.title,
            one.decision,
            clock(one.since),
            number(one.value),
            "-" if one.low is None or one.high is None else f"{number(one.low)} to {number(one.high)}",
            one.unit,
            _told(one),
        )
        for one in row.models
    ]
    columns = ("model", "decision", "since", "value", "interval", "unit", "why")
    return Table("Frozen models beside it", columns, lines, frozenset({"value"}))


def _told(line: "ModelLine") -> str:
    """What drove the last change of a decision, and its reason."""
    if not line.changes:
        return "no answer yet"
    last = line.changes[-1]
    drivers = ", ".join(f"{name} {part:+.2g}" for name, part in last.drivers[:TOLD])
    return "; ".join(part for part in (drivers, last.reason) if part) or "-"


def _attribute(row: "PanelRow", one: "PanelAttribute") -> tuple[str, ...]:
    span = "-" if one.low is None or one.high is None else f"{number(one.low)} to {number(one.high)}"
    return (
        one.title,
        one.verdict,
        clock(one.since),
        _percent(one.probability),
        number(one.value),
        span,
        one.unit,
        limits(*one.specified),
        _judged(row, one),
    )


def _judged(row: "PanelRow", one: "PanelAttribute") -> str:
    """What was measured, or when a sample will show it."""
    if one.measured is not None:
        return f"{number(one.measured)}, {one.outcome}"
    return "-" if one.at is None or one.at < row.time else f"in {duration(one.at - row.time)}"


def _reasons(row: "PanelRow") -> Iterable[tuple[str, str]]:
    for one in row.attributes:
        told = [*one.drivers, *([one.reason] if one.reason else [])]
        if one.breach is not None:
            told.append(f"expected outside its specification at {clock(one.breach)}")
        if told:
            yield one.title, "; ".join(told)


def _percent(share: float | None) -> str:
    """A probability, never rounded to certainty."""
    if share is None:
        return "-"
    if share in {0.0, 1.0} or CERTAIN <= share <= 1.0 - CERTAIN:
        return f"{100 * share:.{0 if share in {0.0, 1.0} else 1}f} %"
    return f"{'<' if share < CERTAIN else '>'} {100 * (CERTAIN if share < CERTAIN else 1.0 - CERTAIN):.1f} %"
