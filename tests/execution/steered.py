"""A short perfusion culture under a predictive controller: how tests vary it, run it and look at what came of it."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from homeostat.equipment import Scan, SimulatedPlant, connect
from homeostat.execution import Options, run
from homeostat.execution.orders import give
from homeostat.execution.slips import ControlSlip
from homeostat.ledger.catalogue import MovePlanned, Payload, payload
from homeostat.process import Process, Quantity, load
from homeostat.process.seeded import SeededFault
from homeostat.quality.steered import proposals, steered
from homeostat.site import Site

from .conftest import Quiet

STEERED = load(Path(__file__).parent / "steered.yaml")
HOUR = 3_600_000_000
SCAN = 10 * 60_000_000
LOW, HIGH = 0.0, 20.0
"""The envelope of the pump, mL/h."""
Hook = Callable[[int], None]
FAST = 1e9
"""A pace at which a batch takes orders while it runs."""


def process(*, faults: Sequence[dict[str, str]] = (), **controller: object) -> Process:
    """The process with what is changed about its controller, and faults seeded into its plant."""
    changed = {"growth": STEERED.controllers["growth"].model_copy(update=controller)}
    seeded = tuple(SeededFault.model_validate(fault) for fault in faults)
    simulation = STEERED.simulation.model_copy(update={"faults": seeded})
    return STEERED.model_copy(update={"controllers": changed, "simulation": simulation})


def unsteered() -> Process:
    """The process without its controller."""
    return STEERED.model_copy(update={"controllers": {}})


def minutes(value: float) -> Quantity:
    return Quantity(value, "min")


@dataclass(frozen=True)
class Batch:
    """One batch on record: its facts with their times, and its columns."""

    site: Site
    name: str = "B0001"

    def facts(self, *kinds: type[Payload]) -> list[tuple[int, Any]]:
        """Facts of these kinds with their times (µs), in the order of the record."""
        with self.site.reading() as (ledger, _):
            events = [one.event for one in ledger.events(batch=self.name, types=[k.type for k in kinds])]
        return [(event.time, payload(event.type, event.data)) for event in events]

    def column(self, name: str) -> list[float]:
        """The values of a column, one for each scan."""
        with self.site.reading() as (_, historian):
            values: list[float] = historian.read(self.name, name).value.tolist()
        return values


def execute(site: Site, what: Process, *, seed: int = 7, speed: float = float("inf")) -> Batch:
    """Run a batch to its end."""
    finish = run(site, what, Options(seed=seed, speed=speed), Quiet())
    assert finish.state == "complete", finish
    return Batch(site)


def at_every_scan(monkeypatch: pytest.MonkeyPatch, hook: Hook) -> None:
    """Have `hook` called with the time (µs) whenever the equipment is read, and orders looked for in every scan."""

    class Hooked(SimulatedPlant):
        def read(self, time: int) -> Scan:
            hook(time)
            return super().read(time)

    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", Hooked)
    monkeypatch.setattr("homeostat.execution.orders.INTERVAL", 0.0)


def stuck(monkeypatch: pytest.MonkeyPatch, *, since: int, until: int) -> None:
    """Have the pump stand at 1 mL/h from one time to another (µs), whatever it is told; it shows where it stands."""

    class Stuck(SimulatedPlant):
        now = 0

        def read(self, time: int) -> Scan:
            self.now = time
            return super().read(time)

        def regulate(self, outputs: Sequence[tuple[str, float]]) -> None:
            wedged = since <= self.now < until
            super().regulate([(name, 1.0 if wedged and name == "pump" else value) for name, value in outputs])

    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", Stuck)


Order = Callable[[Site, int], ControlSlip | None]


def ordering(monkeypatch: pytest.MonkeyPatch, site: Site, order: Order) -> None:
    """Have a person look at the batch before every scan and hand in what `order` says."""

    def look(time: int) -> None:
        slip = order(site, time)
        if slip is not None:
            give(site, "B0001", slip, stamp=f"2026-01-01T{time // SCAN:06d}", nonce="0")

    at_every_scan(monkeypatch, look)


def waits(site: Site, time: int) -> MovePlanned | None:
    """The move that waits for a person."""
    with site.reading() as (ledger, _):
        found = proposals(steered(ledger, "B0001"), now=time)
    return found[0] if found else None


def slip(order: str, **more: object) -> ControlSlip:
    facts = {"order": order, "controller": "growth", "by": "Dr. A", "reason": "looked at it", **more}
    return ControlSlip.model_validate(facts)
