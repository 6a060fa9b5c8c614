"""A run: phases in order, parallel branches, prompts, samples, commands before and after dispatch, determinism."""

import sys
from pathlib import Path
from typing import ClassVar

import pytest

from homeostat.equipment import Command, Outcome, SimulatedPlant, connect
from homeostat.errors import ExecutionError, SiteError
from homeostat.execution import Options, run
from homeostat.ledger.catalogue import CommandIntended, CommandOutcome, SampleResult, StepChanged, payload
from homeostat.process import Process
from homeostat.site import Site

from .conftest import Quiet, Runner, chunks, story


def events(site: Site, kind: type) -> list[tuple[str, object]]:
    with site.reading() as (ledger, _):
        found = ledger.events(batch="B0001", types=[kind.type])
        return [(r.event.id, payload(r.event.type, r.event.data)) for r in found]


def steps(site: Site) -> list[tuple[str, str]]:
    return [(s.step.split("/")[-1], s.state) for _, s in events(site, StepChanged) if s.level == "phase"]


def test_phases_run_in_order_and_branches_in_parallel(finished: Site) -> None:
    order = steps(finished)
    assert order.index(("left", "running")) < order.index(("right", "complete"))
    assert order.index(("right", "running")) < order.index(("left", "complete"))
    assert order.index(("join", "running")) > order.index(("left", "complete"))
    assert order.index(("join", "running")) > order.index(("right", "complete"))
    assert order[-1] == ("finish", "complete")


def test_every_intent_precedes_its_outcome_and_has_exactly_one(finished: Site) -> None:
    intents = [event for event, _ in events(finished, CommandIntended)]
    outcomes = [outcome.intent for _, outcome in events(finished, CommandOutcome)]
    assert intents == outcomes
    order = [entry[0] for entry in story(finished)]
    assert all(order.index(i) < order.index(f"{i}.done") for i in intents)


def test_samples_are_drawn_every_half_hour_and_reported_after_the_turnaround(finished: Site) -> None:
    results = [result for _, result in events(finished, SampleResult)]
    minutes = [result.taken // 60_000_000 for result in results]
    assert minutes == [3, 33, 63, 125]
    assert all(set(result.values) == {"viable", "viability"} for result in results)


def test_two_runs_with_one_seed_are_byte_identical_apart_from_stamps(
    finished: Site, tmp_path: Path, run_mini: Runner
) -> None:
    again = Site.create(tmp_path / "again")
    run_mini(again, seed=7)
    assert story(again) == story(finished)
    assert chunks(again) == chunks(finished)


def test_another_seed_is_another_batch(finished: Site, tmp_path: Path, run_mini: Runner) -> None:
    other = Site.create(tmp_path / "other")
    run_mini(other, seed=8)
    assert chunks(other) != chunks(finished)


def test_batches_are_numbered_and_a_taken_name_is_refused(site: Site, run_mini: Runner) -> None:
    assert run_mini(site).batch == "B0001"
    assert run_mini(site, batch="donor-17").batch == "donor-17"
    assert run_mini(site).batch == "B0002"
    with pytest.raises(ExecutionError, match="exists already"):
        run_mini(site, batch="donor-17")


@pytest.mark.parametrize("name", ["", "a/b", "x" * 40, "spaced name", "../up"])
def test_a_batch_needs_a_plain_name(site: Site, run_mini: Runner, name: str) -> None:
    with pytest.raises(ExecutionError, match="not a batch id"):
        run_mini(site, batch=name)


def test_an_unknown_phase_to_stop_at_is_refused_with_the_phases(site: Site, run_mini: Runner) -> None:
    with pytest.raises(ExecutionError, match="inoculate, left, right, join, finish"):
        run_mini(site, until="nowhere")


def test_a_retired_process_is_not_run(site: Site, mini: Process, quiet: Quiet) -> None:
    retired = mini.model_copy(update={"approval": mini.approval.model_copy(update={"state": "retired"})})
    with pytest.raises(ExecutionError, match="retired"):
        run(site, retired, Options(), quiet)


def test_one_writer_at_a_time(site: Site, run_mini: Runner) -> None:
    with site.writing(str), pytest.raises(SiteError, match="another process"):
        run_mini(site)


class Witness(SimulatedPlant):
    """Looks into the ledger, as another process would, at the very moment a command reaches the equipment."""

    site: ClassVar[Site]
    seen: ClassVar[list[bool]] = []

    def execute(self, command: Command) -> Outcome:
        with Witness.site.reading() as (ledger, historian):
            intent_is_durable = command.id in ledger
            last = historian.last("B0001", "do")
            scan = int(command.id.split("/")[1])
            Witness.seen.append(intent_is_durable and last is not None and last.time == scan * 60_000_000)
        return super().execute(command)


def test_intent_and_readings_are_durable_before_the_equipment_hears_of_a_command(
    monkeypatch: pytest.MonkeyPatch, site: Site, run_mini: Runner
) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", Witness)
    Witness.site = site
    run_mini(site)
    assert len(Witness.seen) == len(events(site, CommandIntended)) > 5
    assert all(Witness.seen)
