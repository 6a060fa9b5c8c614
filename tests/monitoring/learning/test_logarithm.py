"""A target that spans decades is learnt on its logarithm where that is better, and told in its own unit."""

from pathlib import Path

import numpy as np
import pytest
from tests.monitoring.learning import tables

from homeostat.monitoring.learning import score
from homeostat.monitoring.learning.intervals import interval
from homeostat.monitoring.learning.logarithm import reported, spans_decades
from homeostat.monitoring.learning.training import Settings, Trained, pose, train
from homeostat.monitoring.package import read, write
from homeostat.monitoring.prediction import FactorInterval

SETTINGS = Settings("titre", quick=True)


def _titres(rows: int, seed: int = 0) -> dict[str, list[object]]:
    """Titres over three decades whose errors are shares of them: the logarithm is a straight line and noise of 0.2."""
    found = tables.linear(rows, seed=seed)
    rng = np.random.default_rng(seed + 100)
    a, b = (np.array([float(str(v)) for v in found[name]]) for name in "ab")
    titre = np.exp(8.0 + 1.2 * a - 0.6 * b + 0.2 * rng.normal(size=rows))
    del found["y"], found["donor"]
    return found | {"titre": titre.tolist()}


def _train(path: Path, columns: tables.Columns) -> Trained:
    table = tables.table(path, columns)
    return train(table, pose(table, SETTINGS), SETTINGS)


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> Trained:
    """Eighty titres."""
    return _train(tmp_path_factory.mktemp("t"), _titres(80))


@pytest.mark.drill
def test_titres_are_learnt_on_their_logarithm_and_told_as_titres(trained: Trained, tmp_path: Path) -> None:
    assert trained.choice.logged
    assert "of the logarithm" in str(trained.choice)
    assert "its logarithm was tried and taken" in trained.choice.why
    assert isinstance(trained.package.interval, FactorInterval)
    new = score(trained.package, tables.table(tmp_path, _titres(400, seed=7)))
    assert new.metrics[0].values["coverage"] == pytest.approx(0.9, abs=0.05)
    assert new.truth is not None
    told = np.array([[v.low, t, v.high] for v, t in zip(new.verdicts, new.truth.tolist(), strict=True)])
    for some in np.array_split(np.argsort(np.array([v.value for v in new.verdicts])), 3):
        inside = [low <= truth <= high for low, truth, high in told[some].tolist()]
        assert np.mean(inside) == pytest.approx(0.9, abs=0.08), "low titres are held as often as high ones"


@pytest.mark.drill
def test_contributions_sum_to_the_titre_and_the_file_gives_the_same(trained: Trained, tmp_path: Path) -> None:
    package, x = trained.package, trained.task.x
    seen = x
    for step in package.steps:
        seen = step.apply(seen)
    parts = package.form.contributions(seen).sum(axis=1)
    np.testing.assert_allclose(parts + package.form.reference, package.form.predict(seen), rtol=1e-9)
    write(package, tmp_path / "m.json")
    columns = {name: x[:, place] for place, name in enumerate(package.names)}
    assert read(tmp_path / "m.json").score(columns) == package.score(columns)


@pytest.mark.drill
def test_what_is_a_straight_line_of_itself_stays_so_though_it_spans_a_decade(tmp_path: Path) -> None:
    rng = np.random.default_rng(4)
    size = np.exp(rng.normal(size=60))
    titre = 1.0 + 5.0 * size + 0.2 * rng.uniform(-1.0, 1.0, 60)
    columns = {"size": size.tolist(), "other": rng.normal(size=60).tolist(), "titre": titre.tolist()}
    found = _train(tmp_path, columns)
    assert spans_decades(found.task)
    assert not found.choice.logged
    assert "not taken" in found.choice.why


@pytest.mark.parametrize("least", [0.0, -1.0, 5000.0])
def test_it_is_not_tried_below_0_or_within_a_decade(tmp_path: Path, least: float) -> None:
    columns = _titres(30)
    columns["titre"] = [least, *(max(float(str(v)), 5000.0) % 9000.0 + 5000.0 for v in columns["titre"][1:])]
    table = tables.table(tmp_path, columns)
    assert not spans_decades(pose(table, SETTINGS))


def test_it_is_not_tried_of_a_share_that_most_rows_reach(tmp_path: Path) -> None:
    columns = _titres(30)
    columns["titre"] = [5.0, 20.0, 40.0, *np.linspace(80.0, 99.0, 27).tolist()]
    assert not spans_decades(pose(tables.table(tmp_path, columns), SETTINGS))


def test_nothing_is_told_far_beyond_the_titres_learnt_from() -> None:
    told = reported(np.array([-50.0, np.log(30.0), 50.0]), np.array([10.0, 100.0]))
    np.testing.assert_allclose(told, [10.0**0.9, 30.0, 10.0**2.1])


@pytest.mark.parametrize("decades", [40.0, 140.0])
def test_a_target_over_more_decades_than_numbers_bear_is_learnt_as_it_is(
    tmp_path: Path, decades: float
) -> None:
    columns = tables.linear(15)
    columns["y"] = np.geomspace(10.0**-decades, 10.0 ** (0.5 * decades), 15).tolist()
    table = tables.table(tmp_path, columns)
    assert not spans_decades(pose(table, Settings("y", "donor", quick=True)))


def test_factors_beyond_the_numbers_give_an_interval_of_one_width(tmp_path: Path) -> None:
    table = tables.table(tmp_path, tables.linear(8) | {"y": [1.0, 2.0, 1e13, 2e13] * 2})
    task = pose(table, Settings("y", "donor", quick=True))
    told = np.array([1e13, 2e13, 1.0, 2.0] * 2)
    assert isinstance(interval(task, task.y, 0.9, by_factors=True), FactorInterval)
    assert not isinstance(interval(task, told, 1.0 - 1e-9, by_factors=True), FactorInterval)
