"""The deterministic engine: model -> symbolic Rosenbrock step -> strict LLVM IR -> native code, one batch or many."""

from homeostat.twin.engine.batches import Batches
from homeostat.twin.engine.ensemble import Ensemble
from homeostat.twin.engine.native import Target
from homeostat.twin.engine.schedule import Jump, Segment
from homeostat.twin.engine.simulate import Trajectory, simulate
from homeostat.twin.engine.simulator import Advance, Simulator
from homeostat.twin.engine.status import Status

__all__ = [
    "Advance",
    "Batches",
    "Ensemble",
    "Jump",
    "Segment",
    "Simulator",
    "Status",
    "Target",
    "Trajectory",
    "simulate",
]
