"""A clock that was set back: an exception of the batch it touched, until it is settled; nothing to any other batch."""

from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from importlib import import_module
from itertools import count
from pathlib import Path

import pytest

from homeostat.execution import Options, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.process import load
from homeostat.quality.release import grounds, obstacles
from homeostat.quality.review import accept, begin, review, sign_review
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.staff import Member, staff

from .test_grounds import MINI, Quiet

AHEAD = 90  # seconds; more than a time server's correction


def ahead() -> str:
    """The clock of a machine that is not in step yet."""
    return (datetime.fromisoformat(stamp()) + timedelta(seconds=AHEAD)).isoformat()


def until(looks: int) -> Callable[[], str]:
    """A clock that is ahead at first, and set right after so many looks."""
    seen = count()
    return lambda: ahead() if next(seen) < looks else stamp()


def said(site: Site) -> list[tuple[str, str]]:
    return [(one.kind, one.words) for one in obstacles(grounds(site, "B0001"))]


def reviewed(office: Office, piet: Member) -> None:
    with office.site.reading() as (ledger, historian):
        begin(office, piet.session, historian, "B0001", why="the batch has ended")
        for item in review(ledger, historian, "B0001").open:
            accept(office, piet.session, historian, "B0001", item.id, why="no influence on the product")
        sign_review(office, piet.session, piet.secret, historian, "B0001", why="read in full")


@pytest.fixture
def names() -> Iterator[int]:
    return count()


def test_a_step_outside_the_batch_is_told_and_does_not_keep_it(tmp_path: Path, names: Iterator[int]) -> None:
    site = Site.create(tmp_path / "site")
    run(site, load(MINI), Options(batch="B0001"), Quiet())
    with Office.open(site, stamp, lambda: f"n{next(names)}") as office:
        reviewed(office, staff(office, piet="quality assurance")["piet"])
    with Office.open(site, ahead, lambda: f"n{next(names)}") as office:
        staff(office, olga="operator")
    with Office.open(site, stamp, lambda: f"n{next(names)}") as office:
        staff(office, vera="qualified person")
    check = verify_site(site)
    assert any("the clock went back" in one.what for one in check.findings)
    assert (check.ok, check.altered) == (False, ())
    assert said(site) == []


def test_a_step_within_the_batch_keeps_it_until_it_is_settled(
    tmp_path: Path, names: Iterator[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_module("homeostat.execution.run"), "stamp", until(60))
    site = Site.create(tmp_path / "site")
    run(site, load(MINI), Options(batch="B0001"), Quiet())
    assert not verify_site(site).ok
    (against,) = [words for kind, words in said(site) if kind == "exception"]
    assert "The clock went back by 1 min" in against
    with Office.open(site, stamp, lambda: f"n{next(names)}") as office:
        reviewed(office, staff(office, piet="quality assurance")["piet"])
    assert said(site) == []
