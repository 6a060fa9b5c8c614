"""Constants as a process file declares them: in the loop's own units and form, to three digits."""

import yaml

from homeostat.control.regulatory.tuning import Constants
from homeostat.process import Loop, Quantity

DIGITS = 3


def declared(loop: Loop, constants: Constants, unit: str, measured: str) -> Loop:
    """The loop with other constants; `unit` is that of its output, `measured` that of its tag."""
    gain = abs(constants.gain)
    change = {
        "gain": _in_ratio(gain, loop.gain.unit, unit, measured),
        "integral": _integral(loop, gain, constants.integral, unit, measured),
        "derivative": _derivative(loop, gain, constants.derivative, unit, measured),
    }
    return loop.model_copy(update=change)


def as_yaml(name: str, loop: Loop) -> str:
    """The loop as it stands in a process file: what differs from the defaults, in the order of the fields."""
    plain = loop.model_dump(mode="json", by_alias=True, exclude_none=True, exclude_defaults=True)
    strategy = {"strategy": {name: plain}}
    return yaml.safe_dump(strategy, sort_keys=False, allow_unicode=True, default_flow_style=None, width=1000)


def _integral(loop: Loop, gain: float, hours: float, unit: str, measured: str) -> Quantity | None:
    if hours <= 0.0:
        return None
    if loop.form == "standard":
        return _time(hours, loop.integral)
    own = loop.integral.unit if loop.integral else f"{unit}/({measured} h)"
    return _in_ratio(gain / hours, own, f"{unit}/h", measured)


def _derivative(loop: Loop, gain: float, hours: float, unit: str, measured: str) -> Quantity | None:
    if hours <= 0.0:
        return None
    if loop.form == "standard":
        return _time(hours, loop.derivative)
    own = loop.derivative.unit if loop.derivative else f"{unit} h/{measured}"
    return _in_ratio(gain * hours, own, unit, f"{measured}/h")


def _time(hours: float, before: Quantity | None) -> Quantity:
    unit = before.unit if before else "min"
    return Quantity(_rounded(Quantity(hours, "h").to(unit)), unit)


def _in_ratio(value: float, own: str, over: str, under: str) -> Quantity:
    """`value`, in units of `over` for one of `under`, in the unit `own`."""
    return Quantity(_rounded(value / Quantity(1.0, own).ratio(over, under)), own)


def _rounded(value: float) -> float:
    return float(f"{value:.{DIGITS}g}")
