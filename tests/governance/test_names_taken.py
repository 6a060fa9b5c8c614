"""Names that forged events took, by whoever holds the site's key: all can act, and do nothing twice."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import Office
from homeostat.governance.access import access_report, last_review, review_access
from homeostat.governance.definitions import definitions, retire, submit
from homeostat.governance.demonstration import enrol_demonstration
from homeostat.governance.known import directory, moment
from homeostat.governance.numbering import unused
from homeostat.governance.people import (
    Secret,
    activate,
    change_password,
    complete_reset,
    confirm_reset,
    enrol,
    enrolment,
    found,
    login,
    request_reset,
)
from homeostat.ledger import Event
from homeostat.ledger.catalogue import CertificateIssued
from homeostat.quality.documents.certificate import issue

from .signing_scene import SECRET, Scene, counting_clock, scene

FRESH, NEXT = "nine green hills by the lake", "seven blue stones by the sea"
NAME = ("report", "drill", "1.0.0")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


def taken(office: Office, *names: str) -> None:
    """Events of these names, which count for nothing."""
    for name in names:
        office.ledger.append(Event(name, "nobody.knows", "", 0, "x", {}))
    office.ledger.commit()


def hired(here: Scene, account: str = "maria") -> str:
    admin = here.of("admin")
    return enrol(here.office, admin, SECRET, account, "M", ["operator"], verified="passport", why="hired")


def names(here: Scene, about: str) -> list[str]:
    """The names of what is on record and counts, that begin so."""
    events = (one.event for one in here.office.ledger.stored())
    return [one.id for one in events if one.id.startswith(about) and one.type != "nobody.knows"]


def test_ordinary_names_are_as_they_were(here: Scene) -> None:
    activate(here.office, "maria", hired(here), FRESH, why="taken over")
    change_password(here.office, "maria", Secret(FRESH), NEXT, why="a better one")
    assert names(here, "account/maria/") == [
        "account/maria/enrolled",
        "account/maria/key/1",
        "account/maria/key/2",
    ]
    submit(here.office, here.of("scientist"), *NAME, "low: 1", why="new")
    retire(here.office, here.of("qa"), *NAME, why="old")
    assert names(here, "definition/") == [
        "definition/report/drill/1.0.0",
        "definition/report/drill/1.0.0/retired",
    ]


def test_an_account_is_made_taken_over_and_keeps_its_password(here: Scene) -> None:
    taken(here.office, *(f"account/maria/{one}" for one in ("enrolled", "key/1", "key/2", "key/4")))
    activate(here.office, "maria", hired(here), FRESH, why="taken over")
    change_password(here.office, "maria", Secret(FRESH), NEXT, why="a better one")
    assert login(here.office, "maria", Secret(NEXT)).person == "maria"
    assert len(directory(here.office).accounts["maria"].keys) == 2
    with pytest.raises(AuthorityError, match="given already"):
        hired(here)


def test_a_password_is_reset(here: Scene) -> None:
    taken(here.office, "account/demo-operator/key/2")
    first = request_reset(here.office, here.of("admin"), SECRET, "demo-operator", why="forgotten")
    other = confirm_reset(here.office, here.of("qa"), SECRET, "demo-operator", why="seen")
    complete_reset(here.office, "demo-operator", (first, other), FRESH, why="a new one")
    assert login(here.office, "demo-operator", Secret(FRESH)).person == "demo-operator"


def test_an_account_that_guesses_locked_opens_again(here: Scene) -> None:
    office = here.office
    for _ in range(directory(office).policy.attempts):
        with pytest.raises(AuthorityError):
            login(office, "demo-operator", Secret("a guess"))
    one = directory(office).accounts["demo-operator"]
    assert one.state == "locked"
    taken(office, f"account/demo-operator/unlocked/{one.refusals}")
    later = replace(office, clock=counting_clock(moment(office.clock()) + timedelta(hours=1)))
    assert login(later, "demo-operator", SECRET).person == "demo-operator"


def test_a_version_is_submitted_and_retired_once(here: Scene) -> None:
    taken(here.office, *(f"definition/{'/'.join(NAME)}{one}" for one in ("", "/retired")))
    submit(here.office, here.of("scientist"), *NAME, "low: 1", why="new")
    retire(here.office, here.of("qa"), *NAME, why="old")
    (one,) = definitions(here.office.ledger, here.office.clock()).versions
    assert one.state == "retired"
    with pytest.raises(AuthorityError, match="retired already"):
        retire(here.office, here.of("qa"), *NAME, why="old")
    with pytest.raises(AuthorityError, match="this version exists"):
        submit(here.office, here.of("scientist"), *NAME, "low: 2", why="new")


def test_an_access_review_is_put_on_record(here: Scene) -> None:
    shown = access_report(here.office)
    taken(here.office, f"access/{shown.at}")
    review_access(here.office, here.of("qa"), SECRET, shown, why="looked through")
    assert last_review(here.office.ledger) is not None


def test_the_certificate_of_the_site_is_put_on_record_once(here: Scene) -> None:
    fingerprint = issue(here.office).fingerprint
    assert names(here, "certificate/") == [f"certificate/{fingerprint[:32]}"]
    issue(here.office)
    told = here.office.ledger.events(types=(CertificateIssued.type,))
    assert [one.event.data["fingerprint"] for one in told] == [fingerprint]


def test_what_is_done_once_is_not_done_twice_at_once(here: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another process has done it when all was looked at: a name that is free is no leave."""

    def then(ledger: object, name: str) -> str:
        monkeypatch.setattr(enrolment, "unused", unused)
        with Office.open(here.office.site, counting_clock(), iter("abcdefgh").__next__) as other:
            again = Scene(other)
            hired(again)
        return unused(here.office.ledger, name)

    monkeypatch.setattr(enrolment, "unused", then)
    with pytest.raises(AuthorityError, match="given already"):
        hired(here)
    assert names(here, "account/maria/") == ["account/maria/enrolled"]


def test_demonstration_identities_are_made_once(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with scene(tmp_path) as here:
        before = here.office.ledger.size
        enrol_demonstration(here.office)
        assert here.office.ledger.size == before
        assert not directory(here.office).unproved


def test_a_site_is_founded_though_the_name_is_taken(tmp_path: Path) -> None:
    with scene(tmp_path) as here:
        taken(here.office, "site/founded", "account/ada/enrolled")
        found(here.office, "ada", "Ada", Secret(FRESH), verified="passport", why="founded")
        assert login(here.office, "ada", Secret(FRESH)).person == "ada"
        with pytest.raises(AuthorityError, match="has an administrator already"):
            found(here.office, "bea", "Bea", Secret(FRESH), verified="passport", why="founded")
