"""Loops and selections in small random recipes, on record, after a crash, and in the outlook."""

from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from homeostat.execution import Options, replay, resume, run
from homeostat.execution.conditions import Facts
from homeostat.execution.memory import prefix
from homeostat.execution.outlook import Way, walk
from homeostat.execution.plan import Plan, make_plan
from homeostat.execution.scan import begin
from homeostat.execution.sheet import Sheet
from homeostat.execution.stages import recipe
from homeostat.execution.stages.belief import Observer
from homeostat.execution.stages.recipe import advance, complete
from homeostat.historian import Recorder
from homeostat.ledger.catalogue import Payload, StepChanged
from homeostat.process import Process
from homeostat.quality import batch_record
from homeostat.site import Site
from homeostat.twin import Simulator, model

from .conftest import Quiet, chunks, story
from .desk import standing
from .test_choosing import HIGH, LOW, MINUTE, NAN, Phases, loop, phase, process_of
from .test_fusing import OBSERVER

SIMULATOR = Simulator(model("t_cell_expansion"))
OUTLOOK = {
    "outlook": {"every": "10 min", "step": "5 min", "alert": "80 %", "action": "50 %", "margin": "5 %"}
}

CONDITIONS = st.sampled_from(
    [LOW, HIGH, "batch_elapsed < 9 min", f"{LOW} or do > 5 %", "do < 5 % and " + LOW]
)


@st.composite
def recipes(draw: st.DrawFn) -> Phases:
    phases = []
    for index in range(draw(st.integers(1, 6))):
        before = draw(st.lists(st.integers(0, index - 1), unique=True)) if index else []
        fields: dict[str, Any] = {"after": [f"p{number}" for number in before]}
        if draw(st.booleans()):
            fields["until"] = f"elapsed >= {draw(st.integers(0, 3))} min"
        if draw(st.booleans()):
            fields["when"] = draw(CONDITIONS)
        if draw(st.booleans()):
            fields["repeat"] = {"while": draw(CONDITIONS), "most": draw(st.integers(1, 4))}
        phases.append(phase(f"p{index}", **fields))
    return phases


READINGS = st.lists(
    st.tuples(st.sampled_from([3.0, 5.0, NAN]), st.sampled_from([1.0, 9.0])), min_size=1, max_size=12
)


def unfolded(
    plan: Plan, observer: Observer, readings: list[tuple[float, float]]
) -> list[tuple[str, Payload]]:
    """What the recipe decides while the readings change; then they stay as they can be used."""
    state, said = begin(plan, observer), list[tuple[str, Payload]]()
    for minute in range(200):
        glucose, oxygen = readings[minute] if minute < len(readings) else (3.0, 9.0)
        known = {"glucose": glucose, "do": oxygen}
        sheet = Sheet(prefix("B", minute), 0)
        facts = Facts(minute * MINUTE, [known.get(tag, NAN) for tag in plan.tags], [])
        state = advance(plan, state, facts, sheet)
        said += sheet.decisions
        if complete(state):
            return said
    raise AssertionError("the recipe never ended")


@settings(max_examples=60, deadline=None)
@given(phases=recipes(), readings=READINGS)
def test_any_recipe_ends_and_executes_again_to_the_same_events(
    mini: Process, phases: Phases, readings: list[tuple[float, float]]
) -> None:
    plan = make_plan(process_of(mini, phases), steers=True, initial={})
    observer = Observer(model("t_cell_expansion"), SIMULATOR, plan.twin)
    said = unfolded(plan, observer, readings)
    assert repr(said) == repr(unfolded(plan, observer, readings))
    changes = [one for _, one in said if isinstance(one, StepChanged)]
    for declared in phases:
        own = [one.state for one in changes if one.step.endswith(f"/{declared['name']}")]
        most = declared.get("repeat", {"most": 1})["most"]
        assert own == ["skipped"] or own == ["running", "complete"] * (len(own) // 2)
        assert own != ["skipped"] or "when" in declared
        assert 1 <= len(own) <= 2 * most
        over = {before: place(changes, before, last=True) for before in declared["after"]}
        assert all(end < place(changes, declared["name"], last=False) for end in over.values())


def place(changes: list[StepChanged], name: str, *, last: bool) -> int:
    found = [number for number, one in enumerate(changes) if one.step.endswith(f"/{name}")]
    return found[-1 if last else 0]


ASK = {"text": "Fed?", "kind": "confirm", "answer": "yes"}
FED: Phases = [
    phase("inoculate", add=[{"material": "cells", "volume": "20 mL"}], prompts=[ASK]),
    loop(
        after=["inoculate"],
        again="batch_elapsed < 25 min",
        most=9,
        until="elapsed >= 10 min",
        prompts=[ASK],
        samples=[{"assays": ["count"], "volume": "1 mL"}],
    ),
    phase("never", after=["inoculate"], when="glucose < 0.1 mmol/L"),
    phase("join", after=["feed", "never"], until="elapsed >= 5 min"),
]


@pytest.fixture(scope="module")
def fed(mini: Process) -> Process:
    return process_of(mini, FED)


@pytest.fixture(scope="module")
def whole(fed: Process, tmp_path_factory: pytest.TempPathFactory) -> Site:
    """A site with one uninterrupted run. Not to be written to."""
    site = Site.create(tmp_path_factory.mktemp("fed") / "site")
    assert run(site, fed, Options(seed=7), Quiet()).state == "complete"
    return site


def test_a_batch_with_loop_and_selection_replays_without_a_difference(whole: Site, quiet: Quiet) -> None:
    found = replay(whole, "B0001", quiet)
    assert found.identical, found.difference


def test_the_record_has_a_line_for_each_run_and_for_what_was_skipped(whole: Site) -> None:
    with whole.reading() as (ledger, historian):
        record = batch_record(ledger, historian, "B0001")
    runs = [line for line in record.steps if line.step == "culture/o0/feed"]
    assert [line.state for line in runs] == ["complete"] * 3
    assert [line.cause[:18] for line in runs] == [f"run {n} of at most 9" for n in (1, 2, 3)]
    assert [one.end for one in runs[:-1]] == [one.start for one in runs[1:]]
    (never,) = (line for line in record.steps if line.step == "culture/o0/never")
    assert (never.state, never.duration) == ("skipped", 0)
    assert [line.prompt for line in record.prompts][1:] == [
        "culture/o0/feed#1",
        "culture/o0/feed@2#1",
        "culture/o0/feed@3#1",
    ]


@pytest.mark.parametrize("survived", [7, 8])
def test_after_a_crash_in_a_later_run_it_goes_on_to_the_same_record(
    fed: Process, whole: Site, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch, survived: int
) -> None:
    flush, left = Recorder.flush, [survived]

    def dying(self: Recorder, *, durable: bool = False) -> None:
        left[0] -= 1
        if left[0] < 0:
            raise KeyboardInterrupt
        flush(self, durable=durable)

    with monkeypatch.context() as patch:
        patch.setattr(Recorder, "flush", dying)
        with pytest.raises(KeyboardInterrupt):
            run(site, fed, Options(seed=7), quiet)
    assert "run 2 of at most 9" in repr(story(site)), "it died in a later run"
    assert resume(site, "B0001", float("inf"), quiet).state == "complete"
    assert story(site) == story(whole)
    assert chunks(site) == chunks(whole)


def test_the_samples_of_runs_to_come_are_foreseen_and_those_of_skipped_phases_are_not(
    mini: Process, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Two minutes at most lie between a prompt and its answer, and some scans; a walk answers at once."""
    sampled = {"samples": [{"assays": ["count"], "volume": "1 mL"}]}
    phases = [*FED[:2], phase("never", after=["inoculate"], when="glucose < 0.1 mmol/L", **sampled), FED[3]]
    declared = process_of(mini, phases).model_dump(mode="json")
    declared["attributes"] = mini.model_dump(mode="json")["attributes"]
    declared["attributes"]["viability"]["measured"] = "feed"
    declared["twin"]["observer"], declared["monitoring"] = OBSERVER, OUTLOOK
    run(site, Process.model_validate(declared), Options(seed=7), quiet)
    at = standing(site, 2)
    assert at.plan.outlook is not None
    assert at.observer.filter is not None
    way = Way.of(at.plan, at.plan.outlook, at.observer.filter)
    moments = list(walk(way, at.state, at.usable, at.time))
    assert [one.phase for one in moments] == ["feed"] * 3
    gaps = [(later.time - one.time) // MINUTE for one, later in pairwise(moments)]
    assert gaps == [10, 10]
    monkeypatch.setattr(recipe, "stirs", lambda *_: True)
    assert list(walk(way, at.state, at.usable, at.time)) == moments
    found = replay(site, "B0001", quiet)
    assert found.identical, found.difference


def test_a_run_until_a_looped_phase_pauses_after_its_last_run(fed: Process, site: Site, quiet: Quiet) -> None:
    assert run(site, fed, Options(seed=7, until="feed"), quiet).state == "paused"
    with site.reading() as (ledger, historian):
        record = batch_record(ledger, historian, "B0001")
    assert [line.state for line in record.steps if line.step == "culture/o0/feed"] == ["complete"] * 3
