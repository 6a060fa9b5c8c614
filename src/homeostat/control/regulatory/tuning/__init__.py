"""Tuning: from an experiment to a model of the plant, from that to a controller's constants; and how good a loop is.

    step test, or any record -> `identify` -> model -> `simc`, `lambda_tuning` -> constants
    relay experiment -> `Oscillation` -> `relay_tuning` -> constants
    record of a running loop -> `harris`, `judge_step`

None of this runs in the scan. Times are hours, gains are in tag units per output unit.
"""

from homeostat.control.regulatory.tuning.harris import Harris, harris
from homeostat.control.regulatory.tuning.identification import Identified, identify
from homeostat.control.regulatory.tuning.models import Integrating, Lagged, Model
from homeostat.control.regulatory.tuning.relay import Oscillation, Relay, oscillation, relay_test
from homeostat.control.regulatory.tuning.response import StepResponse, judge_step
from homeostat.control.regulatory.tuning.rules import Constants, lambda_tuning, relay_tuning, simc

__all__ = [
    "Constants",
    "Harris",
    "Identified",
    "Integrating",
    "Lagged",
    "Model",
    "Oscillation",
    "Relay",
    "StepResponse",
    "harris",
    "identify",
    "judge_step",
    "lambda_tuning",
    "oscillation",
    "relay_test",
    "relay_tuning",
    "simc",
]
