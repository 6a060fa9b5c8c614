"""Which columns of a table become inputs, and why the others do not.

In: a table, the rows with a target, what the user wants. Out: names in order, wavelengths where they are a spectrum,
and one sentence for each decision. What the target is made of, or what only numbers the rows, teaches nothing.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array, Integers
from homeostat.monitoring.learning.categories import category
from homeostat.monitoring.learning.cells import refuse_spoilt
from homeostat.monitoring.learning.early import unknown_by
from homeostat.monitoring.learning.numbered import not_taken
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.wavelengths import axis as axis_of
from homeostat.monitoring.learning.wavelengths import spectrum as spectrum_of

MOST_MISSING = 0.5
SAME = 1.0 - 1e-10
"""Squared correlation with the target from which on a column is the target itself."""
SHOWN = 6
_NUMBERING = re.compile(
    r"((ex|exp|sample|batch|run|well|row)?[ ._]?(no|nr|number|id|index|#)\.?|unnamed.*|column \d+|row)"
)
"""Headings, in small letters, of whole numbers that only tell rows apart."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """What the user asked for: patterns of columns (regular expressions) to take or leave, and a last day."""

    columns: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    until: str | None = None


@dataclass(frozen=True, eq=False)
class Chosen:
    """The inputs: `names` (p,), wavelengths `axis` (p,) if they are a spectrum, and what was decided."""

    names: tuple[str, ...]
    axis: Array | None
    decisions: tuple[str, ...]
    labels: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    """The labels of the columns of text whose indicators are among the inputs."""


def choose(table: Table, rows: Integers, truth: Array, wanted: Wanted, apart: frozenset[str]) -> Chosen:
    """The inputs of a task; `apart` are columns with another part. Raises MonitoringError when none is left."""
    decisions: list[str] = []
    names = [name for name in table.headings if name not in apart]
    names = narrow(table, names, wanted, decisions)
    if wanted.until is not None:
        names = _drop(names, unknown_by(names, wanted.until), f"not known by {wanted.until}", decisions)
    spectrum = _spectrum(names, table)
    if spectrum and not wanted.columns:
        names = _drop(names, frozenset(names) - frozenset(spectrum), "beside a spectrum", decisions)
    names, labels = _numeric(table, names, rows, decisions)
    names = _useful(table, names, rows, truth, decisions, spectrum=set(names) == set(spectrum))
    if not names:
        raise MonitoringError(
            "no column is left that could be an input",
            where=table.name,
            mend="bring columns of numbers that vary: " + "; ".join(decisions),
        )
    if all(_flat(table.number(name)[rows]) for name in names):
        raise MonitoringError(
            "all rows are alike",
            where=table.name,
            mend="bring rows whose inputs vary: " + "; ".join(decisions),
        )
    names, axis = _along(table, names, decisions)
    if axis is not None:
        _check_spectra(table, names, rows)
    labels = {name: known for name, known in labels.items() if _used(name, known, names)}
    return Chosen(tuple(names), axis, tuple(decisions), labels)


def narrow(table: Table, names: list[str], wanted: Wanted, decisions: list[str]) -> list[str]:
    """The `names` that the user wants as inputs; what is left out is told. Raises MonitoringError."""
    for option, patterns in (("--columns", wanted.columns), ("--without", wanted.without)):
        for pattern in patterns:
            if not any(_fits(pattern, name, option) for name in names):
                mend = "write a heading or a regular expression, such as '^dd[0-5]'"
                raise MonitoringError(
                    "no column fits", where=f"{option} '{pattern}', {table.name}", mend=mend
                )
    if wanted.columns:
        kept = frozenset(n for n in names if any(_fits(p, n, "--columns") for p in wanted.columns))
        names = _drop(names, frozenset(names) - kept, "not among --columns", decisions)
    left = frozenset(n for n in names if any(_fits(p, n, "--without") for p in wanted.without))
    return _drop(names, left, "as asked by --without", decisions)


def _fits(pattern: str, name: str, option: str) -> bool:
    if pattern == name:
        return True
    try:
        return re.search(pattern, name) is not None
    except re.error as error:
        mend = "write a heading or a regular expression, such as '^dd[0-5]'"
        raise MonitoringError(
            f"this is no pattern: {error}", where=f"{option} '{pattern}'", mend=mend
        ) from error


def _spectrum(names: Sequence[str], table: Table) -> list[str]:
    """The columns of numbers whose headings are the wavelengths of one spectrum, in order; none if there are few."""
    return spectrum_of([name for name in names if name in table.numbers], table.sheet.decimal)


def _along(table: Table, names: list[str], decisions: list[str]) -> tuple[list[str], Array | None]:
    """The names in order of their wavelengths, and those (p,), where they are a spectrum; what else is told."""
    found = _spectrum(names, table)
    if set(found) != set(names):
        told = not_taken([name for name in names if name in table.numbers], table.sheet.decimal)
        decisions += [told] if told else []
        return names, None
    axis = axis_of(found, table.sheet.decimal)
    ordered = "" if found == names else ", sorted by wavelength"
    decisions.append(
        f"the inputs are a spectrum of {len(found)} points from {axis[0]:g} to {axis[-1]:g}{ordered}"
    )
    return found, axis


def _numeric(
    table: Table, names: Sequence[str], rows: Integers, decisions: list[str]
) -> tuple[list[str], dict[str, tuple[str, ...]]]:
    """Columns of numbers, and indicators of the labels in columns of text; the labels of each of the latter."""
    found: list[str] = []
    labels: dict[str, tuple[str, ...]] = {}
    left: dict[str, list[str]] = {}
    for name in names:
        if name in table.numbers:
            found.append(name)
            continue
        refuse_spoilt(table, name)
        told = category(table, name, rows)
        if told.labels:
            labels[name] = told.labels
            found += told.indicators
            decisions.append(told.told)
        else:
            left.setdefault(told.told, []).append(name)
    for why, text in left.items():
        _tell(text, why, decisions)
    decisions += _infinite(table, frozenset(found))
    return found, labels


def _infinite(table: Table, names: frozenset[str]) -> list[str]:
    counts = ((name, count) for name, count in table.infinite.items() if name in names)
    return [f"{count} infinite values of '{name}' count as missing" for name, count in counts]


def _used(name: str, labels: Sequence[str], names: Sequence[str]) -> bool:
    """Whether an indicator of the column is among the inputs."""
    return any(f"{name}={label}" in names for label in labels)


def _useful(
    table: Table, names: Sequence[str], rows: Integers, truth: Array, decisions: list[str], *, spectrum: bool
) -> list[str]:
    """Without columns that are empty, constant, counters of rows, copies of another, or the target itself."""
    reasons: dict[str, list[str]] = {}
    kept: list[str] = []
    seen: dict[bytes, str] = {}
    for name in names:
        values = table.number(name)[rows]
        reason = next(_faults(name, values, truth, spectrum=spectrum), "")
        if not reason and not spectrum:
            twin = seen.setdefault(values.tobytes(), name)
            reason = "" if twin == name else "copies of another column"
        if reason:
            reasons.setdefault(reason, []).append(name)
        else:
            kept.append(name)
    for reason, group in reasons.items():
        _tell(group, reason, decisions)
    return kept


def _faults(name: str, values: Array, truth: Array, *, spectrum: bool) -> Iterator[str]:
    known = np.isfinite(values)
    if known.mean() < MOST_MISSING:
        yield "missing in more than half of the rows"
        return
    if _flat(values):
        if not spectrum:
            yield "constant"
        return
    if _squared_correlation(values[known], truth[known]) >= SAME and known.sum() > 2:
        yield "THE TARGET ITSELF in another form (a leak)"
    if not spectrum and _counts(name, values):
        yield "numbering the rows"


def _check_spectra(table: Table, names: Sequence[str], rows: Integers) -> None:
    """Raise MonitoringError for a spectrum that is the same throughout: nothing was measured."""
    spectra = np.stack([table.number(name)[rows] for name in names], axis=1)
    for row, spectrum in zip(rows.tolist(), spectra, strict=True):
        if _flat(spectrum):
            raise MonitoringError(
                "the spectrum is flat: nothing was measured", where=table.place(row), mend="leave the row out"
            )


def _flat(values: Array) -> bool:
    known = values[np.isfinite(values)]
    return float(np.ptp(known)) == 0.0 if len(known) else True


def _squared_correlation(a: Array, b: Array) -> float:
    a, b = a - a.mean(), b - b.mean()
    product = float(np.sum(a * a) * np.sum(b * b))
    return float(np.sum(a * b)) ** 2 / product if product > 0 else 0.0


def _counts(name: str, values: Array) -> bool:
    """Whether a column numbers the rows: whole numbers that rise one by one, or are called so."""
    if not np.isfinite(values).all() or not (values == np.round(values)).all():
        return False
    if len(values) > 2 and (np.diff(values) == 1.0).all():
        return True
    return _NUMBERING.fullmatch(name.lower()) is not None


def _drop(names: list[str], left: frozenset[str], why: str, decisions: list[str]) -> list[str]:
    _tell([name for name in names if name in left], why, decisions)
    return [name for name in names if name not in left]


def _tell(names: Sequence[str], why: str, decisions: list[str]) -> None:
    if not names:
        return
    shown = ", ".join(f"'{name}'" for name in names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    decisions.append(f"{len(names)} column{'s' if len(names) > 1 else ''} left out, {why}: {shown}")
