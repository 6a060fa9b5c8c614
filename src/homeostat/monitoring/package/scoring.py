"""The live path of a package: rows in, verdicts out, everything looked up beforehand.

In: a row of plain floats or an array of rows, in the order of the package's inputs, NaN where a value is missing.
Out: `Verdict`s. Few inputs go through plain floats, many through numpy; the bits are the same.
"""

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Step, lead_back, run_through
from homeostat.monitoring.package.document import Document
from homeostat.monitoring.package.filling import matters
from homeostat.monitoring.prediction import Decision, Drivers, Verdict, decide
from homeostat.monitoring.prediction.ruling import Said

DRIVERS = 5
"""How many drivers a verdict tells."""
NARROW = 48
"""Up to so many inputs, plain floats are quicker than numpy on one row."""


class Numbers(NamedTuple):
    """What the frozen pieces say of one row: `seen` is the row as the input space sees it, NaN stands for none."""

    value: float
    low: float
    high: float
    t2: float
    spe: float
    parts: Sequence[float] | Array
    seen: Sequence[float] | Array


class Scorer:
    """A package made ready to judge rows. It holds no state: every row is judged on its own."""

    def __init__(self, document: Document) -> None:
        self._names = tuple(given.name for given in document.inputs)
        self._steps, self._form = document.steps, document.form
        self._space, self._interval = document.space, document.interval
        self._rule, self._ruling, self._allowed = document.rule, document.ruling, document.missing_allowed
        self._filling = document.filling
        self._classes, self._hash, self._reached = document.classes, document.content_hash, document.reached
        self._after = self._space.after if self._space else 0
        self._limits = (self._space.limit.t2, self._space.limit.spe) if self._space else (None, None)
        self._straight = all(type(step).back is Step.back for step in self._steps)

    def row(self, values: Sequence[float]) -> Verdict:
        """One row judged; `values` are as many plain floats as there are inputs."""
        row = list(values)
        self._refuse_other_width(len(row))
        if len(self._names) > NARROW:
            return self._verdict(row, self._many(np.array([row]))[0])
        return self._verdict(row, self._single(row))

    def rows(self, x: Array) -> tuple[Verdict, ...]:
        """The rows of `x` (n, p) judged, with the bits of `row`."""
        self._refuse_other_width(x.shape[1])
        return tuple(self._verdict(*both) for both in zip(x.tolist(), self._many(x), strict=True))

    def numbers(self, x: Array) -> list[Numbers]:
        """What the frozen pieces say of rows `x` (n, p), before anything is decided."""
        return self._many(x)

    def _refuse_other_width(self, width: int) -> None:
        if width != len(self._names):
            raise MonitoringError(
                f"a row of {len(self._names)} values is wanted, not of {width}", where="row"
            )

    def _single(self, row: list[float]) -> Numbers:
        stages = [row]
        for step in self._steps:
            stages.append(step.row(stages[-1]))
        last, seen = stages[-1], stages[self._after]
        value = self._form.value(last)
        scale = self._form.spread(last) if self._interval.uses_scale else 1.0
        low, high = self._interval.band_of(last, value, scale)
        t2, spe = self._space.distances_of(seen) if self._space else (math.nan, math.nan)
        parts = self._form.parts(last)
        if not self._straight:
            parts = self._led_back(stages, parts)
        return Numbers(value, low, high, t2, spe, parts, seen)

    def _many(self, x: Array) -> list[Numbers]:
        with np.errstate(all="ignore"):  # numbers beyond all bounds end as rows that are not decided
            stages = run_through(self._steps, np.ascontiguousarray(x, np.float64))
            last, seen = stages[-1], stages[self._after]
            value = self._form.predict(last)
            scale = self._form.scale(last) if self._interval.uses_scale else np.ones(len(x))
            low, high = self._interval.band(last, value, scale)
            nothing = np.full(len(x), np.nan)
            t2, spe = self._space.distances(seen) if self._space else (nothing, nothing)
            parts = lead_back(self._steps, stages, self._form.contributions(last))
        columns = (column.tolist() for column in (value, low, high, t2, spe))
        return [Numbers(*row) for row in zip(*columns, parts, seen, strict=True)]

    def _led_back(self, stages: list[list[float]], parts: list[float]) -> list[float]:
        arrays = [np.array([stage]) for stage in stages]
        found: list[float] = lead_back(self._steps, arrays, np.array([parts]))[0].tolist()
        return found

    def _verdict(self, row: list[float], n: Numbers) -> Verdict:
        gaps = [value != value for value in row]
        if True in gaps and sum(gaps) > self._allowed:
            return self._undecided(self._gap_reason(gaps), self._missing(gaps))
        distances = (n.t2, n.spe) if self._space else None
        if not all(map(math.isfinite, (n.value, n.low, n.high, *(distances or ())))):
            return self._undecided("no finite value follows from these inputs", self._missing(gaps))
        said = self._said(n.value)
        ends = n.low, n.high
        decision, reason = decide(self._rule, ends, self._space, distances, said, self._classes)
        strangers = self._strangers(row, n) if reason else ()
        reason = "; ".join(filter(None, (reason, self._edge(n))))
        verdict = self._told(
            (n.value, n.low, n.high),
            distances,
            decision,
            (self._top(n.parts), strangers),
            reason,
            None if said is None else said.probability,
        )
        return self._filled(verdict, row, n, self._missing(gaps)) if True in gaps else verdict

    def _edge(self, n: Numbers) -> str:
        """What is said of a value, or an interval, that leaves the targets learnt from; "" where neither does."""
        if self._reached is None:
            return ""
        low, high = self._reached
        beyond = "the value" if not low <= n.value <= high else "the interval"
        if low <= n.low and n.high <= high and low <= n.value <= high:
            return ""
        return f"{beyond} reaches beyond the targets learnt from, {low:.6g} to {high:.6g}"

    def _filled(self, verdict: Verdict, row: list[float], n: Numbers, missing: tuple[str, ...]) -> Verdict:
        """The verdict on a row whose gaps were filled: it says so, and nothing is decided where that could matter."""
        reach = None if self._filling is None else self._filling.reach(row, n.value, self._values)
        told = f"missing, and filled: {_listed(missing)}"
        also = f"; {verdict.reason}" if verdict.reason else ""
        if reach is not None and not matters(self._interval, n.value, (n.low, n.high), reach):
            told = f"{told} (which may put the value off by {reach:.3g})"
            return replace(verdict, reason=told + also, missing=missing, reach=reach)
        low, high = (None, None) if reach is None else self._interval.widened(n.low, n.high, reach)
        far = "by nobody knows how much" if reach is None else f"by {reach:.3g}, too much to decide"
        told = f"{told} (which may put the value off {far})"
        return replace(
            verdict,
            low=low,
            high=high,
            decision="undecided",
            reason=told + (also if verdict.decision == "undecided" else ""),
            probability=None,
            missing=missing,
            reach=reach,
        )

    def _values(self, x: Array) -> Array:
        """What the form tells of rows `x` (n, p)."""
        with np.errstate(all="ignore"):
            return self._form.predict(run_through(self._steps, x)[-1])

    def _said(self, value: float) -> Said | None:
        """What the ruling says of a value; None where there is none."""
        return None if self._ruling is None or self._rule is None else self._ruling.said(self._rule, value)

    def _undecided(self, reason: str, missing: tuple[str, ...]) -> Verdict:
        verdict = self._told((None, None, None), None, "undecided", ((), ()), reason)
        return replace(verdict, missing=missing) if missing else verdict

    def _told(
        self,
        numbers: tuple[float | None, float | None, float | None],
        distances: tuple[float, float] | None,
        decision: Decision,
        drivers: tuple[Drivers, Drivers],
        reason: str,
        probability: float | None = None,
    ) -> Verdict:
        t2, spe = distances or (None, None)
        limits, (main, strange) = self._limits, drivers
        return Verdict(
            *numbers, decision, t2, spe, limits[0], limits[1], main, strange, reason, self._hash, probability
        )

    def _gap_reason(self, gaps: list[bool]) -> str:
        missing = self._missing(gaps)
        allowed = f"; {self._allowed} may be" if self._allowed else ""
        return f"{len(missing)} of {len(self._names)} inputs missing ({_listed(missing)}){allowed}"

    def _missing(self, gaps: list[bool]) -> tuple[str, ...]:
        return tuple(name for name, gap in zip(self._names, gaps, strict=True) if gap)

    def _strangers(self, row: list[float], n: Numbers) -> Drivers:
        if self._space is None or (n.t2 <= self._space.warning.t2 and n.spe <= self._space.warning.spe):
            return ()
        steps = self._steps[: self._after]
        with np.errstate(all="ignore"):
            parts = self._space.strangeness(np.array([n.seen]))
            return self._top(lead_back(steps, run_through(steps, np.array([row])), parts)[0])

    def _top(self, parts: Sequence[float] | Array) -> Drivers:
        """The names and sizes of the largest parts, the first of equal ones first."""
        places = range(len(parts)) if len(parts) <= NARROW else _largest(np.asarray(parts))
        order = sorted(places, key=lambda place: -abs(float(parts[place])))[:DRIVERS]
        return tuple((self._names[place], float(parts[place])) for place in order if parts[place] != 0.0)


def _listed(names: Sequence[str]) -> str:
    return ", ".join(names[:DRIVERS]) + (", ..." if len(names) > DRIVERS else "")


def _largest(parts: Array) -> list[int]:
    """The places of the largest parts, and of all as large as the smallest of them."""
    size = np.abs(parts)
    rank = min(DRIVERS, len(size))
    found: list[int] = np.flatnonzero(size >= np.partition(size, -rank)[-rank]).tolist()
    return found
