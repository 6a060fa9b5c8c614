"""Signal quality: what an instrument said, how far it can be believed, and what is wrong with it in plain words.

    stamped samples -> intake -> survey (inspect each tag) -> values with their quality -> drift, reconciliation

`signals` derives each tag's expectations from the declaration; `survey` looks at all tags of a scan and calls
`inspect`, the state machine of one tag, where a quick look is not enough. `compare` charts residuals against a
reference, `reconcile` finds the sensor that a balance contradicts. `align` and `fill` give models the last known value
with its age, or a stand-in that is never counted as measured. Everything is a pure function of settings, state and
reading: it looks at the past and the newest sample alone, and gives the same bits everywhere.
"""

from homeostat.monitoring.signals.align import Aligned, align, known
from homeostat.monitoring.signals.closure import Closing, Closure, judge, suspects
from homeostat.monitoring.signals.drift import Chart, Watch, compare
from homeostat.monitoring.signals.finding import MOMENTARY, QUALITY, Change, Finding, Kind, worst
from homeostat.monitoring.signals.impute import Filled, fill, share_measured
from homeostat.monitoring.signals.intake import Intake, Last, Sample, Verdict, admit
from homeostat.monitoring.signals.learn import Habit, applied, learn
from homeostat.monitoring.signals.reconcile import Balance, Measured, Reconciled, reconcile
from homeostat.monitoring.signals.settings import Signal, expect, scatter, signals
from homeostat.monitoring.signals.survey import Memory, Panel, Surveyed, begin, survey
from homeostat.monitoring.signals.track import Assessed, Track, inspect

__all__ = [
    "MOMENTARY",
    "QUALITY",
    "Aligned",
    "Assessed",
    "Balance",
    "Change",
    "Chart",
    "Closing",
    "Closure",
    "Filled",
    "Finding",
    "Habit",
    "Intake",
    "Kind",
    "Last",
    "Measured",
    "Memory",
    "Panel",
    "Reconciled",
    "Sample",
    "Signal",
    "Surveyed",
    "Track",
    "Verdict",
    "Watch",
    "admit",
    "align",
    "applied",
    "begin",
    "compare",
    "expect",
    "fill",
    "inspect",
    "judge",
    "known",
    "learn",
    "reconcile",
    "scatter",
    "share_measured",
    "signals",
    "survey",
    "suspects",
    "worst",
]
