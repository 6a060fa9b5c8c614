"""A signature by somebody without the role: an exception of the batch that it names, and nothing to any other batch."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

from homeostat.execution import Options, run
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.governance.signing import Subject
from homeostat.ledger import Event
from homeostat.ledger.catalogue import RecordSigned
from homeostat.process import load
from homeostat.quality.deviations import assess, classify, close, explain
from homeostat.quality.release import release, status
from homeostat.quality.release.grounds import grounds
from homeostat.quality.review import raise_deviation, review, sign_review
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.own_key import round_the_back
from homeostat.validation.staff import Member, staff

from .test_clock_steps import reviewed, said
from .test_grounds import MINI, Quiet

LACKS = "olga held no role that permits"


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A training site with a batch that has ended."""
    site, numbers = Site.create(tmp_path / "site"), count()
    run(site, load(MINI), Options(batch="B0001"), Quiet())
    with Office.open(site, stamp, lambda: f"n{next(numbers)}") as opened:
        yield opened


@pytest.fixture
def team(office: Office) -> dict[str, Member]:
    roles = {"olga": "operator", "piet": "quality assurance", "vera": "qualified person"}
    return staff(office, **roles, sven="supervisor")


def slipped_in(office: Office, olga: Member, batch: str) -> RecordSigned:
    """Olga lets the batch go by her own key: a decision that is not hers."""
    shown = Subject("certificate", batch or "x", b"whatever", batch)
    return round_the_back(office, olga.session, olga.secret, shown, "released")


@pytest.mark.parametrize("batch", ["", "B0002"])
def test_it_keeps_no_other_batch_from_its_release(
    batch: str, office: Office, team: dict[str, Member]
) -> None:
    reviewed(office, team["piet"])
    slipped_in(office, team["olga"], batch)
    check = verify_site(office.site)
    assert [one.what for one in check.findings if LACKS in one.what]
    assert (check.ok, check.altered) == (False, ())
    assert said(office.site) == []
    vera = team["vera"]
    release(office, vera.session, vera.secret, grounds(office.site, "B0001"), "fit for use")
    assert status(office.ledger, "B0001").state == "released"


def test_its_own_batch_is_kept_until_it_is_accepted_in_a_review(
    office: Office, team: dict[str, Member]
) -> None:
    reviewed(office, team["piet"])
    slipped_in(office, team["olga"], "B0001")
    assert status(office.ledger, "B0001").state == "open"
    (against,) = [words for kind, words in said(office.site) if kind == "exception"]
    assert "“certificate B0001”: the signature as released of olga was refused" in against
    assert LACKS in against
    reviewed(office, team["piet"])
    assert said(office.site) == []


def test_its_own_batch_is_kept_until_its_deviation_is_closed(office: Office, team: dict[str, Member]) -> None:
    reviewed(office, team["piet"])
    slipped_in(office, team["olga"], "B0001")
    piet, sven, vera = team["piet"], team["sven"].session, team["vera"]
    with office.site.reading() as (ledger, historian):
        (found,) = review(ledger, historian, "B0001").open
        assert (found.rule, found.group, found.severity) == ("entries", "unsigned step", "major")
        name = raise_deviation(office, piet.session, historian, "B0001", found.id, why="not hers to sign")
        sign_review(office, piet.session, piet.secret, historian, "B0001", why="read again")
    assert [kind for kind, _ in said(office.site)] == ["exception", "exception"]
    classify(office, sven, name, "minor", why="w")
    assess(office, sven, name, "none: it counted for nothing", why="w")
    explain(office, sven, name, "the machine stood open", why="w")
    close(office, vera.session, vera.secret, name, why="settled")
    assert said(office.site) == []


@pytest.mark.parametrize("copied_to", ["B0001", "B0002", ""])
def test_a_copied_or_forged_one_still_stops_every_release(
    copied_to: str, office: Office, team: dict[str, Member]
) -> None:
    """Also a copy of one that was not entitled: nobody gave it there."""
    reviewed(office, team["piet"])
    data = slipped_in(office, team["olga"], "B0003").model_dump(mode="json")
    assert said(office.site) == []
    office.ledger.append(Event("signature/copy", RecordSigned.type, copied_to, 0, "olga", data))
    office.ledger.commit()
    assert "record" in [kind for kind, _ in said(office.site)]
    assert len(verify_site(office.site).altered) == 1
