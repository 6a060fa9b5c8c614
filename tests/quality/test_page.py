"""The page: one file that needs nothing else, that no text can break, and that everybody can read."""

import html
import re
from collections.abc import Callable

import numpy as np
import pytest

from homeostat.historian import Historian
from homeostat.ledger.catalogue import (
    AttributeJudged,
    BatchEnded,
    BatchResumed,
    LoopChanged,
    PromptAnswered,
    PromptClosed,
    PromptOpened,
    SampleResult,
    StepChanged,
)
from homeostat.quality import render_html

from .outline import Outline
from .tale import HOUR, MINUTE, Tale

EVIL = "\"><script>alert('x')</script><b>& \x00\ud7ff"


def told(tale: Tale, text: str = "Ready?", *, ended: bool = True) -> str:
    """A page with something in every section; `text` stands wherever people and instruments write."""
    tale.start(patient=text, equipment={"kind": text, "findings": [text]})
    for level, path in (
        ("unit procedure", "main"),
        ("operation", "main/expand"),
        ("phase", "main/expand/grow"),
    ):
        facts = {"level": level, "step": path, "title": text, "cause": text}
        tale.tell(StepChanged.model_validate(facts | {"state": "running"}))
        tale.tell(StepChanged.model_validate(facts | {"state": "complete"}), 9 * HOUR)
    tale.tell(PromptOpened(prompt="p", step=text, text=text, kind="confirm", unit="1", choices=()), HOUR)
    tale.tell(PromptAnswered(prompt="p", answer=text), HOUR)
    tale.tell(PromptClosed(prompt="p", accepted=False, reason=text), HOUR)
    tale.command(HOUR, "unknown", target=text, step=text)
    tale.command(HOUR, kind="dose", target=text, unit="mL")
    tale.tell(
        LoopChanged(
            loop="heat", setpoint=36.5, unit="degC", mode="auto", output=40.0, output_unit="W", cause=text
        ),
        HOUR,
    )
    for hour in (2, 4, 6):
        values, units = {"viable": 1.0 + hour, text: 1.0}, {"viable": "1e6 cell/mL", text: "1"}
        result = SampleResult(
            sample=f"{text}{hour}", assay=text, taken=hour * HOUR, values=values, units=units
        )
        tale.tell(result, hour * HOUR)
    facts = {
        "attribute": "density",
        "sample": text,
        "value": 7.0,
        "unit": "1e6 cell/mL",
        "low": 2.0,
        "high": None,
    }
    tale.tell(AttributeJudged.model_validate(facts | {"verdict": "within"}), 8 * HOUR)
    tale.tell(BatchResumed(batch=tale.batch, scan=3, reason=text), batch="")
    wave = np.sin(np.arange(61.0) / 5)
    codes = [0] * 20 + [5] * 10 + [0] * 31
    tale.tape("temperature", "degC", np.where(np.array(codes) > 0, np.nan, 37 + wave), qualities=codes)
    tale.tape("heater", "%", 50 + wave)
    tale.tape("loop.heat", "%", 50 + wave)
    tale.tape("twin.viable", "1e6 cell/mL", np.linspace(1, 9, 61))
    if ended:
        tale.tell(BatchEnded(state="complete", scans=61, reason=text), 10 * HOUR)
    return render_html(tale.record(), tale.historian)


def test_the_page_is_well_formed_and_accessible(tale: Tale) -> None:
    page = told(tale)
    outline = Outline(page)
    assert page.startswith("<!doctype html>\n")
    assert outline.named("html")[0].attributes == {"lang": "en"}
    assert outline.named("title")[0].text == "Batch record B0001: Perfused T-cell expansion"
    assert len(outline.named("h1")) == 1
    assert all(one.attributes["scope"] in {"col", "row"} for one in outline.named("th"))
    assert len(outline.named("table")) == len(outline.named("caption"))
    assert outline.named("svg")
    for one in outline.named("svg"):
        assert one.attributes.get("role") == "img" or one.attributes["aria-hidden"] == "true"


def test_every_link_leads_somewhere_and_every_id_is_its_own(tale: Tale) -> None:
    outline = Outline(told(tale))
    ids = [one.attributes["id"] for one in outline.elements if "id" in one.attributes]
    assert len(ids) == len(set(ids))
    links = {one.attributes["href"] for one in outline.named("a")}
    assert links
    assert links <= {f"#{name}" for name in ids}


def test_the_page_needs_nothing_else(tale: Tale) -> None:
    page = told(tale)
    assert not re.search(
        r"https?:|//[a-z]|url\(|@import|\bsrc=|<script|<link|<iframe|<img", page, re.IGNORECASE
    )


def test_no_text_can_break_the_page(tale: Tale) -> None:
    page = told(tale, EVIL.replace("\x00", " "))
    outline = Outline(page)
    assert outline.named("script") == []
    assert all(one.attributes == {} for one in outline.named("b"))
    assert not any(key.startswith("on") for one in outline.elements for key in one.attributes)
    assert outline.text.count("<script>alert('x')</script>") > 12


def test_unprintable_characters_are_replaced(tale: Tale) -> None:
    page = told(tale, "a\x00b\x1b[31m\x9f")
    assert not re.search("[\x00-\x08\x0b-\x1f\x7f-\x9f]", page)
    assert "a\ufffdb" in page


def test_the_same_record_gives_the_same_page(tales: Callable[[str], Tale]) -> None:
    one, other = tales("one"), tales("other")
    assert told(one) == told(other) == render_html(one.record(), one.historian)


def test_the_first_screen_says_how_it_went(tale: Tale) -> None:
    said = Outline(told(tale)).text
    assert "Complete. 1 of 2 quality attributes within specification, 1 not measured. No alarms." in said
    assert "interrupted once" in said
    assert "7 × 10⁶ cell/mL" in said


def test_predictions_are_drawn_beside_the_laboratory(tale: Tale) -> None:
    page = told(tale)
    figure = re.search(r'<figure id="key-1">.*?</figure>', page)
    assert figure
    assert figure[0].count('class="point"') == 3
    assert 'class="line twin"' in figure[0]
    assert "at least 2 × 10⁶ cell/mL" in html.unescape(figure[0])


def test_specification_and_prediction_are_drawn_in_the_unit_of_the_laboratory(tale: Tale) -> None:
    tale.start()
    tale.tape("twin.viable", "1e6 cell/mL", [3.0, 4.0])
    values, units = {"viable": 3500.0}, {"viable": "1e3 cell/mL"}
    tale.tell(SampleResult(sample="S1", assay="count", taken=0, values=values, units=units))
    page = render_html(tale.record(), tale.historian)
    assert "specification at least 2000 × 10³ cell/mL" in page
    assert "measured 3500 × 10³ cell/mL, predicted 3000" in page


def test_a_gap_breaks_the_line(tale: Tale) -> None:
    line = re.search(r'<path d="([^"]*)" class="line measured">', told(tale).split('id="cpp-1"')[1])
    assert line
    assert line[1].count("M") == 2


def test_an_unfinished_batch_has_a_page(tale: Tale) -> None:
    page = told(tale, ended=False)
    Outline(page)
    assert "Not finished: the batch is idle." in page
    assert "not yet" in page


@pytest.mark.parametrize("known", [True, False])
def test_a_batch_without_series_has_a_page(tale: Tale, tales: Callable[[str], Tale], known: bool) -> None:
    tale.start()
    if known:
        tale.tape("temperature", "degC", [37.0], step=MINUTE)
    other: Historian = tale.historian if known else tales("empty").historian
    page = render_html(tale.record(), other)
    Outline(page)
    assert "Readings" in page


def test_a_batch_that_only_began_in_the_middle_has_a_page(tale: Tale) -> None:
    tale.tell(PromptOpened(prompt="p", step="m", text="t", kind="confirm", unit="1", choices=()), HOUR)
    Outline(render_html(tale.record(), tale.historian))
