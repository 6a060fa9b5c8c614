"""What persons do with definitions: submit, review, approve, reject, retire. Each is one event, or a refusal in words.

The author neither reviews nor approves; the approval is a signature that states from when the version holds.
"""

import re
from collections.abc import Mapping
from functools import partial

from homeostat.errors import AuthorityError, WordingError
from homeostat.governance.authority import authorise, distinct, put_by
from homeostat.governance.definitions.content import identity
from homeostat.governance.definitions.difference import difference
from homeostat.governance.definitions.fold import (
    APPROVES,
    Definition,
    Definitions,
    definition_id,
    definitions,
    subject_of,
)
from homeostat.governance.known import moment
from homeostat.governance.numbering import unused
from homeostat.governance.office import Office
from homeostat.governance.orderly import in_order, orderly
from homeostat.governance.people import Secret
from homeostat.governance.people.wording import instant
from homeostat.governance.session import Session
from homeostat.governance.signing import Signature, give
from homeostat.ledger.catalogue import Change, DefinitionKind, DefinitionRetired, DefinitionSubmitted
from homeostat.ledger.identity import Permission

_NAME = re.compile(r"[a-z0-9][a-z0-9_.-]{0,63}")
_VERSION = re.compile(r"\d+\.\d+\.\d+")
_OPEN = ("submitted", "reviewed")


def submit(
    office: Office,
    session: Session,
    kind: DefinitionKind,
    name: str,
    version: str,
    content: str,
    *,
    why: str,
) -> Definition:
    """Hand in a version of a definition, as its author.

    Raises AuthorityError for what is not of this kind, and for a version that exists: a change is a new version.
    """
    authorise(office, session, "definition.author")
    where = definition_id(kind, name, version)
    if not (_NAME.fullmatch(name) and _VERSION.fullmatch(version)):
        mend = "a name of small letters, digits, dots, dashes, underscores; a version like 1.2.0"
        raise WordingError("this is no name and version of a definition", where=where, mend=mend)
    hash = identity(kind, name, version, content)
    told = DefinitionSubmitted(why=why, kind=kind, name=name, version=version, hash=hash, content=content)
    return _handed_in(office, session, told)


@in_order("definition.author")
def _handed_in(office: Office, session: Session, told: DefinitionSubmitted) -> Definition:
    kind, name, version = told.kind, told.name, told.version
    _refuse_known(office, kind, name, version)
    told = told.model_copy(update={"changes": _changes(_now(office), kind, name, told.content)})
    event = unused(office.ledger, f"definition/{definition_id(kind, name, version)}")
    put_by(office, session, told, event=event, lest=partial(_refuse_known, office, kind, name, version))
    return _get(office, kind, name, version)


@in_order("definition.review")
def review(
    office: Office, session: Session, secret: Secret, kind: str, name: str, version: str, *, why: str
) -> Signature:
    """Sign a version as reviewed. Raises AuthorityError to its author, and where it is no longer under review."""
    authorise(office, session, "definition.review")
    one = _for(office, session, "definition.review", kind, name, version, states=_OPEN)
    changes = (Change(field="state", old=one.state, new="reviewed"),)
    return give(
        office,
        session,
        secret,
        subject_of(one),
        "reviewed",
        why,
        changes=changes,
        lest=partial(_unmoved, office, one),
    )


@in_order("definition.review")
def reject(
    office: Office, session: Session, secret: Secret, kind: str, name: str, version: str, *, why: str
) -> Signature:
    """Sign a version as rejected: it can never be approved; another version may be submitted."""
    authorise(office, session, "definition.review")
    one = _for(office, session, "definition.review", kind, name, version, states=_OPEN)
    changes = (Change(field="state", old=one.state, new="rejected"),)
    return give(
        office,
        session,
        secret,
        subject_of(one),
        "rejected",
        why,
        changes=changes,
        lest=partial(_unmoved, office, one),
    )


def approve(
    office: Office,
    session: Session,
    secret: Secret,
    kind: str,
    name: str,
    version: str,
    *,
    why: str,
    effective: str = "",
) -> Signature:
    """Sign a version as approved; it holds from `effective` on (ISO 8601 with offset; "": from now).

    Raises AuthorityError to its author, where it was not reviewed, and for a date that has passed.
    """
    needed = APPROVES.get(kind, "definition.approve")
    authorise(office, session, needed)
    with orderly(office, session, needed):
        one = _for(office, session, needed, kind, name, version, states=("reviewed",))
    begins = _effective(office.clock(), effective)
    changes = (
        Change(field="state", old=one.state, new="approved"),
        Change(field="effective", old="", new=begins),
    )
    return give(
        office,
        session,
        secret,
        subject_of(one),
        "approved",
        why,
        terms={"effective": begins},
        changes=changes,
        lest=partial(_unmoved, office, one),
    )


@in_order("definition.retire")
def retire(office: Office, session: Session, kind: str, name: str, version: str, *, why: str) -> str:
    """Take a version out of use for good; batches that run by it go on. The id of the event."""
    authorise(office, session, "definition.retire")
    one = _get(office, kind, name, version)
    if one.state == "retired":
        raise AuthorityError("it is retired already", where=one.id)
    changes = (Change(field="state", old=one.state, new="retired"),)
    told = DefinitionRetired(why=why, changes=changes, kind=one.kind, name=name, version=version)
    lest = partial(_unmoved, office, one)
    event = unused(office.ledger, f"definition/{one.id}/retired")
    return put_by(office, session, told, event=event, lest=lest)


def _now(office: Office) -> Definitions:
    return definitions(office.ledger, office.clock())


def _get(office: Office, kind: str, name: str, version: str) -> Definition:
    found = _now(office).get(kind, name, version)
    if found is None:
        raise AuthorityError(
            "no such version was submitted",
            where=definition_id(kind, name, version),
            mend="list them with: homeostat approve list",
        )
    return found


def _unmoved(office: Office, one: Definition) -> None:
    """Refuse what rests on a version that is in another state since it was read."""
    now = _get(office, one.kind, one.name, one.version)
    if now.state != one.state:
        mend = "look at it again: homeostat approve list"
        raise AuthorityError(f"meanwhile it is {now.state}, and was {one.state}", where=one.id, mend=mend)


_MENDS: Mapping[str, str] = {
    "submitted": "have it reviewed first: homeostat approve review {}",
    "reviewed": "it waits for its approval: homeostat approve approve {}",
    "rejected": "submit what was mended as a later version",
    "retired": "submit a later version",
}
"""What comes next for a version in a state in which it cannot be signed like that."""


def _for(
    office: Office,
    session: Session,
    needed: Permission,
    kind: str,
    name: str,
    version: str,
    *,
    states: tuple[str, ...],
) -> Definition:
    """A version that is in one of `states` and was not submitted by this person."""
    one = _get(office, kind, name, version)
    distinct(office, session, needed, {f"is the author of {one.id}": one.author})
    if one.state not in states:
        raise AuthorityError(
            f"it is {one.state}, not {' or '.join(states)}",
            where=one.id,
            mend=_MENDS.get(one.state, "see: homeostat approve list").format(one.id),
        )
    return one


def _refuse_known(office: Office, kind: str, name: str, version: str) -> None:
    """Refuse a version that was submitted before, also by somebody meanwhile."""
    if (earlier := _now(office).get(kind, name, version)) is not None:
        raise AuthorityError(
            f"this version exists ({earlier.state}) and is never changed",
            where=earlier.id,
            mend="a change is a new version: submit it under a later number",
        )


def _changes(known: Definitions, kind: str, name: str, content: str) -> tuple[Change, ...]:
    """What a new version changes: against the version that holds, or else the one submitted last."""
    mine = [one for one in known.versions if (one.kind, one.name) == (kind, name)]
    before = known.effective(kind, name) or (mine[-1] if mine else None)
    return difference(before.content, content) if before else ()


def _effective(now: str, wanted: str) -> str:
    """From when an approval holds. Raises AuthorityError for a moment that is none, or has passed."""
    if not wanted:
        return now
    if instant("effective date", wanted) < moment(now):
        raise AuthorityError(
            f"{wanted} has passed: nothing is approved backwards", mend="name a later moment"
        )
    return wanted
