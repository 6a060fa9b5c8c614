"""What an interval promises, in words, where its groups are too few to promise what is asked for.

In: a package. Out: a sentence, or none where the groups are enough.
"""

from homeostat.monitoring.package import LivePackage, Package
from homeostat.monitoring.prediction import LabelInterval, attainable, too_few


def promise(package: Package) -> str | None:
    """What so few groups (rows, where there are no groups) can promise of a new one; None where they are enough."""
    interval, grouped = package.interval, bool(package.training.group)
    if not too_few(interval.groups, interval.coverage):
        return None
    told = _most(interval.groups, interval.coverage, grouped=grouped)
    if interval.promised is not None:
        told += f"; these intervals promise {100.0 * interval.promised:.0f} %"
    asked = 100.0 * interval.coverage
    if isinstance(interval, LabelInterval):
        return f"{told}. That {asked:.0f} % of either class are held rests on how alike the rows of a group were."
    return f"{told}. {_normal(interval.coverage, grouped=grouped)}"


def promise_live(package: LivePackage) -> str | None:
    """The same of a live calibration, whose samples count as exchangeable where no groups gave its intervals."""
    training, grouped = package.training, bool(package.training.group)
    if not too_few(training.groups, package.coverage):
        return None
    told = _most(training.groups, package.coverage, grouped=grouped)
    if package.live.by_groups is not None:
        return f"{told}. {_normal(package.coverage, grouped=True)}"
    return (
        f"{told}. Its intervals count samples as exchangeable, and reach as far as the {training.rows} show."
    )


def _most(count: int, coverage: float, *, grouped: bool) -> str:
    what, of = ("groups", "rows of a new group") if grouped else ("rows", "new rows")
    return (
        f"{count} {what} cannot promise {100.0 * coverage:.0f} % of the {of}: {100.0 * attainable(count):.0f} % is the "
        "most they can, whatever the errors look like"
    )


def _normal(coverage: float, *, grouped: bool) -> str:
    what = "groups" if grouped else "rows"
    return f"That they hold {100.0 * coverage:.0f} % assumes that {what} differ as by a normal distribution."
