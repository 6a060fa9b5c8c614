"""The chain twin: every unit operation from apheresis to infusion, for many virtual patients at once.

A `Chain` is a tuple of frozen steps. Each is a pure function of the `Material` (what is in the bag of each patient)
and of its parameters, which are `Uncertain`: a value, a spread, a unit, a source. `run` draws them for n patients by
numbers that belong to the patient, passes empty bags through the steps, and returns a `ChainResult`: the attributes
after every step and at infusion, with medians, bands and the chance to meet each specification. `sensitivity` tells
which step's uncertainty explains how much of an attribute's variance. The expansion is a model of the twin, run by its
ensemble engine; the other steps are yields, mass balances and published laws.
Units: 1e6 cell, mL, h, IU/mL, mmol/L, % v/v.
"""

from homeostat.twin.chain.attributes import ATTRIBUTES, Attribute
from homeostat.twin.chain.car_t import car_t_chain
from homeostat.twin.chain.chain import Chain
from homeostat.twin.chain.collection import Apheresis, Selection
from homeostat.twin.chain.cryo import Freezing, Storage, Thaw
from homeostat.twin.chain.culture import Expansion, Feeding
from homeostat.twin.chain.draws import Draws
from homeostat.twin.chain.harvest import BeadRemoval, Formulation, Wash
from homeostat.twin.chain.material import Amounts, Material
from homeostat.twin.chain.result import ChainResult
from homeostat.twin.chain.run import run
from homeostat.twin.chain.sensitivity import Share, sensitivity
from homeostat.twin.chain.step import Change, Step
from homeostat.twin.chain.transfer import Activation, Transduction
from homeostat.twin.chain.uncertain import Shape, Uncertain, fixed, fraction, lognormal

__all__ = [
    "ATTRIBUTES",
    "Activation",
    "Amounts",
    "Apheresis",
    "Attribute",
    "BeadRemoval",
    "Chain",
    "ChainResult",
    "Change",
    "Draws",
    "Expansion",
    "Feeding",
    "Formulation",
    "Freezing",
    "Material",
    "Selection",
    "Shape",
    "Share",
    "Step",
    "Storage",
    "Thaw",
    "Transduction",
    "Uncertain",
    "Wash",
    "car_t_chain",
    "fixed",
    "fraction",
    "lognormal",
    "run",
    "sensitivity",
]
