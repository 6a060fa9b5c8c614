"""The observer of a process: what it may say, and exactly the issue that every wrong name or number deserves."""

import pytest

from homeostat.process.observer import Observer
from homeostat.process.twin import Twin
from tests.process.small import TEXT, changed, issues, line_of

SECTION = """  tags: {glucose: glucose}
  observer:
    every: 10 min
    tags:
      glucose: {noise: 0.2 mmol/L, relative: 3 %, bias: 0.1 mmol/L, memory: 2 d}
    assays: {count: [viable, viability]}
    learn: {growth: 10 %}
    initial: {viable: 10 %}
    contents: {viable: 10 %}
    volumes: 1 %
    model_error: 0.5 %
    wander: {growth: 0.2 %, volume: 0 %}
simulation:
"""
OBSERVED = changed(("  tags: {glucose: glucose}\nsimulation:\n", SECTION))


def test_a_process_with_an_observer_is_sound() -> None:
    assert issues(OBSERVED) == ()


def test_an_observer_is_optional_and_so_is_all_it_says() -> None:
    assert Twin(model="t_cell_expansion").observer is None
    assert Observer().tags == {}
    assert Observer().every.to("min") == 15.0


@pytest.mark.parametrize(
    ("old", "new", "field", "words"),
    [
        ("glucose: {noise: 0.2", "glucos: {noise: 0.2", "tags.glucos", "did you mean 'glucose'?"),
        ("glucose: {noise: 0.2", "temperature: {noise: 0.2", "tags.temperature", "not tied to the model"),
        ("every: 10 min", "every: 4 min", "tags.glucose", "measured every 5 min only"),
        ("noise: 0.2 mmol/L, rel", "noise: 0.2 h, rel", "tags.glucose.noise", "mmol/L"),
        ("noise: 0.2 mmol/L, rel", "noise: 0 mmol/L, rel", "tags.glucose.noise", "not above 0"),
        ("relative: 3 %", "relative: 3 mL", "tags.glucose.relative", "not a share"),
        ("bias: 0.1 mmol/L", "bias: -0.1 mmol/L", "tags.glucose.bias", "negative"),
        ("memory: 2 d", "memory: 0 d", "tags.glucose.memory", "not above 0"),
        ("every: 10 min", "every: 10 mL", "every", "not a time"),
        ("assays: {count:", "assays: {cuont:", "assays.cuont", "did you mean 'count'?"),
        ("[viable, viability]", "[viable, viabilty]", "assays.count", "did you mean 'viability'?"),
        ("learn: {growth:", "learn: {groth:", "learn.groth", "did you mean 'growth'?"),
        ("    initial: {viable: 10 %", "    initial: {bees: 10 %", "initial.bees", "no state 'bees'"),
        ("    contents: {viable: 10 %", "    contents: {bees: 10 %", "contents.bees", "no state 'bees'"),
        ("wander: {growth:", "wander: {bees:", "wander.bees", "no state or parameter 'bees'"),
        ("model_error: 0.5 %", "model_error: 0.5 h", "model_error", "not a share"),
        ("volumes: 1 %", "volumes: 101 %", "volumes", "more than the whole"),
    ],
)
def test_one_change_one_issue(old: str, new: str, field: str, words: str) -> None:
    assert OBSERVED.count(old) == 1
    text = OBSERVED.replace(old, new)
    found = [issue for issue in issues(text) if issue.field == f"twin.observer.{field}"]
    assert found, issues(text)
    assert any(words in f"{issue.what} ({issue.mend})" for issue in found), found
    if field != "tags.glucose":  # said where the tag is fused, not where the time is given
        assert found[0].line == line_of(text, new.strip())


def test_an_assay_without_variation_cannot_be_fused() -> None:
    text = OBSERVED.replace("turnaround: 20 min, variation: 5 %", "turnaround: 20 min")
    assert [issue.field for issue in issues(text)] == ["twin.observer.assays.count"]
    assert text != TEXT
