"""What a kernel computes, traced symbolically: one step, one report, one jump, each with its tangent.

In: a model's SX function and declaration, tolerances, the directions of sensitivities. Out: instructions, split into
those done once and those done for each direction. The tangent is that of the discrete step, so sensitivities are
the exact derivatives of the numbers computed, at the steps taken (Hairer, Norsett & Wanner 1993, section II.6).
"""

from collections.abc import Sequence
from dataclasses import dataclass

import casadi as ca

from homeostat.errors import TwinError
from homeostat.twin.declare import Signature
from homeostat.twin.engine.rosenbrock import Tableau, Tolerance, step_function
from homeostat.twin.graph import Instruction, instructions
from homeostat.twin.mixing import CELLS, VOLUME, is_concentration


@dataclass(frozen=True)
class Step:
    """Code in two parts: `early` does not depend on a direction, `late` is repeated for each one."""

    code: tuple[Instruction, ...]
    early: tuple[Instruction, ...]
    late: tuple[Instruction, ...]
    """Empty where there are no directions."""
    inputs: int

    @classmethod
    def of(cls, function: ca.Function, directions: bool) -> "Step":
        """Take apart `function`, whose last output, if there are `directions`, is the tangent along one."""
        code, late = instructions(function), set[int]()
        last = function.n_out() - 1 if directions else -1
        first = function.name_in().index("dx") if directions else function.n_in()
        for c in code:
            given = c.op == "in" and c.slot[0] >= first
            if given or any(a in late for a in c.args) or (c.op == "out" and c.slot[0] == last):
                late.add(c.dst)
        early = tuple(c for c in code if c.dst not in late)
        return cls(code, early, tuple(c for c in code if c.dst in late), function.n_in())


@dataclass(frozen=True)
class Directions:
    """What sensitivities are taken with respect to: parameters, inputs (a shift throughout) and initial states."""

    names: tuple[str, ...]
    starts: tuple[int | None, ...]
    """For each direction the state that it shifts at the start, if it is one."""
    inputs: tuple[int, ...]
    parameters: tuple[int, ...]
    seeds: tuple[tuple[float, ...], ...]
    """For each direction the derivatives of the shifted `inputs`, then of the shifted `parameters`."""

    @classmethod
    def of(cls, signature: Signature, names: Sequence[str]) -> "Directions":
        """Look up `names`; inputs and parameters are seeded in the order of the directions."""
        states, inputs, parameters, _ = signature.groups
        known = (*states.names, *inputs.names, *parameters.names)
        for name in names:
            if name not in known or names.count(name) > 1:
                raise TwinError(
                    f"no sensitivity to {name!r}",
                    where="directions",
                    mend="name parameters, inputs or states (their initial values), each once",
                )
        free = [name for group in (inputs, parameters) for name in group.names if name in names]
        return cls(
            tuple(names),
            tuple(states.index(n) if n in states.names else None for n in names),
            tuple(inputs.index(n) for n in free if n in inputs.names),
            tuple(parameters.index(n) for n in free if n in parameters.names),
            tuple(tuple(float(n == name) for n in free) for name in names),
        )

    def __len__(self) -> int:
        return len(self.names)


def trace_step(
    model: ca.Function, signature: Signature, tolerance: Tolerance, tableau: Tableau, along: Directions
) -> Step:
    """(x, u, p, h[, dx, seeds]) -> x_new, error2, slack, margin, bends[, tangents of x_new and bends]."""
    step = step_function(model, signature.states, tolerance, tableau, dense=True)
    if not len(along):
        return Step.of(step, directions=False)
    x, u, p, h = step.sx_in()
    outs = list(step(x, u, p, h))
    return _with_tangent("step", (x, u, p, h), outs, (outs[0], *outs[4:]), along)


def trace_report(model: ca.Function, signature: Signature, columns: Sequence[str], along: Directions) -> Step:
    """(x, u, p[, dx, seeds]) -> the named states and outputs[, their tangents]."""
    x, u, p = model.sx_in()
    states, outputs = signature.states, signature.outputs
    algebraic = model(x, u, p)[1]
    chosen = [x[states.index(n)] if n in states.names else algebraic[outputs.index(n)] for n in columns]
    values = ca.vertcat(*chosen)
    if not len(along):
        return Step.of(ca.Function("report", [x, u, p], [ca.densify(ca.cse(values))]), directions=False)
    return _with_tangent("report", (x, u, p), [values], (values,), along)


def jump_function(signature: Signature) -> ca.Function:
    """(x, row) -> x after a jump; `row` is laid out by `schedule.jump_row`.

    First a volume is drawn off, then one is mixed in, by the balances of `mixing`; then scale * x + offset.
    """
    names, n = signature.states.names, len(signature.states)
    x, row = ca.SX.sym("x", n), ca.SX.sym("row", 3 + 5 * n)
    keep, named, content, scale, offset = (row[3 + k * n : 3 + (k + 1) * n] for k in range(5))
    after = _mixed(signature, x, row[:3], (keep, named, content)) if VOLUME in names else x
    return ca.Function("jump", [x, row], [ca.densify(ca.cse(scale * after + offset))])


def trace_jump(signature: Signature, along: Directions) -> Step:
    """(x, row[, dx]) -> x after a jump[, its tangent]; see `jump_function`."""
    jump = jump_function(signature)
    if not len(along):
        return Step.of(jump, directions=False)
    x, row = jump.sx_in()
    (after,) = jump.call([x, row])
    dx = ca.SX.sym("dx", len(signature.states))
    outs = [ca.densify(v) for v in ca.cse([after, ca.jtimes(after, x, dx)])]
    function = ca.Function("jump", [x, row, dx], outs, ["x", "row", "dx"], ["after", "late"])
    return Step.of(function, directions=True)


def _mixed(signature: Signature, x: ca.SX, amounts: ca.SX, contents: tuple[ca.SX, ca.SX, ca.SX]) -> ca.SX:
    """`mixing.withdraw`, then `mixing.mix`, for any volumes and contents."""
    states, (keep, named, content) = signature.states, contents
    drawn, added, by_cells = ca.vertsplit(amounts)
    before = x[states.index(VOLUME)]
    left = before - drawn
    total = left + added
    share = carried = added / total
    concentrated = [1.0 + k * (before / left - 1.0) for k in ca.vertsplit(keep)]
    if CELLS in states.names:
        i = states.index(CELLS)
        brought = added * content[i]
        cells = left * x[i] * concentrated[i] + brought
        counted = ca.logic_and(by_cells != 0.0, cells > 0.0)
        carried = ca.if_else(counted, brought / ca.if_else(cells > 0.0, cells, 1.0), share)
    after = []
    for i, quantity in enumerate(states):
        if quantity.name == VOLUME:
            after.append(total)
        elif is_concentration(quantity.unit):
            value = x[i] * concentrated[i]
            after.append(value + share * (content[i] - value))
        else:
            after.append(x[i] + named[i] * carried * (content[i] - x[i]))
    return ca.vertcat(*after)


def _with_tangent(
    name: str, given: tuple[ca.SX, ...], outs: Sequence[ca.SX], differ: tuple[ca.SX, ...], along: Directions
) -> Step:
    """`outs` of `given` (x, u, p, ...), and as the last one the tangent of those that `differ` along (dx, seeds)."""
    x, u, p = given[:3]
    dx, seeds = ca.SX.sym("dx", x.shape[0]), ca.SX.sym("seeds", len(along.inputs) + len(along.parameters))
    free = ca.vertcat(x, *[u[k] for k in along.inputs], *[p[k] for k in along.parameters])
    late = ca.jtimes(ca.vertcat(*differ), free, ca.vertcat(dx, seeds))
    results = [ca.densify(v) for v in ca.cse([*outs, late])]
    names = [f"given{k}" for k in range(len(given))], [f"out{k}" for k in range(len(results))]
    function = ca.Function(name, [*given, dx, seeds], results, [*names[0], "dx", "seeds"], names[1])
    return Step.of(function, directions=True)
