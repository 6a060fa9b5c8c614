"""The engine against its rivals: each at the loosest tolerance that is exact enough, ours no less exact than each."""

from collections.abc import Iterator, Sequence

from homeostat.bench.absent import absent
from homeostat.bench.measuring import in_turn
from homeostat.bench.result import Result, Rival
from homeostat.bench.twin.contender import Contender, Settled, settle
from homeostat.bench.twin.donors import Array, Donors
from homeostat.bench.twin.duel import Duel
from homeostat.bench.twin.ours import at_least_as_exact
from homeostat.bench.twin.size import Size
from homeostat.bench.twin.speed import UNIT


def against(size: Size, donors: Donors, truth: Array, rivals: Sequence[Contender]) -> Iterator[Result]:
    """How many times as fast as each rival that is installed; the others are named, with the mend."""
    there = [rival for rival in rivals if rival.installed]
    settled = [settle(rival, donors, truth) for rival in there]
    ours = [at_least_as_exact(other.error, donors.first(size.cached), truth) for other in settled]
    duels = [Duel(first.speed, second.speed) for first, second in zip(ours, settled, strict=True)]
    times = in_turn(size.rounds, *duels) if duels else []
    for rival, other, own, duel, ratio in zip(there, settled, ours, duels, times, strict=True):
        yield Result(
            f"twin: times as fast as {rival.name}",
            ratio,
            "times",
            bar=rival.bar if _fair(own, other) else None,
            rivals=(Rival(other.label, duel.theirs, UNIT), Rival(f"ours: {own.label}", duel.ours, UNIT)),
        )
    if missing := [rival.name for rival in rivals if not rival.installed]:
        yield absent("twin", *missing)


def _fair(own: Settled, other: Settled) -> bool:
    """Whether a bar may be called reached: only if ours errs no more."""
    return own.error <= other.error
