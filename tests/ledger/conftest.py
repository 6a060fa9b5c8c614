"""A small site for the ledger's tests: a key, a clock that counts, and a ledger of a few commits."""

import itertools
import shutil
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

import pytest

from homeostat.ledger import Event, Ledger, LedgerCheck, SiteKey, verify_ledger

COMMITS = (3, 1, 5, 8, 3)


def counting_clock() -> Callable[[], str]:
    """A clock whose stamps only count, so that two ledgers differ in nothing."""
    ticks = itertools.count()
    return lambda: f"2026-11-20T08:00:00.{next(ticks):06d}+00:00"


def event(number: int, *, batch: str = "") -> Event:
    """The event `number` of a batch (B0001 for odd numbers, B0002 for even ones)."""
    batch = batch or f"B000{2 - number % 2}"
    kind = ("batch.started", "phase.started", "alarm.raised")[number % 3]
    data = {"tag": "TIC101", "value": 37 + number / 10, "text": "37 °C"}
    return Event(f"{batch}/{number:06d}/00", kind, batch, number * 60_000_000, "autopilot", data)


@dataclass(frozen=True)
class Place:
    """Where a site keeps its ledger, its exported heads and its key."""

    folder: Path
    key: SiteKey

    @property
    def path(self) -> Path:
        return self.folder / "ledger.db"

    @property
    def heads(self) -> Path:
        return self.folder / "heads" / "heads.jsonl"

    def open(self, clock: Callable[[], str] | None = None) -> Ledger:
        return Ledger.open(self.path, key=self.key, heads=self.heads, clock=clock or counting_clock())

    def reader(self) -> Ledger:
        return Ledger.open(self.path, key=None, heads=self.heads, clock=counting_clock())

    def verify(self) -> LedgerCheck:
        return verify_ledger(self.path, public_key=self.key.public, heads=self.heads)

    def words(self) -> str:
        """The report of a verification as one text."""
        return "\n".join(f"{finding.where}: {finding.what}" for finding in self.verify().findings)

    def tamper(self, *statements: str, values: tuple[object, ...] = ()) -> None:
        """Change the database as an intruder would: drop the triggers, do the deed, put the triggers back."""
        with closing(sqlite3.connect(self.path)) as raw, raw:
            triggers = raw.execute("SELECT name, sql FROM sqlite_master WHERE type = 'trigger'").fetchall()
            for name, _ in triggers:
                raw.execute(f"DROP TRIGGER {name}")
            for statement in statements:
                raw.execute(statement, values)
            for _, sql in triggers:
                raw.execute(sql)

    def copy(self, folder: Path) -> "Place":
        shutil.copytree(self.folder, folder)
        return Place(folder, self.key)


@pytest.fixture(scope="session")
def key(tmp_path_factory: pytest.TempPathFactory) -> SiteKey:
    """One signing key for all tests that do not ask for another."""
    return SiteKey.create(tmp_path_factory.mktemp("keys"))


@pytest.fixture
def place(tmp_path: Path, key: SiteKey) -> Place:
    """An empty site."""
    folder = tmp_path / "site"
    folder.mkdir()
    return Place(folder, key)


@pytest.fixture(scope="session")
def written_once(tmp_path_factory: pytest.TempPathFactory, key: SiteKey) -> Place:
    """A site with 20 events in 5 commits: never changed, only copied."""
    site = Place(tmp_path_factory.mktemp("written"), key)
    numbers = itertools.count(1)
    with site.open() as ledger:
        for size in COMMITS:
            for number in itertools.islice(numbers, size):
                ledger.append(event(number))
            ledger.commit()
    return site


@pytest.fixture
def written(written_once: Place, tmp_path: Path) -> Place:
    """A site with 20 events in 5 commits (3, 1, 5, 8, 3), to be tampered with."""
    return written_once.copy(tmp_path / "written")
