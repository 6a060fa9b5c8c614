"""Training recovers a removed rate from noisy runs, stops early and keeps the best, and repeats itself exactly."""

from collections.abc import Mapping
from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.twin.hybrid.culture import INHIBITION, MU, Culture, Learnt

from homeostat.errors import TwinError
from homeostat.twin import Ensemble, Model
from homeostat.twin.algebra import ARRAYS
from homeostat.twin.fit import Progress, Rejected, Run
from homeostat.twin.hybrid import (
    Argument,
    KernelTerm,
    Options,
    Positive,
    Training,
    hybrid,
    term_weights,
    terms,
    train,
)
from homeostat.twin.hybrid.objective import Objective
from homeostat.twin.hybrid.training import weights

LEARNT_FROM = ("a", "b", "c")
WITHIN = 0.08
"""Largest relative error of a recovered rate on the visited range; the runs have errors of 3 % and 0.02 g/L."""
Process = hybrid(
    Culture, {"growth_max": KernelTerm({"product": Argument(0.0, 5.0)}, Positive(0.3), places=6)}
)
KINDS = {"network": Learnt, "process": Process}
Array = NDArray[np.float64]


@pytest.fixture(scope="module")
def trained(runs: Mapping[str, Run]) -> Mapping[str, Training]:
    return {
        name: train(
            kind, [runs[n] for n in LEARNT_FROM], [runs["judge"]], options=Options(starts=3, patience=5)
        )
        for name, kind in KINDS.items()
    }


def learnt_rate(training: Training, product: Array) -> Array:
    """The learnt largest growth rate at `product`."""
    ((name, term),) = terms(training.model).items()
    values = {weight: training.values()[f"{name}_{weight}"] for weight in term.weights()}
    return np.asarray(term.value(ARRAYS, values, {"product": product}))


@pytest.mark.parametrize("kind", KINDS)
def test_the_removed_rate_is_found_again_where_the_runs_have_been(
    trained: Mapping[str, Training], kind: str
) -> None:
    product = np.linspace(0.0, 4.5, 19)
    true = MU * INHIBITION / (INHIBITION + product)
    assert np.abs(learnt_rate(trained[kind], product) / true - 1.0).max() < WITHIN


@pytest.mark.parametrize("kind", KINDS)
def test_an_unseen_run_is_predicted_within_its_noise_and_better_than_without_the_term(
    trained: Mapping[str, Training], runs: Mapping[str, Run], kind: str
) -> None:
    plain = train(Culture, [runs[n] for n in LEARNT_FROM], [runs["judge"]], ["growth_max"])
    errors = [error_on(runs["unseen"], each) for each in (trained[kind], plain)]
    assert errors[0] < 1.5
    assert errors[1] > 4.0 * errors[0]


def error_on(run: Run, training: Training) -> float:
    """The error of what was learnt on a run that had no part in it."""
    other = Objective(training.model, [run], [], training.objective.problem.free)
    (found,) = other.at(training.chosen.theta[None])
    assert not isinstance(found, Rejected)
    return found.errors[run.name]


def test_early_stopping_stops_and_keeps_the_lowest_error_of_the_runs_held_out(
    trained: Mapping[str, Training],
) -> None:
    training = trained["process"]
    best = training.chosen
    assert all(best.errors["judge"] <= point.errors["judge"] for point in training.points)
    patience, most = training.options.patience, training.options.moves
    for start in range(training.options.starts):
        errors = [point.errors["judge"] for point in training.points if point.start == start]
        assert len(errors) - 1 - int(np.argmin(errors)) <= patience
    lasts = [max(p.moves for p in training.points if p.start == s) for s in range(training.options.starts)]
    assert min(lasts) < most


def test_a_worse_held_out_error_ends_a_descent_that_would_go_on(runs: Mapping[str, Run]) -> None:
    """The judge contradicts the runs: its errors rise while the cost falls, and the first points are kept."""
    judge = replace(runs["judge"], measured=np.zeros_like(runs["judge"].measured))
    options = Options(starts=1, patience=2)
    learnt = [runs[n] for n in LEARNT_FROM]
    stopped = train(Learnt, learnt, [judge], options=options)
    unhindered = train(Learnt, learnt, options=options)
    assert len(stopped.points) < len(unhindered.points)
    assert stopped.chosen.cost > unhindered.chosen.cost
    assert stopped.points[-1].errors["judge"] > stopped.chosen.errors["judge"]


def test_the_same_call_gives_the_same_bits(trained: Mapping[str, Training], runs: Mapping[str, Run]) -> None:
    learnt = [runs[n] for n in LEARNT_FROM]
    again = train(Process, learnt, [runs["judge"]], options=Options(starts=3, patience=5))
    assert again.values() == trained["process"].values()
    assert [p.cost for p in again.points] == [p.cost for p in trained["process"].points]


def test_a_narrow_prior_keeps_the_mechanistic_model(runs: Mapping[str, Run]) -> None:
    learnt = [runs[n] for n in LEARNT_FROM]
    bound = train(Process, learnt, options=Options(starts=1, deviation=1e-4))
    assert max(abs(bound.values()[name]) for name in term_weights(Process)) < 0.01
    np.testing.assert_allclose(learnt_rate(bound, np.array([0.0, 2.0])), 0.3, rtol=1e-2)


@pytest.mark.parametrize("kind", KINDS)
def test_sensitivities_to_weights_agree_with_finite_differences(kind: str) -> None:
    model: type[Model] = KINDS[kind]
    names, step = term_weights(model), 1e-4
    ensemble = Ensemble(model, method="rodas4", rtol=1e-9, atol=1e-11, directions=names)
    rng = np.random.default_rng(3)
    point = np.array(model.signature.parameters.vector(dict(zip(names, rng.normal(size=99), strict=False))))
    places = [model.signature.parameters.index(name) for name in names]
    sides = []
    for sign in (1.0, -1.0):
        moved = np.tile(point, (len(names), 1))
        moved[np.arange(len(names)), places] += sign * step
        sides.append(ensemble.run([0.0, 6.0, 12.0], parameters=moved).values)
    found = ensemble.run([0.0, 6.0, 12.0], parameters=point).sensitivities
    assert found is not None
    differences = np.moveaxis((sides[0] - sides[1]) / (2.0 * step), 0, -1)
    np.testing.assert_allclose(found[0], differences, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("soft", [False, True])
def test_the_jacobian_of_the_objective_is_the_derivative_of_its_residuals(
    runs: Mapping[str, Run], soft: bool
) -> None:
    objective = Objective(Learnt, [runs["a"], runs["b"]], [runs["judge"]], weights(Learnt), soft=soft)
    at, step = np.random.default_rng(0).normal(size=len(term_weights(Learnt))), 1e-4
    points = at + step * np.concatenate([np.zeros((1, len(at))), np.eye(len(at)), -np.eye(len(at))])
    found = [each.residuals for each in objective.at(points) if not isinstance(each, Rejected)]
    k = len(at)
    slopes = [
        (up.r - down.r) / (2.0 * step) for up, down in zip(found[1 : k + 1], found[k + 1 :], strict=True)
    ]
    np.testing.assert_allclose(found[0].jacobian, np.stack(slopes, axis=1), rtol=2e-3, atol=2e-3)


def test_soft_residuals_are_those_of_the_soft_l1_loss(runs: Mapping[str, Run]) -> None:
    plain, soft = (
        Objective(Learnt, [runs["a"]], [], weights(Learnt), soft=each).at(np.zeros((1, 10)))[0]
        for each in (False, True)
    )
    assert not isinstance(plain, Rejected)
    assert not isinstance(soft, Rejected)
    measured = runs["a"].present.sum()
    loss = 2.0 * (np.sqrt(1.0 + plain.residuals.r[:measured] ** 2) - 1.0)
    np.testing.assert_allclose(soft.residuals.r[:measured] ** 2, loss, rtol=1e-12)


def test_progress_tells_how_many_descents_have_ended(runs: Mapping[str, Run]) -> None:
    seen: list[Progress] = []
    train(Learnt, [runs["a"]], options=Options(starts=2, moves=3), progress=seen.append)
    assert (seen[-1].done, seen[-1].total) == (2, 2)
    assert [each.cost for each in seen] == sorted((each.cost for each in seen), reverse=True)


def test_what_does_not_exist_cannot_be_learnt(runs: Mapping[str, Run]) -> None:
    with pytest.raises(TwinError, match="growth_min"):
        train(Learnt, [runs["a"]], learn=["growth_min"])
