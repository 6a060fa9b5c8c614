"""What watching signals and alarms costs in the scan, and how soon and how seldom a signal is called frozen.

synthetic sensors at 1 Hz -> survey, alarm board -> processor time; coloured noise -> false findings, delay
"""

import random
import time
from collections.abc import Sequence
from math import sqrt

from homeostat.bench.measuring import in_turn, seconds, spread
from homeostat.bench.result import Result
from homeostat.monitoring.alarms import Board, Notice, Rules, notify, tick
from homeostat.monitoring.signals import Change, Panel, Signal, begin, expect, survey
from homeostat.process import Tag

SECOND = 1_000_000
TAGS, BATCHES = 30, 200
PERCENT_BAR = 10.0  # of a core: a fifth of what the whole panel may take
NOISE, STEP = 0.5, 0.1
LENGTH = 100_000
COLOURS = (0.0, 0.6, 0.9)
FAULTS = 50
GOOD = (0,)


def measure(*, quick: bool) -> list[Result]:
    """Cost of a quiet scan, false findings in 1e5 sound samples, and the delay of a frozen signal."""
    scans, times, length, faults = (200, 3, 10_000, 10) if quick else (1000, 9, LENGTH, FAULTS)
    return [*_cost(scans, times), *(_false(phi, length) for phi in COLOURS), _delay(faults)]


def _signal(name: str) -> Signal:
    tag = Tag.model_validate(
        {"title": name, "kind": "sensor", "unit": "%", "range": ["0 %", "100 %"], "resolution": f"{STEP} %"}
    )
    return expect(name, tag, SECOND, noise=NOISE)


def _coloured(count: int, phi: float, seed: int) -> list[float]:
    """Readings about 50 % with noise of lag-1 autocorrelation `phi`, in steps of the resolution."""
    source, level, fresh, values = random.Random(seed), 0.0, sqrt(1.0 - phi * phi), list[float]()  # noqa: S311
    for _ in range(count):
        level = phi * level + fresh * source.gauss(0.0, NOISE)
        values.append(round((50.0 + level) / STEP) * STEP)
    return values


def _cost(scans: int, times: int) -> list[Result]:
    panel = Panel.of([_signal(f"t{k}") for k in range(TAGS)], SECOND)
    rows = list(zip(*(_coloured(scans, 0.5, seed) for seed in range(TAGS)), strict=True))
    codes, rules = GOOD * TAGS, Rules()
    board = notify(rules, Board(), [Notice("standing", True, "low", "it stands")], 0).board

    def work() -> None:
        memory, alarms = begin(panel), board
        for k, row in enumerate(rows):
            memory = survey(panel, memory, row, codes, k * SECOND).memory
            alarms = tick(rules, alarms, frozenset(), k * SECOND).board

    (found,) = in_turn(times, lambda: seconds(work, time.process_time) / scans)
    each = spread([1e6 * found.median / TAGS, 1e6 * found.low / TAGS, 1e6 * found.high / TAGS])
    core = spread([100.0 * BATCHES * value for value in (found.median, found.low, found.high)])
    return [
        Result("survey: signals and alarms of a quiet scan, processor time a tag", each, "µs", better="less"),
        Result(
            f"survey: {BATCHES} batches x {TAGS} tags at 1 Hz, share of one core",
            core,
            "%",
            PERCENT_BAR,
            "less",
        ),
    ]


def _found(values: Sequence[float]) -> list[Change]:
    """What is found in one signal."""
    panel = Panel.of([_signal("noisy")], SECOND)
    memory, changes = begin(panel), list[Change]()
    for k, value in enumerate(values):
        seen = survey(panel, memory, (value,), GOOD, k * SECOND)
        memory = seen.memory
        changes += seen.changes
    return changes


def _false(phi: float, length: int) -> Result:
    count = sum(change.opened for change in _found(_coloured(length, phi, seed=7)))
    what = f"survey: findings in {length:,} sound samples, autocorrelation {phi:g}"
    return Result(what, spread([float(count)]), "", 0.0, "less")


def _delay(faults: int) -> Result:
    """From the last movement to the finding, in samples."""
    delays = []
    for seed in range(faults):
        values = _coloured(200, 0.3, seed)
        frozen = [*values, *[values[-1]] * 200]
        first = next(change for change in _found(frozen) if change.finding.kind == "frozen")
        delays.append((first.time - first.finding.since) / SECOND)
    return Result("survey: a frozen signal is found after", spread(delays), "samples", better="less")
