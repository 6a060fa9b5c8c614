"""The least squares problem of runs: exact derivatives, and the same bits alone or among many points."""

from collections.abc import Callable

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.twin import Model
from homeostat.twin.fit import (
    Batched,
    LeastSquares,
    LogNormal,
    Rejected,
    Residuals,
    Run,
    Tolerance,
    free,
    multistart,
)
from homeostat.twin.fit.problem import RunProblem

MakeRun = Callable[..., Run]


@pytest.fixture(scope="module")
def problem(decay: type[Model], decay_run: MakeRun) -> RunProblem:
    learn = [
        free(decay, "amount@a", lower=0.1, upper=10.0),
        free(decay, "rate", lower=0.01, upper=10.0, prior=LogNormal(0.5, 0.3)),
    ]
    runs = [decay_run("a"), decay_run("b", times=np.array([0.25, 3.0]), seed=3)]
    return RunProblem(decay, runs, learn, tolerance=Tolerance(1e-10, 1e-12))


@given(st.floats(-0.9, 0.9), st.floats(-1.5, 0.5))
@settings(max_examples=25)
def test_the_jacobian_is_the_derivative_in_the_searched_coordinates(
    problem: RunProblem, amount: float, rate: float
) -> None:
    theta = np.array([amount, rate])
    step = 1e-5
    for column in range(2):
        move = step * np.eye(2)[column]
        difference = problem.residuals(theta + move).r - problem.residuals(theta - move).r
        np.testing.assert_allclose(
            problem.residuals(theta).jacobian[:, column], difference / (2.0 * step), rtol=1e-4, atol=1e-4
        )


def test_residuals_stand_in_the_order_of_runs_with_priors_last(problem: RunProblem) -> None:
    assert problem.blocks() == ["amount"] * 19
    theta = np.log10([3.0, 0.7])
    found = problem.residuals(theta)
    assert found.r.shape == (20,)
    expected = (3.0 * np.exp(-0.7 * problem.runs[0].time) - problem.runs[0].measured[:, 0]) / 0.05
    np.testing.assert_allclose(found.r[:17], expected, atol=1e-6)
    assert found.r[-1] == pytest.approx(np.log(0.7 / 0.5) / 0.3)
    assert (found.jacobian[17:19, 0] == 0.0).all(), "amount@a does not touch run b"


@given(st.lists(st.tuples(st.floats(-0.9, 0.9), st.floats(-1.5, 0.5)), min_size=2, max_size=9))
@settings(max_examples=15)
def test_a_point_has_the_same_bits_alone_and_among_others(
    problem: RunProblem, points: list[tuple[float, float]]
) -> None:
    together = problem.residuals_at(np.array(points))
    for point, found in zip(points, together, strict=True):
        alone = problem.residuals(np.array(point))
        assert not isinstance(found, Rejected)
        assert alone.r.tobytes() == found.r.tobytes()
        assert alone.jacobian.tobytes() == found.jacobian.tobytes()


class OneByOne:
    """The same problem without the power to evaluate many points at once."""

    def __init__(self, problem: LeastSquares) -> None:
        self.problem = problem
        self.names, self.lower, self.upper = problem.names, problem.lower, problem.upper

    def residuals(self, theta: np.ndarray) -> Residuals:
        return self.problem.residuals(theta)


def test_searches_in_lockstep_end_as_they_would_alone(problem: RunProblem) -> None:
    assert isinstance(problem, Batched)
    assert not isinstance(OneByOne(problem), Batched)
    together = multistart(problem, 7, seed=2)
    alone = multistart(OneByOne(problem), 7, seed=2)
    for a, b in zip(together.searches, alone.searches, strict=True):
        assert (a.number, a.cost, a.evaluations) == (b.number, b.cost, b.evaluations)
        assert a.theta.tobytes() == b.theta.tobytes()


def test_an_error_of_the_common_evaluation_ends_every_search(problem: RunProblem) -> None:
    class Breaking(OneByOne):
        calls = 0

        def residuals_at(self, thetas: np.ndarray) -> list[Residuals]:
            self.calls += 1
            if self.calls > 2:
                raise KeyError("broken")
            return [self.problem.residuals(theta) for theta in thetas]

    with pytest.raises(KeyError, match="broken"):
        multistart(Breaking(problem), 5, seed=2)


def test_a_step_that_cannot_be_simulated_is_a_rejection_with_its_run_and_time(
    fragile: type[Model], decay_run: MakeRun
) -> None:
    problem = RunProblem(fragile, [decay_run()], [free(fragile, "rate", upper=50.0)])
    sound, refused = problem.residuals_at(np.log10([[0.7], [30.0]]))
    assert isinstance(sound, Residuals)
    assert isinstance(refused, Rejected)
    assert refused.where == "run a"
    with pytest.raises(
        Rejected, match=r"the simulation ended at .* h: a state left its declared bounds"
    ) as told:
        problem.residuals(np.log10([30.0]))
    assert told.value.mend.startswith("narrow the bounds")
