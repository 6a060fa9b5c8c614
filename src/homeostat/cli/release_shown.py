"""What `homeostat release` prints: results, signatures given, how the release stands."""

from typing import TYPE_CHECKING

from homeostat.cli.output import Table, show, show_json

if TYPE_CHECKING:
    from homeostat.governance.signing import Signature
    from homeostat.quality.release import Result, Status


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


def tell_status(batch: str, stands: "Status", *, as_json: bool) -> None:
    """Say how a release stands, what is pending, and what is to be called back."""
    if as_json:
        show_json(
            {
                "batch": batch,
                "state": stands.state,
                "exceptional": stands.exceptional,
                "pending": dict(stands.pending),
                "parts": [dict(one) for one in stands.parts],
                "by": stands.by,
                "at": stands.when,
            }
        )
        return
    show(
        f"Batch {batch}: {stands.state}" + (f", by {stands.by}, {stands.when}." if stands.by else "."),
        Table(
            "Tests reported after the release",
            ("test", "outcome"),
            [(name, outcome or "pending") for name, outcome in stands.pending.items()],
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
