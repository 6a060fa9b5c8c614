"""What watching costs: the whole scan of a running car-t batch, belief, alarms, outlook and verdicts included.

200 batches of 30 tags at one scan a second may take half of a core: 2.5 ms for a scan, on average over the batch.
"""

import time

from homeostat.bench.measuring import spread
from homeostat.bench.result import Result
from homeostat.equipment import connect
from homeostat.execution.batch import Options, observe
from homeostat.execution.plan import make_plan
from homeostat.execution.scan import begin, execute
from homeostat.execution.state import Inputs
from homeostat.process import Process, load

BATCHES, TAGS, BAR = 200, 30, 50.0
SCANS, QUICK = 2880, 360


def measure(*, quick: bool) -> list[Result]:
    """Processor time of all scans of two days, one after the other, on the readings of a simulated plant."""
    scans, options = QUICK if quick else SCANS, Options()
    process = _with_tags(load("car-t"), TAGS)
    driver = connect(process, options.equipment, options.seed)
    plan = make_plan(process, steers=driver.steers, initial=driver.initial())
    observer = observe(plan)
    state, spent, last = begin(plan, observer), 0.0, 0.0
    worst = 0.0
    for number in range(scans):
        moment = number * plan.scan
        inputs = Inputs(f"bench/{number:06d}", moment, driver.read(moment), ())
        start = time.process_time()
        state = execute(plan, observer, state, inputs).state
        last = time.process_time() - start
        spent, worst = spent + last, max(worst, last)
    share = 100.0 * BATCHES * spent / scans
    what = f"panel: whole scan, {BATCHES} batches at 1 Hz, share of one core ({len(plan.tags)} tags)"
    return [
        Result(what, spread([share]), "%", BAR, "less"),
        Result("panel: the longest scan, with its outlook", spread([1e3 * worst]), "ms", better="less"),
    ]


def _with_tags(process: Process, count: int) -> Process:
    """The process with so many tags: noisy sensors that the model does not know are added."""
    declared = process.model_dump(mode="json")
    names = [f"monitor_{number}" for number in range(count - len(process.tags))]
    tag = {
        "title": "Monitor",
        "kind": "sensor",
        "unit": "%",
        "range": ["0 %", "100 %"],
        "resolution": "0.1 %",
    }
    module = {"title": "Further monitors", "tags": dict.fromkeys(names, tag)}
    unit = next(iter(declared["units"].values()))
    unit["modules"]["monitors"] = module
    simulation = declared["simulation"]
    simulation["signals"] |= {name: {"start": "50 %"} for name in names}
    simulation["sensors"] |= {name: {"noise": "0.5 %"} for name in names}
    return Process.model_validate(declared)
