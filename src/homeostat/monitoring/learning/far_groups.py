"""Groups that lie far from those a model was learnt from: none of their rows is decided.

In: a package, and a table that tells the groups by the column that the package was trained with. Out: for each row what
is said of its group. A table without that column says nothing of groups, and neither does a row by itself.
"""

from collections.abc import Mapping

import numpy as np

from homeostat.monitoring.frozen import Array, run_through
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.package import Package

SHOWN = 3


def far_groups(package: Package, table: Table, inputs: Mapping[str, Array]) -> tuple[str, ...]:
    """What is said of each row (n,) of a group that is far; "" for all others."""
    space, column = package.group_space, package.training.group
    if space is None or column not in table.headings:
        return ("",) * table.rows
    labels = np.array(table.categories(column))
    x = np.column_stack([inputs[name] for name in package.names])
    with np.errstate(all="ignore"):
        seen = run_through(package.steps[: space.after], x)[-1]
    told = {str(name): _told(package, column, str(name), seen[labels == name]) for name in np.unique(labels)}
    return tuple(told[str(label)] if label else "" for label in labels)


def unchecked(package: Package, table: Table) -> str | None:
    """What is said of rows that do not tell their group; None where all do, or the model checks none."""
    column = package.training.group
    if package.group_space is None:
        return None
    if column not in table.headings:
        return f"no column '{column}': whether these rows are of another kind was not checked"
    unnamed = sum(not label for label in table.categories(column))
    if not unnamed:
        return None
    return (
        f"{unnamed} of {table.rows} rows name no {column}: whether they are of another kind was not checked"
    )


def _told(package: Package, column: str, name: str, rows: Array) -> str:
    space = package.group_space
    if space is None:
        return ""
    found = space.find(rows)
    if found.share <= 1.0:
        return ""
    order = np.argsort(-found.parts, kind="stable")[:SHOWN].tolist()
    same = len(found.parts) == len(package.names)
    driving = ", ".join(package.names[place] for place in order if found.parts[place] > 0.0) if same else ""
    return (
        f"the rows of {column} {name[:40]} lie together {found.share:.2g} times as far as a new group may from the "
        f"{space.groups} groups learnt from" + (f" ({driving})" if driving else "")
    )
