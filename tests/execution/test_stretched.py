"""With ends to choose from a plan reaches as far as those: told where its steps are far longer than declared."""

import pytest

from homeostat.control.predictive import Question
from homeostat.control.predictive.futures import Futures
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.stretched import STRETCH, stretched
from homeostat.process import Quantity
from homeostat.twin import model

from .steered import process

WAY = 16.0
"""Hours from the earliest beginning of the steered phase to the last end that is compared."""


@pytest.mark.parametrize(
    ("horizon", "faults"), [(WAY, 0), (WAY / STRETCH + 0.1, 0), (WAY / STRETCH - 0.1, 1), (4.0, 1), (72.0, 0)]
)
def test_steps_far_longer_than_declared_are_told(horizon: float, faults: int) -> None:
    told = [*stretched(process(horizon=Quantity(horizon, "h"), step=Quantity(2.0, "h")))]
    assert [fault.path for fault in told] == [("controllers", "growth", "horizon")] * faults


def test_the_steps_that_are_told_are_those_of_the_plan() -> None:
    short = process(horizon=Quantity(4.0, "h"), step=Quantity(2.0, "h"))
    (told,) = stretched(short)
    assert "from 1 h to 17 h in 2 steps of 8 h" in told.what
    task = make_plan(short, steers=True, initial={}).controllers[0].task
    signature = model(task.model).signature
    states, inputs, parameters = (tuple(q.value for q in group) for group in signature.groups[:3])
    question = Question(1.0, states, inputs, parameters, (0.0,) * len(task.scenarios))
    assert task.ends_from(1.0)[-1] == 17.0
    assert (task.steps, Futures.of(task, question, 17.0).hours) == (2, 8.0)


def test_without_ends_a_plan_keeps_to_its_horizon() -> None:
    assert [*stretched(process(horizon=Quantity(4.0, "h"), harvest=None))] == []
