"""The compiled kernel of a problem: native functions between which the solver decides.

In: a `Problem`. Out: `evaluate` (derivatives at a point, one node a lane), `factor` (condensed rows, backward
matrices), `solve` (step, longest step lengths), `advance` (the next point) and `measure`. They know nothing of the
tree, which is data: one kernel serves every horizon and every number of scenarios of a problem.
"""

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import casadi as ca
from llvmlite import ir

from homeostat.twin import engine, graph
from homeostat.twin.engine.emit import emit
from homeostat.twin.engine.lanes import INT
from homeostat.twin.engine.loops import count
from homeostat.twin.engine.native import Target, library
from homeostat.twin.graph import canonical, instructions
from homeostat.twin.optimal import direction, measures, riccati, rows, runge_kutta
from homeostat.twin.optimal.dynamics import RungeKutta
from homeostat.twin.optimal.frame import Frame
from homeostat.twin.optimal.layout import WIDTH, Layout
from homeostat.twin.optimal.mapping import evaluate, groups
from homeostat.twin.optimal.problem import Problem
from homeostat.twin.optimal.trace import Scaled, trace_arc, trace_arrival, trace_leaf, trace_stage

FUNCTIONS = ("evaluate", "factor", "solve", "advance", "measure")
Call = Callable[..., None]


@dataclass(frozen=True)
class Kernel:
    """The native functions, each of one table; their sizes; registers of scratch; what identifies them."""

    evaluate: Call
    factor: Call
    solve: Call
    advance: Call
    measure: Call
    iterate: Call
    layout: Layout
    scratch: int
    identity: str


def compile_kernel(problem: Problem, *, carries: bool, target: Target) -> Kernel:
    """Return the kernel of `problem`, compiled only if it never was."""
    scaled = Scaled.of(problem, carries=carries)
    identity = _identity(problem, scaled)
    code = library(f"optimal\n{identity}", lambda: str(emit_kernel(scaled)), target)
    dynamics = problem.dynamics
    sizes = runge_kutta.sizes(scaled.layout, dynamics) if isinstance(dynamics, RungeKutta) else {}
    return Kernel(
        evaluate=code.function("evaluate", 1),
        factor=code.function("factor", 1),
        solve=code.function("solve", 1),
        advance=code.function("advance", 1),
        measure=code.function("measure", 1),
        iterate=code.function("iterate", 2),
        layout=scaled.layout,
        scratch=sum(sizes.values()),
        identity=identity,
    )


def _identity(problem: Problem, scaled: Scaled) -> str:
    """What decides the code: the functions of the problem as graphs, its dimensions and scales, this software."""
    dynamics = problem.dynamics
    parts: list[str] = [repr(scaled.layout), repr(problem.state_scales), repr(problem.input_scales)]
    parts.append(repr(problem.free))
    functions = [problem.cost, problem.terminal, problem.constraints, problem.ending, problem.arrival]
    if isinstance(dynamics, RungeKutta):
        hours = dynamics.hours
        parts += [repr(dynamics.tableau), repr(dynamics.substeps)]
        parts.append("" if isinstance(hours, ca.Function) else float(hours).hex())
        functions += [dynamics.rates, hours if isinstance(hours, ca.Function) else None]
    else:
        functions.append(dynamics.step)
    parts += [_graph(f) for f in functions]
    parts += [_software(), version("casadi")]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _graph(function: ca.Function | None) -> str:
    """A function as text: its instructions, and which of its results are there at all."""
    if function is None:
        return ""
    held = [(s.row(), s.colind()) for s in (function.sparsity_out(k) for k in range(function.n_out()))]
    return f"{held}{canonical(instructions(function))}"


@cache
def _software() -> str:
    """SHA-256 of the sources that decide what a kernel computes."""
    folders = (Path(__file__).parent, Path(engine.__file__).parent)
    files = [path for folder in folders for path in sorted(folder.glob("*.py"))] + [Path(graph.__file__)]
    return hashlib.sha256(b"\n".join(path.read_bytes() for path in files)).hexdigest()


def emit_kernel(scaled: Scaled) -> ir.Module:
    """Return the IR module of a problem."""
    module = ir.Module("optimal")
    frames = {name: Frame.named(module, name, scaled.layout) for name in FUNCTIONS}
    free = any(scaled.problem.free)
    _emit_evaluate(frames["evaluate"], scaled)
    rows.emit_condense(frames["factor"])
    riccati.emit_factor(frames["factor"], free=free)
    direction.emit_backward(frames["solve"])
    direction.emit_forward(frames["solve"], free=free)
    rows.emit_recover(frames["solve"])
    frames["solve"].done()
    rows.emit_advance(frames["advance"])
    frames["advance"].done()
    measures.emit_measure(frames["measure"])
    _emit_iterate(frames)
    return module


def _emit_iterate(frames: Mapping[str, Frame]) -> None:
    """Write `iterate` (here, there): all five in a row at the longest step, which is what an iteration usually is.

    It ends after `factor` where that was not sound.
    """
    module, table = frames["factor"].module, INT.as_pointer()
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [table, table]), "iterate")
    f = Frame(function, frames["factor"].layout)
    here, there = function.args
    calls = {name: frame.b.function for name, frame in frames.items()}
    f.b.call(calls["factor"], [here])
    with f.b.if_then(f.one.less(f.one.const(0.0), f.given("sound"))):
        f.b.call(calls["solve"], [here])
        f.found("primal", f.given("reach_primal"))
        f.found("dual", f.given("reach_dual"))
        f.b.call(calls["advance"], [here])
        f.b.call(calls["evaluate"], [there])
        f.b.call(calls["measure"], [there])
    f.done()


def _emit_evaluate(f: Frame, scaled: Scaled) -> None:
    s, dynamics = scaled.layout, scaled.problem.dynamics
    if scaled.problem.arrival is not None:
        _clear_root(f)
    with groups(f, "inner") as group:
        evaluate(group, trace_stage(scaled))
    with groups(f, "leaf") as group:
        evaluate(group, trace_leaf(scaled))
    if isinstance(dynamics, RungeKutta):
        arcs = runge_kutta.Arcs(f, scaled, dynamics)
        with groups(f, "arc", "above") as group:
            arcs.step(group)
    else:
        with groups(f, "arc", "above") as group:
            evaluate(group, trace_arc(scaled, dynamics))
    if scaled.problem.arrival is not None:
        _arrive(f, scaled)
    with f.nodes() as n:
        w, d, after, c = f.at("w", n), f.at("d", n), f.at("f", n), f.at("c", n)
        with count(f.b, INT(s.bounded)) as i:
            f.put(f.get(w, f.b.add(i, INT(s.nv))), d, i)
        with f.b.if_then(f.b.icmp_signed(">", n, INT(0))), count(f.b, INT(s.nx)) as i:
            f.put(f.b.fsub(f.get(after, i), f.get(d, i)), c, i)
    rows.emit_residual(f)
    f.done()


def _clear_root(f: Frame) -> None:
    """Zero the root's gradient and Hessian: the arrival cost is added where the stage's own writes nothing."""
    for name in ("grad", "hess"):
        with count(f.b, INT(f.stride(name) // WIDTH)) as k:
            f.put_row([f.v.const(0.0)], f.b.gep(f.base(name), [f.b.mul(k, INT(WIDTH))]))


def _arrive(f: Frame, scaled: Scaled) -> None:
    """Add the arrival cost and its derivatives at the root."""
    s = scaled.layout
    sizes = ("w", s.nw), ("arrival", s.na), ("weight", 1)
    numbers = [[f.get(f.base(name), k) for k in range(size)] for name, size in sizes]
    value, gradient, hessian = emit(f.one, instructions(trace_arrival(scaled)), numbers)
    f.add(value[0], f.base("cost"))
    for k, number in enumerate(gradient):
        f.add(number, f.base("grad"), k)
    for k, number in enumerate(hessian):
        f.add(number, f.base("hess"), k % s.nw * s.lw + k // s.nw)
