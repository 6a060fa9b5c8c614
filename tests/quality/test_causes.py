"""Causes of refusals, changes of the recipe, requested deviations, and signatures: each where a reviewer looks."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any, get_args

import pytest

from homeostat.errors import QualityError
from homeostat.governance.demonstration import SECRET
from homeostat.historian import Historian
from homeostat.ledger import Event
from homeostat.ledger.catalogue import (
    ContainerFilled,
    ContainersHeld,
    ContainerSplit,
    CustodyBound,
    DeviationRequested,
    LoopChanged,
    Part,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    RecipeChange,
    RecipeChanged,
    RecipeChangeRefused,
    SourceJudged,
)
from homeostat.quality import deviations, render_html
from homeostat.quality import review as rooms
from homeostat.quality.documents.events import corrections
from homeostat.quality.record import batch_record
from homeostat.quality.review import unresolved

from .faults import clean, counted, entry, telling
from .tale import HOUR, Tale
from .test_deviations import at

POINT = RecipeChange(change="set-point", loop="heat", value=38.0)


def groups(tale: Tale, version: int = 1) -> list[str]:
    return [one.group for one in tale.record(version).exceptions]


def refused(tale: Tale, reason: str, cause: str | None) -> None:
    """A question whose first answer was refused."""
    tale.tell(PromptOpened(prompt="q", step="m", text="q", kind="scan", unit="1", choices=()), HOUR)
    for given, accepted in (("x", False), ("y", True)):
        tale.tell(PromptAnswered(prompt="q", answer=given), HOUR)
        facts = {"prompt": "q", "accepted": accepted, "reason": "" if accepted else reason}
        tale.tell(PromptClosed.model_validate(facts | ({} if accepted else {"cause": cause})), HOUR)


@pytest.mark.parametrize(
    ("reason", "cause", "group"),
    [
        ("nothing that a keyword knows", "lot", "expired lot"),
        ("the lot of the calibrated instrument is signed", "signature", "unsigned step"),
        ("no keyword", "source", "out-of-calibration source"),
        ("the lot is signed", "identity", "identity mismatch"),
        ("the lot L-1 expired", None, "expired lot"),
        ("no keyword", None, "refused entry"),
    ],
)
def test_the_cause_decides_and_the_words_only_in_older_records(
    tale: Tale, reason: str, cause: str | None, group: str
) -> None:
    clean(tale, midst=lambda told: refused(told, reason, cause))
    assert groups(tale) == [group]
    assert groups(tale, 0) == ["refused entry"]


def test_a_verification_without_a_signature_is_an_unsigned_step(tale: Tale) -> None:
    unsigned = entry(act="verification", status="refused", reason="ben has not signed", cause="signature")
    clean(tale, midst=telling((unsigned, HOUR)))
    assert groups(tale) == ["unsigned step"]


def test_a_change_of_the_recipe_is_one_override_and_a_refused_one_too(tales: Callable[[str], Tale]) -> None:
    changed = {"loop": "heat", "setpoint": 38.0, "unit": "degC", "mode": "auto", "cause": "DEV-0001: foam"}
    changed |= {"output": 1.0, "output_unit": "%"}
    loop = LoopChanged.model_validate(changed)
    told = (
        (RecipeChanged(what=POINT, deviation="DEV-0001", signature="s", by="ada"), HOUR),
        (loop, HOUR),
        (RecipeChangeRefused(what=POINT, deviation="DEV-0001", by="ada", reason="no signature"), 2 * HOUR),
    )
    once, again = tales("once"), tales("again")
    clean(once, midst=telling(*told))
    found = once.record().exceptions
    assert [(one.group, one.severity) for one in found] == [("override", "major"), ("override", "minor")]
    assert "set-point of heat to 38" in found[0].text
    clean(again, midst=telling(*told, (loop, 3 * HOUR)))
    assert groups(again) == ["override"] * 3


def test_every_value_that_was_changed_is_printed_with_what_it_was(tale: Tale) -> None:
    """Entries and laboratory results as well as what persons did besides (Annex 11, 8)."""
    clean(tale)
    for told in (
        entry(answer="9"),
        entry(act="correction", status="corrected", old="9", answer="10", by="olga", reason="misread"),
        entry(act="correction", status="refused", old="10", answer="11", by="olga", reason="no"),
        counted(2.5),
        counted(2.7),
        counted(2.7),
    ):
        tale.tell(told, 5 * HOUR, actor="laboratory")
    table = corrections(list(tale.ledger.events(batch="B0001")))
    (entered, counts) = [(row[0], row[1], row[2], row[3], row[5]) for row in table.rows][-2:]
    assert entered == ("count-in", "9", "10", "olga", "misread")
    assert counts == ("viable of sample S1, count", "2.5", "2.7", "laboratory", "")


def test_an_unfit_instrument_behind_a_tag_is_one_exception(tale: Tale) -> None:
    unfit, fit = (
        SourceJudged(tag="oxygen", instrument="probe-1", reason=reason)
        for reason in ("probe-1 is not clean", "")
    )
    clean(tale, midst=telling((unfit, HOUR), (fit, 2 * HOUR)))
    assert groups(tale) == ["out-of-calibration source"]


def asked(tale: Tale, number: int, about: str) -> str:
    """A request of a deviation, as custody makes it."""
    act = DeviationRequested(why="found", about=(about,), finding="two labels on one bag", source="")
    name = f"deviation/requested/{number}"
    tale.ledger.append(Event(name, act.type, "", 0, "ada", json.loads(act.model_dump_json())))
    tale.ledger.commit()
    return name


CAUSES = get_args(ContainersHeld.model_fields["cause"].annotation)


@pytest.mark.parametrize("cause", CAUSES)
def test_a_hold_of_any_cause_on_any_part_of_the_product_is_one_exception(tale: Tale, cause: str) -> None:
    clean(tale)
    said: dict[str, Any] = {"why": "w", "vessel": "bag", "place": "room", "logger": "TL", "identity": "I"}
    filled = ContainerFilled(container="BAG-2", batch="B0001", **said)
    tale.tell(
        CustodyBound(why="w", batch="B0001", containers=("BAG-1",), identity="I", patient="P"), 0, batch=""
    )
    tale.tell(filled, 0, batch="")
    part = Part(container="BAG-3", vessel="bag")
    tale.tell(ContainerSplit(why="w", container="BAG-2", parts=(part,)), 0, batch="")
    assert groups(tale) == []
    finding = "the patient is another"
    held = ContainersHeld.model_validate(
        {"why": "w", "containers": ("BAG-3",), "cause": cause, "finding": finding}
    )
    event = tale.tell(held, 0, batch="")
    asked_for = DeviationRequested(why="w", about=("BAG-3",), finding=finding, source=event)
    tale.tell(asked_for, 0, batch="")
    (found,) = tale.record().exceptions
    assert (found.group, finding in found.text) == ("identity mismatch", True)
    assert found.severity == ("major" if cause == "order" else "critical")
    assert [one.finding for one in deviations.requests(tale.ledger, "B0001")] == [finding]


@pytest.mark.parametrize("about", ["B0001", "BAG-1"])
def test_a_requested_deviation_stands_against_release_until_one_is_raised_and_closed(
    tmp_path: Path, about: str
) -> None:
    for desk in at(tmp_path / "site"):
        office = desk.office
        with Historian.open(office.site.historian_path) as historian:
            tale = Tale(office.ledger, historian)
            clean(tale)
            bound = CustodyBound(why="w", batch="B0001", containers=("BAG-1",), identity="I", patient="P")
            tale.tell(bound, 0, batch="")
            elsewhere, request = asked(tale, 1, "BAG-2"), asked(tale, 2, about)
            assert {one.severity for one in unresolved(office.ledger, historian, "B0001")} == {"critical"}
            assert [one.id for one in deviations.requests(office.ledger, "B0001")] == [request]
            with pytest.raises(QualityError, match="the request is about B0001"):
                deviations.open_deviation(
                    office, desk.qa, title="t", batch="B0002", request=request, why="asked"
                )
            name = deviations.open_deviation(office, desk.operator, title="t", request=request, why="asked")
            opened = deviations.deviation(office.ledger, name)
            assert (opened.batch, opened.finding) == ("B0001", "two labels on one bag")
            assert len(unresolved(office.ledger, historian, "B0001")) == 2
            with pytest.raises(QualityError, match="DEV-0001 was raised for it already"):
                deviations.open_deviation(office, desk.qa, title="t", request=request, why="again")
            deviations.classify(office, desk.qa, name, "minor", why="w")
            deviations.assess(office, desk.qa, name, "none", why="w")
            deviations.explain(office, desk.qa, name, "a slip", why="w")
            deviations.close(office, desk.qp, SECRET, name, why="w")
            assert unresolved(office.ledger, historian, "B0001") == ()
            assert [one.id for one in deviations.requests(office.ledger) if not one.deviation] == [elsewhere]


def test_a_review_that_was_begun_says_so_and_its_signature_is_on_the_page(tmp_path: Path) -> None:
    for desk in at(tmp_path / "site"):
        office = desk.office
        with Historian.open(office.site.historian_path) as historian:
            clean(Tale(office.ledger, historian))
            assert rooms.begin(office, desk.qa, historian, "B0001", why="due").state == "under way"
            rooms.sign_review(office, desk.qa, SECRET, historian, "B0001", why="reviewed by exception")
            record = batch_record(office.ledger, historian, "B0001")
            (line,) = record.signatures
            assert (line.kind, line.meaning, line.account, line.state) == (
                "review",
                "reviewed",
                "demo-qa",
                "valid",
            )
            page = render_html(record, historian)
            assert "reviewed by exception" in page
            older = batch_record(office.ledger, historian, "B0001", 0)
            assert [one.state for one in older.signatures] == ["valid"]
