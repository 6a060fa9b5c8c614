"""What people and the recipe want done, and what became of it."""

from typing import ClassVar, Literal

from homeostat.ledger.catalogue.base import Payload, Role

RECONCILE = "reconcile "
"""How the name of a prompt begins that asks what became of a command; the command's event id follows."""


class CommandGiven(Payload):
    """A person (or the run's own options) gave the batch an ISA-88 command.

    `by` is the person's account and `slip` the order it was handed in as; the run itself gives neither. `objection` is
    what was found against it when it was taken up, `signature` the event of the signature that carries it.
    """

    type: ClassVar[str] = "command.given"
    role: ClassVar[Role] = "input"
    command: str
    reason: str
    by: str | None = None
    slip: str | None = None
    objection: str | None = None
    signature: str = ""


class CommandRefused(Payload):
    """A command that the ISA-88 table does not allow in the present state, or that its giver may not give: `reason`."""

    type: ClassVar[str] = "command.refused"
    role: ClassVar[Role] = "decision"
    command: str
    state: str
    reason: str | None = None


class CommandIntended(Payload):
    """A discrete act that is about to be dispatched; durable before the equipment hears of it."""

    type: ClassVar[str] = "command.intended"
    role: ClassVar[Role] = "decision"
    kind: Literal["set", "dose", "draw"]
    target: str
    value: float
    unit: str
    retain: tuple[str, ...]
    step: str


class CommandOutcome(Payload):
    """What the equipment made of an intended command; `value` is what was applied, in the intent's unit."""

    type: ClassVar[str] = "command.outcome"
    role: ClassVar[Role] = "input"
    intent: str
    status: Literal["done", "refused", "unknown"]
    value: float
    detail: str


class LoopChanged(Payload):
    """A loop got another set-point (in `unit`), mode or output (in `output_unit`)."""

    type: ClassVar[str] = "loop.changed"
    role: ClassVar[Role] = "decision"
    loop: str
    setpoint: float
    unit: str
    mode: Literal["manual", "auto"]
    output: float
    output_unit: str
    cause: str
