"""A control problem as data: every solver is built from it, so that all solve the same one.

Time is in hours, every value in the unit its model declares. The objective is

    mean over scenarios of  sum_k [ stage(x_k) + sum_i moves_i ((u_k,i - u_k-1,i) / scale_i)^2 ] + terminal(x_N)

with `weight` times the excess of every soft limit at x_1 .. x_N added. The first move is common to all scenarios.
"""

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from homeostat.twin import Group, Model
from homeostat.twin.algebra import Value

Array = NDArray[np.float64]
Cost = Callable[[Mapping[str, Value]], Value]
"""Of the states by name, in any arithmetic."""


@dataclass(frozen=True)
class Soft:
    """An upper limit of a state that costs `weight` times its excess (in the state's unit) instead of forbidding it."""

    state: str
    high: float
    weight: float


@dataclass(frozen=True)
class Task:
    """What is to be optimised over `steps` intervals of `hours` each.

    `substeps` is how many Runge-Kutta steps an interval takes in solvers that shoot, `elements` how many finite
    elements in those that collocate; explicit steps do not suit a `stiff` task. `bounds` hold for states at the end of
    every interval; those of inputs are the model's own. `uncertain` names the parameters that `scenarios` (s, k) give
    values to.
    """

    name: str
    model: type[Model]
    hours: float
    steps: int
    substeps: int
    elements: int
    stage: Cost
    terminal: Cost
    moves: Mapping[str, float]
    bounds: Mapping[str, tuple[float, float]]
    uncertain: tuple[str, ...]
    scenarios: tuple[tuple[float, ...], ...]
    scale: Mapping[str, float] = field(default_factory=dict)
    soft: tuple[Soft, ...] = ()
    stiff: bool = False

    @property
    def states(self) -> Group:
        """The model's states."""
        return self.model.signature.states

    @property
    def inputs(self) -> Group:
        """The model's inputs."""
        return self.model.signature.inputs

    @property
    def start(self) -> Array:
        """The states at which the plant begins (nx,)."""
        return np.array(self.states.values)

    @property
    def before(self) -> Array:
        """The inputs in force before the first move (nu,)."""
        return np.array(self.inputs.values)

    @property
    def known(self) -> Array:
        """What is thought of the uncertain parameters (s, k): one row a scenario."""
        return np.array(self.scenarios)

    @property
    def state_bounds(self) -> tuple[Array, Array]:
        """Least and greatest states (nx,), infinite where none is set."""
        limits = [self.bounds.get(name, (-math.inf, math.inf)) for name in self.states.names]
        low, high = np.array(limits).T
        return low, high

    @property
    def input_bounds(self) -> tuple[Array, Array]:
        """Least and greatest inputs (nu,)."""
        return np.array([q.low for q in self.inputs]), np.array([q.high for q in self.inputs])

    @property
    def state_scale(self) -> Array:
        """Sizes of the states (nx,)."""
        return np.array([self.scale.get(name, 1.0) for name in self.states.names])

    @property
    def input_scale(self) -> Array:
        """Sizes of the inputs (nu,)."""
        return np.array([self.scale.get(name, 1.0) for name in self.inputs.names])

    @property
    def move_weights(self) -> Array:
        """Weights of the squared, scaled changes of the inputs (nu,)."""
        return np.array([self.moves.get(name, 0.0) for name in self.inputs.names])

    def parameters(self, known: Array) -> Array:
        """All parameters of the model (s, np), the uncertain ones as `known` (s, k)."""
        group = self.model.signature.parameters
        rows = np.tile(group.values, (len(known), 1))
        rows[:, [group.index(name) for name in self.uncertain]] = known
        return rows
