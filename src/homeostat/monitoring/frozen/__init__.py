"""Frozen pieces of models: numbers that JSON holds, and arithmetic on them that is the same on every machine.

    Step  rows in, rows out: centring, a filter, a projection
    Form  rows in, one value a row out: linear, kernel, trees; with the contribution of every column

Every piece is an immutable pydantic model with a `kind`; a model package is a list of steps and one form. Nothing here
learns: what learns gives frozen pieces away. `strict` and `normal` hold the arithmetic: a piece computes with + - * /
and with them alone, and has one path for arrays and one for a row of plain floats, which give the same bits.
"""

from homeostat.monitoring.frozen.arrays import Array, Integers, Matrix, Vector
from homeostat.monitoring.frozen.clipped import Clipped
from homeostat.monitoring.frozen.composed import Blend, Logistic, Staged, lead_back, run_through
from homeostat.monitoring.frozen.exponential import Exponential
from homeostat.monitoring.frozen.kernel import Kernel
from homeostat.monitoring.frozen.linear import Linear
from homeostat.monitoring.frozen.mean import Mean
from homeostat.monitoring.frozen.piece import AnyForm, AnyStep, Form, Piece, Step
from homeostat.monitoring.frozen.projection import Project
from homeostat.monitoring.frozen.scaled import Scaled
from homeostat.monitoring.frozen.steps import Autoscale, Center, Impute, Select
from homeostat.monitoring.frozen.trees import Trees

__all__ = [
    "AnyForm",
    "AnyStep",
    "Array",
    "Autoscale",
    "Blend",
    "Center",
    "Clipped",
    "Exponential",
    "Form",
    "Impute",
    "Integers",
    "Kernel",
    "Linear",
    "Logistic",
    "Matrix",
    "Mean",
    "Piece",
    "Project",
    "Scaled",
    "Select",
    "Staged",
    "Step",
    "Trees",
    "Vector",
    "lead_back",
    "run_through",
]
