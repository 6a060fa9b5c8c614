"""Orders as their givers sign them: an answer, a command, an order about an alarm or a controller, a result, a recall.

what an order says -> the bytes under its giver's signature
an order on record -> what it said, as it was signed, so that anybody can compare the two again
"""

from collections.abc import Mapping
from typing import NamedTuple, TypeAlias

from homeostat.ledger import JSON, canonical
from homeostat.ledger.catalogue import (
    AlarmOrdered,
    BatchRecalled,
    CommandGiven,
    ControlOrdered,
    CorrectionGiven,
    Entry,
    EntryAmended,
    Meaning,
    Moved,
    Payload,
    PendingReported,
    PromptAnswered,
    ResultReported,
    VerificationGiven,
)
from homeostat.ledger.identity import Permission

STEP = "step"
"""The kind of subject that a person signs who answers, verifies, corrects or commands."""
ORDER = "order"
"""The kind of subject of an order about an alarm or a controller."""
RESULT = "result"
"""The kind of subject that a person signs who reports what was found once a batch had ended, or recalls it."""
PERMISSIONS: Mapping[str, Permission] = {
    "answer": "step.perform",
    "verify": "step.verify",
    "correct": "entry.correct",
}
"""What it takes to say something to a prompt."""
SIGNED = tuple(
    kind.type
    for kind in (
        PromptAnswered,
        VerificationGiven,
        CorrectionGiven,
        EntryAmended,
        CommandGiven,
        AlarmOrdered,
        ControlOrdered,
        ResultReported,
        PendingReported,
        BatchRecalled,
    )
)
"""The types of events that orders which are signed as they are become."""
HOUR = 3_600_000_000  # µs

Said: TypeAlias = Mapping[str, JSON]
Late: TypeAlias = ResultReported | PendingReported | BatchRecalled
"""What a person puts on record once a batch has ended."""


class Order(NamedTuple):
    """An order on record, as it was signed.

    `said` is what was signed but for its time `entered`, where the record does not hold that: the subject of the
    signature does. `about` is what the subject names: a prompt, or the order and what it is about. `objected` says
    that it was refused when it was taken up; `kind` and `meaning` are those of its signature, `permission` what it
    takes to give it.
    """

    said: Said
    about: str
    by: str
    kind: str
    meaning: Meaning
    permission: Permission
    signature: str
    objected: bool

    def signed(self, batch: str, subject: str) -> bytes | None:
        """The bytes that a signature of this subject is over; None where it is about something else."""
        start = f"{batch}/{self.about}"
        if "entered" in self.said:
            return shown(batch, self.said) if subject == start else None
        if not subject.startswith(f"{start} "):
            return None
        return shown(batch, {**self.said, "entered": subject.removeprefix(f"{start} ")})


def shown(batch: str, said: Said) -> bytes:
    """What a person signs: what the order says with the batch it is for, as canonical bytes."""
    return canonical({"batch": batch, **said})


def about_controller(controller: str, proposal: str, authority: str | None, moves: tuple[Moved, ...]) -> str:
    """What an order about a controller is about, in words."""
    return " ".join(filter(None, (controller, proposal or authority or "", *[move.words for move in moves])))


def signature_of(content: Payload) -> str:
    """The event of the signature that carried an order on record; empty where none did."""
    entry = getattr(content, "entry", None)
    return str(getattr(content if entry is None else entry, "signature", ""))


def order_of(content: Payload, time: int) -> Order | None:
    """An event on record as the order that it was, taken up at `time` (µs); None where no person gave one.

    An answer without an entry is nobody's: no person is named and nothing signed. A command that nobody gave is the
    run's own.
    """
    match content:
        case PromptAnswered():
            return _answered("answer", content)
        case VerificationGiven():
            return _answered("verify", content)
        case CorrectionGiven():
            return _entry("correct", content.prompt, content.answer, content.entry)
        case EntryAmended():
            judged = content.judged  # what counts: it has to be what was signed
            name = "correct" if judged.act == "correction" else "verify"
            said = content.entry.model_copy(update={"by": judged.by})
            return _entry(name, judged.prompt, judged.answer, said)._replace(
                objected=judged.status == "refused"
            )
        case _:
            return _given(content, time)


def _given(content: Payload, time: int) -> Order | None:
    """A command, an order about an alarm or a controller, a result or a recall; None where it is none."""
    match content:
        case CommandGiven(by=str() as by):
            said = {"order": content.command, "by": by, "reason": content.reason}
            return _ordered(content, said, content.command, STEP, "batch.command")
        case AlarmOrdered():
            about = f"{content.order} {content.alarm}"
            return _ordered(content, _alarm(content, time), about, ORDER, "alarm.order")
        case ControlOrdered():
            what = about_controller(content.controller, content.proposal, content.authority, content.moves)
            return _ordered(content, _control(content), f"{content.order} {what}", ORDER, "control.order")
        case ResultReported() | PendingReported() | BatchRecalled():
            return _reported(content)
        case _:
            return None


def _entry(order: str, prompt: str, answer: str, entry: Entry) -> Order:
    said = entry.model_dump(mode="json", exclude={"slip", "objections", "causes", "signature"})
    return Order(
        said={**said, "order": order, "prompt": prompt, "answer": answer},
        about=prompt,
        by=entry.by,
        kind=STEP,
        meaning="verified" if order == "verify" else "performed",
        permission=PERMISSIONS[order],
        signature=entry.signature,
        objected=bool(entry.objections),
    )


def _answered(order: str, content: PromptAnswered | VerificationGiven) -> Order:
    """An answer or a verification; one without an entry as the order that it would have been."""
    if content.entry is not None:
        return _entry(order, content.prompt, content.answer, content.entry)
    said = {"order": order, "prompt": content.prompt, "answer": content.answer}
    meaning: Meaning = "verified" if order == "verify" else "performed"
    return Order(said, content.prompt, "", STEP, meaning, PERMISSIONS[order], "", objected=False)


def _ordered(
    content: CommandGiven | AlarmOrdered | ControlOrdered,
    said: Said,
    about: str,
    kind: str,
    permission: Permission,
) -> Order:
    return Order(
        said,
        about,
        content.by or "",
        kind,
        "performed",
        permission,
        content.signature,
        bool(content.objection),
    )


def _reported(content: Late) -> Order:
    """A result or recall as it was entered; what it changed is not in it, for that depends on what came before."""
    match content:
        case ResultReported():
            about = f"{content.judged.attribute} of sample {content.judged.sample}"
        case PendingReported():
            about = content.test
        case _:
            about = "recall"
    said = content.model_dump(mode="json", exclude={"signature", "changes", "batch"})
    by, signature = content.by, content.signature
    return Order(said, about, by, RESULT, "performed", "record.review", signature, objected=False)


def _alarm(content: AlarmOrdered, time: int) -> Said:
    """What an alarm order said; records from before tell its hours by its end alone."""
    hours = content.hours
    if hours is None and content.until is not None:
        hours = (content.until - time) / HOUR
    elif hours is not None and content.until != time + round(hours * HOUR):
        hours = -1.0  # nobody can order that: what was followed is not what was signed
    said = content.model_dump(mode="json", include={"order", "alarm", "by", "reason"})
    return {**said, "hours": hours}


def _control(content: ControlOrdered) -> Said:
    wanted = {"order", "controller", "by", "reason", "proposal", "authority"}
    moves = [one.model_dump(mode="json") for one in content.moves]
    return {**content.model_dump(mode="json", include=wanted), "moves": moves}
