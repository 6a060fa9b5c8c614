"""A short culture, a silent watcher, and what two records must have in common."""

from collections.abc import Callable
from pathlib import Path

import pytest

from homeostat.execution import Finish, Options, run
from homeostat.process import Process, load
from homeostat.site import Site

HERE = Path(__file__).parent
MINI = HERE / "mini.yaml"


class Quiet:
    """Looks on and says nothing."""

    def started(self, batch: str, total: int | None) -> None:
        """Nothing to say."""

    def scanned(self, scan: int, time: int, phase: str) -> None:
        """Nothing to say."""

    def ended(self) -> None:
        """Nothing to say."""


@pytest.fixture(scope="session")
def mini() -> Process:
    return load(MINI)


@pytest.fixture
def quiet() -> Quiet:
    return Quiet()


@pytest.fixture
def site(tmp_path: Path) -> Site:
    return Site.create(tmp_path / "site")


Runner = Callable[..., Finish]


@pytest.fixture
def run_mini(mini: Process, quiet: Quiet) -> Runner:
    """Runs the short culture at a site, with the given options."""

    def runner(at: Site, **options: object) -> Finish:
        return run(at, mini, Options(**options), quiet)  # type: ignore[arg-type]

    return runner


@pytest.fixture(scope="session")
def finished(mini: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one uninterrupted run of the short culture. Not to be written to."""
    site = Site.create(tmp_path_factory.mktemp("finished") / "site")
    run(site, mini, Options(seed=7), Quiet())
    return site


def story(site: Site, batch: str = "B0001") -> list[tuple[object, ...]]:
    """The batch's events without wall-clock stamps: what two equal runs must share, byte for byte."""
    with site.reading() as (ledger, _):
        return [
            (e.id, e.type, e.time, e.actor, repr(e.data))
            for e in (r.event for r in ledger.events(batch=batch))
        ]


def chunks(site: Site, batch: str = "B0001") -> list[tuple[object, ...]]:
    """The batch's historian chunks with their hashes."""
    with site.reading() as (_, historian):
        return [(d.tag, d.start, d.end, d.count, d.sha256) for d in historian.digests(batch)]
