"""`homeostat process`: look at and check process declarations."""

from dataclasses import replace
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.text import span

if TYPE_CHECKING:
    from pathlib import Path

    from homeostat.ledger.catalogue import AlarmSettings
    from homeostat.process import Examined, Issue, Process
    from homeostat.process.controllers import Aim
    from homeostat.process.units import Quantity

process = typer.Typer(
    name="process",
    help="Look at and check process declarations.",
    no_args_is_help=True,
    rich_markup_mode=None,
)


@process.command("list")
def list_processes(*, as_json: AsJson = False) -> None:
    """List the processes of the library."""
    from homeostat.process import library

    columns = ("process", "version", "title")
    rows = [(entry.name, entry.version, entry.title) for entry in library()]
    if as_json:
        show_json([dict(zip(columns, row, strict=True)) for row in rows])
    else:
        show(Table("", columns, rows))


@process.command("show")
def show_process(
    *,
    name: Annotated[str, typer.Argument(metavar="PROCESS", help="A process of the library, or a YAML file.")],
    as_json: AsJson = False,
) -> None:
    """Show what a process declares: recipe, parameters, attributes, control loops, and what each alarm is for."""
    from homeostat.execution.plan.alarms import agreed
    from homeostat.process import describe, load

    declared = load(name)
    described, alarms = describe(declared), agreed(declared)
    if as_json:
        show_json({**described, "alarms": [one.model_dump(mode="json") for one in alarms]})
    else:
        title = f"{declared.process} {declared.version} ({declared.approval.state}): {declared.title}"
        parts = (*tables(declared), *steering(declared), _alarms(declared, alarms))
        show(title, f"content hash {declared.content_hash}", outline(described["outline"]), *parts)


@process.command("check")
def check_process(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, or a process of the library.")],
    as_json: AsJson = False,
) -> None:
    """Check a process file and report everything that is wrong with it. Exit code 1 if anything is.

    Where nothing is wrong with the file itself, the model packages that it names are opened and verified as well, and
    warnings name what its controllers could not hold without an offset, ends of a phase that come after it is over, and
    times of its twin that do not fit together.
    """
    from homeostat.cli.models import signatures
    from homeostat.process import examine
    from homeostat.process.load import locate

    path = locate(file)
    path.open("rb").close()  # a file that cannot be read is bad input, not a faulty process
    examined = examine(path, signatures())
    issues = [*examined.issues, *_of_packages(examined, path.parent)]
    told = [*issues, *_warnings(examined)]
    if as_json:
        show_json([issue.as_dict() for issue in told])
    else:
        show(*[str(issue) for issue in told], *([] if issues else [f"{file}: nothing is wrong"]))
    if issues:
        raise typer.Exit(ExitCode.FAILED)


def _warnings(examined: "Examined") -> "list[Issue]":
    """What a sound process may not do as expected."""
    process, source = examined.process, examined.source
    if process is None or source is None:
        return []
    from homeostat.execution.plan.disturbing import disturbing
    from homeostat.execution.plan.dropping import dropping
    from homeostat.execution.plan.offset import offsets
    from homeostat.execution.plan.pacing import pacing
    from homeostat.execution.plan.shrinking import shrinking
    from homeostat.execution.plan.stretched import stretched
    from homeostat.execution.plan.unreached import unreached

    remarks = (offsets, disturbing, pacing, dropping, stretched, shrinking, unreached)
    faults = [fault for remark in remarks for fault in remark(process)]
    return [replace(source.issue(fault), warning=True) for fault in faults]


def _of_packages(examined: "Examined", folder: "Path") -> "list[Issue]":
    """What is wrong with the packages that a process names."""
    process, source = examined.process, examined.source
    if process is None or source is None or not process.monitoring.models:
        return []
    from homeostat.execution.packages import package_faults

    return [source.issue(fault) for fault in package_faults(process, folder)]


def outline(rows: list[dict[str, str]]) -> Table:
    """The recipe, indented by its levels."""
    asked = [
        field for field in ("when", "until", "repeat") if field == "until" or any(r[field] for r in rows)
    ]
    return Table(
        "Recipe",
        ("step", "title", *asked),
        [
            (
                "  " * row["path"].count("/") + row["path"].rpartition("/")[2],
                *(row[f] for f in ("title", *asked)),
            )
            for row in rows
        ],
    )


def tables(declared: "Process") -> list[Table]:
    """Critical process parameters, critical quality attributes and control loops."""
    return [
        Table(
            "Critical process parameters",
            ("parameter", "tag", "set-point", "NOR", "PAR"),
            [
                (name, one.tag, str(one.setpoint or "-"), interval(*one.normal), interval(*one.proven))
                for name, one in declared.parameters.items()
            ],
        ),
        Table(
            "Critical quality attributes",
            ("attribute", "title", "specification", "assay", "measured in"),
            [
                (
                    name,
                    one.title,
                    interval(one.specification.low, one.specification.high),
                    one.assay,
                    one.measured,
                )
                for name, one in declared.attributes.items()
            ],
        ),
        Table(
            "Control strategy",
            ("loop", "tag", "actuator", "set-point", "mode"),
            [
                (name, loop.tag, loop.moves, str(loop.setpoint), loop.mode)
                for name, loop in declared.strategy.items()
            ],
        ),
    ]


def steering(declared: "Process") -> list[Table]:
    """The predictive controllers: what they may do, what they move, what for, and what has to hold."""
    columns = ("controller", "authority", "in", "moves", "aims", "limits")
    rows = [
        (
            name,
            one.authority,
            ", ".join(one.during),
            "; ".join(f"{loop} within {interval(*move.envelope)}" for loop, move in one.moves.items()),
            "; ".join(f"{aim.of} {_aimed(aim)}" for aim in one.aims),
            "; ".join(f"{bound.of} {interval(bound.low, bound.high)}" for bound in one.limits) or "-",
        )
        for name, one in declared.controllers.items()
    ]
    return [Table("Predictive control", columns, rows)] if rows else []


_MOST = {"more": "much", "less": "little"}


def _aimed(aim: "Aim") -> str:
    if aim.strive is not None:
        return f"as {_MOST[aim.strive]} as possible"
    return str(aim.target) if aim.target is not None else interval(aim.low, aim.high)


def _alarms(declared: "Process", alarms: "tuple[AlarmSettings, ...]") -> Table:
    """The alarms that have a limit, and those of which the file says something."""
    from homeostat.process.alarms import NOTHING_SETTLED, rule_of

    rules = declared.monitoring.alarms
    rows = [
        (one.alarm, _limit(one), one.priority, span(one.time_to_respond), one.response, one.suppressed_while)
        for one in alarms
        if one.delay_on is not None or rule_of(rules, one.alarm) is not NOTHING_SETTLED
    ]
    columns = ("alarm", "limit", "priority", "answer within", "response", "suppressed while")
    return Table("Alarms (ISA-18.2)", columns, rows)


def _limit(one: "AlarmSettings") -> str:
    return "" if one.limit is None else f"{one.limit:g}{'' if one.unit == '1' else f' {one.unit}'}"


def interval(low: "Quantity | None", high: "Quantity | None") -> str:
    """A range as it is declared, closed or one-sided."""
    if low is None:
        return "-" if high is None else f"<= {high}"
    return f">= {low}" if high is None else f"{low} to {high}"
