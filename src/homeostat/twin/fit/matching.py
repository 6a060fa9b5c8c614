"""Does a map of columns fit the model and the tables? Told before anything is read.

In: signature, map, tables. Out: nothing, or the error that names the field, the column and the mend.
"""

from collections.abc import Iterable, Sequence

from homeostat.errors import TwinError, UnitError
from homeostat.process import convert
from homeostat.process.issues import suggestion
from homeostat.twin.declare import Group, Signature
from homeostat.twin.fit.datamap import DataMap
from homeostat.twin.fit.table import Table


def unit_of(groups: Iterable[Group], name: str) -> str:
    """The declared unit of `name`, which one of `groups` has."""
    return next(group[name].unit for group in groups if name in group.names)


def check_map(s: Signature, datamap: DataMap) -> None:
    """Raise `TwinError` for names the model does not have and units it cannot take."""
    for section, columns, kind, groups in (
        (
            "measured",
            {c: (m.quantity, m.unit) for c, m in datamap.measured.items()},
            "quantity",
            (s.states, s.outputs),
        ),
        ("inputs", {c: (i.input, i.unit) for c, i in datamap.inputs.items()}, "input", (s.inputs,)),
        ("initial", {c: (i.state, i.unit) for c, i in datamap.initial.items()}, "state", (s.states,)),
        ("additions", {c: (i.state, i.unit) for c, i in datamap.additions.items()}, "state", (s.states,)),
        (
            "constants",
            {name: (name, quantity.unit) for name, quantity in datamap.constants.items()},
            "input, state or parameter",
            (s.inputs, s.states, s.parameters),
        ),
    ):
        for column, (name, unit) in columns.items():
            _check_name(groups, name, unit, kind, f"map of columns, {section}.{column}")


def _check_name(groups: Sequence[Group], name: str, unit: str, kind: str, where: str) -> None:
    if not any(name in group.names for group in groups):
        known = [known for group in groups for known in group.names]
        raise TwinError(f"the model has no {kind} {name!r}", where=where, mend=suggestion(name, known))
    try:
        convert(0.0, unit, unit_of(groups, name))
    except UnitError as error:
        raise TwinError(error.what, where=where, mend=error.mend) from error


def check_columns(tables: Sequence[Table]) -> None:
    """Raise `TwinError` for a mapped column that none of the files of its map has."""
    for datamap in dict.fromkeys(id(table.map) for table in tables):
        mine = [table for table in tables if id(table.map) == datamap]
        names = dict.fromkeys(name for table in mine for name in table.places)
        for column in mine[0].map.columns:
            if column not in names:
                raise TwinError(
                    f"there is no column {column!r}",
                    where=", ".join(table.file for table in mine[:5]),
                    mend=suggestion(column, names, "check `separator`, `skip` and `header`"),
                )
