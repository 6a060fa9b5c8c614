"""What a batch came to, for the end of `run` and `resume`: its record is written out and summarised."""

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.files import write_whole
from homeostat.cli.onward import onward
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import clock, duration, limits, number

if TYPE_CHECKING:
    from homeostat.execution import Finish
    from homeostat.quality import BatchRecord
    from homeostat.site import Site


def conclude(site: "Site", finish: "Finish", *, as_json: bool, pause_wanted: bool = False) -> None:
    """Write the record of a batch to the site's `records/` and print its summary.

    Ends the command with exit code 1 unless the batch is complete, or paused where a pause was wanted.
    """
    from homeostat.quality import batch_record, render_html, render_json

    with site.reading() as (ledger, historian):
        record = batch_record(ledger, historian, finish.batch)
        pages = {"json": render_json(record), "html": render_html(record, historian)}
    paths = {kind: site.records / f"{finish.batch}.{kind}" for kind in pages}
    site.records.mkdir(exist_ok=True)
    for kind, text in pages.items():
        write_whole(paths[kind], text)
    if as_json:
        show_json(as_object(record, finish, paths))
    else:
        lines = onward(record, finish, site.root)
        show(headline(record, finish), *tables(record), "", *_foreseen(record), *_places(paths), *lines)
    if not (finish.state == "complete" or (pause_wanted and finish.state == "paused")):
        raise typer.Exit(ExitCode.FAILED)


def headline(record: "BatchRecord", finish: "Finish") -> str:
    """One sentence: which batch of which process, how it ended and when."""
    head = record.header
    ended = f"{finish.state} after {duration(head.duration)} ({head.scans:,} scans)"
    reason = f": {finish.reason}" if finish.reason else ""
    return f"Batch {head.batch}, {head.process} {head.version}: {ended}{reason}"


def tables(record: "BatchRecord") -> list[Table]:
    """Phases, attributes, alarms and errors of prediction."""
    return [
        Table("Phases", ("phase", "begins", "lasts", "state"), list(_phases(record)), frozenset({"lasts"})),
        Table(
            "Critical quality attributes",
            ("attribute", "value", "unit", "specification", "verdict"),
            [
                (line.title, number(line.value), line.unit, limits(line.low, line.high), line.verdict)
                for line in record.attributes
            ],
            frozenset({"value"}),
        ),
        Table(
            "Alarms",
            ("alarm", "priority", "raised", "lasted"),
            [
                (line.text, line.priority, clock(line.raised), _lasted(line.duration))
                for line in record.alarms
            ],
            frozenset({"lasted"}),
        ),
        Table(
            " ".join(["Predicted against measured.", record.comparison_note]).strip(". "),
            ("quantity", "samples", "RMSE", "bias", "unit", "mean relative error"),
            [
                (
                    line.title,
                    str(line.count),
                    number(line.rmse),
                    number(line.bias),
                    line.unit,
                    _percent(line.relative),
                )
                for line in record.comparisons
            ],
            frozenset({"samples", "RMSE", "bias", "mean relative error"}),
        ),
    ]


def as_object(record: "BatchRecord", finish: "Finish", paths: dict[str, Path]) -> dict[str, object]:
    """The same as plain JSON values."""
    head = record.header
    return {
        "id": head.batch,
        "process": head.process,
        "version": head.version,
        "state": finish.state,
        "reason": finish.reason,
        "questions": list(finish.questions),
        "scans": head.scans,
        "duration": head.duration,
        "phases": [line.model_dump(mode="json") for line in record.steps if line.level == "phase"],
        "attributes": [line.model_dump(mode="json") for line in record.attributes],
        "alarms": [line.model_dump(mode="json") for line in record.alarms],
        "outlook": [line.model_dump(mode="json") for line in record.outlook],
        "comparisons": [line.model_dump(mode="json", exclude={"pairs"}) for line in record.comparisons],
        "record": {kind: str(path) for kind, path in paths.items()},
    }


def _phases(record: "BatchRecord") -> Iterator[tuple[str, ...]]:
    for line in record.steps:
        if line.level == "phase":
            yield line.title, clock(line.start), _lasted(line.duration), line.state


def _lasted(time: int | None) -> str:
    return "-" if time is None else duration(time)


def _percent(share: float | None) -> str:
    return "-" if share is None else f"{100 * share:.1f} %"


def _foreseen(record: "BatchRecord") -> list[str]:
    """How often the outlook on the attributes changed, where it was ever of concern."""
    changes = [one.verdict for line in record.outlook for one in line.changes]
    told = [f"{changes.count(verdict)} to {verdict}" for verdict in ("alert", "action") if verdict in changes]
    return [f"Outlook: {len(changes)} changes of a verdict, {', '.join(told)}"] if told else []


def _places(paths: dict[str, Path]) -> list[str]:
    return [f"Record ({kind}): {path}" for kind, path in sorted(paths.items())]
