"""Master records: versions that never change, approved by others than their author, effective from a date."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given as forall
from hypothesis import strategies as st

from homeostat.errors import AuthorityError
from homeostat.governance.definitions import (
    Definition,
    approve,
    definitions,
    difference,
    reject,
    retire,
    review,
    subject_of,
    submit,
)
from homeostat.governance.gate import admit
from homeostat.governance.signing import sign
from homeostat.ledger.catalogue import DefinitionSubmitted, payload
from homeostat.ledger.catalogue.people import AccessRefused
from homeostat.process import load
from homeostat.site import Site
from homeostat.validation.own_key import round_the_back

from .signing_scene import SECRET, Scene, scene

RULES = ("rules", "review", "1.0.0")


@pytest.fixture
def here(tmp_path: Path) -> Iterator[Scene]:
    with scene(tmp_path) as opened:
        yield opened


def handed_in(here: Scene, version: str = "1.0.0", content: str = "late: 15 min") -> Definition:
    return submit(here.office, here.of("scientist"), "rules", "review", version, content, why="first")


def approved(here: Scene, version: str = "1.0.0", content: str = "late: 15 min", effective: str = "") -> None:
    handed_in(here, version, content)
    review(here.office, here.of("qa"), SECRET, "rules", "review", version, why="read")
    approve(here.office, here.of("qa"), SECRET, "rules", "review", version, why="good", effective=effective)


def state(here: Scene, version: str = "1.0.0", now: str = "") -> str:
    one = definitions(here.office.ledger, now or here.office.clock()).get("rules", "review", version)
    assert one is not None
    return one.state


def test_a_version_goes_from_submitted_to_effective(here: Scene) -> None:
    handed_in(here)
    assert state(here) == "submitted"
    review(here.office, here.of("qa"), SECRET, *RULES, why="read")
    assert state(here) == "reviewed"
    approve(here.office, here.of("qa"), SECRET, *RULES, why="good")
    known = definitions(here.office.ledger, here.office.clock())
    one = known.effective("rules", "review")
    assert one is not None
    assert (one.state, one.author, one.content) == ("effective", "demo-scientist", "late: 15 min")
    assert one.approval is not None
    assert (one.approval.person, one.approval.meaning) == ("demo-qa", "approved")
    assert known.standing(one.hash) == one


def test_exe_2_a_version_on_record_is_never_edited(here: Scene) -> None:
    approved(here)
    with pytest.raises(AuthorityError, match=r"exists \(effective\) and is never changed"):
        handed_in(here, content="late: 99 min")
    assert definitions(here.office.ledger, here.office.clock()).versions[0].content == "late: 15 min"


def test_p11_10g_the_author_neither_reviews_nor_approves(here: Scene) -> None:
    """A scientist may review, but not what they wrote themselves."""
    handed_in(here)
    with pytest.raises(AuthorityError, match=r"is the author of rules/review/1\.0\.0"):
        review(here.office, here.of("scientist"), SECRET, *RULES, why="mine is good")
    (refused,) = here.office.acts((AccessRefused.type,))
    told = refused.event.data
    assert (told["account"], told["permission"], told["cause"]) == (
        "demo-scientist",
        "definition.review",
        "segregation",
    )


def test_p11_10f_what_is_out_of_turn_is_on_record_as_that(here: Scene) -> None:
    handed_in(here)
    approved_at_once = "rules/review/1.0.0: it is submitted, not reviewed"
    with pytest.raises(AuthorityError, match="it is submitted, not reviewed"):
        approve(here.office, here.of("qa"), SECRET, *RULES, why="in a hurry")
    with pytest.raises(AuthorityError, match="exists"):
        handed_in(here)
    with pytest.raises(AuthorityError, match="no such version"):
        retire(here.office, here.of("qa"), "rules", "review", "9.9.9", why="w")
    told = [one.event for one in here.office.acts((AccessRefused.type,))]
    assert [(one.actor, one.data["permission"], one.data["cause"]) for one in told] == [
        ("demo-qa", "definition.approve", "state"),
        ("demo-scientist", "definition.author", "state"),
        ("demo-qa", "definition.retire", "state"),
    ]
    assert told[0].data["why"] == approved_at_once


@pytest.mark.parametrize("account", ["operator", "supervisor", "qp", "admin", "sponsor"])
def test_only_authors_submit(here: Scene, account: str) -> None:
    with pytest.raises(AuthorityError):
        submit(here.office, here.of(account), *RULES, "x: 1", why="try")  # type: ignore[arg-type]


@pytest.mark.parametrize("account", ["operator", "scientist", "admin", "qp"])
def test_only_quality_assurance_approves(here: Scene, account: str) -> None:
    handed_in(here)
    review(here.office, here.of("qa"), SECRET, *RULES, why="read")
    with pytest.raises(AuthorityError):
        approve(here.office, here.of(account), SECRET, *RULES, why="try")
    assert state(here) == "reviewed"


def test_a_signature_besides_the_act_approves_nothing(here: Scene) -> None:
    """Whoever signs the content as approved without the right, or without saying from when, has not approved it."""
    one = handed_in(here)
    review(here.office, here.of("qa"), SECRET, *RULES, why="read")
    with pytest.raises(AuthorityError, match="held no role that permits"):
        sign(here.office, here.of("operator"), SECRET, subject_of(one), "approved", "round the back")
    for account in ("operator", "qa"):
        round_the_back(here.office, here.of(account), SECRET, subject_of(one), "approved")
    assert state(here) == "reviewed"


def test_what_was_not_reviewed_is_not_approved(here: Scene) -> None:
    handed_in(here)
    with pytest.raises(AuthorityError, match="it is submitted, not reviewed"):
        approve(here.office, here.of("qa"), SECRET, *RULES, why="in a hurry")


def test_a_rejected_version_is_never_approved(here: Scene) -> None:
    handed_in(here)
    reject(here.office, here.of("qa"), SECRET, *RULES, why="no limit for temperature")
    assert state(here) == "rejected"
    with pytest.raises(AuthorityError, match="it is rejected"):
        review(here.office, here.of("qa"), SECRET, *RULES, why="changed my mind")


def test_an_effective_date_is_waited_for_and_supersedes(here: Scene) -> None:
    approved(here)
    later = (datetime.fromisoformat(here.office.clock()) + timedelta(days=1)).isoformat()
    approved(here, "1.1.0", "late: 10 min", effective=later)
    assert (state(here), state(here, "1.1.0")) == ("effective", "approved")
    assert (state(here, now=later), state(here, "1.1.0", now=later)) == ("superseded", "effective")


def test_nothing_is_approved_backwards(here: Scene) -> None:
    handed_in(here)
    review(here.office, here.of("qa"), SECRET, *RULES, why="read")
    for moment in ("2020-01-01T00:00:00+00:00", "2030-01-01T00:00:00", "soon"):
        with pytest.raises(AuthorityError, match=r"passed|no moment"):
            approve(here.office, here.of("qa"), SECRET, *RULES, why="good", effective=moment)


def effective(here: Scene, now: str = "") -> str:
    """The version that holds; "" for none."""
    one = definitions(here.office.ledger, now or here.office.clock()).effective("rules", "review")
    return one.version if one else ""


def test_what_was_superseded_stays_so_when_its_successor_is_retired(here: Scene) -> None:
    approved(here)
    approved(here, "1.1.0", "late: 10 min")
    retire(here.office, here.of("qa"), "rules", "review", "1.1.0", why="wrong")
    assert (state(here), state(here, "1.1.0"), effective(here)) == ("superseded", "retired", "")
    approved(here, "1.2.0", "late: 5 min")
    assert effective(here) == "1.2.0"
    retire(here.office, here.of("qa"), *RULES, why="all of it")
    assert effective(here) == "1.2.0"
    with pytest.raises(AuthorityError, match="retired already"):
        retire(here.office, here.of("qa"), *RULES, why="again")


def test_what_is_retired_before_its_date_supersedes_nothing(here: Scene) -> None:
    approved(here)
    later = (datetime.fromisoformat(here.office.clock()) + timedelta(days=1)).isoformat()
    approved(here, "1.1.0", "late: 10 min", effective=later)
    retire(here.office, here.of("qa"), "rules", "review", "1.1.0", why="wrong")
    assert effective(here, now=later) == "1.0.0"


def test_a_new_version_says_what_it_changes(here: Scene) -> None:
    handed_in(here, "1.0.0", json.dumps({"late": {"minutes": 15}, "gap": 1}))
    handed_in(here, "1.1.0", json.dumps({"late": {"minutes": 10}, "gap": 1}))
    told = [
        payload(one.event.type, one.event.data)
        for one in here.office.ledger.events(types=(DefinitionSubmitted.type,))
    ]
    assert [
        (c.field, c.old, c.new) for one in told if isinstance(one, DefinitionSubmitted) for c in one.changes
    ] == [("late.minutes", 15, 10)]


def test_a_difference_of_texts_is_by_line() -> None:
    changes = difference("a\nb\nc", "a\nB\nc\nd")
    assert [(c.field, c.old, c.new) for c in changes] == [("line[1]", "b", "B"), ("line[3]", None, "d")]


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(min_size=1, max_size=3), inner, max_size=3)
    ),
    max_leaves=8,
)


@forall(_JSON, _JSON)
def test_a_difference_is_empty_only_where_nothing_differs(one: object, other: object) -> None:
    before, after = ({"x": value} for value in (one, other))
    changes = difference(json.dumps(before), json.dumps(after))
    if before == after and repr(before) == repr(after):
        assert changes == ()
    reverse = difference(json.dumps(after), json.dumps(before))
    assert [(c.field, c.old, c.new) for c in changes] == [(c.field, c.new, c.old) for c in reverse]


@pytest.mark.parametrize(
    ("kind", "name", "version", "content"),
    [
        ("rules", "review", "1.0", "x"),
        ("rules", "Review Rules", "1.0.0", "x"),
        ("rules", "review", "1.0.0", "  "),
        ("process", "car-t", "1.0.0", "{}"),
        ("process", "car-t", "1.0.0", "no JSON"),
        ("model", "soft", "1.0.0", "{}"),
    ],
)
def test_what_is_no_definition_is_refused(
    here: Scene, kind: str, name: str, version: str, content: str
) -> None:
    with pytest.raises(AuthorityError):
        submit(here.office, here.of("scientist"), kind, name, version, content, why="try")  # type: ignore[arg-type]
    assert definitions(here.office.ledger, here.office.clock()).versions == ()


def test_p11_10k_a_gmp_site_starts_only_from_an_approved_process(here: Scene) -> None:
    process = load("car-t")
    gmp = replace(here.office, site=Site(here.office.site.root, "gmp"))
    with pytest.raises(AuthorityError, match="by an identified person"):
        admit(gmp, None, process, {})
    training = admit(here.office, None, process, {})
    assert (training.definition, training.started_by) == ("", "")
    told = submit(
        here.office,
        here.of("scientist"),
        "process",
        process.process,
        process.version,
        process.model_dump_json(),
        why="first",
    )
    assert told.hash == process.content_hash
    assert admit(here.office, here.of("operator"), process, {}).started_by == "demo-operator"
    with pytest.raises(AuthorityError):
        admit(here.office, here.of("qa"), process, {})
