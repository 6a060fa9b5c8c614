"""What a batch came to, for the end of `run` and `resume`: its record is written out and summarised."""

import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from homeostat.cli.files import write_whole
from homeostat.cli.options import DEFAULT_SITE
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import clock, duration, limits, number

if TYPE_CHECKING:
    from homeostat.execution import Finish
    from homeostat.quality import BatchRecord
    from homeostat.site import Site


def conclude(site: "Site", finish: "Finish", *, as_json: bool) -> None:
    """Write the record of a batch that ended to the site's `records/` and print its summary."""
    from homeostat.quality import batch_record, render_html, render_json

    with site.reading() as (ledger, historian):
        record = batch_record(ledger, historian, finish.batch)
        pages = {"json": render_json(record), "html": render_html(record, historian)}
    paths = {kind: site.records / f"{finish.batch}.{kind}" for kind in pages}
    site.records.mkdir(exist_ok=True)
    for kind, text in pages.items():
        write_whole(paths[kind], text)
    if as_json:
        show_json(as_object(record, paths))
    else:
        show(headline(record), *tables(record), "", *_places(paths), *_onward(site, record))


def on_site(site: Path) -> str:
    """The `--site` option to type for the same site, with a blank before it; "" for the default site."""
    return "" if site == DEFAULT_SITE else f" --site {shlex.quote(str(site))}"


def headline(record: "BatchRecord") -> str:
    """One sentence: which batch of which process, how it ended and when."""
    head = record.header
    ended = f"{head.state} after {duration(head.duration)} ({head.scans:,} scans)"
    reason = f": {head.reason}" if head.reason else ""
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
            "Predicted against measured",
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


def as_object(record: "BatchRecord", paths: dict[str, Path]) -> dict[str, object]:
    """The same as plain JSON values."""
    head = record.header
    return {
        "id": head.batch,
        "process": head.process,
        "version": head.version,
        "state": head.state,
        "reason": head.reason,
        "scans": head.scans,
        "duration": head.duration,
        "phases": [line.model_dump(mode="json") for line in record.steps if line.level == "phase"],
        "attributes": [line.model_dump(mode="json") for line in record.attributes],
        "alarms": [line.model_dump(mode="json") for line in record.alarms],
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


def _onward(site: "Site", record: "BatchRecord") -> list[str]:
    """How to go on with a batch that has not ended."""
    head = record.header
    command = f"homeostat resume {head.batch}{on_site(site.root)}"
    return [] if head.finished else [f"The batch is {head.state}; continue with: {command}"]


def _places(paths: dict[str, Path]) -> list[str]:
    return [f"Record ({kind}): {path}" for kind, path in sorted(paths.items())]
