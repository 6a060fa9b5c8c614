"""The shipped yeast process: its feed led by plans and replayed bit for bit, or by its loop where there is no plan."""

from pathlib import Path

import pytest

from homeostat.control.predictive import Task
from homeostat.execution import replay
from homeostat.execution.plan import make_plan
from homeostat.execution.stages.controllers import RUNGS
from homeostat.ledger.catalogue import MovePlanned, PlanFailed, PlanMissed, SampleResult, VerdictChanged
from homeostat.process import Process, load
from homeostat.process.recipe import Recipe
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import Quiet
from .steered import HOUR, Batch, execute

PROCESS = load("yeast-fed-batch")
LOW, HIGH, CHANGE = 0.0, 11.0, 1.0
"""Envelope and largest move of the feed, mL/h."""


def constant(rate: str) -> Process:
    """The process as the recorded runs were fed: a constant rate, no controller."""
    recipe = PROCESS.recipe.model_dump(mode="json", by_alias=True)
    for phase in recipe["procedure"][0]["operations"][1]["phases"]:
        if phase["name"] == "feed":
            phase |= {"set": {"feed_pump": rate}, "modes": {}}
    return PROCESS.model_copy(update={"controllers": {}, "recipe": Recipe.model_validate(recipe)})


def measured(batch: Batch, quantity: str) -> list[float]:
    """What the laboratory found, in the order of the samples."""
    return [fact.values[quantity] for _, fact in batch.facts(SampleResult)]


def fed(batch: Batch) -> float:
    """The feed used, mL."""
    return sum(batch.column("feed_pump")) / 60.0


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A batch that its controller led. Not to be written to."""
    return execute(Site.create(tmp_path_factory.mktemp("fed") / "site"), PROCESS, seed=1)


@pytest.mark.drill
def test_it_is_replayed_bit_for_bit(led: Batch, quiet: Quiet) -> None:
    found = replay(led.site, led.name, quiet)
    assert (found.identical, found.difference) == (True, "")
    assert verify_site(led.site).ok


def test_names_and_units_in_which_plans_are_told_are_those_of_the_process() -> None:
    feeding = make_plan(PROCESS, steers=True, initial={}).controllers[0].task
    told = [feeding.show(name).text(value) for name, value in (("feed", 0.011), ("oxygen_rate", 2.4))]
    assert told == ["11 mL/h", "2.4 g/(L h)"]
    task = make_plan(load("car-t"), steers=True, initial={}).controllers[0].task
    shown = {name: (task.show(name).name, task.show(name).unit) for name in ("car_positive", "perfusion")}
    assert shown == {"car_positive": ("dose", "1e6 cell"), "perfusion": ("perfusion", "mL/h")}


def test_sentences_say_what_the_pump_does_in_its_own_unit(led: Batch) -> None:
    for _, fact in led.facts(MovePlanned):
        before, after = f"{1000.0 * fact.believed['feed'][0]:.4g}", f"{fact.outputs[0][0]:.4g}"
        moved = f"feed stays at {after} mL/h" if before == after else f"feed {before} -> {after} mL/h"
        assert f" h: {moved}; expects biomass " in fact.text
        assert " L/h" not in fact.text


def test_the_shipped_limits_are_planned_with_their_chance_and_older_records_say_nothing_of_it(
    led: Batch,
) -> None:
    facts = [fact for _, fact in led.facts(MovePlanned)]
    assert {fact.unsure for fact in facts} == {()}
    older = facts[0].model_dump(mode="json")
    del older["unsure"]
    assert MovePlanned.model_validate(older) == facts[0]


def test_every_question_is_answered_and_the_plan_is_followed(led: Batch) -> None:
    assert led.facts(PlanFailed, PlanMissed) == []
    assert len(led.facts(MovePlanned)) >= 50
    rungs = [RUNGS[int(rung)] for rung in led.column("control.feeding.rung")]
    assert rungs.count("plan") > 25 * 60
    outputs = led.column("loop.feed")[: 26 * 60]  # then the recipe shuts the pump
    planned = [u for rung, u in zip(rungs, outputs, strict=False) if rung == "plan"]
    assert LOW <= min(planned) <= max(planned) <= HIGH
    moves = zip(rungs[1:], outputs, outputs[1:], strict=False)
    assert all(abs(after - before) <= CHANGE + 1e-9 for rung, before, after in moves if rung == "plan")


def test_the_end_is_foreseen_on_the_way(led: Batch) -> None:
    """Hours before the first late sample, biomass and ethanol are said to be within their specifications."""
    verdicts = [(time / HOUR, fact) for time, fact in led.facts(VerdictChanged)]
    early = {fact.attribute for hours, fact in verdicts if fact.verdict == "ok" and hours < 19.0}
    assert {"biomass", "ethanol"} <= early


@pytest.mark.drill
def test_it_makes_more_biomass_and_less_ethanol_than_a_constant_feed(led: Batch, tmp_path: Path) -> None:
    """Also than one that uses as much; a third more than the recipe of the recorded runs."""
    recorded = execute(Site.create(tmp_path / "recorded"), constant("6.9 mL/h"), seed=1)
    equal = execute(Site.create(tmp_path / "equal"), constant("9.4 mL/h"), seed=1)
    assert fed(equal) == pytest.approx(fed(led), rel=0.01)
    end = measured(led, "biomass")[-1]
    assert end > 1.2 * measured(recorded, "biomass")[-1]
    assert end > measured(equal, "biomass")[-1]
    assert max(measured(led, "ethanol")) < 1.3
    assert max(measured(recorded, "ethanol")) > 2.5


def test_without_its_solver_the_loop_feeds_to_specification(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def killed(_: Task) -> None:
        raise MemoryError

    monkeypatch.setattr("homeostat.execution.desk.planner", killed)
    batch = execute(Site.create(tmp_path / "site"), PROCESS, seed=1)
    rungs = {RUNGS[int(rung)] for rung in batch.column("control.feeding.rung")}
    assert "loops" in rungs
    assert "plan" not in rungs
    assert measured(batch, "biomass")[-1] > 20.0
    assert max(measured(batch, "ethanol")) < 1.5


def test_a_recorded_log_is_followed_by_the_plain_twin_and_a_living_vessel_is_not() -> None:
    """What is published of the recorded runs is what the model predicts, told by nothing that it is compared with."""
    assert not PROCESS.recordings["dcu"].corrected
    plain = make_plan(PROCESS, steers=False, initial={}, corrected=False)
    assert (plain.twin.observer, plain.controllers, plain.outlook) == (None, (), None)
    assert plain.process is PROCESS
    assert make_plan(PROCESS, steers=True, initial={}).twin.observer is not None
