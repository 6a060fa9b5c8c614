"""What stands against the release of a batch: grave exceptions that nothing covers, deviations open or asked for."""

from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.quality.deviations import Deviation, Request, deviations, requests
from homeostat.quality.exceptions import NEWEST
from homeostat.quality.model import Finding
from homeostat.quality.model.base import Part
from homeostat.quality.review.state import Review, review


class Unresolved(Part):
    """One thing that has to be settled first, in words: an exception (`id` EX-…) or a deviation (DEV-…)."""

    id: str
    severity: str
    words: str


def unresolved(
    ledger: Ledger, historian: Historian, batch: str, rules: int = NEWEST
) -> tuple[Unresolved, ...]:
    """Critical and major exceptions without a closed deviation or a signed acceptance; deviations open or requested."""
    return unresolved_by(ledger, review(ledger, historian, batch, rules))


def unresolved_by(ledger: Ledger, now: Review) -> tuple[Unresolved, ...]:
    """The same, where it is known how the review of the batch stands."""
    raised, asked = deviations(ledger, now.batch), requests(ledger, now.batch)
    covered = _covered(raised, asked)
    against = [
        Unresolved(id=item.id, severity=item.severity, words=item.text)
        for item in now.report.items
        if item.severity != "minor"
        and not covered.intersection(item.events)
        and not _settled(now, raised, item)
    ]
    standing = [
        Unresolved(
            id=one.id, severity=one.classification or "unclassified", words=f"{one.title} (deviation open)"
        )
        for one in raised
        if one.open
    ]
    wanted = [
        Unresolved(
            id=one.id, severity="critical", words=f"{one.finding} (a deviation is requested, none raised)"
        )
        for one in asked
        if not one.deviation
    ]
    return (*against, *standing, *wanted)


def _covered(raised: tuple[Deviation, ...], asked: tuple[Request, ...]) -> frozenset[str]:
    """The events (requests, and holds that brought them) for which a deviation was raised and closed."""
    closed = {one.id for one in raised if not one.open}
    done = [one for one in asked if one.deviation in closed]
    return frozenset(name for one in done for name in (one.id, one.source) if name)


def _settled(now: Review, raised: tuple[Deviation, ...], item: Finding) -> bool:
    """By a closed deviation that covers it, or by an acceptance under a review that is signed and stands."""
    if any(item.id in one.exceptions and not one.open for one in raised):
        return True
    said = now.said(item.id)
    return now.state == "reviewed" and said is not None and said.disposition == "accepted"
