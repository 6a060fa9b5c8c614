"""EXE-1, P11-10f: what the chain of custody does not allow is on record, once; missing words and stops are not that."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError, WordingError
from homeostat.governance.custody import (
    MismatchError,
    administer,
    bind,
    collect,
    fill,
    hold,
    issue,
    pool,
    print_label,
    resolve,
    split,
)
from homeostat.governance.custody.book import Book
from homeostat.governance.demonstration import SECRET
from homeostat.governance.gate import admit
from homeostat.ledger import Event
from homeostat.ledger.catalogue import DeviationRequested
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.process import load
from homeostat.site import Site

from .custody_scene import DIN, FIRST, HEAD, QA, SECOND, Scene, scene

AT = {"place": "ward", "logger": "TL-1"}
TAKE: Callable[[Scene, str], object] = lambda work, bag: work.received(bag, SECOND)  # noqa: E731


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path / "site") as made:
        yield made


def told(work: Scene) -> list[tuple[str, object, object]]:
    """Who was refused what, and for what cause."""
    refused = (one.event for one in work.office.acts((AccessRefused.type,)))
    return [(one.actor, one.data["permission"], one.data["cause"]) for one in refused]


REFUSED: dict[str, tuple[str, str, Callable[[Scene, str], object]]] = {
    "received, never offered": (SECOND, "custody.transfer", TAKE),
    "given to oneself": (FIRST, "custody.transfer", lambda work, bag: work.offered(bag, FIRST, FIRST)),
    "divided, another's": (
        SECOND,
        "custody.transfer",
        lambda work, bag: split(work.office, work[SECOND], bag, 2, why="x"),
    ),
    "pooled, another's": (
        SECOND,
        "custody.transfer",
        lambda work, bag: pool(work.office, work[SECOND], (bag, work.collected(work.issued())), why="x"),
    ),
    "put into a batch, another's": (
        SECOND,
        "custody.transfer",
        lambda work, bag: bind(
            work.office, work[SECOND], "B0001", bag, scan=work.label(bag), second="P-017", why="x"
        ),
    ),
    "filled from no batch": (
        FIRST,
        "custody.transfer",
        lambda work, bag: fill(work.office, work[FIRST], "B0009", **AT, why="x"),
    ),
    "given, another's": (
        SECOND,
        "custody.transfer",
        lambda work, bag: administer(
            work.office, work[SECOND], bag, scan=work.label(bag), second="P-017", place="bed", why="x"
        ),
    ),
    "collected, never issued": (
        FIRST,
        "custody.transfer",
        lambda work, bag: collect(work.office, work[FIRST], "K7Q2I000001X", "P-017", **AT, why="x"),
    ),
    "resolved, not held": (
        QA,
        "deviation.close",
        lambda work, bag: resolve(work.office, work[QA], SECRET, bag, "cleared", why="x"),
    ),
    "held, not there": (
        FIRST,
        "deviation.open",
        lambda work, bag: hold(work.office, work[FIRST], "X", why="x"),
    ),
    "labelled, not there": (
        HEAD,
        "label.print",
        lambda work, bag: print_label(work.office, work[HEAD], "X"),
    ),
}


@pytest.mark.parametrize("name", REFUSED)
def test_p11_10f_what_the_chain_does_not_allow_is_on_record_once(name: str, work: Scene) -> None:
    who, permission, attempt = REFUSED[name]
    bag = work.collected(work.issued())
    with pytest.raises(AuthorityError):
        attempt(work, bag)
    assert told(work) == [(who, permission, "state")]


def test_a_mismatch_is_told_by_its_stop_alone(work: Scene) -> None:
    bag, other = work.collected(work.issued()), work.collected(work.issued())
    with pytest.raises(MismatchError):
        work.offered(bag, FIRST, SECOND, scan=work.label(other))
    assert len([*work.office.acts((DeviationRequested.type,))]) == 1
    assert told(work) == []
    with pytest.raises(AuthorityError, match="HELD"):
        split(work.office, work[FIRST], bag, 2, why="x")
    assert told(work) == [(FIRST, "custody.transfer", "state")]


@pytest.mark.parametrize(
    "attempt",
    [
        lambda work, bag: issue(work.office, work[HEAD], "P-018", why=" "),
        lambda work, bag: hold(work.office, work[FIRST], bag, why=""),
        lambda work, bag: split(work.office, work[FIRST], bag, 1, why="x"),
        lambda work, bag: pool(work.office, work[FIRST], (bag,), why="x"),
        lambda work, bag: print_label(work.office, work[HEAD], bag, copies=0),
        lambda work, bag: work.offered(bag, FIRST, SECOND, scan=f"={DIN}78"),
        lambda work, bag: collect(work.office, work[FIRST], " ", "P-017", **AT, why="x"),
    ],
)
def test_missing_words_and_misread_codes_are_no_refusals(
    attempt: Callable[[Scene, str], object], work: Scene
) -> None:
    bag = work.collected(work.issued())
    with pytest.raises(WordingError):
        attempt(work, bag)
    assert told(work) == []


def test_p11_10d_a_start_that_is_refused_at_the_gate_is_on_record(work: Scene) -> None:
    gmp = replace(work.office, site=Site(work.office.site.root, "gmp"))
    with pytest.raises(AuthorityError, match="by an identified person"):
        admit(gmp, None, load("car-t"), {})
    assert told(work) == [("unknown", "batch.start", "session")]


def test_an_entry_number_that_a_forged_event_took_is_passed_over(work: Scene) -> None:
    """Else nothing could ever be entered into the book again."""
    bag = work.collected(work.issued())
    taken = f"custody/{Book.of(work.office.ledger).size + 1:06d}"
    work.office.ledger.append(Event(taken, "nobody.knows", "", 0, "x", {}))
    work.office.ledger.commit()
    work.offered(bag, FIRST, SECOND)
    work.received(bag, SECOND)
    assert Book.of(work.office.ledger).containers[bag].custodian == SECOND
