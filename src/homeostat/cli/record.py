"""`homeostat record`: write a batch record out again, as a page, as data, or as a sealed PDF/A-3."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.files import given_out, write_whole
from homeostat.cli.options import DEFAULT_SITE, Batch, SiteDir
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.governance import Office, Session


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
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf",
            metavar="FILE",
            help="Write PDF/A-3, sealed by the site, with the data attached; who takes it is on record.",
        ),
    ] = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: Annotated[
        bool,
        typer.Option(
            "--json", help="Print the record as JSON: --format json --out -. With --pdf: what was written."
        ),
    ] = False,
) -> None:
    """Make the record of a batch from the ledger and the historian, and write it out."""
    from homeostat.quality import batch_record, render_html, render_json
    from homeostat.site import Site

    place = Site.open(site)
    if pdf is not None:
        with acting(site, account, "record.review", password_file=password_file, code=code) as (
            office,
            one,
            _,
        ):
            _write_pdf(office, one, batch, pdf, as_json)
        return
    kind, out = (Format.JSON, Path("-")) if as_json else (kind, out)
    with place.reading() as (ledger, historian):
        record = batch_record(ledger, historian, batch)
        text = render_json(record) if kind is Format.JSON else render_html(record, historian)
    if out == Path("-"):
        sys.stdout.write(text)
        return
    path = out or place.records / f"{batch}.{kind}"
    write_whole(path, text)
    show(f"Record of batch {batch}: {path}", *_void(batch, record.provenance.void))


def _void(batch: str, places: "Sequence[int]") -> list[str]:
    """What is told of events of the batch that count for nothing."""
    from homeostat.quality.wording import VOID, listed

    return (
        [f"{VOID}: {listed(places)}. See: homeostat release check {batch}, homeostat verify"]
        if places
        else []
    )


def _write_pdf(office: "Office", person: "Session", batch: str, path: Path, as_json: bool) -> None:
    """The record as a sealed document; the site issues its certificate with the first one."""
    from homeostat.quality.documents.issuing import batch_document, hand_over, sealed_file
    from homeostat.quality.documents.sealing import check_seal

    place = office.site
    with place.reading() as (ledger, historian):
        issued = batch_document(ledger, historian, batch, training=place.kind == "training")
    content = sealed_file(office, issued.pdf, issued.when, f"batch record {batch}")
    with given_out(path, content):
        why = f"homeostat record --pdf {path.name}"
        sha256 = hand_over(office, person, "batch record", batch, content, why=why)
    seal = check_seal(content)
    if as_json:
        show_json({"batch": batch, "file": str(path), "sha256": sha256, "certificate": seal.fingerprint})
        return
    show(f"Record of batch {batch}: {path}", f"Sealed with the site's certificate {seal.fingerprint}")
