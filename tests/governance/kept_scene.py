"""A training site with a batch and persons logged in, for tests of keeping."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from homeostat.governance import Office, Session
from homeostat.governance.demonstration import SECRET, enrol_demonstration
from homeostat.governance.people import login
from homeostat.site import Site
from homeostat.validation.told import tell


def ticking(day: int = 1) -> Callable[[], str]:
    """A clock that counts seconds from a day of January 2026."""
    ticks, start = count(), datetime(2026, 1, day, 8, tzinfo=UTC)

    def clock() -> str:
        return (start + timedelta(seconds=next(ticks))).isoformat()

    return clock


@dataclass(frozen=True)
class Kept:
    """An open office with an administrator, a supervisor and an operator in it."""

    office: Office
    admin: Session
    supervisor: Session
    operator: Session

    @property
    def site(self) -> Site:
        """The site."""
        return self.office.site


@contextmanager
def at_work(site: Site, day: int = 1) -> Iterator[Kept]:
    """Demonstration identities at work."""
    numbers = count()
    with Office.open(site, ticking(day), lambda: f"{day:02d}{next(numbers):06d}") as office:
        enrol_demonstration(office)
        people = (login(office, f"demo-{one}", SECRET) for one in ("admin", "supervisor", "operator"))
        yield Kept(office, *people)


@contextmanager
def kept(root: Path) -> Iterator[Kept]:
    """A new site with a batch, and who keeps it."""
    with at_work(Site.create(root)) as made:
        tell(made.office)
        yield made
