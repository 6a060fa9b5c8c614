"""`homeostat watch report`: the validation report of a model: every requirement with its evidence, or its gap."""

from pathlib import Path
from typing import Annotated

import typer

from homeostat.cli.files import write_whole
from homeostat.cli.options import AsJson
from homeostat.cli.output import Table, show, show_json
from homeostat.cli.twin.values import OptionError
from homeostat.cli.watch.figures import by_group, false_alarms
from homeostat.cli.watch.options import Model, check_out, read_model


def report(
    *,
    model: Model,
    html: Annotated[
        Path | None, typer.Option("--html", metavar="FILE", help="Write the report as a page instead.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Hold a model against the checklist of Annex 22 (draft), FDA, Annex 11, Annex 1 and ICH: evidence or gap.

    A watcher as well: the false alarms of batches that were left out stand for figures on rows held out.
    """
    from homeostat.monitoring.learning.validation import validate

    if html is not None:
        if as_json:
            raise OptionError(
                "a page and JSON cannot both be made", where="--html, --json", mend="choose one"
            )
        check_out(html, "--html")
    found = validate(read_model(model), model)
    if as_json:
        show_json(found.to_json())
        return
    head = f"{found.name}, version {found.version}, SHA-256 {found.hash}"
    rows = [(one.id, one.status, one.text, one.evidence) for one in found.findings]
    checklist = Table("Checklist", ("id", "status", "requirement", "evidence"), rows)
    judged = Table("Acceptance limits", ("limit", "rows", "found", "outcome"), found.judged)
    held = by_group("Rows held out (nested cross-validation)", found.metrics)
    figures = false_alarms(found.alarms) if found.alarms else held
    count = f"{found.count('met')} met, {found.count('partly')} partly, {found.count('gap')} gaps"
    if html is None:
        show(head, count, figures, judged, checklist)
        return
    from homeostat.cli.watch.page import page

    facts = {"Model": found.name, "Version": found.version, "SHA-256": found.hash, "Checklist": count}
    title = f"Validation report: {found.name}"
    write_whole(html, page(title, facts, [figures, judged, checklist]))
    show(f"{head}", f"{count}; page: {html}")
