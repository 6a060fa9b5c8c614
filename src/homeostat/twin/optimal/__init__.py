"""Optimal control of a declared model: the best trajectory over one future or a tree of scenarios, and its proof.

A `Problem` (dynamics, costs, bounds, constraints as CasADi SX functions) and a `Tree` (a chain, or scenarios that
share their first moves) make a `Solver`. Data flow: initial state, input in force and parameters of the nodes ->
first point (`start`) -> interior-point iteration (`interior`) around a native kernel (`kernel`: derivatives one
node a lane, Riccati recursion over the tree, condensed rows) -> `Outcome`: a typed `Status`, and numbers only
where it is `SOLVED`, with the multipliers that explain them and the `Guess` that the next solve may begin from.
Predictive control, scenario trees and moving-horizon estimation (free initial state, arrival cost, noise as input)
are all such problems. The result depends on the arguments only, to the last bit, on every machine: no BLAS, no
mathematics library, no solver at run time.
"""

from homeostat.twin.optimal.dynamics import RK4, SDIRK3, Discrete, Dynamics, RungeKutta, Tableau
from homeostat.twin.optimal.interior import Status
from homeostat.twin.optimal.outcome import Guess, Outcome, Residuals
from homeostat.twin.optimal.problem import Problem, Row
from homeostat.twin.optimal.settings import Settings
from homeostat.twin.optimal.solver import Solver, compile_solver
from homeostat.twin.optimal.tree import Tree

__all__ = [
    "RK4",
    "SDIRK3",
    "Discrete",
    "Dynamics",
    "Guess",
    "Outcome",
    "Problem",
    "Residuals",
    "Row",
    "RungeKutta",
    "Settings",
    "Solver",
    "Status",
    "Tableau",
    "Tree",
    "compile_solver",
]
