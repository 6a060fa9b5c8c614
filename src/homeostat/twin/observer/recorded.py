"""A recorded run as the observer sees it, and what a filter that follows it is told.

In: a measured run, what to learn. Out: `Settings`: its quantities with their errors, doubts in start and model.
"""

import math
from collections.abc import Mapping, Sequence
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from homeostat.twin import engine
from homeostat.twin.engine import Segment
from homeostat.twin.engine.robust import largest
from homeostat.twin.mixing import VOLUME
from homeostat.twin.model import Model
from homeostat.twin.observer.settings import Doubt, Learnt, Settings, Signal

Array = NDArray[np.float64]

UNKNOWN_START = 0.1
"""Relative doubt in the initial value of every state but the volume."""
UNKNOWN_PARAMETER = 0.2
"""Relative doubt in a learnt parameter of which the model does not tell how it differs between donors."""
RESOLUTION = 1e-3
"""Error of a signal at 0, relative to its largest value, where no absolute one is told."""
WINDOW = 48
"""Innovations of a signal that are tested together, at most."""


class Error(Protocol):
    """What is believed of a quantity's error: `absolute`, in its unit, and `relative` to its size, independent."""

    @property
    def absolute(self) -> float:
        """Standard deviation at 0."""

    @property
    def relative(self) -> float:
        """Standard deviation over value."""


class Recorded(Protocol):
    """A measured run, such as `twin.fit.Run`: time in hours, values in the model's units.

    `measured` and `deviations` (n, q) are values and standard deviations of `quantities` at `time` (n,), `present`
    tells where there is a value; `noise` models errors by quantity; `initial` states are known at `start_h`,
    `parameters` in this run; `segments` and `jumps` were done to it.
    """

    @property
    def name(self) -> str: ...
    @property
    def time(self) -> Array: ...
    @property
    def quantities(self) -> tuple[str, ...]: ...
    @property
    def measured(self) -> Array: ...
    @property
    def deviations(self) -> Array: ...
    @property
    def present(self) -> NDArray[np.bool_]: ...
    @property
    def noise(self) -> Mapping[str, Error]: ...
    @property
    def segments(self) -> tuple[Segment, ...]: ...
    @property
    def jumps(self) -> tuple[engine.Jump, ...]: ...
    @property
    def initial(self) -> Mapping[str, float]: ...
    @property
    def parameters(self) -> Mapping[str, float]: ...
    @property
    def start_h(self) -> float: ...


def settings_of(model: type[Model], run: Recorded, learnt: Sequence[str], wander: float) -> Settings:
    """What a filter of `run` is told: errors as the run tells them, `learnt` parameters refitted.

    `wander` is what the model may be wrong by in an hour, relative to each state (1 s.d.).
    """
    states, parameters = model.signature.states.names, model.signature.parameters
    readings = int(run.present.sum(axis=0).max(initial=0))
    return Settings(
        tuple(Signal(name, name, _noise(run, place)) for place, name in enumerate(run.quantities)),
        tuple(Learnt(name, sd=None if parameters[name].spread else UNKNOWN_PARAMETER) for name in learnt),
        {name: Doubt(UNKNOWN_START) for name in states if name != VOLUME},
        {name: Doubt() for name in states if name == VOLUME},
        Doubt(wander),
        window=min(WINDOW, max(8, readings)),
    )


def _noise(run: Recorded, place: int) -> Doubt:
    """The error of a quantity, with some at 0; one standard deviation for each value becomes the usual one."""
    present, known = run.present[:, place], run.noise.get(run.quantities[place])
    least = RESOLUTION * largest(run.measured[present, place]) or 1e-6
    if known is not None:
        return Doubt(known.relative, max(known.absolute, least))
    deviations = run.deviations[present, place]
    return Doubt(0.0, float(np.median(deviations)) if len(deviations) else least)


def started(run: Recorded, states: Sequence[str]) -> dict[str, float]:
    """Those of the `states` that were measured at the start, by name."""
    first = run.measured[0].tolist() if run.time.size and run.time[0] == run.start_h else ()
    pairs = zip(run.quantities, first, strict=False)
    return {name: value for name, value in pairs if name in states and math.isfinite(value)}
