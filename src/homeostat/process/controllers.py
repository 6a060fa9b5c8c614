"""Predictive controllers: what they strive for, what they may do, and who is asked.

An aim or a limit speaks of a quality attribute of the process, or of a state or an output of the twin's model.
"""

from typing import Any, Literal, Self

from pydantic import Field, SerializerFunctionWrapHandler, model_serializer, model_validator

from homeostat.process.base import Name, Names, Part, Range, Text
from homeostat.process.units import Quantity

Authority = Literal["advisory", "supervised", "autonomous"]
"""What a controller may do: say what it would do; do it once a person has approved; do it by itself."""


class Aim(Part):
    """What the controller strives for: a `target`, at least `low`, at most `high`, or as much as possible.

    It counts at the `end` of the horizon or `throughout`. A deviation of `scale` weighs `weight` (squared from a
    target or beyond a bound, linearly where there is `more` or `less` to be had).
    """

    of: Name
    at: Literal["end", "throughout"] = "end"
    target: Quantity | None = None
    low: Quantity | None = None
    high: Quantity | None = None
    strive: Literal["more", "less"] | None = None
    scale: Quantity
    weight: float = Field(default=1.0, gt=0.0)

    @model_validator(mode="after")
    def _one(self) -> Self:
        if sum(each is not None for each in (self.target, self.strive, self.low, self.high)) != 1:
            raise ValueError("it is not clear what is aimed at|give one of target, low, high or strive")
        return self


class Bound(Part):
    """What has to hold at every step of the horizon, the last one included.

    A `hard` bound is never planned to be violated: where it cannot be kept, there is no plan. Otherwise a violation
    weighs 100 for each `scale` beyond it. With a `chance`, the bound holds with that probability as far as the present
    doubt of the quantity and that of the parameters in `scenarios` go; the doubt of other states is not led along.
    """

    of: Name
    low: Quantity | None = None
    high: Quantity | None = None
    scale: Quantity | None = None
    hard: bool = False
    chance: Quantity | None = None

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.low is None and self.high is None:
            raise ValueError("a limit needs an end|give low, high or both")
        if not self.hard and self.scale is None:
            raise ValueError("a soft limit needs a scale|say which violation counts, or make the limit hard")
        return self


class Move(Part):
    """A loop whose output the controller moves; the loop itself takes over where the controller cannot.

    Outputs stay in the validated `envelope`. No step of a plan makes a larger `change`, and whatever is planned, an
    output changes no faster than by `rate` (output per time): it gets there in as many scans as that takes. `cost`
    is the amount (output times time) that weighs 1, `suppression` the change that does. A `least` output makes it a
    switch: off, or at least that much.
    """

    envelope: Range
    change: Quantity | None = None
    rate: Quantity | None = None
    cost: Quantity | None = None
    suppression: Quantity | None = None
    least: Quantity | None = None


class Harvest(Part):
    """The controller also chooses when the phase ends: the condition `harvest >= 0 h` then holds.

    It looks at ends `between` two times after the start of the batch, `every` so often; to be later by `delay` weighs
    1, if that is given. A plan reaches to each of them, however far: see `Controller`.
    """

    between: Range
    every: Quantity = Quantity(12.0, "h")
    delay: Quantity | None = None


class Controller(Part):
    """A model-predictive controller: `every` so often it plans the rest in steps of `step` and makes the first move.

    It is at work in the phases `during`. The plan reaches to `end` (batch time), at most over `horizon`; with `harvest`
    it reaches to each end that is compared instead, and there is no `end`. It has as many steps as `horizon` has of
    `step`, all of one length, shorter the nearer the end. After `free_moves` steps the outputs stay. States in
    `held` are kept where they are by other loops. Where others settle in much less than a `step` (a substrate that
    is eaten as it is fed), the model is `stiff`: it takes an implicit method. `scenarios` gives, for parameters
    that are learnt, how many standard deviations of the belief a plan has to bear either way. An answer later than
    `deadline` is not used, and a solver that has not begun another iteration for `heartbeat` is given up before
    that; the last plan is followed until it is older than `age`. A supervised move waits for its approval for
    `approval`, which is no longer than that. Nothing is asked once no reading of what is planned was fused for
    `blind`, unless the laboratory measured some of it in a sample not older than `sampled`.
    """

    title: Text
    authority: Authority = "advisory"
    during: Names
    every: Quantity = Quantity(2.0, "h")
    step: Quantity = Quantity(6.0, "h")
    horizon: Quantity = Quantity(72.0, "h")
    end: Quantity | None = None
    free_moves: int = Field(default=6, ge=1, le=100)
    moves: dict[Name, Move] = Field(min_length=1)
    aims: tuple[Aim, ...] = Field(min_length=1)
    limits: tuple[Bound, ...] = ()
    held: Names = ()
    stiff: bool = False
    scenarios: dict[Name, float] = Field(default_factory=dict)
    harvest: Harvest | None = None
    deadline: Quantity = Quantity(20.0, "s")
    heartbeat: Quantity = Quantity(5.0, "s")
    age: Quantity = Quantity(12.0, "h")
    approval: Quantity = Quantity(1.0, "h")
    blind: Quantity = Quantity(2.0, "h")
    sampled: Quantity = Quantity(30.0, "h")

    @model_serializer(mode="wrap")
    def _told(self, handler: SerializerFunctionWrapHandler) -> dict[str, Any]:
        """How long signals may be gone is told only where it is declared: other processes keep their content hash."""
        unsaid = {"blind", "sampled"} - self.model_fields_set
        return {name: value for name, value in handler(self).items() if name not in unsaid}
