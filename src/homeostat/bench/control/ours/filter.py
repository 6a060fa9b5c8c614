"""Our extended Kalman filter on an estimation problem: what a moving horizon is to be weighed against."""

import numpy as np

from homeostat.bench.control.solver import Watch
from homeostat.bench.control.task import Array
from homeostat.bench.control.watching import Followed, Watching
from homeostat.twin import Simulator
from homeostat.twin.observer import Doubt, Filter, Learnt, Settings, Signal


class OurFilter:
    """`homeostat.twin.observer.Filter` for one estimation problem."""

    name = "our Kalman filter"

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        self._filter = made(watching)

    def follow(self, inputs: Array, readings: Array) -> Followed:
        """As `Estimator.follow`."""
        of, names = self._filter, self._filter.names
        place, count = names.index(self._watching.unknown), len(of.signature.states)
        estimate = of.begin(of.signature.states.vector(self._watching.guess), tuple(inputs[0].tolist()))
        rows = []
        for held, read in zip(inputs.tolist(), readings.tolist(), strict=True):
            watch = Watch()
            estimate = of.advance(estimate, tuple(held), self._watching.hours)
            for signal, value in enumerate(read):
                estimate, _ = of.fuse(estimate, signal, value)
            spent = watch.milliseconds
            rows.append((estimate.mean[:count], estimate.mean[place], spent, float(estimate.sound)))
        return Followed(*(np.array(column) for column in zip(*rows, strict=True)))


def made(watching: Watching) -> Filter:
    """The filter that is told what the problem tells."""
    guessed = {watching.unknown: watching.value}
    return Filter(Simulator(watching.model), settings(watching), parameters=guessed, stride=watching.hours)


def settings(watching: Watching) -> Settings:
    """The problem's standard deviations as the filter wants them."""
    return Settings(
        signals=tuple(Signal(name, name, Doubt(0.0, sd)) for name, sd in watching.readings.items()),
        learnt=(Learnt(watching.unknown, sd=watching.deviation / watching.value),),
        initial={name: Doubt(0.0, sd) for name, sd in watching.first.items()},
        wander={name: Doubt(0.0, sd) for name, sd in watching.wander.items()},
    )
