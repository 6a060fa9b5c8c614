"""Tables that a site supplies: what registered codes mean. None is shipped, for those of ISBT 128 are licensed.

site/tables/NAME.json: {"name": "facilities", "edition": "...", "entries": {"G1234": "..."}}
"""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Annotated

from pydantic import BaseModel, ConfigDict, StringConstraints, ValidationError

from homeostat.errors import SiteError

Text = Annotated[str, StringConstraints(min_length=1, max_length=500)]

FACILITIES = "facilities"
STRUCTURES = "structures"
"""The names of the tables that `reading` looks into: facility codes, and data identifiers of other structures."""


class Table(BaseModel):
    """One table: code -> what it stands for, with the edition it was taken from."""

    model_config = ConfigDict(frozen=True, extra="forbid")
    name: Text
    edition: Text
    entries: dict[Text, Text]


def load_tables(folder: Path) -> Mapping[str, Table]:
    """The site's tables by name; none where the folder is absent.

    Raises SiteError that names the file and the field where one cannot be used, or two have one name.
    """
    tables = dict[str, Table]()
    for path in sorted(folder.glob("*.json")):
        table = _table(path)
        if table.name in tables:
            raise SiteError(f"there are two tables called '{table.name}'", where=str(path), mend="keep one")
        tables[table.name] = table
    return tables


def _table(path: Path) -> Table:
    try:
        return Table.model_validate(json.loads(path.read_text("utf-8")))
    except ValidationError as error:
        fault = error.errors()[0]
        field = ".".join(str(part) for part in fault["loc"]) or "the table"
        raise SiteError(
            f"{field}: {fault['msg']}", where=str(path), mend="a table has name, edition and entries"
        ) from error
    except (OSError, ValueError, RecursionError) as error:
        raise SiteError(f"the table cannot be read: {error}", where=str(path)) from error


def meaning(tables: Mapping[str, Table], name: str, code: str) -> str:
    """What `code` stands for in the table called `name`; empty where the site has no such table or entry."""
    table = tables.get(name)
    return table.entries.get(code, "") if table else ""
