"""`homeostat bench control`: optimal control and estimation on plants that are not ours, beside what others use.

do-mpc's own example problems and PC-Gym's photo-production, rebuilt from their documentation (`plants`), are posed as
data (`task`), from which every solver is made: ours (`ours`), do-mpc and CasADi's (`rivals`). `bioreactor` and
`polymerisation` set all of them the same recorded situations, `estimation` the same readings; `oracle` closes the loop
with parameters that nobody knows; `donors` executes whole batches of car-t. Every module of `TOPICS` has
`measure(*, quick)`.

    plant, task -> solvers -> same situations, in turn -> plans judged exactly -> Results with bars
"""

import importlib

from homeostat.bench.result import Result

TOPICS = ("bioreactor", "polymerisation", "estimation", "oracle", "donors")
"""The modules of this package that measure something."""


def measure(*, quick: bool) -> list[Result]:
    """Everything, topic by topic."""
    modules = [importlib.import_module(f"homeostat.bench.control.{topic}") for topic in TOPICS]
    return [result for module in modules for result in module.measure(quick=quick)]
