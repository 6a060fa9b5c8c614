"""A decay with the closed form A(t) = a0 exp(-k t): every noise model, scale, override and prior of PEtab version 1."""

import math
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from scipy import stats

from homeostat.twin.fit import Rejected
from homeostat.twin.petab import Problem, load_problem

Write = Callable[..., Path]
TIMES, MEASURED = np.array([0.0, 1.0, 4.0]), np.array([10.1, 6.0, 1.4])
OBSERVABLES = "observableId\tobservableFormula\tnoiseFormula\tobservableTransformation\tnoiseDistribution\n"


def closed_form(k: float, a0: float) -> np.ndarray:
    return a0 * np.exp(-k * TIMES)


def numeric_gradient(problem: Problem, theta: np.ndarray, h: float = 1e-5) -> np.ndarray:
    steps = np.eye(len(theta)) * h
    return np.array([(problem.value(theta + e) - problem.value(theta - e)) / (2.0 * h) for e in steps])


DENSITIES = {
    ("lin", "normal"): lambda y, s: stats.norm(y, s).logpdf(MEASURED),
    ("lin", "laplace"): lambda y, s: stats.laplace(y, s).logpdf(MEASURED),
    ("log", "normal"): lambda y, s: stats.lognorm(s, scale=y).logpdf(MEASURED),
    ("log", "laplace"): lambda y, s: stats.laplace(np.log(y), s).logpdf(np.log(MEASURED)) - np.log(MEASURED),
    ("log10", "normal"): lambda y, s: stats.lognorm(s * math.log(10.0), scale=y).logpdf(MEASURED),
    ("log10", "laplace"): lambda y, s: (
        stats.laplace(np.log10(y), s).logpdf(np.log10(MEASURED)) - np.log(MEASURED * math.log(10.0))
    ),
}


@pytest.mark.parametrize(("transformation", "distribution"), DENSITIES)
def test_the_likelihood_is_the_density_of_the_measurements(
    write: Write, transformation: str, distribution: str
) -> None:
    observables = f"{OBSERVABLES}seen\tA\t0.1 + 0.01 * A\t{transformation}\t{distribution}\n"
    problem = load_problem(write(observables=observables))
    theta = np.array([math.log10(0.4), 11.0])
    y = closed_form(0.4, 11.0)
    expected = -float(DENSITIES[transformation, distribution](y, 0.1 + 0.01 * y).sum())
    found = problem.objective(theta)
    assert found.value == pytest.approx(expected, rel=1e-6)
    assert problem.value(theta) == pytest.approx(expected, rel=1e-6)
    assert found.gradient == pytest.approx(numeric_gradient(problem, theta), rel=1e-4, abs=1e-4)


@pytest.mark.parametrize("transformation", ["lin", "log", "log10"])
def test_half_the_sum_of_squares_plus_its_offset_is_the_likelihood(write: Write, transformation: str) -> None:
    observables = f"{OBSERVABLES}seen\tA\tnoiseParameter1_seen * A\t{transformation}\tnormal\n"
    rows = "".join(f"seen\tonly\t{m}\t{t}\tsd\n" for t, m in zip(TIMES, MEASURED, strict=True))
    problem = load_problem(
        write(
            observables=observables,
            measurements="observableId\tsimulationConditionId\tmeasurement\ttime\tnoiseParameters\n" + rows,
            parameters="parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
            "k\tlog\t1e-3\t1e2\t0.5\t1\nsd\tlog10\t1e-3\t1e1\t0.3\t1\na0\tlin\t\t\t10\t0\n",
        )
    )
    squares = problem.squares
    assert squares is not None
    theta = np.array([math.log(0.45), math.log10(0.2)])
    found, whole = squares.residuals(theta), problem.objective(theta)
    assert found.cost + squares.offset == pytest.approx(whole.value, rel=1e-12)
    assert found.jacobian.T @ found.r == pytest.approx(whole.gradient, rel=1e-9)
    assert problem.names == ("k", "sd")
    y = closed_form(0.45, 10.0)
    assert problem.simulate(theta) == pytest.approx(np.column_stack([y, 0.2 * y]), rel=1e-6)


def test_laplace_noise_is_no_sum_of_squares(write: Write) -> None:
    problem = load_problem(write(observables=f"{OBSERVABLES}seen\tA\t0.1\tlin\tlaplace\n"))
    assert problem.squares is None


def test_coordinates_bounds_and_nominal_values_are_on_the_scale_of_the_table(write: Write) -> None:
    problem = load_problem(write())
    assert problem.lower == pytest.approx([-3.0, 1.0])
    assert problem.upper == pytest.approx([2.0, 100.0])
    assert problem.nominal == pytest.approx([math.log10(0.5), 10.0])
    assert [p.plain(p.scaled(3.7)) for p in problem.parameters] == pytest.approx([3.7, 3.7])


def test_every_measurement_brings_its_own_scaling_and_noise(write: Write) -> None:
    problem = load_problem(
        write(
            observables="observableId\tobservableFormula\tnoiseFormula\n"
            "seen\tobservableParameter1_seen + observableParameter2_seen * A\tnoiseParameter1_seen * seen\n",
            measurements="observableId\tsimulationConditionId\tmeasurement\ttime\tobservableParameters\t"
            "noiseParameters\nseen\tonly\t1\t1\t2;scale\t0.1\nseen\tonly\t1\t1\toffset;1\t0.2\n",
            parameters="parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
            "scale\tlog10\t1e-3\t1e3\t3\t1\noffset\tlin\t\t\t5\t0\n",
        )
    )
    a = 10.0 * math.exp(-0.5)
    values = np.array([2.0 + 3.0 * a, 5.0 + a])
    assert problem.simulate(problem.nominal) == pytest.approx(
        np.column_stack([values, values * [0.1, 0.2]]), rel=1e-6
    )


def test_conditions_set_constants_states_and_compartments(write: Write) -> None:
    problem = load_problem(
        write(
            conditions="conditionId\tk\tA\tvessel\n"
            "number\t0.3\t\t\nparameter\tk_other\t\t\nstate\t\t4\t\nboth\t0.1\tstart\t7\nneither\tNaN\tNaN\t\n",
            parameters="parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\n"
            "k\tlog10\t1e-3\t1e2\t0.5\t1\nk_other\tlog10\t1e-3\t1e2\t0.7\t1\nstart\tlin\t0\t10\t6\t1\n",
            measurements="observableId\tsimulationConditionId\tmeasurement\ttime\n"
            + "".join(f"seen\t{c}\t1\t2\n" for c in ("number", "parameter", "state", "both", "neither")),
        )
    )
    starts, rates = np.array([10.0, 10.0, 4.0, 6.0, 10.0]), np.array([0.3, 0.7, 0.5, 0.1, 0.5])
    assert problem.simulate(problem.nominal)[:, 0] == pytest.approx(starts * np.exp(-2.0 * rates), rel=1e-6)
    gradient = problem.objective(problem.nominal).gradient
    assert gradient == pytest.approx(numeric_gradient(problem, problem.nominal), rel=1e-4)
    assert (gradient != 0.0).all()


PRIORS = {
    "uniform": ("0.001;100", lambda k: stats.uniform(0.001, 99.999).logpdf(k)),
    "normal": ("0.4;0.2", lambda k: stats.norm(0.4, 0.2).logpdf(k)),
    "laplace": ("0.4;0.2", lambda k: stats.laplace(0.4, 0.2).logpdf(k)),
    "logNormal": ("-1;0.5", lambda k: stats.lognorm(0.5, scale=math.exp(-1.0)).logpdf(k)),
    "logLaplace": ("-1;0.5", lambda k: stats.laplace(-1.0, 0.5).logpdf(math.log(k)) - math.log(k)),
    "parameterScaleUniform": ("-3;2", lambda k: -math.log(5.0)),
    "parameterScaleNormal": ("-1;0.5", lambda k: stats.norm(-1.0, 0.5).logpdf(math.log10(k))),
    "parameterScaleLaplace": ("-1;0.5", lambda k: stats.laplace(-1.0, 0.5).logpdf(math.log10(k))),
}


@pytest.mark.parametrize("kind", PRIORS)
def test_a_prior_adds_its_negative_log_density(write: Write, kind: str) -> None:
    numbers, density = PRIORS[kind]
    plain = load_problem(write())
    with_prior = load_problem(
        write(
            parameters="parameterId\tparameterScale\tlowerBound\tupperBound\tnominalValue\testimate\t"
            "objectivePriorType\tobjectivePriorParameters\n"
            f"k\tlog10\t1e-3\t1e2\t0.5\t1\t{kind}\t{numbers}\na0\tlin\t1\t100\t10\t1\t\t\n"
        )
    )
    theta = np.array([math.log10(0.45), 10.0])
    assert with_prior.value(theta) - plain.value(theta) == pytest.approx(-float(density(0.45)), rel=1e-9)
    gradient = numeric_gradient(with_prior, theta)
    assert with_prior.objective(theta).gradient == pytest.approx(gradient, rel=1e-4, abs=1e-4)
    assert (with_prior.squares is None) == (kind not in ("uniform", "parameterScaleUniform"))


def test_a_likelihood_without_a_value_is_refused_not_returned(write: Write) -> None:
    problem = load_problem(write(observables=f"{OBSERVABLES}seen\tA - 20\t0.1\tlog\tnormal\n"))
    with pytest.raises(Rejected, match="not finite"):
        problem.value(problem.nominal)
    with pytest.raises(Rejected, match="not finite"):
        problem.objective(problem.nominal)
    assert problem.squares is not None
    with pytest.raises(Rejected, match="not finite"):
        problem.squares.residuals(problem.nominal)
