"""Keys of persons under their passwords, one-time codes, and the fold that accounts are."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import LedgerError
from homeostat.ledger import Event, Recorded
from homeostat.ledger.catalogue import Act
from homeostat.ledger.catalogue import people as acts
from homeostat.ledger.identity import TYPES, Directory, PersonalKey, passwords, permitted, public_key, totp
from homeostat.ledger.identity.passwords import DEMONSTRATION, STRONG, Cost, bearable, weakness
from homeostat.ledger.identity.personal import digest, one_time_code, opened, place
from homeostat.ledger.identity.proofs import statement

CHEAP = Cost(2, 1, 1)
DEVICE = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ"  # "12345678901234567890" in base 32, as in RFC 6238
WORD = "nine green hills by the lake"


def test_a_key_opens_with_its_password_alone(tmp_path: Path) -> None:
    key = PersonalKey.generate("maria").with_totp("SECRET")
    path = key.write(tmp_path, WORD, CHEAP)
    assert path == place(tmp_path, "maria", key.fingerprint)
    assert path.stat().st_mode & 0o777 == 0o600
    again = opened(tmp_path, "maria", key.fingerprint, WORD, CHEAP)
    assert again == key
    assert again is not None
    assert again.totp == "SECRET"
    assert public_key(key.public).verifies(b"words", again.sign(b"words"))
    assert opened(tmp_path, "maria", key.fingerprint, WORD + "!", CHEAP) is None
    assert WORD not in path.read_text("utf-8")
    assert "SECRET" not in path.read_text("utf-8") + repr(key)
    assert [one.name for one in tmp_path.iterdir()] == [path.name]


def test_a_password_is_the_same_however_it_was_typed(tmp_path: Path) -> None:
    key = PersonalKey.generate("zoe")
    key.write(tmp_path, "caf\u00e9 am n\u00e4chsten See", CHEAP)
    assert opened(tmp_path, "zoe", key.fingerprint, "cafe\u0301 am na\u0308chsten See", CHEAP) is not None


def test_a_key_does_not_open_in_the_place_of_another(tmp_path: Path) -> None:
    mine, yours = PersonalKey.generate("maria"), PersonalKey.generate("piet")
    source = mine.write(tmp_path, WORD, CHEAP)
    target = yours.write(tmp_path, "something else entirely", CHEAP)
    target.write_bytes(source.read_bytes())
    with pytest.raises(LedgerError, match="does not hold a key of piet"):
        opened(tmp_path, "piet", yours.fingerprint, WORD, CHEAP)
    facts = json.loads(source.read_text("utf-8"))
    target.write_text(json.dumps({**facts, "account": "piet"}), "utf-8")
    assert opened(tmp_path, "piet", yours.fingerprint, WORD, CHEAP) is None
    other = PersonalKey.generate("maria")
    place(tmp_path, "maria", other.fingerprint).write_bytes(source.read_bytes())
    with pytest.raises(LedgerError, match="does not hold this key"):
        opened(tmp_path, "maria", other.fingerprint, WORD, CHEAP)


@pytest.mark.parametrize("content", [b"", b"[]", b"{}", b"\xff", b'{"n": 2, "r": 1, "p": 1, "salt": "zz"}'])
def test_a_damaged_file_is_told_apart_from_a_wrong_password(tmp_path: Path, content: bytes) -> None:
    key = PersonalKey.generate("maria")
    key.write(tmp_path, WORD, CHEAP).write_bytes(content)
    with pytest.raises(LedgerError, match="damaged"):
        opened(tmp_path, "maria", key.fingerprint, WORD, CHEAP)


def test_a_missing_file_is_told(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="cannot be read"):
        opened(tmp_path, "maria", "0" * 64, WORD, CHEAP)
    with pytest.raises(LedgerError, match="cannot be written"):
        PersonalKey.generate("maria").write(Path("/dev/null/keys"), WORD, CHEAP)


@pytest.mark.parametrize("field", ["n", "r", "p", "salt", "nonce", "sealed", "public"])
def test_every_part_of_the_file_is_bound(tmp_path: Path, field: str) -> None:
    key = PersonalKey.generate("maria")
    path = key.write(tmp_path, WORD, CHEAP)
    facts = json.loads(path.read_text("utf-8"))
    value = facts[field]
    changed = value * 2 if isinstance(value, int) else ("1" if value[0] == "0" else "0") + value[1:]
    path.write_text(json.dumps({**facts, field: changed}), "utf-8")
    assert opened(tmp_path, "maria", key.fingerprint, WORD, CHEAP) is None


def test_a_cheap_file_is_no_strong_one_and_a_ruinous_one_is_refused(tmp_path: Path) -> None:
    key = PersonalKey.generate("maria")
    path = key.write(tmp_path, WORD, DEMONSTRATION)
    with pytest.raises(LedgerError):
        opened(tmp_path, "maria", key.fingerprint, WORD, STRONG)
    facts = json.loads(path.read_text("utf-8"))
    path.write_text(json.dumps({**facts, "n": 2**40}), "utf-8")
    with pytest.raises(LedgerError):
        opened(tmp_path, "maria", key.fingerprint, WORD, DEMONSTRATION)


def test_costs_are_bounded_from_both_sides() -> None:
    assert Cost(2**15, 8, 1) == STRONG
    assert bearable(STRONG, STRONG)
    assert bearable(Cost(2**17, 8, 1), STRONG)
    assert not bearable(Cost(2**15, 8, 1), Cost(2**16, 8, 1))


def test_scrypt_is_that_of_rfc_7914() -> None:
    """Its third test vector: "pleaseletmein", "SodiumChloride", N=16384, r=8, p=1; the first 32 of 64 bytes."""
    found = passwords.stretch("pleaseletmein", b"SodiumChloride", Cost(16384, 8, 1))
    assert found.hex() == "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2"


@pytest.mark.parametrize(
    "password",
    [
        "short",
        "x" * 300,
        "ababababababab",
        "maria-2026-lab",
        "Rossi and friends",
        "my-PASSWORD-is-it",
        "\uff4daria in the lab",
    ],
)
def test_weak_passwords_are_refused(password: str) -> None:
    assert weakness(password, "maria", "Maria Rossi")


@given(st.text("abcdefgh ijklmnop", min_size=12, max_size=256))
def test_length_is_enough_whatever_it_is_made_of(password: str) -> None:
    told = weakness(password, "zzz")
    plain = passwords.normal(password).casefold()
    assert bool(told) == (len(set(plain)) < 5)


# RFC 6238 appendix B, SHA-1, the last six of its eight digits
@pytest.mark.parametrize(
    ("seconds", "code"),
    [
        (59, "287082"),
        (1111111109, "081804"),
        (1111111111, "050471"),
        (1234567890, "005924"),
        (2000000000, "279037"),
        (20000000000, "353130"),
    ],
)
def test_codes_are_those_of_rfc_6238(seconds: int, code: str) -> None:
    now = datetime.fromtimestamp(seconds, UTC)
    step = totp.matched(DEVICE, code, now, after=None)
    assert step == seconds // 30
    assert totp.matched(DEVICE, code, now, after=step) is None
    assert totp.matched(DEVICE, f" {code} ", datetime.fromtimestamp(seconds + 30, UTC), after=None) == step
    assert totp.matched(DEVICE, code, datetime.fromtimestamp(seconds + 61, UTC), after=None) is None


@pytest.mark.parametrize("code", ["", "28708", "2870822", "\u0662\u0668\u0667\u0660\u0668\u0662", "abcdef"])
def test_what_is_no_code_opens_nothing(code: str) -> None:
    assert totp.matched(DEVICE, code, datetime.fromtimestamp(59, UTC), after=None) is None


def test_secrets_and_codes_are_never_the_same_twice() -> None:
    assert len({totp.new_secret() for _ in range(50)}) == 50
    assert len({one_time_code() for _ in range(50)}) == 50
    assert len(one_time_code().replace("-", "")) == 20
    assert "maria" in totp.address(totp.new_secret(), "maria", "site")


def test_a_text_that_is_no_key_is_told() -> None:
    for text in ("", "zz", "00"):
        with pytest.raises(LedgerError):
            public_key(text)


# the fold


def _recorded(seq: int, act: Act) -> Recorded:
    event = Event(f"e{seq}", act.type, "", 0, "ada", act.model_dump(mode="json"))
    return Recorded(seq, event, f"2026-01-01T00:00:{seq % 60:02d}+00:00", b"", b"")


_IDS = st.sampled_from(["maria", "piet"])
_FIRST, _SECOND = PersonalKey.generate("maria"), PersonalKey.generate("maria")


def _any_act() -> st.SearchStrategy[Act]:
    return st.one_of(
        st.builds(
            acts.AccountEnrolled,
            account=_IDS,
            name=st.just("M"),
            roles=st.just(("operator",)),
            fingerprint=st.just(_FIRST.fingerprint),
            why=st.just("w"),
        ),
        st.builds(acts.RolesChanged, account=_IDS, roles=st.just(("supervisor",)), why=st.just("w")),
        st.builds(acts.AccountLocked, account=_IDS, cause=st.just("order"), why=st.just("w")),
        st.builds(acts.AccountUnlocked, account=_IDS, why=st.just("w")),
        st.builds(acts.AccountRetired, account=_IDS, why=st.just("w")),
        st.builds(
            acts.CredentialSet,
            account=_IDS,
            public=st.just(_FIRST.public),
            fingerprint=st.sampled_from([_FIRST.fingerprint, "b"]),
            why=st.just("w"),
        ),
        st.builds(
            acts.LoginRefused, account=_IDS, at=st.just("login"), cause=st.just("password"), why=st.just("w")
        ),
        st.builds(acts.SessionOpened, account=_IDS, session=st.just("s"), why=st.just("w")),
        st.builds(acts.AlertRaised, about=_IDS, words=st.just("w"), why=st.just("w")),
    )


@given(st.lists(_any_act(), max_size=30), st.integers(0, 30))
def test_a_fold_in_two_parts_is_the_fold_of_all(story: list[Act], cut: int) -> None:
    events = [_recorded(seq, act) for seq, act in enumerate(story, start=1)]
    assert Directory.of(events) == Directory.of(events[:cut]).after(events[cut:])


@given(st.lists(_any_act(), max_size=40))
def test_whatever_happens_ids_keys_and_retirement_hold(story: list[Act]) -> None:
    retired: set[str] = set()
    first: dict[str, str] = {}
    known = Directory()
    for seq, act in enumerate(story, start=1):
        known = known.after([_recorded(seq, act)])
        for account in known.accounts.values():
            first.setdefault(account.id, account.enrolled)
            assert account.enrolled == first[account.id]
            assert sum(key.until is None for key in account.keys) <= 1
            if account.state == "retired":
                retired.add(account.id)
                assert account.key is None
        assert retired <= {one.id for one in known.accounts.values() if one.state == "retired"}


def test_a_key_holds_from_its_event_until_the_next() -> None:
    a, b = _FIRST.fingerprint, _SECOND.fingerprint
    proof = _FIRST.sign(statement("maria", _SECOND.public)).hex()
    story = [_recorded(1, _enrolled(a)), _recorded(4, _set(_FIRST)), _recorded(9, _set(_SECOND, proof))]
    account = Directory.of(story).accounts["maria"]
    held = [seq for seq in range(12) if account.key_at(seq, a)]
    assert held == [4, 5, 6, 7, 8]
    assert account.key_at(9, b) is not None
    assert account.key_at(9, a) is None
    assert account.fingerprint == b


def _enrolled(fingerprint: str = "", **more: str) -> acts.AccountEnrolled:
    roles = ("operator",)
    return acts.AccountEnrolled(
        account="maria", name="M", roles=roles, fingerprint=fingerprint, why="w", **more
    )


def _set(key: PersonalKey, proof: str = "") -> acts.CredentialSet:
    return acts.CredentialSet(
        account="maria", public=key.public, fingerprint=key.fingerprint, proof=proof, why="w"
    )


@pytest.mark.parametrize(
    "enrolment, proof, takes",
    [
        (_enrolled(_FIRST.fingerprint), "", True),
        (_enrolled(_SECOND.fingerprint), "", False),
        (_enrolled(invitation=digest("a code")), "a code", True),
        (_enrolled(invitation=digest("a code")), "another", False),
        (_enrolled(invitation=digest("a code")), "", False),
        (_enrolled(), "", False),
    ],
)
def test_a_first_key_takes_the_code_or_the_enrolment_that_names_it(
    enrolment: acts.AccountEnrolled, proof: str, takes: bool
) -> None:
    known = Directory.of([_recorded(1, enrolment), _recorded(2, _set(_FIRST, proof))])
    assert (known.accounts["maria"].key is not None) is takes
    words = "sets a password key for maria that its owner did not prove"
    assert known.unproved == (() if takes else ((2, words),))


@given(st.binary(max_size=70))
def test_no_proof_but_the_owners_signature_replaces_a_key(guess: bytes) -> None:
    stolen = _SECOND.sign(statement("maria", _SECOND.public)).hex()  # by the new key instead of the old one
    other = _FIRST.sign(statement("piet", _SECOND.public)).hex()  # by the old key, for another account
    start = [_recorded(1, _enrolled(_FIRST.fingerprint)), _recorded(2, _set(_FIRST))]
    for proof in (guess.hex(), guess.decode("latin-1"), stolen, other, ""):
        known = Directory.of([*start, _recorded(3, _set(_SECOND, proof))])
        assert known.accounts["maria"].fingerprint == _FIRST.fingerprint
        assert [fault.seq for fault in known.unproved] == [3]


def test_a_key_whose_fingerprint_is_another_ones_is_none() -> None:
    crossed = _set(_SECOND).model_copy(update={"fingerprint": _FIRST.fingerprint})
    known = Directory.of([_recorded(1, _enrolled(_FIRST.fingerprint)), _recorded(2, crossed)])
    assert known.accounts["maria"].key is None


def test_an_account_is_enrolled_once_and_invited_until_it_is_taken_over() -> None:
    again = acts.AccountInvited(account="maria", invitation=digest("mine"), expires="", why="w")
    first, second = _enrolled(_FIRST.fingerprint), _enrolled(_SECOND.fingerprint)
    story: list[Act] = [first, _set(_FIRST), second, again, _set(_SECOND, "mine")]
    known = Directory.of(_recorded(seq, act) for seq, act in enumerate(story, start=1))
    assert known.accounts["maria"].fingerprint == _FIRST.fingerprint
    assert [fault.seq for fault in known.unproved] == [3, 5]


def test_an_act_that_cannot_be_read_counts_for_nothing() -> None:
    event = Event("e1", "account.enrolled", "", 0, "ada", {"account": "maria"})
    assert Directory.of([Recorded(1, event, "", b"", b"")]) == Directory(seq=1)


def test_all_that_the_directory_folds_is_known_by_type() -> None:
    assert {"account.enrolled", "credential.set", "policy.set", "training.recorded"} <= TYPES
    assert "alert.raised" not in TYPES


def test_an_unknown_role_may_do_nothing() -> None:
    assert permitted(("operator",), "step.perform")
    assert not permitted(("pilot",), "step.perform")
    assert not permitted((), "deviation.open")


def test_a_digest_is_sha_256() -> None:
    assert digest("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad"
