"""A release takes as many persons as signatures: one account with several roles stays one person."""

from collections.abc import Callable
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.governance.released import status
from homeostat.governance.signing import Subject, giving, sign, signatures
from homeostat.quality.release import agree, release, request, subject
from homeostat.quality.release.certificate import since
from homeostat.quality.release.grounds import unsigned
from homeostat.quality.release.obstacles import as_signed
from homeostat.quality.release.paper import certificate_paper
from homeostat.quality.reviewed import KIND as REVIEW
from homeostat.site import Kind, Site
from homeostat.validation.grounds import BATCH, told
from homeostat.validation.staff import staff

Opened = Callable[[Kind], Office]
ALL = ("treating physician", "sponsor", "qualified person")
GROUNDS = told(60.0, exceptional=True)


@pytest.fixture
def opened(tmp_path: Path, request: pytest.FixtureRequest) -> Opened:
    """Opens the office of a new site of a kind."""

    def opened(kind: Kind) -> Office:
        numbers = count()
        entered = Office.open(Site.create(tmp_path / kind, kind=kind), stamp, lambda: f"{next(numbers):032x}")
        office = entered.__enter__()
        request.addfinalizer(lambda: entered.__exit__(None, None, None))
        return office

    return opened


def test_who_agreed_does_not_release(opened: Opened) -> None:
    office = opened("gmp")
    paul = staff(office, paul=ALL)["paul"]
    agree(office, paul.session, paul.secret, GROUNDS, "agreed")
    with pytest.raises(AuthorityError, match="as agreed: another person"):
        release(office, paul.session, paul.secret, GROUNDS, "fit")
    assert [one.meaning for one in signatures(office.ledger, "certificate", BATCH)] == ["agreed"]


def test_who_agreed_to_an_earlier_certificate_does_not_release_a_later_one(opened: Opened) -> None:
    office = opened("gmp")
    paul = staff(office, paul=ALL)["paul"]
    agree(office, paul.session, paul.secret, told(55.0, exceptional=True), "agreed")
    with pytest.raises(AuthorityError, match="as agreed: another person"):
        release(office, paul.session, paul.secret, GROUNDS, "fit")


def test_two_signatures_of_one_person_are_one_person_short(
    opened: Opened, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Even where they came to be on record past the rule that keeps them apart."""
    office = opened("gmp")
    team = staff(office, paul=ALL, sara="sponsor")
    paul, sara = team["paul"], team["sara"]
    request(office, paul.session, paul.secret, GROUNDS, "asked")
    with monkeypatch.context() as patch:
        patch.setattr(giving, "both", lambda *_: "")
        sign(office, paul.session, paul.secret, subject(GROUNDS.certificate), "agreed", "round the back")
    (words,) = unsigned(office.ledger, GROUNDS.certificate)
    assert "distinct persons" in words
    agree(office, sara.session, sara.secret, GROUNDS, "agreed")
    assert tuple(unsigned(office.ledger, GROUNDS.certificate)) == ()


def test_the_certificate_that_is_printed_is_the_one_that_was_signed(opened: Opened) -> None:
    """Whatever came since stands beside it, and the flag of a printer makes nothing exceptional."""
    office = opened("gmp")
    vera = staff(office, vera="qualified person")["vera"]
    release(office, vera.session, vera.secret, told(), "fit")
    found = replace(told(), status=status(office.ledger, BATCH))
    later = found.certificate.model_copy(update={"deviations": ("DEV-0009",), "review": ""})
    shown = as_signed(replace(found, certificate=later))
    assert shown == told().certificate
    words = since(shown, later)
    assert (
        words
        == "Since it was signed: of deviations DEV-0009 came; its review does not stand as it was signed."
    )
    flagged = shown.model_copy(update={"exceptional": True})
    assert certificate_paper(flagged, found.status, (), stamp()).note == ""
    assert certificate_paper(shown, found.status, (), stamp(), words).note == words


@pytest.mark.parametrize("kind", ["gmp", "training"])
def test_the_reviewer_releases_at_a_training_site_alone(opened: Opened, kind: Kind) -> None:
    office = opened(kind)
    vera = staff(office, vera="qualified person")["vera"]
    sign(office, vera.session, vera.secret, Subject(REVIEW, BATCH, b"the record", BATCH), "reviewed", "read")
    if kind == "training":
        release(office, vera.session, vera.secret, told(), "fit")
        return
    with pytest.raises(AuthorityError, match="signed the review of the batch as reviewed: another person"):
        release(office, vera.session, vera.secret, told(), "fit")
