"""The kinds of rivals that are searched: which numbers each has, within what box, and the contender that they make.

numbers -> recipe or PID -> contender as in `contenders/*.yaml`
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from math import log
from typing import Any

Numbers = Mapping[str, float]
Tree = dict[str, Any]
START = "glucose_online < 10 mmol/L or elapsed >= 48 h"
MARGIN = 0.05
"""A number this near an end of its box (in shares of it) stands at that end."""


@dataclass(frozen=True)
class Span:
    """What a number may be, from `low` to `high`, spread evenly or evenly in its `logarithm`."""

    low: float
    high: float
    logarithm: bool = False

    def at(self, share: float) -> float:
        """The number at a share (0 to 1) of the span."""
        if self.logarithm:
            return float(self.low * (self.high / self.low) ** share)
        return self.low + share * (self.high - self.low)

    def share(self, number: float) -> float:
        """Where a number lies in the span."""
        if self.logarithm:
            return log(number / self.low) / log(self.high / self.low)
        return (number - self.low) / (self.high - self.low)


@dataclass(frozen=True)
class Kind:
    """Contenders of one shape: `make` takes the numbers of `box`; `known` are tried first, with what is near them."""

    make: Callable[[Numbers], Tree]
    box: Mapping[str, Span]
    known: tuple[Numbers, ...] = ()

    def contender(self, point: Sequence[float]) -> Tree:
        """The contender at a point of the unit cube."""
        return self.make({n: s.at(x) for (n, s), x in zip(self.box.items(), point, strict=True)})

    def point(self, numbers: Numbers) -> list[float]:
        """The point of the unit cube that has these numbers."""
        return [span.share(numbers[name]) for name, span in self.box.items()]

    def at_ends(self, point: Sequence[float]) -> list[str]:
        """The numbers that stand at an end of the box."""
        return [n for n, x in zip(self.box, point, strict=True) if not MARGIN <= x <= 1.0 - MARGIN]


def recipe(numbers: Numbers) -> Tree:
    """Three steps of perfusion (mL/h), the density (1e6 cell/mL) at which each begins, and the hour of harvest.

    The last step begins at the latest `hours` after the one before it.
    """
    one, two, three = (numbers[f"density {k}"] for k in (1, 2, 3))
    until = f"batch_elapsed >= {numbers['harvest']:.0f} h"
    return {
        "title": "fixed recipe, steps and hour of harvest searched",
        "expansion": [
            {"name": "batch-growth", "until": f"viable_density >= {one:.2f} 1e6 cell/mL or {START}"},
            _step("perfuse-first", numbers["rate 1"], two, 60.0, "6 %"),
            _step("perfuse-second", numbers["rate 2"], three, numbers["hours"], "5 %"),
            {
                "name": "perfuse-third",
                "set": {"perfusion_pump": f"{numbers['rate 3']:.1f} mL/h"},
                "until": until,
            },
        ],
        "until": until,
    }


def pid(tag: str, unit: str, action: str, numbers: Numbers) -> Tree:
    """A loop on `tag` that leads perfusion; harvest at a density (1e6 cell/mL), or by an hour."""
    dense = f"viable_density >= {numbers['dense']:.2f} 1e6 cell/mL and batch_elapsed >= 216 h"
    until = f"{dense} or batch_elapsed >= {numbers['latest']:.0f} h"
    loop = {
        "title": "Perfusion",
        "tag": tag,
        "actuator": "perfusion_pump",
        "mode": "manual",
        "setpoint": f"{numbers['setpoint']:.2f} {unit}",
        "action": action,
        "gain": f"{numbers['gain']:.4f} mL/h/({unit})",
        "integral": f"{numbers['integral']:.1f} h",
        "output": ["0 mL/h", "30 mL/h"],
        "rate": "6 mL/h/h",
    }
    led = tag.removesuffix("_online").replace("_", " ")
    start = f"viable_density >= {numbers['start']:.2f} 1e6 cell/mL or {START}"
    return {
        "title": f"PID on {led}, harvest at a density or an hour",
        "expansion": [
            {"name": "batch-growth", "until": start},
            {
                "name": "perfuse",
                "set": {
                    "perfusion_pump": f"{numbers['begin']:.1f} mL/h",
                    "carbon_dioxide_gas": "5.5 %",
                    "stirrer_drive": "100 rpm",
                },
                "modes": {"perfusion": "auto"},
                "until": until,
            },
        ],
        "until": until,
        "strategy": {"perfusion": loop},
    }


def _led_by(tag: str, unit: str, action: str, setpoint: Span, *known: Numbers) -> Kind:
    return Kind(partial(pid, tag, unit, action), {"setpoint": setpoint, **LOOP}, known)


def _step(name: str, rate: float, density: float, hours: float, gas: str) -> Tree:
    given = {"perfusion_pump": f"{rate:.1f} mL/h", "carbon_dioxide_gas": gas}
    return {
        "name": name,
        "set": given,
        "until": f"viable_density >= {density:.2f} 1e6 cell/mL or elapsed >= {hours:.0f} h",
    }


RECIPE = {
    "rate 1": Span(0.5, 10.0),
    "rate 2": Span(0.5, 18.0),
    "rate 3": Span(0.5, 24.0),
    "density 1": Span(1.0, 5.0),
    "density 2": Span(2.0, 10.0),
    "density 3": Span(5.0, 40.0),
    "hours": Span(20.0, 140.0),
    "harvest": Span(216.0, 280.0),
}
LOOP = {
    "gain": Span(0.005, 6.0, logarithm=True),
    "integral": Span(4.0, 2000.0, logarithm=True),
    "start": Span(0.5, 8.0),
    "dense": Span(6.0, 40.0),
    "latest": Span(216.0, 280.0),
    "begin": Span(0.5, 12.0),
}
ON_GLUCOSE = {
    "setpoint": 9.12,
    "gain": 0.222,
    "integral": 200.0,
    "start": 3.55,
    "dense": 19.74,
    "latest": 251.0,
    "begin": 8.2,
}
"""The PID that was found in a narrower box."""
ON_LACTATE = {
    "setpoint": 26.55,
    "gain": 0.0327,
    "integral": 50.4,
    "start": 2.65,
    "dense": 26.66,
    "latest": 251.0,
    "begin": 9.6,
}
"""The PID that the first search in the wider box found."""
ON_DENSITY = {
    "setpoint": 12.23,
    "gain": 0.1181,
    "integral": 945.0,
    "start": 5.55,
    "dense": 11.85,
    "latest": 247.0,
    "begin": 9.7,
}
"""The PID that the second one found."""
STEPS = {
    "rate 1": 4.5,
    "rate 2": 11.3,
    "rate 3": 7.7,
    "density 1": 2.67,
    "density 2": 6.31,
    "density 3": 11.18,
    "hours": 60.0,
    "harvest": 232.0,
}
"""The recipe that was found in a narrower box, and then the best of what is near it."""
STEPS_BY_TIME = {
    "rate 1": 5.4,
    "rate 2": 13.4,
    "rate 3": 5.9,
    "density 1": 3.06,
    "density 2": 6.34,
    "density 3": 19.82,
    "hours": 60.0,
    "harvest": 253.0,
}
"""The one that was found next: its last step begins by the clock."""

RIVALS: Mapping[str, tuple[Kind, ...]] = {
    "recipe-searched": (Kind(recipe, RECIPE, (STEPS, STEPS_BY_TIME)),),
    "pid": (
        _led_by("lactate_online", "mmol/L", "direct", Span(3.0, 40.0), ON_LACTATE),
        _led_by("glucose_online", "mmol/L", "reverse", Span(1.0, 18.0), ON_GLUCOSE),
        _led_by("viable_density", "1e6 cell/mL", "direct", Span(0.0, 15.0)),
        _led_by("viable_density", "1e6 cell/mL", "reverse", Span(2.0, 40.0), ON_DENSITY),
    ),
}
"""A rival is the best of all candidates of its kinds. A loop on density feeds more cells more, or holds them back."""
