"""Which rows of a process tell a sample drawn from it, each result once.

In: the rows of one process in the order of the table, their moments, spectra and reference values. Out: `Sampling`. A
row whose spectrum was refused as not newer lies in another stretch of time, or in another process: what it tells was
not measured beside what stood.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from homeostat.monitoring.frozen import Array

GOES_ON = 8
"""Spectra in a row that fall back in time, and rise among themselves, from which they are another process: in a table
in no order so many rise in a row once in 40,320 places (assumption)."""


@dataclass(frozen=True, slots=True)
class Sampling:
    """`drawn` are the rows with a result, in the order of time.

    `repeats` names for a row that tells the same result of the same moment the first that does; `others` for one that
    tells another result of that moment. `back` are rows whose results belong to spectra that fell back in time,
    `second` the first rows of stretches that fell back and went on.
    """

    drawn: tuple[int, ...]
    repeats: Mapping[int, int] = field(default_factory=dict)
    others: Mapping[int, int] = field(default_factory=dict)
    back: tuple[int, ...] = ()
    second: tuple[int, ...] = ()

    def first(self, moments: Mapping[int, int], count: int) -> frozenset[int]:
        """The rows that tell of the first `count` moments at which a sample was drawn."""
        known = sorted({moments[row] for row in self.drawn})[:count]
        return frozenset(row for row in self.drawn if moments[row] in known)


def sampling(
    rows: Sequence[int], moments: Mapping[int, int], spectra: Array, measured: Array, refused: frozenset[int]
) -> Sampling:
    """The samples among `rows`; `moments` are in µs, `spectra` (n, p) and `measured` (n,) those of the table.

    `refused` are the rows whose spectra were not newer than those before them.
    """
    fallen = _fallen(rows, moments, spectra, refused)
    first: dict[tuple[int, float], int] = {}
    moment: dict[int, int] = {}
    drawn, repeats, others, back = list[int](), dict[int, int](), dict[int, int](), list[int]()
    for row in rows:
        if not np.isfinite(measured[row]):
            continue
        known = first.get((moments[row], float(measured[row])))
        if known is not None:
            repeats[row] = known
        elif row in fallen:
            back.append(row)
        else:
            first[moments[row], float(measured[row])] = row
            drawn.append(row)
            if moment.setdefault(moments[row], row) != row:
                others[row] = moment[moments[row]]
    order = tuple(sorted(drawn, key=moments.__getitem__))
    return Sampling(order, repeats, others, tuple(back), _second(rows, moments, spectra, fallen))


def _fallen(
    rows: Sequence[int], moments: Mapping[int, int], spectra: Array, refused: frozenset[int]
) -> frozenset[int]:
    """The rows that were refused, repeat none before them, and those without a spectrum that follow them."""
    found, seen, among = set[int](), set[tuple[int, bytes]](), False
    for row in rows:
        if np.isfinite(spectra[row]).any():
            key = moments[row], (spectra[row] + 0.0).tobytes()
            among = row in refused and key not in seen
            seen.add(key)
        if among:
            found.add(row)
    return frozenset(found)


def _second(
    rows: Sequence[int], moments: Mapping[int, int], spectra: Array, fallen: frozenset[int]
) -> tuple[int, ...]:
    found, start, length, newest = list[int](), -1, 0, 0
    for row in rows:
        if not np.isfinite(spectra[row]).any():
            continue
        if row not in fallen:
            length = 0
        elif length and moments[row] > newest:
            length += 1
        else:
            start, length = row, 1
        newest = moments[row]
        if length == GOES_ON:
            found.append(start)
    return tuple(found)
