"""A lying sensor of the shipped car-t process: it is dropped, and the belief is nearer to the truth than with it."""

import math
from collections.abc import Mapping, Sequence
from functools import cache
from typing import NamedTuple

import numpy as np
import pytest
from numpy.typing import NDArray

from homeostat.equipment.driver import Command
from homeostat.equipment.simulated import SimulatedPlant
from homeostat.execution import Options, replay, run
from homeostat.execution.batch import observe
from homeostat.execution.plan import HOUR, Plan, make_plan
from homeostat.execution.plan.steps import Act
from homeostat.execution.stages.belief import Observer
from homeostat.execution.state import Belief
from homeostat.ledger.catalogue import SampleResult
from homeostat.process import Process, Quality, load
from homeostat.process.seeded import SeededFault
from homeostat.site import Site
from homeostat.twin import model
from tests.marks import in_drills

from .conftest import Quiet
from .test_fusing import observing

Array = NDArray[np.float64]
STEP = HOUR // 12
BEGIN, END = 80, 120
"""Hours at which the fault begins and the culture ends."""
VIABLE = 0
GLUCOSE = model("t_cell_expansion").signature.states.names.index("glucose")
"""The positions of the viable cells and of glucose among the states."""
SAMPLED = 12
"""The hour of the day at which a sample is drawn for glucose."""
MANUFACTURE: Mapping[int, Sequence[Act]] = {
    0: (Act("set", "stirrer_drive", 80.0, "rpm"), Act("set", "carbon_dioxide_gas", 7.0, "%")),
    5: (Act("dose", "starting-material", 20.0, "mL"),),
    6: (Act("set", "activator_present", 1.0, "1"), Act("dose", "activation-reagent", 2.0, "mL")),
    34: (Act("set", "activator_present", 0.0, "1"), Act("dose", "medium", 80.0, "mL")),
    60: (Act("set", "perfusion_pump", 3.0, "mL/h"), Act("set", "oxygen_gas", 30.0, "%")),
    90: (Act("set", "oxygen_gas", 45.0, "%"),),
}
"""What is done to the vessel, by the hour: a recipe without an engine."""


class Told(NamedTuple):
    """By the hour: true and believed states (n, nx), what is dropped; and the belief at the end."""

    truth: Array
    believed: Array
    dropped: list[tuple[str, ...]]
    last: Belief

    def error(self, state: int) -> float:
        """Root mean square error of a state, once there was time to find out."""
        late = slice(BEGIN + 16, None)
        return float(np.sqrt(np.mean((self.believed[late, state] - self.truth[late, state]) ** 2)))


def _process(fault: SeededFault | None, drop: str) -> Process:
    process = load("car-t")
    declared = process.model_dump(mode="json")
    declared["twin"]["observer"]["drop"] = drop
    declared["simulation"]["faults"] = [fault.model_dump(mode="json")] if fault else []
    return Process.model_validate(declared)


@cache
def _readings(kind: str, of: str, size: str) -> tuple[tuple[tuple[float, ...], ...], Array]:
    """What every tag read in each scan (NaN: not good), and the true states by the hour."""
    told = {"kind": kind, "of": of, "at": f"{BEGIN} h", "size": size or None}
    fault = SeededFault.model_validate({k: v for k, v in told.items() if v}) if kind else None
    plant = SimulatedPlant(_process(fault, "4 h"), 3)
    rows, truth = [], []
    for number in range(END * HOUR // STEP):
        time = number * STEP
        scan = plant.read(time)
        good = int(Quality.GOOD)
        rows.append(
            tuple(v if q == good else math.nan for v, q in zip(scan.values, scan.qualities, strict=True))
        )
        if time % HOUR == 0:
            truth.append(plant._plant.values())
            for act in MANUFACTURE.get(time // HOUR, ()):
                outcome = plant.execute(
                    Command(f"{time} {act.target}", act.kind, act.target, act.value, act.unit)
                )
                assert outcome.status == "done", outcome
    return tuple(rows), np.array(truth)


def _followed(kind: str, of: str, size: str, drop: str, *, sampled: bool = False) -> Told:
    """A culture with a fault, followed by an observer that drops a signal after `drop`; `sampled`: once a day."""
    rows, truth = _readings(kind, of, size)
    noise = np.random.default_rng(5).normal(size=END)
    plan = make_plan(_process(None, drop), steers=True, initial={})
    observer = observe(plan)
    believed, dropped = [], []
    belief = observer.begin()
    for number, usable in enumerate(rows):
        time = number * STEP
        belief = observer.follow(plan, belief, usable, time, first=number == 0)
        if time % HOUR == 0:
            believed.append(belief.states)
            dropped.append(belief.dropped)
            belief = _done(observer, plan, belief, time // HOUR)
            if sampled and time // HOUR % 24 == SAMPLED:
                glucose = truth[time // HOUR, GLUCOSE] * (1.0 + 0.03 * noise[time // HOUR])
                belief = observer.result(belief, _measured(time, glucose))
    states = len(plan.twin.states)
    return Told(truth[:, :states], np.array(believed), dropped, belief)


def _measured(time: int, glucose: float) -> SampleResult:
    """What the bench-top analyser says of a sample."""
    values, units = {"glucose": glucose}, {"glucose": "mmol/L"}
    return SampleResult(sample=f"S{time}", assay="metabolites", taken=time, values=values, units=units)


def _done(observer: Observer, plan: Plan, belief: Belief, hour: int) -> Belief:
    for act in MANUFACTURE.get(hour, ()):
        belief = observer.act(belief, act, act.value)
    return belief


DRILLS = {
    "capacitance probe drifts": ("drift", "viable_density", "0.05 1e6 cell/mL/h", "viable"),
    "capacitance probe is off": ("bias", "viable_density", "0.5 1e6 cell/mL", "viable"),
    "capacitance probe freezes": ("frozen", "viable_density", "", "viable"),
    "glucose analyser drifts": ("drift", "glucose_online", "0.1 mmol/L/h", "glucose"),
    "glucose analyser is off": ("bias", "glucose_online", "1.5 mmol/L", "glucose"),
    "glucose analyser freezes": ("frozen", "glucose_online", "", "glucose"),
}


FIRST, *FURTHER = DRILLS


@pytest.mark.parametrize("drill", [FIRST, *in_drills(FURTHER)])
def test_a_lying_sensor_is_dropped_and_the_belief_is_nearer_to_the_truth(drill: str) -> None:
    """Of what the sensor measures, and of the cells; two thirds of a day after it began to lie.

    Of glucose only the daily sample tells beside its analyser.
    """
    kind, of, size, state = DRILLS[drill]
    place = make_plan(load("car-t"), steers=True, initial={}).twin.states.index(state)
    with_it, without = (_followed(kind, of, size, drop, sampled=True) for drop in ("1000 d", "4 h"))
    assert not any(with_it.dropped)
    assert not any(without.dropped[:BEGIN])
    assert without.last.dropped == (of,)
    assert of in dict(without.last.flagged)
    assert without.error(place) < with_it.error(place)
    assert without.error(VIABLE) < with_it.error(VIABLE)


@pytest.mark.drill
def test_what_nothing_else_tells_of_is_not_dropped() -> None:
    """Without samples it may as well be the model that is wrong in glucose."""
    assert not any(_followed("bias", "glucose_online", "1.5 mmol/L", "4 h").dropped)


def test_sound_sensors_are_all_believed() -> None:
    told = _followed("", "", "", "4 h")
    assert not any(told.dropped)
    assert told.last.flagged == ()


def test_a_batch_under_an_unscented_filter_replays_in_every_bit(
    mini: Process, site: Site, quiet: Quiet
) -> None:
    process = observing(mini, kind="ukf")
    run(site, process, Options(seed=7), quiet)
    assert replay(site, "B0001", quiet).identical
    extended = make_plan(observing(mini), steers=True, initial={})
    plan = make_plan(process, steers=True, initial={})
    assert observe(plan).fingerprint != observe(extended).fingerprint
