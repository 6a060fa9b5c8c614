"""A scan in words: its fields, with the meaning that the site's tables give to registered codes."""

from collections.abc import Mapping

from homeostat.governance.labels.reading import Scanned
from homeostat.governance.labels.tables import FACILITIES, STRUCTURES, Table, meaning

_LOOKED_UP: Mapping[str, str] = {"facility": FACILITIES, "structure": STRUCTURES}
"""The table in which each field is looked up."""


def describe(scanned: Scanned, tables: Mapping[str, Table]) -> Mapping[str, str]:
    """The fields of a scan, those in a registered system with what the site's tables say of them."""
    fields = {"identity": scanned.identity} if scanned.identity else {}
    for name, value in scanned.fields.items():
        if value:
            fields[name] = value + _said(tables, name, value)
    return fields


def _said(tables: Mapping[str, Table], name: str, value: str) -> str:
    table = _LOOKED_UP.get(name)
    if table is None:
        return ""
    return f" ({meaning(tables, table, value) or f'the site supplies no table of {table} with it'})"
