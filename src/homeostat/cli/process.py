"""`homeostat process`: look at and check process declarations."""

from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json

if TYPE_CHECKING:
    from homeostat.process import Process
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
    """Show what a process declares: recipe, parameters, attributes and control loops."""
    from homeostat.process import describe, load

    declared = load(name)
    described = describe(declared)
    if as_json:
        show_json(described)
    else:
        title = f"{declared.process} {declared.version} ({declared.approval.state}): {declared.title}"
        show(title, f"content hash {declared.content_hash}", outline(described["outline"]), *tables(declared))


@process.command("check")
def check_process(
    *,
    file: Annotated[str, typer.Argument(metavar="FILE", help="A YAML file, or a process of the library.")],
    as_json: AsJson = False,
) -> None:
    """Check a process file and report everything that is wrong with it. Exit code 1 if anything is."""
    from homeostat.cli.models import signatures
    from homeostat.process import check
    from homeostat.process.load import locate

    locate(file).open("rb").close()  # a file that cannot be read is bad input, not a faulty process
    _, issues = check(file, signatures())
    if as_json:
        show_json([issue.as_dict() for issue in issues])
    else:
        show(*[str(issue) for issue in issues] or [f"{file}: nothing is wrong"])
    if issues:
        raise typer.Exit(ExitCode.FAILED)


def outline(rows: list[dict[str, str]]) -> Table:
    """The recipe, indented by its levels."""
    return Table(
        "Recipe",
        ("step", "title", "until"),
        [
            ("  " * row["path"].count("/") + row["path"].rpartition("/")[2], row["title"], row["until"])
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
                (name, loop.tag, loop.actuator, str(loop.setpoint), loop.mode)
                for name, loop in declared.strategy.items()
            ],
        ),
    ]


def interval(low: "Quantity | None", high: "Quantity | None") -> str:
    """A range as it is declared, closed or one-sided."""
    if low is None:
        return "-" if high is None else f"<= {high}"
    return f">= {low}" if high is None else f"{low} to {high}"
