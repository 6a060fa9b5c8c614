"""Whether intervals keep their coverage on batches and reactors that no model had seen, over all and one by one.

    table -> search nested in folds of whole groups -> intervals calibrated on the other folds -> share that held

The bar is the nominal coverage less 3 points; the interval beside a figure is the share's own (Wilson). Of a batch with
14 samples a coverage of 90 % cannot be told from one of 70 %: the lowest of them is shown as it is.
"""

from collections.abc import Sequence

from homeostat.bench.result import Result, Spread
from homeostat.bench.watch.cardiomyocytes import DAYS, LEVEL, study
from homeostat.bench.watch.folder import folder
from homeostat.bench.watch.shares import wilson
from homeostat.monitoring.learning import read_table
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.judging import judge
from homeostat.monitoring.learning.task import state
from homeostat.monitoring.package import Metrics

TOLERANCE = 0.03


def measure(*, quick: bool) -> list[Result]:
    """Coverage on the differentiation batches and on the Raman reactors; `quick` tries a short list of models."""
    found = [
        _whole(f"cardiomyocytes by {day}", study(day, quick=quick).judged.metrics)
        for day in (list(DAYS)[:1] if quick else DAYS)
    ]
    reactors = _reactors(quick=quick)
    return [*found, _whole("Raman glucose, 15 reactors", reactors), _least("Raman glucose", reactors)]


def _reactors(*, quick: bool) -> tuple[Metrics, ...]:
    table = read_table(folder("raman_bioreactor_glucose_kuhn") / "bioreactors_small.csv.gz")
    task = state(table, "glucose", Wanted(), "batch_id")
    return judge(task, LEVEL, 0, quick=quick).metrics


def _whole(what: str, metrics: Sequence[Metrics]) -> Result:
    whole = metrics[0]
    covered = round(whole.values["coverage"] * whole.rows)
    low, high = wilson(covered, whole.rows)
    share = Spread(100.0 * covered / whole.rows, 100.0 * low, 100.0 * high)
    text = f"{what}: coverage of {100 * LEVEL:.0f} % intervals, {whole.rows} rows held out"
    return Result(text, share, "%", bar=100.0 * (LEVEL - TOLERANCE))


def _least(what: str, metrics: Sequence[Metrics]) -> Result:
    shares = sorted(100.0 * each.values["coverage"] for each in metrics[1:])
    middle = shares[len(shares) // 2]
    return Result(
        f"{what}: coverage by group, median with least and greatest",
        Spread(middle, shares[0], shares[-1]),
        "%",
    )
