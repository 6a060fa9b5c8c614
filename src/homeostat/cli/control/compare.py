"""`homeostat control compare`: whole simulated batches of several processes over the same donors, side by side."""

import sys
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from typing import TYPE_CHECKING, Annotated, Any

import typer

from homeostat.cli.control.strayed import mean_of, remarks_of, strayed
from homeostat.cli.failures import say
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number

if TYPE_CHECKING:
    from homeostat.execution.contest import Entry, Spread
    from homeostat.execution.trial import Outcome
    from homeostat.process import Quantity

Told = Callable[[str, int], None]
MOST = 10_000
"""The largest number of donors."""


def seeds_of(text: str) -> list[int]:
    """Seeds as in "1-20,25": each once, in the order given; a usage error for anything else."""
    found: list[int] = []
    for part in text.split(","):
        first, dash, last = part.strip().partition("-")
        if not (first.isdecimal() and (last.isdecimal() if dash else True)) or len(first + last) > 18:
            raise typer.BadParameter(f"{text!r} are no seeds: give them as in 1-20,25")
        found += range(int(first), min(int(last or first), int(first) + MOST) + 1)
    if not 0 < len(found) <= MOST:
        names = "no" if not found else f"more than {MOST}"
        raise typer.BadParameter(f"{text!r} names {names} seeds: 1 to {MOST} are possible")
    return list(dict.fromkeys(found))


def names_of(text: str) -> list[str]:
    """Names as in "a,b"; a usage error for a blank one."""
    names = [name.strip() for name in text.split(",")] if text else []
    if not all(names):
        raise typer.BadParameter(f"{text!r} are no names: give them as in a,b")
    return names


def compare(
    *,
    processes: Annotated[
        list[str], typer.Argument(metavar="PROCESS...", help="Processes of the library, or YAML files.")
    ],
    seeds: Annotated[
        str, typer.Option(metavar="SEEDS", help="The donors, as in 1-20,25: the same for each.")
    ] = "1-20",
    scan: Annotated[
        str | None,
        typer.Option(
            metavar="TIME",
            help="Another time between scans, such as '3 min'. Loops are stepped at that scan too, and the twin"
            " reads in scans: too coarse a one makes sound loops unstable. The table of process parameters tells.",
        ),
    ] = None,
    without: Annotated[
        str,
        typer.Option(
            metavar="CONTROLLERS",
            help="Run each process first without these controllers (a,b; or all), as a rival of its own.",
        ),
    ] = "",
    of: Annotated[
        str, typer.Option(metavar="ATTRIBUTE", help="Compare the variances of this attribute.")
    ] = "",
    jobs: Annotated[int, typer.Option(metavar="N", min=1, max=64, help="So many batches at a time.")] = 1,
    as_json: AsJson = False,
) -> None:
    """Compare processes by whole simulated batches over the same donors; the first is what others are held against.

    A forecast of quality attributes decides nothing in a batch, and is left out. With --json every seed is kept.
    """
    from homeostat.execution.contest import contest, entries_of

    chosen = seeds_of(seeds)
    interval = _interval(scan)
    declared = _entries(processes)
    _check_scan(declared, interval)
    entries = entries_of(declared, scan=interval, without=names_of(without))
    _check_attribute(entries, of)
    with _progress(len(entries) * len(chosen)) as told:
        found = contest(entries, chosen, jobs, told)
    if as_json:
        show_json(_object(entries, found, chosen, of))
    else:
        show(*_tables(entries, found, chosen, of))


def _interval(text: str | None) -> "Quantity | None":
    from homeostat.process import Quantity

    scan = Quantity.parse(text) if text is not None else None
    if scan is not None and not scan.to("min") > 0.0:
        raise typer.BadParameter(f"'{text}' is no time between scans: it has to be above 0")
    return scan


def _entries(names: Sequence[str]) -> "list[Entry]":
    """The processes under names that tell them apart."""
    from homeostat.cli.models import signatures
    from homeostat.execution.contest import Entry
    from homeostat.process import load
    from homeostat.process.load import locate

    models, found = signatures(), list[Entry]()
    for name in names:
        path = locate(name)
        taken = [entry.name for entry in found if entry.name.partition(" ")[0] == path.stem]
        label = f"{path.stem} ({len(taken) + 1})" if taken else path.stem
        found.append(Entry(label, load(name, models), path.parent))
    return found


def _check_scan(entries: "Sequence[Entry]", scan: "Quantity | None") -> None:
    """A usage error where `process check` would refuse the scan in a file."""
    from homeostat.process import check_changed

    for entry in entries if scan is not None else ():
        for issue in check_changed(entry.process.model_copy(update={"scan": scan})):
            raise typer.BadParameter(
                f"at a scan of {scan} '{entry.name}' is not sound: {issue.field}: {issue.what} ({issue.mend})"
            )


def _check_attribute(entries: "Sequence[Entry]", of: str) -> None:
    known = {name for entry in entries for name in entry.process.attributes}
    if of and of not in known:
        raise typer.BadParameter(f"no process has an attribute '{of}'; there is: {', '.join(sorted(known))}")


@contextmanager
def _progress(total: int) -> Iterator[Told]:
    """Tells of batches that are done: a bar on a terminal, else a line for each."""
    if not sys.stderr.isatty():
        yield lambda name, seed: say(f"{name}  donor {seed}")
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("batches", total=total)
        yield lambda name, seed: bar.update(task, advance=1)


def _tables(
    entries: "Sequence[Entry]", found: "Sequence[Sequence[Outcome]]", seeds: Sequence[int], of: str
) -> list[Table | str]:
    pairs = list(zip(entries, found, strict=True))
    parts: list[Table | str] = [
        f"{len(seeds)} donors each; medians, with the median absolute deviation (MAD) and standard deviation (SD)",
        _attributes(pairs),
        _batches(pairs),
        _amounts(pairs),
        _rungs(pairs),
        strayed(pairs),
    ]
    if of:
        parts.append(_ratios(pairs, of))
    return [
        *parts,
        *[f"{entry.name}: {remark}." for entry, found in pairs for remark in remarks_of(entry, found)],
    ]


SPREAD = ("median", "MAD", "SD", "5 %", "95 %")


def _cells(spread: "Spread | None") -> tuple[str, ...]:
    if spread is None:
        return ("-",) * len(SPREAD)
    return tuple(map(number, (spread.median, spread.mad, spread.deviation, spread.low, spread.high)))


def _attributes(pairs: "list[tuple[Entry, Sequence[Outcome]]]") -> Table:
    from homeostat.execution.contest import Spread

    rows = []
    for name in dict.fromkeys(name for entry, _ in pairs for name in entry.process.attributes):
        for entry, outcomes in pairs:
            declared = entry.process.attributes.get(name)
            if declared is not None:
                values = [o.values[name] for o in outcomes if name in o.values]
                kept = sum(o.within.get(name, False) for o in outcomes)
                rows.append(
                    (name, entry.name, *_cells(Spread.of(values)), declared.unit, _share(kept, len(outcomes)))
                )
    columns = ("attribute", "process", *SPREAD, "unit", "within")
    return Table("Quality attributes", columns, rows, frozenset((*SPREAD, "within")))


def _batches(pairs: "list[tuple[Entry, Sequence[Outcome]]]") -> Table:
    from homeostat.execution.contest import Spread

    rows = []
    for entry, outcomes in pairs:
        harvest = Spread.of([o.harvest for o in outcomes if entry.process.controllers])
        rows.append(
            (
                entry.name,
                _share(sum(o.state == "complete" for o in outcomes), len(outcomes)),
                _share(sum(o.released for o in outcomes), len(outcomes)),
                "-" if harvest is None else f"{number(harvest.median)} ({number(harvest.mad)})",
                str(sum(o.beyond > 1e-9 for o in outcomes)),
                *[str(sum(o.counts[kind] for o in outcomes)) for kind in ("failed", "late", "clamped")],
            )
        )
    columns = (
        "process",
        "complete",
        "all within",
        "steered until, h (MAD)",
        "beyond envelope",
        "plans failed",
        "plans late",
        "moves clamped",
    )
    return Table("Batches", columns, rows, frozenset(columns[1:]))


def _amounts(pairs: "list[tuple[Entry, Sequence[Outcome]]]") -> Table:
    """What the pumps of loops gave: whatever flows by volume."""
    from homeostat.execution.contest import Spread
    from homeostat.process import Quantity
    from homeostat.process.units import compatible

    rows = []
    for name in dict.fromkeys(tag for entry, _ in pairs for tag in _pumps(entry)):
        for entry, outcomes in pairs:
            tag = entry.process.tags.get(name)
            if tag is not None and compatible(tag.unit, "mL/h"):
                factor = Quantity(1.0, tag.unit).to("mL/h")
                spread = Spread.of([factor * o.used[name] for o in outcomes])
                rows.append((name, entry.name, *_cells(spread), "mL"))
    return Table("Amounts used", ("actuator", "process", *SPREAD, "unit"), rows, frozenset(SPREAD))


def _pumps(entry: "Entry") -> list[str]:
    from homeostat.process.units import compatible

    names = [loop.actuator for loop in entry.process.strategy.values() if loop.actuator]
    return [name for name in names if compatible(entry.process.tags[name].unit, "mL/h")]


def _rungs(pairs: "list[tuple[Entry, Sequence[Outcome]]]") -> Table:
    """The hours on each rung, as a mean over the donors."""
    rows, columns = [], tuple[str, ...]()
    for entry, outcomes in pairs:
        for name in entry.process.controllers:
            columns = tuple(outcomes[0].rungs[name])
            hours = [sum(o.rungs[name][rung] for o in outcomes) / len(outcomes) for rung in columns]
            rows.append((entry.name, name, *map(number, hours)))
    return Table("Mean hours on each rung", ("process", "controller", *columns), rows, frozenset(columns))


def _ratios(pairs: "list[tuple[Entry, Sequence[Outcome]]]", of: str) -> Table:
    from homeostat.execution.contest import ratio

    rows = []
    for entry, outcomes in pairs[1:]:
        found = ratio(pairs[0][1], outcomes, of)
        cells = (
            ("-", "-")
            if found is None
            else (number(found.value), f"{number(found.low)} to {number(found.high)}")
        )
        rows.append((entry.name, *cells))
    title = f"Variance of {of}, by that of {pairs[0][0].name}"
    return Table(title, ("process", "ratio", "90 %"), rows, frozenset({"ratio"}))


def _share(part: int, whole: int) -> str:
    return f"{part} of {whole}"


def _object(
    entries: "Sequence[Entry]", found: "Sequence[Sequence[Outcome]]", seeds: Sequence[int], of: str
) -> dict[str, Any]:
    from homeostat.execution.contest import Spread, ratio

    told: list[dict[str, Any]] = []
    for entry, outcomes in zip(entries, found, strict=True):
        spreads = {
            name: Spread.of([o.values[name] for o in outcomes if name in o.values])
            for name in entry.process.attributes
        }
        against = ratio(found[0], outcomes, of) if of else None
        told.append(
            {
                "process": entry.name,
                "content_hash": entry.process.content_hash,
                "attributes": {n: asdict(s) if s is not None else None for n, s in spreads.items()},
                "released": sum(o.released for o in outcomes),
                "variance_ratio": asdict(against) if against is not None else None,
                "straying": asdict(mean_of(outcomes)),
                "remarks": remarks_of(entry, outcomes),
                "outcomes": [{**asdict(o), "released": o.released} for o in outcomes],
            }
        )
    return {"seeds": list(seeds), "of": of, "processes": told}
