"""The benchmarks by name; a module is imported only when it is measured, so that listing them is quick."""

import importlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from homeostat.bench.result import Result


@dataclass(frozen=True)
class Bench:
    """A benchmark: what it measures, and the module whose `measure(quick)` does so."""

    title: str
    module: str

    @property
    def topics(self) -> tuple[str, ...]:
        """The parts that can be measured by themselves; none where it is one."""
        found: tuple[str, ...] = getattr(importlib.import_module(self.module), "TOPICS", ())
        return found

    def measure(self, *, quick: bool, topics: Sequence[str] = ()) -> "list[Result]":
        """Run it, or some of its topics; `quick` measures less and less often, for a first look."""
        names = [f"{self.module}.{topic}" for topic in topics] or [self.module]
        return [result for name in names for result in importlib.import_module(name).measure(quick=quick)]


BENCHES: Mapping[str, Bench] = {
    "run": Bench("Scans, ledger, historian and drawing: what a batch run rests on.", "homeostat.bench.run"),
    "shadow": Bench(
        "The digital shadow of recorded yeast runs against the laboratory: errors of what it predicted.",
        "homeostat.bench.shadow",
    ),
    "twin": Bench(
        "The ensemble engine beside scipy, diffrax, libRoadRunner, pydiffsol and CasADi, each with its error.",
        "homeostat.bench.twin",
    ),
    "observer": Bench(
        "The digital shadow: forecasts for donors that its model does not fit, and what following costs.",
        "homeostat.bench.observer",
    ),
    "hybrid": Bench(
        "Hybrid yeast models beside the mechanistic one, each recorded run held out in turn.",
        "homeostat.bench.hybrid",
    ),
    "watch": Bench(
        "Monitoring: faults seen, values predicted and their intervals, alarms of sound batches, and what it costs.",
        "homeostat.bench.watch",
    ),
    "control": Bench(
        "Optimal control and estimation beside do-mpc, on its own examples, and beside an oracle.",
        "homeostat.bench.control",
    ),
    "records": Bench(
        "Opening, verifying and reviewing the record of a batch of 350,000 events.", "homeostat.bench.records"
    ),
}
