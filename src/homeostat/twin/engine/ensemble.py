"""Many virtual batches at once: arrays of states, parameters and inputs in, trajectories with a status each out.

In: arrays by batch, in declared order and unit, and one schedule. Out: `Batches`. The result of a batch is the same to
the last bit whatever is computed beside it, on however many threads, on whichever instruction set.
"""

import hashlib
import math
import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from importlib.metadata import version
from itertools import pairwise
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.declare import Group
from homeostat.twin.engine.ensemble_kernel import OUTCOME, emit_ensemble, ensemble_program
from homeostat.twin.engine.native import Target, library
from homeostat.twin.engine.rosenbrock import RODAS3, RODAS4, Tolerance
from homeostat.twin.engine.schedule import Array, Jump, Schedule, Segment
from homeostat.twin.engine.status import Status
from homeostat.twin.engine.trace import Directions
from homeostat.twin.engine.turns import in_turn
from homeostat.twin.model import Model

METHODS = {tableau.name: tableau for tableau in (RODAS3, RODAS4)}
"""Rodas4 is the quicker one from relative errors of 1e-4 down; Rodas3 compiles in two thirds of its time."""
WIDTHS = (("avx512f", 8), ("avx", 4))
"""Batches side by side by processor feature; two everywhere else (SSE2, NEON)."""


PIECES = 8
"""Pieces of work for each thread: a core that others use as well holds up no more than one of them."""


@dataclass(frozen=True)
class Batches:
    """Results of n batches at nt times.

    `values` (n, nt, nc) holds the `columns`; `sensitivities` (n, nt, nc, nd) their derivatives along `directions`, or
    None without directions. `status` (n,) tells how each batch ended, `rows` (n,) how many times were reached: behind
    them everything is NaN. `steps` (n,) counts the steps tried.
    """

    time: Array
    columns: tuple[str, ...]
    values: Array
    directions: tuple[str, ...]
    sensitivities: Array | None
    status: NDArray[np.int64]
    steps: NDArray[np.int64]
    rows: NDArray[np.int64]

    def column(self, name: str) -> Array:
        """The values (n, nt) of one column; `TwinError` when it was not asked for."""
        if name not in self.columns:
            raise TwinError(f"no column is called {name!r}", mend="it has: " + ", ".join(self.columns))
        return self.values[:, :, self.columns.index(name)]

    @property
    def sound(self) -> NDArray[np.bool_]:
        """Which batches reached the last time."""
        return np.equal(self.status, Status.OK)


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
        self._tableau, self._tolerance = METHODS[method], Tolerance(rtol, atol)
        self.target = target or Target.host()
        self.width = width or _width(self.target)
        code = library(self.fingerprint, self._text, self.target)
        self._run = code.function("run", 1)

    @cached_property
    def fingerprint(self) -> str:
        """SHA-256 of everything that decides what the kernel computes: model, method, settings, this engine."""
        settings = (
            *(self.model.fingerprint(), self._tableau.name, *self._tolerance_bits(), str(self.width)),
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
        many as there are cores, if not given; it never changes a bit of the result. `TwinError` for wrong shapes.
        """
        if threads is not None and threads < 1:
            raise TwinError(f"{threads} threads cannot work", mend="give at least 1, or none for all cores")
        plan = Schedule.of(self.signature, times_h, segments, jumps)
        given = _Given.of(self, plan, states, parameters, inputs)
        values = self._memory(out, (given.n, len(plan.times), len(self.columns)))
        along = len(self.directions)
        tangents = np.empty((*values.shape, along)) if along else None
        outcome = np.empty((given.n, len(OUTCOME)))
        addresses = [
            array.ctypes.data for array in (values, values if tangents is None else tangents, outcome)
        ]
        self._share(given.n, threads, [*given.table(plan), *addresses])
        status, steps, rows = outcome.astype(np.int64).T
        for array in (values, tangents):
            _blank(array, status, rows)
        names = self.directions.names
        return Batches(plan.times, self.columns, values, names, tangents, status, steps, rows)

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
        return self._tolerance.relative.hex(), self._tolerance.absolute.hex()

    def _text(self) -> str:
        source = ensemble_program(
            self.model.function(),
            self.signature,
            tolerance=self._tolerance,
            tableau=self._tableau,
            columns=self.columns,
            along=self.directions,
        )
        return str(emit_ensemble(source, self.width))


@dataclass(frozen=True)
class _Given:
    """The arrays of one call, and how far apart two batches lie in each: 0 where all share one."""

    n: int
    arrays: tuple[Array, ...]
    strides: tuple[int, ...]

    @classmethod
    def of(
        cls,
        ensemble: Ensemble,
        plan: Schedule,
        states: Array | None,
        parameters: Array | None,
        inputs: Array | None,
    ) -> "_Given":
        s = ensemble.signature
        first, second = _rows(states, s.states), _rows(parameters, s.parameters)
        third = plan.inputs[None] if inputs is None else _courses(plan, inputs, s.inputs)
        arrays = (first, second, third, plan.jumps[None])
        counts = {len(array) for array in arrays} - {1}
        if len(counts) > 1 or 0 in counts:
            raise TwinError(
                f"states, parameters and inputs are of {sorted(counts)} batches",
                mend="give each as many rows",
            )
        strides = tuple(0 if len(array) == 1 else array[0].size for array in arrays)
        return cls(max(counts, default=1), arrays, strides)

    def table(self, plan: Schedule) -> list[int]:
        """The kernel's argument from the states to the number of rows."""
        pairs = [v for a, s in zip(self.arrays, self.strides, strict=True) for v in (a.ctypes.data, s)]
        arrays = (plan.hours, plan.at, plan.events)
        return [*pairs, *(a.ctypes.data for a in arrays), len(plan.events), len(plan.times)]


def cores() -> int:
    """Processor cores that this process may use."""
    usable = getattr(os, "sched_getaffinity", None)  # Linux alone tells
    return len(usable(0)) if usable else os.cpu_count() or 1


def _numbers(values: object, what: str) -> Array:
    """As an array of doubles; `TwinError` for what is not real numbers."""
    try:
        return np.asarray(values).astype(np.float64, casting="same_kind")
    except (TypeError, ValueError) as error:
        raise TwinError(f"{what} are not an array of real numbers") from error


def _rows(values: Array | None, group: Group) -> Array:
    if values is None:
        return np.array([group.vector()])
    rows = np.atleast_2d(_numbers(values, f"the {group.kind}s"))
    if rows.ndim != 2 or rows.shape[1] != len(group):
        raise TwinError(f"expected {len(group)} {group.kind} values a batch, got an array of {rows.shape}")
    return np.ascontiguousarray(rows)


def _courses(plan: Schedule, inputs: Array, group: Group) -> Array:
    """Inputs batch by batch, with the declared values before the first segment."""
    courses = _numbers(inputs, "the inputs")
    expected = (len(plan.inputs) - 1, len(group))
    if courses.ndim != 3 or courses.shape[1:] != expected:
        raise TwinError(
            f"expected inputs of shape (n, {expected[0]}, {expected[1]}), got {courses.shape}",
            mend="give one row for each segment, in the order of time",
        )
    before = np.broadcast_to(plan.inputs[0], (len(courses), 1, len(group)))
    return np.ascontiguousarray(np.concatenate([before, courses], axis=1))


def _blank(array: Array | None, status: NDArray[np.int64], rows: NDArray[np.int64]) -> None:
    """Put NaN where a batch that failed has no values."""
    failed = np.flatnonzero(status)
    if array is not None and len(failed):
        late = np.arange(array.shape[1]) >= rows[failed, None]
        array[failed[np.nonzero(late)[0]], np.nonzero(late)[1]] = math.nan


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
