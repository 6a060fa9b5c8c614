"""Prediction with its uncertainty: intervals that keep their coverage, an input space, a decision.

    Rule           what a value must meet: Rule.parse(">= 90")
    Interval       value -> low, high: SymmetricInterval, SidedInterval, FactorInterval,
                   CrossInterval (CV+), LabelInterval (two classes)
    Ruling         value -> meets the rule, fails it, or either: with a stated share of wrong answers of each kind
    InputSpace     how far a row is from those the model knows: T² and SPE
    GroupSpace     how far the rows of a group, taken together, are from the groups it knows
    decide         interval + distances + rule (+ ruling) -> ok, alert, action or undecided
    Verdict        all of that for one row, with the inputs that drive it

Intervals and input spaces are frozen pieces, learnt by `calibrate` and `learn_space` from rows that were held out by
whole groups (donors, batches). `exporting` turns fitted scikit-learn estimators into frozen forms.
"""

from homeostat.monitoring.prediction.adaptive import AdaptiveCoverage
from homeostat.monitoring.prediction.calibration import (
    calibrate,
    calibrate_cross,
    calibrate_labels,
    mondrian,
)
from homeostat.monitoring.prediction.coverage import Covered, coverage_by, covered, share_interval
from homeostat.monitoring.prediction.deciding import decide
from homeostat.monitoring.prediction.factor import FactorInterval
from homeostat.monitoring.prediction.few import too_few
from homeostat.monitoring.prediction.group_space import GroupSpace, learn_group_space
from homeostat.monitoring.prediction.grouped import attainable
from homeostat.monitoring.prediction.interval import (
    AnyInterval,
    CrossInterval,
    Interval,
    LabelInterval,
    SymmetricInterval,
)
from homeostat.monitoring.prediction.rule import Rule, RuleField
from homeostat.monitoring.prediction.ruling import Ruling, calibrate_ruling
from homeostat.monitoring.prediction.sided import SidedInterval
from homeostat.monitoring.prediction.space import InputSpace, Limits
from homeostat.monitoring.prediction.space_learning import learn_space
from homeostat.monitoring.prediction.verdict import Decision, Drivers, Verdict

__all__ = [
    "AdaptiveCoverage",
    "AnyInterval",
    "Covered",
    "CrossInterval",
    "Decision",
    "Drivers",
    "FactorInterval",
    "GroupSpace",
    "InputSpace",
    "Interval",
    "LabelInterval",
    "Limits",
    "Rule",
    "RuleField",
    "Ruling",
    "SidedInterval",
    "SymmetricInterval",
    "Verdict",
    "attainable",
    "calibrate",
    "calibrate_cross",
    "calibrate_labels",
    "calibrate_ruling",
    "coverage_by",
    "covered",
    "decide",
    "learn_group_space",
    "learn_space",
    "mondrian",
    "share_interval",
    "too_few",
]
