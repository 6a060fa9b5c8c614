"""What a filter is told: which readings it fuses, what it learns, and how far it doubts the model.

In: names of a model's states, outputs and parameters. Out: one immutable `Settings`, checked against the model.
"""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from homeostat.errors import TwinError
from homeostat.twin.model import Model

Kind = Literal["ekf", "ukf"]
"""Extended or unscented Kalman filter."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """A standard deviation of `relative` times the value, and `absolute` in its unit beside it (independent)."""

    relative: float = 0.0
    absolute: float = 0.0

    def variance(self, value: float) -> float:
        """The variance at `value`."""
        part = self.relative * value
        return part * part + self.absolute * self.absolute

    @property
    def possible(self) -> bool:
        """Whether both parts are finite and none is negative."""
        return 0.0 <= self.relative < math.inf and 0.0 <= self.absolute < math.inf


@dataclass(frozen=True, slots=True)
class Signal:
    """A measured quantity: a state or output of the model, read with an independent error of `noise`.

    `bias` (1 s.d., in the quantity's unit) is an offset that the filter estimates beside the states: it starts
    unknown and forgets itself over `bias_hours`, as the drift of a sensor does; 0: the signal has none. Where it is
    `confirmed`, one reading beyond the gate may be a mistake, and two in a row on one side are believed (`Tracker`).
    """

    name: str
    quantity: str
    noise: Doubt
    bias: float = 0.0
    bias_hours: float = 72.0
    confirmed: bool = False


@dataclass(frozen=True, slots=True)
class Learnt:
    """A parameter that is estimated: known to `sd` (relative) at the start, wandering by `walk` (relative) per √h.

    Without `sd` the spread between donors that the model declares is taken. `absolute` (in its unit) is what it is
    unknown by at the start, and wanders by per √h, beside that: for one that may well be 0.
    """

    name: str
    sd: float | None = None
    walk: float = 0.0
    absolute: float = 0.0


@dataclass(frozen=True)
class Settings:
    """All a filter is told. Names are the model's own.

    `initial` is the doubt in the starting states (none where not named), `wander` what the model may be wrong by in
    an hour, its variance proportional to time (`elsewhere` for states not named). A reading further than `gate`
    standard deviations from what was expected is not fused. `window` innovations of a signal are tested together.
    `kind` tells which filter these are for. A signal that has disagreed for `drop` hours while the others agree
    without it, and tell of what it measures, is no longer fused, until it has agreed for `again` hours.
    """

    signals: tuple[Signal, ...]
    learnt: tuple[Learnt, ...] = ()
    initial: Mapping[str, Doubt] = field(default_factory=dict)
    wander: Mapping[str, Doubt] = field(default_factory=dict)
    elsewhere: Doubt = Doubt(0.002)
    gate: float = 5.0
    window: int = 48
    kind: Kind = "ekf"
    drop: float = math.inf
    again: float = 24.0

    def check(self, model: type[Model]) -> None:
        """Raise TwinError for a name the model does not have, and for a doubt or gate that cannot be."""
        s = model.signature
        for name in (*self.initial, *self.wander):
            s.states.index(name)
        for learnt in self.learnt:
            s.parameters.index(learnt.name)
        for signal in self.signals:
            if signal.quantity not in s.states.names:
                s.outputs.index(signal.quantity)
        for kind, names in (
            ("signals", [signal.name for signal in self.signals]),
            ("learnt parameters", [learnt.name for learnt in self.learnt]),
        ):
            if len(set(names)) < len(names):
                raise TwinError(f"two {kind} have one name: {', '.join(names)}", where=model.__name__)
        self._check_numbers(model)

    def _check_numbers(self, model: type[Model]) -> None:
        doubts = [*self.initial.values(), *self.wander.values(), self.elsewhere]
        doubts += [Doubt(learnt.sd or 0.0, learnt.walk) for learnt in self.learnt]
        doubts += [Doubt(0.0, learnt.absolute) for learnt in self.learnt]
        doubts += [Doubt(0.0, signal.bias) for signal in self.signals]
        noise = [signal.noise for signal in self.signals]
        if not all(doubt.possible for doubt in (*doubts, *noise)):
            raise TwinError("a standard deviation must be finite and not negative", where=model.__name__)
        for signal in self.signals:
            if signal.noise.absolute == 0.0:
                raise TwinError(
                    f"{signal.name} has no error at 0",
                    where=model.__name__,
                    mend="give its noise an absolute part, the resolution of the instrument at least",
                )
            if not 0.0 < signal.bias_hours < math.inf:
                raise TwinError(f"{signal.name}: bias_hours must be positive", where=model.__name__)
        if not (self.gate > 0.0 and self.window >= 8):
            raise TwinError(
                "the gate must be positive, the window 8 innovations or more", where=model.__name__
            )
        if not (self.drop > 0.0 and self.again > 0.0):
            raise TwinError("a signal is dropped, and fused again, after some time", where=model.__name__)
