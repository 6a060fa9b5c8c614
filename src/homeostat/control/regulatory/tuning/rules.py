"""Tuning rules: from a model, or from an oscillation, to the constants of a PI controller in the standard form."""

import math
from dataclasses import dataclass

from homeostat.control.regulatory.tuning.models import Lagged, Model
from homeostat.control.regulatory.tuning.relay import Oscillation
from homeostat.errors import ControlError

SCANS = 3.0
"""The closed loop is not asked to be quicker than so many scans (assumption)."""
LAMBDA = 1.0
"""Lambda by default: so many times the plant's lag, or its delay if that is longer; 3 would be calm (assumption)."""


@dataclass(frozen=True, slots=True)
class Constants:
    """A controller in the standard form: `gain` in output units per tag unit, times in hours (0: none).

    `closed` is the time constant the closed loop was asked for (0: the rule does not say).
    """

    gain: float
    integral: float
    derivative: float = 0.0
    closed: float = 0.0


def simc(model: Model, *, scan: float, closed: float | None = None, loudest: float = math.inf) -> Constants:
    """SIMC (Skogestad 2003, J. Process Control 13:291-309): K = τ / (k (τc + θ)), Ti = min(τ, 4 (τc + θ)).

    `closed` is τc; by default the delay θ, the tightest choice that is robust, or so much longer that the gain is no
    more than `loudest`, for the sensor's noise passes through it. Half a `scan` (hours) counts as delay. An integrator
    is the limit of a long lag. Raises ControlError for a time that is not above 0.
    """
    delay = model.delay + 0.5 * scan
    slope = model.gain / model.lag if isinstance(model, Lagged) else model.slope
    quiet = 1.0 / (abs(slope) * loudest) - delay
    wanted = max(delay, SCANS * scan, quiet) if closed is None else _positive(closed)
    total = wanted + delay
    integral = min(model.lag, 4.0 * total) if isinstance(model, Lagged) else 4.0 * total
    return Constants(1.0 / (slope * total), integral, closed=wanted)


def lambda_tuning(model: Model, *, scan: float, closed: float | None = None) -> Constants:
    """Lambda tuning: the closed loop answers a new set-point like a lag of λ = `closed` hours behind the dead time.

    A lag: Ti = τ, K = τ / (k (λ + θ)). An integrator: Ti = 2 λ + θ, K = Ti / (k (λ + θ)²), which places both poles at
    -1/λ where the dead time is 1 - θ s. Raises ControlError for a time that is not above 0.
    """
    delay = model.delay + 0.5 * scan
    if isinstance(model, Lagged):
        wanted = max(LAMBDA * max(model.lag, delay), SCANS * scan) if closed is None else _positive(closed)
        return Constants(model.lag / (model.gain * (wanted + delay)), model.lag, closed=wanted)
    wanted = max(3.0 * delay, SCANS * scan) if closed is None else _positive(closed)
    integral = 2.0 * wanted + delay
    return Constants(integral / (model.slope * (wanted + delay) ** 2), integral, closed=wanted)


def relay_tuning(found: Oscillation) -> Constants:
    """PI from the ultimate gain and period (Tyreus and Luyben 1992, Ind. Eng. Chem. Res. 31:2625-2628)."""
    return Constants(found.ultimate / 3.2, 2.2 * found.period)


def _positive(closed: float) -> float:
    if not closed > 0.0:
        raise ControlError("the closed loop needs a time above 0", mend="give a time such as '10 min'")
    return closed
