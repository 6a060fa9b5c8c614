"""Rows that are alike in every input and in the target: one measurement told twice, never learnt from and judged by.

In: inputs (n, p) and targets (n,). Out: a key a row, equal for rows that are alike; every gap is like another. And
groups that share inputs: one group under several names.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence

import numpy as np

from homeostat.monitoring.frozen import Array, Integers


def row_keys(x: Array, y: Array) -> list[bytes]:
    """The bytes of each row; minus zero is zero."""
    rows = np.column_stack([x, y]) + 0.0
    return [row.tobytes() for row in np.where(np.isnan(rows), np.nan, rows)]


def row_digests(x: Array, y: Array) -> tuple[str, ...]:
    """SHA-256 of each row that has a target: known again by it, and not to be read from it."""
    keys = zip(row_keys(x, y), np.isfinite(y).tolist(), strict=True)
    return tuple(hashlib.sha256(b"homeostat row\0" + key).hexdigest() for key, told in keys if told)


def whole_digest(x: Array, y: Array) -> str:
    """SHA-256 of all rows that have a target, in any order: the same rows again are known by it."""
    return hashlib.sha256("\n".join(sorted(row_digests(x, y))).encode()).hexdigest()


def known_rows(x: Array, y: Array, keys: Collection[str]) -> Integers:
    """The rows that have a target and whose digest is among `keys`."""
    known, rows = frozenset(keys), np.flatnonzero(np.isfinite(y))
    found = [row for row, key in zip(rows.tolist(), row_digests(x, y), strict=True) if key in known]
    return np.array(found, np.intp)


def repeats(x: Array, y: Array) -> Integers | None:
    """For each row (n,) the first row that is like it; None where no row is repeated."""
    first: dict[bytes, int] = {}
    found = [first.setdefault(key, row) for row, key in enumerate(row_keys(x, y))]
    return None if len(first) == len(found) else np.array(found)


def once(x: Array, y: Array, groups: Sequence[str] | None = None) -> Integers:
    """The rows less those that repeat one before them, in their group where there are `groups` (n,)."""
    same = repeats(x, y)
    if same is None:
        return np.arange(len(y))
    again = [
        row != first and (groups is None or groups[row] == groups[first])
        for row, first in enumerate(same.tolist())
    ]
    return np.flatnonzero(~np.array(again))


def joined(x: Array, groups: Sequence[str]) -> Mapping[str, str]:
    """The name under which each group counts: of those that share a row of `x` (n, p), the one that comes first."""
    order = {name: place for place, name in enumerate(dict.fromkeys(groups))}
    names, owner = {name: name for name in order}, dict[bytes, str]()
    for key, group in zip(row_keys(x, np.zeros(len(x))), groups, strict=True):
        ends = names[owner.setdefault(key, group)], names[group]
        kept, lost = sorted(ends, key=order.__getitem__)
        if kept != lost:
            names = {name: kept if under == lost else under for name, under in names.items()}
    return names
