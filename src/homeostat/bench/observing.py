"""What the observer costs in the scan: the same scans of the shipped CAR-T process with and without it."""

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
    alone = process.model_copy(update={"twin": process.twin.model_copy(update={"observer": None})})
    count = SCANS // 10 if quick else SCANS
    fused, followed = in_turn(3, _believing(process, count), _believing(alone, count))
    more = spread([(fused.median - followed.median) * SCANS / count])
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
        )
    ]


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
