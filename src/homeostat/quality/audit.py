"""The audit trail: who did what, when, to which batch, old and new and why; filtered, and reviewed by signature.

ledger, `Wanted` (who, batch, type, since, until) -> lines in the order of the ledger -> a signature over what was shown
Every event is a line: nothing of a batch is left out, and there is no switch to turn it off.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from pydantic import ValidationError

from homeostat.errors import QualityError, WordingError
from homeostat.governance.authority import authorise
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.session import Session
from homeostat.governance.signing import Judge, Signature, Subject, give
from homeostat.ledger import JSON, Ledger, Recorded, canonical
from homeostat.ledger.catalogue import PAYLOADS, Act, Change, RecordSigned
from homeostat.ledger.readable import readable
from homeostat.quality.model.base import Part

KIND = "audit trail"
"""What a signature calls its subject."""


class Wanted(Part):
    """Which lines: an empty field asks for all. `type` is a type of event or its beginning ("deviation.").

    `since` and `until` are stamps (ISO 8601), both included; without an offset they are taken for UTC. `after` and
    `upto` are places in the ledger. `acts` leaves only what persons did, `changes` only what changed a value.
    """

    who: str = ""
    batch: str | None = None
    type: str = ""
    since: str = ""
    until: str = ""
    after: int = 0
    upto: int = 0
    acts: bool = False
    changes: bool = False


class Line(Part):
    """One event: its place and hash, when it was recorded, who or what acted, what kind it is, what it changed, why."""

    seq: int
    event: str
    recorded: str
    who: str
    batch: str
    type: str
    role: str
    time: int
    changes: tuple[Change, ...]
    why: str
    hash: str


class AuditReview(Part):
    """A signed review of the audit trail: who, when, which lines were asked for, how many there were, why."""

    signature: str
    by: str
    when: str
    wanted: Wanted
    lines: int
    upto: int
    why: str
    state: str


def trail(ledger: Ledger, wanted: Wanted) -> tuple[Line, ...]:
    """The lines that are wanted, in the order of the ledger. Raises QualityError for a time that is none."""
    since, until = _moment(wanted.since), _moment(wanted.until)
    lines = map(_line, ledger.stored(batch=wanted.batch, after=wanted.after))
    return tuple(line for line in lines if _fits(line, wanted) and _within(line.recorded, since, until))


def _fits(line: Line, wanted: Wanted) -> bool:
    return (
        wanted.who in {"", line.who}
        and line.type.startswith(wanted.type)
        and (not wanted.upto or line.seq <= wanted.upto)
        and (not wanted.acts or line.role == "act")
        and (not wanted.changes or bool(line.changes))
    )


def _within(recorded: str, since: datetime | None, until: datetime | None) -> bool:
    if not recorded or (since is None and until is None):  # what has no readable stamp may be of any time
        return True
    at = datetime.fromisoformat(recorded)
    return (since is None or at >= since) and (until is None or at <= until)


def shown(wanted: Wanted, lines: tuple[Line, ...]) -> bytes:
    """Exactly what the reviewer of a trail is shown and signs."""
    listed = [line.model_dump(mode="json") for line in lines]
    return canonical(
        {"format": "homeostat audit trail 1", "wanted": wanted.model_dump(mode="json"), "lines": listed}
    )


@in_order("audit.review")
def review_trail(office: Office, session: Session, secret: Secret, wanted: Wanted, *, why: str) -> Signature:
    """Sign the review of the lines that are wanted, up to the ledger's last event. Raises AuthorityError, QualityError.

    The range is closed at the place of signing, so that what is added later leaves the review as it is.
    """
    authorise(office, session, "audit.review")
    closed = wanted.model_copy(update={"upto": wanted.upto or office.ledger.size})
    lines = trail(office.ledger, closed)
    if not lines:
        raise QualityError("there is nothing to review", mend="ask for more: homeostat audit list")
    name = f"{closed.batch or 'site'}/{closed.after + 1}-{closed.upto}"
    subject = Subject(KIND, name, shown(closed, lines), closed.batch or "")
    terms: dict[str, JSON] = {"wanted": closed.model_dump(mode="json"), "lines": len(lines)}
    changes = (Change(field="audit trail", old=None, new="reviewed"),)
    return give(office, session, secret, subject, "reviewed", why, terms=terms, changes=changes)


def reviews(ledger: Ledger) -> tuple[AuditReview, ...]:
    """Every signed review of the trail, each judged against the lines as they stand now."""
    return tuple(_reviews(ledger))


def _reviews(ledger: Ledger) -> Iterator[AuditReview]:
    judge = Judge(ledger)
    for recorded in ledger.events(types=(RecordSigned.type,)):
        signed = RecordSigned.model_validate(recorded.event.data)
        wanted = _wanted(signed)
        if wanted is None:
            continue
        lines = trail(ledger, wanted)
        yield AuditReview(
            signature=recorded.event.id,
            by=signed.account,
            when=signed.at,
            wanted=wanted,
            lines=len(lines),
            upto=wanted.upto,
            why=signed.why,
            state=judge.standing(recorded, shown(wanted, lines)).state,
        )


def _wanted(signed: RecordSigned) -> Wanted | None:
    """What a signature says that it reviewed; None where it is not the signature of such a review."""
    if signed.kind != KIND or signed.meaning != "reviewed":
        return None
    try:
        wanted = Wanted.model_validate(signed.terms.get("wanted"))
        for stamp in (wanted.since, wanted.until):
            _moment(stamp)
    except (ValidationError, QualityError):
        return None
    return wanted


def _line(stored: Recorded) -> Line:
    event = stored.event
    kind = PAYLOADS.get(event.type)
    return Line(
        seq=stored.seq,
        event=event.id,
        recorded=stored.recorded,
        who=_who(event.actor, event.data),
        batch=event.batch,
        type=event.type,
        role=kind.role if kind else "unknown",
        time=event.time,
        changes=tuple(_changes(event.type, event.data)) if readable(stored) else (),
        why=_why(event.data),
        hash=stored.hash.hex(),
    )


_CHANGED: Mapping[str, tuple[str, str, str]] = {
    "state.changed": ("state", "before", "after"),
    "alarm.changed": ("alarm", "before", "after"),
    "verdict.changed": ("attribute", "before", "verdict"),
    "prediction.changed": ("model", "before", "decision"),
    "watch.changed": ("model", "before", "decision"),
    "control.changed": ("controller", "before", "rung"),
    "entry.judged": ("prompt", "old", "answer"),
}
"""What an event of the scan changed: the field that names it, and where old and new stand."""


def _changes(kind: str, data: Mapping[str, JSON]) -> Iterator[Change]:
    known = PAYLOADS.get(kind)
    if known is not None and issubclass(known, Act):
        listed = data.get("changes")
        for change in listed if isinstance(listed, Sequence) and not isinstance(listed, str) else ():
            yield Change.model_validate(change)
    elif kind in _CHANGED:
        subject, old, new = _CHANGED[kind]
        if data.get(old):  # an entry that is new has changed nothing
            found = {"field": str(data.get(subject, kind)), "old": data.get(old), "new": data.get(new)}
            yield Change.model_validate(found)


def _who(actor: str, data: Mapping[str, JSON]) -> str:
    """Who acted: an input tells the person in its `by` or in its entry, where the scan only took it in."""
    entry = data.get("entry")
    by = entry.get("by") if isinstance(entry, Mapping) else data.get("by")
    return by if isinstance(by, str) and by and by != "scan" else actor


def _why(data: Mapping[str, JSON]) -> str:
    entry = data.get("entry")
    texts = (data.get("why"), data.get("reason"), entry.get("reason") if isinstance(entry, Mapping) else "")
    return next((text for text in texts if isinstance(text, str) and text), "")


def _moment(text: str) -> datetime | None:
    if not text:
        return None
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise WordingError(
            f"'{text}' is no time", mend="write it as 2026-11-21 or 2026-11-21T13:00+00:00"
        ) from error
    return found if found.tzinfo else datetime.fromisoformat(f"{found.isoformat()}+00:00")
