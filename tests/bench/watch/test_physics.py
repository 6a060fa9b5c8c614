"""Evidence of a fault: the replayed vessel is the recorded one, and the closed form holds for a sensor that is off."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pytest

from homeostat.bench.measuring import scratch
from homeostat.bench.scan import Unwatched
from homeostat.bench.watch.detectable import alike, detectability
from homeostat.bench.watch.perfect import Orders, befallen, course, perfected, recall
from homeostat.bench.watch.physics import evidence, steps_aside
from homeostat.equipment.sensors import GOOD
from homeostat.execution import Options, run
from homeostat.ledger import Recorded
from homeostat.ledger.catalogue import SampleResult, payload
from homeostat.monitoring.frozen import Array
from homeostat.process import Quantity, load
from homeostat.process.seeded import SeededFault
from homeostat.site import Site

PROCESS = load("car-t")
SEED = 11


@dataclass(frozen=True)
class Short:
    """The first two hours of a batch: what was recorded, read scan by scan, and what the equipment was told."""

    events: Sequence[Recorded]
    orders: Sequence[Orders]
    values: Array
    good: "np.ndarray[tuple[int, ...], np.dtype[np.bool_]]"


@pytest.fixture(scope="module")
def short() -> Short:
    with scratch() as folder:
        site = Site.create(folder / "site")
        batch = run(site, PROCESS, Options(seed=SEED, until="add-activator"), Unwatched()).batch
        with site.reading() as (ledger, historian):
            events = list(ledger.events(batch=batch))
            _, values, codes = historian.matrix(batch, list(PROCESS.tags))
            return Short(events, recall(PROCESS, events, historian, batch), values[:-1], codes[:-1] == GOOD)


def test_the_vessel_that_is_told_the_same_shows_what_was_recorded_in_every_bit(short: Short) -> None:
    found = course(befallen(PROCESS), SEED, short.orders)
    assert len(short.orders) > 60
    assert (found.sensors[short.good] == short.values[short.good]).all()
    reported = [payload(each.event.type, each.event.data) for each in short.events]
    results = [one for one in reported if isinstance(one, SampleResult)]
    assert results
    for one in results:
        for quantity, value in one.values.items():
            assert found.results[one.sample, one.assay, quantity][1] == value


def test_perfect_instruments_differ_by_their_errors_alone(short: Short) -> None:
    found = course(perfected(PROCESS), SEED, short.orders)
    place = list(PROCESS.tags).index("culture_volume")
    scatter = (short.values - found.sensors)[short.good[:, place], place]
    assert np.std(scatter) == pytest.approx(0.3, rel=0.3)
    assert abs(np.mean(scatter)) < 0.2


def test_a_sensor_that_is_off_by_a_constant_tells_with_the_number_of_its_samples(short: Short) -> None:
    off = SeededFault(kind="bias", of="temperature", at=Quantity(1.0, "h"), size=Quantity(0.1, "degC"))
    told = alike(evidence(PROCESS, off, SEED, short.orders))
    samples = len(short.orders) - 60  # a scan a minute, from the first hour on
    deviation = math.hypot(0.02, 0.01 / math.sqrt(12.0))
    index = detectability(told, np.array([0.99, 99.0]))
    assert index[0] == 0.0
    assert index[1] ** 2 == pytest.approx(samples * (0.1 / deviation) ** 2, rel=1e-6)


def test_a_fault_that_is_yet_to_come_tells_nothing(short: Short) -> None:
    later = SeededFault(kind="parameter", of="growth_max", at=Quantity(90.0, "h"), size=Quantity(10.0, "%"))
    told = evidence(PROCESS, later, SEED, short.orders)
    assert not told.difference.any()
    assert told.deviation.all()


def test_every_parameter_that_may_differ_is_taken_aside_by_donor_and_plant_together() -> None:
    steps = {one.of: one.size for one in steps_aside(PROCESS)}
    assert set(steps) == set(PROCESS.twin.donor) | set(PROCESS.simulation.mismatch)
    both = math.sqrt(math.log1p(0.12**2) + math.log1p(0.05**2))
    growth = steps["growth_max"]
    assert growth is not None
    assert growth.to("1") == pytest.approx(math.exp(0.1 * both))
