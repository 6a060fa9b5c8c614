"""A model in use: what the ledger and the historian of every batch say it did, and how right it was.

ledger, historian, package hash -> InUse: batches, decisions, pairs of predicted and measured, coverage, drift
"""

from collections import Counter
from collections.abc import Iterator

from scipy.stats import binom

from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import ModelLoaded, PredictionChanged
from homeostat.process import convert
from homeostat.process.realtime import comparable
from homeostat.quality.afterwards import judgements, results
from homeostat.quality.beside import HIGH, LOW, VALUE
from homeostat.quality.model.base import Part
from homeostat.quality.story import Story

RARE = 0.01
"""Fewer covered values than would be seen this often by chance mean that the model has drifted (our choice)."""


class Compared(Part):
    """A prediction beside the laboratory's value for the same sample."""

    batch: str
    attribute: str
    sample: str
    predicted: float
    low: float
    high: float
    measured: float


class InUse(Part):
    """What a model did since it was first loaded. `covered` of `compared` intervals held the measured value.

    `probability` is that of no more being covered if the interval keeps its nominal `coverage` (binomial).
    """

    batches: tuple[str, ...]
    first: str
    decisions: dict[str, int]
    outside: int
    compared: tuple[Compared, ...]
    covered: int
    coverage: float
    probability: float | None

    @property
    def drifted(self) -> bool:
        """Whether fewer intervals held the truth than chance explains."""
        return self.probability is not None and self.probability < RARE


def in_use(ledger: Ledger, historian: Historian, package: str, coverage: float) -> InUse:
    """What the model with the hash `package` did at this site; `coverage` is what its intervals promise."""
    first, batches, decisions, outside = "", dict[str, str](), Counter[str](), 0
    for stored in ledger.events(types=(ModelLoaded.type, PredictionChanged.type)):
        data = stored.event.data
        if data.get("hash") != package:
            continue
        if stored.event.type == ModelLoaded.type:
            first = first or stored.recorded
            batches.setdefault(stored.event.batch, str(data.get("model")))
        else:
            decisions[str(data.get("decision"))] += 1
            outside += bool(data.get("strangers"))
    pairs = tuple(
        pair
        for batch, sensor in batches.items()
        for pair in _pairs(Story.read(ledger, historian, batch), sensor)
    )
    covered = sum(pair.low <= pair.measured <= pair.high for pair in pairs)
    return InUse(
        batches=tuple(batches),
        first=first,
        decisions=dict(sorted(decisions.items())),
        outside=outside,
        compared=pairs,
        covered=covered,
        coverage=coverage,
        probability=float(binom.cdf(covered, len(pairs), coverage)) if pairs else None,
    )


def _pairs(story: Story, sensor: str) -> Iterator[Compared]:
    """The sensor's word at the moment each sample was taken, of the attributes that it may stand for, in their unit."""
    stands_for = story.process.release.realtime if story.process else {}
    taken = {fact.data.sample: fact.data.taken for fact in results(story)}
    for fact in judgements(story):
        data = fact.data
        if stands_for.get(data.attribute) != sensor or data.value is None or data.sample not in taken:
            continue
        told = [story.tapes.at(begin + sensor, taken[data.sample]) for begin in (VALUE, LOW, HIGH)]
        unit = story.tapes.units.get(VALUE + sensor, "")
        if None not in told and comparable(unit, data.unit):
            predicted, low, high = (convert(float(one), unit, data.unit) for one in told if one is not None)
            yield Compared(
                batch=story.batch,
                attribute=data.attribute,
                sample=data.sample,
                predicted=predicted,
                low=low,
                high=high,
                measured=data.value,
            )
