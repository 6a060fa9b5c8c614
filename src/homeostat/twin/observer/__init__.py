"""The observer: an extended Kalman filter derived from a declared model, and the online refit that comes with it.

    model + Settings -> Filter (pure functions from Estimate to Estimate) -> Tracker (late results) -> forecast

The filter's mathematics is traced symbolically and compiled by the engine's emitter, so that an estimate is the same
in every bit on every machine. Parameters and sensors' biases are estimated beside the states: that refits the model
to the batch while it runs. `Tracker` puts laboratory results where their samples were taken and tests the
innovations; `forecast` tells what lies ahead under a plan, with an interval. `follow` does all of that to a recorded
run, as if it were happening, and judges the forecasts by what was measured later.
"""

from homeostat.twin.observer.consistency import Verdict, Window
from homeostat.twin.observer.course import Course
from homeostat.twin.observer.filter import Estimate, Filter, Innovation
from homeostat.twin.observer.following import Followed, Refit, Score, follow
from homeostat.twin.observer.forecast import Forecast, forecast
from homeostat.twin.observer.jumps import Dose, Draw, Jump, Shift
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
    "settings_of",
]
