"""Whoever had any part in a batch neither says a word on its exceptions nor signs its review."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from homeostat.errors import AuthorityError
from homeostat.historian import Historian
from homeostat.ledger.catalogue import (
    AlarmOrdered,
    CommandGiven,
    ControlOrdered,
    CorrectionGiven,
    Entry,
    Payload,
    PromptAnswered,
    RecipeChange,
    RecipeChangeOrdered,
    VerificationGiven,
)
from homeostat.quality import deviations
from homeostat.quality import review as rooms
from homeostat.quality.review.performing import performers
from homeostat.validation.checks.sources import started

from .faults import clean
from .tale import HOUR, Tale
from .test_deviations import at
from .test_review import B, Bench

QA = "demo-qa"
NOON = "2026-05-04T12:00:00+00:00"
SAID = Entry(by=QA, entered=NOON, happened=NOON, slip="s", reason="misread")
CHANGE = RecipeChange(change="set-point", loop="oxygen", value=40.0)
FACTS = {"by": QA, "reason": "known"}
PARTS: tuple[Payload, ...] = (
    PromptAnswered(prompt="p", answer="done", entry=SAID),
    VerificationGiven(prompt="p", answer="", entry=SAID),
    CorrectionGiven(prompt="p", answer="7", entry=SAID),
    CommandGiven(command="hold", **FACTS),
    AlarmOrdered(order="acknowledge", alarm="cold", **FACTS),
    ControlOrdered(order="refuse", controller="feed", proposal="p1", **FACTS),
    RecipeChangeOrdered(what=CHANGE, deviation="DEV-0001", signature="signature/1", **FACTS),
)


def refused(part: Payload) -> Payload:
    """The same, objected to when it was taken up for want of a valid signature."""
    entry = getattr(part, "entry", None)
    if entry is None:
        return part.model_copy(update={"objection": "not signed"})
    against = {"objections": ("not signed",), "causes": ("signature",)}
    return part.model_copy(update={"entry": entry.model_copy(update=against)})


@pytest.fixture
def bench(tmp_path: Path) -> Iterator[Bench]:
    """A batch with a gap."""
    for desk in at(tmp_path / "site"):
        with Historian.open(desk.office.site.historian_path) as historian:
            tale = Tale(desk.office.ledger, historian)
            clean(tale, {"gap"})
            yield Bench(desk, tale, historian)


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.type))
def test_a_part_in_the_batch_keeps_from_judging_it(bench: Bench, part: Payload) -> None:
    item = bench.now().report.items[0]
    bench.tale.tell(part, HOUR)
    with pytest.raises(AuthorityError, match="the batch: another person"):
        rooms.accept(bench.office, bench.qa, bench.historian, B, item.id, why="w")
    with pytest.raises(AuthorityError, match="the batch: another person"):
        rooms.raise_deviation(bench.office, bench.qa, bench.historian, B, item.id, why="w")
    with pytest.raises(AuthorityError, match="the batch: another person"):
        bench.sign()
    assert deviations.deviations(bench.office.ledger) == ()
    assert bench.now().said(item.id) is None


@pytest.mark.parametrize("part", PARTS, ids=lambda part: str(part.type))
def test_what_was_dropped_in_their_name_keeps_nobody_away(bench: Bench, part: Payload) -> None:
    bench.tale.tell(refused(part), HOUR)
    assert performers(bench.office.ledger, B, QA) == {}


def test_who_started_the_batch_had_a_part_in_it(bench: Bench) -> None:
    start = started().model_copy(update={"started_by": QA})
    bench.tale.tell(start, HOUR)
    assert performers(bench.office.ledger, B, QA) == {"started the batch": QA}


def test_another_person_had_no_part(bench: Bench) -> None:
    for part in PARTS:
        bench.tale.tell(part, HOUR)
    assert len(performers(bench.office.ledger, B, QA)) == len(PARTS)
    assert performers(bench.office.ledger, B, "demo-qp") == {}
