"""What cannot be done as things stand is refused on record, once, by whoever tried it; missing words are not."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import (
    AuthorityError,
    HomeostatError,
    LedgerError,
    QualityError,
    RecordError,
    WordingError,
)
from homeostat.governance import Office, Session
from homeostat.governance.authority import authorise, distinct
from homeostat.governance.orderly import in_order, orderly
from homeostat.governance.people import logout, reauthenticate
from homeostat.governance.people.secret import Secret
from homeostat.ledger.catalogue.people import AccessRefused, LoginRefused

from .signing_scene import Scene, scene


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


@in_order("record.review")
def look(office: Office, session: Session, fault: Exception | None = None, *, part: str = "") -> str:
    """An act of a reviewer."""
    authorise(office, session, "record.review")
    distinct(office, session, "record.review", {"had a part in it": part})
    if fault:
        raise fault
    return "done"


def told(here: Scene) -> list[tuple[str, object, object, object]]:
    refused = (one.event for one in here.office.acts((AccessRefused.type,)))
    return [(one.actor, *(one.data[name] for name in ("permission", "cause", "why"))) for one in refused]


@pytest.mark.parametrize("kind", [QualityError, AuthorityError, RecordError])
def test_a_refusal_of_order_is_on_record_and_goes_on_as_it_is(
    kind: type[HomeostatError], here: Scene
) -> None:
    fault = kind("it is closed", where="DEV-0001", mend="open another")
    with pytest.raises(kind) as raised:
        look(here.office, here.of("qa"), fault)
    assert raised.value is fault
    assert told(here) == [("demo-qa", "record.review", "state", "DEV-0001: it is closed")]


def test_what_is_done_leaves_nothing_behind(here: Scene) -> None:
    assert look(office=here.office, session=here.of("qa")) == "done"
    assert told(here) == []


@pytest.mark.parametrize(
    "fault", [WordingError("a reason is missing"), LedgerError("the disk is full"), OSError()]
)
def test_missing_words_and_faults_of_the_machine_are_no_refusals(fault: Exception, here: Scene) -> None:
    with pytest.raises(type(fault)):
        look(here.office, here.of("qa"), fault)
    assert told(here) == []


def test_what_is_refused_for_another_cause_is_told_once(here: Scene) -> None:
    gone = here.of("qa")
    logout(here.office, gone)
    nobody = Session("nobody", "Nobody", ("quality assurance",), "0" * 32)
    for session in (here.of("operator"), gone, nobody):
        with pytest.raises(AuthorityError):
            look(here.office, session)
    with pytest.raises(AuthorityError):
        look(here.office, here.of("qp"), part="demo-qp")
    assert [(who, cause) for who, _, cause, _ in told(here)] == [
        ("demo-operator", "role"),
        ("demo-qa", "session"),
        ("unknown", "session"),
        ("demo-qp", "segregation"),
    ]


def test_a_wrong_password_is_told_once_as_that(here: Scene) -> None:
    session = here.of("qa")
    with pytest.raises(AuthorityError), orderly(here.office, session, "record.review"):
        reauthenticate(here.office, session, Secret("wrong"))
    assert told(here) == []
    assert len([*here.office.acts((LoginRefused.type,))]) == 1


def test_an_act_within_an_act_tells_it_once(here: Scene) -> None:
    with pytest.raises(QualityError), orderly(here.office, here.of("qa"), "deviation.open"):
        look(here.office, here.of("qa"), QualityError("it is closed"))
    assert [permission for _, permission, _, _ in told(here)] == ["record.review"]


def test_each_attempt_is_told(here: Scene) -> None:
    for _ in range(3):
        with pytest.raises(QualityError):
            look(here.office, here.of("qa"), QualityError("it is closed"))
    assert len(told(here)) == 3
