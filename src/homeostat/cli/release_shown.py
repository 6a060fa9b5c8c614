"""What `homeostat release` prints: results, signatures given, how the release stands."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from homeostat.cli.output import Table, show, show_json

if TYPE_CHECKING:
    from homeostat.governance.signing import Signature
    from homeostat.quality.release import Awaited, Result, Status


def result_row(one: "Result") -> tuple[str, ...]:
    """A result as a row: attribute, limits, value, source, probability of conformity, decision."""
    from homeostat.quality.wording import bounds, chance, quantity

    likely = "" if one.probability is None else chance(one.probability)
    value = "" if one.value is None else quantity(one.value, one.unit)
    return one.title, bounds(one.low, one.high, one.unit), value, one.source, likely, one.conformity


def tell_signed(batch: str, signed: "Signature", what: str, *, as_json: bool) -> None:
    """Say who signed what, when and why."""
    said = signed.signed
    if as_json:
        show_json(
            {"batch": batch, "meaning": said.meaning, "by": said.name, "at": said.at, "event": signed.event}
        )
    else:
        show(f"Batch {batch} was {what} by {said.name} ({said.account}), {said.at}: {said.why}")


def overdue_table(found: "Sequence[Awaited]") -> Table:
    """The tests of released batches that are overdue, since when, and whether an alert said so; no rows if none is."""
    rows = [
        (one.batch, one.title, one.due, "raised" if one.alerted else "homeostat release alert")
        for one in found
        if one.overdue
    ]
    return Table("Overdue: not reported in the time that the release allowed", _OVERDUE, rows)


_OVERDUE = ("batch", "test", "overdue since", "alert")


def tell_status(batch: str, stands: "Status", found: "Sequence[Awaited]", *, as_json: bool) -> None:
    """Say how a release stands, what is pending until when, and what is to be called back."""
    due = {one.test: one.words for one in found}
    if as_json:
        show_json(
            {
                "batch": batch,
                "state": stands.state,
                "exceptional": stands.exceptional,
                "pending": dict(stands.pending),
                "awaited": [one.model_dump(mode="json") for one in found],
                "parts": [dict(one) for one in stands.parts],
                "by": stands.by,
                "at": stands.when,
                "recalled": {"by": stands.recalled_by, "at": stands.recalled, "cause": stands.cause},
            }
        )
        return
    show(
        f"Batch {batch}: {stands.told}.",
        Table(
            "Tests reported after the release",
            ("test", "outcome"),
            [(name, outcome or f"pending, {due[name]}") for name, outcome in stands.pending.items()],
        ),
        Table(
            "To be called back",
            ("container", "patient", "custodian", "place", "state"),
            [
                tuple(
                    str(one.get(key, "")) for key in ("container", "patient", "custodian", "place", "state")
                )
                for one in stands.parts
            ],
        ),
    )
