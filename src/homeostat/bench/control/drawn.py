"""Batches to estimate: all that estimators are told of what they do not know is true, for it is drawn that way.

seed -> first states, parameter -> plant with its own noise under a known feed -> states, readings with noise
"""

from dataclasses import dataclass

import numpy as np

from homeostat.bench.control import forms
from homeostat.bench.control.task import Array, Task
from homeostat.bench.control.watching import Watching


@dataclass(frozen=True)
class Batch:
    """The true states (n, nx) at the end of every interval, and what was read of them then (n, ny)."""

    states: Array
    readings: Array


def drawn(task: Task, watching: Watching, moves: Array, seed: int) -> Batch:
    """The batch of `seed` under the known `moves` (n, nu); nothing becomes less than `watching.low`."""
    random, plant = np.random.default_rng(seed), forms.plant(task)
    low, scatter = watching.column(watching.low), watching.column(watching.wander) * np.sqrt(task.hours)
    parameters = task.parameters(task.known)[0]
    wrong = watching.deviation * random.standard_normal()
    parameters[task.model.signature.parameters.index(watching.unknown)] = np.clip(
        watching.value + wrong, *watching.bounds
    )
    doubt = watching.column(watching.first) * random.standard_normal(len(low))
    x, rows = np.maximum(watching.column(watching.guess) + doubt, low), []
    for u in moves:
        ahead = np.array(plant(x, u, parameters)).ravel()
        x = np.maximum(ahead + scatter * random.standard_normal(len(low)), low)
        rows.append(x)
    states = np.array(rows)
    noise = watching.noise * random.standard_normal((len(moves), len(watching.readings)))
    return Batch(states, states[:, watching.seen] + noise)
