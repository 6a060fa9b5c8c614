"""`homeostat record`: write a batch record out again."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.files import write_whole
from homeostat.cli.options import DEFAULT_SITE, Batch, SiteDir
from homeostat.cli.output import show


class Format(StrEnum):
    """How a record is written."""

    JSON = "json"
    HTML = "html"


def record_batch(
    *,
    batch: Batch,
    site: SiteDir = DEFAULT_SITE,
    kind: Annotated[
        Format, typer.Option("--format", help="Data, or a page to read and print.")
    ] = Format.HTML,
    out: Annotated[
        Path | None,
        typer.Option(
            metavar="FILE", help="Where to write it; '-' prints it.", show_default="the site's records"
        ),
    ] = None,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print the record as JSON: --format json --out -.")
    ] = False,
) -> None:
    """Make the record of a batch from the ledger and the historian, and write it out."""
    from homeostat.quality import batch_record, render_html, render_json
    from homeostat.site import Site

    place = Site.open(site)
    kind, out = (Format.JSON, Path("-")) if as_json else (kind, out)
    with place.reading() as (ledger, historian):
        record = batch_record(ledger, historian, batch)
        text = render_json(record) if kind is Format.JSON else render_html(record, historian)
    if out == Path("-"):
        sys.stdout.write(text)
        return
    path = out or place.records / f"{batch}.{kind}"
    write_whole(path, text)
    show(f"Record of batch {batch}: {path}")
