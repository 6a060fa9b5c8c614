"""The acts of a release, each by the person whose it is: request, agree, release, reject, report, recall.

Everything that decides is one signature over the certificate as it is shown (`Subject` kind "certificate"), and only
while nothing was added to what it was made of.
"""

from collections.abc import Sequence
from functools import partial

from pydantic import JsonValue

from homeostat.errors import QualityError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.numbering import unused
from homeostat.governance.orderly import in_order
from homeostat.governance.people import Secret
from homeostat.governance.released import KIND, TRANSITIONS, Status, status
from homeostat.governance.released import Act as Move
from homeostat.governance.signing import Signature, Subject, signatures
from homeostat.governance.signing.giving import give, stamped
from homeostat.governance.turns import in_turn
from homeostat.ledger.catalogue import Act, AlertRaised, BatchRecalled, Change, PendingReported
from homeostat.ledger.catalogue.release import Outcome
from homeostat.quality.overtaken import unchanged
from homeostat.quality.release.certificate import Certificate
from homeostat.quality.release.entered import signed_result
from homeostat.quality.release.obstacles import Grounds, obstacles
from homeostat.quality.reviewed import KIND as REVIEW

PENDING = "pending"
EXCEPTIONAL = "exceptional"


def subject(certificate: Certificate) -> Subject:
    """What is signed: the certificate, byte for byte."""
    return Subject(KIND, certificate.batch, certificate.content(), certificate.batch)


@in_order("batch.release")
def release(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """Release the batch by the qualified person's signature.

    Raises QualityError that names what stands in the way, or where something was added since the grounds were gathered;
    AuthorityError where the person asked for it or agreed to it, or, at a GMP site, signed its review.
    """
    authorise(office, session, "batch.release")
    distinct(office, session, "batch.release", _parts(office, session.person, grounds.certificate.batch))
    _unchanged(office, grounds)
    found = obstacles(grounds)
    if found:
        words = "; ".join(one.words for one in found)
        mends = "; ".join(dict.fromkeys(one.mend for one in found))
        raise QualityError(f"it cannot be released: {words}", where=grounds.certificate.batch, mend=mends)
    certificate = grounds.certificate
    pending: list[JsonValue] = [one.test for one in certificate.pending]
    terms = {PENDING: pending, EXCEPTIONAL: certificate.exceptional, **_keeping(certificate)}
    changes = _moved(grounds.status, "release in stages" if pending else "release")
    return give(
        office,
        session,
        secret,
        subject(certificate),
        "released",
        why,
        terms=terms,
        changes=changes,
        lest=partial(_unchanged, office, grounds),
    )


def _parts(office: Office, person: str, batch: str) -> dict[str, str]:
    """The parts that a person has had in the release before, as `distinct` asks: what they did -> the account."""
    apart = {"requested": KIND, "agreed": KIND} | ({"reviewed": REVIEW} if office.site.kind == "gmp" else {})
    return {
        f"signed the {kind} of the batch as {meaning}": person
        for meaning, kind in apart.items()
        for one in signatures(office.ledger, kind, batch)
        if (one.person, one.meaning) == (person, meaning) and one.state == "valid"
    }


@in_order("batch.release")
def reject(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """Reject the batch by the qualified person's signature; it can never be released then."""
    authorise(office, session, "batch.release")
    _unchanged(office, grounds)
    if not grounds.status.may("reject"):
        raise QualityError(f"the batch is {grounds.status.state}", where=grounds.certificate.batch)
    changes = _moved(grounds.status, "reject")
    terms = _keeping(grounds.certificate)
    return give(
        office,
        session,
        secret,
        subject(grounds.certificate),
        "rejected",
        why,
        terms=terms,
        changes=changes,
        lest=partial(_unchanged, office, grounds),
    )


def _keeping(certificate: Certificate) -> dict[str, JsonValue]:
    """The term that keeps a certificate in the signature that decides by it, to be shown again as it was."""
    return {KIND: certificate.model_dump(mode="json")}


@in_order("release.request")
def request(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """The treating physician asks for a product that is out of specification, knowing the certificate."""
    authorise(office, session, "release.request")
    _exceptional(office, grounds)
    lest = partial(_unchanged, office, grounds)
    return give(office, session, secret, subject(grounds.certificate), "requested", why, lest=lest)


@in_order("release.agree")
def agree(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """The sponsor agrees to an exceptional release, knowing the certificate."""
    authorise(office, session, "release.agree")
    _exceptional(office, grounds)
    lest = partial(_unchanged, office, grounds)
    return give(office, session, secret, subject(grounds.certificate), "agreed", why, lest=lest)


@in_order("record.review")
def report(
    office: Office,
    session: Session,
    secret: Secret,
    batch: str,
    test: str,
    outcome: Outcome,
    *,
    evidence: str,
    parts: Sequence[dict[str, JsonValue]],
    why: str,
) -> Status:
    """Report a test that was pending at the release; a positive one alerts and recalls every part in the same act.

    Also where the batch was recalled before, which is one more cause and a newer list, and where the test was reported
    negative before. `parts` is where every part of the product went, as far as custody knows. Needs "record.review",
    and at a GMP site the signature of whom it is.
    """
    authorise(office, session, "record.review")
    _taking(office, batch, test, outcome)
    found = PendingReported(
        batch=batch, test=test, outcome=outcome, evidence=evidence, by=session.person, why=why, changes=()
    )
    signature = signed_result(office, session, secret, found, stamped(office))

    def judge() -> tuple[list[tuple[Act, str]], None]:
        stands = _taking(office, batch, test, outcome)
        changed = {"changes": _reported(stands, test, outcome), "signature": signature}
        name = unused(office.ledger, f"release/{batch}/reported/{test}")
        acts: list[tuple[Act, str]] = [(found.model_copy(update=changed), name)]
        if outcome == "positive":
            cause = f"{test} was reported positive ({evidence})"
            acts += recalled(stands, listed(session, batch, cause, parts, why), signature)
        return acts, None

    in_turn(office, session, judge, batch=batch, over=True)
    return status(office.ledger, batch)


def _taking(office: Office, batch: str, test: str, outcome: Outcome) -> Status:
    """How the release stands, which waits for this outcome of the test. Raises QualityError where it does not."""
    stands = status(office.ledger, batch)
    if not stands.takes(test, outcome):
        due = ", ".join(stands.due) or "none"
        raise QualityError(f"'{test}' is not pending; pending are: {due}", where=batch)
    return stands


def _reported(stands: Status, test: str, outcome: Outcome) -> tuple[Change, ...]:
    """What the outcome of a test changes: the test, and the status with the last of them."""
    last = outcome == "negative" and stands.due == (test,) and "positive" not in stands.pending.values()
    moved = _moved(stands, "complete") if last else ()
    return Change(field=test, old=stands.pending[test] or None, new=outcome), *moved


@in_order("record.review")
def recall(
    office: Office,
    session: Session,
    secret: Secret,
    batch: str,
    cause: str,
    *,
    parts: Sequence[dict[str, JsonValue]],
    why: str,
) -> None:
    """Alert at once, and put on record what has to come back from where; again, for another cause or a newer list.

    Needs "record.review", and at a GMP site the signature of whom it is.
    """
    authorise(office, session, "record.review")
    _recallable(office, batch)
    found = listed(session, batch, cause, parts, why)
    signature = signed_result(office, session, secret, found, stamped(office))

    def judge() -> tuple[list[tuple[Act, str]], None]:
        return recalled(_recallable(office, batch), found, signature), None

    in_turn(office, session, judge, batch=batch, over=True)


def _recallable(office: Office, batch: str) -> Status:
    stands = status(office.ledger, batch)
    if not stands.may("recall"):
        raise QualityError(f"the batch is {stands.state}: there is nothing to recall", where=batch)
    return stands


def listed(
    session: Session, batch: str, cause: str, parts: Sequence[dict[str, JsonValue]], why: str
) -> BatchRecalled:
    """The list of what has to come back, as the session's person signs it."""
    asked_back = tuple(dict(one) for one in parts)
    return BatchRecalled(batch=batch, cause=cause, parts=asked_back, by=session.person, why=why, changes=())


def recalled(stands: Status, found: BatchRecalled, signature: str) -> list[tuple[Act, str]]:
    """The urgent alert, and the list, by the signature of the recall or of the result that calls for it."""
    words = f"batch {found.batch} has to come back: {found.cause}; tell whoever treats the patient"
    act = found.model_copy(update={"signature": signature, "changes": _moved(stands, "recall")})
    return [(AlertRaised(about=found.batch, words=words, why=found.why), ""), (act, "")]


def _unchanged(office: Office, grounds: Grounds) -> None:
    """Refuse grounds that something was added to since they were gathered."""
    if grounds.seen is not None:
        unchanged(office.ledger, grounds.certificate.batch, grounds.seen)


def _exceptional(office: Office, grounds: Grounds) -> None:
    _unchanged(office, grounds)
    certificate = grounds.certificate
    if not certificate.exceptional or certificate.conforms:
        raise QualityError(
            "every result conforms: there is nothing to ask for",
            where=certificate.batch,
            mend="release it as usual",
        )
    if not grounds.status.may("release"):
        raise QualityError(f"the batch is {grounds.status.state}", where=certificate.batch)


def _moved(stands: Status, act: Move) -> tuple[Change, ...]:
    """What an act changes of the status, by the table; nothing where it does not move it."""
    new = TRANSITIONS.get((stands.state, act), stands.state)
    return () if new == stands.state else (Change(field="release", old=stands.state, new=new),)
