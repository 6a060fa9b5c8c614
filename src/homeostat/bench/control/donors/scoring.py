"""What a batch was worth: its figures, and the one number that tuning minimises, the same for every contender."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass

import numpy as np
from pydantic import ConfigDict

from homeostat.bench.control.donors.declaration import Contender, declared
from homeostat.bench.control.donors.plants import plant
from homeostat.execution.trial import Outcome, trial
from homeostat.process import Process

DOSE, VIABILITY, MEDIUM = "dose", "harvest-viability", "perfusion_pump"


@dataclass(frozen=True)
class Batch:
    """What came of one donor: `dose` in 1e6 cells, `viability` and `memory` in %, `medium` in mL, `harvest` in h.

    `failed` counts attributes out of their specification, `beyond` is the largest excess over an envelope, `rungs` the
    hours a controller stood on each rung, `plans` how many plans failed, were late, or had a move clamped; `astray` the
    longest time, in h, that a critical process parameter was outside its proven range or had no usable reading.
    """

    __pydantic_config__ = ConfigDict(allow_inf_nan=False, extra="forbid")  # of one that is read from a file

    seed: int
    state: str
    dose: float
    viability: float
    memory: float
    medium: float
    harvest: float
    failed: int
    beyond: float
    rungs: Mapping[str, float]
    plans: Mapping[str, int]
    astray: float

    @property
    def hours(self) -> float:
        """How long the batch was: a controller stands on some rung all the time; without one, `harvest` is its end."""
        return sum(self.rungs.values()) or self.harvest

    @property
    def within(self) -> bool:
        """Whether the product is within the specification."""
        return self.state == "complete" and self.failed == 0

    @property
    def near(self) -> bool:
        """Whether the product is within it, and the dose on target."""
        aim = declared().aim.dose.to("1e6 cell")
        return self.within and abs(self.dose - aim) <= declared().near.to("1") * aim

    @property
    def medium_per_dose(self) -> float:
        """mL of medium perfused for 1e8 CAR+ cells."""
        return 100.0 * self.medium / self.dose

    @property
    def cost(self) -> float:
        """What tuning minimises, as declared."""
        aim = declared().aim
        off = (self.dose / aim.dose.to("1e6 cell") - 1.0) / aim.scale.to("1")
        below = max(0.0, aim.viability.to("%") - self.viability) / aim.below.to("%")
        return off**2 + below**2 + self.medium / aim.medium.to("mL") + (0.0 if self.within else aim.failed)


def batch(contender: Contender, seed: int) -> Batch:
    """Execute the batch of the donor of `seed`."""
    process = plant(contender, seed)
    return told(process, trial(process, seed))


def told(process: Process, outcome: Outcome) -> Batch:
    """What is kept of a trial."""
    judged = declared().specification
    specified = {name: process.attributes[name].specification for name in judged}
    failed = [name for name in specified if not outcome.within.get(name, False)]
    return Batch(
        seed=outcome.seed,
        state=outcome.state,
        dose=outcome.values.get(DOSE, 0.0),
        viability=outcome.values.get(VIABILITY, 0.0),
        memory=outcome.values.get("memory-fraction", 0.0),
        medium=outcome.used[MEDIUM],
        harvest=outcome.harvest,
        failed=len(failed),
        beyond=outcome.beyond,
        rungs={rung: hours for each in outcome.rungs.values() for rung, hours in each.items()},
        plans=outcome.counts,
        astray=max(outcome.straying.either(name) for name in process.parameters),
    )


def cost(batches: Sequence[Batch]) -> float:
    """The mean of what tuning minimises."""
    return float(np.mean([each.cost for each in batches]))


def as_row(each: Batch) -> dict[str, object]:
    """A batch as plain JSON values."""
    return asdict(each)
