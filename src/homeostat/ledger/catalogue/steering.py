"""What predictive controllers decided and why, what people said about it, and when none answered in time."""

from typing import Any, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, SerializerFunctionWrapHandler, model_serializer

from homeostat.ledger.catalogue.base import Payload, Role

Authority = Literal["advisory", "supervised", "autonomous"]


class Foretold(BaseModel):
    """A quantity in `unit` as foreseen at the ends of the plan's steps, with the lowest and highest scenario.

    `without` is what it would be had the outputs stayed as they were, `skipped` what it would be without the first move
    alone: the outputs stay for the first step, and then follow the plan as far as changes are allowed.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")
    of: str
    unit: str
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    without: tuple[float, ...]
    skipped: tuple[float, ...] = ()


class Binding(BaseModel):
    """A limit that shapes the plan: at which step (batch time, µs), and what easing it would be worth."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    limit: str
    at: int
    multiplier: float


HARVEST = "harvest"
"""What a move is called that ends the phase, at a batch time in h."""


class Moved(BaseModel):
    """Where a loop's output is to go, in its `unit`; or when the phase is to end."""

    model_config = ConfigDict(frozen=True, extra="forbid", allow_inf_nan=False)
    loop: str
    value: float
    unit: str

    @property
    def words(self) -> str:
        """The same in words."""
        return f"{self.loop} {self.value:.6g} {self.unit}"

    @classmethod
    def end(cls, time: int) -> "Moved":
        """That the phase is to end at `time` (µs)."""
        return cls(loop=HARVEST, value=time / 3.6e9, unit="h")


class MovePlanned(Payload):
    """A controller planned: `outputs` of its `loops` at `times` (µs), from what was believed at `made`.

    A supervised move waits under the name `proposal` for its approval until `expires` (µs); `ending` is when the phase
    is to end by it (µs), where that comes before another plan is due.

    `value` is the plan's objective, `without` that of leaving the outputs as they were, `skipped` that of leaving out
    the first move alone (smaller is better); `limits` are those that shape it. `believed` is all that the plan was made
    from: every state, input and parameter of the model, with the standard deviation of those that are watched or that
    scenarios bear, as is that of a watched output. `foretold` is what it is expected to bring. `means` is the SHA-256
    of model, solver and settings; `text` says it all in a sentence. `harvests` are the ends it compared, each with its
    objective. `unsure` names soft limits whose chance had to be given up: they are kept as the belief expects.
    """

    type: ClassVar[str] = "move.planned"
    role: ClassVar[Role] = "decision"
    controller: str
    made: int
    authority: Authority
    proposal: str
    expires: int | None = None
    loops: tuple[str, ...]
    units: tuple[str, ...]
    before: tuple[float, ...]
    times: tuple[int, ...]
    outputs: tuple[tuple[float, ...], ...]
    harvest: int | None
    harvests: tuple[tuple[int, float], ...]
    ending: int | None = None
    status: str
    iterations: int
    value: float
    without: float
    skipped: float | None = None
    believed: dict[str, tuple[float, float | None]]
    foretold: tuple[Foretold, ...]
    limits: tuple[Binding, ...]
    unsure: tuple[str, ...] = ()
    means: str
    text: str

    @property
    def moves(self) -> tuple[Moved, ...]:
        """The first move: what is made now, or once somebody approves it."""
        first = zip(self.loops, self.outputs[0], self.units, strict=True)
        moves = [Moved(loop=loop, value=value, unit=unit) for loop, value, unit in first]
        return (*moves, *([] if self.ending is None else [Moved.end(self.ending)]))


class PlanFailed(Payload):
    """A controller found no plan, or none that may be used; `status` is what its solver said."""

    type: ClassVar[str] = "plan.failed"
    role: ClassVar[Role] = "decision"
    controller: str
    made: int
    status: str
    reason: str


class PlanMissed(Payload):
    """A controller's answer came too late, or its solver died: a fact that replays take as it was."""

    type: ClassVar[str] = "plan.missed"
    role: ClassVar[Role] = "input"
    controller: str
    made: int
    reason: str


class ControlChanged(Payload):
    """A controller went to another rung of its ladder, or to another authority, and why."""

    type: ClassVar[str] = "control.changed"
    role: ClassVar[Role] = "decision"
    controller: str
    before: str
    rung: str
    authority: Authority
    reason: str


class MoveClamped(Payload):
    """The supervisor did not let an output through as planned: `clamp` says what stood against it."""

    type: ClassVar[str] = "move.clamped"
    role: ClassVar[Role] = "decision"
    controller: str
    loop: str
    planned: float
    output: float
    unit: str
    clamp: str


class MoveExpired(Payload):
    """Nobody approved a proposed move in time: it is not made. `proposal` is its name."""

    type: ClassVar[str] = "move.expired"
    role: ClassVar[Role] = "decision"
    controller: str
    proposal: str


class ControlOrdered(Payload):
    """A person approves or refuses a proposed move, or gives a controller another authority, and says why.

    `proposal` names the move, `moves` say what it is, as the person saw it; `slip` is the id of the order as it was
    handed in. `objection` is what was found against it when it was taken up, `signature` the event of the signature
    that carries it.
    """

    type: ClassVar[str] = "control.ordered"
    role: ClassVar[Role] = "input"
    order: Literal["approve", "refuse", "authority"]
    controller: str
    by: str
    reason: str
    proposal: str = ""
    moves: tuple[Moved, ...] = ()
    authority: Authority | None = None
    slip: str = ""
    objection: str = ""
    signature: str = ""

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """An order that names no move is told as it was before any did."""
        return {name: value for name, value in handler(self).items() if name != "moves" or value}


class ControlRefused(Payload):
    """A person's order about a controller could not be followed; `reason` says why."""

    type: ClassVar[str] = "control.refused"
    role: ClassVar[Role] = "decision"
    order: str
    controller: str
    by: str
    reason: str
