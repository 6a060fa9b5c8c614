"""Labels: case, blanks and written zeros do not tell two apart; a word such as 'none' is a gap or a label."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.monitoring.learning.tables import classes, linear, table

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning import score
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.labels import GAPS, MISSING, WORDS, ambiguous, key, read_labels, respelt
from homeostat.monitoring.learning.task import state
from homeostat.monitoring.learning.training import Settings, pose, train


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna", " anna "), ("ANNA", "Anna"), ("90", "90.0"), ("0.50", "0.5"), ("007", "7"), ("µ", "Μ")],
)
def test_spellings_of_one_label_are_one(one: str, other: str) -> None:
    assert key(one) == key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [("Anna", "Ann a"), ("1e2", "100"), ("1234567890123456", "1234567890123457"), ("1,5", "1.5")],
)
def test_identifiers_that_only_look_alike_are_two(one: str, other: str) -> None:
    assert key(one) != key(other)


def test_a_label_is_spelt_as_it_is_first_or_as_it_is_known() -> None:
    assert read_labels(("anna", "Ben", "ANNA ")) == ("anna", "Ben", "anna")
    assert read_labels(("anna", "Ben"), ("Anna", "Ben")) == ("Anna", "Ben")


@pytest.mark.parametrize("word", sorted(WORDS))
def test_a_word_in_two_rows_is_a_label_in_one_row_a_gap(word: str) -> None:
    assert read_labels((word, "laminin", word.upper())) == (word, "laminin", word)
    assert read_labels((word, "laminin", "laminin"))[0] == ""


@pytest.mark.parametrize("gap", sorted(GAPS))
def test_an_unmistakable_gap_stays_one_however_often_it_stands(gap: str) -> None:
    assert read_labels((gap, gap.upper(), gap, "x")) == ("", "", "", "x")


def test_among_numbers_every_such_word_is_a_gap() -> None:
    assert set(read_labels(tuple(sorted(MISSING)) * 3, text=False)) == {""}


def test_what_is_known_does_not_depend_on_the_other_rows() -> None:
    known = ("none", "laminin")
    assert read_labels(("none",), known) == ("none",)
    assert read_labels(("NA", "na"), known) == ("", "")


@given(st.lists(st.text(max_size=6), max_size=12))
def test_labels_read_again_are_the_same(cells: list[str]) -> None:
    found = read_labels(cells)
    assert len(found) == len(cells)
    assert read_labels(found) == found
    assert len({key(label) for label in found}) == len(set(found))


def test_words_and_spellings_are_told() -> None:
    (told,) = ambiguous({"supplement": ("none", "laminin", "none")})
    assert told.startswith("'none' counts as a label of 'supplement', in 2 rows")
    assert respelt({"operator": ("Anna", "ANNA", "anna", "Ben")}) == [
        "in 'operator' 'ANNA' and 'anna' count as 'Anna'"
    ]
    assert ambiguous({"a": ("x", "")}) == respelt({"a": ("x", "", "x")}) == []


@pytest.mark.parametrize("asked", ["IFNg", "none"])
def test_controls_called_none_are_a_class_of_the_target(tmp_path: Path, asked: str) -> None:
    columns = classes() | {"state": ["none", "IFNg", "TNF"] * 16}
    task = state(table(tmp_path, columns), "state", Wanted(), "donor", f"== {asked}")
    assert task.y.sum() == 16
    assert len(task.y) == 48
    assert set(task.labels["state"]) == {"none", "IFNg", "TNF"}
    assert any("'none' counts as a label of 'state', in 16 rows" in told for told in task.decisions)


def test_a_donor_called_nd_is_a_group(tmp_path: Path) -> None:
    columns = linear() | {"donor": ["ND", "nd ", "AB", "CD"] * 10}
    task = state(table(tmp_path, columns), "y", Wanted(), "donor")
    assert set(task.groups or ()) == {"ND", "AB", "CD"}
    assert "in 'donor' 'nd' counts as 'ND'" in task.decisions
    columns["donor"][0] = "#N/A"
    with pytest.raises(MonitoringError, match="belongs to no group"):
        state(table(tmp_path, columns), "y", Wanted(), "donor")


def test_numbers_and_what_could_not_be_computed_are_no_classes(tmp_path: Path) -> None:
    columns = linear() | {"y": ["#VALUE!", *[float(row % 5) for row in range(39)]]}
    with pytest.raises(MonitoringError, match="'#VALUE!' is no number"):
        state(table(tmp_path, columns), "y", Wanted())


def test_a_rule_asks_for_a_label_and_not_for_what_python_makes_of_it(tmp_path: Path) -> None:
    columns = linear() | {"y": ["1_2", "3_4"] * 20}
    assert state(table(tmp_path, columns), "y", Wanted(), None, "== 1_2").y.sum() == 20
    with pytest.raises(MonitoringError, match="does not fit the classes 1_2, 3_4"):
        state(table(tmp_path, columns), "y", Wanted(), None, "== 12")


def test_groups_that_are_numbers_spelt_in_several_ways_are_told_by_training_and_score(
    tmp_path: Path,
) -> None:
    columns = linear(40) | {"donor": [f"9{row % 4}" + (".0" if row == 4 else "") for row in range(40)]}
    given_, settings = table(tmp_path, columns), Settings("y", "donor", quick=True)
    task = pose(given_, settings)
    assert set(task.groups or ()) == {"90", "91", "92", "93"}
    assert "in 'donor' '90.0' counts as '90'" in task.decisions
    learnt = train(given_, task, settings).package
    assert score(learnt, given_).spelt == "in 'donor' '90.0' counts as '90'"
