"""Selection and loop in a process file: one change to a sound process, and exactly the issue it deserves."""

import pytest

from homeostat.process import check_against_model, describe
from tests.process.small import TEXT, TOY, changed, examine

GROW = "      until: glucose < 4 mmol/L or elapsed >= 3 d"
PHASE = "recipe.procedure.culture.operations.start.phases.grow"
OPERATION = "recipe.procedure.culture.operations.end"


def with_fields(fields: str) -> str:
    """The small process with more fields of the phase that grows."""
    return changed((GROW, f"{GROW}\n              {fields}"))


SOUND = [
    "when: batch_elapsed < 1 d",
    "when: glucose < 4 mmol/L or viable > 1 1e6 cell/mL",
    "repeat: {while: elapsed < 2 d and glucose >= 1 mmol/L, most: 5}",
    "repeat: {while: viable < 2 1e6 cell/mL, most: 1}",
]


@pytest.mark.parametrize("fields", SOUND)
def test_what_is_sound_has_no_issue(fields: str) -> None:
    found = examine(with_fields(fields))
    assert not found.issues
    assert found.process is not None
    assert not check_against_model(found.process, TOY)


UNSOUND = [
    ("when: elapsed > 1 h", "when", "use 'batch_elapsed'"),
    ("when: glucose < 4 h", "when", "the tag 'glucose'"),
    ("when: glucosee < 4 mmol/L", "when", "did you mean 'glucose'?"),
    ("when: harvest >= 0 h", "when", "no controller chooses"),
    ("when: sometimes", "when", "not a comparison"),
    ("repeat: {while: elapsed < 2 mmol/L, most: 2}", "repeat.while", "a time"),
    ("repeat: {while: glucose < 4 h, most: 2}", "repeat.while", "the tag 'glucose'"),
    ("repeat: {while: viabel < 1 1e6 cell/mL, most: 2}", "repeat.while", "did you mean 'viable'?"),
    ("repeat: {while: viable < 1 h, most: 2}", "repeat.while", "'1 h' is not in a unit"),
    ("repeat: {while: elapsed < 2 d, most: 0}", "repeat.most", "0"),
    ("repeat: {while: elapsed < 2 d, most: 1.5}", "repeat.most", "1.5"),
    ("repeat: {while: elapsed < 2 d}", "repeat.most", "missing"),
    ("repeat: {most: 2}", "repeat.while", "missing"),
    ("repeat: {while: elapsed < 2 d, most: 2, until: elapsed > 1 h}", "repeat.until", "not a field"),
]


@pytest.mark.parametrize(("fields", "field", "words"), UNSOUND)
def test_what_is_not_is_told_where_it_stands(fields: str, field: str, words: str) -> None:
    found = examine(with_fields(fields))
    told = [(issue.field, f"{issue.what} | {issue.mend}") for issue in found.issues]
    assert [where for where, _ in told] == [f"{PHASE}.{field}"], told
    assert words in told[0][1]


def test_an_operation_is_chosen_like_a_phase_and_never_repeated() -> None:
    text = changed(("          title: End\n", "          title: End\n          when: elapsed > 1 h\n"))
    (issue,) = examine(text).issues
    assert issue.field == f"{OPERATION}.when"
    text = changed(("          title: End\n", "          title: End\n          repeat: {}\n"))
    (issue,) = examine(text).issues
    assert "not a field" in issue.what


def test_the_outline_tells_of_both() -> None:
    process = examine(with_fields("when: batch_elapsed < 1 d")).process
    assert process is not None
    rows = {row["path"]: row for row in describe(process)["outline"]}
    assert rows["culture/start/grow"]["when"] == "batch_elapsed < 1 d"
    process = examine(with_fields("repeat: {while: elapsed < 2 d, most: 5}")).process
    assert process is not None
    rows = {row["path"]: row for row in describe(process)["outline"]}
    assert rows["culture/start/grow"]["repeat"] == "while elapsed < 2 d, at most 5 runs"


def test_a_process_without_either_says_nothing_of_them() -> None:
    process = examine(TEXT).process
    assert process is not None
    assert b'"when"' not in process.canonical()
    assert b'"repeat"' not in process.canonical()
