"""`homeostat run`: execute a batch of a process and write its record."""

import difflib
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
from homeostat.cli.progress import watching
from homeostat.cli.summary import conclude

if TYPE_CHECKING:
    from homeostat.process import Process

_LARGEST_SEED = 2**32 - 1


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
    options = Options(batch, patient, equipment, seed, speed, phase_of(declared, until), folder)
    place = Site(site)
    with watching(on_site(site)) as watch:
        finish = run(place, declared, options, watch)
    conclude(place, finish, as_json=as_json, pause_wanted=until is not None)


def phase_of(process: "Process", name: str | None) -> str | None:
    """`name`, if a phase of `process` is called that; a usage error that proposes the nearest otherwise."""
    names = [phase.name for phase in process.recipe.phases()]
    if name is None or name in names:
        return name
    near = difflib.get_close_matches(name, names, n=1)
    proposal = f"did you mean {near[0]!r}?" if near else f"its phases are {', '.join(names)}"
    raise typer.BadParameter(f"{process.process} has no phase {name!r}: {proposal}", param_hint="'--until'")
