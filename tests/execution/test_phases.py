"""What phases promise: ask before acting, hold on the answers that say so, sample on a grid, wait for results."""

import sys
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from homeostat.equipment import Scan, SimulatedPlant, connect
from homeostat.execution import Finish, Options, replay, resume, run
from homeostat.ledger.catalogue import (
    AlarmChanged,
    CommandIntended,
    Payload,
    PromptClosed,
    PromptOpened,
    SampleDrawn,
    SampleResult,
    StepChanged,
    payload,
)
from homeostat.process import Process, Quality
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import Quiet, Runner
from .test_resume import Death

MINUTE = 60_000_000
FOREVER = float("inf")
Change = Callable[[dict[str, Any]], None]


def varied(mini: Process, change: Change) -> Process:
    """The short culture with a change in its declaration."""
    declared = mini.model_dump(mode="json")
    change(declared)
    return Process.model_validate(declared)


def phases(declared: dict[str, Any], operation: int = 0) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = declared["recipe"]["procedure"][0]["operations"][operation]["phases"]
    return found


def told(site: Site, *kinds: type[Payload]) -> list[tuple[int, Payload]]:
    """The batch's events of these kinds, as (minute, payload)."""
    with site.reading() as (ledger, _):
        found = ledger.events(batch="B0001", types=[kind.type for kind in kinds])
        return [(r.event.time // MINUTE, payload(r.event.type, r.event.data)) for r in found]


def test_nothing_is_done_before_every_prompt_of_the_phase_is_answered(finished: Site) -> None:
    open_prompts: set[str] = set()
    for _, event in told(finished, PromptOpened, PromptClosed, CommandIntended, SampleDrawn):
        if isinstance(event, PromptOpened):
            open_prompts.add(event.prompt)
        elif isinstance(event, PromptClosed) and event.accepted:
            open_prompts.remove(event.prompt)
        elif isinstance(event, CommandIntended | SampleDrawn):
            assert not [name for name in open_prompts if name.startswith(f"{event.step}#")]
    dose = next(
        m for m, e in told(finished, CommandIntended) if isinstance(e, CommandIntended) and e.kind == "dose"
    )
    assert dose == 2


def ask_to_go_on(declared: dict[str, Any]) -> None:
    phases(declared)[0]["prompts"] = [
        {"text": "Go on?", "kind": "choice", "choices": ["go", "wait"], "hold": ["wait"], "answer": "wait"}
    ]


def test_an_answer_that_holds_holds_before_the_phase_acts(mini: Process, site: Site, quiet: Quiet) -> None:
    held = run(site, varied(mini, ask_to_go_on), Options(), quiet)
    assert (held.state, held.reason) == ("held", "culture/start/inoculate#1 was answered: wait")
    assert told(site, CommandIntended) == []
    done = resume(site, "B0001", FOREVER, quiet, reason="the donor's identity was clarified")
    assert done.state == "complete"
    assert told(site, CommandIntended)
    assert replay(site, "B0001", quiet).identical


def sample_at_the_very_end(declared: dict[str, Any]) -> None:
    phases(declared, 1)[0]["until"] = "elapsed >= 2 min"


def test_a_batch_waits_for_the_results_that_the_laboratory_owes(
    mini: Process, site: Site, quiet: Quiet
) -> None:
    done = run(site, varied(mini, sample_at_the_very_end), Options(), quiet)
    assert done.state == "complete"
    assert len(told(site, SampleDrawn)) == len(told(site, SampleResult)) == 4


def refuse_by_answer(declared: dict[str, Any]) -> None:
    """The left branch asks a question half an hour in, and the answer holds the batch."""
    left = phases(declared)[1]
    left["until"] = "elapsed >= 10 min"
    question = {"text": "Ok?", "kind": "choice", "choices": ["yes", "no"], "hold": ["no"], "answer": "no"}
    phases(declared).insert(
        2,
        {
            "name": "ask",
            "title": "Ask",
            "after": ["left"],
            "prompts": [question],
            "until": "elapsed >= 1 min",
        },
    )
    for phase in phases(declared):
        if phase["name"] == "right":
            phase["samples"] = [{"assays": ["count"], "every": "3 min", "volume": "1 mL"}]
        if phase["name"] == "join":
            phase["after"] = ["ask", "right"]


def test_samples_that_a_hold_has_missed_are_not_made_up_for_in_a_burst(
    mini: Process, site: Site, quiet: Quiet
) -> None:
    held = run(site, varied(mini, refuse_by_answer), Options(), quiet)
    assert held.state == "held"
    resume(site, "B0001", FOREVER, quiet)
    minutes = [minute for minute, _ in told(site, SampleDrawn)]
    right = minutes[:-1]
    assert all(later - earlier >= 2 for earlier, later in pairwise(right))
    assert {minute % 3 for minute in right if minute > held.scans + 3} <= {right[0] % 3}


def test_until_stops_before_the_next_phase_starts(site: Site, run_mini: Runner, quiet: Quiet) -> None:
    paused = run_mini(site, until="inoculate")
    assert (paused.state, paused.reason) == ("paused", "run until inoculate")
    begun = {e.step.split("/")[-1] for _, e in told(site, StepChanged) if isinstance(e, StepChanged)}
    assert begun == {"culture", "start", "inoculate"}
    assert resume(site, "B0001", FOREVER, quiet).state == "complete"
    assert replay(site, "B0001", quiet).identical
    assert verify_site(site).ok


def test_until_is_on_record_so_that_an_interruption_does_not_run_past_it(
    mini: Process, tmp_path: Path, quiet: Quiet
) -> None:
    class Dying(SimulatedPlant):
        def read(self, time: int) -> Scan:
            if time == 2 * MINUTE:
                raise Death
            return super().read(time)

    patch = pytest.MonkeyPatch()
    patch.setattr(sys.modules[connect.__module__], "SimulatedPlant", Dying)
    site = Site(tmp_path / "site")
    with pytest.raises(Death):
        run(site, mini, Options(until="inoculate"), quiet)
    patch.undo()
    assert resume(site, "B0001", FOREVER, quiet).state == "paused"


class BlindPlant(SimulatedPlant):
    """Its oxygen sensor dies after half an hour, and comes back an hour later."""

    def read(self, time: int) -> Scan:
        scan = super().read(time)
        if not 30 * MINUTE <= time < 90 * MINUTE:
            return scan
        values, qualities = list(scan.values), list(scan.qualities)
        values[0], qualities[0] = float("nan"), int(Quality.BAD)
        return Scan(tuple(values), tuple(qualities))


def safe_oxygen(declared: dict[str, Any]) -> None:
    declared["strategy"]["oxygen_control"] |= {"safe": "20 %", "patience": "12 min"}


def test_a_blind_loop_goes_to_its_safe_output_and_comes_back_without_a_bump(
    mini: Process, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", BlindPlant)
    done: Finish = run(site, varied(mini, safe_oxygen), Options(), quiet)
    assert (done.state, done.reason) == ("complete", "recipe complete")
    with site.reading() as (_, historian):
        moves = historian.read("B0001", "loop.oxygen_control").value
    assert len(set(moves[30:42])) == 1, "the output stays while patience lasts"
    assert set(moves[42:90]) == {20.0}
    assert abs(moves[90] - 20.0) < 1.0
    blind = [
        (m, e.state)
        for m, e in told(site, AlarmChanged)
        if isinstance(e, AlarmChanged) and "blind" in e.alarm
    ]
    assert blind == [(42, "raised"), (90, "cleared")]
    assert replay(site, "B0001", quiet).identical
