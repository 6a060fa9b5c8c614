"""A training site with its people logged in, a counting clock, and an intruder who writes to the database itself."""

import itertools
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homeostat.governance import Office, Session
from homeostat.governance.people import Secret, login
from homeostat.governance.places import create
from homeostat.site import Kind, Site

SECRET = Secret("training")
START = datetime(2026, 11, 20, 8, tzinfo=UTC)


def counting_clock(start: datetime = START) -> Callable[[], str]:
    """A clock that goes on by ten milliseconds at each look."""
    ticks = itertools.count()

    def stamp() -> str:
        return (start + timedelta(milliseconds=10 * next(ticks))).isoformat()

    return stamp


def counting_nonce() -> Callable[[], str]:
    numbers = itertools.count()
    return lambda: f"{next(numbers):032x}"


@dataclass
class Scene:
    """An open office and the sessions of those who came."""

    office: Office
    sessions: dict[str, Session] = field(default_factory=dict)

    def of(self, account: str) -> Session:
        """The session of a demonstration identity, logged in when first wanted."""
        name = f"demo-{account}"
        if name not in self.sessions:
            self.sessions[name] = login(self.office, name, SECRET)
        return self.sessions[name]


@contextmanager
def scene(folder: Path, kind: Kind = "training") -> Iterator[Scene]:
    clock, nonce = counting_clock(), counting_nonce()
    site = create(folder / "site", kind, clock, nonce)
    with Office.open(site, clock, nonce) as office:
        yield Scene(office)


def tamper(site: Site, statement: str, values: tuple[object, ...] = ()) -> None:
    """Change the database as an intruder would: drop the triggers, do the deed, put the triggers back."""
    with closing(sqlite3.connect(site.ledger_path)) as raw, raw:
        triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
        for name, _ in triggers:
            raw.execute(f"DROP TRIGGER {name}")
        raw.execute(statement, values)
        for _, sql in triggers:
            raw.execute(sql)
