"""Orders as persons hand them in: about an alarm, a predictive controller, a prompt, or the batch as a whole.

Each becomes an input of a scan. `shown` is what a person signs who gives one at a GMP site.
"""

from datetime import datetime
from typing import Annotated, Literal, NamedTuple

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, TypeAdapter

from homeostat.control.supervisor import Authority
from homeostat.execution.plan import HOUR
from homeostat.governance import ordered
from homeostat.governance.ordered import about_controller
from homeostat.ledger.catalogue import (
    AlarmOrdered,
    Cause,
    CommandGiven,
    ControlOrdered,
    CorrectionGiven,
    Entry,
    Moved,
    Payload,
    PromptAnswered,
    RecipeChange,
    RecipeChangeOrdered,
    VerificationGiven,
)


def _legible(text: str) -> str:
    if not text.strip() or not text.isprintable():
        raise ValueError("a text of printable characters is wanted, not only blanks")
    return text


def _printable(text: str) -> str:
    if text and not text.isprintable():
        raise ValueError("a text of printable characters is wanted")
    return text


def _aware(text: str) -> str:
    if datetime.fromisoformat(text).utcoffset() is None:
        raise ValueError("a time with its offset from UTC is wanted, such as 2026-05-04T10:30:00+02:00")
    return text


Text = Annotated[str, Field(max_length=200), AfterValidator(_legible)]
Note = Annotated[str, Field(max_length=200), AfterValidator(_printable)]
Stamp = Annotated[str, Field(max_length=40), AfterValidator(_aware)]


class Objection(NamedTuple):
    """Something found against an order: what it is about, where that has a name, and the words."""

    cause: Cause | None
    words: str


Objections = tuple[Objection, ...]


class Vouched(NamedTuple):
    """What was found of an order when it was taken up: against it, and the event of the signature that carries it."""

    objections: Objections = ()
    signature: str = ""

    @property
    def words(self) -> tuple[str, ...]:
        """The objections in words."""
        return tuple(one.words for one in self.objections)


NOTHING = Vouched()
"""Nothing speaks against an order, and nobody signed it: how it is at a training site."""


class AlarmSlip(BaseModel):
    """What is to be done with which alarm, by whom and why.

    `hours` says for how long (process time) an alarm is shelved or out of service, from the scan on that takes the
    order up; `entered` is when the order was given, which makes what is signed at a GMP site the signature of one order
    alone.
    """

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    order: Literal["acknowledge", "reset", "shelve", "unshelve", "take out of service", "return to service"]
    alarm: Text
    by: Text
    reason: Text
    hours: float | None = Field(default=None, gt=0.0, le=24.0 * 365)
    entered: Stamp | Literal[""] = ""

    @property
    def about(self) -> str:
        """What the order is about."""
        return self.alarm

    def ordered(self, name: str, now: int, vouched: Vouched = NOTHING) -> AlarmOrdered:
        """The order as an input of the scan at `now` (µs), with what was found against it."""
        return AlarmOrdered(
            order=self.order,
            alarm=self.alarm,
            by=self.by,
            reason=self.reason,
            hours=self.hours,
            until=None if self.hours is None else now + round(self.hours * HOUR),
            slip=name,
            objection="; ".join(vouched.words),
            signature=vouched.signature,
        )


class ControlSlip(BaseModel):
    """A move approved, refused (`proposal` names it), or the authority a controller shall have, at `entered`.

    `moves` are what is approved or refused, in words and numbers, so that it is what is signed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    order: Literal["approve", "refuse", "authority"]
    controller: Text
    by: Text
    reason: Text
    proposal: str = Field(default="", max_length=40)
    moves: tuple[Moved, ...] = Field(default=(), max_length=20)
    authority: Authority | None = None
    entered: Stamp | Literal[""] = ""

    @property
    def about(self) -> str:
        """What the order is about."""
        return about_controller(self.controller, self.proposal, self.authority, self.moves)

    def ordered(self, name: str, now: int, vouched: Vouched = NOTHING) -> ControlOrdered:
        """The order as an input of the scan at `now` (µs), with what was found against it."""
        said = self.model_dump(exclude={"entered"})
        objection = "; ".join(vouched.words)
        return ControlOrdered(**said, slip=name, objection=objection, signature=vouched.signature)


class AnswerSlip(BaseModel):
    """What a person says to a prompt: an answer, that another's entry is right, or what an entry should have been.

    `entered` is when it was said, `happened` when what it tells of happened; `source` the instrument or terminal it
    comes from, `attachment` the SHA-256 of a file that is kept with it.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    order: Literal["answer", "verify", "correct"]
    prompt: Text
    answer: Note
    by: Text
    entered: Stamp
    happened: Stamp
    reason: Note = ""
    source: Note = ""
    attachment: Annotated[str, Field(pattern="^([0-9a-f]{64})?$")] = ""

    @property
    def about(self) -> str:
        """What the order is about."""
        return f"{self.prompt} {self.answer}".strip()

    def ordered(
        self, name: str, now: int, vouched: Vouched = NOTHING
    ) -> PromptAnswered | VerificationGiven | CorrectionGiven:
        """The order as an input of the scan, with what was found against it."""
        said = self.model_dump(exclude={"order", "prompt", "answer"})
        causes = tuple(one.cause for one in vouched.objections if one.cause is not None)
        entry = Entry(**said, slip=name, objections=vouched.words, causes=causes, signature=vouched.signature)
        return _ANSWERS[self.order](prompt=self.prompt, answer=self.answer, entry=entry)


_ANSWERS: dict[str, type[PromptAnswered] | type[VerificationGiven] | type[CorrectionGiven]] = {
    "answer": PromptAnswered,
    "verify": VerificationGiven,
    "correct": CorrectionGiven,
}


class CommandSlip(BaseModel):
    """An ISA-88 command to the batch."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    order: Literal["hold", "restart", "pause", "resume", "stop", "abort"]
    by: Text
    entered: Stamp
    reason: Text

    @property
    def about(self) -> str:
        """What the order is about."""
        return "the batch"

    def ordered(self, name: str, now: int, vouched: Vouched = NOTHING) -> CommandGiven:
        """The order as an input of the scan, with what was found against it."""
        return CommandGiven(
            command=self.order,
            reason=self.reason,
            by=self.by,
            slip=name,
            objection="; ".join(vouched.words) or None,
            signature=vouched.signature,
        )


class ChangeSlip(BaseModel):
    """A change of the running recipe, with the deviation and the signature event that approve it."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    order: Literal["recipe change"]
    what: RecipeChange
    deviation: Text
    signature: Text
    by: Text
    reason: Text

    @property
    def about(self) -> str:
        """What the order is about."""
        return self.what.words

    def ordered(self, name: str, now: int, vouched: Vouched = NOTHING) -> RecipeChangeOrdered:
        """The order as an input of the scan, with what was found against it."""
        return RecipeChangeOrdered(
            what=self.what,
            deviation=self.deviation,
            signature=self.signature,
            by=self.by,
            reason=self.reason,
            objection="; ".join(vouched.words),
            slip=name,
        )


Signable = AnswerSlip | CommandSlip | AlarmSlip | ControlSlip
"""An order that a person signs as it is; a change of the recipe names the signature of who approved it."""


def shown(batch: str, slip: Signable) -> bytes:
    """What a person signs: the order with the batch it is for, as canonical bytes."""
    return ordered.shown(batch, slip.model_dump(mode="json"))


def subject(batch: str, slip: Signable) -> str:
    """What the signature is about: a prompt of the batch, or another order at its time."""
    return f"{batch}/{slip.prompt if isinstance(slip, AnswerSlip) else _at_its_time(slip)}"


def _at_its_time(slip: CommandSlip | AlarmSlip | ControlSlip) -> str:
    about = "" if isinstance(slip, CommandSlip) else f" {slip.about}"
    return f"{slip.order}{about} {slip.entered}"


Slip = AlarmSlip | ControlSlip | AnswerSlip | CommandSlip | ChangeSlip
SLIPS: TypeAdapter[Slip] = TypeAdapter(Slip)
"""Reads an order of any kind."""
Ordered = (
    AlarmOrdered
    | ControlOrdered
    | PromptAnswered
    | VerificationGiven
    | CorrectionGiven
    | CommandGiven
    | RecipeChangeOrdered
)
"""An order as an input of a scan."""
ORDERED = tuple(
    kind.type
    for kind in (
        AlarmOrdered,
        ControlOrdered,
        PromptAnswered,
        VerificationGiven,
        CorrectionGiven,
        CommandGiven,
        RecipeChangeOrdered,
    )
)
"""The types of events that orders become."""


def slip_of(content: Payload) -> str:
    """The id of the order that an input was handed in as; empty where it was none."""
    if isinstance(content, AlarmOrdered | ControlOrdered | CommandGiven | RecipeChangeOrdered):
        return content.slip or ""
    if (
        isinstance(content, PromptAnswered | VerificationGiven | CorrectionGiven)
        and content.entry is not None
    ):
        return content.entry.slip
    return ""


def author(content: Payload) -> str:
    """The account of the person an input came from; empty where it does not name one."""
    if isinstance(content, CommandGiven | RecipeChangeOrdered | ControlOrdered | AlarmOrdered):
        return content.by or ""
    if (
        isinstance(content, PromptAnswered | VerificationGiven | CorrectionGiven)
        and content.entry is not None
    ):
        return content.entry.by
    return ""
