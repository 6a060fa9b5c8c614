"""The deterministic simulator: model -> symbolic Rosenbrock step -> strict LLVM IR -> native code."""

from homeostat.twin.engine.native import Target
from homeostat.twin.engine.simulate import Jump, Segment, Trajectory, simulate
from homeostat.twin.engine.simulator import Advance, Simulator
from homeostat.twin.engine.status import Status

__all__ = ["Advance", "Jump", "Segment", "Simulator", "Status", "Target", "Trajectory", "simulate"]
