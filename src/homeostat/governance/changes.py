"""Changes of a running recipe: approved by a signature over the deviation and the change together.

ledger, batch, deviation, change -> what is signed -> the signature; later: does a signature carry this change?
"""

from homeostat.errors import AuthorityError
from homeostat.governance.authority import authorise
from homeostat.governance.office import Office
from homeostat.governance.people import Secret
from homeostat.governance.session import Session
from homeostat.governance.signing import Judge, Signature, Subject, give, signatures
from homeostat.ledger import JSON, Ledger, canonical
from homeostat.ledger.catalogue import PAYLOADS, RecipeChange
from homeostat.ledger.identity import Permission, permitted

KIND = "recipe change"
_ABOUT = tuple(sorted(name for name in PAYLOADS if name.startswith("deviation.")))
PERMISSION: Permission = "deviation.close"
"""What it takes to let a batch leave its recipe: quality assurance or a qualified person."""


def change_subject(ledger: Ledger, batch: str, deviation: str, what: RecipeChange) -> Subject:
    """What is signed: the change, and every act about the deviation up to now.

    Raises AuthorityError where there is no such deviation.
    """
    own = f"deviation/{deviation}/"
    acts: list[JSON] = [
        {"event": one.event.id, "actor": one.event.actor, "recorded": one.recorded, "data": one.event.data}
        for one in ledger.events(types=_ABOUT)
        if one.event.id.startswith(own)
    ]
    if not acts:
        raise AuthorityError(
            f"there is no deviation {deviation}", mend="open it first: homeostat deviation open"
        )
    shown: dict[str, JSON] = {
        "batch": batch,
        "change": what.model_dump(mode="json"),
        "deviation": deviation,
        "acts": acts,
    }
    return Subject(KIND, f"{deviation}: {what.words}", canonical(shown), batch)


def approve_change(
    office: Office,
    session: Session,
    secret: Secret,
    batch: str,
    deviation: str,
    what: RecipeChange,
    *,
    why: str,
) -> Signature:
    """Approve, by signature, that a running batch leaves its recipe so. Raises AuthorityError."""
    authorise(office, session, PERMISSION)
    subject = change_subject(office.ledger, batch, deviation, what)

    def stands() -> None:
        if change_subject(office.ledger, batch, deviation, what) != subject:
            mend = "look at it again, then repeat"
            raise AuthorityError("another person has just changed it", where=deviation, mend=mend)

    return give(office, session, secret, subject, "approved", why, lest=stands)


def objection(ledger: Ledger, batch: str, deviation: str, what: RecipeChange, signature: str, by: str) -> str:
    """Why a signature does not carry the change that `by` ordered in its name; "" where it does."""
    try:
        subject = change_subject(ledger, batch, deviation, what)
    except AuthorityError as error:
        return error.what
    given = next(
        (one for one in signatures(ledger, KIND, subject.id, subject.content) if one.event == signature),
        None,
    )
    if given is None:
        named = Judge(ledger).named(signature)
        return "it signs something else" if named else "there is no such signature"
    if given.state != "valid" or given.signed.batch != batch:
        return f"the signature is {given.state}: {given.words}"
    if given.person != by:
        return f"it is the signature of {given.person}, not of {by}"
    if given.meaning != "approved" or not permitted(given.roles, PERMISSION):
        return "it is no approval of somebody who may give it"
    return ""
