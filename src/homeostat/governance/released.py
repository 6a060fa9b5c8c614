"""How the release of a batch stands: a fold of the signatures on its certificate and of what was reported later.

The table says what may follow what; nothing else moves the status.
"""

import hashlib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal, TypeAlias

from pydantic import JsonValue

from homeostat.governance.counting import uncarried
from homeostat.governance.known import accounts
from homeostat.governance.signing import Judge
from homeostat.governance.started import gmp_batch
from homeostat.ledger import Ledger, Recorded, canonical
from homeostat.ledger.catalogue import BatchRecalled, PendingReported, RecordSigned, ResultReported, payload

KIND = "certificate"
"""The kind of subject that a release signs, and the term in which the signature keeps what was signed."""

State: TypeAlias = Literal["open", "released", "released, tests pending", "rejected", "recalled"]
Act: TypeAlias = Literal["release", "release in stages", "reject", "complete", "recall"]

TRANSITIONS: Mapping[tuple[State, Act], State] = {
    ("open", "release"): "released",
    ("open", "release in stages"): "released, tests pending",
    ("open", "reject"): "rejected",
    ("released, tests pending", "complete"): "released",
    ("released, tests pending", "recall"): "recalled",
    ("released", "recall"): "recalled",
    ("recalled", "recall"): "recalled",
}
"""What may follow; whatever is not here is refused."""


@dataclass(frozen=True)
class Status:
    """The state, if the product was out of specification, and each pending test with its outcome ("" while due).

    `signature`, `by` and `when` are those of the decision, `certificate` what was signed by it, `parts` what has to
    come back from where, by the last list; `recalled_by`, `recalled` and `cause` are of that.
    """

    state: State = "open"
    exceptional: bool = False
    pending: Mapping[str, str] = field(default_factory=dict)
    signature: str = ""
    by: str = ""
    when: str = ""
    certificate: Mapping[str, JsonValue] = field(default_factory=dict)
    parts: tuple[Mapping[str, JsonValue], ...] = ()
    recalled_by: str = ""
    recalled: str = ""
    cause: str = ""

    def may(self, act: Act) -> bool:
        """Whether the table allows `act` now."""
        return (self.state, act) in TRANSITIONS

    def takes(self, test: str, outcome: str) -> bool:
        """Whether a pending test is reported so: it is due, or was negative and turns out positive."""
        return self.pending.get(test) == "" or (self.pending.get(test), outcome) == ("negative", "positive")

    @property
    def told(self) -> str:
        """The state, and who brought it about when: of a recall its own person, then the decision before it."""
        decided = f"by {self.by}, {self.when}" if self.by else ""
        if self.state != "recalled":
            return f"{self.state}, {decided}" if decided else self.state
        return f"recalled by {self.recalled_by}, {self.recalled} ({self.cause}); released {decided}"

    @property
    def due(self) -> tuple[str, ...]:
        """The pending tests that have not been reported."""
        return tuple(name for name, outcome in self.pending.items() if not outcome)


TYPES = (RecordSigned.type, PendingReported.type, BatchRecalled.type)


def status(ledger: Ledger, batch: str) -> Status:
    """The status of a batch: of the signatures on its certificate only those count that are valid and keep it.

    Of a GMP batch a report counts only by the signature that it names; what was reported before reports were signed has
    to be reported again. A recall holds the batch whoever ordered it, and says so where nobody signed it.
    """
    judge = Judge(ledger)
    events = tuple(ledger.events(batch=batch, types=(*TYPES, ResultReported.type)))
    unsigned = uncarried(judge, events) if gmp_batch(ledger, batch) else frozenset[int]()

    def counts(recorded: Recorded) -> bool:
        if recorded.event.type != RecordSigned.type:
            return recorded.seq not in unsigned
        standing = judge.standing(recorded, None)
        return standing.state == "valid" and standing.signed.subject == batch and _kept(standing.signed)

    stands = folded(events, counts)
    account = accounts(ledger).get(stands.recalled_by)
    return replace(stands, recalled_by=account.name) if account else stands


def _kept(signed: RecordSigned) -> bool:
    """Whether a decision keeps what it signed: a certificate of its batch, and of a reviewed one to release it."""
    if signed.meaning not in ("released", "rejected"):
        return True
    certificate = signed.terms.get(KIND)
    if not isinstance(certificate, Mapping) or certificate.get("batch") != signed.subject:
        return False
    complete = signed.meaning == "rejected" or bool(certificate.get("review"))
    return complete and hashlib.sha256(canonical(certificate)).hexdigest() == signed.sha256


def folded(events: Iterable[Recorded], counts: Callable[[Recorded], bool]) -> Status:
    """The status after these events of one batch: of signatures on a certificate and of reports, those that `counts`.

    A recall that does not is told as such, and takes the place of no other.
    """
    stands = Status()
    for recorded in events:
        data = payload(recorded.event.type, recorded.event.data) if recorded.event.type in TYPES else None
        if isinstance(data, RecordSigned) and data.kind == KIND and counts(recorded):
            stands = _signed(stands, data, recorded.event.id)
        elif isinstance(data, PendingReported) and counts(recorded):
            stands = _reported(stands, data)
        elif isinstance(data, BatchRecalled) and stands.may("recall"):
            stands = _recalled(stands, data, recorded, signed=counts(recorded))
    return stands


def _signed(stands: Status, data: RecordSigned, event: str) -> Status:
    """A qualified person's signature decides; others on the same subject ask or agree."""
    act: Act
    if data.meaning == "released":
        tests = data.terms.get("pending")
        pending = {str(name): "" for name in tests} if isinstance(tests, list) else {}
        act = "release in stages" if pending else "release"
        exceptional = bool(data.terms.get("exceptional"))
        stands = replace(stands, pending=pending, exceptional=exceptional) if stands.may(act) else stands
    elif data.meaning == "rejected":
        act = "reject"
    else:
        return stands
    if not stands.may(act):
        return stands
    certificate = data.terms.get(KIND)
    shown = certificate if isinstance(certificate, Mapping) else {}
    return replace(_moved(stands, act), signature=event, by=data.name, when=data.at, certificate=shown)


def _recalled(stands: Status, data: BatchRecalled, recorded: Recorded, *, signed: bool) -> Status:
    """Called back, by whom and why: the last list holds, but none that nobody signed in place of another."""
    if stands.state == "recalled" and not signed:
        return stands
    who, when = recorded.event.actor, recorded.recorded
    cause = data.cause if signed else f"{data.cause}; nobody signed it"
    return replace(_moved(stands, "recall"), parts=data.parts, recalled_by=who, recalled=when, cause=cause)


def _reported(stands: Status, data: PendingReported) -> Status:
    """A test counts once; only a positive counts after a negative, and for good."""
    if not stands.takes(data.test, data.outcome):
        return stands
    stands = replace(stands, pending={**stands.pending, data.test: data.outcome})
    clean = not stands.due and "positive" not in stands.pending.values()
    return _moved(stands, "complete") if clean else stands


def _moved(stands: Status, act: Act) -> Status:
    return replace(stands, state=TRANSITIONS.get((stands.state, act), stands.state))
