"""`homeostat bench NAME`: one command for each registered benchmark."""

import os
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.bench.registry import BENCHES, Bench
from homeostat.cli.failures import ExitCode
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import number

if TYPE_CHECKING:
    from homeostat.bench.result import Result, Spread

bench = typer.Typer(
    name="bench",
    help="Measure this machine against the bars the project set itself.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


def _command(chosen: Bench) -> Callable[..., None]:
    def measure(
        as_json: AsJson = False,
        quick: Annotated[bool, typer.Option("--quick", help="Measure less, for a first look.")] = False,
        strict: Annotated[
            bool, typer.Option("--strict", help="End with exit code 1 if a bar is missed.")
        ] = False,
        topic: Annotated[
            list[str] | None,
            typer.Option(metavar="NAME", help="Only this part (repeat for more).", show_default="all"),
        ] = None,
    ) -> None:
        results = chosen.measure(quick=quick, topics=_known(chosen, topic or []))
        if as_json:
            from homeostat.bench.result import as_object

            show_json([as_object(result) for result in results])
        else:
            show(table(chosen.title, results), "", load())
        if strict and any(result.holds is False for result in results):
            raise typer.Exit(ExitCode.FAILED)

    measure.__doc__ = chosen.title
    return measure


for _name, _bench in BENCHES.items():
    bench.command(_name)(_command(_bench))


def _known(chosen: Bench, topics: Sequence[str]) -> Sequence[str]:
    """The topics as given, or a usage error that names those there are."""
    for topic in topics:
        if topic not in chosen.topics:
            there = (
                f"its topics are {', '.join(chosen.topics)}"
                if chosen.topics
                else "it has none, and is measured as a whole"
            )
            raise typer.BadParameter(f"there is no topic {topic!r}: {there}", param_hint="'--topic'")
    return topics


def load() -> str:
    """How busy the machine was: others' work makes every number worse."""
    processors = f"{os.cpu_count() or 1} processors"
    if not hasattr(os, "getloadavg"):
        return f"Measured on {processors}."
    return f"Measured on {processors}, load {os.getloadavg()[0]:.1f} (mean of the last minute)."


def table(title: str, results: "list[Result]") -> Table:
    """One row for each result, its rivals indented below it."""
    columns = ("what", "median", "least to greatest", "unit", "bar", "holds")
    rows = [row for result in results for row in _rows(result)]
    return Table(title, columns, rows, frozenset({"median"}))


def _rows(result: "Result") -> Iterator[tuple[str, ...]]:
    sign = ">=" if result.better == "more" else "<="
    bar = "" if result.bar is None else f"{sign} {number(result.bar)}"
    holds = {None: "", True: "yes", False: "NO"}[result.holds]
    yield (result.what, *_cells(result.value), result.unit, bar, holds)
    for rival in result.rivals:
        yield (f"  against {rival.what}", *_cells(rival.value), rival.unit, "", "")


def _cells(value: "Spread") -> tuple[str, str]:
    return number(value.median), f"{number(value.low)} to {number(value.high)}"
