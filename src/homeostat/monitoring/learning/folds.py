"""How rows are held out: never apart from their group, else so that every fold spans the target's range.

In: groups or targets, and which rows repeat another. Out: arrays of rows, one a fold, which together are all rows.
Everything follows from the seed.
"""

from collections.abc import Sequence

import numpy as np

from homeostat.monitoring.frozen import Array, Integers

MOST_GROUPS = 10
"""Groups up to which each is held out by itself."""
FEW_ROWS = 25
"""Rows up to which each is held out by itself."""
MANY_ROWS = 1000
"""Rows from which on fewer folds tell as much."""


def outer_folds(
    groups: Sequence[str] | None, y: Array, seed: int, same: Integers | None = None
) -> list[Integers]:
    """Folds to judge by: one group each (10 mixed sets of groups if there are many), one row each if they are few.

    Rows with the same number in `same` (n,) are one and the same measurement: without groups they count as one row.
    """
    if groups is None and same is not None:
        first, member = _once(same)
        return [np.flatnonzero(np.isin(member, fold)) for fold in outer_folds(None, y[first], seed)]
    most = MOST_GROUPS if len(y) < MANY_ROWS else 5
    if groups is not None:
        return grouped(groups, most, seed)
    return [np.array([row]) for row in range(len(y))] if alone(None, y) else stratified(y, most, seed)


def alone(groups: Sequence[str] | None, y: Array, same: Integers | None = None) -> bool:
    """Whether rows are so few that `outer_folds` holds out each by itself, with those that repeat it."""
    return groups is None and (len(y) if same is None else len(np.unique(same))) <= FEW_ROWS


def inner_folds(
    groups: Sequence[str] | None, y: Array, seed: int, same: Integers | None = None
) -> list[list[Integers]]:
    """Folds to choose by: 5 mixed sets of groups or rows, or as many as there are groups; repeated for few rows.

    One division of few rows chooses by luck; repeating it takes most of that away (Krstajic et al. 2014).
    `same` is as in `outer_folds`.
    """
    if groups is None and same is not None:
        first, member = _once(same)
        divisions = inner_folds(None, y[first], seed)
        return [[np.flatnonzero(np.isin(member, fold)) for fold in folds] for folds in divisions]
    most = 5 if len(y) < MANY_ROWS else 3
    if groups is not None and len(set(groups)) >= 2:
        times = 1 if len(set(groups)) <= 5 else _repeats(len(y))
        return [grouped(groups, most, seed + repeat) for repeat in range(times)]
    return [stratified(y, min(most, len(y)), seed + repeat) for repeat in range(_repeats(len(y)))]


def _once(same: Integers) -> tuple[Integers, Integers]:
    """The first row of each measurement, and the measurement of each row."""
    _, first, member = np.unique(same, return_index=True, return_inverse=True)
    return first, member


def _repeats(rows: int) -> int:
    return 3 if rows <= 60 else 2 if rows <= 120 else 1


def grouped(groups: Sequence[str], most: int, seed: int) -> list[Integers]:
    """At most `most` folds of whole groups, about equally many rows in each."""
    names, member = np.unique(np.array(groups), return_inverse=True)
    sizes = np.bincount(member)
    order = np.random.default_rng(seed).permutation(len(names))
    order = order[np.argsort(-sizes[order], kind="stable")]
    count = min(most, len(names))
    filled, where = np.zeros(count), np.empty(len(names), np.int64)
    for group in order:
        fold = int(np.argmin(filled))
        where[group] = fold
        filled[fold] += sizes[group]
    return [np.flatnonzero(where[member] == fold) for fold in range(count)]


def stratified(y: Array, count: int, seed: int) -> list[Integers]:
    """`count` folds of rows; of `count` rows with neighbouring targets each fold gets one."""
    rng = np.random.default_rng(seed)
    order = np.lexsort((rng.random(len(y)), y))
    where = np.empty(len(y), np.int64)
    for start in range(0, len(y), count):
        block = order[start : start + count]
        where[block] = rng.permutation(count)[: len(block)]
    return [found for fold in range(count) if len(found := np.flatnonzero(where == fold))]


def others(fold: Integers, rows: int) -> Integers:
    """The rows that are not in the fold."""
    return np.setdiff1d(np.arange(rows), fold)
