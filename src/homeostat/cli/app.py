"""The application: which commands there are."""

import io
import sys
from typing import Annotated

import typer

from homeostat import __version__
from homeostat.cli.alarm import alarm
from homeostat.cli.approve import approve
from homeostat.cli.audit import audit
from homeostat.cli.backup import backup_site, restore_site
from homeostat.cli.batch import command_batch
from homeostat.cli.batches import list_batches
from homeostat.cli.bench import bench
from homeostat.cli.bundle import bundle_batch
from homeostat.cli.control import control
from homeostat.cli.credibility import credibility
from homeostat.cli.custody import custody
from homeostat.cli.deviation import deviation
from homeostat.cli.failures import CalmGroup
from homeostat.cli.instrument import instrument
from homeostat.cli.label import label
from homeostat.cli.material import material
from homeostat.cli.patient import patient
from homeostat.cli.process import process
from homeostat.cli.record import record_batch
from homeostat.cli.release import release
from homeostat.cli.replay import replay_batch
from homeostat.cli.resume import resume_batch
from homeostat.cli.review import review
from homeostat.cli.run import run_batch
from homeostat.cli.sign import sign
from homeostat.cli.site import site
from homeostat.cli.step import step
from homeostat.cli.trace import trace_identifier
from homeostat.cli.twin import twin
from homeostat.cli.user import user
from homeostat.cli.validate import validate_system
from homeostat.cli.verify import verify_records
from homeostat.cli.watch import watch

app = typer.Typer(
    name="homeostat",
    cls=CalmGroup,
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode=None,  # rich would double the time that --help takes
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
    epilog="Exit codes: 0 done, 1 a check failed or a batch did not come to its end, 2 usage or bad input, "
    "70 a fault of the program itself, 130 interrupted.",
)


def _version(wanted: bool) -> None:
    if wanted:
        print(f"homeostat {__version__}")
        raise typer.Exit


@app.callback()
def homeostat(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Print the version.")
    ] = False,
    traceback: Annotated[
        bool, typer.Option("--traceback", envvar="HOMEOSTAT_TRACEBACK", help="Show where an error arose.")
    ] = False,
) -> None:
    """The open autopilot for living medicines: run, record, verify and replay batches of a process."""


app.command("run")(run_batch)
app.command("resume")(resume_batch)
app.command("batch")(command_batch)
app.command("verify")(verify_records)
app.command("replay")(replay_batch)
app.command("validate")(validate_system)
app.command("backup")(backup_site)
app.command("restore")(restore_site)
app.command("record")(record_batch)
app.command("bundle")(bundle_batch)
app.command("trace")(trace_identifier)
app.command("batches")(list_batches)
app.add_typer(process)
app.add_typer(twin)
app.add_typer(watch)
app.add_typer(alarm)
app.add_typer(control)
app.add_typer(step)
app.add_typer(material)
app.add_typer(instrument)
app.add_typer(patient)
app.add_typer(approve)
app.add_typer(audit)
app.add_typer(custody)
app.add_typer(deviation)
app.add_typer(label)
app.add_typer(review)
app.add_typer(sign)
app.add_typer(site)
app.add_typer(user)
app.add_typer(release)
app.add_typer(credibility)
app.add_typer(bench)


def main() -> None:
    """Run the command line; ends the interpreter with the command's exit code."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # a terminal that lacks a sign is no reason to fail
    app()
