"""The closed loop: its score, what its controller knows, and that a failed plan is not applied."""

import math

import numpy as np
import pytest

from homeostat.bench.control import oracle
from homeostat.bench.control.judge import Worth
from homeostat.bench.control.loop import Crew, Knows, Loop, Outcome
from homeostat.bench.control.oracle import shortfall
from homeostat.bench.control.rivals.casadi_solver import ipopt, sqp
from homeostat.bench.control.solver import Answer
from homeostat.bench.control.task import Array, Task
from homeostat.bench.control.trials import TRIALS, Trial, lasting

SEED = 1


class Told:
    """A solver that notes what it is told and answers what it likes."""

    name = "told"

    def __init__(self, task: Task, *, solved: bool) -> None:
        self._task, self._solved = task, solved
        self.told: list[tuple[Array, Array]] = []

    def solve(self, x: Array, before: Array, known: Array) -> Answer:
        self.told.append((x, known))
        _, high = self._task.input_bounds
        return Answer(np.tile(2.0 * high, (1, self._task.steps, 1)), self._solved, 1, 0.0)

    def forget(self) -> None:
        self.told.clear()


@pytest.fixture(scope="module")
def short() -> Trial:
    trial = TRIALS["stirred tank"]
    return Trial(**{**vars(trial), "steps": 6, "task": lasting(trial.task, 4)})


def test_the_shortfall_is_in_percent_of_the_oracle_whatever_the_sign() -> None:
    def outcome(objective: float) -> Outcome:
        return Outcome(Worth(objective, 0.0), 1.0)

    found = shortfall(
        [outcome(-98.0), outcome(-100.0), outcome(1.03)], [outcome(-100.0)] * 2 + [outcome(1.0)]
    )
    assert (found.low, found.median, found.high) == pytest.approx((0.0, 2.0, 3.0))


def test_nothing_does_better_than_the_oracle(short: Trial) -> None:
    loop, crew = Loop(short), Crew(short.task, sqp)
    best = loop.oracle(SEED, ipopt(short.episode)).worth.objective
    known = loop.steered(SEED, crew, Knows.ALL).worth.objective
    learnt = loop.steered(SEED, crew, Knows.LEARNT).worth.objective
    assert best * (1.0 - 1e-6) <= known
    assert best * (1.0 - 1e-6) <= learnt
    assert known == pytest.approx(best, rel=0.05)


def test_futures_lie_a_deviation_about_what_is_learnt(short: Trial) -> None:
    loop, solver = Loop(short), Told(short.fan, solved=True)
    loop.steered(SEED, Crew(short.fan, lambda _: solver), Knows.FUTURES)
    assert len(short.fan.scenarios) == 5
    expected, *apart = solver.told[0][1]
    assert expected == pytest.approx([1.0, 1.0])
    assert np.array(apart) - expected == pytest.approx(
        np.array([[0.03, 0], [0, 0.06], [-0.03, 0], [0, -0.06]]), abs=1e-6
    )


def test_an_episode_is_the_same_every_time(short: Trial) -> None:
    loop, crew = Loop(short), Crew(short.task, sqp)
    assert loop.steered(SEED, crew, Knows.LEARNT) == loop.steered(SEED, crew, Knows.LEARNT)


def test_a_controller_is_told_what_it_knows(short: Trial) -> None:
    loop, solver = Loop(short), Told(short.task, solved=True)
    crew = Crew(short.task, lambda _: solver)
    truth = short.draw(np.random.default_rng(SEED))
    loop.steered(SEED, crew, Knows.ALL)
    assert solver.told[0][0] == pytest.approx(short.task.start)
    assert all(known[0] == pytest.approx(truth) for _, known in solver.told)
    loop.steered(SEED, crew, Knows.MODEL)
    assert not np.allclose(solver.told[0][0], short.task.start, atol=1e-6)
    assert all(known[0] == pytest.approx(truth) for _, known in solver.told)
    loop.steered(SEED, crew, Knows.LEARNT, told=2)
    assert not any(known[0] == pytest.approx(truth) for _, known in solver.told[:2])
    assert all(known[0] == pytest.approx(truth) for _, known in solver.told[2:])
    loop.steered(SEED, crew, Knows.NOMINAL)
    assert all(known[0] == pytest.approx([1.0, 1.0]) for _, known in solver.told)
    loop.steered(SEED, crew, Knows.LEARNT)
    first, *_, last = (known[0] for _, known in solver.told)
    assert first == pytest.approx([1.0, 1.0])
    assert abs(last[1] - truth[1]) < abs(first[1] - truth[1])


def test_a_plan_that_is_not_solved_is_not_applied(short: Trial) -> None:
    loop = Loop(short)
    failing = loop.steered(SEED, Crew(short.task, lambda t: Told(t, solved=False)), Knows.ALL)
    heating = loop.steered(SEED, Crew(short.task, lambda t: Told(t, solved=True)), Knows.ALL)
    assert failing.solved == 0.0
    assert heating.solved == 1.0
    assert failing.worth != heating.worth


def test_the_horizon_ends_with_a_finite_episode() -> None:
    trial = TRIALS["photoproduction"]
    made: list[int] = []

    def make(task: Task) -> Told:
        made.append(task.steps)
        return Told(task, solved=True)

    Loop(trial).steered(SEED, Crew(trial.task, make), Knows.ALL)
    assert made == list(range(trial.steps, 0, -1))


@pytest.mark.parametrize("name", TRIALS)
def test_true_parameters_are_within_the_models_bounds(name: str) -> None:
    trial = TRIALS[name]
    group = trial.task.model.signature.parameters
    low, high = (
        np.array([getattr(group[n], side) for n in trial.task.uncertain]) for side in ("low", "high")
    )
    for seed in oracle.SEEDS:
        truth = trial.draw(np.random.default_rng(seed))
        assert np.all((truth > low) & (truth < high))
    assert np.all(np.isfinite(low))


def test_twenty_seeds_are_scored_and_none_is_one_of_these_tests() -> None:
    assert len(oracle.SEEDS) == 20
    assert SEED not in oracle.SEEDS


def test_the_filter_doubts_the_model_by_the_interval() -> None:
    trial = TRIALS["rotating masses"]
    settings = trial.filter().settings
    wander = settings.wander["speed_1"].absolute
    assert wander * math.sqrt(trial.task.hours) == pytest.approx(trial.wander)
    assert trial.filter(np.array([2e-4, 2e-4])).settings.learnt == ()
