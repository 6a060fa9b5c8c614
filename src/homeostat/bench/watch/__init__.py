"""Benchmarks of monitoring: what the models see, predict and cost, on public data that is not shipped.

Every module has `measure(*, quick)`, which gives the results; `folder` finds the data. `TOPICS` is the order in which
`measure` of this package takes them.
"""

import importlib

from homeostat.bench.result import Result

TOPICS = (
    "tennessee",
    "latent",
    "batches",
    "fermentation",
    "spectrum",
    "raman",
    "cardiomyocytes",
    "coverage",
    "groups",
    "survey",
    "panel",
    "drill",
    "watchers",
)
"""The modules of this package that measure something."""


def measure(*, quick: bool) -> list[Result]:
    """Everything, topic by topic."""
    modules = [importlib.import_module(f"homeostat.bench.watch.{topic}") for topic in TOPICS]
    return [result for module in modules for result in module.measure(quick=quick)]
