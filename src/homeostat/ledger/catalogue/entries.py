"""Entries of persons: who answered, verified or corrected what, when it happened, and how the scan judged it."""

from typing import ClassVar, Literal

from pydantic import BaseModel, ConfigDict

from homeostat.ledger.catalogue.base import Act, Payload, Role

DEMONSTRATION = "demonstration operator"
"""Who answers at a training site where no person does, by the script of the process file."""
SECOND_DEMONSTRATION = "second demonstration operator"
"""Who verifies there what needs two persons."""


Cause = Literal["lot", "source", "signature", "identity"]
"""What an entry is refused for: a lot or a source that is not fit, a signature that lacks, a code that is another's."""


class Entry(BaseModel):
    """What is on record of an entry beside its value.

    `by` is the account; `entered` and `happened` are stamps (ISO 8601 with offset) of the entry and of the event;
    `reason` says why it is late or changed. `source` is the instrument or terminal it came from, `attachment` the
    SHA-256 of a file kept with it, `slip` the order it was handed in as. `objections` are what was found
    against it when it was taken up: an unknown or overdue instrument, a lot that is not released, no signature;
    `causes` says of each which of these it is (empty in older records). `signature` is the event of the signature that
    carries it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    by: str
    entered: str
    happened: str
    slip: str
    reason: str = ""
    source: str = ""
    attachment: str = ""
    objections: tuple[str, ...] = ()
    causes: tuple[Cause, ...] = ()
    signature: str = ""


class PromptAnswered(Payload):
    """A person answered a prompt; without an `entry` the demonstration operator did."""

    type: ClassVar[str] = "prompt.answered"
    role: ClassVar[Role] = "input"
    prompt: str
    answer: str
    entry: Entry | None = None


class VerificationGiven(Payload):
    """A second person says that an entry is right; with an `answer`, by entering it again."""

    type: ClassVar[str] = "entry.verification"
    role: ClassVar[Role] = "input"
    prompt: str
    answer: str
    entry: Entry | None = None


class CorrectionGiven(Payload):
    """A person wants an entry changed to another answer; the entry's `reason` says why."""

    type: ClassVar[str] = "entry.correction"
    role: ClassVar[Role] = "input"
    prompt: str
    answer: str
    entry: Entry


class EntryJudged(Payload):
    """What became of an entry, a verification or a correction.

    A "taken" entry counts; an "unverified" one waits for a second person; "corrected" replaces the answer `old`, which
    stays on record. `value` is the number entered or calculated, in `unit`. `flags` tell what a reviewer has to know.
    `cause` is what it was refused for, where that has a name; older records have none.
    """

    type: ClassVar[str] = "entry.judged"
    role: ClassVar[Role] = "decision"
    prompt: str
    act: Literal["answer", "verification", "correction"]
    status: Literal["taken", "unverified", "verified", "corrected", "refused"]
    by: str
    answer: str
    old: str
    value: float | None
    unit: str
    reason: str
    flags: tuple[str, ...] = ()
    cause: Cause | None = None


class EntryAmended(Act):
    """A person corrected or verified an entry once its batch had ended: what was said, and how it was judged.

    No scan reads it: the batch has none any more. At a GMP site `entry` names the signature that carries it.
    """

    type: ClassVar[str] = "entry.amended"
    prompt: str
    answer: str
    entry: Entry
    judged: EntryJudged


def judgement(told: Payload) -> EntryJudged | None:
    """What an event says became of an entry, while the batch ran or after it; None where it is about none."""
    if isinstance(told, EntryAmended):
        return told.judged
    return told if isinstance(told, EntryJudged) else None
