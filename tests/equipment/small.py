"""A small process and a small model that the equipment tests share: everything in them has a closed form."""

from typing import Any

from homeostat.process import Process
from homeostat.twin import Model, input, output, parameter, state
from homeostat.twin.algebra import Algebra, Value

MINUTE = 60_000_000
HOUR = 60 * MINUTE


class Tank(Model):
    """Cells that grow exponentially, glucose that is used up at a constant rate, a volume that is fed."""

    viable = state(1.0, "1e6 cell/mL", "viable cells")
    glucose = state(10.0, "mmol/L", "glucose")
    marked = state(0.2, "1", "marked fraction of the viable cells", high=1.0)
    oxygen = state(90.0, "%", "dissolved oxygen")
    volume = state(100.0, "mL", "volume", low=1.0, high=500.0)

    feed = input(0.0, "mL/h", "feed", low=0.0, high=50.0)
    warmth = input(37.0, "degC", "temperature", low=0.0, high=50.0)

    growth = parameter(0.05, "1/h", "growth rate", low=0.0, high=1.0)
    uptake = parameter(0.5, "mmol/(L h)", "glucose uptake", low=0.0, high=100.0)

    cells = output("1e6 cell", "cells in the tank")

    def rates(self, m: Algebra) -> dict[str, Value]:
        return {
            "viable": self.growth * self.viable,
            "glucose": -self.uptake,
            "marked": 0.0,
            "oxygen": self.warmth - 37.0,
            "volume": self.feed,
        }

    def outputs(self, m: Algebra) -> dict[str, Value]:
        return {"cells": self.viable * self.volume}


def tag(
    kind: str = "sensor", unit: str = "mmol/L", low: float = 0.0, high: float = 100.0, **more: Any
) -> dict[str, Any]:
    """A tag with a range in its own unit."""
    return {
        "title": "a tag",
        "kind": kind,
        "unit": unit,
        "range": [f"{low} {unit}", f"{high} {unit}"],
        **more,
    }


def process(tags: dict[str, Any], *, model: str = "tank", **sections: Any) -> Process:
    """A process of one vessel with `tags` and the given further sections."""
    phase = {"name": "wait", "title": "Wait", "until": "elapsed >= 1 h"}
    operation = {"name": "run", "title": "Run", "phases": [phase]}
    procedure = {"name": "batch", "title": "Batch", "unit": "vessel", "operations": [operation]}
    module = {"title": "Instruments", "tags": tags}
    declared = {
        "homeostat": "1",
        "process": "small",
        "version": "1.0.0",
        "title": "A small process",
        "units": {"vessel": {"title": "Vessel", "modules": {"all": module}}},
        "recipe": {"procedure": [procedure]},
        "twin": {"model": model},
    }
    return Process.model_validate({**declared, **sections})
