"""The one byte form of a package and of a table, and their SHA-256.

In: plain JSON values, or columns. Out: bytes and hexadecimal digests.
"""

import hashlib
import json
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np

from homeostat.monitoring.frozen import Array

Column = Array | Sequence[str]


def canonical(value: Any) -> bytes:
    """Keys sorted, no spaces, UTF-8, shortest floats that round-trip. Raises `ValueError` for NaN and infinities."""
    return json.dumps(
        value, sort_keys=True, ensure_ascii=False, separators=(",", ":"), allow_nan=False
    ).encode()


def digest(value: Any) -> str:
    """SHA-256 of the canonical bytes of `value`."""
    return hashlib.sha256(canonical(value)).hexdigest()


def table_digest(columns: Mapping[str, Column]) -> str:
    """SHA-256 of a table: its columns by name, numbers as little-endian doubles (every NaN alike), text as JSON.

    The order of the columns does not matter, that of the rows does.
    """
    whole = hashlib.sha256()
    for name in sorted(columns):
        values = np.asarray(columns[name])
        numeric = values.dtype.kind in "fiub"
        body = _doubles(values) if numeric else canonical([str(value) for value in values.tolist()])
        whole.update(canonical([name, "numbers" if numeric else "text", len(values)]) + b"\n" + body + b"\n")
    return whole.hexdigest()


def array_digest(values: Array) -> str:
    """SHA-256 of the little-endian doubles of an array."""
    return hashlib.sha256(_doubles(values)).hexdigest()


def _doubles(values: Any) -> bytes:
    found = np.asarray(values, "<f8")
    return np.where(np.isnan(found), np.nan, found).astype("<f8").tobytes()
