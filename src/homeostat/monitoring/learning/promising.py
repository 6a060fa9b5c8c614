"""What an interval promises, in words, where its groups are too few to promise what is asked for.

In: a package's interval. Out: a sentence, or none where the groups are enough.
"""

from homeostat.monitoring.package import Package
from homeostat.monitoring.prediction import LabelInterval, attainable, too_few


def promise(package: Package) -> str | None:
    """What so few groups (rows, where there are no groups) can promise of a new one; None where they are enough."""
    interval = package.interval
    if not too_few(interval.groups, interval.coverage):
        return None
    what = "groups" if package.training.group else "rows"
    of = "rows of a new group" if package.training.group else "new rows"
    asked, most = 100.0 * interval.coverage, 100.0 * attainable(interval.groups)
    told = (
        f"{interval.groups} {what} cannot promise {asked:.0f} % of the {of}: {most:.0f} % is the most they can, "
        "whatever the errors look like"
    )
    if interval.promised is not None:
        told += f"; these intervals promise {100.0 * interval.promised:.0f} %"
    if isinstance(interval, LabelInterval):
        return f"{told}. That {asked:.0f} % of either class are held rests on how alike the rows of a group were."
    return f"{told}. That they hold {asked:.0f} % assumes that {what} differ as by a normal distribution."
