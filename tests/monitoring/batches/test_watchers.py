"""Watchers: calm decisions, tags that contribute, phases, alignment, overtime; CVA frozen equals CVA learnt."""

import math
from collections.abc import Mapping

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.monitoring.batches.made_up import batches, names

from homeostat.monitoring.batches import GoodBatches, Told, VaryingProcess, Watcher, follow, learn_indicator
from homeostat.monitoring.batches.good import ELAPSED
from homeostat.monitoring.batches.held_out import alerting_run, attainable, longest_run
from homeostat.monitoring.batches.learning import learn_phases
from homeostat.monitoring.batches.state import Decision
from homeostat.monitoring.batches.watcher import Calm, Shares, top
from homeostat.monitoring.frozen import Array
from homeostat.monitoring.latent import CVA, learn_monitor

GOOD = batches(40, 20, 3)
TAGS = tuple(names(3))
LEARNED = learn_phases({"batch": list(GOOD)}, TAGS, {"batch": 2})
WATCHER = GoodBatches(tags=TAGS, run=3, phased=LEARNED.phased, longest=(20,))
MONITOR = LEARNED.phased.phases[0].monitor


def told(watcher: Watcher, rows: Array, phases: list[str] | None = None) -> list[Told]:
    memory, found = watcher.begin(), []
    for place, values in enumerate(rows):
        memory, said = watcher.look(memory, phases[place] if phases else "", values)
        found.append(said)
    return found


def settled(run: int, raw: list[Decision]) -> list[str]:
    watcher, calm, found = WATCHER.model_copy(update={"run": run}), Calm(), []
    for one in raw:
        calm = watcher.settle(calm, one)
        found.append(calm.decision)
    return found


def test_a_few_samples_beyond_a_limit_are_no_alert() -> None:
    assert settled(3, ["ok", "alert", "alert", "ok", "alert", "alert", "ok"]) == ["ok"] * 7


def test_an_alert_begins_and_ends_after_as_many_samples() -> None:
    raw: list[Decision] = ["alert", "alert", "alert", "ok", "alert", "ok", "ok", "ok"]
    assert settled(3, raw) == ["ok", "ok", "alert", "alert", "alert", "alert", "alert", "ok"]


def test_action_comes_at_once_and_stays_until_all_is_well_for_a_while() -> None:
    assert settled(2, ["ok", "action", "alert", "ok", "ok"]) == ["ok", "action", "action", "action", "ok"]


def test_what_cannot_be_judged_is_undecided_and_no_part_of_a_run() -> None:
    assert settled(2, ["alert", "undecided", "alert"]) == ["ok", "undecided", "alert"]


@given(st.lists(st.sampled_from(["ok", "alert", "action", "undecided"]), max_size=40), st.integers(1, 5))
def test_no_alarm_without_cause(raw: list[Decision], run: int) -> None:
    for place, decision in enumerate(settled(run, raw)):
        before = raw[: place + 1]
        if decision == "action":
            assert "action" in before
        if decision == "alert":
            beyond = [one for one in before if one != "undecided"]
            assert sum(one in ("alert", "action") for one in beyond) >= run


def test_a_watcher_says_what_its_monitor_says_over_its_limits() -> None:
    rows = batches(1, 20, 3, seed=5)[0]
    for one, said in zip(follow(MONITOR, rows).judged, told(WATCHER, rows), strict=True):
        ratios = (one.t2 / one.t2_limit, one.spe / one.spe_limit, one.newest / one.newest_limit)
        assert said.ratios == ratios
        assert max(said.ratios) == one.severity
        assert said.sample == one.sample


def test_the_tag_that_fails_is_told_first_with_the_sign_of_its_residual() -> None:
    rows = batches(1, 20, 3, seed=11)[0]
    rows[12:, 1] -= 4.0
    said = told(WATCHER, rows)[12]
    assert said.decision == "action"
    assert said.drivers[0][0] == "tag 1"
    assert said.drivers[0][1] < 0.0
    assert "newest SPE" in said.reason


def test_parts_of_spe_sum_to_it() -> None:
    state = MONITOR.start()
    for values in batches(1, 20, 3, seed=5)[0]:
        state, judged = MONITOR.step(state, values)
        assert float(MONITOR.spe_parts(state).sum()) == pytest.approx(judged.spe, rel=1e-9, abs=1e-9)


def test_parts_are_told_only_of_samples_beyond_a_limit() -> None:
    for said in told(WATCHER, batches(1, 20, 3, seed=5)[0]):
        assert bool(said.drivers) == bool(said.reason) == (max(said.ratios) > 1.0)


def shared(watcher: Watcher, rows: Array, phases: list[str] | None = None) -> list[tuple[Told, Shares]]:
    """What is said of each sample, with every tag's share."""
    memory, found = watcher.begin(), []
    for place, values in enumerate(rows):
        phase = phases[place] if phases else ""
        shares = watcher.shares(memory, phase, values)
        memory, said = watcher.look(memory, phase, values)
        found.append((said, shares))
    return found


def test_every_sample_has_shares_the_largest_of_which_are_its_drivers() -> None:
    rows = batches(1, 20, 3, seed=5)[0]
    rows[12:, 1] += 3.0
    for said, shares in shared(WATCHER, rows):
        assert [tuple(tag for tag, _ in each) for each in shares] == [TAGS] * 3
        sums = [sum(abs(part) for _, part in each) for each in shares]
        assert sums[1:] == pytest.approx(said.ratios[1:], rel=1e-6, abs=1e-9)
        if said.drivers:
            farthest = shares[int(np.argmax(said.ratios))]
            assert top(TAGS, [part for _, part in farthest]) == said.drivers


def test_where_nothing_is_judged_there_are_no_shares() -> None:
    rows = GOOD[0].copy()
    rows[8] = math.nan
    found = shared(WATCHER, rows)
    assert [place for place, (_, shares) in enumerate(found) if not shares] == [8]
    assert WATCHER.shares(WATCHER.begin(), "elsewhere", rows[0])  # it tells no phases apart
    apart = WATCHER.model_copy(update={"by_phase": True})
    assert apart.shares(apart.begin(), "elsewhere", rows[0]) == ()


def test_it_tells_in_words_how_it_watches_and_where_its_limits_lie() -> None:
    facts = WATCHER.facts()
    assert facts["held against"] == "good batches at the same time since the start"
    assert "20 samples, 2 component(s)" in facts["model"]
    assert facts["limits"].startswith("T² ")
    assert MONITOR.limits is not None
    assert f"{float(MONITOR.limits.t2.max()):.4g}" in facts["limits"]
    assert f"{MONITOR.limits.action:.4g} times" in facts["action"]
    assert "states" in (model := varying_facts())["model"]
    assert "newest 3 samples" in model["held against"]


def test_a_batch_that_outlasts_all_good_ones_is_an_alert_and_before_that_undecided() -> None:
    longer = WATCHER.model_copy(update={"longest": (23,)})
    said = told(longer, np.concatenate([GOOD[0], np.repeat(GOOD[0][-1:], 5, axis=0)]))
    assert [one.decision for one in said[20:]] == ["undecided"] * 3 + ["alert"] * 2
    assert "beyond the end" in said[20].reason
    assert "longest good one of 23 samples" in said[-1].reason


def test_values_that_are_missing_leave_the_rest_judged_and_too_many_undecided() -> None:
    rows = GOOD[0].copy()
    rows[5, 0] = math.nan
    rows[8] = math.nan
    said = told(WATCHER, rows)
    assert said[5].decision == "ok"
    assert said[8].decision == "undecided"
    assert "too little" in said[8].reason


def test_phases_are_told_apart_and_what_is_not_modelled_is_undecided() -> None:
    phases = {"seed": list(GOOD[:, :8]), "grow": list(GOOD[:, 8:])}
    learned = learn_phases(phases, TAGS, {"seed": 2, "grow": 2})
    watcher = GoodBatches(tags=TAGS, run=2, phased=learned.phased, longest=(8, 12), by_phase=True)
    said = told(watcher, GOOD[3], ["seed"] * 8 + ["rest"] + ["grow"] * 11)
    assert watcher.phases == ("seed", "grow")
    assert [one.sample for one in said] == [*range(1, 9), 0, *range(1, 12)]
    assert said[8].reason == "phase 'rest' is not modelled"
    late = told(watcher, GOOD[3, :10], ["seed"] * 10)
    assert [one.decision for one in late[8:]] == ["alert"] * 2


def test_an_aligned_watcher_says_the_last_word_while_it_waits() -> None:
    clock = np.cumsum(np.ones((40, 20, 1)), axis=1)
    rows = np.concatenate([GOOD, clock], axis=2)
    aligner = learn_indicator(list(rows), 3, 10)
    aligned = [aligner.align(one) for one in rows]
    learned = learn_phases({"batch": aligned}, (*TAGS, "clock", ELAPSED), {"batch": 2})
    watcher = GoodBatches(tags=(*TAGS, "clock"), run=2, phased=learned.phased, longest=(40,), aligner=aligner)
    again = GoodBatches.model_validate_json(watcher.model_dump_json())
    assert again == watcher
    slow = np.repeat(rows[2], 2, axis=0)
    numbers = [one.sample for one in told(again, slow)]
    assert numbers == sorted(numbers)
    assert numbers[-1] == 10


def test_a_watcher_that_does_not_fit_its_monitors_is_refused() -> None:
    with pytest.raises(ValueError, match="a monitor of these tags, with limits"):
        GoodBatches(tags=("a", "b", "c"), phased=LEARNED.phased, longest=(20,))
    with pytest.raises(ValueError, match="longest batch"):
        GoodBatches(tags=TAGS, phased=LEARNED.phased, longest=(20, 3))


def series(count: int, seed: int) -> Array:
    """A slow oscillation that three tags see, with noise."""
    random = np.random.default_rng(seed)
    found = np.zeros((count, 2))
    turn = 0.95 * np.array([[np.cos(0.4), np.sin(0.4)], [-np.sin(0.4), np.cos(0.4)]])
    for place in range(1, count):
        found[place] = turn @ found[place - 1] + 0.3 * random.standard_normal(2)
    seen = found @ np.array([[1.0, 0.5, 0.0], [0.0, 0.5, 1.0]]) + 0.1 * random.standard_normal((count, 3))
    return np.asarray(10.0 + seen, np.float64)


def varying(model: CVA, **changes: object) -> VaryingProcess:
    """The frozen watcher of a learnt CVA, with every unit and limit 1."""

    def root(rotations: Array) -> Array:
        values, vectors = np.linalg.eigh(rotations @ rotations.T)
        return np.asarray(vectors * np.sqrt(np.maximum(values, 0.0)) @ vectors.T, np.float64)

    parts = {
        "tags": TAGS,
        "lags": model.lags,
        "mean": np.zeros((1, 3)),
        "scale": np.ones((1, 3)),
        "center": model.scaling_.mean,
        "divisor": model.scaling_.scale,
        "states": model.states_.T,
        "residuals": model.residuals_.T,
        "state_parts": root(model.states_),
        "residual_parts": root(model.residuals_),
        "weight": 0.2,
        "start": 3.0,
        "units": np.ones(3),
        "limit": 1.0,
        "action": 2.0,
    }
    return VaryingProcess(**(parts | changes))  # type: ignore[arg-type]


def test_the_frozen_cva_says_what_the_learnt_one_says() -> None:
    learned = learn_monitor(CVA(2, lags=3), series(400, 1), series(400, 1), series(300, 2), confidence=0.99)
    watcher = varying(
        learned.model, start=learned.start, units=learned.unit, limit=learned.limit.limit, action=1.5
    )
    rows = series(60, 3)
    rows[40:, 2] += 2.0
    said = told(watcher, rows)
    assert [one.decision for one in said[:2]] == ["undecided"] * 2
    expected = learned.statistics(rows) / learned.unit / learned.limit.limit
    np.testing.assert_allclose([one.ratios for one in said[2:]], expected, rtol=1e-9)
    assert said[40].drivers[0][0] == "tag 2"


def test_parts_of_the_states_and_of_the_residuals_sum_to_their_ratios() -> None:
    model = CVA(2, lags=3)
    model.fit(*model.past_and_future(series(400, 1), series(400, 1)))
    watcher = varying(model, limit=0.01)
    for one in told(watcher, series(20, 5))[2:]:
        place = int(np.argmax(one.ratios))
        if place < 2:
            assert sum(part for _, part in one.drivers) == pytest.approx(one.ratios[place], rel=1e-9)


def varying_facts() -> Mapping[str, str]:
    """The facts of a watcher of dynamics."""
    model = CVA(2, lags=3)
    model.fit(*model.past_and_future(series(400, 1), series(400, 1)))
    return varying(model).facts()


def test_shares_of_dynamics_sum_to_the_ratios_of_states_and_residuals() -> None:
    model = CVA(2, lags=3)
    model.fit(*model.past_and_future(series(400, 1), series(400, 1)))
    rows = series(20, 5)
    rows[11, 0] = math.nan
    found = shared(varying(model), rows)
    assert [bool(shares) for _, shares in found] == [False] * 2 + [True] * 18
    for said, shares in found[2:]:
        sums = [sum(part for _, part in each) for each in shares]
        assert sums[:2] == pytest.approx(said.ratios[:2], rel=1e-9)
    ended = varying(model, mean=np.zeros((12, 3)), scale=np.ones((12, 3)))
    assert not shared(ended, rows)[-1][1]


def test_a_missing_value_stands_at_the_one_before_and_a_gap_is_undecided() -> None:
    model = CVA(2, lags=2)
    model.fit(*model.past_and_future(series(400, 1), series(400, 1)))
    watcher = varying(model, limit=100.0)
    rows = series(10, 5)
    held = rows.copy()
    held[6, 1] = held[5, 1]
    rows[6, 1] = math.nan
    assert [one.ratios for one in told(watcher, rows)[7:]] == [one.ratios for one in told(watcher, held)[7:]]
    rows[6] = math.nan
    assert told(watcher, rows)[6].decision == "undecided"
    assert told(watcher, rows)[9].decision == "ok"


def test_beyond_the_course_of_good_batches_it_is_undecided() -> None:
    model = CVA(2, lags=2)
    model.fit(*model.past_and_future(series(400, 1), series(400, 1)))
    watcher = varying(model, mean=np.zeros((8, 3)), scale=np.ones((8, 3)), limit=100.0)
    said = told(watcher, series(10, 5))
    assert [one.decision for one in said] == ["undecided"] + ["ok"] * 7 + ["undecided"] * 2


def test_pieces_whose_shapes_do_not_fit_are_refused() -> None:
    model = CVA(2, lags=2)
    model.fit(*model.past_and_future(series(400, 1), series(400, 1)))
    with pytest.raises(ValueError, match="do not fit"):
        varying(model, lags=3)
    with pytest.raises(ValueError, match="positive"):
        varying(model, units=np.zeros(3))


def test_the_largest_parts_are_told_the_first_of_equal_ones_first() -> None:
    assert top(("a", "b", "c"), (1.0, -2.0, 0.0)) == (("b", -2.0), ("a", 1.0))
    assert top(tuple("abcdefg"), (1.0,) * 7)[0] == ("a", 1.0)
    assert len(top(tuple("abcdefg"), (1.0,) * 7)) == 5


def test_runs_beyond_a_limit_set_how_many_samples_are_an_alert() -> None:
    assert longest_run(np.array([0.5, 1.5, math.nan, 1.5, 0.5, 1.5])) == 2
    run, alerts = alerting_run([0, 0, 1, 1, 1, 2, 2, 3, 3, 9])
    assert run == 4  # eight of ten have no longer run
    assert alerts.total == 10
    assert attainable(8, 0.95) == 0.875
    assert attainable(40, 0.95) == 0.95
