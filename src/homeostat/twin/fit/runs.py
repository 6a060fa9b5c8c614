"""A measured run: what was measured when and how well, and what was done to it.

In: times, values by quantity, errors. Out: `Run`, checked. Time in hours, values in the model's units.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Self

import numpy as np
from numpy.typing import NDArray

from homeostat.errors import TwinError
from homeostat.twin.engine import Jump, Segment
from homeostat.twin.fit.protocol import Array
from homeostat.twin.model import Model

Mask = NDArray[np.bool_]


@dataclass(frozen=True)
class Noise:
    """Standard deviation of a measurement: `absolute` (in its unit) and `relative` to its size, independent."""

    absolute: float = 0.0
    relative: float = 0.0

    def deviation(self, values: Array) -> Array:
        """The standard deviation at `values`, same shape."""
        return np.asarray(np.hypot(self.absolute, self.relative * np.abs(values)), np.float64)


@dataclass(frozen=True, eq=False)
class Run:
    """One run. `measured` and `deviations` (n, q): value and standard deviation of each of `quantities` at `time` (n,).

    NaN in `measured` is a value that is missing. `quantities` are states or outputs of the model, `noise` what is
    believed of their errors, `initial` known initial states at `start_h`, `parameters` known constants of this run.
    Runs of the same `donor` share random effects. Make one with `Run.of`.
    """

    name: str
    time: Array
    quantities: tuple[str, ...]
    measured: Array
    deviations: Array
    noise: Mapping[str, Noise] = field(default_factory=dict)
    segments: tuple[Segment, ...] = ()
    initial: Mapping[str, float] = field(default_factory=dict)
    parameters: Mapping[str, float] = field(default_factory=dict)
    jumps: tuple[Jump, ...] = ()
    start_h: float = 0.0
    donor: str = ""

    @classmethod
    def of(
        cls,
        name: str,
        time: Sequence[float] | Array,
        measured: Mapping[str, Sequence[float] | Array],
        noise: Mapping[str, Noise | Array],
        *,
        segments: Sequence[Segment] = (),
        initial: Mapping[str, float] | None = None,
        parameters: Mapping[str, float] | None = None,
        jumps: Sequence[Jump] = (),
        start_h: float = 0.0,
        donor: str = "",
    ) -> Self:
        """A run from columns; `noise` is a model of the error or one standard deviation (n,) for each value.

        Rows are put in the order of time. Raises `TwinError` where columns, times and errors do not fit together.
        """
        hours = np.asarray(time, np.float64)
        columns = {name: np.asarray(column, np.float64) for name, column in measured.items()}
        order = _order(name, hours, columns, start_h)
        deviations = {q: _deviation(name, q, noise.get(q), column) for q, column in columns.items()}
        return cls(
            name,
            hours[order],
            tuple(columns),
            np.stack(list(columns.values()), axis=1)[order],
            np.stack(list(deviations.values()), axis=1)[order],
            {q: each for q, each in noise.items() if isinstance(each, Noise)},
            tuple(segments),
            dict(initial or {}),
            dict(parameters or {}),
            tuple(jumps),
            start_h,
            donor or name,
        )

    @property
    def grid(self) -> Array:
        """The start and every time of measurement (m,), ascending, each once."""
        return np.unique(np.append(self.time, self.start_h))

    @property
    def present(self) -> Mask:
        """Where there is a measured value (n, q)."""
        return np.isfinite(self.measured)

    def virtual(self, time: Array, quantities: Sequence[str], noise: Mapping[str, Noise]) -> Self:
        """The same run as if `quantities` were sampled at `time`, all values 0 and their deviations 1."""
        zero = np.zeros((len(time), len(quantities)))
        known = {q: noise[q] for q in quantities if q in noise}
        names = tuple(quantities)
        return replace(self, time=time, quantities=names, measured=zero, deviations=zero + 1.0, noise=known)


def check_runs(model: type[Model], runs: Sequence[Run]) -> None:
    """Raise `TwinError` where `runs` name what `model` does not have, or bear the same name."""
    if not runs:
        raise TwinError("there is no run to learn from", mend="give at least one run")
    names = [run.name for run in runs]
    for name in names:
        if names.count(name) > 1:
            raise TwinError(f"two runs are called {name}", mend="give each run its own name")
    for run in runs:
        _check_names(model, run)


def _check_names(model: type[Model], run: Run) -> None:
    s = model.signature
    where = f"run {run.name}"
    for kind, given, known in (
        ("state or output", run.quantities, (*s.states.names, *s.outputs.names)),
        ("state", run.initial, s.states.names),
        ("parameter", run.parameters, s.parameters.names),
        ("input", [name for segment in run.segments for name in segment.values], s.inputs.names),
        (
            "state",
            [name for jump in run.jumps for name in (*jump.assign, *jump.add, *jump.scale)],
            s.states.names,
        ),
    ):
        for name in given:
            if name not in known:
                raise TwinError(
                    f"the model has no {kind} {name!r}", where=where, mend="it has: " + ", ".join(known)
                )


def _order(name: str, hours: Array, columns: Mapping[str, Array], start_h: float) -> NDArray[np.intp]:
    """The rows in the order of time, replicates as they stand."""
    where = f"run {name}"
    if hours.ndim != 1 or not len(hours) or not np.isfinite([*hours, start_h]).all():
        raise TwinError("a run needs finite times, at least one", where=where)
    if hours.min() < start_h:
        raise TwinError(
            f"a measurement at {hours.min():g} h lies before the start at {start_h:g} h",
            where=where,
            mend="let the run start earlier, or leave the row out",
        )
    if not columns:
        raise TwinError("a run needs at least one measured quantity", where=where)
    for quantity, column in columns.items():
        if column.shape != hours.shape:
            raise TwinError(f"{quantity} has {column.shape} values at {hours.shape} times", where=where)
        if np.isinf(column).any():
            raise TwinError(f"{quantity} has an infinite value", where=where, mend="mark it as missing (NaN)")
    return np.argsort(hours, kind="stable")


def _deviation(run: str, quantity: str, noise: Noise | Array | None, column: Array) -> Array:
    """The standard deviation of each value of `column`; 1 where there is none."""
    where = f"run {run}, {quantity}"
    if noise is None:
        raise TwinError("nothing is known of its error", where=where, mend="give it a noise model")
    given = noise.deviation(column) if isinstance(noise, Noise) else np.asarray(noise, np.float64)
    if given.shape != column.shape:
        raise TwinError(f"{given.shape} standard deviations for {column.shape} values", where=where)
    present = np.isfinite(column)
    if not (np.isfinite(given[present]).all() and (given[present] > 0.0).all()):
        raise TwinError(
            "a standard deviation is not a positive number",
            where=where,
            mend="give an absolute error above 0",
        )
    return np.where(present, given, 1.0)
