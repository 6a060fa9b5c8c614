"""Entries of persons: judged by their kind, verified by another person, corrected beside what stood before."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.execution.stages.entries import numbers, unverified
from homeostat.execution.states import State
from homeostat.ledger.catalogue import CommandGiven, Payload, PromptAnswered, PromptClosed
from homeostat.validation.floor import PREPARE, Floor, answer, correction, verification

EARLIER = {"happened": "2026-05-04T11:00:00+00:00"}


@pytest.fixture
def floor() -> Floor:
    """A batch that has just asked everything of its first phase."""
    made = Floor.of()
    made.scan()
    return made


def only(floor: Floor, *arrivals: Payload) -> tuple[str, str]:
    """Status and reason of the one judgement of a scan."""
    (judged,) = floor.judged(*arrivals)
    return judged.status, judged.reason


ACCEPTED = [
    (1, "done", {}),
    (2, "yes", {}),
    (3, "0.22 L", {}),
    (4, "frozen", {}),
    (5, "BAG-0012", {}),
    (6, "221.5", {"source": "balance-1"}),
    (9, "S-17", {}),
]


@pytest.mark.parametrize(("number", "said", "facts"), ACCEPTED)
def test_a_fitting_answer_is_taken(floor: Floor, number: int, said: str, facts: dict[str, str]) -> None:
    assert only(floor, answer(number, said, **facts)) == ("taken", "")
    assert f"{PREPARE}{number}" not in floor.state.prompts


REFUSED = [
    (3, "90", {}, "outside 100 to 400 mL"),
    (3, "220 g", {}, "cannot be converted"),
    (4, "stale", {}, "none of: fresh, frozen, thawed"),
    (5, "BAG-12", {}, "expected form"),
    (5, " ", {}, "nothing was scanned"),
    (6, "221", {}, "the balance that it comes from has to be named"),
    (6, "226", {"source": "balance-1"}, "outside 215 to 225 g"),
    (6, "221", {"source": "balance-1", "objections": ("overdue",)}, "overdue"),
    (7, "computed", {}, "no value of 'weight' yet"),
    (8, "done", {}, "5.0 min have to pass first"),
    (9, "", {}, "nothing was entered"),
    (1, "done", {"happened": "2026-05-04T12:00:01+00:00"}, "lies after its entry"),
    (1, "done", EARLIER, "needs a reason"),
]


@pytest.mark.parametrize(("number", "said", "facts", "why"), REFUSED)
def test_any_other_is_refused_with_the_reason_and_the_prompt_stays(
    floor: Floor, number: int, said: str, facts: dict[str, object], why: str
) -> None:
    status, reason = only(floor, answer(number, said, **facts))
    assert status == "refused"
    assert why.replace("5.0 min", "5 min") in reason.replace("5.0 min", "5 min")
    assert f"{PREPARE}{number}" in floor.state.prompts


def test_a_late_entry_keeps_both_times_and_is_flagged(floor: Floor) -> None:
    (judged,) = floor.judged(answer(1, "done", **EARLIER, reason="the terminal was down"))
    assert judged.status == "taken"
    assert judged.flags == ("it happened before it was asked", "late entry: 60 min after the event")


def test_a_calculation_is_done_by_the_software_and_one_by_hand_has_to_agree(floor: Floor) -> None:
    floor.scan(answer(3, "220"), answer(6, "221", source="balance-1"))
    assert only(floor, answer(7, "1.2"))[0] == "refused"
    (judged,) = floor.judged(answer(7, "1.0045"))
    assert judged.value is not None
    assert math.isclose(judged.value, 221 / 220)


def test_a_critical_entry_of_one_person_leaves_the_step_unverified(floor: Floor) -> None:
    assert only(floor, answer(10, "92"))[0] == "unverified"
    assert only(floor, answer(10, "92")) == (
        "refused",
        "the entry has to be verified by another person than who made it",
    )
    assert only(floor, verification(10, by="ada"))[0] == "refused"
    assert unverified(floor.state) == (f"{PREPARE}10",)
    assert only(floor, verification(10, said="93"))[0] == "refused"
    assert only(floor, verification(10, said="92 %"))[0] == "verified"
    assert f"{PREPARE}10" not in floor.state.prompts


def test_a_second_person_may_enter_it_a_second_time_instead(floor: Floor) -> None:
    floor.scan(answer(10, "92"))
    assert only(floor, answer(10, "91", by="ben"))[0] == "refused"
    assert only(floor, answer(10, "92", by="ben"))[0] == "verified"


def test_an_in_process_control_outside_its_limits_is_a_fact_that_holds_the_batch(floor: Floor) -> None:
    (judged,) = floor.judged(answer(10, "60"))
    assert judged.status == "unverified"
    assert judged.flags == ("60 % lies outside 70 to 100 %",)
    assert floor.state.state is State.HOLDING


def test_a_timer_is_judged_by_when_it_happened(floor: Floor) -> None:
    for _ in range(70):
        floor.scan()
    (early,) = floor.judged(answer(8, "done", happened="2026-05-04T10:50:00+00:00", reason="forgot"))
    assert early.reason == "5 min have to pass first"
    (timely,) = floor.judged(answer(8, "done", happened="2026-05-04T11:30:00+00:00", reason="forgot"))
    assert (timely.status, len(timely.flags)) == ("taken", 1)
    assert floor.state.state is State.RUNNING


def test_a_timer_that_ran_over_is_a_fact_that_holds_the_batch(floor: Floor) -> None:
    for _ in range(70):
        floor.scan()
    (late,) = floor.judged(answer(8, "done"))
    assert late.flags == ("was done later than 60 min after it was asked",)
    assert floor.state.state is State.HOLDING


def test_a_correction_keeps_old_and_new_and_names_what_was_reckoned_from_it(floor: Floor) -> None:
    floor.scan(answer(3, "220"), answer(6, "221", source="balance-1"), answer(7, "computed"))
    assert only(floor, correction(3, "230", reason=" "))[1] == "a change needs a reason"
    assert only(floor, correction(3, "220 mL"))[1] == "this is what was entered"
    assert only(floor, correction(3, "90"))[0] == "refused"
    (judged,) = floor.judged(correction(3, "230"))
    assert (judged.status, judged.old, judged.answer, judged.value) == ("corrected", "220", "230", 230.0)
    assert judged.reason == "misread"
    assert judged.flags == (f"{PREPARE}7 was calculated from the earlier value",)
    assert numbers(floor.state)["volume"].value == 230.0


def test_a_corrected_critical_entry_waits_for_a_second_person_again(floor: Floor) -> None:
    floor.scan(answer(10, "92"), verification(10))
    (judged,) = floor.judged(correction(10, "82"))
    assert judged.flags == ("it waits for a second person",)
    assert only(floor, verification(10, by="ada"))[0] == "refused"
    assert only(floor, verification(10))[0] == "verified"
    assert unverified(floor.state) == ()


def test_nothing_is_entered_where_nothing_is_asked(floor: Floor) -> None:
    stranger = PromptAnswered(prompt="culture/ask/nowhere#1", answer="x", entry=answer(1, "x").entry)
    assert only(floor, stranger) == ("refused", "this prompt is not open")
    assert only(floor, verification(3)) == ("refused", "no entry waits to be verified")
    assert only(floor, correction(3, "230")) == ("refused", "there is no entry to correct")


def test_a_photograph_needs_its_file() -> None:
    floor = Floor.of()
    floor.scan()
    everything(floor)
    name = "culture/ask/picture#1"
    bare = answer(1, "label.png").entry
    assert bare is not None
    assert only(floor, PromptAnswered(prompt=name, answer="label.png", entry=bare))[0] == "refused"
    kept = bare.model_copy(update={"attachment": "ab" * 32})
    assert only(floor, PromptAnswered(prompt=name, answer="label.png", entry=kept))[0] == "taken"


def test_at_a_gmp_site_only_persons_answer_and_the_lot_of_an_addition_is_asked_for() -> None:
    floor = Floor.of(gmp=True)
    floor.scan()
    closed = [
        one
        for one in floor.scan(PromptAnswered(prompt=f"{PREPARE}1", answer="done"))
        if isinstance(one, PromptClosed)
    ]
    assert [(one.accepted, one.reason) for one in closed] == [(False, "at a GMP site only persons answer")]
    everything(floor)
    assert "culture/ask/feed#1" in floor.state.prompts


def everything(floor: Floor) -> None:
    """Answer all of the first phase, and let the next begin."""
    floor.scan(*(answer(number, said, **facts) for number, said, facts in ACCEPTED), answer(7, "computed"))
    for _ in range(6):
        floor.scan()
    floor.scan(answer(8, "done"), answer(10, "92"), answer(11, "signed"))
    floor.scan(verification(10), verification(11))
    assert "culture/ask/picture#1" in floor.state.prompts


ANSWERS = st.sampled_from(
    ["", "done", "yes", "220", "221", "92", "60", "90", "fresh", "thawed", "BAG-0001", "computed"]
)
FACTS = st.sampled_from(
    [{}, {}, EARLIER, {**EARLIER, "reason": "late"}, {"source": "balance-1"}, {"objections": ("not signed",)}]
)
PERSONS = st.sampled_from(["ada", "ben"])
NUMBERS = st.integers(1, 11)
ARRIVALS: st.SearchStrategy[Payload] = st.one_of(
    st.builds(lambda n, a, b, f: answer(n, a, b, **f), NUMBERS, ANSWERS, PERSONS, FACTS),
    st.builds(verification, NUMBERS, PERSONS, ANSWERS),
    st.builds(correction, NUMBERS, ANSWERS, PERSONS),
    st.builds(
        lambda c: CommandGiven(command=c, reason="drill", by="ada", slip="s"),
        st.sampled_from(["hold", "restart", "pause", "resume", "stop", "start"]),
    ),
)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(ARRIVALS, max_size=3), min_size=1, max_size=25))
def test_whatever_persons_do_it_executes_again_to_the_same(rounds: list[list[Payload]]) -> None:
    floor = Floor.of()
    floor.scan()
    for arrivals in rounds:
        floor.scan(*arrivals)
    again = floor.again()
    assert [one.decisions for one in again] == [one.decisions for one in floor.results]
    assert again[-1].state == floor.state


@settings(max_examples=40, deadline=None)
@given(st.lists(st.lists(ARRIVALS, max_size=3), min_size=1, max_size=25))
def test_each_entry_is_judged_once_and_no_critical_one_settles_with_one_person(
    rounds: list[list[Payload]],
) -> None:
    floor = Floor.of()
    floor.scan()
    for arrivals in rounds:
        entries = [one for one in arrivals if not isinstance(one, CommandGiven)]
        assert len(floor.judged(*arrivals)) == len(entries)
    for number in (10, 11):
        name = f"{PREPARE}{number}"
        told = [
            one
            for result in floor.results
            for _, one in result.decisions
            if getattr(one, "prompt", "") == name
        ]
        settled = any(isinstance(one, PromptClosed) and one.accepted for one in told)
        persons = {
            one.by for one in told if getattr(one, "status", "") in {"unverified", "verified", "corrected"}
        }
        assert not settled or persons == {"ada", "ben"}
