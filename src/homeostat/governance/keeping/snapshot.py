"""A snapshot: ledger and historian as they are at one moment, copied while batches run and persons act.

In: a site. Out: copies of both databases, complete and without a write-ahead log. SQLite's backup interface reads one
moment and holds nobody up. The ledger is copied first: what it vouches for is then in the historian's copy as well,
and what the historian has beyond it is as after a power cut, which `homeostat resume` settles.
"""

import os
import sqlite3
from contextlib import closing
from pathlib import Path

from homeostat.errors import SiteError
from homeostat.site import Site


def snapshot(site: Site, folder: Path) -> tuple[Path, ...]:
    """Copies of the site's databases in `folder`, on disk on return. Raises SiteError where one cannot be copied."""
    sources = (site.ledger_path, site.historian_path, site.root / "patients.db")
    made = []
    for source in sources:
        if source.is_file():
            made.append(_copied(source, folder / source.name))
    return tuple(made)


def _copied(source: Path, target: Path) -> Path:
    try:
        with (
            closing(sqlite3.connect(f"{source.resolve().as_uri()}?mode=ro", uri=True, timeout=10.0)) as old,
            closing(sqlite3.connect(target)) as new,
        ):
            old.backup(new)
            new.execute("PRAGMA journal_mode = DELETE")
        with target.open("rb+") as file:
            os.fsync(file.fileno())
    except (sqlite3.Error, OSError) as fault:
        raise SiteError(
            f"the database cannot be copied: {fault}",
            where=str(source),
            mend="check the space where the backup is to be written",
        ) from fault
    return target
