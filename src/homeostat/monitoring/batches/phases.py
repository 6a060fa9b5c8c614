"""A batch of several phases: one monitor a phase, and what one phase ended with handed over to the next.

    phase, sample -> (a new phase: the next monitor starts with the scores so far) -> that monitor's step

So a drift in an early phase is known in a later one, though the two never share a sample, and a phase that lasts
shorter than those learned from costs nothing: its scores are estimates of the whole phase at any time. Phases are the
recipe's (ISA-88).
"""

from typing import Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator

from homeostat.monitoring.batches.monitor import Monitor
from homeostat.monitoring.batches.state import Judged, State
from homeostat.monitoring.frozen import Array, Piece


class Phase(Piece):
    """The monitor of one phase, by the recipe's `name`."""

    kind: Literal["batch phase"] = "batch phase"
    name: str
    monitor: Monitor


class PhasedState(NamedTuple):
    """A batch in phase number `place` (-1 before the first), that phase's state, and the newest scores of each phase.

    A phase that has not been seen has no scores.
    """

    place: int
    state: State | None
    scores: tuple[tuple[float, ...], ...]


class Phased(Piece):
    """The phases of a batch in their order; each monitor but the first takes the scores of the one before at its start.

    A monitor that takes nothing at its start stands alone.
    """

    kind: Literal["phased batch monitor"] = "phased batch monitor"
    phases: tuple[Phase, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def _linked(self) -> Self:
        if len({phase.name for phase in self.phases}) != len(self.phases):
            raise ValueError("two phases have one name")
        handed = 0
        for phase in self.phases:
            if len(phase.monitor.start_mean) not in (0, handed):
                raise ValueError(f"phase {phase.name!r} does not start with the scores of the one before")
            handed = phase.monitor.size
        return self

    def start(self) -> PhasedState:
        """The state before the first phase."""
        return PhasedState(-1, None, ((),) * len(self.phases))

    def step(self, state: PhasedState, phase: str, values: Array) -> tuple[PhasedState, Judged | None]:
        """The next state, and what is said; None in a phase that is not modelled.

        A phase that comes again starts anew. Raises MonitoringError as the monitors do.
        """
        place = next((number for number, one in enumerate(self.phases) if one.name == phase), None)
        if place is None:
            return state._replace(place=-1, state=None), None
        monitor = self.phases[place].monitor
        inner = state.state if state.place == place else None
        if inner is None:
            inner = monitor.start(self._handed(state, place))
        inner, judged = monitor.step(inner, values)
        scores = (*state.scores[:place], judged.scores, *state.scores[place + 1 :])
        return PhasedState(place, inner, scores), judged

    def _handed(self, state: PhasedState, place: int) -> Array | None:
        """The scores of the phase before, or what is usual where it was not seen."""
        usual = self.phases[place].monitor.start_mean
        if not len(usual):
            return None
        before = state.scores[place - 1]
        return np.array(before) if before else usual
