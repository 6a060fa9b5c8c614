"""`homeostat watch table`: the finished batches of a site as a table, for `watch train` to learn from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.files import write_whole
from homeostat.cli.options import DEFAULT_SITE, SiteDir
from homeostat.cli.output import show
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.options import check_out

if TYPE_CHECKING:
    from homeostat.process import Quantity


def table(
    *,
    site: SiteDir = DEFAULT_SITE,
    at: Annotated[
        str,
        typer.Option("--at", metavar="TIMES", help="When values are taken: '24 h, 48 h' after the start."),
    ] = "24 h",
    target: Annotated[
        str | None,
        typer.Option(
            metavar="ATTRIBUTE", help="The only quality attribute that is told.", show_default="all"
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="TABLE.csv", help="Where the table is written.")],
) -> None:
    """Write one row for each batch that has ended: readings and beliefs at some times, and the measured attributes.

    Other attributes of the same batch are known no earlier than the target: with --target they are left out. The
    column `donor` holds the patient's code: train with --group donor.
    """
    moments = times(at)
    check_out(out, "--out")
    from homeostat.quality.batch_table import batch_table
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, historian):
        made = batch_table(ledger, historian, moments, target)
    write_whole(out, made.csv())
    show(f"{out}: {len(made.rows)} batches, {len(made.headings)} columns")


def times(text: str) -> "tuple[Quantity, ...]":
    """The times in a list such as "24 h, 48 h", in order and each once. Raises OptionError for what is no time."""
    from homeostat.errors import UnitError
    from homeostat.process import Quantity

    found: dict[float, Quantity] = {}
    for part in text.split(","):
        try:
            time = Quantity.parse(part)
            hours = time.to("h")
        except UnitError as error:
            raise OptionError(
                error.what, where=f"--at '{text}'", mend="write such as '24 h, 48 h'"
            ) from error
        if hours < 0.0:
            raise OptionError("a time before the start", where=f"--at '{text}'", mend="write 0 h or later")
        found.setdefault(hours, time)
    return tuple(found[hours] for hours in sorted(found))
