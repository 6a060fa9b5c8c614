"""Fits from random starts: a decay with a known optimum, and as a drill the three published benchmark problems."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin.fit import Progress
from homeostat.twin.petab import fit, load_problem

Write = Callable[..., Path]
OBSERVABLES = "observableId\tobservableFormula\tnoiseFormula\tobservableTransformation\tnoiseDistribution\n"
TIMES = np.linspace(0.0, 5.0, 11)


def exact(k: float, a0: float) -> str:
    """Measurements without noise."""
    values = (a0 * np.exp(-k * TIMES)).tolist()
    rows = "".join(f"seen\tonly\t{value!r}\t{t!r}\n" for t, value in zip(TIMES.tolist(), values, strict=True))
    return f"observableId\tsimulationConditionId\tmeasurement\ttime\n{rows}"


@pytest.mark.parametrize(("distribution", "within"), [("normal", 1e-5), ("laplace", 2e-2)])
def test_the_parameters_behind_exact_measurements_are_found(
    write: Write, distribution: str, within: float
) -> None:
    path = write(
        observables=f"{OBSERVABLES}seen\tA\t0.1\tlin\t{distribution}\n", measurements=exact(0.8, 30.0)
    )
    found = fit(load_problem(path), starts=4, seed=3, hops=2)
    assert found.values == pytest.approx({"k": 0.8, "a0": 30.0}, rel=within)
    assert found.value == found.searches.best.cost
    assert found.problem.value(found.searches.best.theta) == pytest.approx(found.value, rel=1e-9)


def test_one_seed_gives_one_result_and_tells_how_far_it_is(write: Write) -> None:
    problem = load_problem(write())
    seen: list[Progress] = []
    first = fit(problem, starts=3, seed=1, hops=2, progress=seen.append)
    second = fit(problem, starts=3, seed=1, hops=2)
    assert [s.cost for s in first.searches.searches] == [s.cost for s in second.searches.searches]
    assert first.searches.best.theta.tolist() == second.searches.best.theta.tolist()
    assert [(p.done, p.total) for p in seen] == [(k, 5) for k in range(1, 6)]
    assert sorted(s.number for s in first.searches.searches) == [0, 1, 2, 3, 4]
    assert first.value == pytest.approx(min(s.cost for s in first.searches.searches), rel=1e-4)


def test_a_problem_that_never_has_a_value_is_told(write: Write) -> None:
    problem = load_problem(write(observables=f"{OBSERVABLES}seen\tA - 1000\t0.1\tlog\tnormal\n"))
    with pytest.raises(TwinError, match="none of 3 start points"):
        fit(problem, starts=3)


@pytest.mark.drill
@pytest.mark.parametrize(
    ("name", "published", "seeds"),
    [
        ("Boehm_JProteomeRes2014", 138.222, (0, 1)),
        ("Crauste_CellSystems2017", 190.964, (0, 1, 2)),
        ("Fujita_SciSignal2010", -53.084, (0,)),
    ],
)
def test_the_published_optimum_is_reached_from_random_starts(
    shared: Path, name: str, published: float, seeds: tuple[int, ...]
) -> None:
    problem = load_problem(shared / "data" / "petab_ode_benchmarks" / name / f"{name}.yaml")
    for seed in seeds:
        assert fit(problem, seed=seed).value <= published + 1e-3 * abs(published)
