"""A stiff task: an implicit walk that agrees with an independent integrator, states kept where they mean something."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest
from scipy.integrate import solve_ivp

from homeostat.control.predictive import Actuator, Limit, Question, Task, Term
from homeostat.control.predictive.equations import equations, given
from homeostat.control.predictive.formulation import BEYOND, STIFF_STRIDE, formulate
from homeostat.control.predictive.futures import Futures
from homeostat.control.predictive.planner import Planner, planner
from homeostat.control.predictive.solving import Solving
from homeostat.control.predictive.stepping import repeated
from homeostat.twin import model
from homeostat.twin.optimal import RK4, SDIRK3, Outcome, RungeKutta, Status
from homeostat.twin.optimal.solver import Solver

YEAST = model("yeast_fed_batch")
SIGNATURE = YEAST.signature
TASK = Task(
    model="yeast_fed_batch",
    steps=12,
    horizon=12.0,
    free=8,
    actuators=(Actuator("feed", 0.0, 0.011, change=0.001, suppression=0.01),),
    terms=(Term("biomass", "biomass", "more", 0.0, 1.0, 1.0, throughout=False),),
    limits=(Limit("ethanol", "ethanol", None, 1.0, 0.5),),
    held=("oxygen",),
    stiff=True,
)
INPUTS = (0.004, 0.5, 900.0)
PARAMETERS = tuple(q.value for q in SIGNATURE.parameters)


def states(**known: float) -> tuple[float, ...]:
    return tuple(known.get(q.name, q.value) for q in SIGNATURE.states)


EARLY = states(biomass=1.5, glucose=1.2, ethanol=0.3, oxygen=85.0, respiration=0.34)
RUNNING_OUT = states(biomass=9.0, glucose=0.04, ethanol=0.6, oxygen=40.0, respiration=0.65, volume=0.52)
LATE = states(biomass=30.0, glucose=0.008, ethanol=0.0, oxygen=40.0, respiration=0.93, volume=0.65)


def walked(hours: float, full: tuple[float, ...], feed: float) -> list[float]:
    """The planned states after one step of the walk."""
    problem, _ = formulate(TASK, equations(TASK))
    step, times = repeated(problem.dynamics)
    x = [full[SIGNATURE.states.index(name)] for name in TASK.states]
    for _ in range(times):
        x = np.asarray(step(x, [feed], given(hours, full, INPUTS, PARAMETERS, (0.0,)))).ravel().tolist()
    return x


def integrated(hours: float, full: tuple[float, ...], feed: float) -> list[float]:
    """The same by SciPy's Radau, with the model itself; what is held stays."""
    function, held = YEAST.function(), SIGNATURE.states.index("oxygen")

    def rates(_: float, x: np.ndarray) -> np.ndarray:
        found = np.asarray(function(x, [feed, *INPUTS[1:]], PARAMETERS)[0]).ravel()
        found[held] = 0.0
        return found

    end = solve_ivp(rates, (0.0, hours), full, method="Radau", rtol=1e-9, atol=1e-11).y[:, -1]
    return [float(end[SIGNATURE.states.index(name)]) for name in TASK.states]


@pytest.mark.parametrize("full", [EARLY, RUNNING_OUT, LATE])
@pytest.mark.parametrize("feed", [0.001, 0.01])
def test_an_implicit_walk_goes_where_an_independent_integrator_goes(
    full: tuple[float, ...], feed: float
) -> None:
    """Also through the instant at which ethanol runs out, and where glucose settles within seconds."""
    np.testing.assert_allclose(walked(1.0, full, feed), integrated(1.0, full, feed), rtol=1e-3, atol=5e-3)


def test_only_a_stiff_task_is_integrated_implicitly_and_kept_from_states_that_mean_nothing() -> None:
    stiff, _ = formulate(TASK, equations(TASK))
    plain = replace(TASK, stiff=False)
    other, _ = formulate(plain, equations(plain))
    assert isinstance(stiff.dynamics, RungeKutta) and isinstance(other.dynamics, RungeKutta)
    assert (stiff.dynamics.tableau, stiff.dynamics.substeps) == (SDIRK3, round(1.0 / STIFF_STRIDE))
    assert (other.dynamics.tableau, other.dynamics.substeps) == (RK4, 1)
    at = TASK.states.index("ethanol")
    assert stiff.states[at].low == -BEYOND * 0.5  # of the limit's scale, for the model declares no size
    assert all(row.low == -np.inf for row in other.states)


@pytest.mark.parametrize("full", [EARLY, RUNNING_OUT, LATE])
def test_a_plan_is_found_keeps_its_limit_and_is_worth_more_than_to_do_nothing(
    full: tuple[float, ...],
) -> None:
    plan = planner(TASK).answer(Question(1.0, full, INPUTS, PARAMETERS, (), (0.0,) * 2)).planned
    assert plan is not None
    assert plan.value < plan.without
    ethanol = next(each for each in plan.foretold if each.quantity == "ethanol")
    assert max(ethanol.values[1:]) <= 1.0 + 1e-3
    moves = [INPUTS[0], *(row[0] for row in plan.moves)]
    assert all(abs(after - before) <= 0.001 + 1e-6 for before, after in pairwise(moves))


def test_another_planner_gives_the_same_bits() -> None:
    question = Question(1.0, EARLY, INPUTS, PARAMETERS, (), (0.0,) * 2)
    other = Planner(TASK)
    other.answer(replace(question, states=LATE))
    assert repr(other.answer(question)) == repr(Planner(TASK).answer(question))


def test_a_guess_that_leads_nowhere_does_not_keep_a_stiff_plan_from_being_found(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Where the warm start fails the solver begins from a walk through the model, as it does without a guess."""
    question = Question(1.0, EARLY, INPUTS, PARAMETERS, (), (0.0,) * 2)
    solving, futures = Solving(TASK), Futures.of(TASK, question, 13.0)
    plain = solving.solve(question, futures, None)
    assert plain.usable
    solve, asked = Solver.solve, []

    def warm_fails(self: Solver, *given: object, **chosen: object) -> Outcome:
        asked.append(chosen)
        outcome = solve(self, *given, **chosen)  # type: ignore[arg-type]
        return replace(outcome, status=Status.STALLED) if chosen.get("guess") is not None else outcome

    monkeypatch.setattr(Solver, "solve", warm_fails)
    found = solving.solve(question, futures, plain.kept())
    assert found.usable
    assert found.objective == plain.objective
    assert [chosen.get("course") is not None for chosen in asked] == [False, True]
    assert found.iterations > plain.iterations  # what the warm start took is counted
