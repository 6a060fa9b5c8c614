"""Which rows of a process tell a sample drawn from it, each result once.

In: the rows of one process in the order of the table, their moments, spectra and reference values. Out: `Sampling`, and
what is said of it. A row whose spectrum was refused as not newer lies in another stretch of time, or in another
process: what it tells was not measured beside what stood.
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


def misplaced(found: Sampling, lines: Sequence[int], measured: Array, group: str) -> list[str]:
    """What is said of results that stand twice, or where time falls back; `lines` (n,) place rows, `group` a column."""
    told = list[str]()
    if found.second:
        mend = (
            f"tell the processes apart in a column '{group}' (--group of its training)"
            if group
            else "bring each in a table of its own, or train with --group"
        )
        more = f", and {len(found.second) - 1} times more" if len(found.second) > 1 else ""
        told.append(
            f"WARNING: from line {lines[found.second[0]]} on times fall back and go on{more}: a second process, whose "
            f"spectra are refused; {mend}"
        )
    if found.back:
        told.append(
            f"{len(found.back)} results, the first in line {lines[found.back[0]]}, stand where times fall back: they "
            "are neither told nor scored, for nothing was followed there"
        )
    if found.repeats:
        row, first = next(iter(found.repeats.items()))
        told.append(
            f"{len(found.repeats)} results repeat another of the same moment, the first in line {lines[row]} that of "
            f"line {lines[first]}: each counts once"
        )
    if found.others:
        row, first = next(iter(found.others.items()))
        told.append(
            f"WARNING: {len(found.others)} moments have another result as well, the first in lines {lines[first]} and "
            f"{lines[row]} ({measured[first]:g} and {measured[row]:g}): neither confirms the other"
        )
    return told


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
