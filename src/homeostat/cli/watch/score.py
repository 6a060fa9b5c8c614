"""`homeostat watch score`: verdicts on the rows of a table; their errors, too, where the table holds the truth."""

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.watch.figures import by_group, percent, possible
from homeostat.cli.watch.live import AtLine, Late, TimeColumn, asked_of, check_unasked, read_process
from homeostat.cli.watch.options import TABLE_HELP, Model
from homeostat.cli.watch.signing import Trusted, accepted
from homeostat.cli.watch.watching import judge

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.monitoring.learning.recording import Kept
    from homeostat.monitoring.learning.scoring import Scored
    from homeostat.monitoring.prediction import Verdict

DRIVERS = 2
_FAR = 1e4
"""Times a limit from which on a distance is told by its power of ten."""


def score(
    *,
    model: Model,
    table: Annotated[Path, typer.Argument(metavar="TABLE", help=TABLE_HELP)],
    time: TimeColumn = None,
    at_line: AtLine = 0,
    late: Late = None,
    trusted: Trusted = None,
    as_json: AsJson = False,
) -> None:
    """Judge every row: value, interval, ok, alert, action or undecided, distance from the known inputs, and why.

    Where the table holds the truth, how well the model did goes on the record of its uses, beside the model. Of a
    watcher, every batch: when it was called out first, and by which tags; how many were goes on record. Of a live
    calibration, every spectrum as the process ran: value, interval, or why it was refused.
    """
    from homeostat.monitoring.learning import read_table, recording, scoring
    from homeostat.monitoring.learning.promising import promise
    from homeostat.monitoring.package import LivePackage, WatchPackage, read_any

    package, when = read_any(model), datetime.now(UTC).isoformat(timespec="seconds")
    accepted(package, trusted, model)
    if isinstance(package, LivePackage):
        read_process(package, model, table, asked_of(time, at_line, late), when, as_json=as_json)
        return
    check_unasked(time, at_line, late)
    if isinstance(package, WatchPackage):
        judge(package, model, table, when, as_json=as_json)
        return
    scored = scoring.score(package, read_table(table))
    kept = recording.record(scored, model, when)
    if as_json:
        show_json(_object(scored, kept))
        return
    advice = ("", scored.advice, scored.unchecked, scored.spelt, scored.edge, promise(package))
    advised = [each for each in advice if each is not None]
    advised = advised if len(advised) > 1 else []
    show(*_head(scored), _verdicts(scored), *advised, *_figures(scored, kept), *([kept.told] if kept else []))


def _head(scored: "Scored") -> list[str]:
    package = scored.package
    asked = package.classes[1] if package.classes else package.rule
    rule = f", asked for: {asked}" if asked is not None else ""
    return [f"{package.name}: {package.target}{f' [{package.unit}]' if package.unit else ''}{rule}"]


def _verdicts(scored: "Scored") -> Table:
    truth = () if scored.truth is None else ("truth",)
    ruled = () if scored.package.ruling is None else ("P",)
    classes = scored.package.classes
    ends_told = ("may be",) if classes else ("low", "high")
    columns = ("line", "value", *ends_told, *ruled, "verdict", *truth, "T²", "SPE", "drivers", "reason")
    rows = []
    for row, verdict in enumerate(scored.verdicts):
        known = () if scored.truth is None else (_shown(scored, row, float(scored.truth[row])),)
        ends = [possible(classes, verdict)] if classes else [number(verdict.low), number(verdict.high)]
        ends += [_probability(verdict.probability)] if ruled else []
        distances = [_distance(verdict.t2, verdict.t2_limit), _distance(verdict.spe, verdict.spe_limit)]
        told = (_drivers(verdict), verdict.reason)
        line = str(scored.table.sheet.lines[row])
        rows.append((line, _value(scored, verdict), *ends, verdict.decision, *known, *distances, *told))
    return Table("", columns, rows, frozenset({"line", "value", "low", "high", "P", "truth", "T²", "SPE"}))


def _value(scored: "Scored", verdict: "Verdict") -> str:
    named = scored.named(verdict.value)
    return f"{named} {number(verdict.value)}" if named else number(verdict.value)


def _shown(scored: "Scored", row: int, truth: float) -> str:
    strange = scored.unheard[row] if scored.unheard else ""
    return strange or scored.named(truth) or number(truth)


def _probability(value: float | None) -> str:
    """How probable it is that the row meets the rule; never told as certain."""
    return "-" if value is None else f"{min(max(value, 0.01), 0.99):.2f}"


def _distance(value: float | None, limit: float | None) -> str:
    """A distance as a share of its limit."""
    if value is None or not limit:
        return "-"
    share = value / limit
    return f"{share:.2f}" if share < _FAR else f"{share:.1e}"


def _drivers(verdict: "Verdict") -> str:
    return ", ".join(
        f"{name}{' (filled)' if name in verdict.missing else ''} {part:+.3g}"
        for name, part in verdict.drivers[:DRIVERS]
    )


def _figures(scored: "Scored", kept: "Kept | None") -> "list[Table | str]":
    """Those that go on record, where there is a truth to compare with."""
    strange = [scored.left_out] if scored.left_out else []
    if kept is None:
        told = f"The table does not tell '{scored.package.target}': nothing to compare with."
        return ["", *(strange or [told])]
    values = kept.results[0].values
    nominal = percent(scored.package.interval.coverage)
    held = f"Intervals hold {percent(values.get('coverage'))} of the truths; {nominal} are stated."
    told = held if "coverage" in values else "No row with a truth has an interval."
    return [
        by_group(_title(scored), kept.results),
        "",
        told,
        *([scored.impossible] if scored.impossible else []),
        *strange,
    ]


def _title(scored: "Scored") -> str:
    rule = f"; P is the probability that {scored.package.rule} is met" if scored.package.ruling else ""
    return f"Against the truth; T² and SPE above are shares of their limits{rule}"


def _object(scored: "Scored", kept: "Kept | None") -> dict[str, Any]:
    from homeostat.monitoring.learning.promising import promise

    package, results = scored.package, kept.results if kept else ()
    return {
        "model": package.name,
        "hash": package.content_hash,
        "target": package.target,
        "unit": package.unit,
        "rule": None if package.rule is None else str(package.rule),
        "classes": package.classes,
        "coverage": package.interval.coverage,
        "promised": package.interval.promised,
        "targets": package.reached,
        "promise": promise(package),
        "edge": scored.edge,
        "unchecked": scored.unchecked,
        "spelt": scored.spelt,
        "advice": scored.advice,
        "left_out": scored.left_out,
        "rows": [_row(scored, row, verdict) for row, verdict in enumerate(scored.verdicts)],
        "figures": dict(results[0].values) if results else None,
        "record": None if kept is None else {"use": kept.number, "told": kept.told},
        "groups": {each.subgroup: {"rows": each.rows, **each.values} for each in results[1:]},
    }


def _row(scored: "Scored", row: int, verdict: "Verdict") -> dict[str, Any]:
    truth = None if scored.truth is None else float(scored.truth[row])
    known = None if truth is None or truth != truth else truth
    return {
        "line": scored.table.sheet.lines[row],
        **({"group": scored.groups[row]} if scored.groups is not None else {}),
        "value": verdict.value,
        **({"class": scored.named(verdict.value)} if scored.package.classes else {}),
        "low": verdict.low,
        "high": verdict.high,
        **({} if scored.package.ruling is None else {"probability": verdict.probability}),
        "verdict": verdict.decision,
        "reason": verdict.reason,
        "missing": list(verdict.missing),
        "filled": bool(verdict.missing) and verdict.value is not None,
        "reach": verdict.reach,
        "t2": verdict.t2,
        "t2_limit": verdict.t2_limit,
        "spe": verdict.spe,
        "spe_limit": verdict.spe_limit,
        "drivers": _named(verdict.drivers),
        "strangers": _named(verdict.strangers),
        **({} if scored.truth is None else {"truth": known}),
    }


def _named(parts: "Sequence[tuple[str, float]]") -> list[dict[str, Any]]:
    return [{"input": name, "contribution": part} for name, part in parts]
