"""A site with one finished batch, made once, for tests of documents and bundles."""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

from homeostat.governance import Office
from homeostat.historian import Historian
from homeostat.ledger.catalogue import Payload
from homeostat.site import Kind, Site
from homeostat.validation.told import tell


@contextmanager
def office_of(site: Site, day: int = 1) -> Iterator[Office]:
    """The office of a site, with a clock that counts seconds from a day of January 2026."""
    ticks, numbers, start = count(), count(), datetime(2026, 1, day, 8, tzinfo=UTC)

    def clock() -> str:
        return (start + timedelta(seconds=next(ticks))).isoformat()

    with Office.open(site, clock, lambda: f"{day:02d}{next(numbers):06d}") as office:
        yield office


@contextmanager
def opened(site: Site, day: int = 2) -> Iterator[tuple[Office, Historian]]:
    """Office and historian of a site."""
    with office_of(site, day) as office, Historian.open(site.historian_path, readonly=True) as historian:
        yield office, historian


def told_site(root: Path, kind: Kind = "training", midst: Iterable[tuple[str, int, Payload]] = ()) -> Site:
    """A new site with the finished batch B0001, and what is told of it besides: who, when, and what."""
    site = Site.create(root, kind)
    with office_of(site) as office:
        tell(office, midst=midst)
    return site
