"""The acts of a release, each by the person whose it is: request, agree, release, reject, report, recall.

Everything that decides is one signature over the certificate as it is shown (`Subject` kind "certificate").
"""

from collections.abc import Sequence

from pydantic import JsonValue

from homeostat.errors import QualityError
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.people import Secret
from homeostat.governance.released import KIND, Status, status
from homeostat.governance.signing import Signature, Subject, signatures
from homeostat.governance.signing.giving import give
from homeostat.governance.together import put_together
from homeostat.ledger.catalogue import Act, AlertRaised, BatchRecalled, PendingReported
from homeostat.ledger.catalogue.release import Outcome
from homeostat.quality.release.certificate import Certificate
from homeostat.quality.release.obstacles import Grounds, obstacles
from homeostat.quality.reviewed import KIND as REVIEW

PENDING = "pending"
EXCEPTIONAL = "exceptional"


def subject(certificate: Certificate) -> Subject:
    """What is signed: the certificate, byte for byte."""
    return Subject(KIND, certificate.batch, certificate.content(), certificate.batch)


def release(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """Release the batch by the qualified person's signature.

    Raises QualityError that names what stands in the way, AuthorityError where the person asked for it or agreed to it,
    or, at a GMP site, signed its review.
    """
    authorise(office, session, "batch.release")
    distinct(office, session, "batch.release", _parts(office, session.person, grounds.certificate.batch))
    found = obstacles(grounds)
    if found:
        words = "; ".join(one.words for one in found)
        mends = "; ".join(dict.fromkeys(one.mend for one in found))
        raise QualityError(f"it cannot be released: {words}", where=grounds.certificate.batch, mend=mends)
    certificate = grounds.certificate
    pending: list[JsonValue] = [one.test for one in certificate.pending]
    terms: dict[str, JsonValue] = {PENDING: pending, EXCEPTIONAL: certificate.exceptional}
    return give(office, session, secret, subject(certificate), "released", why, terms=terms)


def _parts(office: Office, person: str, batch: str) -> dict[str, str]:
    """The parts that a person has had in the release before, as `distinct` asks: what they did -> the account."""
    apart = {"requested": KIND, "agreed": KIND} | ({"reviewed": REVIEW} if office.site.kind == "gmp" else {})
    return {
        f"signed the {kind} of the batch as {meaning}": person
        for meaning, kind in apart.items()
        for one in signatures(office.ledger, kind, batch)
        if (one.person, one.meaning) == (person, meaning) and one.state == "valid"
    }


def reject(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """Reject the batch by the qualified person's signature; it can never be released then."""
    authorise(office, session, "batch.release")
    if not grounds.status.may("reject"):
        raise QualityError(f"the batch is {grounds.status.state}", where=grounds.certificate.batch)
    return give(office, session, secret, subject(grounds.certificate), "rejected", why)


def request(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """The treating physician asks for a product that is out of specification, knowing the certificate."""
    authorise(office, session, "release.request")
    _exceptional(grounds)
    return give(office, session, secret, subject(grounds.certificate), "requested", why)


def agree(office: Office, session: Session, secret: Secret, grounds: Grounds, why: str) -> Signature:
    """The sponsor agrees to an exceptional release, knowing the certificate."""
    authorise(office, session, "release.agree")
    _exceptional(grounds)
    return give(office, session, secret, subject(grounds.certificate), "agreed", why)


def report(
    office: Office,
    session: Session,
    batch: str,
    test: str,
    outcome: Outcome,
    *,
    evidence: str,
    parts: Sequence[dict[str, JsonValue]],
    why: str,
) -> Status:
    """Report a test that was pending at the release; a positive one alerts and recalls every part in the same act.

    Also where the batch was recalled before: that is one more cause, and a newer list. `parts` is where every part of
    the product went, as far as custody knows. Needs "record.review".
    """
    authorise(office, session, "record.review")
    stands = status(office.ledger, batch)
    if stands.pending.get(test) != "":
        due = ", ".join(stands.due) or "none"
        raise QualityError(f"'{test}' is not pending; pending are: {due}", where=batch)
    found = PendingReported(batch=batch, test=test, outcome=outcome, evidence=evidence, why=why)
    acts: list[tuple[Act, str]] = [(found, f"release/{batch}/reported/{test}")]
    if outcome == "positive":
        acts += _recalled(batch, f"{test} was reported positive ({evidence})", parts, why)
    put_together(office, session.person, acts, batch=batch)
    return status(office.ledger, batch)


def recall(
    office: Office,
    session: Session,
    batch: str,
    cause: str,
    *,
    parts: Sequence[dict[str, JsonValue]],
    why: str,
) -> None:
    """Alert at once, and put on record what has to come back from where; again, for another cause or a newer list.

    Needs "record.review".
    """
    authorise(office, session, "record.review")
    stands = status(office.ledger, batch)
    if not stands.may("recall"):
        raise QualityError(f"the batch is {stands.state}: there is nothing to recall", where=batch)
    put_together(office, session.person, _recalled(batch, cause, parts, why), batch=batch)


def _recalled(
    batch: str, cause: str, parts: Sequence[dict[str, JsonValue]], why: str
) -> list[tuple[Act, str]]:
    """The urgent alert, and the list of what has to come back."""
    words = f"batch {batch} has to come back: {cause}; tell whoever treats the patient"
    listed = BatchRecalled(batch=batch, cause=cause, parts=tuple(dict(one) for one in parts), why=why)
    return [(AlertRaised(about=batch, words=words, why=why), ""), (listed, "")]


def _exceptional(grounds: Grounds) -> None:
    certificate = grounds.certificate
    if not certificate.exceptional or certificate.conforms:
        raise QualityError(
            "every result conforms: there is nothing to ask for",
            where=certificate.batch,
            mend="release it as usual",
        )
    if not grounds.status.may("release"):
        raise QualityError(f"the batch is {grounds.status.state}", where=certificate.batch)
