"""What the contest says, as results: the controller first, its rivals beside it.

Dose, viability and medium are told as their median, with the median absolute deviation to either side; the variance of
the dose as a ratio, with its 90 % bootstrap interval over donors (drawn in pairs: the same donors under both). Of the
hours astray the worst batch is told besides, and how many were astray for long: a median tells of neither.
"""

from collections.abc import Callable, Sequence

import numpy as np

from homeostat.bench.control.donors.contest import Batches
from homeostat.bench.control.donors.declaration import contender, declared
from homeostat.bench.control.donors.medium import DRAWS, SEED, PerDose, above, mean, needed, total
from homeostat.bench.control.donors.scoring import Batch
from homeostat.bench.measuring import spread
from homeostat.bench.result import Result, Rival, Spread
from homeostat.execution.straying import MUCH

TOPIC = "donors"
HALF = 50.0
ASTRAY = "hours with a critical parameter outside its proven range or unread"
FEWEST = 3
"""Donors without which a variance says nothing."""


def told(batches: Batches) -> list[Result]:
    """Of all batches; ours is the first contender that was declared."""
    ours, *rivals = declared().contenders
    results = [_variance(batches, ours, rivals)] if len(batches[ours]) >= FEWEST else []
    for what, of, unit, better in (
        ("final dose", lambda b: b.dose, "1e6 cell", None),
        ("viability", lambda b: b.viability, "%", "more"),
        ("memory fraction", lambda b: b.memory, "%", None),
        ("medium for 1e8 CAR+ cells", lambda b: b.medium_per_dose, "mL", "less"),
    ):
        results.append(_median(what, of, unit, better, batches))
    return [
        *results,
        *_medium("mean", mean, batches),
        *_medium("all medium over all doses", total, batches),
        _each("relative standard deviation of the dose", variation, "%", batches),
        _each("root mean square distance of the dose from the aim", distance, "%", batches),
        _share("within the specification", lambda b: b.within, batches),
        _share("within the specification, and dose on target", lambda b: b.near, batches),
        Result(
            f"{TOPIC}: largest excess over the range of an envelope",
            spread([b.beyond for b in batches[ours]]),
            "mL/h",
            bar=0.0,
            better="less",
        ),
        _median(ASTRAY, lambda b: b.astray, "h", None, batches),
        _each(f"{ASTRAY}, worst batch", worst, "h", batches),
        _each(f"batches with more than {100.0 * MUCH:g} % of their {ASTRAY}", long_astray, "1", batches),
        _led("a plan", ("plan",), batches[ours]),
        _led("a plan or the last one", ("plan", "last plan"), batches[ours]),
    ]


def variation(batches: Sequence[Batch]) -> float:
    """The relative standard deviation of the dose, in %."""
    doses = np.array([b.dose for b in batches])
    return float(100.0 * doses.std(ddof=1) / doses.mean()) if len(doses) > 1 else 0.0


def distance(batches: Sequence[Batch]) -> float:
    """The root mean square distance of the dose from the aim, in % of it."""
    aim = declared().aim.dose.to("1e6 cell")
    return float(100.0 * np.sqrt(np.mean([(b.dose / aim - 1.0) ** 2 for b in batches])))


def worst(batches: Sequence[Batch]) -> float:
    """The most hours that a batch was astray."""
    return max(batch.astray for batch in batches)


def long_astray(batches: Sequence[Batch]) -> float:
    """How many batches were astray for more than `MUCH` of their hours."""
    return float(sum(batch.astray > MUCH * batch.hours for batch in batches))


def led(batch: Batch, rungs: Sequence[str]) -> float:
    """The share of the hours in which a controller was asked for that it stood on one of these `rungs`, in %."""
    working = sum(hours for rung, hours in batch.rungs.items() if rung != "idle")
    return 100.0 * sum(batch.rungs.get(rung, 0.0) for rung in rungs) / working if working else 100.0


def below(ours: Sequence[Batch], rival: Sequence[Batch]) -> Spread:
    """By how many percent the variance of our dose is below a rival's, with its 90 % bootstrap interval."""
    pairs = np.array([[a.dose, b.dose] for a, b in zip(ours, rival, strict=True)])
    if len(pairs) < FEWEST:
        return Spread(float("nan"), float("nan"), float("nan"))
    rng = np.random.default_rng(SEED)
    drawn = rng.integers(len(pairs), size=(DRAWS, len(pairs)))
    variances = pairs[drawn].var(axis=1, ddof=1)
    variances = variances[variances[:, 1] > 0.0]  # of few donors one may be drawn every time
    low, high = np.percentile(100.0 * (1.0 - variances[:, 0] / variances[:, 1]), [5.0, 95.0])
    whole = pairs.var(axis=0, ddof=1)
    return Spread(float(100.0 * (1.0 - whole[0] / whole[1])), float(low), float(high))


def _variance(batches: Batches, ours: str, rivals: Sequence[str]) -> Result:
    """The bar holds against the best of the rivals: that of the smallest variance."""
    found = {name: below(batches[ours], batches[name]) for name in rivals}
    least = min(found, key=lambda name: found[name].median)
    beside = tuple(Rival(contender(name).title, value, "%") for name, value in found.items() if name != least)
    what = f"{TOPIC}: variance of the dose below that of the best rival ({contender(least).title})"
    return Result(what, found[least], "%", bar=HALF, rivals=beside)


def _median(
    what: str, of: Callable[[Batch], float], unit: str, better: str | None, batches: Batches
) -> Result:
    ours, *rivals = declared().contenders
    values = {name: _around([of(b) for b in batches[name]]) for name in (ours, *rivals)}
    beside = tuple(Rival(contender(name).title, values[name], unit) for name in rivals)
    medians = [values[name].median for name in rivals]
    if better == "less":
        return Result(f"{TOPIC}: {what}", values[ours], unit, bar=min(medians), better="less", rivals=beside)
    bar = max(medians) if better else None
    return Result(f"{TOPIC}: {what}", values[ours], unit, bar=bar, rivals=beside)


def _each(what: str, of: Callable[[Sequence[Batch]], float], unit: str, batches: Batches) -> Result:
    ours, *rivals = declared().contenders
    beside = tuple(Rival(contender(name).title, spread([of(batches[name])]), unit) for name in rivals)
    return Result(f"{TOPIC}: {what}", spread([of(batches[ours])]), unit, better="less", rivals=beside)


def _share(what: str, of: Callable[[Batch], bool], batches: Batches) -> Result:
    """The bar is to be above every rival: as much as the best of them is a tie, and no more."""
    ours, *rivals = declared().contenders
    shares = {name: 100.0 * float(np.mean([of(b) for b in batches[name]])) for name in (ours, *rivals)}
    beside = tuple(Rival(contender(name).title, spread([shares[name]]), "%") for name in rivals)
    above = float(np.nextafter(max(shares[name] for name in rivals), np.inf))
    title = f"{TOPIC}: {what} (to be above every rival)"
    return Result(title, spread([shares[ours]]), "%", bar=above, rivals=beside)


def _medium(what: str, of: PerDose, batches: Batches) -> list[Result]:
    """What a dose takes, and how much more than under each rival: the bar holds against the one that needs least."""
    ours, *rivals = declared().contenders
    title = f"medium for 1e8 CAR+ cells, {what}"
    least, *others = sorted(rivals, key=lambda name: needed(batches[name], of))
    more = f"{TOPIC}: {title}, above that of {contender(least).title}, with its 90 % interval"
    found = {name: above(batches[ours], batches[name], of) for name in rivals}
    beside = tuple(Rival(contender(name).title, found[name], "mL") for name in others)
    return [
        _each(title, lambda some: needed(some, of), "mL", batches),
        Result(more, found[least], "mL", bar=0.0, better="less", rivals=beside),
    ]


def _led(what: str, rungs: Sequence[str], batches: Sequence[Batch]) -> Result:
    """The mean, with the worst and the best donor: of the median nearly nothing is to be seen."""
    shares = [led(batch, rungs) for batch in batches]
    value = Spread(float(np.mean(shares)), min(shares), max(shares))
    return Result(f"{TOPIC}: hours under control led by {what}, mean", value, "%")


def _around(values: Sequence[float]) -> Spread:
    """Median, less and plus the median absolute deviation."""
    middle = float(np.median(values))
    apart = float(np.median(np.abs(np.array(values) - middle)))
    return Spread(middle, middle - apart, middle + apart)
