"""All conditions of a problem in one call of the ensemble engine, with sensitivities by the estimated coordinates.

In: the imported model, conditions, the times of measurements. Out: states (m, nx) at the m measurements and their
derivatives (m, nx, k). Conditions are the batches; sensitivities along parameters and initial states are combined by
the chain rule. Raises `Rejected` where a condition cannot be integrated up to its last measurement.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Self

import casadi as ca
import numpy as np
from numpy.typing import NDArray

from homeostat.twin.engine import Ensemble, Status
from homeostat.twin.engine.status import ENDED
from homeostat.twin.fit.ending import MEND
from homeostat.twin.fit.protocol import Rejected
from homeostat.twin.petab.build import Imported
from homeostat.twin.petab.conditions import Setting, Unknowns
from homeostat.twin.petab.kinetics import Dynamics
from homeostat.twin.petab.measurements import Measurement
from homeostat.twin.petab.timing import Timing, timing

Array = NDArray[np.float64]
_ENDED = {**ENDED, Status.OK: "it took more steps than are allowed"}


@dataclass(frozen=True)
class Accuracy:
    """Error allowed per step: `relative` to a state, plus `absolute` in its unit; and steps allowed a condition."""

    relative: float = 1e-7
    absolute: float = 1e-10
    steps: int = 100_000


@dataclass(frozen=True)
class Integration:
    """The conditions' setup as a compiled function of theta, and where each measurement reads the trajectories."""

    imported: Imported
    accuracy: Accuracy
    setup: ca.Function
    """theta -> constants (n np, 1), initial (n nx, 1), and the derivatives of both by theta."""
    names: tuple[str, ...]
    times: tuple[float, ...]
    plan: Timing
    at: tuple[NDArray[np.intp], NDArray[np.intp]]
    """Condition and time of every measurement."""
    directions: tuple[tuple[int, ...], tuple[int, ...]]
    """Constants and states whose sensitivities are needed."""

    @classmethod
    def of(
        cls,
        imported: Imported,
        source: Dynamics,
        settings: Mapping[str, Setting],
        measurements: Sequence[Measurement],
        unknown: Unknowns,
        accuracy: Accuracy,
    ) -> Self:
        """Prepare everything that does not depend on theta."""
        times = tuple(sorted({0.0, *(m.time for m in measurements)}))
        names = tuple(settings)
        constants = ca.vertcat(*[s.constants for s in settings.values()])
        initial = ca.vertcat(*[s.initial for s in settings.values()])
        by_theta = [ca.jacobian(e, unknown.theta) for e in (constants, initial)]
        outs = [constants, initial, *by_theta]
        return cls(
            imported,
            accuracy,
            ca.Function("setup", [unknown.theta], [ca.densify(e) for e in ca.cse(outs)]),
            names,
            times,
            timing(source, imported.switches, tuple(settings.values()), times[-1]),
            (
                np.array([names.index(m.condition) for m in measurements]),
                np.array([times.index(m.time) for m in measurements]),
            ),
            (
                _needed(by_theta[0], len(imported.constants), _acting(imported)),
                _needed(by_theta[1], len(imported.states), range(len(imported.states))),
            ),
        )

    def states(self, theta: Array) -> Array:
        """Return the states (m, nx) at every measurement."""
        constants, initial, *_ = self._resolved(theta)
        values, _ = self._run(self._plain, constants, initial)
        return values[self.at]

    def sensitivities(self, theta: Array) -> tuple[Array, Array]:
        """Return the states (m, nx) at every measurement and their derivatives (m, nx, k) by theta."""
        constants, initial, by_constants, by_initial = self._resolved(theta)
        values, along = self._run(self._tangent, constants, initial)
        first, second = self.directions
        seeds = np.concatenate([by_constants[:, list(first)], by_initial[:, list(second)]], axis=1)
        if along is None:
            return values[self.at], np.zeros((len(self.at[0]), values.shape[2], theta.size))
        return values[self.at], (along @ seeds[:, None])[self.at]

    @cached_property
    def _plain(self) -> Ensemble:
        return self._ensemble(())

    @cached_property
    def _tangent(self) -> Ensemble:
        signature = self.imported.model.signature
        first, second = self.directions
        names = [signature.parameters.names[k] for k in first] + [signature.states.names[k] for k in second]
        return self._ensemble(names)

    def _ensemble(self, directions: Sequence[str]) -> Ensemble:
        a = self.accuracy
        return Ensemble(
            self.imported.model, method="rodas4", rtol=a.relative, atol=a.absolute, directions=directions
        )

    def _resolved(self, theta: Array) -> tuple[Array, Array, Array, Array]:
        n, k = len(self.names), theta.size
        given = [np.asarray(e, np.float64) for e in self.setup(theta)]
        if not all(np.isfinite(e).all() for e in given):
            raise Rejected("a constant or an initial value is not finite")
        constants, initial, by_constants, by_initial = given
        return (
            constants.reshape(n, -1),
            initial.reshape(n, -1),
            by_constants.reshape(n, -1, k),
            by_initial.reshape(n, -1, k),
        )

    def _run(self, ensemble: Ensemble, constants: Array, initial: Array) -> tuple[Array, Array | None]:
        found = ensemble.run(
            self.times,
            self.plan.segments,
            states=initial,
            parameters=constants,
            inputs=self.plan.inputs,
            threads=1,
        )
        last = [int(self.at[1][self.at[0] == k].max()) for k in range(len(self.names))]
        for name, status, rows, steps, row in zip(
            self.names, found.status, found.rows, found.steps, last, strict=True
        ):
            if rows <= row or steps > self.accuracy.steps:
                raise Rejected(
                    f"condition {name} cannot be simulated: {_ENDED[Status(int(status))]} ({steps} steps)",
                    mend=MEND,
                )
        return found.values, found.sensitivities


def _acting(imported: Imported) -> Sequence[int]:
    """The constants that the rates depend on."""
    x, u, p = imported.model.function().sx_in()
    by_constants = ca.jacobian(imported.model.function()(x, u, p)[0], p)
    return sorted(set(by_constants.sparsity().get_triplet()[1]))


def _needed(by_theta: ca.SX, count: int, among: Sequence[int]) -> tuple[int, ...]:
    """Those `among` constants or states that depend on theta under any condition."""
    touched = {row % count for row in by_theta.sparsity().get_triplet()[0]}
    return tuple(k for k in among if k in touched)
