"""Whether intervals keep their coverage on batches and reactors that no model had seen, over all and one by one.

    table -> search nested in folds of whole groups -> intervals calibrated on the other folds -> share that held

The bar is the nominal coverage within 3 points; the interval beside a figure is the share's own (Wilson). Of a batch
with 14 samples a coverage of 90 % cannot be told from one of 70 %: the lowest of them is shown as it is, and those are
counted whose own interval lies beyond the bar altogether.
"""

from collections.abc import Sequence

from homeostat.bench.measuring import spread
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
    found = {
        f"cardiomyocytes by {day}": study(day, quick=quick).judged.metrics
        for day in (list(DAYS)[:1] if quick else DAYS)
    }
    reactors = _reactors(quick=quick)
    tables = found | {f"Raman glucose, {len(reactors) - 1} reactors": reactors}
    whole = [result for what, metrics in tables.items() for result in _whole(what, metrics)]
    return [*whole, *_by_group("Raman glucose", reactors)]


def _reactors(*, quick: bool) -> tuple[Metrics, ...]:
    table = read_table(folder("raman_bioreactor_glucose_kuhn") / "bioreactors_small.csv.gz")
    task = state(table, "glucose", Wanted(), "batch_id")
    return judge(task, LEVEL, 0, quick=quick).metrics


def _whole(what: str, metrics: Sequence[Metrics]) -> list[Result]:
    share = _share(metrics[0])
    text = f"coverage: {what}, {100 * LEVEL:.0f} % intervals, {metrics[0].rows} rows held out"
    away = abs(share.median - 100.0 * LEVEL)
    return [
        Result(text, share, "%"),
        Result(f"{text}: distance from nominal", spread([away]), "points", 100.0 * TOLERANCE, "less"),
    ]


def _by_group(what: str, metrics: Sequence[Metrics]) -> list[Result]:
    groups = [_share(each) for each in metrics[1:]]
    shares = sorted(each.median for each in groups)
    beyond = sum(
        each.high < 100.0 * (LEVEL - TOLERANCE) or each.low > 100.0 * (LEVEL + TOLERANCE) for each in groups
    )
    middle = shares[len(shares) // 2]
    return [
        Result(
            f"coverage: {what} by group, median with least and greatest",
            Spread(middle, shares[0], shares[-1]),
            "%",
        ),
        Result(
            f"coverage: {what}, of {len(groups)} groups, surely more than {100 * TOLERANCE:.0f} points from nominal",
            spread([float(beyond)]),
            "groups",
            0.0,
            "less",
        ),
    ]


def _share(metrics: Metrics) -> Spread:
    """The share of truths held, in per cent, with its 95 % interval."""
    covered = round(metrics.values["coverage"] * metrics.rows)
    low, high = wilson(covered, metrics.rows)
    return Spread(100.0 * covered / metrics.rows, 100.0 * low, 100.0 * high)
