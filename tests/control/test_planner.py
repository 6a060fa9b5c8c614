"""The planner: an optimum that an independent solver finds too, an answer for every question, and the same bits."""

import math
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import casadi as ca
import pytest

from homeostat.control.predictive import Actuator, Ends, Limit, Planned, Question, Shown, Task, Term
from homeostat.control.predictive.equations import equations
from homeostat.control.predictive.formulation import SOFT
from homeostat.control.predictive.futures import Futures, count
from homeostat.control.predictive.planner import Planner, planner
from homeostat.control.predictive.sentence import sentence
from homeostat.control.predictive.solving import FORMER, Solving
from homeostat.twin.optimal import Guess, Outcome, Status

from .test_equations import FULL, INPUTS, PARAMETERS, SIGNATURE
from .test_task import TASK

NOMINAL = replace(TASK, scenarios=(), limits=(Limit("lactate", "lactate", None, 8.0, 1.0),))
QUESTION = Question(10.0, FULL, INPUTS, PARAMETERS, (0.003,), (100.0, 0.3, 0.3))


def planned(task: Task, question: Question = QUESTION) -> Planned:
    """The plan, which there has to be."""
    answer = planner(task).answer(question)
    assert answer.planned is not None, answer
    return answer.planned


def ipopt(task: Task, question: Question) -> tuple[float, list[float]]:
    """The same plan by single-scenario multiple shooting with IPOPT: objective, moves."""
    traced, futures = equations(task), Futures.of(task, question, task.ends_from(question.hours)[0])
    n, p, h = len(task.states), futures.rest[0][0], futures.hours
    x = [ca.SX.sym(f"x{k}", n) for k in range(task.steps + 1)]
    u = [ca.SX.sym(f"u{k}") for k in range(task.free)]
    slack = [ca.SX.sym(f"s{k}") for k in range(task.steps)]
    moves = [u[min(k, task.free - 1)] for k in range(task.steps)]
    before: object = question.inputs[SIGNATURE.inputs.index("perfusion")]
    cost, equal, below = ca.SX(0.0), [], []
    for k, move in enumerate(moves):
        at = futures.root if k == 0 else p
        cost += traced.cost(x[k], move, before, at)
        y = x[k]
        for _ in range(2):
            k1 = traced.rates(y, move, p)
            k2 = traced.rates(y + 0.25 * h * k1, move, p)
            k3 = traced.rates(y + 0.25 * h * k2, move, p)
            k4 = traced.rates(y + 0.5 * h * k3, move, p)
            y = y + h / 12.0 * (k1 + 2.0 * k2 + 2.0 * k3 + k4)
        equal.append(x[k + 1] - y)
        below += [traced.last(x[k + 1], move, p) - 8.0 - slack[k], move - before, before - move]
        cost += SOFT * slack[k] + 0.5 * SOFT * slack[k] ** 2
        before = move
    cost += traced.final(x[-1], before, p)
    free = ca.vertcat(*x, *u, *slack)
    g = ca.vertcat(*equal, *below)
    solver = ca.nlpsol(
        "s",
        "ipopt",
        {"x": free, "f": cost, "g": g},
        {"print_time": False, "ipopt": {"print_level": 0, "tol": 1e-9}},
    )
    start = [question.states[SIGNATURE.states.index(name)] for name in task.states]
    rest = n * task.steps
    low = [*start, *[-math.inf] * rest, *[0.0] * task.free, *[0.0] * task.steps]
    high = [*start, *[math.inf] * rest, *[20.0] * task.free, *[math.inf] * task.steps]
    zeros = [0.0] * rest
    guess = [*start * (task.steps + 1), *[6.0] * task.free, *[0.0] * task.steps]
    found = solver(
        x0=guess,
        lbx=low,
        ubx=high,
        lbg=zeros + [-math.inf] * 3 * task.steps,
        ubg=zeros + [0.0, 4.0, 4.0] * task.steps,
    )
    assert solver.stats()["success"]
    values = [float(v) for v in found["x"].full().ravel()]
    first = n * (task.steps + 1)
    return float(found["f"]), values[first : first + task.free]


@pytest.mark.parametrize("lactate", [3.0, 7.0, 11.0])
def test_an_independent_solver_finds_the_same_plan(lactate: float) -> None:
    states = list(FULL)
    states[SIGNATURE.states.index("lactate")] = lactate
    question = replace(QUESTION, states=tuple(states), deviations=())
    plan = planned(NOMINAL, question)
    objective, moves = ipopt(NOMINAL, question)
    assert plan.value == pytest.approx(objective, rel=1e-5)
    assert [row[0] for row in plan.moves[:2]] == pytest.approx(moves, abs=0.02)
    assert plan.value <= plan.without * (1.0 + 1e-9)


@pytest.mark.parametrize("lactate", [3.0, 11.0])
def test_what_would_be_without_this_move_lies_between_the_plan_and_no_move_at_all(lactate: float) -> None:
    """The outputs stay for one step and then follow the plan: dearer than the plan, cheaper than never moving."""
    states = list(FULL)
    states[SIGNATURE.states.index("lactate")] = lactate
    plan = planned(NOMINAL, replace(QUESTION, states=tuple(states), deviations=()))
    assert plan.value < plan.skipped < plan.without
    for told in plan.foretold:
        assert told.skipped[:2] == told.without[:2]
        assert told.skipped[2:] != told.without[2:]


def test_after_the_free_moves_the_outputs_stay() -> None:
    moves = planned(TASK).moves
    assert len(moves) == TASK.steps
    assert len(set(moves[TASK.free - 1 :])) == 1


def test_the_same_question_has_the_same_answer_in_every_bit() -> None:
    """In another planner, and whatever was asked in between, be it without an answer."""
    first, other = Planner(TASK).answer(QUESTION), Planner(TASK)
    for states in (tuple(0.3 * v for v in FULL), tuple([math.nan] * len(FULL)), tuple(2.0 * v for v in FULL)):
        other.answer(replace(QUESTION, states=states, hours=3.0))
    assert repr(other.answer(QUESTION)) == repr(first)


def test_questions_from_several_threads_do_not_mix() -> None:
    questions = [replace(QUESTION, hours=float(hours)) for hours in range(6)]
    alone = [repr(Planner(TASK).answer(question)) for question in questions]
    shared = Planner(TASK)
    with ThreadPoolExecutor(4) as pool:
        assert [repr(answer) for answer in pool.map(shared.answer, questions)] == alone


@pytest.mark.parametrize("place", range(3))
@pytest.mark.parametrize("value", [math.nan, math.inf])
def test_a_belief_that_is_no_number_has_no_plan(place: int, value: float) -> None:
    def spoilt(values: Sequence[float], name: str, names: Sequence[str]) -> tuple[float, ...]:
        at = names.index(name)
        return (*values[:at], value, *values[at + 1 :])

    question = [
        replace(QUESTION, states=spoilt(FULL, "viable", SIGNATURE.states.names)),
        replace(QUESTION, inputs=spoilt(INPUTS, "oxygen_gas", SIGNATURE.inputs.names)),
        replace(QUESTION, parameters=spoilt(PARAMETERS, "growth_max", SIGNATURE.parameters.names)),
    ][place]
    answer = planner(TASK).answer(question)
    assert (answer.status, answer.planned) == ("not finite", None)


def test_hard_limits_that_clash_have_no_plan() -> None:
    glucose = SIGNATURE.states.index("glucose")
    clash = replace(
        NOMINAL,
        limits=(
            Limit("glucose", "glucose", FULL[glucose] + 5.0, None, None),
            Limit("lactate", "lactate", None, 1.0, None),
        ),
    )
    answer = planner(clash).answer(replace(QUESTION, deviations=()))
    assert (answer.status, answer.planned) == ("infeasible", None)
    assert answer.reason == "the solver found no moves that keep the hard limits"


@pytest.mark.parametrize("status", [Status.INFEASIBLE, Status.STALLED, Status.ITERATIONS])
def test_hard_limits_are_blamed_only_where_there_are_any(status: Status) -> None:
    """A badly scaled task may fail either way, and one whose limits cannot be kept may do as well."""
    solving, question = Solving(NOMINAL), replace(QUESTION, deviations=())
    failed = replace(solving.solve(question, Futures.of(NOMINAL, question, 24.0), None), status=status)
    for limits, said in (((), False), ((Limit("glucose", "glucose", 1.0, None, None),), True)):
        reason = Solving(replace(NOMINAL, limits=limits)).refused(failed).reason
        assert ("hard limits" in reason) == said
        assert FORMER.get(reason, reason) in (
            "the hard limits cannot be kept together",
            "the solver did not converge",
        )


def test_a_soft_limit_gives_way_where_it_cannot_be_kept() -> None:
    soft = replace(NOMINAL, limits=(Limit("lactate", "lactate", None, 1.0, 1.0),))
    assert planned(soft, replace(QUESTION, deviations=())).foretold[1].values[-1] > 1.0


def test_where_nothing_is_left_there_is_no_plan() -> None:
    answer = planner(replace(TASK, end=10.0)).answer(QUESTION)
    assert (answer.status, answer.reason) == ("infeasible", "nothing is left to plan")


def test_of_the_ends_the_best_is_taken_and_all_are_told() -> None:
    task = replace(TASK, ends=Ends(14.0, 26.0, 6.0))
    plan = planned(task)
    assert [end for end, _ in plan.ends] == [14.0, 20.0, 26.0]
    assert min(plan.ends, key=lambda each: each[1])[0] == plan.end
    assert plan.value == pytest.approx(min(value for _, value in plan.ends), rel=1e-5)
    for end, value in plan.ends:
        alone = planned(replace(TASK, ends=Ends(end, end + 1.0, 1.0)))
        assert dict(alone.ends)[end] == pytest.approx(value, rel=1e-5)


def test_scenarios_surround_what_is_expected_and_share_the_first_move() -> None:
    assert count(TASK) == 3
    for each in planned(TASK).foretold:
        for low, value, high in zip(each.low, each.values, each.high, strict=True):
            assert low <= value <= high
    wide = planned(TASK, replace(QUESTION, deviations=(0.01,))).foretold[0]
    narrow = planned(TASK, replace(QUESTION, deviations=(0.001,))).foretold[0]
    assert wide.high[-1] - wide.low[-1] > 5.0 * (narrow.high[-1] - narrow.low[-1])


def test_a_limit_with_a_chance_keeps_its_distance() -> None:
    """Drawn in by as many standard deviations of the belief as its chance asks for."""
    tight = Limit("lactate", "lactate", None, 6.5, 0.001, 1.28)
    sure = planned(replace(NOMINAL, limits=(tight,)), replace(QUESTION, deviations=(), doubts=(0.0, 0.0)))
    doubtful = planned(replace(NOMINAL, limits=(tight,)), replace(QUESTION, deviations=(), doubts=(0.0, 0.8)))
    assert doubtful.foretold[1].values[-1] < sure.foretold[1].values[-1]
    assert doubtful.moves[0][0] > sure.moves[0][0]


def test_what_shapes_a_plan_is_told_with_its_worth() -> None:
    keen = replace(NOMINAL, actuators=(Actuator("perfusion", 0.0, 7.0, change=4.0),), limits=())
    plan = planned(keen, replace(QUESTION, deviations=(), doubts=(0.0,)))
    assert plan.moves[0][0] == pytest.approx(7.0, abs=1e-4)
    assert any(active.limit == "perfusion <= 7 mL/h" and active.multiplier > 0.0 for active in plan.active)
    text = sentence(keen, replace(QUESTION, deviations=(), doubts=(0.0,)), plan)
    assert text.startswith("At 10.0 h: perfusion 6 -> 7 mL/h; expects cells ")
    assert "held back by perfusion <= 7" in text


def test_a_plan_is_told_in_the_units_that_the_process_declares() -> None:
    told = (
        ("perfusion", Shown("medium", "L/d", 0.024)),
        ("viable_cells", Shown("cells", "1e9 cell", 0.001)),
        ("lactate", Shown("lactate", "g/L", 0.09)),
    )
    question = replace(QUESTION, deviations=(), doubts=(0.0, 0.0))
    keen = replace(NOMINAL, actuators=(Actuator("perfusion", 0.0, 7.0, change=4.0),))
    plain, shown = planned(keen, question), planned(replace(keen, shown=told), question)
    assert (shown.moves, shown.value, shown.foretold) == (plain.moves, plain.value, plain.foretold)
    text = sentence(replace(keen, shown=told), question, shown)
    assert text.startswith("At 10.0 h: medium 0.144 -> 0.168 L/d; expects cells ")
    expected = 0.001 * plain.foretold[0].values[-1]
    assert f"cells {expected:.4g} 1e9 cell at 26 h" in text
    assert "medium <= 0.168 L/d" in {each.limit for each in shown.active}


def test_the_iterations_of_every_solve_are_counted() -> None:
    """Nine ends are nine solves: together they take what they take one by one, the first cold, the others warm."""
    task = replace(TASK, limits=TASK.limits[1:], ends=Ends(14.0, 26.0, 6.0))
    solving, spent, guess = Solving(task), 0, None
    for end in (14.0, 20.0, 26.0):
        question = replace(QUESTION, doubts=QUESTION.doubts[:2])
        outcome = solving.solve(question, Futures.of(task, question, end), guess)
        spent, guess = spent + outcome.iterations, outcome.kept()
    assert planned(task, replace(QUESTION, doubts=QUESTION.doubts[:2])).iterations == spent


@pytest.mark.parametrize("hard", [False, True])
def test_a_chance_that_cannot_be_planned_is_said_or_fails_where_it_is_hard(
    hard: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The plan with the ensemble's margins has no solution: the solver is made to refuse whatever is drawn in."""
    limit = replace(TASK.limits[0], scale=None if hard else 1.0)
    solver = Planner(replace(TASK, limits=(limit,)))
    solve = Solving.solve

    def refuses(self: Solving, question: Question, futures: Futures, guess: Guess | None) -> Outcome:
        outcome = solve(self, question, futures, guess)
        drawn = len({step[-len(TASK.limits[:1]) :] for step in futures.rest[0]}) > 1
        return replace(outcome, status=Status.ITERATIONS) if drawn else outcome

    monkeypatch.setattr(Solving, "solve", refuses)
    question = replace(QUESTION, deviations=(0.01,), doubts=(0.0, 0.0))
    answer = solver.answer(question)
    if hard:
        assert (answer.status, answer.planned) == ("no convergence", None)
        assert answer.reason == "no chance to keep: lactate"
        return
    assert answer.planned is not None
    assert answer.planned.unsure == ("lactate",)
    assert "the chance asked for could not be kept of lactate" in sentence(TASK, question, answer.planned)


CARBON_DIOXIDE = replace(
    TASK,
    horizon=8.0,
    free=4,
    actuators=(Actuator("carbon_dioxide_gas", 1.0, 20.0, suppression=20.0),),
    terms=(Term("ph", "ph", "target", 7.2, 0.02, 1.0, throughout=False),),
    limits=(),
    scenarios=(),
)


@pytest.mark.parametrize("before", [2.0, 5.0, 12.0])
@pytest.mark.parametrize("aim", ["target", "limits"])
def test_what_follows_an_input_at_once_is_planned_and_told_with_the_input_that_is_then_in_force(
    before: float, aim: str
) -> None:
    """pH follows carbon dioxide without delay: at the end the last value counts, not that of the question."""
    inputs = tuple(before if q.name == "carbon_dioxide_gas" else q.value for q in SIGNATURE.inputs)
    bounds = (Limit("ph", "ph", 7.19, 7.21, None),)
    glucose = (Term("glucose", "glucose", "target", 10.0, 1.0, 1.0, throughout=False),)
    task = CARBON_DIOXIDE if aim == "target" else replace(CARBON_DIOXIDE, terms=glucose, limits=bounds)
    question = replace(QUESTION, inputs=inputs, deviations=(), doubts=(0.0,) * len(task.watched))
    plan = planned(task, question)
    told = next(each for each in plan.foretold if each.quantity == "ph").values
    assert told[-1] == pytest.approx(7.2, abs=0.011 if aim == "limits" else 0.005)
    if aim == "limits":
        assert all(7.19 - 1e-6 <= value <= 7.21 + 1e-6 for value in told)  # the first move included
    guess = Solving(task).solve(question, Futures.of(task, question, 18.0), None)
    assert plan.value == pytest.approx(guess.objective, abs=1e-6)  # plan and telling use the same equations


def test_an_input_that_starts_outside_its_envelope_is_planned_from_its_end() -> None:
    inputs = tuple(30.0 if q.name == "perfusion" else q.value for q in SIGNATURE.inputs)
    for row in planned(TASK, replace(QUESTION, inputs=inputs)).moves:
        assert 0.0 <= row[0] <= 20.0
    assert planned(TASK, replace(QUESTION, inputs=inputs)).moves[0][0] >= 16.0 - 1e-9


def test_the_means_of_a_plan_change_with_the_task_alone() -> None:
    assert planner(TASK).means == Planner(TASK).means
    assert planner(TASK).means != planner(replace(TASK, horizon=20.0)).means
