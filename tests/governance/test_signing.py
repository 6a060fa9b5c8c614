"""Electronic signatures: bound to what was shown, to who gave them, and to where they were given."""

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from homeostat.errors import AuthorityError, LedgerError
from homeostat.governance.people import Secret, change_password, logout, reauthenticate
from homeostat.governance.signing import (
    Judge,
    Need,
    Subject,
    give,
    require,
    sign,
    signatures,
    stamped,
    statement_of,
)
from homeostat.ledger import Event
from homeostat.ledger.catalogue import Meaning, RecordSigned
from homeostat.ledger.catalogue.people import AccessRefused

from .signing_scene import SECRET, Scene, scene

SHOWN = Subject("record", "B0001", b"what was shown", "B0001")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


def signed(here: Scene, account: str = "operator", meaning: Meaning = "performed") -> RecordSigned:
    return sign(here.office, here.of(account), SECRET, SHOWN, meaning, "it was done").signed


def stands(here: Scene, content: bytes = SHOWN.content) -> list[tuple[str, str]]:
    return [(one.state, one.words) for one in signatures(here.office.ledger, "record", "B0001", content)]


def copied(here: Scene, event: str, batch: str = "B0001", **changed: object) -> list[tuple[str, str]]:
    """Put a signature on record again, through the ledger itself, with some of its fields changed."""
    original = here.office.ledger.events(types=(RecordSigned.type,))
    data = {**next(original).event.data, **changed}
    here.office.ledger.append(Event(event, "record.signed", batch, 0, str(data["account"]), data))  # type: ignore[arg-type]
    here.office.ledger.commit()
    found = signatures(here.office.ledger, str(data["kind"]), str(data["subject"]), SHOWN.content)
    return [(one.state, one.words) for one in found if one.event == event]


def test_p11_50_a_signature_says_name_meaning_and_time(here: Scene) -> None:
    signed(here)
    (one,) = signatures(here.office.ledger, "record", "B0001", SHOWN.content)
    assert (one.person, one.name, one.meaning) == ("demo-operator", "Demonstration operator", "performed")
    assert datetime.fromisoformat(one.when).utcoffset() is not None
    assert one.line == f"Demonstration operator (demo-operator), performed, {one.when}"


def test_p11_70_a_signature_binds_exactly_what_was_shown(here: Scene) -> None:
    signed(here)
    assert stands(here) == [("valid", "it stands as it was given")]
    assert stands(here, SHOWN.content + b" ") == [("superseded", "what was signed has changed since")]


@pytest.mark.parametrize(
    "changed",
    [
        {"subject": "B0002"},
        {"kind": "definition"},
        {"meaning": "released"},
        {"name": "Somebody Else"},
        {"at": "2020-01-01T00:00:00+00:00"},
        {"why": "another reason"},
        {"sha256": "0" * 64},
        {"roles": ("qualified person",)},
        {"terms": {"effective": "2020-01-01T00:00:00+00:00"}},
        {"signature": "00" * 64},
        {"signature": "no hexadecimal"},
        {},
    ],
)
def test_p11_70_no_field_of_a_signature_can_be_changed_or_copied(
    here: Scene, changed: dict[str, object]
) -> None:
    signed(here)
    ((state, words),) = copied(here, "signature/forged", **changed)
    assert (state, words) == (
        "invalid",
        "it does not sign these words: it was copied from another record, or forged",
    )
    assert stands(here)[0][0] == "valid"


def test_p11_70_a_signature_copied_to_another_batch_is_invalid(here: Scene) -> None:
    signed(here)
    ((state, words),) = copied(here, "signature/copy", batch="B0002")
    assert (state, words) == (
        "invalid",
        "it was given by demo-operator for batch B0001 and was copied to where it stands",
    )


def test_another_persons_key_does_not_sign(here: Scene) -> None:
    signed(here)
    qa = sign(here.office, here.of("qa"), SECRET, SHOWN, "reviewed", "seen").signed
    ((state, words),) = copied(here, "signature/other", key=qa.key, signature=qa.signature)
    assert (state, words) == ("invalid", "its key is none of demo-operator's")


@pytest.mark.parametrize("elsewhere", [{"chain": "00" * 32}, {"place": 1}, {"place": 10**6}, {"place": 0}])
def test_a_signature_of_another_ledger_is_not_in_its_place(here: Scene, elsewhere: dict[str, object]) -> None:
    """Properly signed by the person's own key, but over a record that is not the one before it: a restored copy."""
    key = reauthenticate(here.office, here.of("operator"), SECRET).key
    moved = signed(here).model_copy(update=elsewhere)
    event = "signature/moved"
    moved = moved.model_copy(update={"signature": key.sign(statement_of(event, moved)).hex()})
    here.office.put("demo-operator", moved, batch="B0001", event=event)
    standing = Judge(here.office.ledger).named(event)
    assert standing is not None
    assert (standing.state, standing.words) == (
        "invalid",
        "the record that it was given in is not the one before it",
    )


def test_a_key_that_was_replaced_signs_nothing_more_and_keeps_what_it_signed(here: Scene) -> None:
    old = reauthenticate(here.office, here.of("operator"), SECRET).key
    before = sign(here.office, here.of("operator"), SECRET, SHOWN, "performed", "done")
    change_password(here.office, "demo-operator", SECRET, "another long secret", why="it was seen")
    event = "signature/late"
    late = before.signed.model_copy(update={"signature": ""})
    late = late.model_copy(update={"signature": old.sign(statement_of(event, late)).hex()})
    here.office.put("demo-operator", late, batch="B0001", event=event)
    judge = Judge(here.office.ledger)
    kept, forged = judge.named(before.event), judge.named(event)
    assert kept is not None
    assert forged is not None
    assert kept.state == "valid"
    assert forged.words == "its key was not in force when it was given: it had been revoked or replaced"


@forall(st.binary(max_size=40), st.binary(max_size=40))
def test_the_hash_tells_any_two_contents_apart(one: bytes, other: bytes) -> None:
    same = Subject("record", "B", one).sha256 == Subject("record", "B", other).sha256
    assert same == (one == other)


def test_p11_200_each_signature_asks_for_the_password(here: Scene) -> None:
    with pytest.raises(AuthorityError):
        sign(here.office, here.of("operator"), Secret("wrong"), SHOWN, "performed", "done")
    assert stands(here) == []


def test_nobody_signs_after_logging_out(here: Scene) -> None:
    session = here.of("operator")
    logout(here.office, session)
    with pytest.raises(AuthorityError):
        sign(here.office, session, SECRET, SHOWN, "performed", "done")
    assert stands(here) == []


def test_nobody_signs_for_another(here: Scene) -> None:
    """A session that was made up for another person opens no key."""
    pretended = replace(here.of("admin"), person="demo-qp", name="Demonstration qualified person")
    with pytest.raises(AuthorityError):
        sign(here.office, pretended, SECRET, SHOWN, "released", "done")
    assert stands(here) == []


@pytest.mark.parametrize(("first", "second"), [("performed", "verified"), ("authored", "approved")])
def test_p11_10g_one_person_does_not_sign_both_parts(here: Scene, first: Meaning, second: Meaning) -> None:
    signed(here, "operator", first)
    with pytest.raises(AuthorityError, match="may not sign it as"):
        signed(here, "operator", second)
    (refused,) = here.office.acts((AccessRefused.type,))
    assert (refused.event.actor, refused.event.data["cause"]) == ("demo-operator", "segregation")
    assert f"signed the record B0001 as {first}" in refused.event.data["why"]
    signed(here, "operator-2", second)


def test_a_signature_that_was_copied_in_their_name_keeps_nobody_from_signing(here: Scene) -> None:
    signed(here, "supervisor")
    copied(here, "signature/forged", account="demo-operator", name="Demonstration operator")
    signed(here, "operator", "verified")
    assert [state for state, _ in stands(here)] == ["valid", "invalid", "valid"]


def test_a_signature_without_a_reason_is_refused(here: Scene) -> None:
    with pytest.raises(AuthorityError, match="needs a reason"):
        sign(here.office, here.of("operator"), SECRET, SHOWN, "performed", "  ")


def test_dual_signatures_are_of_distinct_persons(here: Scene) -> None:
    ledger = here.office.ledger
    with pytest.raises(AuthorityError, match="not signed as performed, verified"):
        require(ledger, SHOWN, ["performed", "verified"])
    signed(here, "operator", "performed")
    with pytest.raises(AuthorityError, match="not signed as verified"):
        require(ledger, SHOWN, ["performed", "verified"])
    signed(here, "operator-2", "verified")
    assert [one.person for one in require(ledger, SHOWN, ["performed", "verified"])] == [
        "demo-operator",
        "demo-operator-2",
    ]
    changed = replace(SHOWN, content=b"something else")
    with pytest.raises(AuthorityError, match="SUPERSEDED"):
        require(ledger, changed, ["performed", "verified"])


def test_two_signatures_of_one_person_are_not_two_persons(here: Scene) -> None:
    signed(here, "operator", "performed")
    signed(here, "operator", "performed")
    with pytest.raises(AuthorityError, match="2 distinct persons"):
        require(here.office.ledger, SHOWN, ["performed", "performed"])
    assert len(require(here.office.ledger, SHOWN, ["performed", "performed"], distinct=False)) == 2
    signed(here, "operator-2", "performed")
    assert len(require(here.office.ledger, SHOWN, ["performed", "performed"])) == 2


def test_a14_a_role_that_is_wanted_is_the_one_held_at_signing(here: Scene) -> None:
    with pytest.raises(AuthorityError, match=r"held no role that permits 'record\.review'"):
        signed(here, "operator", "reviewed")
    signed(here, "qp", "reviewed")
    with pytest.raises(AuthorityError, match=r"reviewed \(quality assurance\)"):
        require(here.office.ledger, SHOWN, [Need("reviewed", "quality assurance")])
    signed(here, "qa", "reviewed")
    (one,) = require(here.office.ledger, SHOWN, [Need("reviewed", "quality assurance")])
    assert one.person == "demo-qa"


def test_needs_are_matched_whatever_their_order(here: Scene) -> None:
    """QA's signature meets both needs; it must be kept for the one that only QA meets."""
    signed(here, "qa", "reviewed")
    signed(here, "qp", "reviewed")
    met = require(here.office.ledger, SHOWN, ["reviewed", Need("reviewed", "quality assurance")])
    assert [one.person for one in met] == ["demo-qp", "demo-qa"]


def test_terms_are_bound_too(here: Scene) -> None:
    given = give(here.office, here.of("qa"), SECRET, SHOWN, "approved", "ok", terms={"until": "tomorrow"})
    assert given.signed.terms == {"until": "tomorrow"}
    assert stands(here)[0][0] == "valid"


def test_a11d_13_stamps_keep_their_order_through_the_end_of_summer_time(tmp_path: Path) -> None:
    """02:30 comes twice on 25 October 2026 in Berlin: with the offset it is two moments."""
    berlin = ZoneInfo("Europe/Berlin")
    first = datetime(2026, 10, 25, 0, 30, tzinfo=UTC)
    with scene(tmp_path) as here:
        moment = [first]
        here.office = replace(here.office, clock=lambda: moment[0].astimezone(berlin).isoformat())
        whens = []
        for step in (timedelta(0), timedelta(hours=1)):
            moment[0] = first + step
            here.sessions.clear()
            whens.append(signed(here).at)
    assert [when[11:16] for when in whens] == ["02:30", "02:30"]
    assert [when[-6:] for when in whens] == ["+02:00", "+01:00"]
    before, after = map(datetime.fromisoformat, whens)
    assert after - before == timedelta(hours=1)


def test_a_clock_without_offset_signs_nothing(here: Scene) -> None:
    naive = here.office.clock()[:26]
    with pytest.raises(AuthorityError, match="without its offset"):
        stamped(replace(here.office, clock=lambda: naive))


def test_a_full_disk_is_a_refusal_and_leaves_nothing(here: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    session, ledger = here.of("operator"), here.office.ledger
    before = ledger.size

    def full(*_: object) -> None:
        raise LedgerError("the ledger cannot be written: database or disk is full")

    monkeypatch.setattr(ledger, "commit", full)
    with pytest.raises(LedgerError, match="disk is full"):
        sign(here.office, session, SECRET, SHOWN, "performed", "done")
    monkeypatch.undo()
    assert (ledger.size, stands(here)) == (before, [])
    ledger.commit()
    assert (ledger.size, stands(here)) == (before, [])
