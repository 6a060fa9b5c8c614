"""A training site with persons at work, for the tests of custody: real acts, a counting clock, counted ids."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from homeostat.governance import Office, Session
from homeostat.governance.custody import Book, collect, issue, label_of, offer, receive
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.governance.signing import Subject, give
from homeostat.ledger import JSON, canonical
from homeostat.ledger.catalogue import Scope
from homeostat.site import Site
from homeostat.validation import own_key

FIRST, SECOND, HEAD, QA = "demo-operator", "demo-operator-2", "demo-supervisor", "demo-qa"
QP = "demo-qp"
DIN = "G123498654321"
BEGAN = datetime(2026, 11, 20, 8, 0, tzinfo=UTC)


@dataclass(frozen=True)
class Scene:
    """An open office and who is logged in."""

    office: Office
    sessions: dict[str, Session]

    def __getitem__(self, person: str) -> Session:
        return self.sessions[person]

    @property
    def book(self) -> Book:
        """The book as the ledger has it now."""
        return Book.of(self.office.ledger)

    def issued(self, patient: str = "P-017", scope: Scope = "autologous") -> str:
        """A new identity."""
        return issue(self.office, self[HEAD], patient, scope=scope, why="order").identity

    def collected(self, identity: str, second: str = "P-017", donation: str = "", by: str = FIRST) -> str:
        """A bag, with the first operator on the ward."""
        act = collect(
            self.office,
            self[by],
            identity,
            second,
            donation=donation,
            place="ward",
            logger="TL-1",
            why="apheresis",
        )
        return act.container

    def label(self, container: str) -> str:
        """What a scanner reads from the container's label."""
        return label_of(self.book, container, training=True).matrix

    def offered(self, container: str, giver: str, to: str, scan: str = "", second: str = "P-017") -> None:
        """The giver's half of a hand-over."""
        offer(
            self.office,
            self[giver],
            SECRET,
            container,
            to=to,
            place="clean room",
            logger="TL-2",
            scan=scan or self.label(container),
            second=second,
            why="to the clean room",
        )

    def released(self, batch: str, by: str = QP, *, round_the_back: bool = False) -> None:
        """A qualified person's signature (or another's, or one past `sign`) on the certificate of a batch."""
        shown: dict[str, JSON] = {"batch": batch, "review": "0" * 64}
        certificate = Subject("certificate", batch, canonical(shown), batch)
        terms = {"certificate": shown}
        if round_the_back:
            own_key.round_the_back(self.office, self[by], SECRET, certificate, "released", terms=terms)
            return
        give(self.office, self[by], SECRET, certificate, "released", "fit for use", terms=terms)

    def received(self, container: str, by: str, scan: str = "", second: str = "P-017") -> None:
        """The receiver's half."""
        given = scan or self.label(container)
        receive(self.office, self[by], SECRET, container, scan=given, second=second, why="received")


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """The site at `folder`, made if new, with operators, supervisor and quality assurance logged in."""
    site = Site.create(folder)
    stored = itertools.count(folder.stat().st_mtime_ns)
    ticks = itertools.count()

    def clock() -> str:
        return (BEGAN + timedelta(seconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"n{next(stored):020d}") as office:
        enrol_demonstration(office)
        yield Scene(office, {one: login(office, one, SECRET) for one in (FIRST, SECOND, HEAD, QA, QP)})
