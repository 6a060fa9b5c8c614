"""How far a group of rows, taken together, lies from the groups that a model was learnt from.

Each row of a new plate or donor may lie within what the model knows, and all of them together where hardly a known
group has been. The mean of a group's rows is held against the means of the groups learnt from, input by input: the
squared shift over its variance (between groups, within them, and of the known mean itself), averaged over the inputs.
An input counts only where the mean lies beyond what half of the known groups span with their rows, so that a part of a
batch is not taken for another kind of batch. The limit is the greater of two: that of F, with as many independent
directions as the known groups' means seem to have (their effective rank, (sum l)^2 / sum l^2), and the farthest that a
known group lies from the others. That the directions vary alike is an assumption.
"""

from functools import cached_property
from typing import Literal, NamedTuple, Self

import numpy as np
from pydantic import Field, model_validator
from scipy.special import fdtri

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen.arrays import Array, Vector
from homeostat.monitoring.frozen.piece import Piece
from homeostat.monitoring.frozen.strict import fold
from homeostat.monitoring.prediction.grouped import Labels

LEVEL = 0.99
"""Share of new groups, of the kind of those known, that lie within the limit."""
FEWEST = 3
"""Groups that are wanted to tell how groups differ."""


class Found(NamedTuple):
    """The distance of a group, in shares of the limit, and what each input (p,) adds to it."""

    share: float
    parts: Array


class GroupSpace(Piece):
    """The `groups` learnt from: the `mean` (p,) of their means, the variances `between` (p,) and `within` (p,) them.

    `low` and `high` (p,) are the ends of what half of the groups span at least; `single` is the mean of one over a
    group's number of rows. A group is far whose distance is beyond `limit`. `after` is as in `InputSpace`.
    """

    kind: Literal["group-space"] = "group-space"
    mean: Vector
    between: Vector
    within: Vector
    low: Vector
    high: Vector
    single: float = Field(gt=0.0, le=1.0)
    groups: int = Field(ge=FEWEST)
    limit: float = Field(gt=0.0, allow_inf_nan=False)
    after: int = Field(default=0, ge=0)

    @model_validator(mode="after")
    def _consistent(self) -> Self:
        if len({len(each) for each in (self.mean, self.between, self.within, self.low, self.high)}) != 1:
            raise ValueError("the parts of the group space differ in size")
        return self

    def find(self, x: Array) -> Found:
        """How far the rows `x` (n, p) of one group lie, NaN where missing, as they are after `after` steps."""
        known = ~np.isnan(x)
        count = known.sum(axis=0).astype(np.float64)
        rows = np.maximum(count, 1.0)
        mean = np.where(count > 0.0, fold(np.where(known, x, 0.0).T.copy()) / rows, self.mean)
        own = np.maximum(self.between + self.within * (1.0 / rows - self.single), self.within / rows)
        variance = own + self.between / self.groups
        shift = mean - self.mean
        counted = ((mean < self.low) | (mean > self.high)) & (variance > 0.0)
        parts = np.where(counted, shift * shift / np.where(variance > 0.0, variance, 1.0), 0.0)
        parts = parts / (self._varying * self.limit)
        return Found(float(fold(parts.copy())), parts)

    @cached_property
    def _varying(self) -> float:
        return max(1.0, float(np.count_nonzero(self.between + self.within > 0.0)))


def learn_group_space(x: Array, groups: Labels, after: int = 0) -> GroupSpace:
    """The group space of rows `x` (n, p), NaN where missing. Raises `MonitoringError` for fewer than three groups."""
    names = np.unique(groups)
    if len(names) < FEWEST:
        raise MonitoringError(f"{len(names)} groups do not tell how groups differ", where="group space")
    whole = _space([x[groups == name] for name in names], after)
    if len(names) == FEWEST:
        return whole
    farthest = 0.0
    for name in names:
        rest = _space([x[groups == other] for other in names if other != name], after)
        farthest = max(farthest, rest.find(x[groups == name]).share * rest.limit)
    return whole.model_copy(update={"limit": max(whole.limit, farthest)})


def _space(parts: list[Array], after: int) -> GroupSpace:
    each = [_described(part) for part in parts]
    means, squares, counts, low, high = (np.stack(column) for column in zip(*each, strict=True))
    seen = counts > 0
    groups = np.maximum(seen.sum(axis=0), 1)
    mean = np.where(seen, means, 0.0).sum(axis=0) / groups
    within = squares.sum(axis=0) / np.maximum((counts - seen).sum(axis=0), 1)
    single = float(np.mean(1.0 / np.maximum(counts.max(axis=1), 1)))
    away = np.where(seen, means - mean, 0.0)
    between = (away**2).sum(axis=0) / np.maximum(groups - 1, 1)
    between = np.maximum(between, within * single)
    scaled = away / np.sqrt(np.where(between > 0.0, between, 1.0))
    spectrum = np.maximum(np.linalg.eigvalsh(scaled @ scaled.T), 0.0)
    rank = max(1.0, float(spectrum.sum() ** 2 / max((spectrum**2).sum(), 1e-300)))
    return GroupSpace(
        mean=mean,
        between=between,
        within=within,
        low=np.median(low, axis=0),
        high=np.median(high, axis=0),
        single=single,
        groups=len(parts),
        limit=float(fdtri(rank, rank * (len(parts) - 1), LEVEL)),
        after=after,
    )


def _described(part: Array) -> tuple[Array, Array, Array, Array, Array]:
    """Mean, squared deviations, count, least and greatest (p,) of a group's rows; 0 where it has no value."""
    known = ~np.isnan(part)
    count = known.sum(axis=0)
    mean = np.where(known, part, 0.0).sum(axis=0) / np.maximum(count, 1)
    squares = np.where(known, (part - mean) ** 2, 0.0).sum(axis=0)
    low = np.where(known, part, np.inf).min(axis=0)
    high = np.where(known, part, -np.inf).max(axis=0)
    return mean, squares, count, np.where(count > 0, low, mean), np.where(count > 0, high, mean)
