"""`homeostat watch table`: the finished batches of a site as a table, for `watch train` to learn from."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.files import write_whole
from homeostat.cli.options import DEFAULT_SITE, SiteDir
from homeostat.cli.output import show
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.options import check_out
from homeostat.cli.watch.watching import hours

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
    every: Annotated[
        str | None,
        typer.Option(
            metavar="TIME", help="Instead: a row for each batch and sample, so far apart, for a watcher."
        ),
    ] = None,
    out: Annotated[Path, typer.Option(metavar="TABLE.csv", help="Where the table is written.")],
) -> None:
    """Write one row for each batch that has ended: readings and beliefs at some times, and the measured attributes.

    Other attributes of the same batch are known no earlier than the target: with --target they are left out. The
    column `donor` holds the patient's code: train with --group donor. With --every, one row a sample: readings, and the
    phase that ran; train with --batches batch.
    """
    moments = times(at)
    apart = hours(every)
    check_out(out, "--out")
    from homeostat.process import Quantity
    from homeostat.quality.batch_series import batch_series
    from homeostat.quality.batch_table import batch_table
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, historian):
        if apart is None:
            made = batch_table(ledger, historian, moments, target)
        else:
            made = batch_series(ledger, historian, Quantity(apart, "h"))
    write_whole(out, made.csv())
    count = len({row[0] for row in made.rows})
    rows = f", {len(made.rows)} samples" if every else ""
    show(f"{out}: {count} batches{rows}, {len(made.headings)} columns")


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
