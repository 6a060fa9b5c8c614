"""Options that the custody commands share, and how what was done is told."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import StrEnum
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.options import reason_text
from homeostat.cli.output import show, show_json
from homeostat.cli.text import printable

if TYPE_CHECKING:
    from homeostat.ledger.catalogue import Act


class VesselKind(StrEnum):
    """What a container is."""

    BAG = "bag"
    TUBE = "tube"
    VIAL = "vial"
    SYRINGE = "syringe"


ContainerName = Annotated[str, typer.Argument(metavar="CONTAINER", help="The container's identifier.")]
Scan = Annotated[str, typer.Option(metavar="TEXT", help="What the scanner read from the container's label.")]
Second = Annotated[
    str, typer.Option(metavar="CODE", help="The second identifier: the patient's code, from its own source.")
]
Place = Annotated[str, typer.Option(metavar="PLACE", help="Where.")]
Logger = Annotated[
    str, typer.Option(metavar="ID", help="The temperature logger that stays with the container.")
]
Vessels = Annotated[VesselKind, typer.Option("--vessel", help="What the new container is.")]
Why = Annotated[
    str, typer.Option("--why", metavar="TEXT", callback=reason_text, help="The reason, for the record.")
]


def tell(act: "Act", words: str, *, as_json: bool) -> None:
    """Print an act that was done, in words or as data."""
    if as_json:
        show_json({"type": act.type, **act.model_dump(mode="json")})
    else:
        show(words)


@contextmanager
def hard_stop() -> Iterator[None]:
    """A mismatch ends the command with code 1, a check that failed: what was asked for is stopped, on record."""
    from homeostat.governance.custody import MismatchError

    try:
        yield
    except MismatchError as error:
        say(f"MISMATCH: {printable(error.what)}", printable(error.mend))
        raise typer.Exit(ExitCode.FAILED) from error
