"""`homeostat watch explain`: what a model or watcher is, or why it says what it says of one row."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.figures import possible
from homeostat.cli.watch.options import TABLE_HELP, Model, read_model
from homeostat.cli.watch.sample import sample

if TYPE_CHECKING:
    from homeostat.monitoring.learning.explaining import Explained
    from homeostat.monitoring.package import AnyPackage, Package

SHOWN = 15


def explain(
    *,
    model: Model,
    table: Annotated[Path | None, typer.Argument(metavar="TABLE", help=TABLE_HELP)] = None,
    row: Annotated[int, typer.Option(metavar="N", min=1, help="Which row of the table, from 1.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Tell what a model is and rests on; with a table, every input's share in the value of one row.

    Of a watcher, every tag's share in its statistics at the sample that stands at that row, and how the verdict on the
    batch came about.
    """
    from homeostat.monitoring.learning import explaining, read_table
    from homeostat.monitoring.learning.following import explain_sample
    from homeostat.monitoring.package import LivePackage, WatchPackage

    package = read_model(model)
    if table is None:
        _model(package, as_json=as_json)
        return
    read = read_table(table)
    if row > read.rows:
        raise OptionError(f"the table has {read.rows} rows", where=f"--row {row}", mend="name one of them")
    if isinstance(package, LivePackage):
        raise OptionError(
            "what a live calibration tells of a spectrum depends on those before it",
            where=str(table),
            mend="have it read the process: homeostat watch score",
        )
    if isinstance(package, WatchPackage):
        sample(package, explain_sample(package, read, row - 1), as_json=as_json)
    else:
        _row(package, explaining.explain(package, read, row - 1), as_json=as_json)


def _model(package: "AnyPackage", *, as_json: bool) -> None:
    from homeostat.monitoring.learning.explaining import described, described_live, described_watcher
    from homeostat.monitoring.package import LivePackage, WatchPackage

    if isinstance(package, LivePackage):
        facts = described_live(package)
    else:
        facts = described_watcher(package) if isinstance(package, WatchPackage) else described(package)
    if as_json:
        show_json(facts)
        return
    rows = [(name, _text(value)) for name, value in facts.items()]
    if isinstance(package, LivePackage):
        show(Table("", ("", " "), rows))
        return
    inputs = [(each.name, *map(number, (each.low, each.high, each.mean))) for each in package.inputs[:SHOWN]]
    columns = ("input", "low", "high", "mean")
    title = f"Inputs as learnt from{f' (the first {SHOWN})' if len(package.inputs) > SHOWN else ''}"
    show(Table("", ("", " "), rows), Table(title, columns, inputs, frozenset(columns[1:])))


def _row(package: "Package", found: "Explained", *, as_json: bool) -> None:
    verdict = found.verdict
    if as_json:
        parts = [{"input": n, "given": g, "contribution": c} for n, g, c in found.parts]
        ends = {"line": found.line, "value": verdict.value, "low": verdict.low, "high": verdict.high}
        ends |= {} if package.ruling is None else {"probability": verdict.probability}
        told = {"verdict": verdict.decision, "reason": verdict.reason, "reference": found.reference}
        show_json({**ends, **told, "contributions": parts})
        return
    rows = [(name, number(given), f"{part:+.4g}") for name, given, part in found.parts[:SHOWN]]
    rest = sum(part for _, _, part in found.parts[SHOWN:])
    if found.parts[SHOWN:]:
        rows.append((f"{len(found.parts) - SHOWN} others", "", f"{rest:+.4g}"))
    columns = ("input", "given", "contribution")
    title = f"The value is {number(found.reference)} plus"
    show(
        _head(package, found),
        *([verdict.reason + "."] if verdict.reason else []),
        Table(title, columns, rows, frozenset(columns[1:])),
    )


def _head(package: "Package", found: "Explained") -> str:
    """The line of the table, the value, where the truth may lie, and the verdict."""
    verdict, classes = found.verdict, package.classes
    among = (
        f"may be {possible(classes, verdict)}"
        if classes
        else f"{number(verdict.low)} to {number(verdict.high)}"
    )
    value = f"Line {found.line}: {number(verdict.value)} {package.unit}".rstrip()
    chance = verdict.probability
    ruled = "" if chance is None else f"; {package.rule} with probability {chance:.2g}"
    return f"{value}, {among}: {verdict.decision}{ruled}"


def _text(value: Any) -> str:
    return value if isinstance(value, str) else number(value) if isinstance(value, float) else str(value)
