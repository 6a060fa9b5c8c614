"""Optimal control of a declared model: trajectories over a chain or a tree of scenarios."""

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
