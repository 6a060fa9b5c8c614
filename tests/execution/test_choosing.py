"""Selection and loop: steps that a condition rules out, phases that run again; the same record whenever executed."""

from collections.abc import Mapping
from typing import Any

import pytest

from homeostat.errors import ProcessError
from homeostat.execution.batch import observe
from homeostat.execution.conditions import Facts, judged
from homeostat.execution.plan import make_plan, types
from homeostat.execution.stages.entries import numbers
from homeostat.execution.stages.recipe import complete
from homeostat.execution.states import State
from homeostat.ledger.catalogue import CommandGiven, PromptOpened, SampleDrawn, StepChanged
from homeostat.process import Process, Quality, Quantity

from .desk import Desk

MINUTE = 60_000_000
NAN = float("nan")
LOW, HIGH = "glucose < 4 mmol/L", "glucose >= 4 mmol/L"
Phases = list[dict[str, Any]]


def phase(name: str, **fields: Any) -> dict[str, Any]:
    return {"name": name, "title": name.title(), **fields}


def loop(name: str = "feed", most: int = 3, again: str = LOW, **fields: Any) -> dict[str, Any]:
    return phase(name, **{"until": "elapsed >= 2 min", "repeat": {"while": again, "most": most}} | fields)


def process_of(mini: Process, *operations: Phases, **fields: Any) -> Process:
    """The short culture with other operations; `fields` are those of the first."""
    declared = mini.model_dump(mode="json")
    declared["recipe"]["procedure"][0]["operations"] = [
        {"name": f"o{number}", "title": f"O{number}", "phases": phases} | (fields if number == 0 else {})
        for number, phases in enumerate(operations)
    ]
    declared["attributes"] = {}
    return Process.model_validate(declared)


def desk_of(mini: Process, *operations: Phases, glucose: float = 3.0, **fields: Any) -> Desk:
    plan = make_plan(process_of(mini, *operations, **fields), steers=True, initial={})
    tags = dict.fromkeys(plan.tags, 10.0) | {"glucose": glucose}
    return Desk.of(plan, observe(plan), tags)


def steps(desk: Desk, level: str = "phase") -> list[tuple[int, str, str, str]]:
    """Minute, name, state and cause of each change of a step."""
    found = [(time, one) for time, one in desk.told(StepChanged) if isinstance(one, StepChanged)]
    return [
        (time // MINUTE, one.step.rsplit("/", 1)[-1], one.state, one.cause)
        for time, one in found
        if one.level == level
    ]


def scans(desk: Desk, count: int, **tags: float) -> Desk:
    desk.tags.update(tags)
    for _ in range(count):
        desk.scan()
    return desk


def test_a_loop_ends_when_its_condition_holds_no_more(mini: Process) -> None:
    desk = scans(desk_of(mini, [loop(), phase("rest")]), 3)
    scans(desk, 3, glucose=5.0)
    assert steps(desk) == [
        (0, "feed", "running", "run 1 of at most 3"),
        (2, "feed", "complete", f"run 1 of at most 3 done; the condition holds, so it runs again: {LOW}"),
        (2, "feed", "running", "run 2 of at most 3"),
        (4, "feed", "complete", f"run 2 of at most 3 done; the condition holds no more: {LOW}"),
        (4, "rest", "running", "start"),
        (4, "rest", "complete", "done"),
    ]
    assert desk.state.state is State.COMPLETE


def test_a_loop_ends_after_so_many_runs_and_says_that_its_condition_still_holds(mini: Process) -> None:
    desk = scans(desk_of(mini, [loop(most=2), phase("rest")]), 6)
    assert [state for _, name, state, _ in steps(desk) if name == "feed"] == ["running", "complete"] * 2
    assert steps(desk)[3][3] == f"run 2 of at most 2 done; the condition still holds after 2 runs: {LOW}"
    assert complete(desk.state)


def test_a_run_lasts_a_scan_so_that_its_condition_sees_what_it_did(mini: Process) -> None:
    desk = scans(desk_of(mini, [loop(until=None, most=4)]), 6)
    assert [minute for minute, _, state, _ in steps(desk) if state == "complete"] == [1, 2, 3, 4]


def test_elapsed_is_the_time_of_the_run(mini: Process) -> None:
    desk = scans(desk_of(mini, [loop(again="elapsed < 3 min", until="glucose > 4 mmol/L")]), 2, glucose=5.0)
    assert [minute for minute, *_ in steps(desk)] == [0, 1, 1]
    scans(desk, 3, glucose=3.0)
    scans(desk, 1, glucose=5.0)
    assert steps(desk)[-1][1:3] == ("feed", "complete"), "the second run lasted longer than three minutes"
    assert len(steps(desk)) == 4


@pytest.mark.parametrize(("glucose", "ran", "left"), [(3.0, "rich", "lean"), (5.0, "lean", "rich")])
def test_of_two_branches_with_opposite_conditions_one_is_executed(
    mini: Process, glucose: float, ran: str, left: str
) -> None:
    branches = [
        phase("rich", when=LOW, after=[], until="elapsed >= 2 min"),
        phase("lean", when=HIGH, after=[], until="elapsed >= 2 min"),
        phase("join", after=["rich", "lean"]),
    ]
    desk = scans(desk_of(mini, branches, glucose=glucose), 1)
    scans(desk, 3, glucose=8.0 - glucose)
    found = {(name, state): (minute, cause) for minute, name, state, cause in steps(desk)}
    assert found[left, "skipped"] == (0, f"{LOW if left == 'rich' else HIGH} did not hold")
    assert (ran, "running") in found
    assert (left, "running") not in found, "a branch is chosen once"
    assert found["join", "running"][0] == 2
    assert desk.state.state is State.COMPLETE


def test_a_branch_is_chosen_only_when_its_predecessors_are_over(mini: Process) -> None:
    desk = scans(desk_of(mini, [phase("wait", until="elapsed >= 3 min"), phase("rich", when=LOW)]), 2)
    scans(desk, 3, glucose=5.0)
    assert steps(desk)[-1] == (3, "rich", "skipped", f"{LOW} did not hold")


def test_a_sensor_that_is_out_chooses_no_branch_and_ends_no_loop(mini: Process) -> None:
    desk = desk_of(mini, [loop(), phase("rich", when=LOW), phase("lean", when=HIGH)])
    scans(desk, 1)
    desk.worse["glucose"] = Quality.BAD
    scans(desk, 5)
    assert len(steps(desk)) == 1, "the run waits for what its condition compares"
    del desk.worse["glucose"]
    scans(desk, 1, glucose=5.0)
    assert [(name, state) for _, name, state, _ in steps(desk)[2:]] == [
        ("rich", "skipped"),
        ("lean", "running"),
        ("lean", "complete"),
    ]


def test_the_last_run_ends_though_nobody_knows_whether_the_condition_holds(mini: Process) -> None:
    desk = desk_of(mini, [loop(most=1)])
    desk.worse["glucose"] = Quality.BAD
    scans(desk, 3)
    told = "run 1 of at most 1 done; whether the condition still holds after 1 run is not known"
    assert steps(desk)[-1][3] == f"{told}: {LOW}"


def test_an_operation_is_skipped_with_all_its_phases(mini: Process) -> None:
    desk = scans(desk_of(mini, [phase("a"), phase("b")], [phase("c")], when=HIGH), 1)
    assert steps(desk, "operation")[0] == (0, "o0", "skipped", f"{HIGH} did not hold")
    assert steps(desk)[:2] == [(0, name, "skipped", "culture/o0 was skipped") for name in ("a", "b")]
    assert steps(desk)[2][1:3] == ("c", "running")
    assert complete(desk.state)


def test_a_loop_runs_beside_another_branch_and_the_join_waits_for_both(mini: Process) -> None:
    branches = [
        loop(after=[], most=3),
        phase("beside", after=[], until="elapsed >= 3 min"),
        phase("join", after=["feed", "beside"]),
    ]
    desk = scans(desk_of(mini, branches), 8)
    assert next(minute for minute, name, *_ in steps(desk) if name == "join") == 6
    assert [minute for minute, name, state, _ in steps(desk) if (name, state) == ("feed", "running")] == [
        0,
        2,
        4,
    ]


def test_prompts_and_samples_of_a_later_run_have_names_of_their_own(mini: Process) -> None:
    ask = {"text": "Volume?", "kind": "numeric", "unit": "mL", "range": ["100 mL", "400 mL"], "answer": "220"}
    acts = {"prompts": [ask], "samples": [{"assays": ["count"], "volume": "1 mL"}]}
    desk = scans(desk_of(mini, [loop(**acts)]), 12)
    asked = [one.prompt for _, one in desk.told(PromptOpened) if isinstance(one, PromptOpened)]
    assert asked == ["culture/o0/feed#1", "culture/o0/feed@2#1", "culture/o0/feed@3#1"]
    drawn = [one.sample for _, one in desk.told(SampleDrawn) if isinstance(one, SampleDrawn)]
    assert drawn == ["S001", "S002", "S003"]


def test_a_calculation_does_not_take_the_number_of_an_earlier_run(mini: Process) -> None:
    ask = {"text": "Volume?", "kind": "numeric", "unit": "mL", "answer": "220", "name": "volume"}
    desk = desk_of(mini, [loop(prompts=[ask])])
    found = []
    for _ in range(4):
        desk.scan()
        found.append(numbers(desk.state))
    assert found[1] == {"volume": Quantity(220.0, "mL")}
    assert found[2] == {}, "it is asked again: the number of the first run counts no more"
    assert found[3] == {"volume": Quantity(220.0, "mL")}


def test_while_the_batch_is_held_no_run_ends_and_none_begins(mini: Process) -> None:
    desk = scans(desk_of(mini, [loop()]), 3)
    desk.scan(CommandGiven(command="hold", reason="drill", by="ada", slip="s"))
    scans(desk, 5)
    assert len(steps(desk)) == 3, "held in the second run"
    desk.scan(CommandGiven(command="restart", reason="drill", by="ada", slip="t"))
    scans(desk, 4)
    assert [name for _, name, *_ in steps(desk)] == ["feed"] * 6
    assert desk.state.state is State.COMPLETE


def test_what_is_not_known_decides_nothing() -> None:
    """Kleene's logic over every pair of values of `a > 1 and b > 1`, and of `a > 1 or b > 1`."""
    tests = types.Test("tag", 0, ">", 1.0), types.Test("tag", 1, ">", 1.0)
    said: Mapping[float, bool | None] = {0.0: False, 2.0: True, NAN: None}
    for a, first in said.items():
        for b, second in said.items():
            facts, both = Facts(0, [a, b], []), {first, second}
            conjunction = False if False in both else None if None in both else True
            disjunction = True if True in both else None if None in both else False
            assert judged((tests,), facts, 0) is conjunction
            assert judged(tuple((test,) for test in tests), facts, 0) is disjunction
    assert judged(((types.Test("harvest", 0, ">=", 0.0),),), Facts(0, [], []), 0) is False


def test_a_recipe_without_choices_keeps_its_content_hash(mini: Process) -> None:
    told = mini.model_dump(mode="json")["recipe"]["procedure"][0]["operations"][0]
    assert not {"when", "repeat"} & {*told, *told["phases"][0]}
    chosen = process_of(mini, [loop(when=HIGH)])
    assert Process.model_validate(chosen.model_dump(mode="json")).content_hash == chosen.content_hash


@pytest.mark.parametrize("most", [0, -1, 1001, None])
def test_a_loop_without_a_bound_is_refused(mini: Process, most: int | None) -> None:
    with pytest.raises(ValueError, match="most"):
        process_of(mini, [loop(repeat={"while": LOW} | ({} if most is None else {"most": most}))])


def test_a_condition_on_what_nobody_knows_is_refused(mini: Process) -> None:
    with pytest.raises(ProcessError, match="names 'glucosee'"):
        make_plan(process_of(mini, [phase("a", when="glucosee > 1 mmol/L")]), steers=True, initial={})
