"""A review as it stands, given the report of a batch: what was said of each exception, and who signed that.

ledger, report -> dispositions; signatures over both -> not begun, under way, reviewed, superseded
"""

from collections.abc import Iterable
from typing import Literal

from homeostat.governance.signing import Standing, signatures
from homeostat.ledger import Ledger, Recorded, canonical
from homeostat.ledger.catalogue import Disposed, ExceptionDisposed, ReviewBegun, payload
from homeostat.quality.model import ExceptionReport, Finding
from homeostat.quality.model.base import Part

KIND = "review"
"""What a signature calls its subject."""
State = Literal["not begun", "under way", "reviewed", "superseded"]


class Disposition(Part):
    """What was said of one exception, by whom, when and why."""

    exception: str
    disposition: Disposed
    deviation: str
    by: str
    when: str
    why: str


class Review(Part):
    """A review as it stands: the report, the dispositions of its exceptions, and the signature that counts."""

    batch: str
    state: State
    report: ExceptionReport
    dispositions: tuple[Disposition, ...]
    signed_by: str = ""
    signed: str = ""
    signature: str = ""

    @property
    def open(self) -> tuple[Finding, ...]:
        """The exceptions that nobody has said anything of."""
        said = {one.exception for one in self.dispositions}
        return tuple(item for item in self.report.items if item.id not in said)

    def said(self, exception: str) -> Disposition | None:
        """What was said of an exception; None where nothing was."""
        return next((one for one in self.dispositions if one.exception == exception), None)

    @property
    def shown(self) -> bytes:
        """Exactly what a reviewer is shown and signs: the report and every disposition."""
        said = [one.model_dump(mode="json") for one in self.dispositions]
        report = self.report.model_dump(mode="json")
        return canonical({"format": "homeostat review 1", "report": report, "dispositions": said})


def standing(ledger: Ledger, report: ExceptionReport) -> Review:
    """The review of the batch that `report` is about."""
    acts = list(ledger.events(batch=report.batch, types=(ReviewBegun.type, ExceptionDisposed.type)))
    said = _dispositions(acts, {item.id for item in report.items})
    now = Review(batch=report.batch, state="under way", report=report, dispositions=said)
    given = [
        one
        for one in signatures(ledger, KIND, report.batch, now.shown)
        if one.meaning == "reviewed" and one.signed.batch == report.batch and one.state != "invalid"
    ]
    valid = [one for one in given if one.state == "valid"]
    if valid:
        return now.model_copy(update={"state": "reviewed", **_by(valid[-1])})
    if given:
        return now.model_copy(update={"state": "superseded", **_by(given[-1])})
    return now if acts else now.model_copy(update={"state": "not begun"})


def _by(given: Standing) -> dict[str, str]:
    return {"signed_by": given.person, "signed": given.when, "signature": given.event}


def _dispositions(acts: Iterable[Recorded], known: set[str]) -> tuple[Disposition, ...]:
    """The last word on each exception of the report; one that says something else by now has another name."""
    found: dict[str, Disposition] = {}
    for recorded in acts:
        act = payload(recorded.event.type, recorded.event.data)
        if isinstance(act, ExceptionDisposed) and act.exception in known:
            found[act.exception] = Disposition(
                exception=act.exception,
                disposition=act.disposition,
                deviation=act.deviation,
                by=recorded.event.actor,
                when=recorded.recorded,
                why=act.why,
            )
    return tuple(found[name] for name in sorted(found))
