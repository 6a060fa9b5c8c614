"""A site: one directory that holds a ledger, a historian, signed heads, keys, records and its configuration.

site/
  site.json       format and kind (training or gmp)
  ledger.db       what happened
  ledger.tree     where its tree of hashes goes on; made again if lost
  historian.db    what was measured and computed
  heads/          signed tree heads, outside the database
  keys/           the site's signing key
  records/        batch records
  orders/         what persons have ordered and no batch has taken yet
"""

import json
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, TypeAlias, get_args

from homeostat.errors import SiteError
from homeostat.historian import Historian
from homeostat.ledger import Ledger, SiteKey
from homeostat.ledger.keys import PRIVATE_NAME, PUBLIC_NAME
from homeostat.ledger.readable import readable

FORMAT = 1
LOCK = "writer.lock"
_LOOK = 0.2  # seconds within which somebody who only looks whether the site is in use has done so

Kind: TypeAlias = Literal["training", "gmp"]
"""A training site has demonstration identities and says so in all it writes; a GMP site refuses them."""


@dataclass(frozen=True, slots=True)
class Site:
    """The paths of one site; stores are opened when they are needed and closed after use."""

    root: Path
    kind: Kind = "training"

    @property
    def ledger_path(self) -> Path:
        """The ledger's database."""
        return self.root / "ledger.db"

    @property
    def historian_path(self) -> Path:
        """The historian's database."""
        return self.root / "historian.db"

    @property
    def heads(self) -> Path:
        """Exported tree heads."""
        return self.root / "heads"

    @property
    def heads_file(self) -> Path:
        """The file that tree heads are exported to."""
        return self.heads / "heads.jsonl"

    @property
    def keys(self) -> Path:
        """Signing keys."""
        return self.root / "keys"

    @property
    def records(self) -> Path:
        """Batch records that were written out."""
        return self.root / "records"

    @property
    def orders(self) -> Path:
        """Orders of persons that wait to be taken, a folder for each batch; made when the first one is given."""
        return self.root / "orders"

    @classmethod
    def open(cls, root: Path) -> "Site":
        """The site at `root`. Raises SiteError when there is none, or when it cannot be read."""
        config = root / "site.json"
        if not config.is_file():
            raise SiteError(
                "there is no site here",
                where=str(root),
                mend="name another with --site, or run a batch first",
            )
        try:
            settings = json.loads(config.read_text("utf-8"))
        except (OSError, ValueError) as error:
            raise SiteError(f"the configuration cannot be read: {error}", where=str(config)) from error
        if not isinstance(settings, dict) or settings.get("format") != FORMAT:
            raise SiteError(
                "the configuration is of another format", where=str(config), mend=f"format {FORMAT} is read"
            )
        kind = settings.get("kind", "training")
        if kind not in get_args(Kind):
            raise SiteError(f"the kind {kind!r} is unknown", where=str(config), mend="training or gmp")
        return cls(root, kind)

    @classmethod
    def create(cls, root: Path, kind: Kind = "training") -> "Site":
        """The site at `root`, made when it does not exist yet: then of this kind.

        Raises SiteError when the place cannot be used.
        """
        site = cls(root, kind)
        if (root / "site.json").is_file():
            return cls.open(root)
        try:
            site._clear()
            for folder in (root, site.heads, site.keys, site.records):
                folder.mkdir(parents=True, exist_ok=True)
            SiteKey.create(site.keys)
            (root / "site.json").write_text(json.dumps({"format": FORMAT, "kind": kind}) + "\n", "utf-8")
        except OSError as error:
            raise SiteError(
                f"the site cannot be made: {error.strerror}", where=str(root), mend="name a writable place"
            ) from error
        return site

    def _clear(self) -> None:
        """Make room: a directory without `site.json` may hold what an interrupted start left, and nothing else.

        A key that is found there has never signed anything, for the configuration is written before the first event.
        """
        found = {path.name for path in self.root.iterdir()} if self.root.is_dir() else set()
        if found - {self.heads.name, self.keys.name, self.records.name}:
            raise SiteError(
                "the directory holds other things",
                where=str(self.root),
                mend="name an empty or new directory",
            )
        for name in (PRIVATE_NAME, PUBLIC_NAME):
            (self.keys / name).unlink(missing_ok=True)

    @contextmanager
    def writing(self, stamp: Callable[[], str]) -> Iterator[tuple[Ledger, Historian]]:
        """Both stores, open for writing; `stamp` gives the wall-clock time of each event. One batch at a time."""
        with (
            self._lock(),
            self.recording(stamp) as ledger,
            Historian.open(self.historian_path) as historian,
        ):
            yield ledger, historian

    @contextmanager
    def recording(self, stamp: Callable[[], str]) -> Iterator[Ledger]:
        """The ledger alone, open for writing: for acts of persons, also while a batch is executed."""
        key = SiteKey.load(self.keys)
        if not self.ledger_path.exists():
            Historian.open(self.historian_path).close()  # a ledger without a historian is an alarm
        with Ledger.open(
            self.ledger_path, key=key, heads=self.heads_file, clock=stamp, reads=readable
        ) as ledger:
            yield ledger

    @contextmanager
    def looking(self) -> Iterator[Ledger]:
        """The ledger alone, read-only. Raises LedgerError where there is none, or it is damaged."""
        with Ledger.open(
            self.ledger_path, key=None, heads=self.heads_file, clock=str, reads=readable
        ) as ledger:
            yield ledger

    @contextmanager
    def _lock(self) -> Iterator[None]:
        """Hold the site for one writer: an exclusive SQLite lock, which the system drops when the process dies."""
        lock = sqlite3.connect(self.root / LOCK, timeout=_LOOK, isolation_level=None)
        try:
            lock.execute("BEGIN EXCLUSIVE")
        except sqlite3.OperationalError as error:
            lock.close()
            raise SiteError(
                "another process is executing a batch at this site",
                where=str(self.root),
                mend="wait until it has ended",
            ) from error
        try:
            yield
        finally:
            lock.close()

    @property
    def executing(self) -> bool:
        """Whether a process executes a batch at this site now; one that has died executes none."""
        if not (self.root / LOCK).is_file():
            return False
        with closing(sqlite3.connect(self.root / LOCK, timeout=0.0, isolation_level=None)) as lock:
            try:
                lock.execute("SELECT 1 FROM sqlite_master").fetchall()
            except sqlite3.OperationalError:
                return True
        return False

    @contextmanager
    def reading(self) -> Iterator[tuple[Ledger, Historian]]:
        """Both stores, read-only."""

        if not self.ledger_path.is_file():
            raise SiteError(
                "the site holds no batch yet", where=str(self.root), mend="run one with: homeostat run"
            )
        with (
            self.looking() as ledger,
            Historian.open(self.historian_path, readonly=True) as historian,
        ):
            yield ledger, historian
