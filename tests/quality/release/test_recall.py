"""Recalls: every late positive is on record and alerts, whatever recalled the batch before, and renews the list."""

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from pydantic import JsonValue

from homeostat.errors import QualityError
from homeostat.execution.clock import stamp
from homeostat.governance import Office
from homeostat.ledger.catalogue import AlertRaised, BatchRecalled, PendingReported
from homeostat.ledger.catalogue.release import Outcome
from homeostat.quality.release import Status, recall, release, report, status
from homeostat.quality.release.paper import certificate_paper
from homeostat.site import Site
from homeostat.validation.grounds import BATCH, told
from homeostat.validation.staff import Member, staff

TESTS = ("sterility", "mycoplasma")


def part(custodian: str) -> dict[str, JsonValue]:
    return {"container": "C-1", "custodian": custodian}


class Desk:
    """A batch that was released in stages, and the person who acts on it."""

    def __init__(self, office: Office, vera: Member) -> None:
        self.office, self.vera = office, vera
        release(office, vera.session, vera.secret, told(pending=TESTS), "fit")

    def reported(self, test: str, outcome: Outcome, custodian: str) -> Status:
        parts, vera = (part(custodian),), self.vera
        return report(
            self.office,
            vera.session,
            vera.secret,
            BATCH,
            test,
            outcome,
            evidence="LAB",
            parts=parts,
            why="due",
        )

    def ordered(self, custodian: str) -> Status:
        recall(
            self.office,
            self.vera.session,
            self.vera.secret,
            BATCH,
            "label",
            parts=(part(custodian),),
            why="seen",
        )
        return status(self.office.ledger, BATCH)

    def alerts(self) -> list[str]:
        return [str(one.event.data["words"]) for one in self.office.acts((AlertRaised.type,), BATCH)]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    """A desk at a new site."""
    numbers = count()
    site = Site.create(tmp_path / "site", kind="gmp")
    with Office.open(site, stamp, lambda: f"{next(numbers):032x}") as office:
        yield Desk(office, staff(office, vera="qualified person")["vera"])


def test_two_positives_alert_twice_and_the_later_list_holds(desk: Desk) -> None:
    desk.reported("sterility", "positive", "ward 3")
    stands = desk.reported("mycoplasma", "positive", "ward 9")
    assert (stands.state, dict(stands.pending)) == ("recalled", dict.fromkeys(TESTS, "positive"))
    assert stands.parts == (part("ward 9"),)
    assert [test in words for test, words in zip(TESTS, desk.alerts(), strict=True)] == [True, True]
    assert len([*desk.office.acts((BatchRecalled.type,), BATCH)]) == 2


def test_a_positive_after_a_negative_alerts_and_recalls_and_is_never_taken_back(desk: Desk) -> None:
    """The second plate of the same test; a negative after it changes nothing."""
    desk.reported("sterility", "negative", "ward 3")
    stands = desk.reported("sterility", "positive", "ward 3")
    assert (stands.state, stands.pending["sterility"], len(desk.alerts())) == ("recalled", "positive", 1)
    for outcome in ("negative", "positive"):
        with pytest.raises(QualityError, match="'sterility' is not pending"):
            desk.reported("sterility", outcome, "ward 3")
    (_, changed) = desk.office.acts((PendingReported.type,), BATCH)
    assert changed.event.data["changes"][0] == {  # type: ignore[index]
        "field": "sterility",
        "old": "negative",
        "new": "positive",
    }


@pytest.mark.parametrize(
    ("outcome", "alerts", "held"), [("positive", 2, "ward 9"), ("negative", 1, "ward 3")]
)
def test_after_an_ordered_recall_a_result_of_either_kind_is_taken(
    desk: Desk, outcome: Outcome, alerts: int, held: str
) -> None:
    desk.ordered("ward 3")
    stands = desk.reported("sterility", outcome, "ward 9")
    assert (stands.state, stands.pending["sterility"]) == ("recalled", outcome)
    assert (len(desk.alerts()), stands.parts) == (alerts, (part(held),))


def test_a_recall_is_ordered_again_for_a_newer_list(desk: Desk) -> None:
    desk.ordered("ward 3")
    assert desk.ordered("ward 9").parts == (part("ward 9"),)
    assert len(desk.alerts()) == 2


def test_a_recall_is_told_in_the_name_of_who_ordered_it(desk: Desk) -> None:
    quinn = staff(desk.office, quinn="quality assurance")["quinn"]
    recall(desk.office, quinn.session, quinn.secret, BATCH, "a wrong label", parts=(), why="seen")
    stands = status(desk.office.ledger, BATCH)
    assert (stands.by, stands.recalled_by, stands.cause) == ("Vera", "Quinn", "a wrong label")
    assert stands.told.startswith(f"recalled by Quinn, {stands.recalled} (a wrong label); released by Vera, ")
    paper = certificate_paper(told().certificate, stands, (), stands.when)
    assert paper.note == f"Recalled by Quinn, {stands.recalled}: a wrong label."


def test_a_test_is_reported_once(desk: Desk) -> None:
    desk.reported("sterility", "positive", "ward 3")
    with pytest.raises(QualityError, match="'sterility' is not pending"):
        desk.reported("sterility", "negative", "ward 3")
    assert len(desk.alerts()) == 1
