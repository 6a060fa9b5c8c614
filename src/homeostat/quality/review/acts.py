"""Acts of a reviewer: begin, say a word on each exception, sign what was shown."""

from functools import partial

from homeostat.errors import QualityError, WordingError
from homeostat.governance.authority import authorise, distinct, put_by
from homeostat.governance.ended import end_of
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.session import Session
from homeostat.governance.signing import Signature, Subject, give
from homeostat.historian import Historian
from homeostat.ledger.catalogue import (
    Change,
    ExceptionDisposed,
    ReviewBegun,
)
from homeostat.quality.deviations import deviation, link, open_deviation
from homeostat.quality.deviations.known import among
from homeostat.quality.exceptions import NEWEST
from homeostat.quality.model import Finding
from homeostat.quality.overtaken import unchanged
from homeostat.quality.review.performing import performers
from homeostat.quality.review.state import KIND, Review, review, standing


@in_order("record.review")
def begin(
    office: Office, session: Session, historian: Historian, batch: str, rules: int = NEWEST, *, why: str
) -> Review:
    """Put on record that a person begins to review a batch, and what they were shown; the review after it."""
    authorise(office, session, "record.review")
    _reason(why)
    now = review(office.ledger, historian, batch, rules)
    shown = Subject(KIND, batch, now.shown, batch).sha256
    fresh = now.state == "not begun"  # one that was signed stays so, or overtaken
    changes = (Change(field="review", old=now.state, new="under way"),) if fresh else ()
    act = ReviewBegun(why=why, batch=batch, rules=rules, sha256=shown, changes=changes)
    put_by(office, session, act, batch=batch)
    return standing(office.ledger, now.report)


@in_order("record.review")
def accept(
    office: Office, session: Session, historian: Historian, batch: str, *exceptions: str, why: str
) -> None:
    """Accept `exceptions`, all or none, for a reason. Raises QualityError for a critical one: that takes a deviation.

    Raises AuthorityError where the person had a part in the batch.
    """
    _unconcerned(office, session, batch)
    _reason(why)
    now = review(office.ledger, historian, batch)
    found = among(now.report, exceptions)
    critical = [one.id for one in found if one.severity == "critical"]
    if critical:
        raise QualityError(
            "a critical exception cannot be accepted by its reviewer alone",
            where=", ".join(critical),
            mend="raise a deviation: homeostat review dispose --deviation",
        )
    for one in found:
        _dispose(office, session, now, one, "", why)


@in_order("record.review")
def raise_deviation(
    office: Office,
    session: Session,
    historian: Historian,
    batch: str,
    *exceptions: str,
    existing: str = "",
    why: str,
) -> str:
    """Raise a deviation for `exceptions`, or let an `existing` one of the batch cover them; the deviation's number.

    Raises AuthorityError where the person had a part in the batch.
    """
    _unconcerned(office, session, batch)
    _reason(why)
    now = review(office.ledger, historian, batch)
    found = among(now.report, exceptions)
    if existing:
        _cover(office, session, batch, existing, exceptions, why)
    name = existing or open_deviation(
        office,
        session,
        title=found[0].text + (f", and {len(found) - 1} more" if len(found) > 1 else ""),
        finding="; ".join(
            f"{one.text} ({one.id}, rule {one.rule}, events {', '.join(one.events) or 'none'})"
            for one in found
        ),
        batch=batch,
        exceptions=tuple(dict.fromkeys(exceptions)),
        why=why,
    )
    for one in found:
        _dispose(office, session, now, one, name, why)
    return name


@in_order("record.review")
def sign_review(
    office: Office,
    session: Session,
    secret: Secret,
    historian: Historian,
    batch: str,
    *,
    shown: str = "",
    why: str,
) -> Signature:
    """Sign the review of a batch that has ended, every exception of which has its disposition.

    `shown` is the SHA-256 of what the reviewer was shown: where it is given, nothing else is signed. Raises
    AuthorityError where the reviewer had a part in the batch, QualityError where the review is not complete, or
    something was added to the record meanwhile.
    """
    _unconcerned(office, session, batch)
    _reason(why)
    seen = office.ledger.size  # first: what comes now is found when it is signed
    now = review(office.ledger, historian, batch)
    subject = Subject(KIND, batch, now.shown, batch)
    if shown and shown != subject.sha256:
        raise QualityError("the record is not the one that was shown", where=batch, mend="review it again")
    _complete(office, now)
    terms = {"rules": now.report.rules, "exceptions": len(now.report.items), "passed": now.report.passed}
    changes = (Change(field="review", old=now.state, new="reviewed"),)
    lest = partial(unchanged, office.ledger, batch, seen)
    return give(office, session, secret, subject, "reviewed", why, terms=terms, changes=changes, lest=lest)


def _unconcerned(office: Office, session: Session, batch: str) -> None:
    """Refuse whoever may not review, or had a part in the batch."""
    authorise(office, session, "record.review")
    distinct(office, session, "record.review", performers(office.ledger, batch, session.person))


def _complete(office: Office, now: Review) -> None:
    if end_of(office.ledger, now.batch) is None:
        raise QualityError("the batch has not ended", where=now.batch, mend="review it when it has")
    if now.open:
        names = ", ".join(one.id for one in now.open[:3])
        more = f" and {len(now.open) - 3} more" if len(now.open) > 3 else ""
        raise QualityError(
            f"nothing was said of {names}{more}",
            where=now.batch,
            mend=f"homeostat review dispose {now.batch} EX-… with --accept, --deviation, or --by a deviation there is",
        )


def _cover(
    office: Office, session: Session, batch: str, existing: str, exceptions: tuple[str, ...], why: str
) -> None:
    """Let a deviation of the batch cover what it does not cover yet."""
    covering = deviation(office.ledger, existing)
    if covering.batch != batch:
        raise QualityError("the deviation is of another batch", where=existing)
    fresh = tuple(name for name in dict.fromkeys(exceptions) if name not in covering.exceptions)
    if fresh:
        link(office, session, existing, fresh, why=why)


def _dispose(office: Office, session: Session, now: Review, found: Finding, name: str, why: str) -> None:
    before = now.said(found.id)
    disposition = "deviation" if name else "accepted"
    act = ExceptionDisposed.model_validate(
        {
            "why": why,
            "batch": now.batch,
            "exception": found.id,
            "severity": found.severity,
            "text": found.text,
            "disposition": disposition,
            "deviation": name,
            "changes": (Change(field=found.id, old=before.disposition if before else None, new=disposition),),
        }
    )
    put_by(office, session, act, batch=now.batch)


def _reason(why: str) -> None:
    if not why.strip():
        raise WordingError("a reason (why) has to be stated", where="why")
