"""The situations that every solver is set: recorded once, in closed loop with an exact plant.

task, solver, plant -> states and inputs before, step by step -> replay by every solver in turn
"""

from dataclasses import dataclass

import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.solver import Answer, Solver
from homeostat.bench.control.task import Array, Task


@dataclass(frozen=True)
class Sequence:
    """n situations: states (n, nx), inputs before (n, nu), and the moves (n, nu) that followed."""

    states: Array
    before: Array
    moves: Array

    def __len__(self) -> int:
        return len(self.states)


def record(task: Task, solver: Solver, steps: int) -> Sequence:
    """Steer the plant, whose parameters are those of the first scenario, by `solver`."""
    plant, p = forms.plant(task), task.parameters(task.known)[0]
    x, u = task.start, task.before
    rows: list[tuple[Array, Array, Array]] = []
    for _ in range(steps):
        move = solver.solve(x, u, task.known).move
        rows.append((x, u, move))
        x, u = np.array(plant(x, move, p)).ravel(), move
    return Sequence(*(np.array(column) for column in zip(*rows, strict=True)))


def replay(task: Task, solver: Solver, sequence: Sequence) -> list[Answer]:
    """Every situation of `sequence` solved in order, starting from nothing."""
    solver.forget()
    situations = zip(sequence.states, sequence.before, strict=True)
    return [solver.solve(x, before, task.known) for x, before in situations]
