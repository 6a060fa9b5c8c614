"""What is said of labels that a table spells in several ways, or that are words for 'nothing known' elsewhere.

In: a `Table` and which of its columns hold labels, which tells groups. Out: sentences. Training and scoring, of a live
calibration as of any other model, merge alike (`Table.categories`) and say so in these words.
"""

from collections.abc import Collection

from homeostat.monitoring.learning.labels import ambiguous, respelt
from homeostat.monitoring.learning.table import Table


def spellings(table: Table, labels: Collection[str], group: str | None) -> list[str]:
    """The sentences on columns of `labels`, and on the column of the `group`, which may hold numbers."""
    text = [name for name in labels if name not in table.numbers]
    groups = [] if group is None else [group]
    return [
        *ambiguous({name: table.categories(name) for name in (*labels, *groups)}),
        *respelt({name: table.cells(name) for name in (*text, *groups)}),
    ]
