"""Makes the site of version 1 that every later version must be able to open. It was run once, and is kept to be read.

    python tests/site/make_version_1.py tests/site/version_1

Never run it again over what is there: what it makes is then no longer what version 1 wrote.
`expected.json` was written once more, for the two rules that joined rule set 1 before its release.
"""

import json
import sqlite3
import sys
from contextlib import closing
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from homeostat.governance import Office
from homeostat.quality import batch_record
from homeostat.site import Site
from homeostat.validation.told import BATCH, tell


def make(root: Path) -> None:
    """The site, without its private keys, and beside it what its record says."""
    ticks, start = count(), datetime(2026, 1, 1, 8, tzinfo=UTC)
    site = Site.create(root)

    def clock() -> str:
        return (start + timedelta(seconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"{next(ticks):06d}") as office:
        tell(office)
    with site.reading() as (ledger, historian):
        record = batch_record(ledger, historian, BATCH)
    expected = {
        "summary": record.summary,
        "provenance": record.provenance.model_dump(),
        "content": record.content(),
    }
    text = json.dumps(expected, indent=1, sort_keys=True) + "\n"
    (root / "expected.json").write_text(text, "utf-8")
    for name in ("ledger.db", "historian.db"):
        with closing(sqlite3.connect(root / name)) as database:
            database.execute("PRAGMA journal_mode = DELETE")
            database.execute("VACUUM")
    for path in (root / "keys" / "site.pem", root / "writer.lock"):
        path.unlink(missing_ok=True)
    (root / "records").rmdir()


if __name__ == "__main__":
    make(Path(sys.argv[1]))
