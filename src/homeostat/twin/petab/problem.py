"""A PEtab problem: simulated measurements, the negative log-likelihood and its derivatives at any parameter vector.

In: the path of a PEtab yaml file, vectors `theta` (k,) on the scales of the parameter table. Out: numbers, or
`Rejected` where the model cannot be simulated.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

import casadi as ca
import numpy as np

from homeostat.twin.fit.protocol import Rejected, Residuals, Scalar
from homeostat.twin.petab.build import Imported, build
from homeostat.twin.petab.conditions import COLUMNS as CONDITIONS
from homeostat.twin.petab.conditions import Unknowns, read_conditions, setting, unknowns
from homeostat.twin.petab.files import read_files
from homeostat.twin.petab.integration import Accuracy, Array, Integration
from homeostat.twin.petab.kinetics import dynamics
from homeostat.twin.petab.measurements import COLUMNS as MEASUREMENTS
from homeostat.twin.petab.measurements import Measurement, read_measurements
from homeostat.twin.petab.observables import COLUMNS as OBSERVABLES
from homeostat.twin.petab.observables import read_observables
from homeostat.twin.petab.parameters import COLUMNS as PARAMETERS
from homeostat.twin.petab.parameters import Parameter, read_parameters
from homeostat.twin.petab.prediction import Predictions, predictions
from homeostat.twin.petab.sbml import read_sbml
from homeostat.twin.petab.tables import Row, read_table


@dataclass(frozen=True)
class Problem:
    """What is estimated (`parameters`, k of them) from what was measured (`measurements`, m of them)."""

    name: str
    imported: Imported
    parameters: tuple[Parameter, ...]
    measurements: tuple[Measurement, ...]
    predictions: Predictions
    integration: Integration

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the estimated parameters."""
        return tuple(p.id for p in self.parameters)

    @cached_property
    def lower(self) -> Array:
        """The lower bounds (k,), on scale."""
        return np.array([p.scaled(p.low) for p in self.parameters])

    @cached_property
    def upper(self) -> Array:
        """The upper bounds (k,), on scale."""
        return np.array([p.scaled(p.high) for p in self.parameters])

    @cached_property
    def nominal(self) -> Array:
        """The nominal values (k,), on scale."""
        return np.array([p.scaled(p.nominal) for p in self.parameters])

    def at(self, accuracy: Accuracy) -> "Problem":
        """Return the same problem simulated with another `accuracy`."""
        return replace(self, integration=replace(self.integration, accuracy=accuracy))

    def simulate(self, theta: Array) -> Array:
        """Return the simulated value and the noise of every measurement (m, 2). Raises `Rejected`."""
        return np.asarray(self.predictions.table(self.integration.states(theta), theta))

    def value(self, theta: Array) -> float:
        """Return the negative log-likelihood, priors included. Raises `Rejected` where it is not finite."""
        found = float(self.predictions.cost(self.integration.states(theta), theta)[0])
        if not np.isfinite(found):
            raise Rejected("the likelihood is not finite", where=self.name)
        return found

    def objective(self, theta: Array) -> Scalar:
        """Return the negative log-likelihood, priors included, and its gradient (k,). Raises `Rejected`."""
        states, along = self.integration.sensitivities(theta)
        value, by_states, by_theta = self.predictions.cost(states, theta)
        gradient = np.tensordot(np.asarray(by_states), along, 2) + np.asarray(by_theta)[:, 0]
        if not (np.isfinite(float(value)) and np.isfinite(gradient).all()):
            raise Rejected("the likelihood or its gradient is not finite", where=self.name)
        return Scalar(float(value), gradient)

    @property
    def squares(self) -> "Squares | None":
        """The same problem as a sum of squares; None with Laplace noise or priors that are not uniform."""
        return None if self.predictions.squares is None else Squares(self, self.predictions.squares)


@dataclass(frozen=True)
class Squares:
    """A problem with normal noise as least squares: half their sum plus `offset` is its negative log-likelihood."""

    problem: Problem
    function: ca.Function

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the coordinates."""
        return self.problem.names

    @property
    def lower(self) -> Array:
        """The lower bounds."""
        return self.problem.lower

    @property
    def upper(self) -> Array:
        """The upper bounds."""
        return self.problem.upper

    @property
    def offset(self) -> float:
        """What half the sum of squares has too little."""
        return self.problem.predictions.offset

    def residuals(self, theta: Array) -> Residuals:
        """Return residuals and their Jacobian. Raises `Rejected`."""
        states, along = self.problem.integration.sensitivities(theta)
        r, by_states, by_theta = (np.asarray(e) for e in self.function(states, theta))
        owners = np.array(self.problem.predictions.rows)
        jacobian = np.einsum("rx,rxk->rk", by_states, along[owners]) + by_theta
        if not (np.isfinite(r).all() and np.isfinite(jacobian).all()):
            raise Rejected("a residual or a derivative is not finite", where=self.problem.name)
        return Residuals(r[:, 0], jacobian)


def load_problem(path: Path | str, accuracy: Accuracy | None = None) -> Problem:
    """Read the PEtab problem of the yaml file at `path`. Raises `TwinError` with file, row and column."""
    files = read_files(Path(path))
    source = dynamics(read_sbml(files.model))
    parameters = read_parameters(_rows(files.parameters, PARAMETERS))
    conditions = read_conditions(_rows(files.conditions, CONDITIONS), source)
    observables = read_observables(_rows(files.observables, OBSERVABLES))
    measurements = read_measurements(_rows(files.measurements, MEASUREMENTS), observables, tuple(conditions))
    imported = build(source, {p.id: p.nominal for p in parameters.values()})
    unknown = unknowns(parameters)
    used = dict.fromkeys(m.condition for m in measurements)
    settings = {n: setting(source, imported.states, conditions[n], unknown) for n in used}
    estimated = tuple(p for p in parameters.values() if p.estimate)
    return Problem(
        files.yaml.stem,
        imported,
        estimated,
        measurements,
        predictions(
            source,
            imported.states,
            observables,
            measurements,
            settings=settings,
            unknown=unknown,
            prior=_prior(estimated, unknown),
        ),
        Integration.of(imported, source, settings, measurements, unknown, accuracy or Accuracy()),
    )


def _rows(paths: Sequence[Path], columns: Sequence[str]) -> tuple[Row, ...]:
    return tuple(row for path in paths for row in read_table(path, columns))


def _prior(estimated: Sequence[Parameter], unknown: Unknowns) -> ca.SX:
    total = ca.SX(0.0)
    for k, parameter in enumerate(estimated):
        if parameter.prior is not None:
            total += parameter.prior.negative_log(unknown.theta[k], unknown.values[parameter.id])
    return total
