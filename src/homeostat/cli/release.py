"""`homeostat release`: what stands in the way of a batch, the signatures that let it go, and what is reported later."""

from pathlib import Path
from typing import Annotated, Literal

import typer

from homeostat.cli.failures import ExitCode
from homeostat.cli.options import DEFAULT_SITE, AsJson, Batch, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting
from homeostat.cli.release_awaited import Why, alert, list_releases
from homeostat.cli.release_shown import overdue_table, result_row, tell_signed, tell_status

release = typer.Typer(
    name="release",
    help="Release a batch: check what stands in the way, sign the certificate, report what comes later, recall.",
    no_args_is_help=True,
    rich_markup_mode=None,
)
Exceptional = Annotated[
    bool, typer.Option("--exceptional", help="A product that is out of specification, for a named patient.")
]


release.command("list")(list_releases)
release.command("alert")(alert)


@release.command("check")
def check(
    *, batch: Batch, exceptional: Exceptional = False, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False
) -> None:
    """Show the results and all that stands in the way. Exit code 1 if anything does."""
    from homeostat.execution.clock import stamp
    from homeostat.quality.release import awaited, grounds, obstacles
    from homeostat.site import Site

    place = Site.open(site)
    found = grounds(place, batch, exceptional=exceptional)
    with place.reading() as (ledger, _):
        waiting = awaited(ledger, stamp(), batch)
    against = obstacles(found)
    if as_json:
        show_json(
            {
                "batch": batch,
                "state": found.status.state,
                "obstacles": [one._asdict() for one in against],
                "awaited": [one.model_dump(mode="json") for one in waiting],
                "certificate": found.certificate.model_dump(mode="json"),
            }
        )
    else:
        show(
            Table(
                f"Certificate of batch {batch}"
                + (" (TRAINING)" if found.certificate.site == "training" else ""),
                ("attribute", "specified", "result", "source", "probability", "decision"),
                [result_row(one) for one in found.certificate.results],
            ),
            Table("In the way", ("kind", "what", "mend"), [tuple(one) for one in against]),
            overdue_table(waiting),
            f"The process {found.certificate.process} {found.certificate.version}: {found.certificate.approval}.",
            f"Batch {batch}: {found.status.state}. "
            + ("Something stands in the way." if against else "Nothing stands in the way."),
        )
    if against:
        raise typer.Exit(ExitCode.FAILED)


@release.command("sign")
def sign_release(
    *,
    batch: Batch,
    why: Why,
    exceptional: Exceptional = False,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Release the batch: the qualified person signs its certificate."""
    from homeostat.quality.release import grounds
    from homeostat.quality.release import release as let_go

    with acting(site, account, "batch.release", password_file=password_file, code=code) as (
        office,
        person,
        secret,
    ):
        found = grounds(office.site, batch, exceptional=exceptional)
        signed = let_go(office, person, secret, found, why)
    tell_signed(batch, signed, "released", as_json=as_json)


@release.command("reject")
def reject_batch(
    *,
    batch: Batch,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Reject the batch for good: the qualified person signs."""
    from homeostat.quality.release import grounds, reject

    with acting(site, account, "batch.release", password_file=password_file, code=code) as (
        office,
        person,
        secret,
    ):
        signed = reject(office, person, secret, grounds(office.site, batch), why)
    tell_signed(batch, signed, "rejected", as_json=as_json)


@release.command("request")
def request_release(
    *,
    batch: Batch,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """The treating physician asks for a product that is out of specification."""
    from homeostat.quality.release import grounds, request

    with acting(site, account, "release.request", password_file=password_file, code=code) as (
        office,
        person,
        secret,
    ):
        signed = request(office, person, secret, grounds(office.site, batch, exceptional=True), why)
    tell_signed(batch, signed, "requested", as_json=as_json)


@release.command("agree")
def agree_release(
    *,
    batch: Batch,
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """The sponsor agrees to the release of a product that is out of specification."""
    from homeostat.quality.release import agree, grounds

    with acting(site, account, "release.agree", password_file=password_file, code=code) as (
        office,
        person,
        secret,
    ):
        signed = agree(office, person, secret, grounds(office.site, batch, exceptional=True), why)
    tell_signed(batch, signed, "agreed", as_json=as_json)


@release.command("report")
def report_test(
    *,
    batch: Batch,
    test: Annotated[str, typer.Argument(metavar="TEST", help="The pending test, or attribute.")],
    positive: Annotated[
        bool | None, typer.Option("--positive/--negative", help="What a pending test found.")
    ] = None,
    value: Annotated[
        str, typer.Option(metavar="VALUE", help='What was measured of an attribute, such as "92 %".')
    ] = "",
    sample: Annotated[
        str, typer.Option(metavar="SAMPLE", help="The sample it was measured in; default: the last.")
    ] = "",
    evidence: Annotated[
        str, typer.Option(metavar="TEXT", callback=reason_text, help="The laboratory's report.")
    ],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Report a pending test, or with --value a result that came once the batch had ended.

    A positive test, and a result of a released batch that is outside its specification, alerts and recalls. Exit code 1
    where the test is positive, or the result is outside.
    """
    from homeostat.cli.release_late import measured
    from homeostat.quality.release import awaited, report, report_result, status, whereabouts

    found = measured(value, positive=positive)
    with acting(site, account, "record.review", password_file=password_file, code=code) as (
        office,
        person,
        secret,
    ):
        parts = whereabouts(office.ledger, batch)
        if found is not None:
            judged = report_result(
                office, person, secret, batch, test, found,
                sample=sample, evidence=evidence, parts=parts, why=why,
            )  # fmt: skip
            bad, stands = judged.verdict == "outside", status(office.ledger, batch)
        else:
            outcome: Literal["positive", "negative"] = "positive" if positive else "negative"
            stands = report(
                office, person, secret, batch, test, outcome, evidence=evidence, parts=parts, why=why
            )
            bad = outcome == "positive"
        waiting = awaited(office.ledger, office.clock(), batch)
    tell_status(batch, stands, waiting, as_json=as_json)
    if bad:
        raise typer.Exit(ExitCode.FAILED)


@release.command("recall")
def recall_batch(
    *,
    batch: Batch,
    cause: Annotated[str, typer.Option(metavar="TEXT", callback=reason_text, help="What was found.")],
    why: Why,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Call a released batch back: an urgent alert, and the list of where its parts are."""
    from homeostat.quality.release import awaited, recall, status, whereabouts

    with acting(site, account, "record.review", password_file=password_file, code=code) as (
        office,
        person,
        secret,
    ):
        recall(office, person, secret, batch, cause, parts=whereabouts(office.ledger, batch), why=why)
        stands, waiting = status(office.ledger, batch), awaited(office.ledger, office.clock(), batch)
    tell_status(batch, stands, waiting, as_json=as_json)


@release.command("certificate")
def certificate(
    *,
    batch: Batch,
    pdf: Annotated[
        Path, typer.Option("--pdf", metavar="FILE", help="Where to write it, sealed by the site.")
    ],
    exceptional: Exceptional = False,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Write the certificate of analysis as PDF/A-3, as it was signed or stands until then, with its signatures."""
    from homeostat.cli.files import given_out
    from homeostat.quality.documents.issuing import hand_over, sealed, signature_lines
    from homeostat.quality.release import grounds
    from homeostat.quality.release.certificate import since
    from homeostat.quality.release.obstacles import as_signed
    from homeostat.quality.release.paper import certificate_paper

    with acting(site, account, "record.review", password_file=password_file, code=code) as (
        office,
        person,
        _,
    ):
        found = grounds(office.site, batch, exceptional=exceptional)
        last = max(one.recorded for one in office.ledger.stored(batch=batch))
        lines = [one for one in signature_lines(office.ledger, batch) if one.of == f"certificate {batch}"]
        shown = as_signed(found)
        paper = certificate_paper(shown, found.status, lines, last, since(shown, found.certificate))
        content = sealed(office, paper, shown.content())
        with given_out(pdf, content):
            why = f"homeostat release certificate {pdf.name}"
            hand_over(office, person, paper.kind, batch, content, why=why)
    if as_json:
        show_json({"batch": batch, "file": str(pdf), "state": found.status.state})
    else:
        show(f"Certificate of batch {batch} ({found.status.state}): {pdf}")


@release.command("status")
def show_status(*, batch: Batch, site: SiteDir = DEFAULT_SITE, as_json: AsJson = False) -> None:
    """How the release stands, which tests are pending until when, and what was recalled."""
    from homeostat.errors import QualityError
    from homeostat.execution.clock import stamp
    from homeostat.quality.release import awaited, status
    from homeostat.site import Site

    with Site.open(site).reading() as (ledger, _):
        if batch not in ledger.batches():
            raise QualityError(f"there is no batch '{batch}'", mend="list them with: homeostat batches")
        stands, waiting = status(ledger, batch), awaited(ledger, stamp(), batch)
    tell_status(batch, stands, waiting, as_json=as_json)
