"""Frozen models beside a batch: packages with hash and self-test, and every change of a decision with what drove it."""

import json

import pytest

from homeostat.ledger.catalogue import BatchEnded, ModelLoaded, PredictionChanged, WatchChanged
from homeostat.quality import batch_record, panel, render_html

from .outline import Outline
from .tale import HOUR, Tale

HASH = "ab" * 32
PACKAGE = {
    "name": "glucose left",
    "version": "1.0",
    "unit": "mmol/L",
    "use": {"question": "Is there enough glucose?"},
    "self_test": {"rows": [["0x1p0"], ["0x1p1"]]},
}


def loaded(model: str = "left", text: str | None = None) -> ModelLoaded:
    return ModelLoaded(model=model, hash=HASH, package=json.dumps(PACKAGE) if text is None else text)


def answered(decision: str, before: str = "undecided", **changed: object) -> PredictionChanged:
    facts: dict[str, object] = {
        "model": "left",
        "hash": HASH,
        "before": before,
        "decision": decision,
        "value": 11.0,
        "low": 9.0,
        "high": 13.0,
        "unit": "mmol/L",
        "t2": 1.0,
        "spe": 1.0,
        "t2_limit": 9.0,
        "spe_limit": 9.0,
        "outside": False,
        "drivers": (("glucose now", -4.2), ("lactate", 0.5)),
        "strangers": (),
        "missing": (),
        "reason": "",
    }
    return PredictionChanged.model_validate(facts | changed)


def watched(decision: str) -> WatchChanged:
    facts: dict[str, object] = {
        "model": "course",
        "hash": HASH,
        "before": "undecided",
        "decision": decision,
        "sample": 7,
        "ratios": {"t2": 1.4, "spe": 0.3},
        "drivers": (("oxygen", 3.0),),
        "missing": (),
        "reason": "for two hours",
    }
    return WatchChanged.model_validate(facts)


@pytest.fixture
def running(tale: Tale) -> Tale:
    """A batch with a soft sensor that became doubtful."""
    tale.start()
    tale.tell(loaded())
    tale.tell(answered("ok"), HOUR)
    outside = {"outside": True, "strangers": (("lactate", 7.0),), "missing": ("glucose",)}
    tale.tell(answered("undecided", "ok", reason="unusual inputs", **outside), 5 * HOUR)
    for kind, value in (("", 11.5), ("low.", 9.5), ("high.", 13.5)):
        tale.tape(f"soft.{kind}left", "mmol/L", [value] * 6)
    return tale


def page(tale: Tale) -> str:
    tale.tell(BatchEnded(state="complete", scans=61, reason=""), 10 * HOUR)
    record = batch_record(tale.ledger, tale.historian, tale.batch)
    return Outline(render_html(record, tale.historian)).text


def test_the_record_tells_package_hash_self_test_and_every_change(running: Tale) -> None:
    (line,) = running.record().models
    assert (line.model, line.package, line.hash, line.tested) == ("left", "glucose left 1.0", HASH, 2)
    assert (line.question, line.unit) == ("Is there enough glucose?", "mmol/L")
    assert (line.decision, line.since) == ("undecided", 5 * HOUR)
    assert (line.value, line.low, line.high) == (11.5, 9.5, 13.5)
    assert [(one.time, one.decision, one.outside) for one in line.changes] == [
        (HOUR, "ok", False),
        (5 * HOUR, "undecided", True),
    ]


def test_a_model_that_watches_tells_its_ratios(running: Tale) -> None:
    running.tell(loaded("course"))
    running.tell(watched("alert"), 6 * HOUR)
    line = running.record().models[1]
    assert (line.decision, line.value, line.changes[0].ratios) == ("alert", None, {"t2": 1.4, "spe": 0.3})


@pytest.mark.parametrize("text", ["", "[]", "no JSON", '{"use": 3, "self_test": null}'])
def test_a_package_that_cannot_be_read_leaves_its_words_empty(text: str, tale: Tale) -> None:
    tale.start()
    tale.tell(loaded(text=text))
    (line,) = tale.record().models
    assert (line.package, line.question, line.tested, line.hash) == ("", "", 0, HASH)
    assert (line.decision, line.changes) == ("undecided", ())


def test_the_page_shows_what_was_loaded_what_drove_it_and_why(running: Tale) -> None:
    said = page(running)
    assert "Frozen models beside the batch" in said
    assert "passed, 2 rows" in said
    assert "glucose now −4.2, lactate +0.5" in said
    assert "unusual inputs; farthest from what it knows: lactate +7; without glucose" in said


def test_a_batch_without_models_says_nothing_of_them(tale: Tale) -> None:
    tale.start()
    assert "Frozen models" not in page(tale)


def test_the_panel_shows_how_each_model_stands(running: Tale) -> None:
    (row,) = panel(running.ledger, running.historian, batch=running.batch)
    assert [(one.model, one.decision, one.since) for one in row.models] == [("left", "undecided", 5 * HOUR)]
