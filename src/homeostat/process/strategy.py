"""The control strategy: one loop for each tag that is steered, what it moves, and what it is told beforehand."""

from collections.abc import Mapping
from typing import Literal

from pydantic import ConfigDict, Field, model_validator

from homeostat.process.base import Name, Part, Range, Text
from homeostat.process.equipment import Tag
from homeostat.process.units import Quantity

SPLIT_UNIT = "%"
"""The unit of an output that is split between actuators."""


class SplitRange(Part):
    """An actuator's share of a loop's output, which runs from 0 % to 100 % and is split between several.

    At the output `from` the actuator stands at the low end of its `output` (default: of its range), at `to` at the high
    end, between them in proportion, and beyond them at that end. `to` may lie below `from`: the actuator opens as the
    output falls.
    """

    model_config = ConfigDict(serialize_by_alias=True)

    start: Quantity = Field(alias="from")
    to: Quantity
    output: Range | None = None


class FeedForward(Part):
    """What a measured disturbance adds to a loop's output at once, before the loop's own tag shows it.

    `gain` is in output units for one unit of the disturbance, which adds nothing while it is `rest` (default: 0); it
    acts through a lead-lag (lead s + 1) / (lag s + 1). Without a usable reading what was added last stays.
    """

    gain: Quantity
    lead: Quantity | None = None
    lag: Quantity | None = None
    rest: Quantity | None = None


class Loop(Part):
    """A PID loop: it moves its `actuator` so that `tag` follows the set-point.

    Instead of one actuator it may `split` its output, in %, between several, or be the outer loop of a cascade: then
    its output is the set-point of the loop `inner`, within the range `output`, and what the inner loop declares holds
    only until the outer one is automatic. In the standard form `gain` is in output units for one unit of the tag,
    `integral` and `derivative` are times; in the parallel form they are gains of their own (such as `2 %/(pH h)`).
    `reverse` action means that the output rises when the measurement falls (heating, dosing base); `direct` the
    opposite (cooling). `setpoint_weight` and `derivative_weight` say how much of a new set-point acts through gain and
    derivative; the derivative is filtered by its time over `filter`. At a limit the integral stops or, with `tracking`,
    follows within that time. `rate` is the fastest change of the output, `forward` names measured disturbances. When
    the tag has had no usable reading for `patience`, the output goes to `safe`, if that is given; until then, and
    without it, the output stays where it is.
    """

    title: Text
    tag: Name
    actuator: Name | None = None
    split: dict[Name, SplitRange] = Field(default_factory=dict)
    inner: Name | None = None
    mode: Literal["manual", "auto"] = "auto"
    setpoint: Quantity
    form: Literal["standard", "parallel"] = "standard"
    gain: Quantity
    integral: Quantity | None = None
    derivative: Quantity | None = None
    setpoint_weight: float = Field(default=1.0, ge=0.0, le=1.0)
    derivative_weight: float = Field(default=0.0, ge=0.0, le=1.0)
    filter: float = Field(default=10.0, ge=1.0, le=100.0)
    tracking: Quantity | None = None
    action: Literal["reverse", "direct"] = "reverse"
    output: Range | None = None
    rate: Quantity | None = None
    deadband: Quantity | None = None
    forward: dict[Name, FeedForward] = Field(default_factory=dict)
    safe: Quantity | None = None
    patience: Quantity = Quantity(10.0, "min")

    @model_validator(mode="after")
    def _moves_one_thing(self) -> "Loop":
        given = [name for name in ("actuator", "split", "inner") if getattr(self, name)]
        if len(given) != 1:
            words = " and ".join(f"'{name}'" for name in given) or "nothing"
            raise ValueError(f"the loop moves {words}|give one of 'actuator', 'split' and 'inner'")
        if len(self.split) == 1:
            raise ValueError("a split range needs two actuators or more|name a single one in 'actuator'")
        if self.inner and self.output is None:
            mend = "add 'output: [low, high]' in the unit of the inner loop's tag"
            raise ValueError(f"an outer loop needs limits to the set-points it gives|{mend}")
        return self

    @property
    def actuators(self) -> tuple[str, ...]:
        """The actuators that the loop moves itself; none of an outer loop."""
        return (self.actuator,) if self.actuator else tuple(self.split)

    @property
    def moves(self) -> str:
        """What the loop moves, in words: its actuators, or the inner loop."""
        return ", ".join(self.actuators) or f"set-point of {self.inner}"


def output_unit(loop: Loop, tags: Mapping[str, Tag], strategy: Mapping[str, Loop]) -> str | None:
    """The unit of a loop's output: its actuator's, %, or that of the inner loop's tag; None where none is declared."""
    if loop.split:
        return SPLIT_UNIT
    moved = tags.get(loop.actuator) if loop.actuator else None
    if loop.inner and loop.inner in strategy:
        moved = tags.get(strategy[loop.inner].tag)
    return moved.unit if moved else None


def outer_loops(strategy: Mapping[str, Loop]) -> dict[str, str]:
    """The outer loop of each inner loop, by name; of several the first."""
    found: dict[str, str] = {}
    for name, loop in strategy.items():
        if loop.inner:
            found.setdefault(loop.inner, name)
    return found
