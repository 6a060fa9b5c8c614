"""A signature counts by the role that its signer held when it was given, whichever way it came about."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import access, changes, custody
from homeostat.governance.definitions.fold import SUBJECT
from homeostat.governance.ordered import RESULT
from homeostat.governance.people import change_roles
from homeostat.governance.released import KIND as CERTIFICATE
from homeostat.governance.released import status
from homeostat.governance.signing import Judge, Standing, Subject, give, not_entitled, sign
from homeostat.governance.signing.entitling import TAKES
from homeostat.ledger import JSON, Event, canonical
from homeostat.ledger.catalogue import Meaning, RecordSigned
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.quality import audit, reviewed, settlement, signed
from homeostat.quality.credibility import assessment
from homeostat.quality.deviations import state
from homeostat.validation.own_key import round_the_back

from .signing_scene import SECRET, Scene, scene

SHOWN: dict[str, JSON] = {"batch": "B0001", "review": "0" * 64}
PAPER = Subject(CERTIFICATE, "B0001", canonical(SHOWN), "B0001")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


def _released(here: Scene, account: str, paper: Subject = PAPER, kept: JSON = SHOWN) -> RecordSigned:
    terms = {CERTIFICATE: kept}
    return give(here.office, here.of(account), SECRET, paper, "released", "fit for use", terms=terms).signed


def _last(here: Scene) -> Standing:
    *_, last = Judge(here.office.ledger).all()
    return last


def _forged(here: Scene, account: str, **changed: object) -> Standing:
    """A person's own key over other words than `sign` would have let them say."""
    terms = {CERTIFICATE: SHOWN}
    round_the_back(here.office, here.of(account), SECRET, PAPER, "released", terms=terms, **changed)
    return _last(here)


def test_the_table_names_the_subjects_there_are() -> None:
    named = {CERTIFICATE, SUBJECT, signed.RECORD, RESULT, settlement.KIND}
    named |= {room.KIND for room in (reviewed, state, assessment, audit, access, changes)}
    named |= {custody.holding.KIND, custody.moving.KIND}
    assert {kind for kind, _ in TAKES} == named


@pytest.mark.parametrize("account", ["operator", "supervisor", "qa", "admin"])
def test_a_key_of_ones_own_releases_nothing_without_the_role(account: str, here: Scene) -> None:
    told, words = _forged(here, account), f"demo-{account} held no role that permits 'batch.release'"
    assert (told.state, told.words, told.entitled) == ("invalid", words, False)
    assert status(here.office.ledger, "B0001").state == "open"
    _released(here, "qp")
    assert status(here.office.ledger, "B0001").by == "Demonstration qualified person"


@pytest.mark.parametrize("account", ["operator", "supervisor", "qa", "admin"])
def test_nobody_signs_what_their_role_does_not_carry(account: str, here: Scene) -> None:
    """It would count for nothing, and could never be taken out of the ledger again; the refusal is on record."""
    words = f"certificate B0001, released: demo-{account} held no role that permits 'batch.release'"
    with pytest.raises(AuthorityError, match=words):
        _released(here, account)
    assert not [*Judge(here.office.ledger).all()]
    (refused,) = (one.event for one in here.office.acts((AccessRefused.type,)))
    told = {name: refused.data[name] for name in ("account", "permission", "cause", "why")}
    assert told == {"account": f"demo-{account}", "permission": "sign", "cause": "role", "why": words}


@pytest.mark.parametrize(("kind", "meaning"), TAKES)
def test_every_signature_of_the_table_is_refused_to_those_without_a_part(
    kind: str, meaning: Meaning, here: Scene
) -> None:
    nobody = here.of("operator" if meaning in ("agreed", "reviewed") else "sponsor")
    with pytest.raises(AuthorityError, match="held no role that permits"):
        sign(here.office, nobody, SECRET, Subject(kind, "x", b"x"), meaning, "try")


def test_only_those_that_a_role_does_not_carry_are_told_as_such(here: Scene) -> None:
    """What is forged or copied was never given, and what cannot be read is none."""
    _released(here, "qp")
    made = _forged(here, "operator")
    data = made.signed.model_dump(mode="json")
    office = here.office
    for name, batch in (("signature/copied", "B0002"), ("signature/again", "B0001")):
        office.ledger.append(Event(name, RecordSigned.type, batch, 0, made.person, data))
    office.ledger.append(Event("signature/none", RecordSigned.type, "B0001", 0, "nobody", {}))
    office.ledger.commit()
    assert [one.event for one in not_entitled(office.ledger, "B0001")] == [made.event]
    assert not_entitled(office.ledger, "B0002") == ()


@pytest.mark.parametrize(
    "kept",
    [
        {},
        "a certificate",
        {"batch": "B0002", "review": "0" * 64},
        {"batch": "B0001", "review": ""},
        {"batch": "B0001", "review": "1" * 64},
    ],
)
def test_what_does_not_keep_the_certificate_that_it_signs_releases_nothing(kept: JSON, here: Scene) -> None:
    """Another certificate, one of another batch, one of what nobody reviewed: also by a qualified person's own key."""
    _released(here, "qp", kept=kept)
    assert status(here.office.ledger, "B0001").state == "open"
    unreviewed: dict[str, JSON] = {"batch": "B0001", "review": ""}
    paper = Subject(CERTIFICATE, "B0001", canonical(unreviewed), "B0001")
    _released(here, "qp", paper, unreviewed)
    assert status(here.office.ledger, "B0001").state == "open"
    _released(here, "qp")
    assert status(here.office.ledger, "B0001").certificate == SHOWN


def test_a_role_that_was_not_held_cannot_be_claimed(here: Scene) -> None:
    told = _forged(here, "operator", roles=("operator", "qualified person"))
    words = "it claims a role that demo-operator did not hold: qualified person"
    assert (told.state, told.words) == ("invalid", words)


def test_another_persons_name_cannot_be_printed(here: Scene) -> None:
    told = _forged(here, "qp", name="Pia Park")
    assert told.state == "invalid"
    assert "it prints the name Pia Park" in told.words


def test_the_role_at_the_time_counts(here: Scene) -> None:
    """What was signed with it stands after it is gone; what was signed without it is not healed by getting it."""
    _forged(here, "operator")
    _released(here, "qp")
    for account, roles in (("demo-qp", ("process scientist",)), ("demo-operator", ("qualified person",))):
        change_roles(here.office, here.of("admin"), SECRET, account, roles, why="changed")
    assert [one.state for one in Judge(here.office.ledger).all()] == ["invalid", "valid"]


def test_a_certificate_of_another_batch_releases_none(here: Scene) -> None:
    other = Subject(CERTIFICATE, "B0002", b"what was shown", "B0001")
    sign(here.office, here.of("qp"), SECRET, other, "released", "fit for use")
    assert status(here.office.ledger, "B0001").state == "open"
    assert status(here.office.ledger, "B0002").state == "open"
