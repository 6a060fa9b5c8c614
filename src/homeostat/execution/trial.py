"""A trial: one simulated batch from start to end, at a site of its own that vanishes, and what came of it.

In: a process and the seed of its donor. Out: the quality attributes as measured, what was used, how long the
controllers stood on each rung. The engine is the same as that of every batch; only its record is not kept.
"""

import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from homeostat.execution.batch import Options
from homeostat.execution.plan.steps import HOUR
from homeostat.execution.rig import Finish
from homeostat.execution.run import run
from homeostat.execution.stages.controllers import RUNGS
from homeostat.execution.straying import Straying, straying
from homeostat.historian import Historian
from homeostat.ledger import Ledger
from homeostat.ledger.catalogue import (
    AttributeJudged,
    MoveClamped,
    PlanFailed,
    PlanMissed,
    StepChanged,
    payload,
)
from homeostat.process import Process, Quantity
from homeostat.site import Site

ANSWERED = ("plan", "last plan", "loops", "hold")
"""The rungs on which outputs keep to the envelope of the controller."""


@dataclass(frozen=True)
class Outcome:
    """What came of a trial: how it ended; each attribute's last value in its unit and whether all were within.

    `used` is the amount that each actuator gave (its unit times hours); `rungs` the hours that each
    controller stood on each rung; `beyond` the largest excess over the range of an envelope (its change and rate are
    not looked at); `counts` how many plans failed or came late, and how many moves were clamped; `harvest` the batch
    hour at which the last steered phase ended, of a process without one the end of the batch; `straying` the hours in
    which process parameters were outside of their proven ranges, or not seen.
    """

    seed: int
    state: str
    values: Mapping[str, float]
    within: Mapping[str, bool]
    used: Mapping[str, float]
    rungs: Mapping[str, Mapping[str, float]]
    beyond: float
    counts: Mapping[str, int]
    harvest: float
    straying: Straying = field(default_factory=Straying)

    @property
    def released(self) -> bool:
        """Whether every attribute that was measured was within its specification, always."""
        return self.state == "complete" and all(self.within.values())


class Silent:
    """Takes no notice of progress."""

    def started(self, batch: str, total: int | None) -> None:
        """Nothing to do."""

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Nothing to do."""

    def ended(self) -> None:
        """Nothing to do."""


def hastened(process: Process, scan: Quantity) -> Process:
    """The process with a scan every `scan` and no outlook: what decides its outcome, quicker."""
    far = process.monitoring.outlook.model_copy(update={"every": Quantity(1e4, "h")})
    monitoring = process.monitoring.model_copy(update={"outlook": far})
    return process.model_copy(update={"scan": scan, "monitoring": monitoring})


def trial(process: Process, seed: int, *, folder: Path = Path()) -> Outcome:
    """Execute one batch; `folder` is where the files that the process names stand. Raises HomeostatError."""
    with tempfile.TemporaryDirectory(prefix="homeostat-trial-") as scratch:
        site = Site.create(Path(scratch) / "site")
        finish = run(site, process, Options(seed=seed, folder=folder), Silent())
        with site.reading() as (ledger, historian):
            return _outcome(process, seed, finish, ledger, historian)


def _outcome(process: Process, seed: int, finish: Finish, ledger: Ledger, historian: Historian) -> Outcome:
    values: dict[str, float] = {}
    within: dict[str, bool] = {}
    counts = {"failed": 0, "late": 0, "clamped": 0}
    harvest = finish.time / HOUR
    during = {phase for controller in process.controllers.values() for phase in controller.during}
    for recorded in ledger.events(batch=finish.batch):
        told = payload(recorded.event.type, recorded.event.data)
        if isinstance(told, AttributeJudged) and told.value is not None:
            values[told.attribute] = told.value
            within[told.attribute] = within.get(told.attribute, True) and told.verdict == "within"
        elif isinstance(told, StepChanged) and told.step.rsplit("/", 1)[-1] in during:
            harvest = recorded.event.time / HOUR
        for kind, name in ((PlanFailed, "failed"), (PlanMissed, "late"), (MoveClamped, "clamped")):
            counts[name] += isinstance(told, kind)
    hours = process.scan.to("h")
    return Outcome(
        seed=seed,
        state=finish.state,
        values=values,
        within=within,
        used={name: hours * sum(_column(historian, finish.batch, name)) for name in _actuators(process)},
        rungs={name: _rungs(historian, finish.batch, name, hours) for name in process.controllers},
        beyond=max([0.0, *_excesses(process, historian, finish.batch)]),
        counts=counts,
        harvest=harvest,
        straying=straying(process, historian, finish.batch),
    )


def _actuators(process: Process) -> list[str]:
    return [name for name, tag in process.tags.items() if tag.kind == "actuator"]


def _column(historian: Historian, batch: str, name: str) -> Sequence[float]:
    values: list[float] = historian.read(batch, name).value.tolist()
    return values


def _rungs(historian: Historian, batch: str, name: str, hours: float) -> dict[str, float]:
    stood = [int(value) for value in _column(historian, batch, f"control.{name}.rung")]
    return {rung: hours * stood.count(k) for k, rung in enumerate(RUNGS)}


def _excesses(process: Process, historian: Historian, batch: str) -> list[float]:
    """How far every output that a controller answered for, by itself or by its loop, lay beyond its envelope."""
    found = []
    for name, controller in process.controllers.items():
        rungs = _column(historian, batch, f"control.{name}.rung")
        for loop, move in controller.moves.items():
            unit = process.tags[process.strategy[loop].actuator or ""].unit
            low, high = (end.to(unit) for end in move.envelope)
            outputs = zip(rungs, _column(historian, batch, f"loop.{loop}"), strict=True)
            found += [max(low - u, u - high) for rung, u in outputs if RUNGS[int(rung)] in ANSWERED]
    return found
