"""Columns that tell which rows were made together, where no group keeps them together: told, not refused.

Rows of one round, plate or batch share what nobody measured. Held out at random, each leaves others of its round to
learn from, and the figures flatter what the next round will show (Roberts et al. 2017, doi:10.1111/ecog.02881).

In: a table, its rows with a target, the target. Out: one sentence where a column of few values is named like a round or
counts blocks of rows.
"""

import re
from collections.abc import Iterator, Sequence
from itertools import groupby, pairwise

from homeostat.monitoring.frozen import Integers
from homeostat.monitoring.learning.table import Table

_NAMED = re.compile(
    r"(?:^|[\s_.-])(?:batch|bioreactor|campaign|cycle|day|donor|lot|operator|patient|plate|reactor|round|run|site|"
    r"subject|week)s?[\s_.-]*(?:id|no\.?|nr\.?|number|#)?$",
    re.IGNORECASE,
)
SHARE = 3
"""Rows there are for each value, at least, on average: below, hardly a row has another of its round beside it."""
FEWEST = 3
"""Groups that `--group` asks for; so many blocks are wanted as well, two halves being no rhythm."""
SHOWN = 3


def rounds(table: Table, rows: Integers, target: str) -> list[str]:
    """A sentence about columns that may tell what rows to hold out together; nothing where there are none."""
    found = dict(_found(table, rows, target))
    if not found:
        return []
    told = ", ".join(f"'{name}' ({count} values)" for name, count in list(found.items())[:SHOWN])
    best = max(found, key=lambda name: found[name])
    needed = "" if found[best] >= FEWEST else f", once there are {FEWEST} values"
    return [
        f"rows are held out at random, which may flatter if those alike in {told} were made together: "
        f"`--group '{best}'` holds them out together{needed}"
    ]


def _found(table: Table, rows: Integers, target: str) -> Iterator[tuple[str, int]]:
    """The columns, and how many values they have in these rows."""
    for name in table.headings:
        if name == target or name in table.sheet.repeated:
            continue
        if _NAMED.search(name.strip()):
            labels = _labels(table, name, rows)
            if labels and _few(labels):
                yield name, len(set(labels))
        elif name in table.numbers and _counts_blocks(_labels(table, name, rows)):
            yield name, len(set(_labels(table, name, rows)))


def _labels(table: Table, name: str, rows: Integers) -> tuple[str, ...]:
    """Text, or whole numbers as text; none where a row has another value, or no value."""
    if name not in table.numbers:
        cells = table.labels(name)
        found = tuple(cells[row] for row in rows)
    else:
        values = table.numbers[name][rows].tolist()
        found = tuple(f"{value:.0f}" if value == value and value % 1.0 == 0.0 else "" for value in values)
    return found if all(found) else ()


def _few(labels: Sequence[str]) -> bool:
    return 2 <= len(set(labels)) <= len(labels) // SHARE


def _counts_blocks(labels: Sequence[str]) -> bool:
    """Whether numbers one apart stand in as many unbroken blocks of rows as there are numbers."""
    if not labels or not _few(labels) or len(set(labels)) < FEWEST:
        return False
    blocks = [int(label) for label, _ in groupby(labels)]
    return {after - before for before, after in pairwise(blocks)} in ({1}, {-1})
