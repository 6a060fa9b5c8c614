"""What `watch train --live` and `watch score` do with spectra of a process: calibrate, and read it as it ran."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.figures import by_group, percent
from homeostat.cli.watch.watching import hours

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.monitoring.learning.calibrating import Calibrated, Wished
    from homeostat.monitoring.learning.live import Followed, Told
    from homeostat.monitoring.learning.recording import Kept
    from homeostat.monitoring.learning.sampled import Sampled
    from homeostat.monitoring.package import LivePackage
    from homeostat.monitoring.spectra import LiveValue
    from homeostat.monitoring.spectra.recipe import Scatter

SHOWN_TRIALS = 8
TIME = "time [h]"

AtLine = Annotated[
    int,
    typer.Option(
        "--at-line",
        metavar="N",
        min=0,
        help="Of a live calibration: the first N reference values correct it, and are left out of the figures.",
    ),
]
Late = Annotated[
    str | None,
    typer.Option(
        metavar="TIME", help="With --at-line: from drawing a sample to its result, such as '30 min'."
    ),
]
TimeColumn = Annotated[
    str | None,
    typer.Option(
        metavar="COLUMN",
        help="Of a live calibration: when a spectrum was taken, in hours or '[min]'.",
        show_default=TIME,
    ),
]


def learn_live(table: Path, first: Path, out: Path, wished: "Wished", *, as_json: bool) -> None:
    """Calibrate on the samples in `table` for the process whose `first` spectra are at hand, and write it to `out`."""
    from homeostat.monitoring.learning import read_table
    from homeostat.monitoring.learning.calibrating import train_live
    from homeostat.monitoring.package import write

    found = train_live(read_table(table), read_table(first), wished)
    write(found.package, out)
    if as_json:
        show_json(_trained(found))
    else:
        show(*_told(found, out))


def wished(
    target: str,
    wavelengths: "Sequence[str]",
    scatter: "Sequence[str]",
    components: int | None,
    possible: str | None,
    standards: tuple[Path, Path] | None,
    **declared: Any,
) -> "Wished":
    """What the options of `watch train --live` ask for. Raises OptionError, MonitoringError."""
    from homeostat.monitoring.learning import read_table
    from homeostat.monitoring.learning.calibrating import COMPONENTS, Standards, Wished, range_of
    from homeostat.monitoring.learning.possible import ANYTHING
    from homeostat.monitoring.learning.possible import possible as range_possible

    return Wished(
        target=target,
        ranges=tuple(map(range_of, wavelengths)),
        scatters=_scatters(scatter),
        components=components or COMPONENTS,
        possible=ANYTHING if possible is None else range_possible(possible),
        standards=None if standards is None else Standards(*map(read_table, standards)),
        **declared,
    )


def _scatters(wanted: "Sequence[str]") -> "tuple[Scatter, ...]":
    from homeostat.monitoring.spectra.recipe import ALL_SCATTERS, SCATTERS

    unknown = [one for one in wanted if one not in ALL_SCATTERS]
    if unknown:
        raise OptionError(
            "there is no such correction of scatter",
            where=f"--scatter '{unknown[0]}'",
            mend=f"choose among {', '.join(ALL_SCATTERS)}",
        )
    return tuple(one for one in ALL_SCATTERS if one in wanted) or SCATTERS


def asked_of(time: str | None, at_line: int, late: str | None) -> "Told":
    """What the options of `watch score` ask of a live calibration. Raises OptionError."""
    from homeostat.monitoring.learning.live import Told

    if late is not None and not at_line:
        raise OptionError("no result is told", where="--late", mend="give --at-line N as well")
    return Told(time or TIME, at_line, 0.0 if late is None else hours(late, "--late") or 0.0)


def check_unasked(time: str | None, at_line: int, late: str | None) -> None:
    """Raise OptionError where another model is asked what only a live calibration does."""
    given = [
        name
        for name, value in (("--time", time), ("--at-line", at_line), ("--late", late))
        if value is not None and value != 0
    ]
    if given:
        raise OptionError(
            "only a live calibration has use for it",
            where=", ".join(given),
            mend="leave it out, or make one: homeostat watch train --live",
        )


def read_process(
    package: "LivePackage", model: Path, table: Path, asked: "Told", when: str, *, as_json: bool
) -> None:
    """Tell what the calibration said of each spectrum as it came, and how it did beside references."""
    from homeostat.monitoring.learning import read_table
    from homeostat.monitoring.learning.live import follow_live
    from homeostat.monitoring.learning.recording import record_live

    found = follow_live(package, read_table(table), asked)
    kept = record_live(found, model, when)
    if as_json:
        show_json(_object(found, kept))
        return
    unit = f" [{package.unit}]" if package.unit else ""
    show(
        f"{package.name}: {package.target}{unit}, as the process ran",
        *(f"- {one}" for one in found.remarks),
        _rows(found),
        *_promised(package),
        *_figures(found, kept),
        *([kept.told] if kept else []),
    )


def _promised(package: "LivePackage") -> list[str]:
    from homeostat.monitoring.learning.promising import promise_live

    told = promise_live(package)
    return [] if told is None else ["", told]


def _rows(found: "Followed") -> Table:
    group = found.package.training.group if found.groups is not None else ""
    columns = (
        "line",
        *([group] if group else []),
        "time [h]",
        "value",
        "low",
        "high",
        "truth",
        "told",
        "reason",
    )
    known = {one.row: one for one in found.samples}
    rows = []
    for row in range(found.table.rows):
        told, sample = found.told.get(row), known.get(row)
        stood = told if told is not None else (sample.standing if sample else None)
        if stood is None and sample is None:
            continue
        rows.append(
            (
                str(found.table.sheet.lines[row]),
                *([found.groups[row]] if found.groups is not None else []),
                number(float(found.times[row])),
                *_numbers(stood),
                number(sample.measured) if sample else "",
                _use(sample),
                "; ".join(filter(None, (stood.reason if stood else "no value stood", _unused(sample)))),
            )
        )
    return Table("", columns, rows, frozenset({"line", "time [h]", "value", "low", "high", "truth"}))


def _use(sample: "Sampled | None") -> str:
    if sample is None or not sample.told:
        return ""
    return "at-line, unused" if sample.unused else "at-line, late" if sample.waited else "at-line"


def _unused(sample: "Sampled | None") -> str:
    return f"the result corrects nothing: {sample.unused}" if sample and sample.unused else ""


def _numbers(told: "LiveValue | None") -> tuple[str, str, str]:
    if told is None or told.value is None:
        return "-", "-", "-"
    return number(told.value), number(told.low), number(told.high)


def _figures(found: "Followed", kept: "Kept | None") -> "list[Table | str]":
    """Those that go on record, where there is a reference to compare with."""
    told = sum(one.told for one in found.samples)
    if kept is None:
        none = f"the table tells no '{found.package.target}' beside what was followed"
        nothing = f"Nothing to compare with: {'every reference value was told' if told else none}."
        return ["", nothing, *([found.beside] if found.beside else [])]
    apart = f"; {told} at-line samples left out" if told else ""
    values = kept.results[0].values
    coverage = percent(values.get("coverage"))
    stated = percent(found.package.coverage)
    return [
        by_group(f"Against the truth{apart}", kept.results),
        "",
        f"Intervals hold {coverage} of the truths; {stated} are stated.",
        *([f"A value stood beside {percent(values['decided'])} of them."] if values["undecided"] else []),
        *([found.beside] if found.beside else []),
    ]


def _object(found: "Followed", kept: "Kept | None") -> dict[str, Any]:
    from homeostat.monitoring.learning.promising import promise_live

    package, lines = found.package, found.table.sheet.lines
    results = kept.results if kept else ()
    return {
        "model": package.name,
        "hash": package.content_hash,
        "target": package.target,
        "unit": package.unit,
        "coverage": package.coverage,
        "promise": promise_live(package),
        "remarks": list(found.remarks),
        "spectra": [
            {
                "line": lines[row],
                **({} if found.groups is None else {"group": found.groups[row]}),
                "time_h": float(found.times[row]),
                "value": one.value,
                "low": one.low,
                "high": one.high,
                "raw": one.raw,
                "expected_error": one.deviation,
                "reason": one.reason,
            }
            for row, one in sorted(found.told.items())
        ],
        "samples": [
            {
                "line": lines[one.row],
                "time_h": float(found.times[one.row]),
                "measured": one.measured,
                "standing": None if one.standing is None else one.standing.value,
                "at_line": one.told,
                "unused": one.unused,
                "waited": one.waited,
                "missed": one.missed,
            }
            for one in found.samples
        ],
        "figures": dict(results[0].values) if results else None,
        "groups": {each.subgroup: {"rows": each.rows, **each.values} for each in results[1:]},
        "record": None if kept is None else {"use": kept.number, "told": kept.told},
    }


def _trained(found: "Calibrated") -> dict[str, Any]:
    from homeostat.monitoring.learning.promising import promise_live

    package = found.package
    return {
        "name": package.name,
        "hash": package.content_hash,
        "target": package.target,
        "rows": package.training.rows,
        "groups": package.training.groups,
        "wavelengths": len(package.headings),
        "decisions": list(found.decisions),
        "tried": [dict(each) for each in package.tried],
        "figures": [each.model_dump(mode="json") for each in package.metrics],
        "reportable": [package.live.low, package.live.high],
        "promise": promise_live(package),
    }


def _told(found: "Calibrated", out: Path) -> "list[Table | str]":
    package, chosen, live = found.package, found.choice.chosen, found.package.live
    groups = f" in {package.training.groups} groups" if package.training.group else ""
    best = sorted(found.choice.tried, key=lambda one: one.deviation)[:SHOWN_TRIALS]
    rows = [
        (f"{one.recipe}, {one.components} components", number(one.rmsecv), number(one.deviation))
        for one in best
    ]
    columns = ("model", "RMSECV", "expected on the process")
    return [
        f"{package.target} from {len(package.headings)} wavelengths; {package.training.rows} rows{groups}",
        *(f"- {one}" for one in found.decisions),
        Table(
            f"Tried {len(found.choice.tried)} models; the best for the process",
            columns,
            rows,
            frozenset(columns[1:]),
        ),
        "",
        f"Chosen: {chosen.recipe}, {chosen.components} components.",
        f"Reported from {number(live.low)} to {number(live.high)} {package.unit}".rstrip()
        + f", with intervals of {percent(package.coverage)} by what left-out samples show.",
        *_promised(package),
        "",
        f"Model: {out}, SHA-256 {package.content_hash}",
    ]
