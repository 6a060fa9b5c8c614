"""What a plan is made from, and what comes of it: plain immutable numbers, so that replays ask the same."""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Question:
    """The belief at batch time `hours`: every state, input and parameter of the model, in declared order.

    `deviations` are the standard deviations of the scenarios' parameters, `doubts` those of the watched quantities.
    """

    hours: float
    states: tuple[float, ...]
    inputs: tuple[float, ...]
    parameters: tuple[float, ...]
    deviations: tuple[float, ...] = ()
    doubts: tuple[float, ...] = ()


@dataclass(frozen=True, slots=True)
class Foretold:
    """A watched quantity at the start and at the end of each step, as the plan leads it, and without any move.

    `skipped` is what it would be without the first move alone, the later ones made as far as they may follow.
    `low` and `high` are those of the scenarios under the same moves: what a later plan would mend is not counted on.
    """

    quantity: str
    values: tuple[float, ...]
    low: tuple[float, ...]
    high: tuple[float, ...]
    without: tuple[float, ...]
    skipped: tuple[float, ...]


@dataclass(frozen=True, slots=True)
class Active:
    """A limit that shapes the plan, the batch time (hours) at which it does, and its multiplier."""

    limit: str
    hours: float
    multiplier: float


@dataclass(frozen=True, slots=True)
class Planned:
    """A plan: `moves` (steps, inputs) from `times` (batch hours) on, its worth, and what it was weighed against.

    `value` is its objective, `without` that of leaving the inputs as they were, `skipped` that of leaving out the first
    move alone, each with the same moves in every scenario; `ends` are the ends compared with what was minimised for
    each, where a scenario has moves of its own once it is known. `iterations` are those of every solve that was needed.
    `unsure` names the soft limits whose chance could not be kept: they are planned as the belief expects.
    """

    times: tuple[float, ...]
    moves: tuple[tuple[float, ...], ...]
    end: float
    ends: tuple[tuple[float, float], ...]
    value: float
    without: float
    skipped: float
    iterations: int
    foretold: tuple[Foretold, ...]
    active: tuple[Active, ...]
    unsure: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Answer:
    """The answer to a question: a plan, or why there is none."""

    status: Literal["solved", "no convergence", "infeasible", "not finite"]
    planned: Planned | None = None
    reason: str = ""
