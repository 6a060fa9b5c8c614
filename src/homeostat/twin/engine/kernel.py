"""The compiled program of a model: adaptive integration over one interval, and the algebraic outputs.

In: the model's SX function and tolerances. Out: an IR module with `advance` and `outputs`. Both take and fill plain
arrays of doubles, `width` lanes per value: in = x, u, p, hours; out = x, status, steps. Every lane keeps its own clock
and step size, so a lane's result never depends on its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca
from llvmlite import ir

from homeostat.twin.declare import Signature
from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.rosenbrock import Tolerance, step_function
from homeostat.twin.engine.status import Status
from homeostat.twin.graph import Instruction, instructions

MAX_STEPS = 20_000.0
SHORTEST = 1e-100
"""Hours that count as none: their reciprocal would not be finite at every stage."""
SMALLEST_STEP = 1e-11
"""Smallest step as a fraction of the interval."""
PIVOT_QUALITY = 1e-6
"""A step whose elimination lost more than this is repeated with a smaller one."""
SAFETY, SHRINK, GROW = 0.9, 0.2, 5.0


@dataclass(frozen=True)
class Program:
    """What is compiled: symbolic step and outputs as instructions, with the sizes and bounds they belong to."""

    signature: Signature
    tolerance: Tolerance
    step: tuple[Instruction, ...]
    outputs: tuple[Instruction, ...]

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers of states, inputs and parameters."""
        s = self.signature
        return len(s.states), len(s.inputs), len(s.parameters)


def program(model: ca.Function, signature: Signature, tolerance: Tolerance) -> Program:
    """Trace the step and the outputs of `model`."""
    step = step_function(model, signature.states, tolerance)
    x, u, p = model.sx_in()
    outputs = ca.Function("outputs", [x, u, p], [ca.cse(model(x, u, p)[1])])
    return Program(signature, tolerance, instructions(step), instructions(outputs))


def emit_module(source: Program, width: int = 1) -> ir.Module:
    """Return the IR module of `source` for `width` lanes."""
    module = ir.Module("twin")
    _emit_advance(source, module, width)
    _emit_outputs(source, module, width)
    return module


def _open(module: ir.Module, name: str, width: int) -> tuple[ir.Function, Lanes]:
    probe = Lanes(ir.IRBuilder(), width)
    pointer = probe.real.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [pointer, pointer]), name)
    for argument in function.args:
        argument.add_attribute("noalias")
    return function, Lanes(ir.IRBuilder(function.append_basic_block("entry")), width)


def _read(v: Lanes, base: ir.Value, counts: Sequence[int]) -> list[list[ir.Value]]:
    groups, at = [], 0
    for count in counts:
        groups.append([v.builder.load(v.builder.gep(base, [INT(at + k)])) for k in range(count)])
        at += count
    return groups


def _write(v: Lanes, base: ir.Value, values: Sequence[ir.Value]) -> None:
    for k, value in enumerate(values):
        v.builder.store(value, v.builder.gep(base, [INT(k)]))


def _emit_outputs(source: Program, module: ir.Module, width: int) -> None:
    function, v = _open(module, "outputs", width)
    columns = emit(v, source.outputs, _read(v, function.args[0], source.sizes))
    _write(v, function.args[1], columns[0] if columns else [])
    v.builder.ret_void()


def _emit_advance(source: Program, module: ir.Module, width: int) -> None:
    function, v = _open(module, "advance", width)
    loop, end = function.append_basic_block("step"), function.append_basic_block("end")
    *arguments, (hours,) = _read(v, function.args[0], (*source.sizes, 1))
    start = _check_arguments(source, v, arguments, hours)
    cell = _Cells(v, arguments[0], hours, start)
    v.builder.cbranch(v.any_lane(cell.active()), loop, end)
    v.builder.position_at_end(loop)
    _emit_step(source, v, cell, arguments, hours)
    v.builder.cbranch(v.any_lane(cell.active()), loop, end)
    v.builder.position_at_end(end)
    _write(v, function.args[1], [*_clip(source, v, cell), cell.read("status"), cell.read("steps")])
    v.builder.ret_void()


class _Cells:
    """The variables of the step loop, one slot each; LLVM turns them into registers."""

    def __init__(self, v: Lanes, x: Sequence[ir.Value], hours: ir.Value, status: ir.Value) -> None:
        self.v = v
        start = {"left": hours, "step": hours, "status": status, "steps": v.const(0.0)}
        self.slots = {name: self._slot(value) for name, value in start.items()}
        self.states = [self._slot(value) for value in x]

    def _slot(self, value: ir.Value) -> ir.Value:
        slot = self.v.builder.alloca(self.v.real)
        self.v.builder.store(value, slot)
        return slot

    def read(self, name: str) -> ir.Value:
        return self.v.builder.load(self.slots[name])

    def read_states(self) -> list[ir.Value]:
        return [self.v.builder.load(slot) for slot in self.states]

    def update(self, name: str, mask: ir.Value, value: ir.Value) -> None:
        self.v.builder.store(self.v.select(mask, value, self.read(name)), self.slots[name])

    def update_states(self, mask: ir.Value, values: Sequence[ir.Value]) -> None:
        for slot, value in zip(self.states, values, strict=True):
            self.v.builder.store(self.v.select(mask, value, self.v.builder.load(slot)), slot)

    def active(self) -> ir.Value:
        """Lanes that have time left and no fault."""
        return self.v.builder.and_(self.v.less(self.v.const(SHORTEST), self.read("left")), self.sound())

    def sound(self) -> ir.Value:
        """Lanes without fault."""
        return self.v.builder.fcmp_ordered("==", self.read("status"), self.v.const(Status.OK))


def _check_arguments(
    source: Program, v: Lanes, arguments: Sequence[Sequence[ir.Value]], hours: ir.Value
) -> ir.Value:
    """Return the status before the first step: finite, within declared bounds, not backwards in time."""
    finite, inside = [v.finite(hours)], [v.at_most(v.const(0.0), hours)]
    slack = (source.tolerance.absolute, 0.0, 0.0)
    for group, values, allowed in zip(source.signature.groups, arguments, slack, strict=False):
        for quantity, value in zip(group, values, strict=True):
            finite.append(v.finite(value))
            inside.append(v.at_most(v.const(quantity.low - allowed), value))
            inside.append(v.at_most(value, v.const(quantity.high + allowed)))
    bounded = v.select(v.all(inside), v.const(Status.OK), v.const(Status.OUT_OF_BOUNDS))
    return v.select(v.all(finite), bounded, v.const(Status.NON_FINITE))


@dataclass(frozen=True)
class _Trial:
    """One attempted step: where it leads, whether it counts, and what stands against it."""

    x_new: Sequence[ir.Value]
    step: ir.Value
    accepted: ir.Value
    factor: ir.Value
    objection: ir.Value


def _emit_step(
    source: Program, v: Lanes, cell: _Cells, arguments: Sequence[Sequence[ir.Value]], hours: ir.Value
) -> None:
    b = v.builder
    active = cell.active()
    left, steps = cell.read("left"), b.fadd(cell.read("steps"), v.const(1.0))
    trial = _attempt(source, v, cell.read_states(), arguments, _next_step(v, left, cell.read("step")))
    taken = b.and_(active, trial.accepted)
    refused = b.and_(active, b.not_(trial.accepted))
    proposed = b.fmul(trial.step, trial.factor)
    floor = b.fmul(hours, v.const(SMALLEST_STEP))
    cell.update_states(taken, trial.x_new)
    cell.update("left", taken, b.fsub(left, trial.step))
    cell.update("step", active, proposed)
    cell.update("steps", active, steps)
    cell.update("status", b.and_(refused, v.less(proposed, floor)), trial.objection)
    exhausted = b.and_(cell.active(), v.at_most(v.const(MAX_STEPS), steps))
    cell.update("status", exhausted, v.const(Status.STEP_UNDERFLOW))


def _next_step(v: Lanes, left: ir.Value, wish: ir.Value) -> ir.Value:
    """Return the wish, or all that is left, or half of it when the rest would be a sliver."""
    half = v.builder.fmul(v.const(0.5), left)
    return v.select(v.at_most(left, wish), left, v.min(wish, half))


def _attempt(
    source: Program, v: Lanes, x: Sequence[ir.Value], arguments: Sequence[Sequence[ir.Value]], step: ir.Value
) -> _Trial:
    x_new, (error2,), (quality,), (margin,) = emit(v, source.step, [x, *arguments[1:], [step]])
    finite = v.all([v.finite(value) for value in [*x_new, error2]])
    solved = v.at_most(v.const(PIVOT_QUALITY), quality)
    inside = v.at_most(v.const(0.0), margin)
    exact = v.at_most(error2, v.const(1.0))
    accepted = v.all([finite, solved, inside, exact])
    objection = v.select(inside, v.const(Status.STEP_UNDERFLOW), v.const(Status.OUT_OF_BOUNDS))
    objection = v.select(finite, objection, v.const(Status.NON_FINITE))
    return _Trial(x_new, step, accepted, _factor(v, error2, accepted), objection)


def _factor(v: Lanes, error2: ir.Value, accepted: ir.Value) -> ir.Value:
    """Return the ratio of next to present step: 0.9 error^(-1/4), as three square roots of error^2."""
    root = v.sqrt(v.sqrt(v.sqrt(error2)))
    factor = v.builder.fdiv(v.const(SAFETY), v.max(root, v.const(SAFETY / GROW)))
    limited = v.max(factor, v.const(SHRINK))
    return v.select(accepted, limited, v.min(limited, v.const(0.5)))


def _clip(source: Program, v: Lanes, cell: _Cells) -> list[ir.Value]:
    """Return the states within their bounds: in a sound lane, what lies beyond is within the absolute tolerance."""
    clipped, sound = [], cell.sound()
    for quantity, value in zip(source.signature.states, cell.read_states(), strict=True):
        raised = v.select(v.less(value, v.const(quantity.low)), v.const(quantity.low), value)
        lowered = v.select(v.less(v.const(quantity.high), raised), v.const(quantity.high), raised)
        clipped.append(v.select(sound, lowered, value))
    return clipped
