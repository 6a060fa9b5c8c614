"""A deviation as a paper: what was found, its class, impact, cause, actions, and all that was done about it."""

from collections.abc import Sequence

from homeostat.ledger.catalogue import Change
from homeostat.quality.deviations.state import Deviation
from homeostat.quality.documents import Paper, SignatureLine
from homeostat.quality.documents.paper import section, table
from homeostat.quality.documents.stamps import second


def deviation_paper(one: Deviation, signatures: Sequence[SignatureLine], *, training: bool) -> Paper:
    """The paper of a deviation; its time is that of the last thing done about it."""
    actions = [
        (each.action, each.kind, each.text, each.owner, each.due, each.evidence) for each in one.actions
    ]
    history = [
        (second(each.when), each.by, each.act, "; ".join(map(_changed, each.changes)), each.why)
        for each in one.history
    ]
    made = (
        section("Actions", table("Corrective and preventive", "Action|Kind|What|Owner|Due|Done", actions)),
        section("History", table("Every act", "When|Who|What|Old and new|Why", history)),
    )
    return Paper(
        kind="deviation report",
        number=one.id,
        title=one.title,
        when=one.history[-1].when if one.history else one.opened,
        training=training,
        statement="Open." if one.open else f"Closed by {one.closed_by}: {one.conclusion}",
        tone="bad" if one.open else "good",
        note=one.finding,
        facts=(
            ("Batch", one.batch or "none"),
            ("Exceptions", ", ".join(one.exceptions) or "none"),
            ("Opened", f"{second(one.opened)} by {one.opened_by}"),
            ("Classification", one.classification or "not classified"),
            ("Impact", one.impact or "not assessed"),
            ("Root cause", one.cause or "not found"),
        ),
        sections=tuple(each for each in made if each.tables),
        signatures=tuple(signatures),
        origin=(("Attached", "the deviation as JSON"),),
    )


def _changed(change: Change) -> str:
    return f"{change.field}: {change.old} -> {change.new}"
