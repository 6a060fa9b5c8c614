"""The scalar simulator of one model: pure functions of their arguments, the same bits on every machine.

In: states, inputs, parameters (in declared order and unit) and hours. Out: `Advance` with a status, or outputs.
"""

import ctypes
import hashlib
import math
import struct
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import numpy as np

from homeostat.errors import TwinError
from homeostat.twin.engine.kernel import emit_module, program
from homeostat.twin.engine.native import Target, library
from homeostat.twin.engine.rosenbrock import Tolerance
from homeostat.twin.engine.scales import levels
from homeostat.twin.engine.schedule import Jump
from homeostat.twin.engine.status import Status
from homeostat.twin.model import Model

_STATUS = tuple(Status)
_KEPT = 16  # of the models last simulated: tracing one takes as long as two thousand intervals of it


class Advance(NamedTuple):
    """Result of one interval: states `x`, how it ended, and the number of steps tried."""

    x: tuple[float, ...]
    status: Status
    steps: int


class Simulator:
    """Integrates `model` with Rodas4 at relative tolerance `rtol` and absolute tolerance `atol` (share of each state's
    scale), which a `level` above 0 makes smaller for runs that begin far below it (see `scales.levels`).

    No step size is remembered between calls and nothing is shared: a result depends on the arguments alone.
    """

    def __init__(
        self,
        model: type[Model],
        *,
        rtol: float = 1e-6,
        atol: float = 1e-8,
        level: int = 0,
        target: Target | None = None,
    ) -> None:
        if not (0.0 < rtol < 1.0 and 0.0 < atol < math.inf):
            raise TwinError(f"tolerances rtol = {rtol}, atol = {atol} must be positive", where=model.__name__)
        self.model = model
        self.signature = model.signature
        self.tolerance, self.target = Tolerance(rtol, atol, level), target or Target.host()
        self._finer: dict[int, Simulator] = {level: self}
        text, self.fingerprint = _emitted(_Traced(model, self.tolerance))
        self._sizes = len(self.signature.states), len(self.signature.inputs), len(self.signature.parameters)
        native = library(text, lambda: text, self.target)
        self._advance, self._report = (native.function(name, 2) for name in ("advance", "outputs"))
        self._pack = struct.Struct(f"{sum(self._sizes) + 1}d").pack
        self._advanced = ctypes.c_double * (self._sizes[0] + 2)
        self._outputs = ctypes.c_double * max(1, len(self.signature.outputs))

    def advance(self, x: Sequence[float], u: Sequence[float], p: Sequence[float], hours: float) -> Advance:
        """Integrate from states `x` over `hours` >= 0 with inputs `u` held and parameters `p`.

        On any status but OK the states are those of the last accepted step.
        """
        result = self._advanced()
        self._advance(self._packed(x, u, p, hours), result)
        *states, status, steps = result
        return Advance(tuple(states), _STATUS[int(status)], int(steps))

    def starting(self, x: Sequence[float], jumps: Sequence[Jump] = ()) -> "Simulator":
        """The simulator for a run that begins at states `x`: of the level that these and the jumps ask for."""
        states = self.signature.states
        return self.at(int(levels(states, self.tolerance.absolute, np.array([x], float), jumps)[0]))

    def at(self, level: int) -> "Simulator":
        """The simulator of another level, compiled when it is first asked for."""
        if level not in self._finer:
            rtol, atol = self.tolerance.relative, self.tolerance.absolute
            self._finer[level] = Simulator(self.model, rtol=rtol, atol=atol, level=level, target=self.target)
        return self._finer[level]

    def outputs(self, x: Sequence[float], u: Sequence[float], p: Sequence[float]) -> tuple[float, ...]:
        """Return the algebraic outputs; `TwinError` names those that are not finite."""
        values = self.raw_outputs(x, u, p)
        if not all(map(math.isfinite, values)):
            names = ", ".join(self.unfinished(values))
            raise TwinError(f"output {names} is not finite at these states", where=self.model.__name__)
        return values

    def raw_outputs(self, x: Sequence[float], u: Sequence[float], p: Sequence[float]) -> tuple[float, ...]:
        """The outputs, finite or not."""
        result = self._outputs()
        self._report(self._packed(x, u, p, 0.0), result)
        return tuple(result)[: len(self.signature.outputs)]

    def unfinished(self, values: Sequence[float]) -> tuple[str, ...]:
        """The names of those outputs that are not finite."""
        names = self.signature.outputs.names
        return tuple(n for n, value in zip(names, values, strict=True) if not math.isfinite(value))

    def _packed(self, x: Sequence[float], u: Sequence[float], p: Sequence[float], hours: float) -> bytes:
        if (len(x), len(u), len(p)) != self._sizes:
            raise TwinError(
                f"expected {self._sizes} states, inputs and parameters, got {(len(x), len(u), len(p))}",
                where=self.model.__name__,
            )
        return self._pack(*x, *u, *p, hours)


class _Traced(NamedTuple):
    """What a module is made of."""

    model: type[Model]
    tolerance: Tolerance


@lru_cache(maxsize=_KEPT)
def _emitted(traced: _Traced) -> tuple[str, str]:
    """The module of a model as text, and its fingerprint: a vessel and its twin are often simulated by the same one."""
    model, tolerance = traced
    text = str(emit_module(program(model.function(), model.signature, tolerance)))
    identity = f"{model.fingerprint()}\nrodas4 {tolerance.relative.hex()} {tolerance.absolute.hex()}\n{text}"
    return text, hashlib.sha256(identity.encode()).hexdigest()
