"""Planned inputs and jumps: forecasts under them against plain simulation, and what they do to doubt."""

import math

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Jump, Model, Segment, Simulator, input, output, simulate, state
from homeostat.twin.engine.exchange import exchange
from homeostat.twin.observer import Course, Doubt, Filter, Settings, Shift, forecast

from .models import Colony, Tanks, colony, slope, square

PLAN = [Segment(0.0, {"feed": 2.0}), Segment(3.3, {"feed": 0.5})]
HOURS = (0.0, 2.0, 3.3, 5.0, 8.0)
FOOD = {"cells": 0.5, "food": 10.0, "volume": 100.0}
JUMPS = [
    Jump(0.0, add={"food": 1.0}),
    Jump(5.0, draw=20.0, retain=("cells",), bolus=30.0, contents={"food": 40.0}),
    Jump(5.0, scale={"cells": 0.9}),
    exchange(Colony.signature, 11.0, 0.5, {"food": 10.0}, ["cells"]),
    Jump(13.5, assign={"food": 6.0}, add={"cells": 0.05, "food": 0.5}),
]


class Echo(Model):
    """An output that shows its input at once."""

    level = state(1.0, "mmol/L", "level", low=-math.inf)
    feed = input(0.0, "mmol/(L h)", "feed")
    shown = output("mmol/L", "level and feed")

    def rates(self, m: object) -> dict[str, object]:
        return {"level": self.feed}

    def outputs(self, m: object) -> dict[str, object]:
        return {"shown": self.level + 10.0 * self.feed}


def sure(model: type[Model]) -> Filter:
    """A filter that doubts nothing."""
    return Filter(Simulator(model), Settings((), elsewhere=Doubt()))


@pytest.mark.parametrize("quantity", ["cells", "food", "volume"])
def test_with_planned_additions_it_is_the_simulation(quantity: str) -> None:
    """However the plan is ordered; what happens at one hour stays in its order."""
    of, hours = sure(Colony), (0.0, 4.0, 5.0, 9.0, 13.5, 20.0)
    ahead = forecast(of, of.begin(tuple(FOOD.values()), ()), quantity, hours, jumps=[*JUMPS[3:], *JUMPS[:3]])
    told = simulate(of.simulator, FOOD, [], {}, hours, JUMPS)
    place = Colony.signature.states.index(quantity)
    np.testing.assert_allclose(ahead.value, told.states[:, place], rtol=2e-5)


def test_a_linear_tank_with_inputs_and_additions_is_the_simulation() -> None:
    of, jumps = sure(Tanks), [Jump(2.0, add={"first": 3.0}), Jump(3.3, scale={"second": 0.5})]
    ahead = forecast(of, of.begin((4.0, 1.0), (1.0,)), "total", HOURS, PLAN, jumps=jumps)
    told = simulate(of.simulator, {"first": 4.0, "second": 1.0}, PLAN, {}, HOURS, jumps)
    np.testing.assert_allclose(ahead.value, told.outputs[:, 0], rtol=1e-5)


def test_the_value_at_an_hour_has_the_inputs_that_begin_there() -> None:
    of, plan = sure(Echo), [Segment(1.0, {"feed": 2.0})]
    ahead = forecast(of, of.begin((1.0,), (0.5,)), "shown", (0.0, 1.0, 2.0), plan)
    before = [Segment(0.0, {"feed": 0.5}), *plan]
    told = simulate(of.simulator, {}, before, {}, (0.0, 1.0, 2.0))
    np.testing.assert_allclose(ahead.value, told.outputs[:, 0])
    np.testing.assert_allclose(ahead.value, [6.0, 21.5, 23.5])


def test_without_a_plan_inputs_are_held() -> None:
    of = sure(Echo)
    np.testing.assert_allclose(forecast(of, of.begin((1.0,), (0.5,)), "level", (0.0, 4.0)).value, [1.0, 3.0])


def test_an_addition_that_is_told_changes_the_value_and_not_the_doubt() -> None:
    of = colony(learnt=())
    start = of.begin((0.5, 10.0, 100.0), ())
    plain, fed = (forecast(of, start, "food", (0.0,), jumps=jumps) for jumps in ((), JUMPS[:1]))
    assert fed.value[0] == pytest.approx(plain.value[0] + 1.0)
    assert fed.deviation[0] == pytest.approx(plain.deviation[0])
    sure_again = forecast(of, start, "food", (0.0,), jumps=[Jump(0.0, assign={"food": 3.0})])
    assert (sure_again.value[0], sure_again.deviation[0]) == (3.0, 0.0)


def test_the_doubt_goes_through_the_jacobian_of_a_shift() -> None:
    """Against central differences of the same change."""
    of = colony()
    start = of.settle(of.advance(of.begin((0.5, 10.0, 100.0), ()), (), 3.0))
    shift = Shift((("cells", 0.4), ("food", 0.0)), (("food", 2.0), ("cells", 0.1)))
    jumped = of.jump(start, shift)

    def mapped(x: np.ndarray) -> np.ndarray:
        return np.array([0.4 * x[0] + 0.1, 2.0, *x[2:]])

    J, P = slope(mapped, np.array(start.mean)), square(of, start.covariance)
    np.testing.assert_allclose(jumped.mean, mapped(np.array(start.mean)))
    np.testing.assert_allclose(square(of, jumped.covariance), J @ P @ J.T, atol=1e-12)


@pytest.mark.parametrize(
    ("jump", "word"),
    [
        (Jump(-0.5, add={"food": 1.0}), "lies before 0 h"),
        (Jump(math.nan, add={"food": 1.0}), "no place in time"),
        (Jump(1.0, add={"honey": 1.0}), "no state is called 'honey'"),
        (Jump(1.0, bolus=-1.0), "not a volume"),
        (Jump(1.0, bolus=1.0, contents={"food": -1.0}), "nothing can contain"),
        (Jump(1.0, draw=200.0), "cannot be followed to 2 h"),
        (Jump(2.0, add={"food": -50.0}), "cannot be followed to 2 h"),
    ],
)
def test_a_plan_that_cannot_be(jump: Jump, word: str) -> None:
    of = sure(Colony)
    with pytest.raises(TwinError, match=word):
        forecast(of, of.begin((0.5, 10.0, 100.0), ()), "food", (2.0,), jumps=[jump])


def test_a_course_in_pieces_is_the_course() -> None:
    of, course = sure(Colony), Course.of((), JUMPS)
    start = course.begin(of, of.begin((0.5, 10.0, 100.0), ()), 0.0)
    whole, piece = course.carry(of, start, 0.0, 20.0), start
    for a, b in ((0.0, 5.0), (5.0, 7.0), (7.0, 13.5), (13.5, 20.0)):
        piece = course.carry(of, piece, a, b)
    np.testing.assert_allclose(whole.mean, piece.mean, rtol=1e-5)
    later = course.after(5.0).since(5.0)
    assert [jump.time_h for jump in later.jumps] == [6.0, 8.5]
