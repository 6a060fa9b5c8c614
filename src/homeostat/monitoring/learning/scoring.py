"""A package's verdicts on a user's table, and how right they were where the table holds the truth.

In: a package and a table. Out: `Scored`. The model is given its inputs only: the truth is read after it has spoken.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from homeostat.errors import MonitoringError
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.beyond import advice
from homeostat.monitoring.learning.decimals import number_of
from homeostat.monitoring.learning.far_groups import unchecked
from homeostat.monitoring.learning.possible import Possible
from homeostat.monitoring.learning.spellings import spellings
from homeostat.monitoring.learning.table import Table
from homeostat.monitoring.learning.unknown import judged
from homeostat.monitoring.learning.wavelengths import matching, span
from homeostat.monitoring.package import Metrics, Package, table_digest
from homeostat.monitoring.package.metrics import measure
from homeostat.monitoring.prediction import Verdict

SHOWN = 5


@dataclass(frozen=True, eq=False)
class Scored:
    """Verdicts, one a row; the truth (n,) where the table tells it; figures over all rows, then by group."""

    package: Package
    table: Table
    verdicts: tuple[Verdict, ...]
    truth: Array | None
    groups: tuple[str, ...] | None
    metrics: tuple[Metrics, ...]
    unheard: tuple[str, ...] = ()
    """What the column of the truth says (n,) where that is no class that the model knows, "" elsewhere; may be empty.
    Such rows count in no figure."""

    @property
    def advice(self) -> str | None:
        """What to do where most of the rows lie outside what the model knows; None where they do not."""
        return advice(self.package.names, self.verdicts, self.table.name)

    @property
    def unchecked(self) -> str | None:
        """What is said where groups that are far could not be told, for want of their column; None elsewhere."""
        return unchecked(self.package, self.table)

    @property
    def impossible(self) -> str | None:
        """What is said of truths outside what was declared possible, which no interval holds; None without any."""
        possible = range_of(self.package)
        count = 0 if self.truth is None else len(possible.beyond(self.truth))
        return f"{count} of the truths lie outside what was declared possible, {possible}." if count else None

    @property
    def edge(self) -> str | None:
        """What is said of values or intervals beyond the targets learnt from; None without any."""
        if self.package.reached is None:
            return None
        low, high = self.package.reached
        told = [v for v in self.verdicts if v.value is not None]
        values = sum(not low <= v.value <= high for v in told if v.value is not None)
        ends = sum(
            v.low is not None and v.high is not None and not low <= v.low <= v.high <= high for v in told
        )
        if not ends and not values:
            return None
        return (
            f"Targets were learnt from {low:.6g} to {high:.6g}: {values} values and {ends} intervals reach beyond, "
            "where nothing was learnt."
        )

    @property
    def spelt(self) -> str | None:
        """What is said of groups that the table spells in several ways; None without any."""
        group = self.package.training.group
        told = spellings(self.table, (), group) if group and group in self.table.headings else []
        return "; ".join(told) or None

    @property
    def left_out(self) -> str | None:
        """What is said of rows whose truth is no class that the model knows; None without any."""
        return left_out(self.package, self.unheard)

    def named(self, value: float | None) -> str:
        """The class that a value stands for; "" where the model predicts no class, or there is no value."""
        classes = self.package.classes
        return "" if classes is None or value is None or value != value else classes[int(value >= 0.5)]


def score(package: Package, table: Table) -> Scored:
    """Judge every row of the table. Raises MonitoringError for columns that are absent or not numeric."""
    verdicts = judged(package, table, inputs(package, table))
    unheard = strangers(package, table)
    truth = _truth(package, table, unheard)
    found = Scored(package, table, verdicts, truth, _groups(package, table), (), unheard)
    return replace(found, metrics=figures(found, range(table.rows)))


def figures(scored: Scored, rows: Sequence[int]) -> tuple[Metrics, ...]:
    """Figures over some of the rows, then by group; none where none of them tells a truth."""
    if scored.truth is None or not np.isfinite(scored.truth[list(rows)]).any():
        return ()
    labels = None if scored.groups is None else np.array(scored.groups)[list(rows)]
    verdicts = [scored.verdicts[row] for row in rows]
    return measure(
        scored.truth[list(rows)], verdicts, rule=scored.package.rule, subgroups=labels, groups=labels
    )


def digest_of(scored: Scored) -> str:
    """The digest of the rows with a truth as a model reads them; that of its training, if it learnt from these."""
    package, table = scored.package, scored.table
    truth = np.full(table.rows, np.nan) if scored.truth is None else scored.truth
    rows = np.flatnonzero(np.isfinite(truth))
    found = given(package.training.columns[:-1], table.knowing(package.labels))
    columns: dict[str, Any] = {name: column[rows] for name, column in found.items()}
    columns[package.target] = truth[rows]
    group = package.training.group
    if group and group in table.headings:
        labels = table.categories(group)
        columns[group] = tuple(labels[row] for row in rows.tolist())
    return table_digest(columns)


def range_of(package: Package) -> Possible:
    """What the target can be at all, as declared when the model was trained."""
    return Possible(package.interval.floor, package.interval.ceiling)


def inputs(package: Package, table: Table) -> dict[str, Array]:
    """The package's inputs (n,) by name. Raises MonitoringError for columns that are absent, not numeric, or empty."""
    found = given(package.names, table.knowing(package.labels))
    empty = next((name for name in found if table.rows > 1 and np.isnan(found[name]).all()), None)
    if empty is not None:
        raise MonitoringError(
            "an input of the model has no values",
            where=f"{table.name}, column '{empty}'",
            mend="give the input the model was trained on",
        )
    return found


def given(names: Sequence[str], table: Table) -> dict[str, Array]:
    """A model's inputs `names` (n,) in the table. A wavelength is known by its number, however it is written."""
    absent = not all(table.has(name) for name in names)
    places = matching(names, table.headings, table.sheet.decimal) if absent else {}
    found = {}
    for name in names:
        heading = name if table.has(name) else places.get(name, name)
        if table.has(heading):
            table.check_single(heading)
            found[name] = _filled(table, heading)
    missing = [name for name in names if name not in found]
    if missing:
        raise _missing(names, missing, table)
    return found


def _missing(names: Sequence[str], missing: Sequence[str], table: Table) -> MonitoringError:
    where, (known, own) = (
        f"{table.name}, headings",
        (span(names, ","), span(table.headings, table.sheet.decimal)),
    )
    if known and own and len(missing) == len(names):
        return MonitoringError(
            f"the table's wavelengths ({own}) are others than the model's ({known})",
            where=where,
            mend="bring spectra at the wavelengths that the model was trained on",
        )
    told = ", ".join(f"'{name}'" for name in missing[:5]) + (", ..." if len(missing) > 5 else "")
    are = "is" if len(missing) == 1 else "are"
    return MonitoringError(
        f"{len(missing)} of the model's {len(names)} inputs {are} not in the table: {told}",
        where=where,
        mend="bring a table with the columns the model was trained on, in any order",
    )


def _filled(table: Table, heading: str) -> Array:
    """A column of numbers; one without any value is all gaps, which the model counts as missing."""
    if heading in table.headings and heading not in table.numbers and not any(table.labels(heading)):
        return np.full(table.rows, np.nan)
    return table.number(heading)


def _float(name: str) -> float:
    try:
        return number_of(name)
    except ValueError:
        return float("nan")


def _truth(package: Package, table: Table, unheard: Sequence[str]) -> Array | None:
    if package.target not in table.headings:
        return None
    table.check_single(package.target)
    if package.classes is None:
        return table.number(package.target)
    asked = package.classes[1]
    told = zip(_classes(package, table), unheard, strict=True)
    return np.array(
        [np.nan if not label or strange else float(_alike(label, asked)) for label, strange in told]
    )


def strangers(package: Package, table: Table) -> tuple[str, ...]:
    """For each row (n,) the truth that is none of the classes the model knows, "" for others; empty without truths.

    Asked for one class against all others, a model takes what it never heard of for one of those.
    """
    if package.classes is None or package.target not in table.headings:
        return ()
    other, asked = package.classes
    known = package.labels.get(package.target, package.classes)
    if len(known) > 2 or (package.target not in package.labels and other == f"not {asked}"):
        return ("",) * table.rows
    labels = _classes(package, table)
    return tuple("" if any(_alike(label, name) for name in known) else label for label in labels)


def left_out(package: Package, unheard: Sequence[str]) -> str | None:
    """What is said of the truths `unheard` of, "" for none; None where all are known."""
    names = sorted({label for label in unheard if label})
    if not names or package.classes is None:
        return None
    rows = sum(bool(label) for label in unheard)
    told = ", ".join(f"'{name[:40]}'" for name in names[:SHOWN]) + (", ..." if len(names) > SHOWN else "")
    which = f"{rows} row{'s' if rows > 1 else ''} whose truth is {told}"
    return f"Left out of the figures: {which}; the model knows {' and '.join(package.classes)} alone."


def _classes(package: Package, table: Table) -> tuple[str, ...]:
    return table.knowing(package.labels).categories(package.target)


def _alike(label: str, name: str) -> bool:
    return label.lower() == name.lower() or _float(label) == _float(name)


def _groups(package: Package, table: Table) -> tuple[str, ...] | None:
    group = package.training.group
    if not group or group not in table.headings:
        return None
    return tuple(label or "(no group)" for label in table.categories(group))
