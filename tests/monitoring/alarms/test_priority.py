"""Priorities follow from consequence and time to respond, and from nothing else."""

import itertools
from dataclasses import replace

import pytest

from homeostat.monitoring.alarms import PRIORITIES, RATIONALES, Limit, Rationale, definitions
from homeostat.monitoring.alarms.priority import MINUTES, RANK, SEVERITIES, Haste, Severity

HASTES: list[Haste] = ["hours", "within the hour", "minutes"]
HOUR = 3_600_000_000
BASE = Rationale("pump stops", "cells starve", "major", "change over to the spare pump", 30 * 60_000_000)


def test_the_table_has_an_entry_for_every_pair() -> None:
    assert set(PRIORITIES) == set(itertools.product(SEVERITIES, HASTES))


@pytest.mark.parametrize("haste", HASTES)
def test_a_worse_consequence_never_has_a_lower_priority(haste: Haste) -> None:
    ranks = [RANK[PRIORITIES[severity, haste]] for severity in SEVERITIES]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize("severity", list(SEVERITIES))
def test_less_time_never_has_a_lower_priority(severity: Severity) -> None:
    ranks = [RANK[PRIORITIES[severity, haste]] for haste in HASTES]
    assert ranks == sorted(ranks)


@pytest.mark.parametrize(
    ("within", "haste"), [(MINUTES, "minutes"), (MINUTES + 1, "within the hour"), (HOUR + 1, "hours")]
)
def test_the_time_to_respond_gives_the_column(within: int, haste: str) -> None:
    assert replace(BASE, within=within).haste == haste


def test_a_rationale_says_cause_consequence_and_answer_and_gives_the_priority() -> None:
    assert BASE.priority == "high"
    assert all([BASE.cause, BASE.consequence, BASE.response])


@pytest.mark.parametrize(
    ("kind", "priority"),
    [("normal", "low"), ("proven", "high"), ("hard", "critical"), ("health", "medium"), ("signal", "low")],
)
def test_the_standing_rationalisation(kind: str, priority: str) -> None:
    assert RATIONALES[kind].priority == priority


def test_the_limits_of_a_tag_are_one_group_with_their_rationales() -> None:
    low = Limit("ph.proven.low", "ph", "low", 6.8, 0.02, 0, "high", "pH below its proven range", "pH")
    health = replace(low, alarm="ph.health", side="health")
    found = definitions([low, health])
    assert {definition.group for definition in found.values()} == {"ph"}
    assert found["ph.proven.low"].rationale == RATIONALES["proven"]
    assert found["ph.health"].rationale == RATIONALES["health"]
