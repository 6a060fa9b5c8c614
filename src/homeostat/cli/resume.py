"""`homeostat resume`: go on with a batch that has not ended."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

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
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.progress import watching
from homeostat.cli.summary import conclude
from homeostat.errors import AuthorityError

if TYPE_CHECKING:
    from homeostat.governance import Session


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
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Go on with a batch after a crash, a pause or a hold.

    A paused batch is resumed. A held batch is restarted, with your reason on record. If it is held because
    the outcome of a command is not known, look at the equipment first and answer with --reconcile.
    At a GMP site you name yourself; what a person held or paused goes on by the signature of one who may command.

    Exit code 1 if the batch did not come to its end.
    """
    where = None if equipment is None else equipment_kind(equipment)
    answer = "" if reconcile is None else reconcile.value
    from homeostat.execution import resume
    from homeostat.site import Site

    place = Site.open(site)
    with (
        _taking_up(site, account, batch, reason, answer, password_file, code) as session,
        watching(on_site(site)) as watch,
    ):
        finish = resume(
            place, batch, speed, watch, reconcile=answer, reason=reason, equipment=where, session=session
        )
    asked = finish.state == "paused" and bool(finish.questions)  # it rests until persons have answered
    conclude(place, finish, as_json=as_json, pause_wanted=asked)


@contextmanager
def _taking_up(  # noqa: PLR0917  what the command was given
    site: Path,
    account: str | None,
    batch: str,
    reason: str,
    answer: str,
    password_file: Path | None,
    code: str,
) -> "Iterator[Session | None]":
    """The session of the person who takes the batch up, whose order it takes is given; None at a training site."""
    from homeostat.execution.taking_up import take_up
    from homeostat.site import Site

    gmp = Site.open(site).kind == "gmp"
    if account is None and not gmp:
        yield None
        return
    if gmp and answer:
        mend = f"homeostat step answer {batch} PROMPT {answer!r} --source ID --as ACCOUNT (PROMPT: see step list)"
        raise AuthorityError("what became of a command is a person's signed answer", where=batch, mend=mend)
    with acting(site, account, "batch.start", password_file=password_file, code=code) as (office, me, secret):
        take_up(office, me, secret, batch, reason=reason)
        yield me
