"""Chance limits and switches: how far a plan keeps away from a limit, and that no switch stands half-way."""

import math
import random
from collections.abc import Sequence
from dataclasses import replace
from statistics import NormalDist, fmean, pstdev

import pytest

from homeostat.control.predictive import Actuator, Ends, Limit, Question, Task, Term
from homeostat.control.predictive.chance import MEMBERS, margins, points
from homeostat.control.predictive.equations import equations
from homeostat.control.predictive.formulation import formulate
from homeostat.control.predictive.futures import Futures, shifted
from homeostat.control.predictive.planner import Planner
from homeostat.control.predictive.solving import Solving
from homeostat.control.predictive.walking import Seen, Walking
from homeostat.control.supervisor import Envelope
from homeostat.twin import model

MODEL = "t_cell_expansion"
SIGNATURE = model(MODEL).signature
NOW = {
    "viable": 1.5,
    "dead": 0.2,
    "activated": 0.3,
    "transduced": 0.6,
    "glucose": 8.0,
    "lactate": 10.0,
    "volume": 285.0,
}
STATES = dict(zip(SIGNATURE.states.names, SIGNATURE.states.values, strict=True)) | NOW | {"volume": 285.0}


def asked(task: Task) -> Question:
    """A question about a culture on its way."""
    growth = SIGNATURE.parameters["growth_max"].value
    return Question(
        hours=100.0,
        states=tuple(STATES.values()),
        inputs=SIGNATURE.inputs.values,
        parameters=SIGNATURE.parameters.values,
        deviations=(0.1 * growth,) * len(task.scenarios),
        doubts=(0.1,) * len(task.watched),
    )


TASK = Task(
    model=MODEL,
    steps=8,
    horizon=64.0,
    free=8,
    actuators=(Actuator("perfusion", 0.0, 30.0, cost=100.0),),
    terms=(Term("cells", "car_positive", "more", 0.0, 1000.0, 1.0, throughout=False),),
    limits=(Limit("glucose", "glucose", 6.0, None, 0.2),),
    held=("oxygen", "bicarbonate"),
    scenarios=(("growth_max", 1.0),),
)
STEADY = replace(
    TASK,
    limits=(),
    terms=(Term("glucose", "glucose", "target", 9.0, 0.5, 1.0, throughout=True),),
    scenarios=(),
)
SWITCH = replace(STEADY, actuators=(replace(TASK.actuators[0], least=20.0),))


BOUND = replace(
    TASK,
    limits=(Limit("glucose", "glucose", 9.0, None, 0.2),),
    terms=(Term("glucose", "glucose", "less", 0.0, 1.0, 0.1, throughout=True),),
    actuators=(Actuator("perfusion", 0.0, 60.0, cost=3000.0),),
)


@pytest.mark.parametrize("dimensions", [1, 2, 3, 10, 12])
def test_the_ensemble_is_a_normal_one_of_parameters_that_know_nothing_of_each_other(dimensions: int) -> None:
    columns = list(zip(*points(dimensions), strict=True))
    for k, column in enumerate(columns):
        assert len(column) == max(MEMBERS, 4 * dimensions)
        assert fmean(column) == pytest.approx(0.0, abs=1e-12)
        assert pstdev(column) == pytest.approx(1.0, abs=1e-12)
        assert max(map(abs, column)) > 1.5
        for other in columns[:k]:
            assert fmean(a * b for a, b in zip(column, other, strict=True)) == pytest.approx(0.0, abs=1e-12)


CHANCES = (0.8, 0.9, 0.95, 0.975, 0.99)


@pytest.mark.parametrize("chance", CHANCES)
@pytest.mark.parametrize("doubt", [0.0, 0.7])
@pytest.mark.parametrize("names", [("growth_max",), SIGNATURE.parameters.names[:10]])
def test_what_is_linear_in_normal_parameters_keeps_its_limit_with_the_chance_asked_for(
    chance: float, doubt: float, names: tuple[str, ...]
) -> None:
    """In closed form, with the present doubt beside it; the tolerance is 0.01 %."""
    sigmas = NormalDist().inv_cdf(chance)
    lower, upper = (
        Limit("glucose", "glucose", 6.0, None, 1.0, sigmas),
        Limit("lactate", "lactate", None, 9.0, None),
    )
    task = replace(
        TASK,
        limits=(lower, replace(upper, sigmas=sigmas)),
        scenarios=tuple((name, 1.0) for name in names),
    )
    parameters = tuple(q.value for q in SIGNATURE.parameters)
    deviations = tuple(1e-3 * q.value for q in SIGNATURE.parameters if q.name in names)
    places = [SIGNATURE.parameters.index(name) for name in names]
    slopes = [(-1.0) ** k * (1.0 + k) / deviation for k, deviation in enumerate(deviations)]
    at = 1 + len(STATES) + len(SIGNATURE.inputs)
    question = replace(asked(task), parameters=parameters, deviations=deviations)
    question = replace(question, doubts=tuple([doubt] * len(task.watched)))

    def walk(rest: Sequence[Sequence[float]]) -> Seen:
        off = [rest[0][at + place] - parameters[place] for place in places]
        seen = 8.0 + sum(slope * each for slope, each in zip(slopes, off, strict=True))
        return ((seen,) * len(task.watched),) * (task.steps + 1)

    spread = math.hypot(math.sqrt(sum((1.0 + k) ** 2 for k in range(len(names)))), doubt)
    for row in margins(task, question, Futures.of(task, question, 164.0), walk):
        for margin in row:
            assert NormalDist().cdf(margin / spread) == pytest.approx(chance, abs=1e-4)


@pytest.mark.drill
@pytest.mark.parametrize("chance", [0.8, 0.9, 0.95, 0.99])
def test_of_a_thousand_cultures_as_many_keep_the_limit_as_the_chance_asks_for(chance: float) -> None:
    """The real model, the plan's own moves and random growth: within 2 % of what was asked, at the step that binds."""
    limit = replace(TASK.limits[0], sigmas=NormalDist().inv_cdf(chance))
    task = replace(TASK, limits=(limit,))
    question = replace(asked(task), doubts=(0.0,) * len(task.watched))
    planned = Planner(task).answer(question).planned
    assert planned is not None
    traced = equations(task)
    problem, _ = formulate(task, traced)
    walking = Walking(task, traced, problem, "test")
    futures, draws = Futures.of(task, question, planned.end), random.Random(7)
    start = [STATES[name] for name in task.states]
    at, until = 1 + len(STATES) + len(SIGNATURE.inputs), len(SIGNATURE.parameters)
    before = [question.inputs[SIGNATURE.inputs.index("perfusion")]]
    column, kept = task.watched.index("glucose"), [0] * task.steps
    for _ in range(1000):
        own = shifted(task, question, [draws.gauss(0.0, 1.0)])
        rest = [(*p[:at], *own, *p[at + until :]) for p in futures.rest[0]]
        seen = walking.walk(start, before, planned.moves, futures.root, rest).seen
        kept = [count + (row[column] >= 6.0) for count, row in zip(kept, seen[1:], strict=True)]
    assert min(kept) / 1000.0 == pytest.approx(chance, abs=0.02)


def test_a_switch_is_off_or_gives_its_least_and_nothing_between() -> None:
    envelope = Envelope(0.0, 30.0, least=5.0)
    for wanted in (0.0, 1.0, 2.4, 2.6, 4.9, 5.0, 17.0):
        value, _ = envelope.clamp(6.0, wanted)
        assert value == 0.0 or value >= 5.0


def test_the_range_comes_first_and_what_is_no_number_never_passes() -> None:
    assert Envelope(0.0, 30.0, least=5.0).clamp(6.0, math.inf) == (30.0, "range")
    assert Envelope(0.0, 30.0, least=5.0).clamp(6.0, math.nan) == (6.0, "not a number")


def test_later_ends_cost_what_they_are_declared_to() -> None:
    ends = Ends(10.0, 20.0, 2.0, delay=5.0)
    assert [ends.price(end) for end in (10.0, 20.0)] == [0.0, 2.0]
    assert replace(ends, delay=None).price(20.0) == 0.0


def test_a_plan_keeps_a_margin_that_grows_with_the_chance() -> None:
    least = []
    for chance in (0.5, 0.9, 0.99):
        limit = replace(TASK.limits[0], sigmas=NormalDist().inv_cdf(chance))
        planned = Planner(replace(TASK, limits=(limit,))).answer(asked(TASK)).planned
        assert planned is not None
        least.append(min(next(f for f in planned.foretold if f.quantity == "glucose").values[1:]))
    assert least[0] < least[1] < least[2]
    assert least[0] == pytest.approx(6.0, abs=0.02)


def test_the_first_move_of_a_switch_is_never_half_way() -> None:
    relaxed, planned = (Planner(task).answer(asked(task)).planned for task in (STEADY, SWITCH))
    assert relaxed is not None
    assert planned is not None
    assert 0.1 < relaxed.moves[0][0] < 20.0
    (first,) = planned.moves[0]
    assert first <= 0.01 or first >= 20.0 - 1e-3


def test_multipliers_say_what_easing_a_limit_would_be_worth_whichever_scenario_it_binds_in() -> None:
    def objective(bound: float) -> float:
        task = replace(BOUND, limits=(replace(BOUND.limits[0], low=bound),))
        question = asked(task)
        outcome = Solving(task).solve(question, Futures.of(task, question, 164.0), None)
        assert outcome.usable
        return outcome.objective

    planned = Planner(BOUND).answer(asked(BOUND)).planned
    assert planned is not None
    told = sum(each.multiplier for each in planned.active if each.limit == "glucose >= 9 mmol/L")
    assert told > 0.0
    assert told == pytest.approx((objective(9.01) - objective(8.99)) / 0.02, rel=0.02)
