"""From a table's columns to the rows a package takes, refusing what it cannot take."""

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array


class Columns(Protocol):
    """Anything that has columns by name: a mapping of arrays, a data frame."""

    def __getitem__(self, name: str, /) -> Any:
        """The column called `name`."""

    def keys(self) -> Any:
        """The names of the columns."""


def rows_of(columns: Columns, names: Sequence[str]) -> Array:
    """The columns `names` as rows (n, p), NaN where a value is missing; other columns are not looked at.

    Raises `MonitoringError` for columns that are absent, not numeric, of different lengths, infinite or empty.
    """
    known = {str(name): name for name in columns.keys()}  # noqa: SIM118 - a data frame iterates in its own way
    absent = [name for name in names if name not in known]
    if absent:
        told = ", ".join(repr(name) for name in absent[:5]) + (", ..." if len(absent) > 5 else "")
        raise MonitoringError(
            f"{len(absent)} of the model's {len(names)} inputs are not in the table: {told}",
            where="columns",
            mend="give a table with the columns the model was trained on",
        )
    found = [_column(name, columns[known[name]]) for name in names]
    lengths = {len(column) for column in found}
    if len(lengths) != 1:
        raise MonitoringError("the columns have different lengths", where="columns")
    if lengths == {0}:
        raise MonitoringError("the table has no rows", where="columns")
    return np.stack(found, axis=1)


def _column(name: str, given: Any) -> Array:
    where = f"column {name!r}"
    try:
        values = np.array(given, np.float64)
    except (TypeError, ValueError) as fault:
        raise MonitoringError(
            "it does not hold numbers", where=where, mend="leave missing cells empty"
        ) from fault
    if values.ndim != 1:
        raise MonitoringError("one value a row is wanted", where=where)
    endless = np.flatnonzero(np.isinf(values))
    if endless.size:
        raise MonitoringError("a value is infinite", where=f"{where}, row {endless[0] + 1}")
    if values.size > 1 and np.isnan(values).all():
        raise MonitoringError(
            "an input of the model has no values", where=where, mend="give the input the model was trained on"
        )
    return values
