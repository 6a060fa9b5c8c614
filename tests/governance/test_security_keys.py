"""Security keys as a second factor: what they open, what they do not, and what stays on record of it."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance import Office, people, turns
from homeostat.governance.known import directory
from homeostat.governance.people import Question, Response, Secret
from homeostat.governance.signing import Subject, shown_as, sign, signatures, statement
from homeostat.ledger import Event
from homeostat.ledger.catalogue import RecordSigned
from homeostat.ledger.catalogue.people import AlertRaised, LoginRefused, SessionOpened
from homeostat.ledger.catalogue.security_keys import (
    Asked,
    SecurityKeyRegistered,
    SecurityKeyRemoved,
    SecurityKeyUsed,
)
from homeostat.ledger.identity import PersonalKey, passwords
from homeostat.ledger.identity.assertions import counter
from homeostat.ledger.identity.challenges import answer_id, challenge, decoded
from homeostat.ledger.identity.parties import LOCAL, RelyingParty
from homeostat.ledger.identity.proofs import registration
from homeostat.quality.verify import verify_site
from homeostat.validation.checking import Workbench
from homeostat.validation.own_key import round_the_back
from homeostat.validation.running import ticking
from homeostat.validation.scene import FRESH, Later, device_of, scene
from homeostat.validation.staff import Member, staff
from homeostat.validation.token import Token

RECORD = Subject("batch record", "B0001", b"what was shown")
WHY = "a test"


@pytest.fixture(autouse=True)
def cheap(monkeypatch: pytest.MonkeyPatch) -> None:
    """Guesses may be cheap here; what they cost is tested where keys are."""
    monkeypatch.setattr(passwords, "STRONG", passwords.Cost(2, 1, 1))


class Desk:
    """Maria at a GMP site, with a security key that is registered."""

    def __init__(self, office: Office, later: Later) -> None:
        self.office, self.later = office, later
        self.team = staff(
            office, ada="administrator", vera="quality assurance", maria="operator", olga="operator"
        )
        self.token = self.registered("maria", "blue key")

    def registered(self, person: str, name: str, **more: Any) -> Token:
        member, token = self.team[person], Token()
        answer = token(people.offer_key(self.office, member.session))
        secret = replace(member.secret, **more)
        people.register_key(self.office, member.session, secret, answer, name, why=WHY)
        return token

    @property
    def maria(self) -> Member:
        return self.team["maria"]

    def secret(self, **more: Any) -> Secret:
        return replace(self.maria.secret, **{"ask": self.token, **more})

    def login(self, **more: Any) -> Any:
        return people.login(self.office, "maria", self.secret(**more))

    def refusals(self) -> list[tuple[str, str]]:
        """Cause and words of each refusal on record."""
        found = self.office.acts((LoginRefused.type,))
        return [(str(one.event.data["cause"]), str(one.event.data["why"])) for one in found]


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    with scene(Workbench(tmp_path, *ticking())) as (office, later):
        yield Desk(office, later)


def test_it_opens_and_signs_and_the_ledger_shows_it_again(desk: Desk) -> None:
    with pytest.raises(AuthorityError, match="is not right"):
        people.login(desk.office, "maria", desk.maria.secret)
    session = desk.login()
    given = sign(desk.office, session, desk.secret(), RECORD, "performed", WHY)
    (at_login, at_signing) = [one.event for one in desk.office.acts((SecurityKeyUsed.type,))]
    assert given.signed.answer == at_signing.id != at_login.id
    asked: Any = at_signing.data["asked"]
    assert (asked["sha256"], asked["meaning"]) == (RECORD.sha256, "performed")
    (standing,) = signatures(desk.office.ledger, RECORD.kind, RECORD.id, RECORD.content)
    assert standing.state == "valid"
    more = Subject("batch record", "B0002", b"what was shown next")
    again = sign(desk.office, session, desk.maria.secret, more, "performed", WHY)  # the password alone
    assert again.signed.answer == ""
    assert verify_site(desk.office.site).ok
    (key,) = directory(desk.office).accounts["maria"].security_keys
    assert (key.name, key.counter, key.party) == ("blue key", 3, LOCAL.id)


def test_a_browser_asks_first_and_answers_in_a_second_request(desk: Desk) -> None:
    login = people.ask_login(desk.office, "maria", desk.maria.secret)
    assert json.loads(json.dumps(login.options)) == login.options  # plain JSON for the page
    assert login.options["userVerification"] == "required"
    session = desk.login(ask=None, answer=desk.token(login))
    asked = people.ask_signing(desk.office, session, shown_as(RECORD, "performed"))
    answer = desk.token(asked)
    given = sign(desk.office, session, desk.secret(ask=None, answer=answer), RECORD, "performed", WHY)
    assert given.signed.answer
    with pytest.raises(AuthorityError, match="is not right"):
        people.ask_login(desk.office, "maria", Secret("a guess of somebody"))


def test_an_answer_signs_only_what_was_shown(desk: Desk) -> None:
    other = Subject(RECORD.kind, RECORD.id, b"something else was shown")
    for shown in (shown_as(other, "performed"), shown_as(RECORD, "verified"), None):
        session = desk.login()
        answer = desk.token(people.ask_signing(desk.office, session, shown))
        with pytest.raises(AuthorityError, match="is not right"):
            sign(desk.office, session, desk.secret(ask=None, answer=answer), RECORD, "performed", WHY)
    assert {words for _, words in desk.refusals()} == {"this was asked about something else than is signed"}
    assert not signatures(desk.office.ledger, RECORD.kind, RECORD.id)


LIES: dict[str, dict[str, Any]] = {
    "it was given at 'https://homeostat.1ocal'": {"origin": "https://homeostat.1ocal"},
    "it is for another site than homeostat.local": {"party": "homeostat.1ocal"},
    "nobody was there": {"flags": 0x04},
    "the key has not verified its person": {"flags": 0x01},
    "there may be a copy of it": {"counter": 0},
    "inside a page of somebody else": {"cross": True},
}


@pytest.mark.parametrize(("words", "lie"), LIES.items())
def test_what_is_not_an_answer_is_refused_and_counts_as_a_failure(
    desk: Desk, words: str, lie: dict[str, Any]
) -> None:
    desk.login()
    for name, value in lie.items():
        setattr(desk.token, name, value)
    with pytest.raises(AuthorityError, match="is not right"):
        desk.login()
    ((cause, told),) = desk.refusals()
    assert cause == "key"
    assert words in told
    assert directory(desk.office).accounts["maria"].failures == 1
    assert len([*desk.office.acts((SecurityKeyUsed.type,))]) == 1


def test_a_key_that_counts_back_raises_an_urgent_alert(desk: Desk) -> None:
    desk.login()
    desk.token.counter -= 2
    with pytest.raises(AuthorityError):
        desk.login()
    (alert,) = [one.event.data for one in desk.office.acts((AlertRaised.type,))]
    assert (alert["about"], alert["urgency"]) == ("maria", "urgent")
    assert "'blue key' counts 1 after 2" in str(alert["words"])


def altered(response: Response, **parts: str) -> Response:
    return {**response, "response": {**response["response"], **parts}}


SPOILT: dict[str, Callable[[Response], Response]] = {
    "this was not asked": lambda one: altered(one, clientDataJSON="e30"),
    "cannot be read": lambda one: {**one, "rawId": None},
    "cannot be read ": lambda one: {"id": "x"},
    "not signed by this key": lambda one: altered(
        one, signature=one["response"]["signature"][:-6] + "AAAAAA"
    ),
    "none of this person's": lambda one: {**one, "rawId": "AAAA"},
}


@pytest.mark.parametrize("words", SPOILT)
def test_an_answer_that_was_changed_opens_nothing(desk: Desk, words: str) -> None:
    def spoilt(question: Question) -> Response:
        return SPOILT[words](desk.token(question))

    with pytest.raises(AuthorityError, match="is not right"):
        desk.login(ask=spoilt)
    ((cause, told),) = desk.refusals()
    assert cause == "key"
    assert words.strip() in told


def test_client_data_that_were_changed_under_the_signature_open_nothing(desk: Desk) -> None:
    """A page of somebody else relays the question and puts the right origin into what the key has signed."""

    def relayed(question: Question) -> Response:
        answer = desk.token(replace(question, origin="https://homeostat.1ocal"))
        right = desk.token(question)["response"]["clientDataJSON"]
        return altered(answer, clientDataJSON=right)

    with pytest.raises(AuthorityError):
        desk.login(ask=relayed)
    assert "not signed by this key, or changed since" in desk.refusals()[0][1]


def test_an_answer_serves_once_soon_and_for_its_person_and_purpose(desk: Desk) -> None:
    def asked(secret: Secret, person: str = "maria") -> Question:
        return people.ask_login(desk.office, person, secret)

    answer = desk.token(asked(desk.maria.secret))
    desk.login(ask=None, answer=answer)
    with pytest.raises(AuthorityError):
        desk.login(ask=None, answer=answer)  # replayed
    late = desk.token(asked(desk.maria.secret))
    desk.later.put(minutes=5)
    with pytest.raises(AuthorityError):
        desk.login(ask=None, answer=late)
    olga = desk.team["olga"]
    session = people.login(desk.office, "olga", olga.secret)
    people.register_key(
        desk.office,
        session,
        olga.secret,
        (hers := Token())(people.offer_key(desk.office, session)),
        "red",
        why=WHY,
    )
    with pytest.raises(AuthorityError):
        desk.login(ask=None, answer=hers(asked(olga.secret, "olga")))
    with pytest.raises(AuthorityError):
        desk.login(ask=hers)  # asked of Maria, answered by Olga's key
    assert [words for _, words in desk.refusals()] == [
        "this was not asked, or was answered before",
        "this was asked too long ago",
        "this was asked of olga for login",
        "the security key is none of this person's",
    ]


def test_a_replayed_answer_opens_nothing_with_its_question_put_back(desk: Desk) -> None:
    """Of a key that does not count, so that only the ledger knows that the answer was given before."""
    quiet = Token()
    quiet.step = 0
    answer = quiet(people.offer_key(desk.office, desk.maria.session))
    people.register_key(desk.office, desk.maria.session, desk.secret(), answer, "quiet", why=WHY)
    question = people.ask_login(desk.office, "maria", desk.maria.secret)
    (file,) = (desk.office.site.root / "sessions" / "challenges").iterdir()
    kept, answer = file.read_bytes(), quiet(question)
    desk.login(ask=None, answer=answer)
    desk.login(ask=quiet)
    file.write_bytes(kept)
    with pytest.raises(AuthorityError, match="is not right"):
        desk.login(ask=None, answer=answer)
    assert desk.refusals() == [("key", "this was answered before")]
    assert len([*desk.office.acts((SessionOpened.type,))]) == len(desk.team) + 2


def test_five_wrong_answers_lock_the_account(desk: Desk) -> None:
    desk.token.flags = 0x01
    for _ in range(5):
        with pytest.raises(AuthorityError):
            desk.login()
    assert directory(desk.office).accounts["maria"].state == "locked"
    desk.token.flags = 0x05
    with pytest.raises(AuthorityError):
        desk.login()


def test_a_second_key_takes_the_first_and_each_opens(desk: Desk) -> None:
    with pytest.raises(AuthorityError, match="is not right"):
        desk.registered("maria", "green key")  # the password alone, while a key is registered
    green = desk.registered("maria", "green key", ask=desk.token)
    desk.login()
    desk.login(ask=green)
    with pytest.raises(AuthorityError, match="has a security key 'green key' already"):
        desk.registered("maria", "green key", ask=green)
    people.remove_key(desk.office, desk.maria.session, desk.secret(ask=green), "blue key", why="lost")
    with pytest.raises(AuthorityError):
        desk.login()
    assert "none of this person's" in desk.refusals()[-1][1]
    desk.login(ask=green)
    assert verify_site(desk.office.site).ok


def test_a_code_or_a_key_whichever_is_at_hand(desk: Desk) -> None:
    device = device_of(desk.office, desk.later, desk.maria.session, desk.secret())
    desk.login()
    people.login(desk.office, "maria", Secret(desk.maria.secret.password, device(desk.office)))
    people.remove_factor(desk.office, desk.maria.session, desk.secret(), why="the telephone is lost")
    one = directory(desk.office).accounts["maria"]
    assert (one.totp, one.second_factor) == (False, True)


def test_nobody_registers_a_key_for_another(desk: Desk) -> None:
    ada, mine = desk.team["ada"], Token()
    answer = mine(people.offer_key(desk.office, desk.maria.session))
    with pytest.raises(AuthorityError):
        people.register_key(desk.office, desk.maria.session, ada.secret, answer, "mine", why=WHY)
    with pytest.raises(AuthorityError, match="asked of maria"):
        answer = mine(people.offer_key(desk.office, desk.maria.session))
        people.register_key(desk.office, ada.session, ada.secret, answer, "mine", why=WHY)
    (stored,) = desk.office.acts((SecurityKeyRegistered.type,))
    forger = PersonalKey.generate("maria")
    act = SecurityKeyRegistered.model_validate(stored.event.data).model_copy(
        update={"name": "forged", "credential": "AAAA", "fingerprint": forger.fingerprint}
    )
    act = act.model_copy(update={"proof": forger.sign(registration(act)).hex()})
    for actor in ("ada", "maria"):  # as who writes the site's files can
        desk.office.put(actor, act)
    assert [one.name for one in directory(desk.office).accounts["maria"].security_keys] == ["blue key"]
    findings = [one.what for one in verify_site(desk.office.site).findings]
    assert len([one for one in findings if "did not register themselves" in one]) == 2


def test_a_key_is_registered_once_and_only_as_it_was_asked(desk: Desk) -> None:
    def offered(**lie: Any) -> Any:
        token = Token()
        for name, value in lie.items():
            setattr(token, name, value)
        answer = token(people.offer_key(desk.office, desk.maria.session))
        return people.register_key(desk.office, desk.maria.session, desk.secret(), answer, "x", why=WHY)

    for lie, words in (
        ({"origin": "https://homeostat.1ocal"}, "it was given at"),
        ({"flags": 0x01}, "has not verified"),
        ({"party": "homeostat.1ocal"}, "another site"),
        ({"credential": b"x" * 1024}, "too long"),
        ({"credential": desk.token.credential}, "registered already"),
    ):
        with pytest.raises(AuthorityError, match=words):
            offered(**lie)
    with pytest.raises(AuthorityError, match="not asked"):
        people.register_key(desk.office, desk.maria.session, desk.secret(), {"response": {}}, "x", why=WHY)
    answer = Token()(people.ask_again(desk.office, desk.maria.session))
    with pytest.raises(AuthorityError, match="asked of maria for password"):
        people.register_key(desk.office, desk.maria.session, desk.secret(), answer, "x", why=WHY)


def test_an_administrator_withdraws_a_lost_key_and_it_is_told(desk: Desk) -> None:
    ada = desk.team["ada"]
    with pytest.raises(AuthorityError, match="no security key 'grey'"):
        people.withdraw_key(desk.office, ada.session, "maria", "grey", why="lost")
    people.withdraw_key(desk.office, ada.session, "maria", "blue key", why="lost")
    (alert,) = [one.event.data for one in desk.office.acts((AlertRaised.type,))]
    assert (alert["about"], alert["urgency"]) == ("maria", "information")
    people.login(desk.office, "maria", desk.maria.secret)
    assert verify_site(desk.office.site).ok


def test_a_reset_ends_security_keys_too(desk: Desk) -> None:
    ada, vera = desk.team["ada"], desk.team["vera"]
    one = people.request_reset(desk.office, ada.session, ada.secret, "maria", why="all was lost")
    other = people.confirm_reset(desk.office, vera.session, vera.secret, "maria", why="all was lost")
    people.complete_reset(desk.office, "maria", (one, other), FRESH, why="all was lost")
    people.login(desk.office, "maria", Secret(FRESH))
    assert not directory(desk.office).accounts["maria"].security_keys


def test_a_changed_password_keeps_the_key(desk: Desk) -> None:
    people.change_password(desk.office, "maria", desk.secret(), FRESH, why="seen")
    people.login(desk.office, "maria", Secret(FRESH, ask=desk.token))


def test_its_test_is_on_record(desk: Desk) -> None:
    before = directory(desk.office).accounts["maria"].factor_tested
    with pytest.raises(AuthorityError, match="no security key is registered"):
        people.test_key(desk.office, desk.team["olga"].session, desk.team["olga"].secret, why="yearly")
    people.test_key(desk.office, desk.maria.session, desk.secret(), why="yearly")
    assert directory(desk.office).accounts["maria"].factor_tested > before


def test_the_relying_party_is_an_administrators_to_set_while_no_key_is_in_use(desk: Desk) -> None:
    ada, mine = desk.team["ada"], (desk.office, desk.team["ada"].session, desk.team["ada"].secret)
    with pytest.raises(AuthorityError, match="no part of it"):
        people.set_party(*mine, "cells.example", "https://cells.1nvalid", why=WHY)
    with pytest.raises(AuthorityError, match=r"security keys answer for homeostat\.local alone"):
        people.set_party(*mine, "cells.example", "https://cells.example", why=WHY)
    with pytest.raises(AuthorityError, match="the relying party that there is"):
        people.set_party(*mine, LOCAL.id, LOCAL.origin, why=WHY)
    people.set_party(*mine, LOCAL.id, "https://records.homeostat.local", why="a name of its own")
    desk.login()
    people.withdraw_key(desk.office, ada.session, "maria", "blue key", why="another name")
    people.set_party(*mine, "cells.example", "https://cells.example", why=WHY)
    assert directory(desk.office).party == RelyingParty("cells.example", "https://cells.example")
    desk.token = desk.registered("maria", "blue key")
    desk.login()
    assert verify_site(desk.office.site).ok


def test_a_signature_that_names_no_answer_or_another_is_invalid(desk: Desk) -> None:
    """Made with the person's own key, past the acts: what it says of a security key is looked up."""
    session = desk.login()
    at_login = next(iter(desk.office.acts((SecurityKeyUsed.type,)))).event.id
    cases = {
        "security-key/none": "that it names is not on record",
        at_login: "the security key was asked about something else",
    }
    for answer, words in cases.items():
        round_the_back(desk.office, session, desk.secret(), RECORD, "performed", answer=answer)
        standing = signatures(desk.office.ledger, RECORD.kind, RECORD.id)[-1]
        assert standing.state == "invalid"
        assert words in standing.words


def test_an_answer_that_was_rewritten_on_record_is_found(desk: Desk) -> None:
    """Whoever writes the site's files can append events: an answer that no key gave is a finding."""
    session = desk.login()
    given = sign(desk.office, session, desk.secret(), RECORD, "performed", WHY)
    stored = next(
        one for one in desk.office.acts((SecurityKeyUsed.type,)) if one.event.id == given.signed.answer
    )
    used = SecurityKeyUsed.model_validate(stored.event.data)
    forged = used.asked.model_copy(update={"nonce": "another"})
    desk.office.put("maria", used)  # the same once more, under another id
    desk.office.put("maria", used.model_copy(update={"asked": forged}), event="security-key/x")
    desk.office.put("maria", used.model_copy(update={"credential": "AAAA"}), event="security-key/y")
    desk.office.put("ada", used, event="security-key/z")
    words = [one.what for one in verify_site(desk.office.site).findings]
    assert [word.partition("answered, and ")[2] for word in words] == [
        "it was given under another name, as if it were a second one",
        "it was given under another name, as if it were a second one",
        "no such security key of maria was in force",
        "it is maria's, as by ada",
    ]


def used_by_hand(desk: Desk) -> SecurityKeyUsed:
    """A true answer of Maria's key to a question for her login, as whoever writes the files may keep it."""
    question = people.ask_login(desk.office, "maria", desk.maria.secret)
    files = (desk.office.site.root / "sessions" / "challenges").iterdir()
    asked = next(
        one
        for one in (Asked.model_validate_json(file.read_bytes()) for file in files)
        if challenge(one) == question.options["challenge"]
    )
    answer = desk.token(question)
    inside = answer["response"]
    return SecurityKeyUsed(
        account="maria",
        credential=answer["rawId"],
        counter=counter(decoded(inside["authenticatorData"])),
        asked=asked,
        client_data=inside["clientDataJSON"],
        authenticator_data=inside["authenticatorData"],
        signature=inside["signature"],
        why="kept",
    )


def test_a_counter_that_went_back_on_record_is_found(desk: Desk) -> None:
    desk.login()
    desk.token.counter = 0
    used = used_by_hand(desk)
    desk.office.put("maria", used, event=answer_id(used.asked))
    (found,) = verify_site(desk.office.site).findings
    assert f"it counts {used.counter}, no further than one before it" in found.what


def test_a_counter_that_no_key_gave_does_not_lock_its_person_out(desk: Desk) -> None:
    desk.login()
    used = used_by_hand(desk)
    (before,) = directory(desk.office).accounts["maria"].security_keys
    desk.office.put("maria", used.model_copy(update={"counter": 10**6}), event=answer_id(used.asked))
    (found,) = verify_site(desk.office.site).findings
    assert f"it counts {used.counter}, not 1000000" in found.what
    assert directory(desk.office).accounts["maria"].security_keys == (before,)
    desk.login()


@pytest.mark.parametrize("actor", ["olga", "nobody", "scan"])
def test_a_key_that_somebody_removed_who_may_not_stays(desk: Desk, actor: str) -> None:
    (key,) = directory(desk.office).accounts["maria"].security_keys
    removed = SecurityKeyRemoved(account="maria", credential=key.credential, why="made up", changes=())
    desk.office.put(actor, removed)
    (found,) = verify_site(desk.office.site).findings
    assert found.what.endswith(f"removes a security key of maria by {actor}, who may not")
    assert directory(desk.office).accounts["maria"].security_keys == (key,)


@pytest.mark.parametrize(("minutes", "found"), [(5.5, 0), (300, 1)])
def test_an_answer_that_comes_on_record_long_after_its_question_is_found(
    desk: Desk, minutes: float, found: int
) -> None:
    """A slow disk may take some seconds; what is put there hours later was never judged in time."""
    used = used_by_hand(desk)
    desk.later.put(minutes=minutes)
    desk.office.put("maria", used, event=answer_id(used.asked))
    words = [one.what for one in verify_site(desk.office.site).findings]
    assert len(words) == found
    assert all("after its question had ended" in one for one in words)


def test_a_question_that_ends_at_no_time_is_a_finding(desk: Desk) -> None:
    used = used_by_hand(desk)
    question = used.asked.model_copy(update={"expires": "some day"})
    answer = desk.token(
        Question("get", LOCAL.origin, {"rpId": LOCAL.id, "challenge": challenge(question)}, "")
    )
    inside = answer["response"]
    forged = used.model_copy(
        update={
            "asked": question,
            "counter": desk.token.counter,
            "client_data": inside["clientDataJSON"],
            "authenticator_data": inside["authenticatorData"],
            "signature": inside["signature"],
        }
    )
    desk.office.put("maria", forged, event=answer_id(question))
    (found,) = verify_site(desk.office.site).findings
    assert "it was asked until 'some day', which is no time" in found.what


def test_an_answer_serves_one_signature(desk: Desk) -> None:
    session = desk.login()
    given = sign(desk.office, session, desk.secret(), RECORD, "performed", WHY)
    desk.later.put(days=30)
    again = desk.login()
    for _ in range(2):
        round_the_back(desk.office, again, desk.secret(), RECORD, "performed", answer=given.signed.answer)
    first, *others = signatures(desk.office.ledger, RECORD.kind, RECORD.id)
    assert first.state == "valid"
    assert [one.state for one in others] == ["invalid", "invalid"]
    assert all(f"had served for the signature {given.event} before" in one.words for one in others)
    assert len([one for one in verify_site(desk.office.site).findings if "had served" in one.what]) == 2


def test_a_copied_signature_spends_no_answer(desk: Desk) -> None:
    """What is invalid in itself does not take the answer away from the signature that it was given for."""
    session = desk.login()
    asked = people.ask_signing(desk.office, session, shown_as(RECORD, "performed"))
    challenged = f"security-key/{asked.options['challenge']}"
    false = round_the_back(desk.office, session, desk.secret(), RECORD, "performed", answer=challenged)
    again = desk.login()
    answer = desk.token(asked)
    given = sign(desk.office, again, desk.secret(ask=None, answer=answer), RECORD, "performed", WHY)
    assert given.signed.answer == false.answer
    early, late = signatures(desk.office.ledger, RECORD.kind, RECORD.id)
    assert (early.state, early.words) == ("invalid", "the security key answered after it was given")
    assert late.state == "valid"


@pytest.mark.parametrize(
    ("other", "same", "words"),
    [
        ("maria", False, "has a security key 'twin' already"),
        ("olga", True, "registered already, or was once"),
    ],
)
def test_registrations_at_once_are_judged_in_turn(
    desk: Desk, monkeypatch: pytest.MonkeyPatch, other: str, same: bool, words: str
) -> None:
    """Another session registers between the look and the act: one name twice, or one key for two persons."""
    token, member = Token(), desk.team[other]
    mine = token(people.offer_key(desk.office, desk.maria.session))
    theirs = (token if same else Token())(people.offer_key(desk.office, member.session))
    secret, put = desk.secret() if other == "maria" else member.secret, turns.put_together

    def slow(*args: Any, **more: Any) -> None:
        monkeypatch.setattr(turns, "put_together", put)
        people.register_key(desk.office, member.session, secret, theirs, "twin", why=WHY)
        put(*args, **more)

    monkeypatch.setattr(turns, "put_together", slow)
    with pytest.raises(AuthorityError, match=words):
        people.register_key(desk.office, desk.maria.session, desk.secret(), mine, "twin", why=WHY)
    names = [
        (one.id, key.name) for one in directory(desk.office).accounts.values() for key in one.security_keys
    ]
    assert names == [("maria", "blue key"), (other, "twin")]
    assert verify_site(desk.office.site).ok


def test_a_second_registration_on_record_of_a_name_or_a_key_counts_for_nothing(desk: Desk) -> None:
    """Signed by their owners as it takes, and put on record past the acts."""
    (stored,) = desk.office.acts((SecurityKeyRegistered.type,))
    first = SecurityKeyRegistered.model_validate(stored.event.data)
    for person, change in (
        ("maria", {"credential": "AAAA"}),
        ("maria", {"name": "another"}),
        ("olga", {"account": "olga"}),
    ):
        member = desk.team[person]
        session = desk.login() if person == "maria" else member.session
        secret = desk.secret() if person == "maria" else member.secret
        key = people.reauthenticate(desk.office, session, secret).key
        act = first.model_copy(update={**change, "fingerprint": key.fingerprint})
        desk.office.put(person, act.model_copy(update={"proof": key.sign(registration(act)).hex()}))
    accounts = directory(desk.office).accounts
    assert [len(accounts[one].registered_keys) for one in ("maria", "olga")] == [1, 0]
    words = [one.what.partition(", and ")[2] for one in verify_site(desk.office.site).findings]
    assert words == [
        "they have one called 'blue key'",
        "the same is maria's, or was",
        "the same is maria's, or was",
    ]


def test_a_signature_of_before_which_knows_no_security_keys_still_stands(desk: Desk) -> None:
    """Its event has no field `answer`, and the bytes under it are those that were signed then."""
    olga = desk.team["olga"]
    key = people.reauthenticate(desk.office, olga.session, olga.secret).key
    event = "signature/before"
    new = sign(desk.office, olga.session, olga.secret, RECORD, "performed", WHY).signed.model_dump(
        mode="json"
    )
    last = desk.office.ledger.head
    assert last
    old = {**new, "place": last.size, "chain": last.chain.hex()}
    del old["answer"]
    signed = {**old, "signature": key.sign(statement(event, old)).hex()}
    desk.office.ledger.append(Event(event, RecordSigned.type, "", 0, "olga", signed))
    desk.office.ledger.commit()
    standing = signatures(desk.office.ledger, RECORD.kind, RECORD.id, RECORD.content)[-1]
    assert (standing.event, standing.state) == (event, "valid")
