"""The digital twin: mechanistic models of a batch, and the simulator that runs them.

A model is one class (`Model`) of declared quantities and balance equations in generic arithmetic. From it come the
documentation table, plain evaluation over floats or arrays, a CasADi function for derivatives and control, and the
compiled `Simulator`: one Rosenbrock step traced symbolically, emitted to strict LLVM IR, the same bits on every
machine. Data flow: declared values -> `Simulator.advance` (one interval, typed `Status`) -> `simulate` (a whole run
with changing inputs and jumps) -> `Trajectory`. Time is in hours, every quantity in its declared unit.
"""

from homeostat.twin.declare import Group, Kind, Quantity, Signature, input, output, parameter, state
from homeostat.twin.engine import (
    Advance,
    Batches,
    Ensemble,
    Jump,
    Segment,
    Simulator,
    Status,
    Target,
    Trajectory,
    simulate,
)
from homeostat.twin.model import Model
from homeostat.twin.models import model, models

__all__ = [
    "Advance",
    "Batches",
    "Ensemble",
    "Group",
    "Jump",
    "Kind",
    "Model",
    "Quantity",
    "Segment",
    "Signature",
    "Simulator",
    "Status",
    "Target",
    "Trajectory",
    "input",
    "model",
    "models",
    "output",
    "parameter",
    "simulate",
    "state",
]
