"""Evidence of a model that predicts: what is met fails where its ground is taken away."""

from pathlib import Path
from typing import Any

import pytest
from tests.monitoring.package.conftest import package, parts, rows

from homeostat.monitoring.frozen import Array
from homeostat.monitoring.learning.explaining import described
from homeostat.monitoring.learning.validation import validate
from homeostat.monitoring.package import IntendedUse, Package, freeze

__all__ = ["package", "parts", "rows"]

SIGNED = {"by": "QA", "key": b"\x01" * 32}


def _told(package: Package, folder: Path) -> dict[str, tuple[str, str]]:
    return {each.id: (each.status, each.evidence) for each in validate(package, folder / "m.json").findings}


@pytest.mark.parametrize(
    ("name", "taken"),
    [
        ("MON-07", {"acceptance": ()}),
        ("MON-09", {"locked_test": None}),
        ("MON-12", {"space": None, "rule": None}),
        ("MON-15", {"space": None}),
        ("OUR-1", {"space": None}),
        ("FDA-2", {}),
    ],
)
def test_what_is_taken_away_is_a_gap_by_name(
    rows: Array, parts: dict[str, Any], tmp_path: Path, name: str, taken: dict[str, Any]
) -> None:
    status, evidence = _told(freeze(rows, **(parts | taken)), tmp_path)[name]
    assert status != "met"
    assert "gap: " in evidence


def test_with_its_ground_it_is_met(rows: Array, parts: dict[str, Any], tmp_path: Path) -> None:
    use = IntendedUse(question="Is the harvest pure enough?", context="beside the assay")
    found = freeze(rows, **(parts | {"use": use}))
    whole = _told(found, tmp_path)
    assert whole["MON-12"][0] == whole["MON-15"][0] == whole["FDA-2"][0] == "met"
    assert "where it holds the limit and outside the input space" in whole["MON-12"][1]
    assert whole["MON-05"][0] == "partly"
    signed = found.signed(lambda content: content[:8], **SIGNED)
    assert _told(signed, tmp_path)["MON-05"][0] == "met"


def test_nothing_is_met_without_words(package: Package, tmp_path: Path) -> None:
    for status, evidence in _told(package, tmp_path).values():
        assert evidence
        assert status == "met" or "gap: " in evidence


def test_rows_without_a_column_of_groups_are_not_told_to_be_groups(
    package: Package, rows: Array, parts: dict[str, Any], tmp_path: Path
) -> None:
    training = package.training.model_copy(update={"group": "donor", "groups": 4})
    grouped = freeze(rows, **(parts | {"training": training}))
    assert " rows, 4 groups, SHA-256" in _told(grouped, tmp_path)["FDA-4"][1]
    alone = freeze(rows, **(parts | {"training": training.model_copy(update={"group": ""})}))
    assert " rows, without groups, SHA-256" in _told(alone, tmp_path)["FDA-4"][1]
    assert described(alone)["learnt from"].endswith(" rows, without groups")
    assert described(grouped)["learnt from"].endswith(" rows in 4 groups")
