"""The supervisor: every rung of the ladder, the envelope, and who may let a move through."""

import math
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.control.supervisor import (
    NOT_YET,
    UNDECIDED,
    Course,
    Decision,
    Envelope,
    Facts,
    Rules,
    Standing,
    climb,
    lowered,
)
from homeostat.control.supervisor.ladder import FAILURES, LOWER

HOUR = 3_600_000_000
RULES = Rules(
    every=2 * HOUR, age=12 * HOUR, approval=1 * HOUR, envelopes=(Envelope(0.0, 30.0, 6.0),), safe=(5.0,)
)
COURSE = Course(made=0, times=(0, 6 * HOUR), rows=((4.0,), (8.0,)))
FACTS = Facts(time=0, engaged=True, outputs=(3.0,))


def scan(standing: Standing, **facts: object) -> Decision:
    """One scan with the facts that are not those of a quiet one."""
    return climb(RULES, standing, replace(FACTS, **facts))


def working() -> Standing:
    """An autonomous controller that follows a plan."""
    return scan(Standing("autonomous"), fresh=COURSE).standing


def test_a_fresh_plan_is_followed() -> None:
    decision = scan(Standing("autonomous"), fresh=COURSE)
    assert (decision.standing.rung, decision.outputs) == ("plan", (4.0,))


def test_each_step_of_the_plan_is_one_move_and_in_between_the_outputs_stay() -> None:
    after = scan(working(), time=HOUR, outputs=(3.7,))
    assert after.outputs == (3.7,)
    assert scan(after.standing, time=6 * HOUR, outputs=(3.7,)).outputs == (8.0,)


def test_a_failed_plan_leaves_the_last_one_in_force_and_says_why() -> None:
    decision = scan(working(), time=2 * HOUR, failed="no answer within 20 s")
    assert (decision.standing.rung, decision.standing.why) == ("last plan", "no answer within 20 s")
    assert decision.outputs == (3.0,)


def test_a_plan_that_is_too_old_is_not_followed_and_the_loops_take_over() -> None:
    standing = scan(working(), time=2 * HOUR, failed="died").standing
    decision = scan(standing, time=12 * HOUR + 1)
    assert (decision.standing.rung, decision.outputs) == ("loops", None)


def test_without_any_plan_the_loops_work_and_blind_ones_are_held_at_their_safe_output() -> None:
    assert scan(Standing("autonomous")).outputs is None
    decision = scan(Standing("autonomous"), blind=True)
    assert (decision.standing.rung, decision.outputs) == ("hold", (5.0,))


def test_a_loop_without_a_safe_output_is_held_where_it_is() -> None:
    rules = replace(RULES, safe=(None,))
    assert climb(rules, Standing("autonomous"), replace(FACTS, blind=True)).outputs == (3.0,)


def test_equipment_that_does_not_obey_is_held_whatever_the_plan_says() -> None:
    decision = scan(working(), disobeys="the pump does not do as told")
    assert decision.standing.rung == "hold"
    assert scan(decision.standing, time=1).standing.rung == "plan"


def test_once_equipment_obeys_again_the_move_of_the_plan_is_made_anew() -> None:
    held = scan(working(), disobeys="the pump does not do as told")
    assert held.outputs == (5.0,)
    assert scan(held.standing, time=1, outputs=(5.0,)).outputs == (4.0,)


def test_a_hold_stays_within_the_envelope_whatever_is_safe_or_in_force() -> None:
    for safe, output in ((50.0, 3.0), (None, 50.0), (None, math.nan)):
        decision = climb(
            replace(RULES, safe=(safe,)), working(), replace(FACTS, disobeys="x", outputs=(output,))
        )
        assert decision.outputs is not None
        assert 0.0 <= decision.outputs[0] <= 30.0


def test_what_is_only_waited_for_is_told_apart_from_what_failed() -> None:
    assert scan(Standing("autonomous")).standing.why == NOT_YET
    assert scan(Standing("supervised"), fresh=COURSE).standing.why == UNDECIDED
    assert scan(Standing("supervised"), failed="died").standing.why == "died"


@pytest.mark.parametrize(
    "facts", [{"disobeys": "pump"}, {"blind": True}, {"gate": "bad data"}, {"failed": "late"}]
)
def test_a_controller_that_only_advises_moves_nothing_be_it_for_safety(facts: dict[str, object]) -> None:
    decision = scan(scan(Standing("advisory"), fresh=COURSE).standing, **facts)
    assert (decision.standing.rung, decision.outputs) == ("advice", None)


def test_bad_data_close_the_gate_and_good_data_open_it() -> None:
    decision = scan(working(), gate="the twin disagrees with: glucose")
    assert decision.standing.rung == "last plan"
    assert scan(decision.standing).standing.rung == "plan"


def test_a_plan_comes_back_after_failures_without_a_bump() -> None:
    standing = scan(working(), time=2 * HOUR, failed="died").standing
    fresh = Course(made=3 * HOUR, times=(3 * HOUR,), rows=((20.0,),))
    decision = scan(standing, time=3 * HOUR, outputs=(3.0,), fresh=fresh)
    assert (decision.standing.rung, decision.standing.failures) == ("plan", 0)
    assert decision.outputs == (9.0,)
    assert decision.clamped == ("change",)


def test_a_controller_that_is_not_engaged_remembers_nothing_but_its_authority() -> None:
    assert scan(working(), engaged=False) == Decision(Standing("autonomous"), None)


def test_advice_moves_nothing() -> None:
    decision = scan(Standing("advisory"), fresh=COURSE)
    assert (decision.standing.rung, decision.outputs) == ("advice", None)
    assert decision.standing.course == COURSE


class TestSupervised:
    """A supervised move waits for a person, and not for ever."""

    def proposed(self) -> Standing:
        return scan(Standing("supervised"), fresh=COURSE).standing

    def test_nothing_moves_before_it_is_approved(self) -> None:
        decision = scan(self.proposed(), time=1)
        assert (decision.standing.rung, decision.outputs) == ("loops", None)

    def test_an_approved_move_is_made(self) -> None:
        decision = scan(self.proposed(), time=1, approved="0")
        assert (decision.standing.rung, decision.outputs) == ("plan", (4.0,))

    def test_an_approval_of_something_else_counts_for_nothing(self) -> None:
        assert scan(self.proposed(), time=1, approved="17").outputs is None

    def test_a_refused_move_is_not_made(self) -> None:
        decision = scan(self.proposed(), time=1, refused="0")
        assert (decision.standing.rung, decision.standing.proposal) == ("loops", None)
        assert decision.standing.why == "the move was refused"

    def test_a_proposal_expires_even_if_it_is_approved_in_the_same_scan(self) -> None:
        decision = scan(self.proposed(), time=HOUR, approved="0")
        assert (decision.outputs, decision.standing.why) == (None, "nobody approved in time")

    def test_a_new_move_waits_anew_after_one_that_expired(self) -> None:
        late = scan(self.proposed(), time=HOUR)
        assert late.standing.why == "nobody approved in time"
        again = scan(late.standing, time=2 * HOUR, fresh=replace(COURSE, made=2 * HOUR))
        assert (again.standing.rung, again.standing.why) == ("loops", "a move waits for approval")

    def test_a_move_that_a_newer_one_overtook_was_not_approved_in_time(self) -> None:
        decision = scan(self.proposed(), time=HOUR // 2, fresh=replace(COURSE, made=HOUR // 2))
        assert (decision.standing.rung, decision.standing.why) == ("loops", "nobody approved in time")
        assert decision.standing.proposal is not None

    def test_a_move_that_waits_is_why_an_old_plan_is_followed(self) -> None:
        approved = scan(self.proposed(), time=1, approved="0").standing
        later = scan(approved, time=5 * HOUR, fresh=replace(COURSE, made=5 * HOUR))
        assert (later.standing.rung, later.standing.why) == ("last plan", "a move waits for approval")

    def test_an_approval_lets_one_move_through_and_not_what_the_plan_foresees_after_it(self) -> None:
        approved = scan(self.proposed(), time=1, approved="0")
        later = scan(approved.standing, time=8 * HOUR, outputs=(4.0,))
        assert later.outputs == (4.0,)

    def test_what_is_made_is_the_move_that_was_proposed_however_late_it_is_approved(self) -> None:
        """The plan goes on to 8 after six minutes; who was shown 4 gets 4."""
        soon = replace(COURSE, times=(0, HOUR // 10))
        proposed = scan(Standing("supervised"), fresh=soon).standing
        approved = scan(proposed, time=HOUR - 1, approved="0")
        assert approved.outputs == (4.0,)
        assert scan(approved.standing, time=HOUR, outputs=(4.0,)).outputs == (4.0,)

    def test_a_plan_that_is_too_old_to_be_followed_can_no_more_be_approved(self) -> None:
        patient = replace(RULES, approval=24 * HOUR)
        standing = climb(patient, Standing("supervised"), replace(FACTS, fresh=COURSE)).standing
        assert standing.proposal is not None
        assert standing.proposal.expires == RULES.age
        late = climb(patient, standing, replace(FACTS, time=13 * HOUR, approved="0"))
        assert (late.standing.rung, late.standing.why) == ("loops", "nobody approved in time")
        assert late.outputs is None

    def test_an_approval_counts_even_if_a_newer_plan_comes_in_the_same_scan(self) -> None:
        fresh = Course(made=HOUR // 2, times=(HOUR // 2,), rows=((9.0,),))
        decision = scan(self.proposed(), time=HOUR // 2, approved="0", fresh=fresh)
        assert decision.outputs == (4.0,)
        assert decision.standing.proposal is not None


def test_who_loses_the_authority_to_move_stays_with_the_move_it_has_made() -> None:
    standing = lowered(working(), "supervised", HOUR)
    assert scan(standing, time=8 * HOUR, outputs=(4.0,)).outputs == (4.0,)


def test_authority_falls_by_a_step_with_every_few_failures_and_never_rises_by_itself() -> None:
    standing = working()
    for _ in range(FAILURES):
        assert standing.authority == "autonomous"
        standing = scan(standing, failed="died").standing
    assert standing.authority == "supervised"
    assert scan(standing, fresh=COURSE).standing.authority == "supervised"


class TestRate:
    """An output goes where a move takes it, but no faster than it may: in as many scans as it takes."""

    slow = replace(RULES, envelopes=(Envelope(0.0, 30.0, 6.0, stride=0.4),))

    def follow(self, decision: Decision, *facts: dict[str, object]) -> list[float]:
        """The output of the decision and of each scan after it, every one with other facts."""
        assert decision.outputs is not None
        outputs = [decision.outputs[0]]
        for each in facts:
            now = replace(FACTS, outputs=(outputs[-1],), **each)
            decision = climb(self.slow, decision.standing, now)
            assert decision.outputs is not None
            outputs.append(decision.outputs[0])
        return outputs

    def first(self) -> Decision:
        return climb(self.slow, Standing("autonomous"), replace(FACTS, fresh=COURSE))

    def test_a_move_is_made_in_as_many_scans_as_its_rate_asks_for(self) -> None:
        outputs = self.follow(self.first(), *[{"time": k} for k in range(1, 5)])
        assert outputs == pytest.approx([3.4, 3.8, 4.0, 4.0, 4.0])

    def test_what_is_told_of_the_move_is_where_it_goes(self) -> None:
        assert (self.first().allowed, self.first().clamped) == ((4.0,), ("",))

    def test_another_plan_on_the_way_takes_it_elsewhere(self) -> None:
        back = Course(made=1, times=(1,), rows=((3.0,),))
        assert self.follow(self.first(), {"time": 1, "fresh": back}) == pytest.approx([3.4, 3.0])

    def test_once_there_an_output_that_somebody_else_puts_elsewhere_stays_there(self) -> None:
        decision = self.first()
        for time in (1, 2, 3):
            assert decision.outputs is not None
            decision = climb(
                self.slow, decision.standing, replace(FACTS, time=time, outputs=decision.outputs)
            )
        assert climb(self.slow, decision.standing, replace(FACTS, time=4, outputs=(9.0,))).outputs == (9.0,)

    def test_the_safe_output_is_gone_to_at_the_same_rate(self) -> None:
        outputs = self.follow(self.first(), *[{"time": k, "disobeys": "pump"} for k in range(1, 6)])
        assert outputs == pytest.approx([3.4, 3.8, 4.2, 4.6, 5.0, 5.0])

    def test_from_outside_the_range_it_begins_at_the_nearer_end(self) -> None:
        """Where nobody validated anything there is no reason to linger."""
        assert Envelope(0.0, 30.0, stride=0.4).towards(45.0, 20.0) == pytest.approx(29.6)

    @given(
        st.lists(st.floats(allow_nan=True, allow_infinity=True), min_size=1, max_size=8),
        st.floats(0.0, 30.0),
        st.sampled_from((0.1, 3.0)),
    )
    def test_no_course_moves_an_output_faster(
        self, wanted: list[float], output: float, stride: float
    ) -> None:
        rules = replace(RULES, envelopes=(Envelope(0.0, 30.0, 6.0, stride=stride),))
        course = Course(0, tuple(3 * k for k in range(len(wanted))), tuple((u,) for u in wanted))
        standing = Standing("autonomous", course=course)
        for time in range(3 * len(wanted) + 3):
            decision = climb(rules, standing, replace(FACTS, time=time, outputs=(output,)))
            assert decision.outputs is not None
            assert abs(decision.outputs[0] - output) <= stride + 1e-12
            standing, output = decision.standing, decision.outputs[0]


@given(
    st.floats(allow_nan=True, allow_infinity=True),
    st.floats(0.0, 30.0),
    st.sampled_from((None, 0.5, 6.0)),
)
def test_whatever_is_wanted_the_envelope_holds(wanted: float, before: float, change: float | None) -> None:
    value, why = Envelope(0.0, 30.0, change).clamp(before, wanted)
    assert 0.0 <= value <= 30.0
    assert change is None or abs(value - before) <= change * (1.0 + 1e-12)
    assert (why == "") == (value == wanted)


def test_an_output_outside_its_range_is_brought_inside_at_once() -> None:
    assert Envelope(0.0, 30.0, 1.0).clamp(60.0, 60.0) == (30.0, "range")


def test_what_is_no_number_leaves_the_output_where_it_was() -> None:
    assert Envelope(0.0, 30.0).clamp(7.0, math.nan) == (7.0, "not a number")


FACTS_OF_ALL_KINDS = st.builds(
    Facts,
    time=st.integers(0, 40 * HOUR),
    engaged=st.booleans(),
    outputs=st.tuples(st.floats(0.0, 30.0)),
    gate=st.sampled_from(("", "bad data")),
    disobeys=st.sampled_from(("", "pump")),
    blind=st.booleans(),
    fresh=st.sampled_from((None, COURSE, Course(0, (0,), ((math.nan,),)), Course(0, (0,), ((math.inf,),)))),
    failed=st.sampled_from(("", "late")),
    approved=st.sampled_from(("", "0")),
    refused=st.sampled_from(("", "0")),
)


@given(st.sampled_from(tuple(LOWER)), st.lists(FACTS_OF_ALL_KINDS, max_size=12))
def test_no_sequence_of_facts_makes_an_unsafe_output(authority: str, history: list[Facts]) -> None:
    standing = Standing(authority)
    for facts in sorted(history, key=lambda each: each.time):
        decision = climb(RULES, standing, facts)
        for value in decision.outputs or ():
            assert 0.0 <= value <= 30.0
        assert decision.standing.rung != "plan" or not (facts.gate or facts.disobeys)
        assert LOWER[standing.authority] == decision.standing.authority or (
            standing.authority == decision.standing.authority
        )
        standing = decision.standing


@pytest.mark.parametrize("authority", ["advisory", "supervised"])
def test_only_an_autonomous_controller_moves_by_itself(authority: str) -> None:
    assert climb(RULES, Standing(authority), replace(FACTS, fresh=COURSE)).outputs is None
