"""Multi-block models beside the iterations by which they are defined."""

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.errors import MonitoringError
from homeostat.monitoring.latent import PCA, MultiblockPCA, MultiblockPLS

Array = NDArray[np.float64]
SIZES = (3, 12, 5)


def table(seed: int) -> tuple[Array, Array]:
    random = np.random.default_rng(seed)
    hidden = random.standard_normal((50, 3)) * [3.0, 2.0, 1.0]
    x = hidden @ random.standard_normal((3, sum(SIZES))) + 0.5 * random.standard_normal((50, sum(SIZES)))
    return x, hidden @ random.standard_normal((3, 2)) + 0.1 * random.standard_normal((50, 2))


def scaled_blocks(x: Array) -> list[Array]:
    parts = np.split(x, np.cumsum(SIZES)[:-1], axis=1)
    return [(part - part.mean(axis=0)) / part.std(axis=0, ddof=1) / np.sqrt(part.shape[1]) for part in parts]


def iterate(blocks: list[Array], y: Array | None, count: int) -> tuple[Array, Array, Array]:
    """Super scores, block scores and super weights by the algorithms of Westerhuis et al. (1998), deflating blocks."""
    supers, scores, weights = [], [], []
    for _ in range(count):
        t = blocks[1][:, 0]
        for _ in range(5_000):
            u = t if y is None else y @ (y.T @ t) / np.linalg.norm(y.T @ t)
            directions = [block.T @ u for block in blocks]
            own = np.column_stack(
                [block @ d / np.linalg.norm(d) for block, d in zip(blocks, directions, strict=True)]
            )
            weight = own.T @ u / np.linalg.norm(own.T @ u)
            last, t = t, own @ weight
            if np.linalg.norm(t - last) < 1e-13 * np.linalg.norm(t):
                break
        blocks = [block - np.outer(t, block.T @ t) / (t @ t) for block in blocks]
        y = None if y is None else y - np.outer(t, y.T @ t) / (t @ t)
        supers.append(t)
        scores.append(own)
        weights.append(weight)
    return np.array(supers).T, np.array(scores).transpose(2, 1, 0), np.array(weights).T


@pytest.mark.parametrize("supervised", [False, True])
def test_super_scores_and_block_scores_are_those_of_the_iteration(supervised: bool) -> None:
    x, y = table(1)
    if supervised:
        model = MultiblockPLS(3, blocks=SIZES).fit(x, y)
        target = (y - y.mean(axis=0)) / y.std(axis=0, ddof=1)
    else:
        model, target = MultiblockPCA(3, blocks=SIZES).fit(x), None
    supers, scores, weights = iterate(scaled_blocks(x), target, 3)
    signs = np.sign(np.sum(model.transform(x) * supers, axis=0))
    np.testing.assert_allclose(model.transform(x) * signs, supers, atol=1e-7)
    np.testing.assert_allclose(model.block_scores(x) * signs, scores, atol=1e-7)
    np.testing.assert_allclose(model.super_weights(), weights, atol=1e-7)


def test_super_scores_are_the_weighted_sum_of_block_scores() -> None:
    x, _ = table(2)
    model = MultiblockPCA(2, blocks=SIZES).fit(x)
    total = np.einsum("bna,ba->na", model.block_scores(x), model.super_weights())
    np.testing.assert_allclose(total, model.transform(x), atol=1e-9)
    np.testing.assert_allclose(np.sum(model.super_weights() ** 2, axis=0), 1.0)


def test_blocks_share_t2_and_spe_among_them() -> None:
    x, y = table(3)
    model = MultiblockPLS(2, blocks=SIZES).fit(x, y)
    np.testing.assert_allclose(model.block_t2(x).sum(axis=1), model.t2(x))
    np.testing.assert_allclose(model.block_spe(x).sum(axis=1), model.spe(x))


def test_a_block_has_the_same_say_however_many_columns_it_has() -> None:
    x, _ = table(4)
    twice = np.column_stack([x, x[:, -SIZES[2] :]])
    once = MultiblockPCA(2, blocks=SIZES).fit(x)
    more = MultiblockPCA(2, blocks=(3, 12, 10)).fit(twice)
    np.testing.assert_allclose(more.super_weights(), once.super_weights(), atol=1e-9)
    np.testing.assert_allclose(more.t2(twice), once.t2(x), rtol=1e-9)


def test_without_blocks_it_is_plain() -> None:
    x, _ = table(5)
    np.testing.assert_allclose(MultiblockPCA(2).fit(x).t2(x), PCA(2).fit(x).t2(x), rtol=1e-9)


@pytest.mark.parametrize("sizes", [(3, 12), (3, 12, 6), (0, 20), ()])
def test_blocks_that_do_not_make_up_the_columns_are_refused(sizes: tuple[int, ...]) -> None:
    with pytest.raises(MonitoringError, match="do not make up 20 columns"):
        MultiblockPCA(2, blocks=sizes).fit(table(6)[0])
