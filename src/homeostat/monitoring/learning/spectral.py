"""The spectra of a table: learnt from on their own wavelengths, read on those that a calibration knows.

In: a `Table`, and which of its columns are none. Out: arrays (n, p), one row a spectrum, and what was done, in words.
"""

from collections.abc import Collection, Sequence
from typing import Any

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.scoring import given
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.wavelengths import axis, grouped, matching, spectrum
from homeostat.monitoring.package import table_digest
from homeostat.monitoring.spectra import Resample


def headings_of(table: Table, apart: Collection[str]) -> list[str]:
    """The headings of the table's one spectrum, none of them `apart`. Raises MonitoringError where there is none."""
    names = spectrum([name for name in table.headings if name not in apart], table.sheet.decimal)
    if not names:
        raise MonitoringError(
            "the table holds no spectrum",
            where=f"{table.name}, headings",
            mend="head 30 columns or more by their wavelengths, all written in one way",
        )
    for name in names:
        table.check_single(name)
    return names


def on_axis(names: Sequence[str], table: Table) -> tuple[Array, str]:
    """The spectra (n, p) at the wavelengths that the headings `names` write; NaN where a point is missing.

    A table on another grid is interpolated, and that is told. Raises MonitoringError for wavelengths in another unit,
    for a grid that does not reach as far or leaves gaps, and where the table holds no spectrum.
    """
    known = matching(names, table.headings, table.sheet.decimal)
    if all(table.has(name) or name in known for name in names):
        found = given(names, table)
        return np.stack([found[name] for name in names], axis=1), ""
    own = headings_of(table, ())
    _check_units(names, own, table)
    wanted, there = axis(names, ","), axis(own, table.sheet.decimal)
    try:
        step = Resample.onto(wanted, there)
    except MonitoringError as fault:
        raise MonitoringError(fault.what, where=f"{table.name}, headings", mend=fault.mend) from fault
    spectra = np.stack([table.number(name) for name in own], axis=1)
    told = f"its {len(own)} points were interpolated to the {len(names)} wavelengths that the model knows"
    return step.apply(spectra), told


def _check_units(names: Sequence[str], own: Sequence[str], table: Table) -> None:
    units = [
        {unit for _, unit in grouped(some, mark)} for some, mark in ((names, ","), (own, table.sheet.decimal))
    ]
    if all(units) and "" not in units[0] | units[1] and units[0] != units[1]:
        raise MonitoringError(
            f"the table's wavelengths are in {', '.join(units[1])}, the model's in {', '.join(units[0])}",
            where=f"{table.name}, headings",
            mend="bring spectra whose wavelengths are written in the model's unit",
        )


def samples_digest(
    names: Sequence[str], spectra: Array, target: str, values: Array, group: str, groups: Sequence[str] | None
) -> str:
    """SHA-256 of samples: `spectra` (n, p) headed by `names`, the `values` (n,) of the target, the `groups` (n,)."""
    columns: dict[str, Any] = dict(zip(names, spectra.T, strict=True))
    columns[target] = values
    if group and groups is not None:
        columns[group] = tuple(groups)
    return table_digest(columns)
