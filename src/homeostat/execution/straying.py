"""How long the critical parameters of a batch were not where they are known to be good, or were not seen.

In: the record of a batch. Out: for each process parameter the hours in which its usable reading lay outside of its
proven range, and those in which it had none. Every scan counts: no delay, deadband or suppression of an alarm does.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from homeostat.execution.plan.pacing import pacing
from homeostat.historian import Historian
from homeostat.process import LAST_USABLE, Process

MUCH = 0.03
"""From which share of the time of a single batch on it is said in words (assumption)."""


@dataclass(frozen=True)
class Straying:
    """Of a batch of so many `hours`: those `outside` and `unread` by parameter, and those of `any` of them."""

    hours: float = 0.0
    outside: Mapping[str, float] = field(default_factory=dict)
    unread: Mapping[str, float] = field(default_factory=dict)
    any: float = 0.0

    @classmethod
    def mean(cls, of: "Sequence[Straying]") -> "Straying":
        """The mean over batches of one process; nothing of none."""
        if not of:
            return cls()
        outside, unread = (
            {name: _mean([getattr(each, kind)[name] for each in of]) for name in of[0].outside}
            for kind in ("outside", "unread")
        )
        return cls(_mean([each.hours for each in of]), outside, unread, _mean([each.any for each in of]))

    def either(self, name: str) -> float:
        """The hours in which a parameter was outside or unread."""
        return self.outside[name] + self.unread[name]

    def share(self, hours: float) -> float:
        """Which part of the batch some hours are."""
        return hours / self.hours if self.hours else 0.0


def _mean(values: Sequence[float]) -> float:
    return sum(values) / len(values)


def straying(process: Process, historian: Historian, batch: str) -> Straying:
    """What the record of a batch says of the process parameters."""
    hours, outside, unread = process.scan.to("h"), dict[str, float](), dict[str, float]()
    together = np.zeros(len(historian.read(batch, next(iter(process.tags))).time), dtype=np.bool_)
    for name, parameter in process.parameters.items():
        low, high = (end.to(process.tags[parameter.tag].unit) for end in parameter.proven)
        read = historian.read(batch, parameter.tag)
        lost = read.quality > int(LAST_USABLE)
        beyond = ~lost & ((read.value < low) | (read.value > high))
        outside[name], unread[name] = hours * int(beyond.sum()), hours * int(lost.sum())
        together |= lost | beyond
    return Straying(hours * len(together), outside, unread, hours * int(together.sum()))


@dataclass(frozen=True)
class Worst:
    """Of a parameter over batches: how many it was astray in for more than `MUCH` of the time, and the worst of all.

    `batch` is the key of that one, `hours` are those outside or unread, `share` the part of its time that they are.
    """

    beyond: int
    batch: int
    hours: float
    share: float


def worst(name: str, found: Mapping[int, Straying]) -> Worst:
    """Of one parameter over the batches `found`, by key (a donor's seed): a mean over many hides one that is lost."""
    shares = {batch: each.share(each.either(name)) for batch, each in found.items()}
    most = max(shares, key=lambda batch: shares[batch])
    return Worst(sum(share > MUCH for share in shares.values()), most, found[most].either(name), shares[most])


def remarks(process: Process, found: Mapping[int, Straying]) -> list[str]:
    """What has to be said of batches (by seed) of a process at its scan: what strayed for long in any of them, and a
    twin that reads less often.
    """
    told = [fault.what for fault in pacing(process)]
    for name in process.parameters if found else ():
        most = worst(name, found)
        if most.beyond:
            told.append(
                f"{name} was outside of its proven range, or without a usable reading, for more than"
                f" {100.0 * MUCH:g} % of the time in {most.beyond} of {len(found)} batches, at the most for"
                f" {100.0 * most.share:.0f} % (donor {most.batch}){_of_scan(process, name)}"
            )
    return told


def _of_scan(process: Process, parameter: str) -> str:
    """That the scan may be why, for a parameter whose tag a loop reads or moves; of others it says nothing."""
    tag = process.parameters[parameter].tag
    loops = process.strategy.values()
    if not any(tag in (loop.tag, loop.actuator, *loop.split) for loop in loops):
        return ""
    return (
        f". Loops are stepped once a scan, every {process.scan}: one that is sound at a shorter scan may be"
        " unstable at this one, and the figures above then say little of the process"
    )
