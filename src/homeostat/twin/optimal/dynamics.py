"""How a state goes from one node of a trajectory to the next: a Runge-Kutta method over rates, or any SX function.

In: rates of change, or a step, as CasADi SX functions. Out: one frozen description of the step. Explicit methods suit
ordinary kinetics; a stiff model (jackets, gas exchange) wants the diagonally implicit one, stable at any step length.
Sources: Hairer, Norsett & Wanner 1993, table II.1.2 (the classical method of order 4); Alexander 1977 (order 3,
L-stable, three stages).
"""

import math
from dataclasses import dataclass
from functools import cached_property

import casadi as ca

from homeostat.errors import TwinError


@dataclass(frozen=True)
class Tableau:
    """Coefficients a (each stage from those before), weights b and the diagonal (0: explicit)."""

    name: str
    a: tuple[tuple[float, ...], ...]
    b: tuple[float, ...]
    diagonal: float = 0.0


RK4 = Tableau("rk4", ((), (0.5,), (0.0, 0.5), (0.0, 0.0, 1.0)), (1 / 6, 1 / 3, 1 / 3, 1 / 6))

_G = 0.43586652150845899942  # the root of g³ - 3 g² + 3/2 g = 1/6 that makes the method L-stable
_B = (-1.5 * _G * _G + 4.0 * _G - 0.25, 1.5 * _G * _G - 5.0 * _G + 1.25)
SDIRK3 = Tableau("sdirk3", ((), (0.5 * (1.0 - _G),), _B), (*_B, _G), _G)


def check_symbolic(name: str, function: ca.Function, results: int) -> None:
    """Raise `TwinError` unless `function` is an SX function whose first result has this many rows."""
    if not function.is_a("SXFunction"):
        raise TwinError(f"{name} is no SX function", where=function.name(), mend="build it of SX symbols")
    if function.numel_out(0) != results:
        found = function.numel_out(0)
        raise TwinError(f"{name} has {found} results, not {results}", where=function.name())


@dataclass(frozen=True)
class RungeKutta:
    """`substeps` steps of a method over `rates` (x, u, p) -> dx/dt per hour, with inputs held.

    The length of the whole step is `hours`: a number, or an SX function p -> hours where it differs between nodes.
    """

    rates: ca.Function
    hours: float | ca.Function
    substeps: int = 1
    tableau: Tableau = RK4

    def __post_init__(self) -> None:
        if self.substeps < 1:
            raise TwinError("a step has at least one substep", where="RungeKutta")
        if not isinstance(self.hours, ca.Function) and not 0.0 < self.hours < math.inf:
            raise TwinError(f"a step of {self.hours} hours leads nowhere", where="RungeKutta")
        check_symbolic("rates", self.rates, self.rates.numel_in(0))
        if isinstance(self.hours, ca.Function):
            check_symbolic("hours", self.hours, 1)

    @property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers of states, inputs and parameters."""
        return self.rates.numel_in(0), self.rates.numel_in(1), self.rates.numel_in(2)

    def length(self, p: ca.SX) -> ca.SX:
        """The length of one substep in hours."""
        hours = self.hours(p) if isinstance(self.hours, ca.Function) else self.hours
        return ca.SX(hours) / self.substeps


@dataclass(frozen=True)
class Discrete:
    """Any step (x, u, p) -> next x as an SX function."""

    step: ca.Function

    def __post_init__(self) -> None:
        check_symbolic("step", self.step, self.step.numel_in(0))

    @cached_property
    def sizes(self) -> tuple[int, int, int]:
        """Numbers of states, inputs and parameters."""
        return self.step.numel_in(0), self.step.numel_in(1), self.step.numel_in(2)


Dynamics = RungeKutta | Discrete
