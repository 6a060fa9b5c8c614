"""The observer: an extended Kalman filter derived from a declared model, and the online refit that comes with it.

    model + Settings -> Filter (pure functions from Estimate to Estimate) -> Tracker (late results) -> forecast

The filter's mathematics is traced symbolically and compiled by the engine's emitter, so that an estimate is the same
in every bit on every machine. Parameters and sensors' biases are estimated beside the states: that refits the model
to the batch while it runs. `Tracker` puts laboratory results where their samples were taken and tests the
innovations; `forecast` tells what lies ahead under a plan, with an interval.
"""

from homeostat.twin.observer.consistency import Verdict, Window
from homeostat.twin.observer.filter import Estimate, Filter, Innovation
from homeostat.twin.observer.forecast import Forecast, forecast
from homeostat.twin.observer.jumps import Dose, Draw, Jump
from homeostat.twin.observer.memory import Shadow, Tracker
from homeostat.twin.observer.settings import Doubt, Learnt, Settings, Signal

__all__ = [
    "Dose",
    "Doubt",
    "Draw",
    "Estimate",
    "Filter",
    "Forecast",
    "Innovation",
    "Jump",
    "Learnt",
    "Settings",
    "Shadow",
    "Signal",
    "Tracker",
    "Verdict",
    "Window",
    "forecast",
]
