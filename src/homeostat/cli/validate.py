"""`homeostat validate`: ask the installed system whether it is what its requirements say, and sign the answer."""

import os
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from homeostat.cli.failures import ExitCode, say
from homeostat.cli.options import DEFAULT_SITE, AsJson, SiteDir
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.persons import SESSION, As, Code, PasswordFile, acting

if TYPE_CHECKING:
    from collections.abc import Sequence

    from homeostat.governance import Office, Session
    from homeostat.validation.performing import Performed
    from homeostat.validation.requirements import Requirement
    from homeostat.validation.running import Result


def validate_system(
    *,
    site: SiteDir = DEFAULT_SITE,
    only: Annotated[
        list[str] | None,
        typer.Option(metavar="ID", help="Only this requirement (repeat for more).", show_default="all"),
    ] = None,
    pdf: Annotated[
        Path | None,
        typer.Option(
            "--pdf",
            metavar="FILE",
            help="Write the report as PDF/A-3 too, sealed by the site; who takes it is on record.",
        ),
    ] = None,
    account: As = None,
    password_file: PasswordFile = None,
    code: Code = "",
    as_json: AsJson = False,
) -> None:
    """Qualify the installation and prove every requirement on it; the site signs and keeps the report.

    Where there is no site and nobody is named, a training site is made. Exit code 1 if anything failed, a requirement
    without a test among it.
    """
    from homeostat.governance.authority import authorise
    from homeostat.validation.performing import perform

    wanted = _wanted(only or [])
    if account is None and not os.environ.get(SESSION):
        _at_home(site)
    with acting(site, account, "site.validate", password_file=password_file, code=code) as (office, me, _):
        if pdf is not None:
            authorise(office, me, "record.review")
        done = perform(office, me, wanted, why="homeostat validate", told=_tell)
        if pdf is not None:
            _write(office, me, done, pdf)
    _show(done, as_json=as_json)
    if not done.report.passed:
        raise typer.Exit(ExitCode.FAILED)


def _at_home(site: Path) -> None:
    """Make a training site for a newcomer who has none, and say so."""
    from homeostat.execution.clock import nonce, stamp
    from homeostat.governance.places import create

    if not (site / "site.json").is_file():
        create(site, "training", stamp, nonce)
        say(f"a training site was made in {site}")


def _wanted(names: "Sequence[str]") -> "Sequence[Requirement]":
    """The requirements of these ids, or all of them; a usage error for one that there is not."""
    from homeostat.validation.requirements import requirements

    known = {one.id: one for one in requirements()}
    for name in names:
        if name not in known:
            raise typer.BadParameter(
                f"there is no requirement {name!r}: {', '.join(known)}", param_hint="'--only'"
            )
    return [known[name] for name in dict.fromkeys(names)] or list(known.values())


def _write(office: "Office", person: "Session", done: "Performed", pdf: Path) -> None:
    """The report as a sealed document, on record before it is written."""
    from homeostat.cli.files import given_out
    from homeostat.quality.documents.issuing import hand_over, sealed
    from homeostat.validation.paper import validation_paper

    paper = validation_paper(done.report, training=office.site.kind == "training")
    content = sealed(office, paper, done.report.content())
    with given_out(pdf, content):
        why = f"homeostat validate --pdf {pdf.name}"
        hand_over(office, person, paper.kind, done.report.digest, content, why=why)


def _tell(result: "Result") -> None:
    say(f"{result.result:6}  {result.id:14}  {result.test or 'no test'}")


def _show(done: "Performed", *, as_json: bool) -> None:
    from homeostat.validation.report import matrix

    report = done.report
    rows = matrix(report.installation, report.results)
    if as_json:
        show_json(rows)
        return
    columns = ("id", "clause", "test", "result", "evidence")
    verdict = "Everything holds." if report.passed else f"{report.failures} of {len(rows)} failed."
    show(
        Table("", columns, [[row[name] for name in columns] for row in rows]),
        f"{verdict} Signed report: {done.path} (SHA-256 of its content {report.digest})",
    )
