"""The observer: a Kalman filter derived from a declared model, and the online refit that comes with it.

    model + Settings -> Filter (pure functions from Estimate to Estimate) -> Tracker (late results) -> forecast

The filter's mathematics is traced symbolically and compiled by the engine's emitter, so that an estimate is the same
in every bit on every machine. Parameters and sensors' biases are estimated beside the states: that refits the model
to the batch while it runs. `Tracker` puts laboratory results where their samples were taken and tests the
innovations, and drops a signal that lies; `forecast` tells what lies ahead under a plan, with an interval.
`follow` does all of that to a recorded run, as if it were happening, and judges the forecasts by what was measured
later. The filter is extended or unscented, by `Settings.kind`; `moving` estimates over a window, with constraints.
"""

from homeostat.twin.observer.consistency import Verdict, Window
from homeostat.twin.observer.course import Course
from homeostat.twin.observer.filter import Estimate, Filter, Innovation
from homeostat.twin.observer.following import Followed, Refit, Score, follow
from homeostat.twin.observer.forecast import Forecast, forecast
from homeostat.twin.observer.jumps import Dose, Draw, Jump, Shift
from homeostat.twin.observer.kinds import make_filter
from homeostat.twin.observer.memory import Shadow, Tracker
from homeostat.twin.observer.recorded import Recorded, settings_of
from homeostat.twin.observer.settings import Doubt, Learnt, Settings, Signal

__all__ = [
    "Course",
    "Dose",
    "Doubt",
    "Draw",
    "Estimate",
    "Filter",
    "Followed",
    "Forecast",
    "Innovation",
    "Jump",
    "Learnt",
    "Recorded",
    "Refit",
    "Score",
    "Settings",
    "Shadow",
    "Shift",
    "Signal",
    "Tracker",
    "Verdict",
    "Window",
    "follow",
    "forecast",
    "make_filter",
    "settings_of",
]
