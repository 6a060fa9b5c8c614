"""A CasADi SX function as a plain list of instructions: what the emitter compiles and the fingerprint hashes.

In: `casadi.Function` over SX. Out: tuple of `Instruction`, in evaluation order, each result assigned once.
"""

import json
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import casadi as ca

from homeostat.errors import TwinError


class Instruction(NamedTuple):
    """One assignment `dst = op(args)`.

    "in" reads element `slot` = (argument, position), "out" writes it from args[0], "const" holds `value`.
    """

    op: str
    dst: int
    args: tuple[int, ...] = ()
    slot: tuple[int, int] = (0, 0)
    value: float = 0.0


OPERATIONS: Mapping[int, str] = {
    ca.OP_ADD: "add",
    ca.OP_SUB: "sub",
    ca.OP_MUL: "mul",
    ca.OP_DIV: "div",
    ca.OP_POW: "pow",
    ca.OP_CONSTPOW: "pow",
    ca.OP_FMIN: "min",
    ca.OP_FMAX: "max",
    ca.OP_LT: "lt",
    ca.OP_LE: "le",
    ca.OP_EQ: "eq",
    ca.OP_NE: "ne",
    ca.OP_AND: "and",
    ca.OP_OR: "or",
    ca.OP_IF_ELSE_ZERO: "where",
    ca.OP_NOT: "not",
    ca.OP_NEG: "neg",
    ca.OP_EXP: "exp",
    ca.OP_LOG: "log",
    ca.OP_SQRT: "sqrt",
    ca.OP_SQ: "square",
    ca.OP_TWICE: "twice",
    ca.OP_INV: "inverse",
    ca.OP_FABS: "abs",
    ca.OP_SIGN: "sign",
    ca.OP_TANH: "tanh",
    ca.OP_ASSIGN: "copy",
}

NAMED: Mapping[int, str] = {
    **{int(getattr(ca, name)): name[3:].lower() for name in sorted(dir(ca)) if name.startswith("OP_")},
    ca.OP_FLOOR: "floor (as in `%` and `//`)",
}
"""What CasADi calls its operations."""


def instructions(function: ca.Function) -> tuple[Instruction, ...]:
    """Return the instructions of an SX `function`; `TwinError` names an operation that kernels do not have."""
    held: dict[int, int] = {}
    code: list[Instruction] = []
    for k in range(function.n_instructions()):
        op = function.instruction_id(k)
        out, args = function.instruction_output(k), function.instruction_input(k)
        dst = len(code)
        if op == ca.OP_OUTPUT:
            code.append(Instruction("out", dst, (held[args[0]],), (out[0], out[1])))
            continue
        if op == ca.OP_INPUT:
            code.append(Instruction("in", dst, (), (args[0], args[1])))
        elif op == ca.OP_CONST:
            code.append(Instruction("const", dst, value=function.instruction_constant(k)))
        elif op in OPERATIONS:
            code.append(Instruction(OPERATIONS[op], dst, tuple(held[a] for a in args)))
        else:
            raise TwinError(
                f"the operation {NAMED.get(op, op)} has no kernel",
                where=function.name(),
                mend="use the functions of `m` only",
            )
        held[out[0]] = dst
    return tuple(code)


def canonical(code: Sequence[Instruction]) -> str:
    """Return one exact text for `code`: the same graph gives the same text on every machine."""
    return json.dumps(
        [[c.op, list(c.args), list(c.slot), c.value.hex()] for c in code], separators=(",", ":")
    )
