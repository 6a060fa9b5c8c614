"""Many virtual batches at once: arrays of states, parameters and inputs in, trajectories with a status each out.

In: arrays by batch, in declared order and unit, and one schedule. Out: `Batches`. The result of a batch is the same to
the last bit whatever is computed beside it, on however many threads, on whichever instruction set.
"""

import hashlib
import math
import os
from collections.abc import Iterable, Sequence
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path
from threading import Lock

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine.batches import Batches, blank, joined
from homeostat.twin.engine.ensemble_kernel import OUTCOME, emit_ensemble, ensemble_program
from homeostat.twin.engine.given import Given
from homeostat.twin.engine.native import Target, library
from homeostat.twin.engine.rosenbrock import RODAS3, RODAS4, Tolerance
from homeostat.twin.engine.scales import levels
from homeostat.twin.engine.schedule import Array, Jump, Schedule, Segment
from homeostat.twin.engine.trace import Directions
from homeostat.twin.engine.turns import in_turn
from homeostat.twin.model import Model

METHODS = {tableau.name: tableau for tableau in (RODAS3, RODAS4)}
"""Rodas4 is the quicker one from relative errors of 1e-4 down; Rodas3 compiles in two thirds of its time."""
WIDTHS = (("avx512f", 8), ("avx", 4))
"""Batches side by side by processor feature; two everywhere else (SSE2, NEON)."""


PIECES = 8
"""Pieces of work for each thread: a core that others use as well holds up no more than one of them."""


class Ensemble:
    """The compiled ensemble kernel of one model.

    `columns` are the states and outputs to report (every state, if not given), `directions` what their sensitivities
    are carried for: parameters, inputs (a shift of the whole course) and states (their initial values). `TwinError`
    for unknown names. Compiling takes a fraction of a second the first time; afterwards it is read from the cache.
    """

    def __init__(
        self,
        model: type[Model],
        *,
        method: str = "rodas4",
        rtol: float = 1e-4,
        atol: float = 1e-6,
        columns: Sequence[str] | None = None,
        directions: Sequence[str] = (),
        level: int = 0,
        target: Target | None = None,
        width: int | None = None,
    ) -> None:
        if not (0.0 < rtol < 1.0 and 0.0 < atol < math.inf):
            raise TwinError(f"tolerances rtol = {rtol}, atol = {atol} must be positive", where=model.__name__)
        if (width is not None and width < 1) or isinstance(columns, str):
            raise TwinError("a width is at least 1, and columns are a list of names", where=model.__name__)
        if method not in METHODS:
            raise TwinError(f"no method is called {method!r}", mend="choose one of: " + ", ".join(METHODS))
        self.model, self.signature = model, model.signature
        self.columns = self._checked(columns)
        self.directions = Directions.of(model.signature, directions)
        self._tableau, self.tolerance = METHODS[method], Tolerance(rtol, atol, level)
        self._finer, self._compiling = {level: self}, Lock()
        self.target = target or Target.host()
        self.width = width or _width(self.target)
        code = library(self.fingerprint, self._text, self.target)
        self._run = code.function("run", 1)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides what the kernel computes: model, method, settings, this engine."""
        settings = (
            *(
                self.model.fingerprint(),
                self._tableau.name,
                *self._tolerance_bits(),
                str(self.tolerance.level),
                str(self.width),
            ),
            *(" ".join(self.columns), " ".join(self.directions.names), _engine(), version("casadi")),
        )
        return hashlib.sha256("\n".join(settings).encode()).hexdigest()

    def run(
        self,
        times_h: Sequence[float],
        segments: Sequence[Segment] = (),
        *,
        states: Array | None = None,
        parameters: Array | None = None,
        inputs: Array | None = None,
        jumps: Sequence[Jump] = (),
        threads: int | None = None,
        out: Array | None = None,
    ) -> Batches:
        """Simulate from `times_h[0]` and report at every one of `times_h` (nt, ascending, hours).

        `states` (n, nx) or (nx,) are initial values, `parameters` (n, np) or (np,), both in declared order; the
        declared values where not given. `inputs` (n, len(segments), nu) replaces the segments' values batch by batch.
        `out` (n, nt, nc) takes the values, if given: the same warm memory again costs no page faults. `threads`: as
        many as there are cores, if not given; it never changes a bit of the result. A batch that begins far below the
        scales of its states is integrated more strictly (see `scales.levels`). `TwinError` for wrong shapes.
        """
        if threads is not None and threads < 1:
            raise TwinError(f"{threads} threads cannot work", mend="give at least 1, or none for all cores")
        plan = Schedule.of(self.signature, times_h, segments, jumps)
        given = Given.of(self.signature, plan, states, parameters, inputs)
        values = self._memory(out, (given.n, len(plan.times), len(self.columns)))
        found = levels(self.signature.states, self.tolerance.absolute, given.arrays[0], jumps)
        if found.min() == found.max():
            return self.at(int(found[0]))._simulated(plan, given, values, threads)
        return self._apart(plan, given, values, threads, found)

    def at(self, level: int) -> "Ensemble":
        """The kernel of another level, compiled when it is first asked for."""
        with self._compiling:
            if level not in self._finer:
                self._finer[level] = Ensemble(
                    self.model,
                    method=self._tableau.name,
                    rtol=self.tolerance.relative,
                    atol=self.tolerance.absolute,
                    columns=self.columns,
                    directions=self.directions.names,
                    level=level,
                    target=self.target,
                    width=self.width,
                )
        return self._finer[level]

    def _apart(
        self, plan: Schedule, given: Given, values: Array, threads: int | None, found: NDArray[np.int64]
    ) -> Batches:
        """Simulate batches of several levels, each by the kernel of its own."""
        parts = []
        for level in np.unique(found).tolist():
            batches = np.flatnonzero(found == level)
            some = np.empty((len(batches), *values.shape[1:]))
            parts.append((batches, self.at(level)._simulated(plan, given.only(batches), some, threads)))
        return joined(parts, values)

    def _simulated(self, plan: Schedule, given: Given, values: Array, threads: int | None) -> Batches:
        """Simulate all batches with this kernel."""
        along = len(self.directions)
        tangents = np.empty((*values.shape, along)) if along else None
        outcome = np.empty((given.n, len(OUTCOME)))
        addresses = [
            array.ctypes.data for array in (values, values if tangents is None else tangents, outcome)
        ]
        self._share(given.n, threads, [*given.table(plan), *addresses])
        status, steps, rows = outcome.astype(np.int64).T
        for array in (values, tangents):
            blank(array, status, rows)
        names = self.directions.names
        allowed = np.broadcast_to(self._allowed(), (given.n, len(self.columns)))
        return Batches(plan.times, self.columns, values, names, tangents, status, steps, rows, allowed)

    def _allowed(self) -> list[float]:
        """The absolute error allowed in each column: NaN for an output, which is not integrated."""
        states = self.signature.states
        by_name = dict(zip(states.names, self.tolerance.allowed(states), strict=True))
        return [by_name.get(name, math.nan) for name in self.columns]

    def _share(self, n: int, threads: int | None, table: Sequence[int]) -> None:
        """Run all batches on `threads` threads, in pieces of whole groups of lanes that are taken as they come."""
        groups = -(-n // self.width)
        workers = min(threads or cores(), groups)
        pieces = min(groups, workers * PIECES) if workers > 1 else 1
        cuts = [min(n, self.width * (groups * k // pieces)) for k in range(pieces + 1)]
        tables = [np.array([a, b, *table], np.int64) for a, b in pairwise(cuts)]
        in_turn(lambda each: self._run(each.ctypes.data), iter(tables), workers)

    def _memory(self, out: Array | None, shape: tuple[int, ...]) -> Array:
        if out is None:
            return np.empty(shape)
        usable = isinstance(out, np.ndarray) and out.shape == shape and out.dtype == np.float64
        if not usable or not (out.flags.c_contiguous and out.flags.writeable and out.flags.aligned):
            raise TwinError(f"`out` must be a writeable, contiguous float64 array of shape {shape}")
        return out

    def _checked(self, columns: Sequence[str] | None) -> tuple[str, ...]:
        states, outputs = self.signature.states.names, self.signature.outputs.names
        names = states if columns is None else tuple(columns)
        unknown = [name for name in names if name not in (*states, *outputs)]
        if unknown or not names:
            raise TwinError(
                f"nothing to report is called {', '.join(unknown) or 'nothing'}",
                where=self.model.__name__,
                mend="name states or outputs: " + ", ".join((*states, *outputs)),
            )
        return names

    def _tolerance_bits(self) -> tuple[str, str]:
        return self.tolerance.relative.hex(), self.tolerance.absolute.hex()

    def _text(self) -> str:
        source = ensemble_program(
            self.model.function(),
            self.signature,
            tolerance=self.tolerance,
            tableau=self._tableau,
            columns=self.columns,
            along=self.directions,
        )
        return str(emit_ensemble(source, self.width))


def cores() -> int:
    """Processor cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # Linux alone tells
    return len(usable(0)) if usable else os.cpu_count() or 1


def _width(target: Target) -> int:
    features = set(target.features.split(","))
    known = (width for feature, width in WIDTHS if f"+{feature}" in features)
    return next(known, 2)


@lru_cache(maxsize=1)
def _engine() -> str:
    """SHA-256 of this engine's own source: another version of it never uses this one's cached kernels."""
    here = Path(__file__).parent
    files: Iterable[Path] = sorted([*here.glob("*.py"), *here.parent.glob("*.py")])
    return hashlib.sha256(b"".join(path.read_bytes() for path in files)).hexdigest()
