"""Batches under predictive control: replayed bit for bit, resumed wherever they were cut, moved by whom they may be."""

from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from homeostat.execution import replay, resume, run
from homeostat.execution.again import compared
from homeostat.execution.batch import Options
from homeostat.execution.orders import give
from homeostat.execution.plan import make_plan
from homeostat.execution.slips import ControlSlip
from homeostat.execution.stages.controllers import RUNGS
from homeostat.historian import Recorder
from homeostat.ledger.catalogue import (
    AlarmChanged,
    ControlChanged,
    ControlOrdered,
    ControlRefused,
    MoveClamped,
    MoveExpired,
    MovePlanned,
    PlanMissed,
    StepChanged,
)
from homeostat.process import Process, Quantity
from homeostat.quality.steered import steered
from homeostat.quality.verify import verify_site
from homeostat.site import Site
from tests.marks import in_drills

from .conftest import Quiet, chunks, story
from .steered import (
    FAST,
    HIGH,
    HOUR,
    LOW,
    SCAN,
    STEERED,
    Batch,
    at_every_scan,
    execute,
    minutes,
    ordering,
    process,
    slip,
    unsteered,
    waits,
)


@pytest.fixture(scope="module")
def led(tmp_path_factory: pytest.TempPathFactory) -> Batch:
    """A batch that an autonomous controller led to its end. Not to be written to."""
    return execute(Site.create(tmp_path_factory.mktemp("led") / "site"), STEERED)


class TestAutonomous:
    """A controller that moves by itself."""

    def test_it_is_replayed_bit_for_bit(self, led: Batch, quiet: Quiet) -> None:
        found = replay(led.site, led.name, quiet)
        assert (found.identical, found.difference) == (True, "")
        assert verify_site(led.site).ok

    def test_the_pump_follows_the_plan_within_its_envelope(self, led: Batch) -> None:
        plans = led.facts(MovePlanned)
        assert len(plans) > 10
        outputs = led.column("loop.perfusion")
        clamped = {time for time, _ in led.facts(MoveClamped)}
        for time, plan in plans:
            if time not in clamped:
                assert outputs[time // SCAN] == pytest.approx(plan.outputs[0][0], abs=1e-9)
        steered_by = [u for u, r in zip(outputs, led.column("control.growth.rung"), strict=True) if r == 2.0]
        assert len(steered_by) > 80
        assert all(LOW <= output <= HIGH for output in steered_by)

    def test_moves_are_no_larger_than_allowed(self, led: Batch) -> None:
        rungs, outputs = led.column("control.growth.rung"), led.column("loop.perfusion")
        for rung, before, after in zip(rungs[1:], outputs, outputs[1:], strict=False):
            if RUNGS[int(rung)] == "plan":
                assert abs(after - before) <= 4.0 + 1e-9

    def test_it_ends_the_phase_when_its_plan_says(self, led: Batch) -> None:
        last = led.facts(MovePlanned)[-1][1]
        ended = [
            t for t, f in led.facts(StepChanged) if f.step.endswith("/perfuse") and f.state == "complete"
        ]
        assert 0 <= ended[0] - last.harvest < SCAN

    def test_every_plan_says_what_it_rests_on(self, led: Batch) -> None:
        for time, plan in led.facts(MovePlanned):
            assert plan.made == time - SCAN
            assert (plan.status, plan.authority, plan.proposal, plan.expires) == (
                "solved",
                "autonomous",
                "",
                None,
            )
            assert plan.value <= plan.without * (1.0 + 1e-6)
            assert {each.of for each in plan.foretold} == {"viable_cells", "lactate"}
            assert "viable" in plan.believed
            assert len(plan.means) == 64
            assert plan.text.startswith(f"At {plan.made / HOUR:.1f} h: perfusion ")

    def test_nothing_that_goes_as_it_should_is_an_alarm(self, led: Batch) -> None:
        assert [f.alarm for _, f in led.facts(AlarmChanged) if f.alarm.startswith("control.")] == []


def slowed(rate: float) -> Process:
    """The process with a rate of its pump, in mL/h for each hour."""
    move = STEERED.controllers["growth"].moves["perfusion"]
    return process(moves={"perfusion": move.model_copy(update={"rate": Quantity(rate, "mL/h/h")})})


def test_the_pump_goes_no_faster_than_its_rate_and_no_plan_counts_on_more(site: Site, quiet: Quiet) -> None:
    batch = execute(site, slowed(1.5))
    rungs, outputs, pump = (batch.column(n) for n in ("control.growth.rung", "loop.perfusion", "pump"))
    led = [RUNGS[int(rung)] == "plan" for rung in rungs]
    for driven, before, after in zip(led[1:], outputs, outputs[1:], strict=False):
        assert not driven or abs(after - before) <= 0.25 + 1e-9
    for driven, before, after in zip(led, pump, pump[1:], strict=False):
        assert not driven or abs(after - before) <= 0.25 + 1e-6
    for _, plan in batch.facts(MovePlanned):
        assert all(abs(b - a) <= 1.5 + 1e-6 for (a,), (b,) in pairwise(plan.outputs))
    assert max(outputs) - min(outputs) > 2.0
    assert [f for _, f in batch.facts(AlarmChanged) if f.alarm.startswith("control.")] == []
    assert replay(site, "B0001", quiet).identical


def test_a_loop_that_stands_in_keeps_to_the_envelope_and_its_rate(site: Site, quiet: Quiet) -> None:
    """It asks for up to 40 mL/h; what was validated of the pump under this controller is 7 mL/h, and 3 mL/h an hour."""
    move = (
        STEERED.controllers["growth"]
        .moves["perfusion"]
        .model_copy(
            update={
                "envelope": (Quantity(0.0, "mL/h"), Quantity(7.0, "mL/h")),
                "rate": Quantity(3.0, "mL/h/h"),
            }
        )
    )
    eager = STEERED.strategy["perfusion"].model_copy(
        update={"setpoint": Quantity(3.0, "mmol/L"), "gain": Quantity(8.0, "mL/h/(mmol/L)")}
    )
    waiting = process(authority="supervised", moves={"perfusion": move})
    batch = execute(site, waiting.model_copy(update={"strategy": {"perfusion": eager}}))
    rungs, outputs, pump = (batch.column(n) for n in ("control.growth.rung", "loop.perfusion", "pump"))
    stands_in = [k for k, rung in enumerate(rungs) if RUNGS[int(rung)] == "loops"]
    assert len(stands_in) > 50
    assert max(outputs[k] for k in stands_in) == 7.0
    assert max(pump[k + 1] for k in stands_in[:-1]) <= 7.0 + 1e-6
    assert max(abs(outputs[k] - outputs[k - 1]) for k in stands_in) <= 0.5 + 1e-9
    assert replay(site, "B0001", quiet).identical


def test_a_controller_that_comes_too_late_for_its_harvest_says_so(site: Site) -> None:
    """There never was a plan and there will be none: that is no waiting any more."""
    early = STEERED.controllers["growth"].harvest
    assert early is not None
    over = early.model_copy(update={"between": (Quantity(0.5, "h"), Quantity(1.0, "h"))})
    batch = execute(site, process(harvest=over))
    told = [f for _, f in batch.facts(AlarmChanged) if f.alarm == "control.growth.loops"]
    assert "nothing is left to plan: 1 h is past its last end, 1 h" in told[0].text
    assert batch.facts(MovePlanned) == []


def test_every_plan_can_be_made_again_from_its_event_alone(led: Batch) -> None:
    plan = make_plan(STEERED, steers=True, initial={})
    facts = [fact for _, fact in led.facts(MovePlanned)]
    for fact in facts[:: len(facts) // 3]:
        assert fact.believed["growth_max"][1] > 0.0
        assert compared(plan, fact) == ()
        other = {**fact.believed, "lactate": (fact.believed["lactate"][0] + 1.0, fact.believed["lactate"][1])}
        assert "value" in compared(plan, fact.model_copy(update={"believed": other}))


class Cut(BaseException):
    """The process dies here."""


CUTS = [("append", 8), ("append", 50), ("flush", 5)]
FURTHER = [("append", scan) for scan in (1, 7, 9, 14, 102)] + [("flush", count) for count in (3, 9)]


@pytest.mark.parametrize(("method", "count"), [*CUTS, *in_drills(FURTHER)])
def test_a_batch_that_is_cut_at_any_scan_resumes_to_the_same_record(
    method: str, count: int, led: Batch, site: Site, quiet: Quiet, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Just after its row, or once that and what came before it are durable; the solver's memory is lost."""
    rows, original = [0], getattr(Recorder, method)

    def dying(self: Recorder, *args: Any, **kwargs: Any) -> object:
        result = original(self, *args, **kwargs)
        rows[0] += 1
        if rows[0] == count:
            raise Cut
        return result

    with monkeypatch.context() as patched:
        patched.setattr(Recorder, method, dying)
        try:
            run(site, STEERED, Options(seed=7), quiet)
        except Cut:
            resume(site, "B0001", float("inf"), quiet)
    assert story(site) == story(led.site)
    assert chunks(site) == chunks(led.site)


def test_advice_moves_nothing_but_is_on_record(site: Site, tmp_path: Path, quiet: Quiet) -> None:
    advised = execute(site, process(authority="advisory"))
    alone = execute(Site.create(tmp_path / "alone"), unsteered())
    for name in ("pump", "viable", "lactate", "loop.perfusion"):
        assert advised.column(name) == alone.column(name)
    assert len(advised.facts(MovePlanned)) > 10
    assert {RUNGS[int(rung)] for rung in advised.column("control.growth.rung")} == {"idle", "advice"}
    assert replay(site, "B0001", quiet).identical


class TestSupervised:
    """A controller whose every move a person has to let through."""

    def test_what_nobody_approves_expires_and_the_loop_goes_on(self, site: Site, tmp_path: Path) -> None:
        alone = execute(Site.create(tmp_path / "alone"), unsteered())
        left = execute(site, process(authority="supervised", approval=minutes(30)))
        assert left.column("pump") == alone.column("pump")
        plans = left.facts(MovePlanned)
        assert all(p.proposal and p.expires == p.made + 3 * SCAN for _, p in plans)
        changes = [fact for _, fact in left.facts(AlarmChanged) if fact.alarm == "control.growth.loops"]
        raised = [fact.text for fact in changes if fact.state == "raised"]
        expired = [(time, fact.proposal) for time, fact in left.facts(MoveExpired)]
        assert expired == [(plan.expires, plan.proposal) for _, plan in plans][: len(expired)]
        assert len(plans) - 1 <= len(expired)  # the phase may end while the last one waits
        assert all("nobody approved in time" in text for text in raised)
        assert len(raised) == len(expired) > 1

    def test_a_move_that_the_next_one_overtakes_has_expired_too(self, site: Site, quiet: Quiet) -> None:
        left = execute(site, process(authority="supervised", approval=Quantity(3.0, "h")))
        plans = [fact for _, fact in left.facts(MovePlanned)]
        expired = [fact.proposal for _, fact in left.facts(MoveExpired)]
        assert expired == [plan.proposal for plan in plans][: len(expired)]
        assert len(plans) - 1 == len(expired) > 1
        raised = [fact.state for _, fact in left.facts(AlarmChanged) if fact.alarm == "control.growth.loops"]
        assert raised[:1] == ["raised"]
        assert raised.count("raised") == 1  # it stays, as long as nobody decides
        assert replay(site, "B0001", quiet).identical

    def test_an_approved_move_is_made_in_the_next_scan_and_no_other(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
    ) -> None:
        def approve(at: Site, time: int) -> ControlSlip | None:
            move = waits(at, time) if time == 4 * HOUR else None
            return slip("approve", proposal=move.proposal) if move else None

        ordering(monkeypatch, site, approve)
        batch = execute(site, process(authority="supervised"), speed=FAST)
        ((heard, order),) = batch.facts(ControlOrdered)
        move = next(p for _, p in batch.facts(MovePlanned) if p.proposal == order.proposal)
        outputs, rungs = batch.column("loop.perfusion"), batch.column("control.growth.rung")
        before, after = outputs[heard // SCAN - 1 : heard // SCAN + 1]
        assert RUNGS[int(rungs[heard // SCAN])] == "plan"
        assert after == pytest.approx(min(max(move.outputs[0][0], before - 4.0), before + 4.0))
        assert {RUNGS[int(r)] for r in rungs[: heard // SCAN]} <= {"idle", "loops"}
        assert RUNGS[int(rungs[heard // SCAN + 5 * 6])] == "loops", (
            "an approval is for one plan, while it is young"
        )
        assert replay(site, "B0001", quiet).identical

    def test_a_refused_move_is_not_made(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
    ) -> None:
        def refuse(at: Site, time: int) -> ControlSlip | None:
            move = waits(at, time)
            return slip("refuse", proposal=move.proposal) if move else None

        ordering(monkeypatch, site, refuse)
        batch = execute(site, process(authority="supervised"), speed=FAST)
        assert len(batch.facts(ControlOrdered)) == len(batch.facts(MovePlanned))
        assert 2.0 not in batch.column("control.growth.rung")


class TestOrders:
    """What people say to a controller."""

    def test_authority_goes_up_and_down_by_a_persons_word_and_is_on_record(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
    ) -> None:
        levels = {3 * HOUR: "supervised", 6 * HOUR: "autonomous", 9 * HOUR: "advisory"}

        def order(_: Site, time: int) -> ControlSlip | None:
            return slip("authority", authority=levels[time]) if time in levels else None

        ordering(monkeypatch, site, order)
        batch = execute(site, process(authority="advisory"), speed=FAST)
        rungs = [RUNGS[int(rung)] for rung in batch.column("control.growth.rung")]
        assert rungs[3 * 6 - 1] == "advice"
        assert set(rungs[3 * 6 : 6 * 6]) == {"loops"}, "what was only advice is not taken for approved"
        assert rungs[6 * 6 + 1] == "plan"
        assert set(rungs[9 * 6 : 15 * 6]) == {"advice"}
        told = [f for _, f in batch.facts(ControlChanged) if f.reason == "Dr. A: looked at it"]
        assert [fact.authority for fact in told] == list(levels.values())
        assert replay(site, "B0001", quiet).identical

    def test_of_several_orders_in_one_scan_none_is_lost(
        self, site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
    ) -> None:
        """Approved, refused by another, and then trusted: the first word counts, the second is refused on record."""

        def order(time: int) -> None:
            move = waits(site, time) if time == 4 * HOUR else None
            if move is None:
                return
            words = [
                slip("approve", proposal=move.proposal),
                slip("refuse", proposal=move.proposal),
                slip("approve", proposal=move.proposal),
                slip("authority", authority="autonomous"),
            ]
            for k, word in enumerate(words):
                give(site, "B0001", word, stamp=f"2026-01-01T{time // SCAN:06d}", nonce=str(k))

        at_every_scan(monkeypatch, order)
        batch = execute(site, process(authority="supervised"), speed=FAST)
        orders = batch.facts(ControlOrdered)
        assert [o.order for _, o in orders] == ["approve", "refuse", "approve", "authority"]
        (heard,) = {time for time, _ in orders}
        proposal = orders[0][1].proposal
        assert [f.reason for _, f in batch.facts(ControlRefused)] == [
            f"the proposal {proposal} was approved just before"
        ] * 2
        move = next(p for _, p in batch.facts(MovePlanned) if p.proposal == proposal)
        outputs = batch.column("loop.perfusion")
        before, after = outputs[heard // SCAN - 1 : heard // SCAN + 1]
        assert RUNGS[int(batch.column("control.growth.rung")[heard // SCAN])] == "plan"
        assert after == pytest.approx(min(max(move.outputs[0][0], before - 4.0), before + 4.0))
        assert replay(site, "B0001", quiet).identical

    def test_who_approves_after_the_move_has_expired_is_told_so(
        self, site: Site, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        def late(_: Site, time: int) -> ControlSlip | None:
            if time != 4 * HOUR + 3 * SCAN:
                return None
            with site.reading() as (ledger, _):
                last = [f.fact for f in steered(ledger, "B0001") if isinstance(f.fact, MovePlanned)][-1]
            return slip("approve", proposal=last.proposal)

        ordering(monkeypatch, site, late)
        batch = execute(
            site, process(authority="supervised", approval=minutes(20), every=minutes(120)), speed=FAST
        )
        ((_, refused),) = batch.facts(ControlRefused)
        assert "has expired" in refused.reason or "waits for a decision" in refused.reason

    @pytest.mark.parametrize(
        ("order", "told"),
        [
            (slip("approve", proposal="17"), "no proposal 17 waits for a decision"),
            (slip("refuse"), "no proposal (unnamed) waits for a decision"),
            (slip("authority"), "no authority is named"),
            (slip("approve", controller="luck"), "there is no controller luck; there is: growth"),
        ],
    )
    def test_an_order_that_cannot_be_followed_is_refused_on_record(
        self, order: ControlSlip, told: str, site: Site, monkeypatch: pytest.MonkeyPatch, quiet: Quiet
    ) -> None:
        ordering(monkeypatch, site, lambda _, time: order if time == 3 * HOUR else None)
        batch = execute(site, process(), speed=FAST)
        ((time, refused),) = batch.facts(ControlRefused)
        assert (time, refused.reason, refused.by) == (3 * HOUR, told, "Dr. A")
        assert replay(site, "B0001", quiet).identical


def test_a_loop_in_manual_is_left_alone(site: Site) -> None:
    recipe = STEERED.recipe.model_dump(mode="json", by_alias=True)
    phases = recipe["procedure"][0]["operations"][0]["phases"]
    phases[1]["modes"] = {"perfusion": "manual"}
    by_hand = STEERED.model_copy(update={"recipe": type(STEERED.recipe).model_validate(recipe)})
    batch = execute(site, by_hand)
    assert set(batch.column("control.growth.rung")) == {0.0}
    assert set(batch.column("pump")[10:]) == {4.0}
    assert batch.facts(MovePlanned, PlanMissed) == []
