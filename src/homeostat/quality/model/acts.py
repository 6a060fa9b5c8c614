"""What was done: steps, prompts, alarms, moves, set-points, commands."""

from typing import Literal

from homeostat.quality.model.base import Part, Priority


class StepLine(Part):
    """A unit procedure, operation or phase; `end` is None while it runs. Each run of a phase is a line of its own."""

    step: str
    level: Literal["unit procedure", "operation", "phase"]
    title: str
    start: int
    end: int | None
    duration: int | None
    state: Literal["running", "complete", "stopped", "skipped"]
    cause: str


class Answer(Part):
    """One answer to a prompt and what became of it (`accepted` is None while it is not judged).

    Of a person's entry also: whether it is an answer, a verification or a correction, when it was entered and when it
    happened (stamps), why it is late or changed, its source and attached file, what a reviewer has to know (`flags`),
    and the number entered or calculated. `cause` names what a refusal is about, if it has a name: the lot, the source,
    the signature, the code ("": none, or an older record). `afterwards`: it was said once the batch had ended, and is
    told at the time of its end. `status` is empty where the demonstration operator simply answered.
    """

    answer: str
    by: str
    time: int
    accepted: bool | None
    reason: str
    act: Literal["answer", "verification", "correction"] = "answer"
    status: str = ""
    entered: str = ""
    happened: str = ""
    why: str = ""
    source: str = ""
    attachment: str = ""
    old: str = ""
    value: float | None = None
    flags: tuple[str, ...] = ()
    cause: str = ""
    afterwards: bool = False


class PromptLine(Part):
    """A question to a person with every answer; `accepted` says whether one settled it.

    `changed`: the answer that stands is not the first that was taken. `unverified`: it waits for a second person.
    """

    prompt: str
    step: str
    text: str
    kind: str
    unit: str
    asked: int
    answers: tuple[Answer, ...]
    accepted: bool
    changed: bool = False
    unverified: bool = False
    critical: bool = False


class Hush(Part):
    """A person, or a phase by design, kept an alarm from being shown: how, who, why, since when and until when."""

    how: str
    by: str
    why: str
    since: int
    until: int | None


class AlarmLine(Part):
    """An alarm from raised to cleared; `standing` where it never cleared.

    `owed`: nobody has acknowledged it. `silent`: it is not shown at the end. `shown` says whether the operator was
    alerted by this very alarm when it was raised, `first` that it was the first of its group.
    """

    alarm: str
    text: str
    priority: Priority
    raised: int
    cleared: int | None
    duration: int | None
    value: float | None
    limit: float | None
    unit: str
    standing: bool
    shown: bool = True
    first: bool = False
    acknowledged: int | None = None
    acknowledged_by: str = ""
    acknowledged_why: str = ""
    owed: bool = False
    silenced: tuple[Hush, ...] = ()
    silent: bool = False


class MoveLine(Part):
    """A discrete command from intent to outcome; `status` "open" where no outcome is recorded.

    `reconciled` is what the operator found out about an outcome that was refused or unknown.
    """

    intent: str
    step: str
    kind: Literal["set", "dose", "draw"]
    target: str
    value: float
    unit: str
    intended: int
    status: Literal["done", "refused", "unknown", "open"]
    applied: float | None
    detail: str
    reconciled: str


class MaterialLine(Part):
    """Something that went into the vessel."""

    material: str
    title: str
    step: str
    time: int
    amount: float
    unit: str
    critical: bool
    status: Literal["done", "refused", "unknown", "open"]


class SetpointLine(Part):
    """A loop got another set-point or mode."""

    loop: str
    time: int
    setpoint: float
    unit: str
    mode: Literal["manual", "auto"]
    cause: str


class CommandLine(Part):
    """An ISA-88 command to the batch, and whether the state it met allowed it."""

    command: str
    by: str
    time: int
    accepted: bool
    reason: str


class StateLine(Part):
    """The batch moved from one ISA-88 state to another."""

    time: int
    before: str
    after: str
    cause: str


class Interruption(Part):
    """Execution stopped (a crash, a power cut) and was taken up again at a scan."""

    scan: int
    recorded: str
    reason: str
