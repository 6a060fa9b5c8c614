"""`homeostat replay`: execute a batch again from its record and compare."""

from dataclasses import asdict

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir
from homeostat.cli.output import show, show_json
from homeostat.cli.progress import watching


def replay_batch(*, batch: Batch, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """Execute a batch again from its record and compare every decision. Exit code 1 at a difference."""
    from homeostat.execution import replay
    from homeostat.site import Site

    place = Site.open(site)
    with watching() as watch:
        result = replay(place, batch, watch)
    if as_json:
        show_json(asdict(result))
    else:
        scale = f"{result.scans:,} scans, {result.decisions:,} decisions, {result.outputs:,} outputs"
        verdict = (
            f"All {result.decisions:,} decisions are identical."
            if result.identical
            else f"The first difference: {result.difference}"
        )
        machine = [f"Recorded elsewhere: {difference}" for difference in result.environment]
        show(f"Batch {result.batch} replayed: {scale}.", *machine, verdict)
    if not result.identical:
        raise typer.Exit(ExitCode.FAILED)
