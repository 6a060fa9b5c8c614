"""`homeostat bundle`: everything about a batch in one file that a third party can check without this software."""

from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.files import given_out
from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir
from homeostat.cli.output import show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

_TRAINING = " --training"
"""What a receiver adds to let a training site's bundle pass."""


def bundle_batch(
    *,
    batch: Batch,
    out: Annotated[Path, typer.Option("--out", metavar="FILE", help="The zip file to write.")],
    site: SiteDir = DEFAULT_SITE,
    heads: Annotated[
        Path | None,
        typer.Option(
            "--heads",
            metavar="FILE",
            help="Heads that the receiver holds from before: prove they are continued.",
        ),
    ] = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Bundle a batch: events with proofs, record, sealed PDF, values. docs/verify_*.py check it."""
    from homeostat.ledger import held_heads
    from homeostat.quality.bundle import make_bundle
    from homeostat.quality.documents.issuing import hand_over
    from homeostat.site import Site

    place = Site.open(site)
    with (
        acting(site, account, "record.review", password_file=password_file, code=code) as (office, person, _),
        place.reading() as (_, historian),
    ):
        made = make_bundle(office, historian, batch, anchors=held_heads(heads) if heads else ())
        with given_out(out, made.content):
            hand_over(office, person, "bundle", batch, made.content, why=f"homeostat bundle --out {out.name}")
    if as_json:
        show_json(
            {
                "batch": batch,
                "file": str(out),
                "bytes": len(made.content),
                "events": made.events,
                "members": list(made.members),
                "key": made.fingerprint,
                "head": {"size": made.head.size, "root": made.head.root.hex()},
            }
        )
        return
    show(
        f"Bundle of batch {batch}: {out} ({len(made.content):,} bytes, {made.events} events)",
        f"Signed with the site's key {made.fingerprint}",
        "Tell the receiver this fingerprint by another way than the file; they check with:",
        f"  python verify_bundle.py {out.name} --key {made.fingerprint}",
        f"  python verify_persons.py {out.name}{_TRAINING * made.training}",
    )
