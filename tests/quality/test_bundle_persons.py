"""A bundle says who signed, and why they are who they are: what is forged under the site's own key is found offline."""

import io
import json
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from homeostat.governance import Office, people
from homeostat.governance.people import Secret
from homeostat.governance.people.vouching import put_vouched
from homeostat.governance.signing import Subject, sign
from homeostat.governance.signing.statement import statement_of
from homeostat.historian import Historian
from homeostat.ledger.catalogue import RecordSigned
from homeostat.ledger.catalogue.people import (
    AccountAgreed,
    AccountEnrolled,
    CredentialSet,
    ResetConfirmed,
    ResetRequested,
)
from homeostat.ledger.chain import GENESIS
from homeostat.ledger.identity import PersonalKey, passwords
from homeostat.ledger.identity.personal import digest
from homeostat.quality.bundle import making
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from homeostat.validation.staff import Member, founded, hired
from homeostat.validation.told import tell

from .sealed_scene import office_of, told_site
from .test_bundle import PERSONS, PERSONS_SCRIPTED, SCRIPT, SCRIPTED, alone

WHY = "a test"
MINE = digest("mine")
NEW = "seven blue hills by the sea"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(passwords, "STRONG", passwords.Cost(2, 1, 1))


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    with office_of(Site.create(tmp_path / "site", "gmp")) as office:
        yield office


@pytest.fixture
def team(office: Office) -> dict[str, Member]:
    """A founded site with a batch that Maria of quality assurance has signed for."""
    ada, vera = founded(office)
    people.enrol(office, ada.session, ada.secret, "piet", "Piet", ["operator"], verified="id", why=WHY)
    maria = hired(office, ada, vera, "maria", "quality assurance")
    people.accept(office, maria.session, maria.secret, why=WHY)
    tell(office)
    signed_by(office, maria)
    return {"ada": ada, "vera": vera, "maria": maria}


def signed_by(office: Office, one: Member) -> None:
    sign(
        office, one.session, one.secret, Subject("batch record", "B0001", b"shown", "B0001"), "reviewed", WHY
    )


def bundled(office: Office) -> bytes:
    with Historian.open(office.site.historian_path, readonly=True) as historian:
        return making.make_bundle(office, historian, "B0001", parquet=False).content


def faults(office: Office, **given: Any) -> list[str]:
    """What is found about the persons of a bundle that is whole and the site's, whoever they are."""
    made = bundled(office)
    assert list(SCRIPTED.verify(io.BytesIO(made))) == []
    return list(PERSONS_SCRIPTED.verify(io.BytesIO(made), **given))


def forged_key(office: Office, account: str, proof: str) -> PersonalKey:
    """A key that the forger puts in force, as far as the site's key can."""
    key = PersonalKey.generate(account)
    act = CredentialSet(account=account, public=key.public, fingerprint=key.fingerprint, proof=proof, why=WHY)
    office.put(account, act)
    return key


def forge_signature(office: Office, key: PersonalKey) -> None:
    """A signature of the batch that is true to the forger's key."""
    words = RecordSigned(
        why=WHY,
        account=key.account,
        name="Maria",
        roles=("quality assurance",),
        meaning="reviewed",
        at="2026-01-01T09:00:00+00:00",
        kind="batch record",
        subject="B0001",
        batch="B0001",
        sha256="0" * 64,
        place=0,
        chain=GENESIS.hex(),
        key=key.fingerprint,
        signature="",
    )
    given = key.sign(statement_of("forged", words)).hex()
    office.put(key.account, words.model_copy(update={"signature": given}), batch="B0001", event="forged")


def test_a_gmp_site_is_verified_offline_back_to_its_founding(
    office: Office, team: dict[str, Member], tmp_path: Path
) -> None:
    (tmp_path / "b.zip").write_bytes(bundled(office))
    code, said, errors = alone(SCRIPT, tmp_path)
    assert (code, said[:20], errors) == (0, "The bundle is whole:", "")
    known = "Every key is its owner's: persons vouched, back to the founding.\n"
    assert alone(PERSONS, tmp_path) == (0, known, "")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        lines = [json.loads(line) for line in archive.read("events.jsonl").splitlines()]
    told = {one["data"]["account"] for one in lines if one["type"] == "account.enrolled"}
    assert told == {"ada", "vera", "maria"}, "whoever has nothing to do with it is not told of"


def test_changes_resets_and_new_roles_by_persons_are_followed(
    office: Office, team: dict[str, Member]
) -> None:
    ada, vera, maria = team["ada"], team["vera"], team["maria"]
    mine = (office, ada.session, ada.secret)
    half = people.request_reset(*mine, "maria", why=WHY)
    other = people.confirm_reset(office, vera.session, vera.secret, "maria", why=WHY)
    people.complete_reset(office, "maria", (half, other), NEW, why=WHY)
    again = Member(people.login(office, "maria", Secret(NEW)), Secret(NEW))
    signed_by(office, again)
    people.change_password(office, "maria", again.secret, maria.secret.password, why=WHY)
    signed_by(office, Member(people.login(office, "maria", maria.secret), maria.secret))
    people.change_roles(*mine, "maria", ("quality assurance", "qualified person"), why=WHY)
    people.agree(office, vera.session, vera.secret, "maria", why=WHY)
    hired(office, ada, vera, "rosa", "quality assurance")
    people.retire(office, ada.session, "rosa", why=WHY)
    assert faults(office) == []


def test_a_forged_reset_is_found_and_the_signature_it_would_give(
    office: Office, team: dict[str, Member]
) -> None:
    office.put("ada", ResetRequested(account="maria", code=MINE, expires="", why=WHY))
    office.put("vera", ResetConfirmed(account="maria", code=MINE, why=WHY))
    forge_signature(office, forged_key(office, "maria", "mine mine"))
    assert [one.partition(": ")[2] for one in faults(office)] == [
        "the reset.requested of maria was not vouched for by a person who may",
        "the reset.confirmed of maria was not vouched for by a person who may",
        "the credential.set of maria sets a key that its owner did not prove",
        "the record.signed of maria was made with a key that was not theirs",
    ]
    signed_by(office, team["maria"])  # her own key is still hers
    found = [one for one in verify_site(office.site).findings if "its start as by" not in one.what]
    assert len(faults(office)) == len(found)  # the tale's batch was started at no GMP site


@pytest.mark.parametrize("founding", [False, True])
def test_a_person_who_was_made_up_signs_nothing(
    office: Office, team: dict[str, Member], founding: bool
) -> None:
    act = AccountEnrolled(
        account="ghost",
        name="Nobody",
        roles=("quality assurance",),
        invitation=MINE,
        founding=founding,
        vouching=founding,
        why=WHY,
    )
    office.put("ada", act)
    office.put("vera", AccountAgreed(account="ghost", roles=act.roles, why=WHY))
    forge_signature(office, forged_key(office, "ghost", "mine"))
    assert [one.partition(": ")[2].partition(" of ghost ")[0] for one in faults(office)] == [
        "the account.enrolled",
        "the account.agreed",
        "the credential.set",
        "the record.signed",
    ]


@pytest.mark.parametrize("proof", ["", "mine", "00" * 64, "not hexadecimal"])
def test_a_key_without_a_proof_is_found(office: Office, team: dict[str, Member], proof: str) -> None:
    forge_signature(office, forged_key(office, "maria", proof))
    assert [one.partition(" of maria ")[2] for one in faults(office)] == [
        "sets a key that its owner did not prove",
        "was made with a key that was not theirs",
    ]


def test_an_administrator_alone_takes_over_nobody(office: Office, team: dict[str, Member]) -> None:
    """With a true signature of theirs: their half of a reset is no proof, nor is a second invitation."""
    ada = team["ada"]
    act = ResetRequested(account="maria", code=MINE, expires="", why=WHY)
    put_vouched(office, ada.session, ada.secret, act)
    confirmed = ResetConfirmed(account="maria", code=MINE, why=WHY)
    put_vouched(office, ada.session, ada.secret, confirmed)
    for proof in ("mine", "mine mine"):
        forged_key(office, "maria", proof)
    assert [one.partition(": ")[2].partition(" of maria ")[0] for one in faults(office)] == [
        "the reset.confirmed",
        "the credential.set",
        "the credential.set",
    ]


def test_a_bundle_without_the_founding_or_with_another_is_found(
    office: Office, team: dict[str, Member], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Who makes the bundle chooses what is in it: a later founding is none, for what stood before it is not shown."""
    fake = AccountEnrolled(
        account="eve", name="Eve", roles=("administrator",), founding=True, vouching=True, why=WHY
    )
    key = PersonalKey.generate("eve")
    office.put("eve", fake.model_copy(update={"fingerprint": key.fingerprint}))
    own = CredentialSet(account="eve", public=key.public, fingerprint=key.fingerprint, why=WHY)
    office.put("eve", own)
    forge_signature(office, key)
    real = making.persons_behind
    monkeypatch.setattr(
        making,
        "persons_behind",
        lambda *told: [one for one in real(*told) if one.event.data.get("account") == "eve"],
    )
    made = bundled(office)
    (other,) = SCRIPTED.verify(io.BytesIO(made))
    assert "maria signed with a key that the ledger did not give to them" in other
    found = list(PERSONS_SCRIPTED.verify(io.BytesIO(made)))
    assert any("account.enrolled of eve was not vouched for" in one for one in found)
    assert any("record.signed of maria was made with a key that was not theirs" in one for one in found)


def test_a_training_site_does_not_pass_for_another(tmp_path: Path) -> None:
    site = told_site(tmp_path / "practice")
    with office_of(site, 2) as office:
        assert faults(office) == [
            "manifest.json: a training site's, where anybody can be anybody (--training lets it pass)"
        ]
        assert faults(office, training=True) == []
