"""The checks of signing and definitions hold on this system, and each deed of the intruder is a deed."""

import itertools
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from homeostat.errors import LedgerError
from homeostat.governance import Office
from homeostat.ledger import Event, PublicKey, verify_ledger
from homeostat.site import Site
from homeostat.validation.checking import CHECKS, Check, Workbench
from homeostat.validation.checks import definitions, signing
from homeostat.validation.intruder import DEEDS, full_disk, unguarded

MINE = {
    "P11-10a": 3,
    "P11-10k": 4,
    "P11-50": 1,
    "P11-70": 2,
    "A11D-13": 1,
    "A11-14/15": 1,
    "EXE-2": 4,
    "EXE-9": 1,
}


@pytest.fixture
def bench(tmp_path: Path) -> Workbench:
    ticks, numbers = itertools.count(), itertools.count()
    start = datetime(2026, 11, 20, 8, tzinfo=UTC)

    def clock() -> str:
        return (start + timedelta(milliseconds=10 * next(ticks))).isoformat()

    return Workbench(tmp_path, clock, lambda: f"{next(numbers):032x}")


def mine(requirement: str) -> list[Check]:
    here = {signing.__name__, definitions.__name__}
    return [check for check in CHECKS[requirement] if check.__module__ in here]


CASES = [(requirement, check) for requirement in MINE for check in mine(requirement)]


def test_every_requirement_has_its_checks() -> None:
    assert {requirement: len(mine(requirement)) for requirement in MINE} == MINE


@pytest.mark.parametrize("check", dict.fromkeys(check for _, check in CASES), ids=lambda one: one.__name__)
def test_a_check_holds_and_says_what_it_saw(check: Check, bench: Workbench) -> None:
    assert len(check(bench)) > 20


@pytest.fixture
def site(bench: Workbench) -> Site:
    """A site with five commits, each saying that something was done."""
    site = bench.site("gmp")
    with Office.open(site, bench.clock, bench.nonce) as office:
        for number in range(5):
            office.ledger.append(Event(f"act/{number}", "record.signed", "B1", 0, "maria", {"why": "done"}))
            office.ledger.commit()
    return site


@pytest.mark.parametrize("name", DEEDS)
def test_p11_10a_each_deed_changes_the_file_and_is_found(site: Site, name: str) -> None:
    def check() -> tuple[str, ...]:
        key = PublicKey.load(site.keys)
        found = verify_ledger(site.ledger_path, public_key=key, heads=site.heads_file).findings
        return tuple(f"{one.where}: {one.what}" for one in found)

    assert check() == ()
    with unguarded(site) as raw:
        DEEDS[name](raw)
    assert check()


def test_a_full_disk_takes_no_commit_and_lets_go_again(site: Site, bench: Workbench) -> None:
    with Office.open(site, bench.clock, bench.nonce) as office:
        before = office.ledger.size
        office.ledger.append(Event("act/late", "record.signed", "", 0, "maria", {}))
        with full_disk(site), pytest.raises(LedgerError, match="disk is full"):
            office.ledger.commit()
        assert office.ledger.size == before
        office.ledger.commit()
        assert office.ledger.size == before + 1
