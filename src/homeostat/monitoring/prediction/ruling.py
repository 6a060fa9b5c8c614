"""Whether a row meets a rule, decided for the rule itself: conformal classes on the value's margin to the limit.

An interval asks where the value may lie; a rule asks only on which side of its limit. The margin of a value is how far
it lies inside the rule (below 0 outside). Two classes of rows that were held out with their group, those that truly met
the rule and those that truly failed it, say how small a margin is rare among the first and how large among the second
(label-conditional conformal classes: Vovk, Gammerman & Shafer 2005, 4.5; Vovk 2012). So of the rows that fail, no
greater share than 1 - `coverage` is told to meet, and of those that meet none greater is told to fail.

How probable it is that a row meets the rule is a logistic line through the same margins (`chance`).
"""

from typing import Literal, NamedTuple

import numpy as np
from pydantic import Field

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen.arrays import Array
from homeostat.monitoring.frozen.piece import Piece
from homeostat.monitoring.frozen.strict import logistic_of
from homeostat.monitoring.prediction.chance import Chance, learn_chance
from homeostat.monitoring.prediction.few import effects, reach, too_few
from homeostat.monitoring.prediction.grouped import Labels, quantile, weigh
from homeostat.monitoring.prediction.rule import Rule

Side = Literal["meets", "fails", "either"]


class Said(NamedTuple):
    """What a ruling says of a row: its side, and how probable it is that it meets the rule, where that is told.

    `few` names the rows that were too few to exclude that this one is of them, though the other side is more likely.
    """

    side: Side
    probability: float | None = None
    few: Literal["meet", "fail"] | None = None


class Ruling(Piece):
    """A margin of at least `meeting` meets the rule, one below `failing` fails it, one between may do `either`.

    None where the rows were too few to say so of any margin. Where the classes are so far apart that `meeting` would
    lie below `failing`, both are the margin at which either is equally probable, or, if that is not between them,
    the one between them that is nearest to the limit: wherever the cut lies in between, both shares of wrong answers
    stay as stated. The log odds of meeting the rule are `offset` + `slope` * margin; `offset` is None in models that
    were frozen without.
    """

    kind: Literal["ruling"] = "ruling"
    coverage: float = Field(gt=0.0, lt=1.0)
    method: str
    rows: int = Field(ge=1)
    groups: int = Field(ge=1)
    meeting: float | None = Field(default=None, allow_inf_nan=False)
    failing: float | None = Field(default=None, allow_inf_nan=False)
    offset: float | None = Field(default=None, allow_inf_nan=False)
    slope: float = Field(default=0.0, ge=0.0, allow_inf_nan=False)

    def said(self, rule: Rule, value: float) -> Said:
        """All that can be said of a row with this value."""
        chance = self.probability(rule, value)
        likely = rule.margin(value) >= 0.0 if chance is None else chance >= 0.5
        unknown = (self.meeting if likely else self.failing) is None
        few: Literal["meet", "fail"] = "fail" if likely else "meet"
        return Said(self.side(rule, value), chance, few if unknown else None)

    def side(self, rule: Rule, value: float) -> Side:
        """What can be said of a row with this value: nothing that its probability calls the less likely."""
        margin, chance = rule.margin(value), self.probability(rule, value)
        if self.meeting is not None and margin >= self.meeting and (chance is None or chance >= 0.5):
            return "meets"
        failing = self.failing is not None and margin < self.failing and (chance is None or chance < 0.5)
        return "fails" if failing else "either"

    def probability(self, rule: Rule, value: float) -> float | None:
        """How probable it is that a row with this value meets the rule; None where the model was frozen without."""
        return None if self.offset is None else logistic_of(self.offset + self.slope * rule.margin(value))


def calibrate_ruling(
    rule: Rule,
    truth: Array,
    held_out: Array,
    groups: Labels,
    *,
    coverage: float = 0.9,
    inner: Array | None = None,
) -> Ruling:
    """The ruling from rows (n,) held out with their whole group: the group-aware quantiles of either class's margins.

    As for intervals, the mass of a group to come follows from how alike the rows of a group are (`grouped`). Where
    groups are too few to promise `coverage`, nothing is said within the error that random effects reach on one side
    (`few`) either; of a class too small for a quantile nothing is known, and that error does not stand in for it: rows
    that fail are those whose errors were great. The probability is learnt from the same rows; from the values `inner`
    (n,) instead where they are given.
    """
    margins, count = _margins(rule, held_out), len(np.unique(groups))
    good = np.array([rule.meets(value) for value in truth.tolist()])
    meeting = _above(margins[~good], _greatest(margins[~good], groups[~good], coverage))
    least = _greatest(-margins[good], groups[good], coverage)
    chance = learn_chance(margins if inner is None else _margins(rule, inner), good)
    meeting, failing = _apart(meeting, None if least is None else -least, chance)
    method = "margins of groups held out, those that meet and those that fail each for themselves"
    if too_few(count, coverage):
        wide = reach(effects(truth - held_out, groups), coverage)
        meeting = None if meeting is None else max(meeting, wide)
        failing = None if failing is None else min(failing, -wide)
        method += "; of few groups no margin less than random effects reach"
    return Ruling(
        coverage=coverage,
        method=method,
        rows=len(truth),
        groups=count,
        meeting=meeting,
        failing=failing,
        offset=chance.offset,
        slope=chance.slope,
    )


def _margins(rule: Rule, values: Array) -> Array:
    return np.array([rule.margin(value) for value in values.tolist()])


def _apart(meeting: float | None, failing: float | None, chance: Chance) -> tuple[float | None, float | None]:
    """The two margins, made one where they cross; one that stands alone is never on the other side of the limit."""
    if meeting is None or failing is None:
        return None if meeting is None else max(meeting, 0.0), None if failing is None else min(failing, 0.0)
    if meeting < failing:
        even = chance.even
        cut = even if even is not None and meeting <= even <= failing else min(max(0.0, meeting), failing)
        return cut, cut
    return meeting, failing


def _above(margins: Array, found: float | None) -> float | None:
    """The margin itself, or the next number where several rows share it, as those cut to an end of the possible do:
    a row that reaches `meeting` meets, and so would all of these."""
    if found is None or int(np.sum(margins == found)) < 2:
        return found
    return float(np.nextafter(found, np.inf))


def _greatest(margins: Array, groups: Labels, coverage: float) -> float | None:
    """The margin that the class stays below, but for the share that may be wrong; None where rows are too few."""
    if not len(margins):
        return None
    try:
        return quantile(margins, weigh(margins, groups, guaranteed=False), coverage, guaranteed=False)
    except MonitoringError:
        return None
