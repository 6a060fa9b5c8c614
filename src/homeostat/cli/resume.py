"""`homeostat resume`: go on with a batch that has not ended."""

from typing import Annotated

import typer

from homeostat.cli.onward import on_site
from homeostat.cli.options import (
    DEFAULT_SITE,
    AsJson,
    Batch,
    Reconciliation,
    SiteDir,
    Speed,
    equipment_kind,
    reason_text,
    speed_factor,
)
from homeostat.cli.progress import watching
from homeostat.cli.summary import conclude


def resume_batch(
    *,
    batch: Batch,
    site: SiteDir = DEFAULT_SITE,
    reconcile: Annotated[
        Reconciliation | None,
        typer.Option(
            help="What became of the commands that the batch is held for, or what is to be done about them."
        ),
    ] = None,
    reason: Annotated[
        str, typer.Option(metavar="TEXT", callback=reason_text, help="Why it goes on, for the record.")
    ] = "resumed",
    equipment: Annotated[
        str | None,
        typer.Option(
            metavar="simulated|recorded:PATH",
            help="Where the equipment is now; it must be the same.",
            show_default="as recorded",
        ),
    ] = None,
    speed: Speed = speed_factor("max"),
    as_json: AsJson = False,
) -> None:
    """Go on with a batch after a crash, a pause or a hold.

    A paused batch is resumed. A held batch is restarted, with your reason on record. If it is held because
    the outcome of a command is not known, look at the equipment first and answer with --reconcile.

    Exit code 1 if the batch did not come to its end.
    """
    where = None if equipment is None else equipment_kind(equipment)
    answer = "" if reconcile is None else reconcile.value
    from homeostat.execution import resume
    from homeostat.site import Site

    place = Site.open(site)
    with watching(on_site(site)) as watch:
        finish = resume(place, batch, speed, watch, reconcile=answer, reason=reason, equipment=where)
    asked = finish.state == "paused" and bool(finish.questions)  # it rests until persons have answered
    conclude(place, finish, as_json=as_json, pause_wanted=asked)
