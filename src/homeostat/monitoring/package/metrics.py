"""Figures of merit of a package's verdicts against the truth, over all rows and in every subgroup (MON-07, OUR-2).

rmsep, mae, bias     of the value; bias is value less truth
r2                   1 - squared errors over the truth's own scatter; told where the truth varies, and of a
                     subgroup of 10 rows or more: of fewer it says nothing
coverage, width      share of truths within the interval, mean width; coverage_low/_high: its 95 % interval
accuracy             share of rows whose more likely side of the rule is the truth's, decided or not; where no
                     probability is told, the side on which the value falls
brier                mean squared difference of the probability told from what came true, 1 or 0
undecided, decided   share of rows that were not decided, and that were
decided_accuracy     share of the decided rows (ok and alert, or action) that were right
wrongly_passed       share of the rows that truly fail the rule which were told ok or alert
wrongly_failed       share of the rows that truly meet the rule which were told action
"""

import difflib
from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.package.document import Acceptance, Metrics
from homeostat.monitoring.prediction import Rule, Verdict, covered
from homeostat.monitoring.prediction.grouped import Labels

FEWEST_EXPLAINED = 10
"""Rows of a subgroup from which on R² is told."""
EVEN = 0.5
"""The probability from which on a row more likely meets the rule than not."""
RULED = ("accuracy", "brier", "decided_accuracy", "wrongly_passed", "wrongly_failed")
"""Figures that are told only where there is a rule."""
NAMES = (
    *(
        "rmsep",
        "mae",
        "bias",
        "r2",
        "coverage",
        "coverage_low",
        "coverage_high",
        "width",
        "undecided",
        "decided",
    ),
    *RULED,
)
"""Every figure that is measured."""
ALL = ""
EVERY = "*"


class Judged(NamedTuple):
    """An acceptance limit, the `subgroup` it was held against, the `value` found (None: none), and the outcome."""

    acceptance: Acceptance
    subgroup: str
    value: float | None
    passed: bool


class _Rows(NamedTuple):
    truth: Array
    verdicts: tuple[Verdict, ...]
    rule: Rule | None


def measure(
    truth: Array,
    verdicts: Sequence[Verdict],
    *,
    rule: Rule | None = None,
    subgroups: Labels | None = None,
    groups: Labels | None = None,
) -> tuple[Metrics, ...]:
    """The metrics over all rows, then by subgroup, in the order of the subgroups' names.

    `truth` (n,) is NaN where unknown: such rows are left out. `subgroups` (n,) names each row's subgroup, `groups` its
    donor or batch. Raises `MonitoringError` when no truth is known, or the lengths differ.
    """
    if len(truth) != len(verdicts) or any(
        labels is not None and len(labels) != len(truth) for labels in (subgroups, groups)
    ):
        raise MonitoringError("truth, verdicts and groups differ in number", where="metrics")
    known = np.isfinite(truth)
    if not known.any():
        raise MonitoringError("no row has a truth", where="metrics")
    found = [_metrics(ALL, known, truth, verdicts, rule, groups)]
    for name in np.unique(subgroups[known]) if subgroups is not None else ():
        found.append(_metrics(str(name), known & (subgroups == name), truth, verdicts, rule, groups))
    return tuple(found)


def check_limits(acceptance: Sequence[Acceptance], *, ruled: bool, grouped: bool) -> None:
    """Refuse limits on what will never be measured, before anything is learnt. Raises `MonitoringError` for the first.

    `ruled`: there is a rule to meet; `grouped`: rows belong to groups.
    """
    for limit in acceptance:
        where = f"acceptance limit on '{limit.metric}'"
        if limit.metric not in NAMES:
            near = difflib.get_close_matches(limit.metric, NAMES, 1) or NAMES
            raise MonitoringError(
                "no such figure is measured", where=where, mend=f"figures: {', '.join(near)}"
            )
        if limit.metric in RULED and not ruled:
            raise MonitoringError(
                "the figure is told only where there is a rule",
                where=where,
                mend="give a rule: --rule '>= 90'",
            )
        if limit.subgroup != ALL and not grouped:
            what = f"there are no groups for '@{limit.subgroup}'"
            raise MonitoringError(what, where=where, mend="name the column that tells them: --group COLUMN")


def judge(acceptance: Sequence[Acceptance], metrics: Sequence[Metrics]) -> tuple[Judged, ...]:
    """Every acceptance limit held against the metrics; one that was not measured is not passed."""
    by_name = {each.subgroup: each.values for each in metrics}
    return tuple(
        _judged(limit, name, by_name.get(name, {}))
        for limit in acceptance
        for name in (_subgroups(by_name) if limit.subgroup == EVERY else (limit.subgroup,))
    )


def _subgroups(by_name: Mapping[str, Mapping[str, float]]) -> tuple[str, ...]:
    return tuple(name for name in by_name if name != ALL) or (EVERY,)


def _judged(limit: Acceptance, name: str, values: Mapping[str, float]) -> Judged:
    value = values.get(limit.metric)
    low = -np.inf if limit.minimum is None else limit.minimum
    high = np.inf if limit.maximum is None else limit.maximum
    return Judged(limit, name, value, value is not None and low <= value <= high)


def _metrics(
    name: str,
    rows: Labels,
    truth: Array,
    verdicts: Sequence[Verdict],
    rule: Rule | None,
    groups: Labels | None,
) -> Metrics:
    places = np.flatnonzero(rows).tolist()
    some = _Rows(truth[rows], tuple(verdicts[place] for place in places), rule)
    values = {**_errors(some), **_intervals(some), **_decisions(some)}
    if name != ALL and len(places) < FEWEST_EXPLAINED:
        values.pop("r2", None)
    count = len(places) if groups is None else len(np.unique(groups[rows]))
    return Metrics(subgroup=name, rows=len(places), groups=count, values=values)


def _errors(rows: _Rows) -> dict[str, float]:
    pairs = [
        (v.value, t) for v, t in zip(rows.verdicts, rows.truth.tolist(), strict=True) if v.value is not None
    ]
    if not pairs:
        return {}
    value, truth = np.array(pairs).T
    error = value - truth
    found = {"rmsep": _root(error), "mae": float(np.abs(error).mean()), "bias": float(error.mean())}
    scatter = float(np.sum((truth - truth.mean()) ** 2))
    return {**found, "r2": 1.0 - float(np.sum(error**2)) / scatter} if scatter > 0.0 else found


def _intervals(rows: _Rows) -> dict[str, float]:
    told = [
        (v.low, v.high, t)
        for v, t in zip(rows.verdicts, rows.truth.tolist(), strict=True)
        if v.low is not None and v.high is not None
    ]
    if not told:
        return {}
    low, high, truth = np.array(told).T
    share = covered(low, high, truth)
    width = float((high - low).mean())
    return {"coverage": share.share, "coverage_low": share.low, "coverage_high": share.high, "width": width}


def _decisions(rows: _Rows) -> dict[str, float]:
    undecided = float(np.mean([v.decision == "undecided" for v in rows.verdicts]))
    found = {"undecided": undecided, "decided": 1.0 - undecided}
    if rows.rule is None:
        return found
    sides = [rows.rule.meets(truth) for truth in rows.truth.tolist()]
    told = [
        (_likely(rows.rule, v) == good, v.decision, good)
        for v, good in zip(rows.verdicts, sides, strict=True)
        if v.value is not None
    ]
    if told:
        found["accuracy"] = float(np.mean([right for right, _, _ in told]))
    right = [(decision != "action") == good for _, decision, good in told if decision != "undecided"]
    if right:
        found["decided_accuracy"] = float(np.mean(right))
    missed = [
        (v.probability - good) ** 2
        for v, good in zip(rows.verdicts, sides, strict=True)
        if v.probability is not None
    ]
    if missed:
        found["brier"] = float(np.mean(missed))
    return {**found, **_wrong(sides, rows.verdicts)}


def _likely(rule: Rule, verdict: Verdict) -> bool:
    """Whether the row more likely meets the rule than not."""
    if verdict.probability is not None:
        return verdict.probability >= EVEN
    return verdict.value is not None and rule.meets(verdict.value)


def _wrong(sides: Sequence[bool], verdicts: Sequence[Verdict]) -> dict[str, float]:
    """How often rows of either side were told to be of the other; told where there are any."""
    passed = [v.decision in {"ok", "alert"} for v, good in zip(verdicts, sides, strict=True) if not good]
    failed = [v.decision == "action" for v, good in zip(verdicts, sides, strict=True) if good]
    kinds = {"wrongly_passed": passed, "wrongly_failed": failed}
    return {name: float(np.mean(told)) for name, told in kinds.items() if told}


def _root(error: Array) -> float:
    return float(np.sqrt(np.mean(error**2)))
