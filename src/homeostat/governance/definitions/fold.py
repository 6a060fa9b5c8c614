"""The state of all definitions: a fold of what was submitted, signed and retired.

ledger, now -> Definitions -> each version's standing; the one that is effective
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Literal

from homeostat.governance.signing import Judge, Standing, Subject
from homeostat.ledger import Ledger, Recorded
from homeostat.ledger.catalogue import (
    DefinitionKind,
    DefinitionRetired,
    DefinitionSubmitted,
    RecordSigned,
    payload,
)
from homeostat.ledger.identity import Permission, permitted

SUBJECT = "definition"
State = Literal["submitted", "reviewed", "rejected", "approved", "effective", "superseded", "retired"]
_TYPES = (DefinitionSubmitted.type, DefinitionRetired.type, RecordSigned.type)
APPROVES: dict[str, Permission] = {"model": "model.approve"}
"""Which permission approves a kind, where it is not "definition.approve"."""


@dataclass(frozen=True, slots=True)
class Definition:
    """One version: what was submitted by whom and when, who signed it, from when it holds ("": not approved).

    `state` is how it stood at the moment that was asked for; "approved" is before its effective date.
    """

    kind: DefinitionKind
    name: str
    version: str
    hash: str
    content: str
    author: str
    submitted: str
    why: str
    state: State = "submitted"
    reviews: tuple[Standing, ...] = ()
    approval: Standing | None = None
    rejection: Standing | None = None
    effective: str = ""
    retired: str = ""

    @property
    def id(self) -> str:
        """Kind, name and version in one: what is signed is called so."""
        return definition_id(self.kind, self.name, self.version)


def definition_id(kind: str, name: str, version: str) -> str:
    """How a version is called: "process/car-t/1.2.0"."""
    return f"{kind}/{name}/{version}"


def subject_of(definition: Definition) -> Subject:
    """What is signed of a definition: its content, byte for byte."""
    return Subject(SUBJECT, definition.id, definition.content.encode())


@dataclass(frozen=True, slots=True)
class Definitions:
    """All versions of all definitions, in the order of their submission, as they stood at one moment."""

    versions: tuple[Definition, ...]

    def get(self, kind: str, name: str, version: str) -> Definition | None:
        """One version; None where it was never submitted."""
        wanted = definition_id(kind, name, version)
        return next((one for one in self.versions if one.id == wanted), None)

    def effective(self, kind: str, name: str) -> Definition | None:
        """The version that holds now; None where there is none."""
        mine = (one for one in self.versions if (one.kind, one.name) == (kind, name))
        return next((one for one in mine if one.state == "effective"), None)

    def standing(self, hash: str) -> Definition | None:
        """The version with this hash, an effective one before any other; None where none has it."""
        found = [one for one in self.versions if one.hash == hash]
        return next((one for one in found if one.state == "effective"), found[-1] if found else None)


def definitions(ledger: Ledger, now: str) -> Definitions:
    """Every definition as it stands at `now` (ISO 8601 with offset)."""
    judge, found = Judge(ledger), dict[str, Definition]()
    for recorded in ledger.events(types=_TYPES):
        name, after = _next(judge, found, recorded)
        if after is not None:
            found[name] = after
    moment = datetime.fromisoformat(now)
    return Definitions(tuple(_settled(found.values(), moment)))


def _next(judge: Judge, found: dict[str, Definition], recorded: Recorded) -> tuple[str, Definition | None]:
    """The definition that an event is about, after it; None where it is about none."""
    told = payload(recorded.event.type, recorded.event.data)
    match told:
        case DefinitionSubmitted():
            name = definition_id(told.kind, told.name, told.version)
            return name, found.get(name) or _submitted(recorded, told)
        case DefinitionRetired():
            name = definition_id(told.kind, told.name, told.version)
            known = found.get(name)
            return name, known and replace(known, retired=recorded.recorded)
        case RecordSigned(kind=kind, subject=name) if kind == SUBJECT:
            known = found.get(name)
            return name, known and _signed(known, judge.standing(recorded, known.content.encode()))
        case _:
            return "", None


def _submitted(recorded: Recorded, told: DefinitionSubmitted) -> Definition:
    return Definition(
        kind=told.kind,
        name=told.name,
        version=told.version,
        hash=told.hash,
        content=told.content,
        author=recorded.event.actor,
        submitted=recorded.recorded,
        why=told.why,
    )


def _signed(known: Definition, given: Standing) -> Definition:
    """A definition after a signature; one that is not valid, or not such a person's to give, changes nothing."""
    if given.state != "valid" or given.person == known.author:
        return known
    effective = given.signed.terms.get("effective")
    if given.meaning == "reviewed" and permitted(given.roles, "definition.review"):
        return replace(known, reviews=(*known.reviews, given))
    if given.meaning == "rejected" and known.approval is None and permitted(given.roles, "definition.review"):
        return replace(known, rejection=given)
    may = permitted(given.roles, APPROVES.get(known.kind, "definition.approve"))
    ready = known.reviews and known.rejection is None and known.approval is None
    if given.meaning == "approved" and may and ready and isinstance(effective, str):
        return replace(known, approval=given, effective=effective)
    return known


def _settled(versions: Collection[Definition], moment: datetime) -> Iterator[Definition]:
    """Each definition with its state at `moment`: of those that have begun to hold, the one that began last holds.

    Where that one was retired since, none does: what it superseded was never approved anew.
    """
    holding: dict[tuple[str, str], Definition] = {}
    for one in versions:
        if _began(one, moment):
            last = holding.get((one.kind, one.name))
            if last is None or _later(one, last):
                holding[one.kind, one.name] = one
    for one in versions:
        yield replace(one, state=_state(one, holding.get((one.kind, one.name)), moment))


def _began(one: Definition, moment: datetime) -> bool:
    """Whether `one` has ever held up to `moment`; what was retired before its date has not."""
    if not one.effective:
        return False
    begins = datetime.fromisoformat(one.effective)
    return begins <= moment and (not one.retired or begins <= datetime.fromisoformat(one.retired))


def _later(one: Definition, other: Definition) -> bool:
    """Whether `one` began to hold after `other`, or at the same moment but was approved after it."""

    def begun(definition: Definition) -> tuple[datetime, int]:
        seq = definition.approval.seq if definition.approval else 0
        return datetime.fromisoformat(definition.effective), seq

    return begun(one) > begun(other)


def _state(one: Definition, holds: Definition | None, moment: datetime) -> State:
    if one.retired:
        return "retired"
    if one.approval is None:
        return "rejected" if one.rejection else "reviewed" if one.reviews else "submitted"
    if holds is not None and one.id == holds.id:
        return "effective"
    return "approved" if datetime.fromisoformat(one.effective) > moment else "superseded"
