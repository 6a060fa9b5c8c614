"""A group far from those known is told; one of their kind, or a part of one, is not."""

import numpy as np
import pytest

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.prediction import GroupSpace, learn_group_space
from homeostat.monitoring.prediction.grouped import Labels

WIDTH = 6


def _groups(rng: np.random.Generator, count: int, between: float) -> tuple[Array, Labels]:
    groups = np.repeat(np.arange(count), rng.integers(3, 15, count))
    effect = np.sqrt(between) * rng.normal(size=(count, WIDTH))
    return effect[groups] + np.sqrt(1.0 - between) * rng.normal(size=(len(groups), WIDTH)), groups


@pytest.mark.parametrize("between", [0.0, 0.3, 0.8])
@pytest.mark.parametrize("count", [3, 5, 12])
def test_hardly_a_group_of_the_same_kind_is_far(count: int, between: float) -> None:
    rng, far = np.random.default_rng(count), 0
    for _ in range(60):
        space = learn_group_space(*_groups(rng, count, between))
        far += space.find(_groups(rng, 1, between)[0]).share > 1.0
    assert far <= 4, "1 % is meant, 60 groups were tried"


def test_a_group_that_moved_is_far_and_names_the_inputs() -> None:
    rng = np.random.default_rng(0)
    space = learn_group_space(*_groups(rng, 6, 0.2))
    moved = _groups(rng, 1, 0.2)[0] + 6.0 * (np.arange(WIDTH) < 2)
    found = space.find(moved)
    assert found.share > 1.0
    assert set(np.argsort(-found.parts)[:2].tolist()) == {0, 1}
    assert found.parts.sum() == pytest.approx(found.share)


def _grown(scale: float) -> Array:
    time = np.arange(15.0)
    return scale * np.stack([time, np.exp(0.3 * time), 20.0 - time], axis=1)


@pytest.mark.parametrize("rows", [slice(0, 3), slice(10, 15), slice(14, 15), slice(0, 15)])
def test_a_part_of_a_batch_is_not_far(rows: slice) -> None:
    scales = [0.8, 0.9, 1.0, 1.1, 1.2]
    learnt = np.concatenate([_grown(scale) for scale in scales])
    space = learn_group_space(learnt, np.repeat(np.arange(5), 15))
    assert space.find(_grown(1.05)[rows]).share < 1.0


def test_what_is_missing_or_alike_in_all_groups_moves_nothing() -> None:
    x, groups = _groups(np.random.default_rng(2), 5, 0.3)
    x[:, 0], x[groups == 1, 1] = 7.0, np.nan
    space = learn_group_space(x, groups)
    row = np.array([[9.0, np.nan, *np.zeros(WIDTH - 2)]])
    parts = space.find(row).parts
    assert parts[:2].tolist() == [0.0, 0.0]
    assert GroupSpace.model_validate_json(space.model_dump_json()) == space


def test_two_groups_do_not_tell_how_groups_differ() -> None:
    with pytest.raises(MonitoringError, match="2 groups do not tell"):
        learn_group_space(np.eye(4), np.array([0, 0, 1, 1]))
