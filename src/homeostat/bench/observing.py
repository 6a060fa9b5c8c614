"""What the observer costs in the scan: the same scans of the shipped CAR-T process with each filter and without."""

import math
import time
from collections.abc import Callable

from homeostat.bench.measuring import in_turn, spread
from homeostat.bench.result import Result, Rival
from homeostat.execution.batch import observe
from homeostat.execution.plan import HOUR, make_plan
from homeostat.process import Process, load

PROCESS = "car-t"
SCANS = 17_280
BAR = 1.5
"""Seconds of CPU time that fusing and learning may add to a batch of twelve days."""
READ = {"viable_density": 0.5, "glucose_online": 20.0, "lactate_online": 0.5, "ph": 7.3}


def measure(*, quick: bool) -> list[Result]:
    """Seconds of CPU time that the belief takes in all scans of the process; `quick` looks at a tenth of them."""
    process = load(PROCESS)
    alone = _observed(process, None)
    points = _observed(process, {"kind": "ukf"})
    count = SCANS // 10 if quick else SCANS
    measures = (_believing(each, count) for each in (process, alone, points))
    fused, followed, unscented = in_turn(3, *measures)
    more, most = (spread([(taken.median - followed.median) * SCANS / count]) for taken in (fused, unscented))
    return [
        Result(
            f"observer: CPU time that it adds to {SCANS:,} scans of {PROCESS}",
            more,
            "s",
            bar=BAR,
            better="less",
            rivals=(
                Rival(f"belief of {count:,} scans with the observer", fused, "s"),
                Rival(f"belief of {count:,} scans without it", followed, "s"),
            ),
        ),
        Result(
            f"observer: CPU time that an unscented filter adds to {SCANS:,} scans of {PROCESS}",
            most,
            "s",
            better="less",
            rivals=(Rival("the extended filter, as shipped", more, "s"),),
        ),
    ]


def _observed(process: Process, changed: dict[str, str] | None) -> Process:
    """The process with another observer: some of its fields `changed`, or none at all."""
    observer = process.twin.observer
    other = observer.model_copy(update=changed) if observer and changed else None
    return process.model_copy(update={"twin": process.twin.model_copy(update={"observer": other})})


def _believing(process: Process, count: int) -> Callable[[], float]:
    """The measure of the CPU time in which a belief is followed over `count` scans of a quiet vessel."""
    plan = make_plan(process, steers=True, initial={"viable": 0.5, "dead": 0.05})
    observer = observe(plan)
    usable = [READ.get(tag, math.nan) for tag in plan.tags]
    interval = HOUR // 60

    def measured() -> float:
        belief, begin = observer.begin(), time.process_time()
        for scan in range(count):
            belief = observer.follow(plan, belief, usable, scan * interval, first=scan == 0)
        return time.process_time() - begin

    return measured
