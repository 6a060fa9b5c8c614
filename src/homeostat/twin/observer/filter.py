"""The extended Kalman filter of one model: pure functions from estimate to estimate, the same bits on every machine.

In: settings, and readings with their times. Out: estimates. The mean is carried by the `Simulator` itself; the
covariance follows its linearised flow in longer strides, for it changes slowly: `settle` brings it up to date before
anything is fused, dosed or told.
"""

import hashlib
import math
from collections.abc import Mapping, Sequence
from copy import copy
from dataclasses import dataclass, replace
from typing import NamedTuple, Self

from homeostat.errors import TwinError
from homeostat.twin.engine import Simulator, Status, Target
from homeostat.twin.model import Model
from homeostat.twin.observer.jumps import Jump, carried
from homeostat.twin.observer.kernel import kernel
from homeostat.twin.observer.layout import Layout
from homeostat.twin.observer.settings import Doubt, Settings

WIDEST = 400.0
"""The variance of what was expected is widened to so many times itself at most: 20 standard deviations (assumption)."""
PIVOT_QUALITY = 1e-6
"""Below, the linearised flow lost too many digits to be believed."""

Vector = tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Estimate:
    """What is believed: `mean` (n) now, `covariance` (upper triangle) as it was `hours` ago.

    `start` are the states then, `driven` (nu) the inputs since, each times the hours it was held. `sound` is False
    once the model could not be followed; the numbers then stand where they were last trusted.
    """

    mean: Vector
    covariance: Vector
    start: Vector
    driven: Vector
    inputs: Vector
    hours: float = 0.0
    sound: bool = True


class Innovation(NamedTuple):
    """Reading minus expectation, in standard deviations of that difference; whether the reading was fused.

    `widened`: it lay beyond the gate, and was fused after the doubt had been widened for it.
    """

    z: float
    fused: bool
    widened: bool = False


NOT_A_READING = Innovation(math.nan, False)


class Filter:
    """The filter of `simulator`'s model by `settings`; `parameters` holds values that differ from the declared ones.

    `stride` is the time in hours after which the covariance follows at the latest. It holds no state of a batch.
    Raises TwinError for settings that do not fit the model.
    """

    def __init__(
        self,
        simulator: Simulator,
        settings: Settings,
        *,
        parameters: Mapping[str, float] | None = None,
        stride: float = 0.25,
        target: Target | None = None,
    ) -> None:
        settings.check(simulator.model)
        self.model, self.signature = simulator.model, simulator.signature
        self.simulator, self.settings = simulator, settings
        self.layout = Layout.of(self.model, settings)
        self.parameters = self.signature.parameters.vector(parameters)
        self.stride = stride
        self._place = {name: k for k, name in enumerate(self.signature.states.names)}
        self._noise = _noise(self.model, settings, self.layout)
        self._kernel = kernel(self.model, self.layout, target or Target.host())
        identity = f"{simulator.fingerprint}\n{stride.hex()}\n{settings}\n{self._kernel.identity}"
        self.fingerprint = hashlib.sha256(identity.encode()).hexdigest()

    def striding(self, stride: float) -> Self:
        """The same filter with another stride: a forecast that no reading corrects can do with longer ones."""
        other = copy(self)
        other.stride = stride
        return other

    @property
    def names(self) -> tuple[str, ...]:
        """What is estimated, in order: states, learnt parameters, then `bias <signal>`."""
        learnt = tuple(learnt.name for learnt in self.settings.learnt)
        biases = tuple(f"bias {self.settings.signals[k].name}" for k in self.layout.biased)
        return self.signature.states.names + learnt + biases

    def begin(self, states: Vector, inputs: Vector) -> Estimate:
        """The estimate at the start: `states` with their initial doubt, parameters with the spread of donors."""
        mean = (
            states + tuple(self.parameters[k] for k in self.layout.learnt) + (0.0,) * len(self.layout.biased)
        )
        doubts = [self.settings.initial.get(name, Doubt()) for name in self.signature.states.names]
        variances = [doubt.variance(value) for doubt, value in zip(doubts, states, strict=True)]
        for learnt, value in zip(self.settings.learnt, mean[len(states) :], strict=False):
            declared = self.signature.parameters[learnt.name].spread
            known = Doubt(declared if learnt.sd is None else learnt.sd, learnt.absolute)
            variances.append(known.variance(value))
        variances += [self.settings.signals[k].bias ** 2 for k in self.layout.biased]
        covariance = tuple(variances[i] if i == j else 0.0 for i, j in self.layout.pairs)
        return Estimate(mean, covariance, states, (0.0,) * len(inputs), inputs)

    def advance(self, estimate: Estimate, inputs: Vector, hours: float) -> Estimate:
        """The estimate `hours` later, `inputs` held meanwhile; unsound where the simulator reports a fault.

        The covariance follows in one stride over all that went by since it last did: go in steps that are short beside
        the time in which the rates change.
        """
        if not estimate.sound:
            return estimate
        states = self.states(estimate)
        reached, status, _ = self.simulator.advance(states, inputs, self.known(estimate), hours)
        if status is not Status.OK:
            return replace(estimate, sound=False)
        driven = tuple([d + hours * u for d, u in zip(estimate.driven, inputs, strict=True)])
        later = Estimate(
            reached + estimate.mean[len(reached) :],
            estimate.covariance,
            estimate.start,
            driven,
            inputs,
            estimate.hours + hours,
        )
        return self.settle(later) if later.hours >= self.stride else later

    def settle(self, estimate: Estimate) -> Estimate:
        """The same estimate, its covariance brought up to date."""
        hours = estimate.hours
        if hours <= 0.0 or not estimate.sound:
            return estimate
        mean_inputs = [d / hours for d in estimate.driven]
        *covariance, quality = self._kernel.ahead(
            *estimate.start, *estimate.mean, *mean_inputs, *self.known(estimate), *estimate.covariance,
            *self._noise, hours,
        )  # fmt: skip
        sound = quality >= PIVOT_QUALITY and all(map(math.isfinite, covariance))
        first = self.layout.size - len(self.layout.biased)
        forget = self._noise[2 * self.layout.size :]
        biases = [b / (1.0 + hours * f) for b, f in zip(estimate.mean[first:], forget, strict=True)]
        return self._anew(estimate, (*estimate.mean[:first], *biases), covariance, sound=sound)

    def fuse(self, estimate: Estimate, signal: int, reading: float) -> tuple[Estimate, Innovation]:
        """The estimate after a reading of a signal (by position), and how it compared with what was expected."""
        estimate = self.settle(estimate)
        if not (estimate.sound and math.isfinite(reading)):
            return estimate, NOT_A_READING
        expected, reach, own = self._compared(estimate, signal)
        variance = self.settings.signals[signal].noise.variance(expected)
        *moved, z, fused = self._kernel.weigh(
            *estimate.mean, *reach, own, reading - expected, variance, self.settings.gate
        )
        if fused != 1.0:
            return estimate, Innovation(z, False) if math.isfinite(z) else NOT_A_READING
        n = self.layout.size
        covariance = self._kernel.narrow(*estimate.covariance, *reach, *moved[n:], variance)
        if not all(map(math.isfinite, (*moved, *covariance))):
            return estimate, NOT_A_READING
        return self._anew(estimate, moved[:n], covariance), Innovation(z, True)

    def compare(self, estimate: Estimate, signal: int, reading: float) -> tuple[Estimate, Innovation]:
        """The estimate, settled, and how a reading that is not to be fused compares with what was expected."""
        estimate = self.settle(estimate)
        if not (estimate.sound and math.isfinite(reading)):
            return estimate, NOT_A_READING
        expected, _, own = self._compared(estimate, signal)
        total = own + self.settings.signals[signal].noise.variance(expected)
        return estimate, Innovation((reading - expected) / math.sqrt(total), False)

    def widen(self, estimate: Estimate, signal: int, reading: float) -> Estimate | None:
        """The estimate, its doubt widened until `reading` is one standard deviation from what is expected.

        That is the variance under which the reading is likeliest (as Mehra 1972, IEEE Trans. Autom. Control 17, 693,
        estimates a filter's noise); the covariance gains it along what goes with the signal, and nowhere else. None
        where it would take more than `WIDEST` times the variance: the model has no such state.
        """
        estimate = self.settle(estimate)
        expected, reach, own = self._compared(estimate, signal)
        wanted = (reading - expected) ** 2 - self.settings.signals[signal].noise.variance(expected)
        if not own < wanted <= WIDEST * own:
            return None
        more = (wanted / own - 1.0) / own
        pairs = zip(estimate.covariance, self.layout.pairs, strict=True)
        return replace(estimate, covariance=tuple([p + more * reach[i] * reach[j] for p, (i, j) in pairs]))

    def doubting(self, estimate: Estimate, signal: int, sd: float) -> Estimate | None:
        """The estimate with what a signal measures in more doubt, by `sd` (in its unit), and nothing else.

        The covariance gains a rank-one term along what the quantity depends on, each by its own variance and none by
        what it goes with: as if the balance of that quantity alone were wrong. None where nothing of it is in doubt.
        """
        estimate = self.settle(estimate)
        _, gradient = self.expectation(estimate, self.settings.signals[signal].quantity)
        along = [estimate.covariance[k] * h for k, h in zip(self.layout.diagonal, gradient, strict=True)]
        own = 0.0
        for h, share in zip(gradient, along, strict=True):
            own += h * share
        if not (estimate.sound and own > 0.0):
            return None
        more = (sd / own) * (sd / own)
        pairs = zip(estimate.covariance, self.layout.pairs, strict=True)
        return replace(estimate, covariance=tuple([p + more * along[i] * along[j] for p, (i, j) in pairs]))

    def variance(self, estimate: Estimate, signal: int) -> float:
        """The variance of what a signal measures, of an estimate that is settled; its bias is no part of that."""
        _, gradient = self.expectation(estimate, self.settings.signals[signal].quantity)
        *_, own = self._kernel.reach(*estimate.covariance, *gradient)
        return own

    def error(self, estimate: Estimate, signal: int) -> float:
        """The standard deviation by which a reading differs from what is expected of a signal."""
        estimate = self.settle(estimate)
        expected, _, own = self._compared(estimate, signal)
        return math.sqrt(own + self.settings.signals[signal].noise.variance(expected))

    def jump(self, estimate: Estimate, jump: Jump) -> Estimate:
        """The estimate after a dose or a draw; unsound where the vessel cannot take or give that much."""
        estimate = self.settle(estimate)
        if not estimate.sound:
            return estimate
        try:
            mean, covariance = carried(self.model, self.layout, estimate.mean, estimate.covariance, jump)
        except TwinError:  # more was drawn than is believed to be there
            return replace(estimate, sound=False)
        return self._anew(estimate, mean, covariance)

    def states(self, estimate: Estimate) -> Vector:
        """The model's states."""
        return estimate.mean[: self.layout.states]

    def known(self, estimate: Estimate) -> Vector:
        """All parameters of the model, the learnt ones as they are believed now."""
        values, start = [*self.parameters], self.layout.states
        for number, position in enumerate(self.layout.learnt, start):
            values[position] = estimate.mean[number]
        return tuple(values)

    def deviations(self, estimate: Estimate) -> Vector:
        """Standard deviations of everything estimated, then of the model's outputs, at the covariance's time."""
        values = (*estimate.mean, *estimate.inputs, *self.known(estimate), *estimate.covariance)
        return tuple(self._kernel.spread(*values))

    def expectation(self, estimate: Estimate, quantity: str) -> tuple[float, Sequence[float]]:
        """The value of a state or output, and its gradient (n) by what is estimated."""
        n, place = self.layout.size, self._place.get(quantity)
        if place is not None:
            return estimate.mean[place], [1.0 if k == place else 0.0 for k in range(n)]
        output, count = self.signature.outputs.index(quantity), len(self.signature.outputs)
        results = self._kernel.seen(*estimate.mean, *estimate.inputs, *self.known(estimate))
        start = count + output * n
        return results[output], results[start : start + n]

    def _compared(self, estimate: Estimate, signal: int) -> tuple[float, Sequence[float], float]:
        """What a signal should read, how everything estimated goes with that (n), and its own variance."""
        value, gradient = self.expectation(estimate, self.settings.signals[signal].quantity)
        bias = self.layout.bias_of(signal)
        if bias is not None:
            value, gradient = value + estimate.mean[bias], [*gradient[:bias], 1.0, *gradient[bias + 1 :]]
        *reach, own = self._kernel.reach(*estimate.covariance, *gradient)
        return value, reach, own

    def _anew(
        self, estimate: Estimate, mean: Sequence[float], covariance: Sequence[float], *, sound: bool = True
    ) -> Estimate:
        """An estimate whose covariance belongs to now."""
        idle = (0.0,) * len(estimate.inputs)
        start = tuple(mean[: self.layout.states])
        if not sound:
            return replace(estimate, sound=False)
        return Estimate(tuple(mean), tuple(covariance), start, idle, estimate.inputs)


def _noise(model: type[Model], settings: Settings, layout: Layout) -> Vector:
    """What `trace.ahead` is told of the noise: relative (n), absolute (n), and what a bias forgets in an hour."""
    doubts = [settings.wander.get(name, settings.elsewhere) for name in model.signature.states.names]
    doubts += [Doubt(learnt.walk, learnt.absolute) for learnt in settings.learnt]
    biased = [settings.signals[k] for k in layout.biased]
    doubts += [Doubt(0.0, signal.bias) for signal in biased]
    relative, absolute = [d.relative for d in doubts], [d.absolute for d in doubts]
    return (*relative, *absolute, *(1.0 / signal.bias_hours for signal in biased))
