"""The masked step loop: each lane advances with its own clock and step size until all have covered an interval.

In: a traced step, the lanes' variables, hours. Out: IR that leaves every sound lane at the interval's end and every
other one where it was last trusted, with a status. A lane's values never depend on its neighbours.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

from llvmlite import ir

from homeostat.twin.declare import Group, Quantity, Signature
from homeostat.twin.engine.emit import Body
from homeostat.twin.engine.lanes import Lanes
from homeostat.twin.engine.status import Status
from homeostat.twin.engine.trace import Step

SHORTEST = 1e-100
"""Hours that count as none: their reciprocal would not be finite at every stage."""
SMALLEST_STEP = 1e-11
"""Smallest step as a fraction of the interval."""
SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0


@dataclass(frozen=True)
class Taken:
    """A step as it was taken by the lanes of `mask`: its emitted code, its `start` and `size` in hours since the
    interval began, the states at both ends and what else the step function gave."""

    body: Body
    mask: ir.Value
    start: ir.Value
    size: ir.Value
    old: Sequence[ir.Value]
    new: Sequence[ir.Value]
    more: Sequence[Sequence[ir.Value]]


After = Callable[[Taken], None]
"""What else follows from a step."""


class Cells:
    """The variables of one group of lanes, a slot each; LLVM turns them into registers."""

    def __init__(self, v: Lanes, signature: Signature) -> None:
        self.v, self.signature = v, signature
        self.scalars = {name: v.slot() for name in ("left", "step", "status", "steps")}
        self.groups = [[v.slot() for _ in group] for group in signature.groups[:3]]

    def read(self, name: str) -> ir.Value:
        """One of the scalars: hours `left`, `step` wished for, `status`, `steps` tried."""
        return self.v.builder.load(self.scalars[name])

    def write(self, name: str, value: ir.Value) -> None:
        """Set a scalar in every lane."""
        self.v.builder.store(value, self.scalars[name])

    def update(self, name: str, mask: ir.Value, value: ir.Value) -> None:
        """Set a scalar in the lanes of `mask`."""
        self.write(name, self.v.select(mask, value, self.read(name)))

    def values(self, group: int) -> list[ir.Value]:
        """States (0), inputs (1) or parameters (2), in declared order."""
        return [self.v.builder.load(slot) for slot in self.groups[group]]

    def assign(self, group: int, values: Sequence[ir.Value], mask: ir.Value | None = None) -> None:
        """Set a whole group, in every lane or in those of `mask`."""
        for slot, value in zip(self.groups[group], values, strict=True):
            kept = value if mask is None else self.v.select(mask, value, self.v.builder.load(slot))
            self.v.builder.store(kept, slot)

    def sound(self) -> ir.Value:
        """Mask of the lanes without fault."""
        return self.v.builder.fcmp_ordered("==", self.read("status"), self.v.const(Status.OK))

    def active(self) -> ir.Value:
        """Mask of the lanes that have time left and no fault."""
        return self.v.builder.and_(self.v.less(self.v.const(SHORTEST), self.read("left")), self.sound())

    def fail(self, mask: ir.Value, status: ir.Value) -> None:
        """Give the sound lanes of `mask` a status."""
        self.update("status", self.v.builder.and_(mask, self.sound()), status)


def judge(v: Lanes, groups: Sequence[tuple[Group, Sequence[ir.Value], Sequence[float]]]) -> ir.Value:
    """Status of values: NON_FINITE, else OUT_OF_BOUNDS beyond declared bounds plus each value's slack, else OK."""
    inside = []
    for group, values, slacks in groups:
        for quantity, value, slack in zip(group, values, slacks or (0.0,) * len(group), strict=True):
            inside.append(v.at_most(v.const(quantity.low - slack), value))
            inside.append(v.at_most(value, v.const(quantity.high + slack)))
    finite = v.all_finite([value for _, values, _ in groups for value in values])
    bounded = v.select(v.all(inside), v.const(Status.OK), v.const(Status.OUT_OF_BOUNDS))
    return v.select(finite, bounded, v.const(Status.NON_FINITE))


def clip(v: Lanes, states: Group, values: Sequence[ir.Value]) -> list[ir.Value]:
    """States within their bounds; what is no number stays so. In a sound lane at most the absolute tolerance is cut."""
    return [_within(v, quantity, value) for quantity, value in zip(states, values, strict=True)]


def _within(v: Lanes, quantity: Quantity, value: ir.Value) -> ir.Value:
    if math.isfinite(quantity.low):
        value = v.max(v.const(quantity.low), value)
    if math.isfinite(quantity.high):
        value = v.min(v.const(quantity.high), value)
    return value


def integrate(
    step: Step, v: Lanes, cells: Cells, hours: ir.Value, limit: float, after: After | None = None
) -> None:
    """Emit the loop over `hours`, at most `limit` steps in all; the builder is left behind it."""
    b = v.builder
    cells.write("left", hours)
    floor = b.fmul(hours, v.const(SMALLEST_STEP))
    loop, reached = b.append_basic_block("step"), b.append_basic_block("reached")
    b.cbranch(v.any_lane(cells.active()), loop, reached)
    b.position_at_end(loop)
    taken = _advance(step, v, cells, hours, floor, limit)
    if after is not None:
        after(taken)
    b.cbranch(v.any_lane(cells.active()), loop, reached)
    b.position_at_end(reached)


@dataclass(frozen=True)
class _Trial:
    """One attempted step: where it leads, whether it counts, and what stands against it."""

    body: Body
    x_new: Sequence[ir.Value]
    more: Sequence[Sequence[ir.Value]]
    accepted: ir.Value
    factor: ir.Value
    objection: ir.Value


def _advance(step: Step, v: Lanes, cells: Cells, hours: ir.Value, floor: ir.Value, limit: float) -> Taken:
    """Try one step in every active lane."""
    b = v.builder
    active, left, wish, old = cells.active(), cells.read("left"), cells.read("step"), cells.values(0)
    steps, size = b.fadd(cells.read("steps"), v.const(1.0)), _next_step(v, left, wish)
    trial = _attempt(step, v, cells, size)
    taken, refused = b.and_(active, trial.accepted), b.and_(active, b.not_(trial.accepted))
    proposed = b.fmul(size, trial.factor)
    cells.assign(0, trial.x_new, taken)
    cells.update("left", taken, b.fsub(left, size))
    cells.update("step", active, v.select(trial.accepted, v.max(proposed, wish), proposed))
    cells.update("steps", active, steps)
    cells.update("status", b.and_(refused, v.less(proposed, floor)), trial.objection)
    exhausted = b.and_(cells.active(), v.at_most(v.const(limit), steps))
    cells.update("status", exhausted, v.const(Status.STEP_UNDERFLOW))
    return Taken(trial.body, taken, b.fsub(hours, left), size, old, trial.x_new, trial.more)


def _next_step(v: Lanes, left: ir.Value, wish: ir.Value) -> ir.Value:
    """Return the wish, or all that is left, or half of it when the rest would be a sliver."""
    half = v.builder.fmul(v.const(0.5), left)
    return v.select(v.at_most(left, wish), left, v.min(wish, half))


def _attempt(step: Step, v: Lanes, cells: Cells, size: ir.Value) -> _Trial:
    body = Body(v, step.code)
    groups = [cells.values(k) for k in range(3)]
    x_new, (error2,), (slack,), (margin,), *more = body.run(step.early, [*groups, [size]])
    finite = v.all_finite([*x_new, error2])
    solved = v.at_most(v.const(0.0), slack)
    inside = v.at_most(v.const(0.0), margin)
    exact = v.at_most(error2, v.const(1.0))
    accepted = v.all([finite, solved, inside, exact])
    objection = v.select(inside, v.const(Status.STEP_UNDERFLOW), v.const(Status.OUT_OF_BOUNDS))
    objection = v.select(finite, objection, v.const(Status.NON_FINITE))
    return _Trial(body, x_new, more, accepted, _factor(v, error2, accepted), objection)


def _factor(v: Lanes, error2: ir.Value, accepted: ir.Value) -> ir.Value:
    """Return the ratio of next to present step: 0.9 error^(-1/4), as three square roots of error^2."""
    root = v.sqrt(v.sqrt(v.sqrt(error2)))
    factor = v.builder.fdiv(v.const(SAFETY), v.max(root, v.const(SAFETY / GROW)))
    limited = v.max(factor, v.const(SHRINK))
    return v.select(accepted, limited, v.min(limited, v.const(0.5)))
