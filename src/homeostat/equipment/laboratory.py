"""The simulated laboratory: true values in, results out after the assay's turnaround and with its variation.

The random stream of a result is keyed by seed, sample and assay: the order in which samples arrive is
irrelevant.
"""

from bisect import insort
from collections.abc import Mapping, Sequence

from homeostat.equipment.driver import Result
from homeostat.equipment.lag import HOUR
from homeostat.equipment.randomness import generator
from homeostat.errors import EquipmentError
from homeostat.process.attributes import Assay


class Laboratory:
    """Holds the results of samples until they are ready."""

    def __init__(self, assays: Mapping[str, Assay], seed: int) -> None:
        self._assays = dict(assays)
        self._seed = seed
        self._waiting: list[tuple[int, int, int, Result]] = []
        self._count = 0

    def quantities(self, assay: str) -> Mapping[str, str]:
        """What an assay reports, with the units. Raises EquipmentError for an unknown assay."""
        if assay not in self._assays:
            raise EquipmentError(
                f"there is no assay {assay}",
                where="laboratory",
                mend="name one of: " + ", ".join(self._assays),
            )
        return self._assays[assay].reports

    def receive(self, sample: str, assay: str, time: int, truth: Mapping[str, float]) -> None:
        """Take in a sample drawn at `time` whose true values, in the assay's units, are `truth`.

        A quantity that `truth` lacks, because the plant has failed, is missing from the result too.
        """
        units = self.quantities(assay)
        method = self._assays[assay]
        noise = generator(self._seed, "laboratory", sample, assay).standard_normal(len(units)).tolist()
        variation = method.variation.to("1")
        values = {
            name: _reported(truth[name] * (1.0 + variation * z), units[name])
            for name, z in zip(units, noise, strict=True)
            if name in truth
        }
        result = Result(sample, assay, time, values, {name: units[name] for name in values})
        self._count += 1
        ready = time + round(method.turnaround.to("h") * HOUR)
        insort(self._waiting, (ready, time, self._count, result), key=lambda entry: entry[:3])

    def release(self, time: int) -> Sequence[Result]:
        """The results that are ready by `time` and were not released before, oldest first."""
        ready = [entry[-1] for entry in self._waiting if entry[0] <= time]
        self._waiting = self._waiting[len(ready) :]
        return ready


def _reported(value: float, unit: str) -> float:
    """A method reports nothing below zero, and no share of more than the whole."""
    return min(max(0.0, value), 100.0) if unit == "%" else max(0.0, value)
