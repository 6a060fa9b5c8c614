"""Rule sets: older ones make the older reports again, counts add up, and every exception has its place."""

import json
import math
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from homeostat.errors import QualityError
from homeostat.ledger.catalogue import PAYLOADS
from homeostat.quality import render_html
from homeostat.quality.exceptions import NEWEST, report, rule_set, versions
from homeostat.quality.exceptions.probes import PROBES
from homeostat.quality.model import ExceptionReport
from homeostat.quality.record import exception_report, matter
from homeostat.quality.story import Story

from .faults import FAULTS, clean
from .tale import Tale
from .troubled import troubled

BEFORE = Path(__file__).with_name("findings_before_rules.json")
"""What the software found in the troubled batch when its rules stood in code, as it wrote it."""
_NUMBERS = iter(range(10**6))
SAID = ("severity", "kind", "subject", "text", "time")


def of(tale: Tale, version: int = NEWEST) -> ExceptionReport:
    """The report on the tale's batch."""
    return exception_report(tale.ledger, tale.historian, tale.batch, version)


def test_rule_set_0_finds_byte_for_byte_what_was_found_before_there_were_rule_sets(tale: Tale) -> None:
    troubled(tale)
    found = [item.model_dump(mode="json", include=set(SAID)) for item in of(tale, 0).items]
    assert json.dumps(found, indent=1, ensure_ascii=False) + "\n" == BEFORE.read_text("utf-8")


def test_where_a_rule_changed_the_versions_differ_and_each_says_which_it_is(tale: Tale) -> None:
    tale.start()
    tale.tape("heater", "%", [1.0, *[math.nan] * 3, 1.0], qualities=[0, *[4] * 3, 0])
    old, new = of(tale, 0), of(tale, 1)
    assert [item.group for item in old.items] == ["gap"]
    assert [item.group for item in new.items] == ["device fault"]
    assert (old.rules, new.rules) == (0, 1)
    assert old.rules_sha256 != new.rules_sha256
    assert tale.record(0).rules == 0
    assert of(tale, 0).model_dump_json() == old.model_dump_json()


def test_an_unknown_version_is_refused_in_words() -> None:
    with pytest.raises(QualityError, match="there is no rule set 99"):
        rule_set(99)


@pytest.mark.parametrize("version", versions())
def test_each_rule_names_a_probe_and_is_told_once(version: int) -> None:
    rules = rule_set(version).rules
    assert {rule.looks_at for rule in rules} <= PROBES.keys()
    assert len({rule.id for rule in rules}) == len(rules)


@pytest.mark.parametrize("version", versions())
def test_counts_add_up(tale: Tale, version: int) -> None:
    troubled(tale)
    found = of(tale, version)
    assert all(one.checked == one.passed + one.flagged + one.waiting for one in found.checks)
    assert sum(one.exceptions for one in found.checks) == len(found.items)
    assert len({item.id for item in found.items}) == len(found.items)


def test_each_exception_names_events_that_are_there(tale: Tale) -> None:
    troubled(tale)
    known = {stored.event.id for stored in tale.ledger.events()}
    assert all(item.events and set(item.events) <= known for item in of(tale).items)


def test_a_clean_batch_has_none(tale: Tale) -> None:
    clean(tale)
    assert of(tale).items == ()


@pytest.mark.parametrize("fault", FAULTS)
def test_each_fault_gives_exactly_one_exception_of_its_class(tale: Tale, fault: str) -> None:
    clean(tale, {fault})
    assert [item.group for item in of(tale).items] == [FAULTS[fault]]


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(chosen=st.sets(st.sampled_from(sorted(FAULTS))))
def test_any_faults_together_give_exactly_these(tales: Callable[[str], Tale], chosen: set[str]) -> None:
    tale = tales(f"site-{next(_NUMBERS)}")
    clean(tale, chosen)
    found = of(tale)
    assert sorted(item.group for item in found.items) == sorted(FAULTS[fault] for fault in chosen)
    assert found.checked == found.passed + sum(one.flagged + one.waiting for one in found.checks)


def test_an_exception_that_says_something_else_has_another_name(tale: Tale) -> None:
    clean(tale, {"gap"})
    (before,) = of(tale).items
    tale.batch = "B0002"
    clean(tale, {"stale sensor", "repeat"})
    assert before.id not in {item.id for item in of(tale).items}


def test_the_report_is_a_pure_fold(tale: Tale) -> None:
    troubled(tale)
    story = Story.read(tale.ledger, tale.historian, tale.batch)
    assert report(matter(story)) == of(tale)


def test_every_type_that_the_audit_knows_is_in_the_catalogue() -> None:
    from homeostat.quality.audit import _CHANGED

    assert PAYLOADS.keys() >= _CHANGED.keys()


def test_the_page_says_by_which_rules_and_marks_what_was_changed(tale: Tale) -> None:
    clean(tale)
    plain = render_html(tale.record(), tale.historian)
    assert f"By rule set {NEWEST}," in plain
    assert ">changed<" not in plain
    tale.batch = "B0002"
    clean(tale, {"changed result"})
    marked = render_html(tale.record(), tale.historian)
    assert ">changed<" in marked
    assert "from 2.5" in marked
