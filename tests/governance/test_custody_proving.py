"""Hand-overs and resolutions are proven by signatures: what the site's own key wrote is found, and given to none."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.governance.custody import MismatchError, administer, bind, fill, hold, pool, resolve, split
from homeostat.governance.custody.holding import settled
from homeostat.governance.custody.proving import Proofs
from homeostat.governance.demonstration import SECRET
from homeostat.governance.signing import Subject, giving, sign
from homeostat.ledger.catalogue import (
    ContainerResolved,
    HandOverOffered,
    HandOverReceived,
    Meaning,
    Resolution,
)
from homeostat.quality.release.grounds import parts
from homeostat.quality.verify import verify_site

from .custody_scene import FIRST, HEAD, QA, SECOND, Scene, scene

NONE = "the signature that it names is not on record before it"


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path / "site") as made:
        yield made


@pytest.fixture
def product(work: Scene) -> str:
    """A bag filled from a released batch, in the first operator's custody."""
    bag = work.collected(work.issued())
    bind(work.office, work[FIRST], "B1", bag, scan=bag, second="P-017", why="start")
    made = fill(work.office, work[FIRST], "B1", place="room", logger="TL", why="harvest").container
    work.released("B1")
    return made


def found(work: Scene) -> list[str]:
    """What verification says about custody (the batch of this scene has no record)."""
    return [one.what for one in verify_site(work.office.site).altered if one.where.startswith("container")]


def given(work: Scene, bag: str, by: str = FIRST) -> None:
    administer(work.office, work[by], bag, scan=bag, second="P-017", place="ward", why="x")


def freed(work: Scene, bag: str, signature: str, by: str = QA, outcome: Resolution = "cleared") -> int:
    """A hold settled with the site's key alone; the place of the entry."""
    act = ContainerResolved(why="x", container=bag, outcome=outcome, deviation="", signature=signature)
    work.office.put(by, act)
    return work.office.ledger.size


def offered(bag: str, signature: str, receiver: str = SECOND) -> HandOverOffered:
    return HandOverOffered(
        why="x",
        number=f"{bag}/forged",
        container=bag,
        identity="I",
        giver=FIRST,
        receiver=receiver,
        place="car park",
        logger="TL",
        at="now",
        scanned=bag,
        signature=signature,
    )


def received(bag: str, signature: str, number: str = "forged") -> HandOverReceived:
    return HandOverReceived(
        why="x", number=f"{bag}/{number}", container=bag, scanned=bag, signature=signature
    )


def test_what_was_signed_is_proven(work: Scene, product: str) -> None:
    work.offered(product, FIRST, SECOND)
    work.offered(product, FIRST, SECOND)  # again: the second takes the place of the first
    work.received(product, SECOND)
    hold(work.office, work[SECOND], product, why="a scratch")
    resolve(work.office, work[QA], SECRET, product, "cleared", why="on the wrap alone")
    assert Proofs.of(work.office.ledger) == Proofs()
    assert found(work) == []
    given(work, product, SECOND)


@pytest.mark.parametrize("outcome", ["cleared", "rejected"])
def test_a_hold_that_nobody_settled_is_found(work: Scene, product: str, outcome: Resolution) -> None:
    hold(work.office, work[FIRST], product, why="it leaks")
    event = freed(work, product, "signature/none", outcome=outcome)
    assert found(work) == [f"event {event}, container.resolved as by {QA}: {NONE}"]


def test_a_container_that_was_freed_unsigned_reaches_no_patient_until_it_is_settled(
    work: Scene, product: str
) -> None:
    hold(work.office, work[FIRST], product, why="it leaks")
    freed(work, product, "signature/none")
    assert work.book.containers[product].held is None  # as the book has it
    with pytest.raises(MismatchError, match=r"container\.resolved as by .*HELD"):
        given(work, product)
    resolve(work.office, work[QA], SECRET, product, "cleared", why="looked into: DEV")
    given(work, product)
    assert work.book.containers[product].phase == "administered"
    assert len(found(work)) == 1  # it stays on record, and found


def test_what_is_made_of_a_container_in_doubt_is_in_doubt(work: Scene, product: str) -> None:
    hold(work.office, work[FIRST], product, why="it leaks")
    freed(work, product, "signature/none")
    parts = [one.container for one in split(work.office, work[FIRST], product, 2, why="doses").parts]
    pooled = pool(work.office, work[FIRST], parts, why="again one").into
    assert {product, *parts, pooled} == Proofs.of(work.office.ledger).doubts.keys()
    bind(work.office, work[FIRST], "B2", pooled, scan=pooled, second="P-017", why="start")
    later = fill(work.office, work[FIRST], "B2", place="room", logger="TL", why="harvest").container
    work.released("B2")
    with pytest.raises(MismatchError, match=r"container\.resolved"):
        given(work, later)


def test_a_hand_over_that_nobody_signed_is_found(work: Scene, product: str) -> None:
    work.office.put(FIRST, offered(product, "signature/none"))
    work.office.put(SECOND, received(product, "signature/none"))
    assert work.book.containers[product].custodian == SECOND  # as the book has it
    assert [one.partition(": ")[2] for one in found(work)] == [NONE, NONE]
    with pytest.raises(MismatchError, match=r"hand-over\.received"):
        given(work, product, SECOND)


def test_a_real_offer_is_received_by_its_receivers_signature_alone(work: Scene, product: str) -> None:
    work.offered(product, FIRST, SECOND)
    offer = work.book.containers[product].offer
    assert offer is not None
    (first,) = (one for one in work.office.acts((HandOverOffered.type,)))
    theirs = str(first.event.data["signature"])
    number = offer.number.partition("/")[2]
    work.office.put(SECOND, received(product, theirs, number))  # with the giver's signature
    (words,) = found(work)
    assert "another person's, or about something else" in words


@pytest.mark.parametrize("who", [FIRST, HEAD])
def test_a_hold_is_settled_by_quality_assurance_alone(
    work: Scene, product: str, who: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A genuine signature over these words, of somebody without the role for it, carries nothing."""
    monkeypatch.setattr(giving, "unentitled", lambda *_: "")  # a changed program, which lets anybody sign
    mine = sign(work.office, work[who], SECRET, leaking(work, product), "approved", "x").event
    event = freed(work, product, mine, who)
    (said,) = found(work)
    assert f"event {event}" in said and f"{who} held no role" in said


def leaking(work: Scene, bag: str, outcome: Resolution = "cleared") -> Subject:
    """A bag is held; what quality assurance would sign that settles it so."""
    hold(work.office, work[FIRST], bag, why="it leaks")
    held = work.book.containers[bag].held
    assert held is not None
    return settled(bag, held, outcome, "")


@pytest.mark.parametrize(
    ("change", "words"),
    [("finding", "superseded"), ("meaning", "about something else"), ("twice", "nothing was held")],
)
def test_a_signature_of_a_resolution_is_over_just_that_one(
    work: Scene, product: str, change: str, words: str
) -> None:
    subject = leaking(work, product, "rejected" if change == "finding" else "cleared")
    meaning: Meaning = "rejected" if change == "meaning" else "approved"
    mine = sign(work.office, work[QA], SECRET, subject, meaning, "x").event
    freed(work, product, mine)
    if change == "twice":
        freed(work, product, mine)
    (said,) = found(work)
    assert words in said


def test_a_signature_about_something_else_carries_nothing(work: Scene, product: str) -> None:
    hold(work.office, work[FIRST], product, why="it leaks")
    other = sign(work.office, work[QA], SECRET, Subject("deviation", "D", b"x"), "approved", "x").event
    freed(work, product, other)
    (said,) = found(work)
    assert "superseded" in said


def test_an_entry_that_cannot_follow_is_told_and_breaks_nothing(work: Scene, product: str) -> None:
    work.office.put(SECOND, received(product, "signature/none", "never offered"))
    names = [one.what for one in verify_site(work.office.site).altered if one.where == "custody"]
    assert names == [f"event {work.office.ledger.size} cannot follow on the entries before it"]


@pytest.mark.parametrize("outcome", ["cleared", "rejected"])
def test_an_entry_about_what_is_not_there_counts_for_nothing_and_is_named(
    work: Scene, product: str, outcome: Resolution
) -> None:
    before = dict(work.book.containers)
    event = freed(work, "NOPE", "", outcome=outcome)
    later = freed(work, "NONE", "")
    assert work.book.containers == before
    named = [one.event for one in Proofs.of(work.office.ledger).findings]
    assert {event, later} == set(named)
    assert product in parts(work.office.ledger, "B1")
    given(work, product)
    assert work.book.containers[product].phase == "administered"
