"""The kernel of ensembles: `width` virtual batches at once through a whole schedule, row-major arrays in and out.

In: traced step, report and jump. Out: an IR module with `run(table)`; see `arrays.TABLE`. A batch's numbers depend on
nothing but its own row of each array: lanes have their own clocks, step sizes and reports.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca
from llvmlite import ir

from homeostat.twin.declare import Signature
from homeostat.twin.engine.arrays import Arrays
from homeostat.twin.engine.emit import Body
from homeostat.twin.engine.lanes import INT, Lanes
from homeostat.twin.engine.loops import count
from homeostat.twin.engine.reports import Reports
from homeostat.twin.engine.rosenbrock import Tableau, Tolerance
from homeostat.twin.engine.status import Status
from homeostat.twin.engine.stepping import Cells, Taken, integrate, judge
from homeostat.twin.engine.tangents import Tangents
from homeostat.twin.engine.trace import Directions, Step, trace_jump, trace_report, trace_step

MAX_STEPS = 100_000.0
"""Steps tried for one batch before it is given up."""
EVENTS = ("jump", "inputs", "row", "until")
"""The columns of `events`: which jump, change of inputs and report take place at a stop, in this order, or -1 for none;
and the row at which the reports within the interval before the stop end."""
OUTCOME = ("status", "steps", "rows")
"""The columns of `outcome`: how a batch ended, steps tried, rows reported while it was sound."""


@dataclass(frozen=True)
class EnsembleProgram:
    """What is compiled for ensembles."""

    signature: Signature
    tolerance: Tolerance
    columns: int
    along: Directions
    step: Step
    report: Step
    jump: Step


def ensemble_program(
    model: ca.Function,
    signature: Signature,
    *,
    tolerance: Tolerance,
    tableau: Tableau,
    columns: Sequence[str],
    along: Directions,
) -> EnsembleProgram:
    """Trace everything that the ensemble kernel of `model` computes."""
    return EnsembleProgram(
        signature,
        tolerance,
        len(columns),
        along,
        trace_step(model, signature, tolerance, tableau, along),
        trace_report(model, signature, columns, along),
        trace_jump(signature, along),
    )


def emit_ensemble(source: EnsembleProgram, width: int) -> ir.Module:
    """Return the IR module of `source` for `width` lanes."""
    module = ir.Module("ensemble")
    function = ir.Function(module, ir.FunctionType(ir.VoidType(), [INT.as_pointer()]), "run")
    v = Lanes(ir.IRBuilder(function.append_basic_block("entry")), width)
    _Kernel(source, v, function.args[0]).emit()
    return module


class _Kernel:
    """Emits the loops: over groups of lanes, over stops, over steps."""

    def __init__(self, source: EnsembleProgram, v: Lanes, table: ir.Value) -> None:
        self.source, self.v, self.signature = source, v, source.signature
        self.arrays = Arrays(v, table)
        self.cells = Cells(v, source.signature)
        along = source.along
        self.tangents = Tangents(v, along, len(self.signature.states)) if len(along) else None
        self.reports = Reports(v, self.cells, self.arrays, source.report, source.columns, self.tangents)

    def emit(self) -> None:
        b, arrays = self.v.builder, self.arrays
        groups = b.sdiv(
            b.add(b.sub(arrays["last"], arrays["first"]), INT(self.v.width - 1)), INT(self.v.width)
        )
        with count(b, groups) as group:
            arrays.select(b.add(arrays["first"], b.mul(group, INT(self.v.width))))
            self._begin()
            with count(b, arrays["stops"]) as stop:
                self._stop(stop)
            outcome = [self.cells.read("status"), self.cells.read("steps"), self.reports.rows()]
            starts = arrays.offsets(INT(len(OUTCOME)))
            arrays.scatter([b.gep(arrays.pointer("outcome"), [start]) for start in starts], outcome)
        b.ret_void()

    def _begin(self) -> None:
        v, s, cells = self.v, self.signature, self.cells
        states = self.arrays.gather("states", INT(0), len(s.states))
        parameters = self.arrays.gather("parameters", INT(0), len(s.parameters))
        cells.assign(0, states)
        cells.assign(1, [v.const(0.0)] * len(s.inputs))
        cells.assign(2, parameters)
        slack = self.source.tolerance.slack(s.states)
        cells.write("status", judge(v, [(s.states, states, slack), (s.parameters, parameters, ())]))
        cells.write("steps", v.const(0.0))
        cells.write("step", v.splat(self.arrays.value("hours", INT(0))))
        self.reports.begin()
        if self.tangents:
            self.tangents.begin()

    def _stop(self, stop: ir.Value) -> None:
        """Integrate up to a stop, then do what takes place there."""
        v, b, first = self.v, self.v.builder, self.v.builder.mul(stop, INT(len(EVENTS)))
        jump, inputs, row, until = (
            self.arrays.integer("events", b.add(first, INT(k))) for k in range(len(EVENTS))
        )
        hours = v.splat(self.arrays.value("hours", b.add(stop, INT(1))))

        def after(taken: Taken) -> None:
            with b.if_then(v.any_lane(taken.mask)):
                if self.tangents:
                    self.tangents.follow(self.source.step, taken)
                self.reports.within(taken, until)

        integrate(self.source.step, v, self.cells, hours, MAX_STEPS, after)
        for which, act in ((jump, self._jump), (inputs, self._change), (row, self.reports.at_stop)):
            with b.if_then(b.icmp_signed(">=", which, INT(0))):
                act(which)

    def _jump(self, which: ir.Value) -> None:
        v, b, states = self.v, self.v.builder, self.signature.states
        size = 3 + 5 * len(states)
        row = self.arrays.gather("jumps", b.mul(which, INT(size)), size)
        body = Body(v, self.source.jump.code)
        (after,) = body.run(self.source.jump.early, [self.cells.values(0), row])
        if self.tangents:
            self.tangents.jump(body, self.source.jump, self.cells.sound())
        self.cells.assign(0, after, self.cells.sound())
        self._object(judge(v, [(states, after, self.source.tolerance.slack(states))]))

    def _change(self, which: ir.Value) -> None:
        group = self.signature.inputs
        values = self.arrays.gather("inputs", self.v.builder.mul(which, INT(len(group))), len(group))
        self.cells.assign(1, values)
        self._object(judge(self.v, [(group, values, ())]))

    def _object(self, status: ir.Value) -> None:
        self.cells.fail(self.v.builder.fcmp_unordered("!=", status, self.v.const(Status.OK)), status)
