"""`homeostat run`: execute a batch of a process and write its record."""

import difflib
from contextlib import contextmanager
from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.onward import on_site
from homeostat.cli.options import (
    DEFAULT_SITE,
    AsJson,
    SiteDir,
    Speed,
    equipment_kind,
    patient_code,
    speed_factor,
)
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.progress import watching
from homeostat.cli.summary import conclude

if TYPE_CHECKING:
    from collections.abc import Iterator
    from pathlib import Path

    from homeostat.governance import Session
    from homeostat.process import Process

_LARGEST_SEED = 2**32 - 1


class Operator(StrEnum):
    """Who answers what the recipe asks."""

    SCRIPT = "script"
    PERSON = "person"


def run_batch(
    *,
    process: Annotated[
        str, typer.Argument(metavar="PROCESS", help="A process of the library, or a YAML file.")
    ] = "car-t",
    site: SiteDir = DEFAULT_SITE,
    batch: Annotated[
        str | None,
        typer.Option(metavar="ID", help="The new batch's id.", show_default="the next"),
    ] = None,
    patient: Annotated[
        str, typer.Option(metavar="CODE", callback=patient_code, help="The patient's code.")
    ] = "unnamed",
    equipment: Annotated[
        str,
        typer.Option(
            metavar="simulated|recorded:PATH",
            help="A simulated plant, or the log of a real run (nothing is steered).",
        ),
    ] = "simulated",
    seed: Annotated[
        int, typer.Option(metavar="N", min=0, max=_LARGEST_SEED, help="What all randomness comes from.")
    ] = 1,
    speed: Speed = speed_factor("max"),
    until: Annotated[
        str | None,
        typer.Option(
            metavar="PHASE",
            help="Pause when this phase is complete, before the next starts.",
            show_default="the end",
        ),
    ] = None,
    operator: Annotated[
        Operator,
        typer.Option(
            metavar="script|person",
            help="Who answers what the recipe asks: the process file, or persons (`homeostat step`); at a GMP site "
            "persons always. As fast as possible, a batch then pauses where it asks.",
        ),
    ] = Operator.SCRIPT,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Run a batch from its declaration to a verified record. Exit code 1 if it did not come to its end."""
    equipment = equipment_kind(equipment)
    from homeostat.cli.models import signatures
    from homeostat.execution import Options, run
    from homeostat.process import load
    from homeostat.process.load import locate
    from homeostat.site import Site

    declared = load(process, signatures())
    folder = locate(process).parent
    options = Options(batch, patient, equipment, seed, speed, phase_of(declared, until), folder, welcome=True)
    place = Site(site)
    with (
        _starting(site, account, password_file, code) as session,
        watching(on_site(site)) as watch,
    ):
        finish = run(place, declared, replace(options, session=session, operator=operator.value), watch)
    manned = operator is Operator.PERSON or Site.open(site).kind == "gmp"
    conclude(place, finish, as_json=as_json, pause_wanted=until is not None or manned)


@contextmanager
def _starting(
    site: "Path", account: str | None, password_file: "Path | None", code: str
) -> "Iterator[Session | None]":
    """The session of the person who starts the batch; None where nobody is named and a training site asks for none."""
    from homeostat.site import Site

    if account is None and not ((site / "site.json").is_file() and Site.open(site).kind == "gmp"):
        yield None
        return
    with acting(site, account, "batch.start", password_file=password_file, code=code) as (_, session, _):
        yield session


def phase_of(process: "Process", name: str | None) -> str | None:
    """`name`, if a phase of `process` is called that; a usage error that proposes the nearest otherwise."""
    names = [phase.name for phase in process.recipe.phases()]
    if name is None or name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    proposal = f"did you mean {near[0]!r}?" if near else f"its phases are {', '.join(names)}"
    raise typer.BadParameter(f"{process.process} has no phase {name!r}: {proposal}", param_hint="'--until'")
