"""What a contest says, as results: ours first, the rivals beside it."""

from collections.abc import Callable, Sequence

from homeostat.bench.control.contest import Run
from homeostat.bench.control.scoring import SAME, fair, other_moves, over, times_less, worse
from homeostat.bench.control.task import Array, Task
from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival, Spread


def told(topic: str, task: Task, runs: Sequence[Run], bar: float) -> list[Result]:
    """Of `runs`, ours first and the one it is held to second: speed with its `bar`, and whether plans are as good."""
    ours, held, *_ = runs
    return [
        Result(
            f"{topic}: times less processor time a step than {held.name}, median step",
            times_less(ours, held),
            "times",
            bar=bar if fair(ours, held) else None,
            rivals=tuple(Rival(f"{run.name}, a step", run.median, "ms") for run in runs),
        ),
        _all(f"{topic}: processor time, 95th percentile of the steps", runs, lambda run: run.slow, "ms"),
        _all(f"{topic}: iterations a step", runs, lambda run: run.iterations, ""),
        _worst(topic, ours, held, runs),
        _moved(topic, task, runs),
        _solved(topic, runs),
        _all(f"{topic}: bound exceeded by a plan at most, scaled", runs, lambda r: spread([r.excess]), ""),
    ]


def _all(what: str, runs: Sequence[Run], of: Callable[[Run], Spread], unit: str) -> Result:
    ours, *others = runs
    rivals = tuple(Rival(run.name, of(run), unit) for run in others)
    return Result(what, of(ours), unit, better="less", rivals=rivals)


def _worst(topic: str, ours: Run, held: Run, runs: Sequence[Run]) -> Result:
    """The bar holds for the worst plan, which is the value; the extremes are those of all plans."""
    rivals = [run for run in runs if run not in (ours, held)]
    return Result(
        f"{topic}: objective of the worst plan above that of {held.name}",
        _greatest(worse(ours, held)),
        "%",
        bar=SAME,
        better="less",
        rivals=tuple(Rival(run.name, _greatest(worse(run, held)), "%") for run in rivals),
    )


def _moved(topic: str, task: Task, runs: Sequence[Run]) -> Result:
    ours, held, *others = runs
    return Result(
        f"{topic}: first move beside that of {held.name}, of the input's range",
        over(other_moves(task, ours, held)),
        "%",
        better="less",
        rivals=tuple(Rival(run.name, over(other_moves(task, run, held)), "%") for run in others),
    )


def _solved(topic: str, runs: Sequence[Run]) -> Result:
    ours, *others = runs
    rivals = tuple(Rival(run.name, spread([100.0 * float(run.solved.mean())]), "%") for run in others)
    share = 100.0 * float(ours.solved.mean())
    return Result(f"{topic}: steps solved", spread([share]), "%", bar=100.0, rivals=rivals)


def _greatest(values: Array) -> Spread:
    return Spread(float(values.max()), float(values.min()), float(values.max()))
