"""A task: what fits its model, which ends come into question, and what names it."""

from dataclasses import replace
from itertools import pairwise

import pytest

from homeostat.control.predictive import Actuator, Ends, Limit, Task, Term
from homeostat.errors import ControlError

TASK = Task(
    model="t_cell_expansion",
    steps=4,
    horizon=16.0,
    free=2,
    actuators=(Actuator("perfusion", 0.0, 20.0, change=4.0, cost=2000.0, suppression=20.0),),
    terms=(Term("cells", "viable_cells", "target", 1000.0, 100.0, 1.0, throughout=False),),
    limits=(Limit("lactate", "lactate", None, 10.0, 1.0, 1.28), Limit("glucose", "glucose", 2.0, 30.0, None)),
    held=("oxygen", "bicarbonate"),
    scenarios=(("growth_max", 1.28),),
)


def test_a_task_that_fits_its_model_is_accepted() -> None:
    TASK.check()


@pytest.mark.parametrize(
    ("change", "told"),
    [
        ({"actuators": (Actuator("pump", 0.0, 1.0),)}, "no input 'pump'"),
        ({"held": ("warmth",)}, "no state 'warmth'"),
        ({"scenarios": (("luck", 1.0),)}, "no parameter 'luck'"),
        ({"terms": (replace(TASK.terms[0], quantity="joy"),)}, "no state or output 'joy'"),
        ({"limits": (Limit("x", "joy", 0.0, None, 1.0),)}, "no state or output 'joy'"),
        ({"free": 5}, "5 free moves in 4 steps"),
        ({"free": 0}, "make no horizon"),
        ({"steps": 0}, "make no horizon"),
        ({"horizon": 0.0}, "make no horizon"),
        ({"actuators": (Actuator("perfusion", 3.0, 3.0),)}, "leaves nothing to move"),
        ({"limits": (replace(TASK.limits[0], sigmas=2.33),)}, "kept with a chance above 99%"),
    ],
)
def test_a_task_that_does_not_fit_is_refused_with_what_is_wrong(change: dict[str, object], told: str) -> None:
    with pytest.raises(ControlError, match=told):
        replace(TASK, **change).check()


def test_what_is_held_is_not_planned_and_every_end_of_a_limit_is_a_row() -> None:
    assert not {"oxygen", "bicarbonate"} & set(TASK.states)
    assert len(TASK.states) == len(TASK.signature.states) - 2
    assert [(row.quantity, row.bound, row.lower) for row in TASK.rows] == [
        ("lactate", 10.0, False),
        ("glucose", 2.0, True),
        ("glucose", 30.0, False),
    ]
    assert TASK.watched == ("viable_cells", "lactate", "glucose")


def test_without_an_end_the_horizon_recedes_and_before_one_it_shrinks() -> None:
    assert TASK.ends_from(10.0) == (26.0,)
    until = replace(TASK, end=30.0)
    assert until.ends_from(10.0) == (26.0,)
    assert until.ends_from(20.0) == (30.0,)
    assert until.ends_from(29.7) == ()


def test_the_ends_that_are_compared_include_the_last_and_none_that_is_past() -> None:
    task = replace(TASK, ends=Ends(20.0, 29.0, 4.0))
    assert task.ends_from(0.0) == (20.0, 24.0, 28.0, 29.0)
    assert task.ends_from(21.0) == (24.0, 28.0, 29.0)
    assert task.ends_from(28.9) == ()


@pytest.mark.parametrize("every", [0.7, 1.0, 3.0, 4.0, 4.1, 6.5, 45.0])
def test_no_two_ends_that_are_compared_lie_further_apart_than_declared(every: float) -> None:
    ends = replace(TASK, ends=Ends(20.0, 84.0, every)).ends_from(0.0)
    assert (ends[0], ends[-1]) == (20.0, 84.0)
    apart = [after - before for before, after in pairwise(ends)]
    assert all(0.0 < gap <= every * (1.0 + 1e-9) for gap in apart)


@pytest.mark.parametrize(
    "change",
    [{"steps": 5}, {"free": 1}, {"held": ()}, {"terms": (replace(TASK.terms[0], weight=2.0),)}],
)
def test_whatever_is_declared_differently_has_another_fingerprint(change: dict[str, object]) -> None:
    assert replace(TASK, **change).fingerprint != TASK.fingerprint
    assert replace(TASK).fingerprint == TASK.fingerprint
