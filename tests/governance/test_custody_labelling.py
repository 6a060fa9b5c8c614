"""What is printed for whom: counted, with a reason when again, and never for what is held or gone."""

import hashlib
from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.governance.custody import hold, known_as, print_label, split
from homeostat.governance.labels import read

from .custody_scene import DIN, FIRST, QA, Scene, scene


@pytest.fixture
def work(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path / "site") as made:
        yield made


def test_the_label_says_whose_it_is_and_the_act_who_printed_it(work: Scene) -> None:
    identity = work.issued()
    bag = work.collected(identity, donation=DIN)
    printed = print_label(work.office, work[FIRST], bag, copies=2)
    assert printed.label.lines[:3] == (bag, f"identity {identity}", "patient  P-017")
    assert "donation G1234 98 654321 H" in printed.label.lines
    assert printed.act.content == hashlib.sha256(printed.drawing.encode()).hexdigest()
    (act,) = work.office.acts(("label.printed",))
    assert (act.event.actor, act.event.data["copies"], act.event.data["reprint"]) == (FIRST, 2, False)


def test_a_label_leads_back_to_its_container(work: Scene) -> None:
    bag = work.collected(work.issued())
    told = known_as(work.office.ledger, read(work.label(bag)))
    assert told.startswith("bag of ")
    other = work.issued("P-018")
    assert "not its own" in known_as(work.office.ledger, read(f"H1|{other}|{bag}"))
    assert known_as(work.office.ledger, read("NOBODY")) == ""


def test_a_reprint_needs_a_reason_and_is_marked(work: Scene) -> None:
    bag = work.collected(work.issued())
    print_label(work.office, work[FIRST], bag)
    with pytest.raises(AuthorityError, match="a reprint needs a reason"):
        print_label(work.office, work[FIRST], bag, why="  ")
    assert print_label(work.office, work[FIRST], bag, why="smudged").act.reprint


@pytest.mark.parametrize("copies", [0, -1, 501])
def test_a_number_of_copies_is_sensible(copies: int, work: Scene) -> None:
    with pytest.raises(AuthorityError, match="copies"):
        print_label(work.office, work[FIRST], work.issued(), copies=copies)


def test_what_is_held_or_gone_gets_no_label(work: Scene) -> None:
    identity = work.issued()
    held, gone = work.collected(identity), work.collected(identity)
    hold(work.office, work[QA], held, why="doubt")
    split(work.office, work[FIRST], gone, 2, why="split")
    for name in (held, gone):
        with pytest.raises(AuthorityError, match="gets no label"):
            print_label(work.office, work[FIRST], name)


def test_quality_assurance_prints_no_labels(work: Scene) -> None:
    with pytest.raises(AuthorityError, match=r"label\.print"):
        print_label(work.office, work[QA], work.issued())
