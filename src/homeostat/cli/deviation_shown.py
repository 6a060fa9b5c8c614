"""What `homeostat deviation` prints of a deviation, and the document it writes."""

from pathlib import Path
from typing import TYPE_CHECKING

from homeostat.cli.output import Table, show, show_json

if TYPE_CHECKING:
    from homeostat.governance import Office, Session
    from homeostat.quality.deviations import Deviation


def write(office: "Office", person: "Session", name: str, path: Path) -> None:
    """The deviation as a sealed document, with the signatures under it."""
    from homeostat.cli.files import given_out
    from homeostat.quality.deviations import deviation as of
    from homeostat.quality.deviations.paper import deviation_paper
    from homeostat.quality.documents.issuing import hand_over, sealed, signature_lines

    one = of(office.ledger, name)
    lines = [each for each in signature_lines(office.ledger, one.batch) if each.of == f"deviation {one.id}"]
    paper = deviation_paper(one, lines, training=office.site.kind == "training")
    content = sealed(office, paper, one.model_dump_json(indent=1).encode())
    with given_out(path, content):
        why = f"homeostat deviation show --pdf {path.name}"
        hand_over(office, person, paper.kind, one.id, content, why=why)


def tell(one: "Deviation", *, as_json: bool) -> None:
    """Say what is known of a deviation, and everything that was done about it."""
    if as_json:
        show_json(one.model_dump(mode="json"))
        return
    state = f"closed by {one.closed_by}: {one.conclusion}" if one.closed else "open"
    show(f"{one.id} {one.title}", f"{one.classification or 'not classified'}, {state}")
    said = {"Batch": one.batch, "Found": one.finding, "Impact": one.impact, "Cause": one.cause}
    show(*(f"{name}: {text}" for name, text in said.items() if text))
    capas = [
        (capa.action, capa.kind, capa.text, capa.owner, capa.due, capa.evidence or "not yet")
        for capa in one.actions
    ]
    show(Table("", ("action", "kind", "what", "owner", "due", "done"), capas))
    turns = [
        (
            turn.when,
            turn.by,
            turn.act,
            "; ".join(f"{c.field}: {c.old} -> {c.new}" for c in turn.changes),
            turn.why,
        )
        for turn in one.history
    ]
    show(Table("", ("when", "who", "act", "changed", "why"), turns))
