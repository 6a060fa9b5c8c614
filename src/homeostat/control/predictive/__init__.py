"""Model-predictive control: from a belief to a plan of moves, with what it is expected to bring and what shapes it.

    task (declared) -> equations (CasADi SX) -> problem (structured solver, compiled) -> question -> answer

The model is the twin's own; plans are made over several scenarios of what the twin is not sure of. Questions and
answers are plain immutable numbers, and the solver's arithmetic is the engine's: the same question has the same
answer, in every bit, on every machine.
"""

from homeostat.control.predictive.question import Active, Answer, Foretold, Planned, Question
from homeostat.control.predictive.task import Actuator, Ends, Limit, Shown, Task, Term

__all__ = [
    "Active",
    "Actuator",
    "Answer",
    "Ends",
    "Foretold",
    "Limit",
    "Planned",
    "Question",
    "Shown",
    "Task",
    "Term",
]
