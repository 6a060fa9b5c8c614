"""A column of text as a category: which of its labels become inputs, an indicator (1 or 0) each, and why others do not.

In: a table, the name of a column of text, the rows to learn from. Out: a `Category`, told in a sentence. What one may
expect of a label depends on the rows that bear it, not on how many labels there are.
"""

from collections import Counter
from dataclasses import dataclass
from statistics import median

from homeostat.monitoring.frozen import Integers
from homeostat.monitoring.learning.moments import tells_moments
from homeostat.monitoring.learning.table import Table

REPLICATES = 3
"""Rows that a label must have, and that most labels must exceed: one of three rows names, as a rule, a sample that was
measured in triplicate."""
NO_CLASS = "text that is no class (identifiers, remarks)"
ONE = "text that is the same in all rows"
MOMENTS = "dates or times of day, which are no classes (write the hours or days since a beginning)"
RARE = (
    f"text whose labels stand in too few rows: two of them must stand in {REPLICATES} or more, "
    f"half of them in more than {REPLICATES} (--columns does not change that)"
)


@dataclass(frozen=True)
class Category:
    """The `labels` that become inputs; none where the column is no category, as `told`."""

    name: str
    labels: tuple[str, ...]
    told: str
    rare: int = 0
    """Rows that bear a label of too few rows, and so none of these."""

    @property
    def indicators(self) -> tuple[str, ...]:
        """The names of the inputs. Where there are but two labels, one says what the other is."""
        first = 1 if len(self.labels) == 2 and not self.rare else 0
        return tuple(f"{self.name}={label}" for label in self.labels[first:])


def category(table: Table, name: str, rows: Integers) -> Category:
    """What the column of text `name` is over the `rows`."""
    cells = table.categories(name)
    counts = Counter(cells[row] for row in rows if cells[row])
    labels = tuple(sorted(label for label, count in counts.items() if count >= REPLICATES))
    if why := _no_category(counts, labels):
        return Category(name, (), why)
    rare = counts.total() - sum(counts[label] for label in labels)
    more = f", and {rare} rows of rarer ones bear none of them" if rare else ""
    told = (
        f"text column '{name}' becomes indicators of its {len(labels)} labels{more}; a row with another label "
        f"will be undecided: if new ones come, --group '{name}' or --without '{name}'"
    )
    return Category(name, labels, told, rare)


def _no_category(counts: Counter[str], labels: tuple[str, ...]) -> str:
    """Why a column with these `counts` is no category; "" where it is one."""
    if len(counts) == 1:
        return ONE
    if tells_moments(tuple(counts)):
        return MOMENTS
    if 2 * sum(count == 1 for count in counts.values()) > len(counts):
        return NO_CLASS
    return "" if len(labels) > 1 and median(counts.values()) > REPLICATES else RARE
