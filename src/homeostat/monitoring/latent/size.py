"""How many components: errors on rows that were left out, group by group, and the one-standard-error rule.

rows, targets, groups -> error of each left-out row at every size -> the least size that is as good as the best
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent.decomposition import leading
from homeostat.monitoring.latent.errors import LatentError
from homeostat.monitoring.latent.pls import PLS
from homeostat.monitoring.latent.scaling import learn


@dataclass(frozen=True)
class Size:
    """The `chosen` number of components, the `best` one, and each size's mean squared `errors` (sizes,).

    `spread` (sizes,) is the standard error of the mean over the folds; sizes count from 1.
    """

    chosen: int
    best: int
    errors: Array
    spread: Array


def choose(by_fold: Array) -> Size:
    """The size from mean squared errors `by_fold` (folds, sizes).

    The least size whose error is within one standard error of the best one's (L. Breiman, J. Friedman, R. Olshen & C.
    Stone, Classification and Regression Trees, 1984, section 3.4.3).
    """
    errors = by_fold.mean(axis=0)
    folds = len(by_fold)
    spread = by_fold.std(axis=0, ddof=1) / np.sqrt(folds) if folds > 1 else np.zeros(len(errors))
    best = int(errors.argmin())
    chosen = int(np.argmax(errors <= errors[best] + spread[best]))
    return Size(chosen + 1, best + 1, errors, spread)


def folds(groups: Sequence[object], count: int, seed: int = 0) -> Iterator[NDArray[np.bool_]]:
    """Which rows (n,) each of up to `count` folds leaves out; rows of one group always go together.

    Raises LatentError when there are fewer than two groups.
    """
    _, kinds = np.unique(np.asarray(groups), return_inverse=True)
    distinct = int(kinds.max(initial=-1)) + 1
    if distinct < 2 or count < 2:
        raise LatentError(
            f"{distinct} group(s) in {count} fold(s) leave nothing to judge by", mend="give two or more"
        )
    place = np.random.default_rng(seed).permutation(distinct) % min(count, distinct)
    for fold in range(min(count, distinct)):
        yield place[kinds] == fold


def pls_size(
    X: Any,
    y: Any,
    groups: Sequence[object] | None = None,
    *,
    most: int = 10,
    count: int = 10,
    scale: bool = True,
) -> Size:
    """The size of a PLS of rows `X` (n, p) and targets `y` (n,) or (n, m), each in standard deviations of `y`.

    One fit a fold serves all sizes. Without `groups` (n,) every row is its own.
    """
    x = np.asarray(X, np.float64)
    targets = np.asarray(y, np.float64).reshape(len(x), -1)
    unit = learn(targets)[0].scale
    errors = []
    for out in folds(range(len(x)) if groups is None else groups, count):
        model = PLS(most, scale=scale).fit(x[~out], targets[~out])
        errors.append((((model.predict_sizes(x[out]) - targets[out]) / unit) ** 2).mean(axis=(1, 2)))
    return choose(np.array(errors))


def pca_size(
    X: Any, groups: Sequence[object] | None = None, *, most: int = 10, count: int = 10, scale: bool = True
) -> Size:
    """The size of a PCA of complete rows `X` (n, p): how well each value of a left-out row follows from its others.

    A value is left out of its row as well, else more components always look better (R. Bro, K. Kjeldahl, A. K. Smilde &
    H. A. L. Kiers, Analytical and Bioanalytical Chemistry 390 (2008) 1241-1251). By least squares on the loadings of
    the others its error is the residual divided by 1 - h, with h its row of squared loadings.
    """
    x = np.asarray(X, np.float64)
    errors = []
    for out in folds(range(len(x)) if groups is None else groups, count):
        scaling, gaps = learn(x[~out], scale=scale)
        if gaps or np.isnan(x[out]).any():
            raise LatentError("the size of a PCA is chosen on complete rows", mend="leave out rows with gaps")
        loadings = leading(scaling.apply(x[~out]), most).loadings
        errors.append(_left_out(scaling.apply(x[out]), loadings, most))
    return choose(np.array(errors))


def _left_out(z: Array, loadings: Array, most: int) -> Array:
    """Mean squared errors (most,) of values left out of rows `z` (n, p); those beyond the rank repeat the last."""
    residual, leverage, errors = z.copy(), np.zeros(z.shape[1]), []
    for direction in loadings.T:
        residual -= np.outer(z @ direction, direction)
        leverage += direction**2
        errors.append(float(np.mean((residual / np.maximum(1.0 - leverage, 1e-9)) ** 2)))
    errors = errors or [float(np.mean(z**2))]
    return np.array(errors + errors[-1:] * (most - len(errors)))
