"""How fast the engine itself is: its kernel, from arrays to results, and on two cores."""

from functools import partial

from homeostat.bench.measuring import in_turn, rate
from homeostat.bench.result import Result, Rival
from homeostat.bench.twin.bars import CORES, bar, stated
from homeostat.bench.twin.contender import Settled
from homeostat.bench.twin.donors import Array, Donors
from homeostat.bench.twin.duel import Duel
from homeostat.bench.twin.ours import SETTINGS, at, buffer, ensemble, run
from homeostat.bench.twin.size import Size

UNIT = "batches/s"
"""Of one core: per second of CPU time, unless wall time is named."""
SETTING = SETTINGS[0]


def speed(size: Size, donors: Donors, truth: Array, instructions: str) -> list[Result]:
    """The kernel with results that stay in cache; from arrays to results in warm memory, and in fresh memory."""
    part = donors.first(size.many)
    few, many = at(SETTING, donors.first(size.cached), truth), at(SETTING, part, truth)
    fresh = Settled("", many.error, len(part), lambda: run(ensemble(SETTING), part))
    kernel, warm, cold = in_turn(size.rounds, few.speed, many.speed, fresh.speed)
    return [
        Result(
            f"twin: kernel, {stated('kernel', instructions)}; {few.label}",
            kernel,
            UNIT,
            bar=bar("kernel", instructions),
        ),
        Result(
            f"twin: arrays to results in warm memory, {stated('end to end', instructions)}; {many.label}",
            warm,
            UNIT,
            bar=bar("end to end", instructions),
            rivals=(Rival("the same into memory allocated anew", cold, UNIT),),
        ),
    ]


def two_cores(size: Size, donors: Donors) -> Result:
    """How many times as fast two threads are as one by the clock on the wall, on which others' work shows as well."""
    part = donors.first(size.many)
    engine, warm = ensemble(SETTING), buffer(part)
    two, one = (rate(len(part), partial(run, engine, part, threads=threads, out=warm)) for threads in (2, 1))
    duel = Duel(two, one)
    times = in_turn(size.rounds, duel)[0]
    return Result(
        "twin: two threads beside one, wall time",
        times,
        "times",
        bar=CORES,
        rivals=(
            Rival("two threads, wall time", duel.ours, UNIT),
            Rival("one thread, wall time", duel.theirs, UNIT),
        ),
    )
