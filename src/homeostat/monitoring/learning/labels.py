"""Labels: which cells of a column of text name the same thing, and which say that nothing is known.

In: cells. Out: labels, "" for a gap. Case and blanks around do not count, nor do the zeros that end a number: 'Anna',
'anna ' and 'ANNA' are one label, '90' and '90.0' another. 'none' may be a gap or the untreated control: in a column of
text it is a label where it stands in two rows or more, or where it is known to be one.
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal

MISSING = frozenset({"", "na", "n/a", "nan", "null", "none", "-", "--", "#n/a", "nd", "n.d."})
"""Cells that say, among numbers, that there is no value; in small letters."""
_BROKEN = frozenset({"#n/a", "#value!", "#ref!", "#div/0!", "#name?", "#num!", "#null!"})
"""What a spreadsheet could not compute."""
GAPS = _BROKEN | {"", "n/a", "nan", "n.d.", "n.a."}
"""Cells that say so among labels, too."""
WORDS = MISSING - GAPS
"""Cells that are gaps among numbers, and may be labels among labels: sodium, nothing added, a donor's initials."""
TWICE = 2
"""Rows from which on such a word is a label."""
SHOWN = 6
_PLAIN = re.compile(r"[+-]?[0-9]{1,12}(\.[0-9]{1,12})?")


def key(label: str) -> str:
    """What labels that are the same have in common."""
    text = label.strip().casefold()
    return str(Decimal(text).normalize()) if _PLAIN.fullmatch(text) else text


def read_labels(
    cells: Sequence[str], known: Sequence[str] | None = None, *, text: bool = True
) -> tuple[str, ...]:
    """The label of each cell (n,) as it is spelt first, or in `known`; "" for gaps.

    `known` are labels that the column is known to have: then no other word of `WORDS` is one. `text` tells that the
    column is one of text, and not of numbers.
    """
    keys = [key(cell) for cell in cells]
    spelt = {key(label): label for label in known or ()}
    often = {own for own, count in Counter(keys).items() if count >= TWICE}
    gaps = GAPS | (WORDS - (often if known is None and text else set(spelt)))
    return tuple(
        "" if own in gaps else spelt.setdefault(own, cell.strip())
        for own, cell in zip(keys, cells, strict=True)
    )


def respelt(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each column of `columns` whose cells spell a label in several ways."""
    return [
        f"in '{name}' {', '.join(told[:SHOWN])}{', ...' if len(told) > SHOWN else ''}"
        for name, cells in columns.items()
        if (told := list(_merged(cells)))
    ]


def _merged(cells: Sequence[str]) -> Iterator[str]:
    ways: dict[str, dict[str, None]] = {}
    for cell in cells:
        ways.setdefault(key(cell), {})[cell.strip()] = None
    for first, *others in ways.values():
        if others and key(first) not in GAPS:
            told = " and ".join(f"'{other}'" for other in others)
            yield f"{told} count{'s' if len(others) == 1 else ''} as '{first}'"


def ambiguous(columns: Mapping[str, Sequence[str]]) -> list[str]:
    """A sentence for each word among the labels of `columns` that says elsewhere that nothing is known."""
    return [
        f"'{label}' counts as a label of '{name}', in {count} rows: empty these cells if nothing is known there"
        for name, labels in columns.items()
        for label, count in Counter(labels).items()
        if key(label) in WORDS
    ]
