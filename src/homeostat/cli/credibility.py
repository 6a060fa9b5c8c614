"""`homeostat credibility`: what a model's files and its use prove, and a person's signed judgement on it."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir, reason_text
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import As, Code, PasswordFile, acting

if TYPE_CHECKING:
    from homeostat.governance import Office, Session
    from homeostat.monitoring.package import Package, WatchPackage
    from homeostat.quality.credibility import Assessment, InUse
    from homeostat.site import Site

credibility = typer.Typer(
    name="credibility",
    help="Assess the credibility of a model (seven steps, Annex 22), judge it by signature, see how it does in use.",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Model = Annotated[Path, typer.Argument(metavar="MODEL.json", help="The model's package.")]


@credibility.command("report")
def report(
    model: Model,
    *,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf",
            metavar="FILE",
            help="Write it as PDF/A-3, sealed by the site; who takes it is on record.",
        ),
    ] = None,
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """What the model's files prove of each step and clause, what is missing, and how it does at a site."""
    from homeostat.quality.credibility import assess
    from homeostat.site import Site

    package = _package(model)
    assessment = assess(package, model)
    place = Site.open(site) if (site / "site.json").is_file() else None
    use = _in_use(place, package) if place else None
    judged = _judged(place, package.content_hash) if place else ""
    if pdf is not None:
        with acting(site, account, "record.review", password_file=password_file, code=code) as (
            office,
            who,
            _,
        ):
            _write(office, who, assessment, use, pdf)
    if as_json:
        told = assessment.model_dump(mode="json")
        show_json({**told, "judged": judged, "in use": use.model_dump(mode="json") if use else None})
        return
    _show(assessment)
    show(judged or "It has not been judged by signature at this site.", *([_used(use)] if use else []))


@credibility.command("conclude")
def conclude(
    model: Model,
    *,
    adequate: Annotated[
        bool, typer.Option("--adequate/--not-adequate", help="The judgement on its context of use.")
    ],
    why: Annotated[
        str, typer.Option(metavar="TEXT", callback=reason_text, help="The reasons, for the record.")
    ],
    site: SiteDir = DEFAULT_SITE,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Sign a judgement: is the model adequate for its context of use? Only then may it stand for an assay."""
    from homeostat.quality import credibility as room

    assessment = room.assess(_package(model), model)
    with acting(site, account, "model.approve", password_file=password_file, code=code) as (
        office,
        session,
        secret,
    ):
        signed = room.conclude(office, session, secret, assessment, adequate=adequate, why=why)
    told = {"model": assessment.hash, "adequate": adequate, "by": signed.signed.name, "at": signed.signed.at}
    if as_json:
        show_json({**told, "event": signed.event, "gaps": assessment.gaps})
    else:
        words = "adequate" if adequate else "not adequate"
        show(
            f"{assessment.model} {assessment.version} was judged {words} by {signed.signed.name}, {signed.signed.at},"
            f" with {assessment.gaps} of its points not fully met."
        )


def _package(model: Path) -> "Package | WatchPackage":
    from homeostat.monitoring.package import read_running

    return read_running(model)


def _in_use(place: "Site", package: "Package | WatchPackage") -> "InUse | None":
    from homeostat.monitoring.package import Package
    from homeostat.quality.credibility import in_use

    if not place.ledger_path.is_file() or not isinstance(package, Package):
        return None
    with place.reading() as (ledger, historian):
        return in_use(ledger, historian, package.content_hash, package.interval.coverage)


def _write(
    office: "Office", person: "Session", assessment: "Assessment", use: "InUse | None", pdf: Path
) -> None:
    """The report as a sealed document, on record before it is written."""
    from homeostat.cli.files import given_out
    from homeostat.quality.credibility import KIND
    from homeostat.quality.credibility.paper import credibility_paper
    from homeostat.quality.documents.issuing import hand_over, sealed, signature_lines

    of = f"{KIND} {assessment.hash}"
    lines = [one for one in signature_lines(office.ledger, "") if one.of == of]
    training = office.site.kind == "training"
    paper = credibility_paper(assessment, use, lines, when=office.clock(), training=training)
    content = sealed(office, paper, assessment.content())
    with given_out(pdf, content):
        why = f"homeostat credibility report --pdf {pdf.name}"
        hand_over(office, person, paper.kind, assessment.hash, content, why=why)


def _judged(place: "Site", package: str) -> str:
    from homeostat.quality.credibility import standing

    if not place.ledger_path.is_file():
        return ""
    with place.reading() as (ledger, _):
        found = standing(ledger, package)
    if found is None:
        return ""
    words = "adequate" if found.signed.terms.get("adequate") is True else "not adequate"
    return f"Judged {words}: {found.line}."


def _show(assessment: "Assessment") -> None:
    risk = assessment.risk
    show(
        f"{assessment.model} {assessment.version}, {assessment.hash[:16]}: {assessment.question}",
        f"Risk {risk.level}: influence {risk.influence}, consequence {risk.consequence}.",
        Table(
            "Credibility in seven steps (FDA, draft guidance of January 2025)",
            ("step", "status", "shown", "missing"),
            [
                (f"{one.number} {one.title}", one.status, "; ".join(one.evidence), "; ".join(one.gaps))
                for one in assessment.steps
            ],
        ),
        Table(
            "EU GMP Annex 22 (draft of July 2025)",
            ("id", "clause", "status", "evidence"),
            [(one.id, one.clause, one.status, one.evidence) for one in assessment.clauses],
        ),
    )


def _used(use: "InUse") -> str:
    decided = ", ".join(f"{count} {name}" for name, count in use.decisions.items()) or "none"
    told = f"In use at this site: {len(use.batches)} batches, changes of decision: {decided}."
    if use.compared:
        told += f" {use.covered} of {len(use.compared)} intervals held what was measured later"
        told += ": it has drifted." if use.drifted else "."
    return told
