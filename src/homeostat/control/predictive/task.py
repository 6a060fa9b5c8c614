"""What a predictive controller is to do, in plain numbers: units are those of the model, times are hours.

In: what a process file declares, resolved. Out: the one description that equations, plan and explanation are made from.
"""

import hashlib
import math
from dataclasses import dataclass
from statistics import NormalDist
from typing import Literal

from homeostat.errors import ControlError
from homeostat.twin import model
from homeostat.twin.declare import Signature
from homeostat.twin.disturbed import disturbances

Kind = Literal["target", "low", "high", "more", "less"]
SUREST = 0.99
"""The greatest chance a limit may be asked to hold with: an ensemble tells nothing of rarer futures."""


LEEWAY = 1e-9
"""The share of an interval below which the one that is left over is no interval but rounding."""


@dataclass(frozen=True, slots=True)
class Term:
    """An aim: the `quantity` (state or output) should be at `value`, above it, below it, or far up or down.

    It counts at the end of the horizon or `throughout`; a deviation of `scale` weighs `weight`.
    """

    name: str
    quantity: str
    kind: Kind
    value: float
    scale: float
    weight: float
    throughout: bool


@dataclass(frozen=True, slots=True)
class Limit:
    """A bound on a quantity at every step; a violation of `scale` (None: none is planned) weighs `SOFT`.

    `sigmas` is how many standard deviations of the belief it keeps away, for a bound that holds with a chance.
    """

    name: str
    quantity: str
    low: float | None
    high: float | None
    scale: float | None
    sigmas: float = 0.0


@dataclass(frozen=True, slots=True)
class Row:
    """One end of a limit: a quantity at least (`lower`) or at most `bound`."""

    limit: Limit
    quantity: str
    bound: float
    lower: bool


@dataclass(frozen=True, slots=True)
class Actuator:
    """A model input that is moved: its range, the largest change at a move, the amount and the change that weigh 1.

    With a `least` amount it is a switch: 0, or at least that much.
    """

    input: str
    low: float
    high: float
    change: float | None = None
    cost: float | None = None
    suppression: float | None = None
    least: float | None = None


@dataclass(frozen=True, slots=True)
class Ends:
    """The ends of the phase that are compared: batch times between `first` and `last`, `every` so often.

    To be later by `delay` weighs 1 (None: nothing).
    """

    first: float
    last: float
    every: float
    delay: float | None = None

    def price(self, end: float) -> float:
        """What it weighs to end as late as that."""
        return 0.0 if self.delay is None else (end - self.first) / self.delay


@dataclass(frozen=True, slots=True)
class Shown:
    """How a quantity is told to people: its name and unit, in which a model's value is `factor` value + `offset`."""

    name: str
    unit: str
    factor: float = 1.0
    offset: float = 0.0

    def value(self, value: float) -> float:
        """A model's value in this unit."""
        return self.factor * value + self.offset

    def text(self, value: float) -> str:
        """The same with the unit."""
        return f"{self.value(value):g}{self._unit}"

    def difference(self, value: float) -> str:
        """A difference of a model's values, with the unit."""
        return f"{self.factor * value:g}{self._unit}"

    @property
    def _unit(self) -> str:
        return "" if self.unit == "1" else f" {self.unit}"


@dataclass(frozen=True, slots=True)
class Task:
    """A predictive controller: `steps` over at most `horizon` hours, until `end` (batch time) if that is nearer.

    With `ends` the steps reach to each of these instead, however far it is; `horizon` then says only what a step is
    meant to be: an end that is nearer than a tenth of one is not looked at.

    `held` are states that other loops keep; `scenarios` parameters with the standard deviations of the belief to bear
    on either side; only the first `free` steps have moves of their own. A `stiff` model is integrated implicitly.
    `shown` says of inputs and watched quantities how they are told, where not in the model's name and unit.
    """

    model: str
    steps: int
    horizon: float
    free: int
    actuators: tuple[Actuator, ...]
    terms: tuple[Term, ...]
    limits: tuple[Limit, ...] = ()
    held: tuple[str, ...] = ()
    scenarios: tuple[tuple[str, float], ...] = ()
    end: float | None = None
    ends: Ends | None = None
    stiff: bool = False
    shown: tuple[tuple[str, Shown], ...] = ()

    def show(self, quantity: str) -> Shown:
        """How an input, a state or an output is told."""
        told = dict(self.shown).get(quantity)
        if told is not None:
            return told
        unit = next(group[quantity].unit for group in self.signature.groups if quantity in group.names)
        return Shown(quantity, unit)

    @property
    def signature(self) -> Signature:
        """What the model declares."""
        return model(self.model).signature

    @property
    def states(self) -> tuple[str, ...]:
        """The states that are planned: all that are not held."""
        return tuple(name for name in self.signature.states.names if name not in self.held)

    @property
    def disturbed(self) -> dict[str, str]:
        """The parameter that is the disturbance of each planned state that has one; it is held over the horizon."""
        return {s: name for s, name in disturbances(model(self.model)).items() if s not in self.held}

    @property
    def moved(self) -> tuple[str, ...]:
        """The inputs that are moved."""
        return tuple(actuator.input for actuator in self.actuators)

    @property
    def switches(self) -> tuple[Actuator, ...]:
        """Those actuators that are off, or give at least so much."""
        return tuple([actuator for actuator in self.actuators if actuator.least is not None])

    @property
    def watched(self) -> tuple[str, ...]:
        """The quantities that aims and limits speak of, each once, in their order."""
        named = [term.quantity for term in self.terms] + [limit.quantity for limit in self.limits]
        return tuple(dict.fromkeys(named))

    @property
    def rows(self) -> tuple[Row, ...]:
        """Every end of every limit, in their order."""
        ends = [
            (limit, end, lower)
            for limit in self.limits
            for end, lower in ((limit.low, True), (limit.high, False))
        ]
        return tuple(Row(limit, limit.quantity, end, lower) for limit, end, lower in ends if end is not None)

    def ends_from(self, hours: float) -> tuple[float, ...]:
        """The ends that come into question at batch time `hours`: those at least a tenth of a step ahead."""
        least = hours + 0.1 * self.horizon / self.steps
        if self.ends is None:
            end = hours + self.horizon if self.end is None else min(hours + self.horizon, self.end)
            return (end,) if end >= least else ()
        count = math.ceil((self.ends.last - self.ends.first) / self.ends.every - LEEWAY)
        grid = [self.ends.first + k * self.ends.every for k in range(count)] + [self.ends.last]
        return tuple([end for end in grid if end >= least])

    @property
    def fingerprint(self) -> str:
        """SHA-256 of the model and of everything that is declared here."""
        return hashlib.sha256(f"{model(self.model).fingerprint()}\n{self!r}".encode()).hexdigest()

    def check(self) -> None:
        """Raise ControlError where the task does not fit its model, or contradicts itself."""
        signature = self.signature
        seen = (*signature.states.names, *signature.outputs.names)
        for kind, names, known in (
            ("input", self.moved, signature.inputs.names),
            ("state", self.held, signature.states.names),
            ("parameter", tuple(name for name, _ in self.scenarios), signature.parameters.names),
            ("state or output", self.watched, seen),
        ):
            for name in names:
                if name not in known:
                    raise ControlError(
                        f"the model {self.model} has no {kind} '{name}'", mend="it has: " + ", ".join(known)
                    )
        if not (self.steps >= 1 and self.horizon > 0.0 and 1 <= self.free <= self.steps):
            raise ControlError(
                f"{self.free} free moves in {self.steps} steps over {self.horizon:g} h make no horizon",
                mend="give at least one step, and at most as many free moves as steps",
            )
        for limit in self.limits:
            if limit.sigmas > NormalDist().inv_cdf(SUREST) + LEEWAY:
                raise ControlError(
                    f"nobody can tell whether {limit.name} is kept with a chance above {SUREST:.0%}",
                    mend=f"ask for {SUREST:.0%} at most, or keep further away from the bound",
                )
        for actuator in self.actuators:
            if not actuator.low < actuator.high:
                raise ControlError(
                    f"the envelope of {actuator.input} leaves nothing to move", mend="widen its envelope"
                )
