"""Intervals where groups are few: how often they hold the rows of new groups, by simulation with a known truth.

    group effects, rows -> a model that is the mean of the groups known -> interval -> share of new groups' rows held

Truths are a normal effect of the group plus a deviation of the row; `alike` is the intraclass correlation. By these
simulations it was decided, before any public table was looked at, that groups too few to promise the level are taken
for random effects and all others are calibrated conformally (`prediction.few`, `prediction.grouped`).
"""

from collections.abc import Callable, Mapping
from typing import NamedTuple

import numpy as np

from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival
from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.prediction import attainable, calibrate, learn_group_space
from homeostat.monitoring.prediction.grouped import Labels, quantile, weigh

LEVEL = 0.9
COUNTS = (3, 5, 8, 12, 20)
ALIKE = (0.0, 0.3, 0.8)
NEW = 200
"""Rows of groups of their own that each interval is held against."""
WIDTH = 8
"""Inputs of the made-up groups."""
FALSE = 5.0

Half = Callable[[Array, Labels], float]
Draw = Callable[[np.random.Generator, int], Array]


class _Case(NamedTuple):
    errors: Array
    groups: Labels
    new: Array


def _ours(errors: Array, groups: Labels) -> float:
    return calibrate(errors, np.zeros(len(errors)), groups, coverage=LEVEL).quantile


def _conformal(errors: Array, groups: Labels) -> float:
    """The largest error where the groups cannot give the level."""
    scores = np.abs(errors)
    try:
        return quantile(scores, weigh(scores, groups, guaranteed=False), LEVEL, guaranteed=False)
    except MonitoringError:
        return float(scores.max())


def _promised(errors: Array, groups: Labels) -> float:
    """What is guaranteed, at the highest level that the groups can give."""
    scores = np.abs(errors)
    level = min(LEVEL, attainable(len(np.unique(groups))))
    return quantile(scores, weigh(scores, groups, guaranteed=True), level, guaranteed=True)


RULES: Mapping[str, Half] = {
    "conformal alone, effective number of groups": _conformal,
    "hierarchical conformal, guaranteed as far as the groups can": _promised,
}
SHAPES: Mapping[str, Draw] = {
    "normal": lambda rng, size: rng.normal(size=size),
    "t with 4 degrees of freedom": lambda rng, size: rng.standard_t(4, size) / np.sqrt(2.0),
    "skewed (exponential) rows": lambda rng, size: rng.exponential(size=size) - 1.0,
}


def measure(*, quick: bool) -> list[Result]:
    """Coverage for each number of groups, and how often a group of the same kind is called far."""
    sets = 20 if quick else 200
    held = [_held(count, shape, sets) for shape in SHAPES for count in COUNTS]
    return [*held, *(_far(count, 20 if quick else 200) for count in (5, 12))]


def _held(count: int, shape: str, sets: int) -> Result:
    """The mean share held, with the least and greatest over how alike rows are; the bar is the worst distance."""
    cases = {alike: _cases(count, alike, SHAPES[shape], sets) for alike in ALIKE}
    ours = [_share(_ours, cases[alike]) for alike in ALIKE]
    rivals = tuple(
        Rival(name, spread([_share(rule, cases[alike]) for alike in ALIKE]), "%")
        for name, rule in RULES.items()
    )
    what = f"groups: {count} groups, {shape}: rows of new groups within 90 % intervals (alike 0, 0.3, 0.8)"
    return Result(what, spread(ours), "%", rivals=rivals)


def _share(rule: Half, cases: list[_Case]) -> float:
    return 100.0 * float(
        np.mean([np.mean(np.abs(case.new) <= rule(case.errors, case.groups)) for case in cases])
    )


def _cases(count: int, alike: float, draw: Draw, sets: int) -> list[_Case]:
    rng = np.random.default_rng([count, int(10 * alike)])
    return [_case(rng, count, alike, draw) for _ in range(sets)]


def _case(rng: np.random.Generator, count: int, alike: float, draw: Draw) -> _Case:
    groups = np.repeat(np.arange(count), rng.integers(1, 16, count))
    apart, rows = np.sqrt(alike), np.sqrt(1.0 - alike)
    truth = apart * rng.normal(size=count)[groups] + rows * draw(rng, len(groups))
    sums, counts = np.bincount(groups, truth), np.bincount(groups)
    others = (truth.sum() - sums) / (len(truth) - counts)
    new = apart * rng.normal(size=NEW) + rows * draw(rng, NEW) - truth.mean()
    return _Case(truth - others[groups], groups, new)


def _far(count: int, sets: int) -> Result:
    rng, far = np.random.default_rng(count), 0
    for _ in range(sets):
        groups = np.repeat(np.arange(count + 1), rng.integers(3, 16, count + 1))
        effect = np.sqrt(0.3) * rng.normal(size=(count + 1, WIDTH))
        x = effect[groups] + np.sqrt(0.7) * rng.normal(size=(len(groups), WIDTH))
        new = groups == count
        far += learn_group_space(x[~new], groups[~new]).find(x[new]).share > 1.0
    what = f"groups: new groups of the same kind called far, of {count} known"
    return Result(what, spread([100.0 * far / sets]), "%", FALSE, "less")
