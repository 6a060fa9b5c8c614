"""Our moving horizon on an estimation problem: `homeostat.twin.observer.moving` over a filter told the same."""

import numpy as np

from homeostat.bench.control.ours.filter import made
from homeostat.bench.control.solver import Watch
from homeostat.bench.control.task import Array
from homeostat.bench.control.watching import Followed, Watching
from homeostat.twin.observer.moving import MovingHorizon


class OurHorizon:
    """The twin's moving-horizon estimator for one estimation problem."""

    name = "Homeostat"

    def __init__(self, watching: Watching) -> None:
        self._watching = watching
        limits = {name: (low, np.inf) for name, low in watching.low.items()}
        self._horizon = MovingHorizon(
            made(watching),
            watching.window,
            limits=limits | {watching.unknown: watching.bounds},
            longest=watching.hours,
        )

    def follow(self, inputs: Array, readings: Array) -> Followed:
        """As `Estimator.follow`."""
        of, w = self._horizon.filter, self._watching
        place, count = of.names.index(w.unknown), len(of.signature.states)
        first = of.begin(of.signature.states.vector(w.guess), tuple(inputs[0].tolist()))
        moving, rows = self._horizon.begin(first), []
        for k, (held, read) in enumerate(zip(inputs.tolist(), readings.tolist(), strict=True)):
            watch = Watch()
            moving, answer = self._horizon.step(moving, tuple(held), (k + 1) * w.hours, read)
            spent, mean = watch.milliseconds, answer.estimate.mean
            rows.append((mean[:count], mean[place], spent, float(not answer.fallback)))
        return Followed(*(np.array(column) for column in zip(*rows, strict=True)))
