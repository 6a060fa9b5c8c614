"""Hybrid models: learnt terms inside mechanistic equations, trained on runs, frozen and hashed.

A `NeuralTerm` or `KernelTerm` (a Gaussian process) over declared `Argument`s is an attribute of a `Model`; its weights
are parameters, so that simulation, sensitivities and fitting need nothing new. Its `Shape` keeps sign and bounds, its
arguments their direction, and the equations around it their balances, for any weights. `hybrid` lets parameters of an
existing model vary so, without a new class. `train` learns the weights beside other quantities and stops early on runs
held out; `freeze` makes a plain document of the result, and `Frozen.load` a model again, with the same bits.
"""

from homeostat.twin.hybrid.frozen import Frozen, freeze, run_hash
from homeostat.twin.hybrid.kernel import KernelTerm
from homeostat.twin.hybrid.neural import NeuralTerm
from homeostat.twin.hybrid.shape import Bounded, Factor, Positive, Shape, Unbounded
from homeostat.twin.hybrid.term import Argument, Bound, Term, term_weights, terms
from homeostat.twin.hybrid.training import Options, Point, Training, train, weights
from homeostat.twin.hybrid.varying import hybrid

__all__ = [
    "Argument",
    "Bound",
    "Bounded",
    "Factor",
    "Frozen",
    "KernelTerm",
    "NeuralTerm",
    "Options",
    "Point",
    "Positive",
    "Shape",
    "Term",
    "Training",
    "Unbounded",
    "freeze",
    "hybrid",
    "run_hash",
    "term_weights",
    "terms",
    "train",
    "weights",
]
