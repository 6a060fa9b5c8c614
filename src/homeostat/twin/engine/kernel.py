"""The compiled program of a model: adaptive integration over one interval, and the algebraic outputs.

In: the model's SX function and tolerances. Out: an IR module with `advance` and `outputs`. Both take and fill plain
arrays of doubles, `width` lanes per value: in = x, u, p, hours; out = x, status, steps. Every lane keeps its own clock
and step size, so a lane's result never depends on its neighbours.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca
from llvmlite import ir

from homeostat.twin.declare import Group, Kind, Quantity, Signature
from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.rosenbrock import RODAS4, Tolerance, step_function
from homeostat.twin.engine.stepping import Cells, clip, integrate, judge
from homeostat.twin.engine.trace import Directions, Step, trace_report
from homeostat.twin.graph import Instruction

MAX_STEPS = 20_000.0


@dataclass(frozen=True)
class Program:
    """What is compiled: symbolic step and outputs as instructions, with the sizes and bounds they belong to."""

    signature: Signature
    tolerance: Tolerance
    step: Step
    outputs: tuple[Instruction, ...]

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers of states, inputs and parameters."""
        s = self.signature
        return len(s.states), len(s.inputs), len(s.parameters)


def program(model: ca.Function, signature: Signature, tolerance: Tolerance) -> Program:
    """Trace the step and the outputs of `model`."""
    along = Directions.of(signature, ())
    step = Step.of(step_function(model, signature.states, tolerance, RODAS4), directions=False)
    outputs = trace_report(model, signature, signature.outputs.names, along)
    return Program(signature, tolerance, step, outputs.code)


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
    *arguments, (hours,) = _read(v, function.args[0], (*source.sizes, 1))
    cells = Cells(v, source.signature)
    for k, values in enumerate(arguments):
        cells.assign(k, values)
    cells.write("step", hours)
    cells.write("steps", v.const(0.0))
    cells.write("status", _check_arguments(source, v, arguments, hours))
    integrate(source.step, v, cells, hours, MAX_STEPS)
    last = cells.values(0)
    inside = clip(v, source.signature.states, last)
    states = [v.select(cells.sound(), a, b) for a, b in zip(inside, last, strict=True)]
    _write(v, function.args[1], [*states, cells.read("status"), cells.read("steps")])
    v.builder.ret_void()


def _check_arguments(
    source: Program, v: Lanes, arguments: Sequence[Sequence[ir.Value]], hours: ir.Value
) -> ir.Value:
    """Return the status before the first step: finite, within declared bounds, not backwards in time."""
    hour = Group(Kind.INPUT, (Quantity(Kind.INPUT, 0.0, "h", "duration", low=0.0),))
    slack = (source.tolerance.slack(source.signature.states), (), (), ())
    groups = (*source.signature.groups[:3], hour)
    return judge(v, list(zip(groups, [*arguments, [hours]], slack, strict=True)))
