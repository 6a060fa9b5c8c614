"""Learning: limits from left-out batches that hold on new ones, faults that are found, phases that hand over."""

import numpy as np
import pytest
from tests.monitoring.batches.made_up import batches, names

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import Phased, follow
from homeostat.monitoring.batches.envelope import golden
from homeostat.monitoring.batches.fitting import component_count, fit
from homeostat.monitoring.batches.learning import learn, learn_phases
from homeostat.monitoring.batches.screening import screen

GOOD = batches(40, 20, 3)
LEARNED = learn(list(GOOD), names(3), 2)


def test_the_number_of_components_is_that_of_the_latent_variables() -> None:
    assert component_count(GOOD) == 2


def test_new_good_batches_alarm_about_as_often_as_was_told() -> None:
    traces = [follow(LEARNED.monitor, rows) for rows in batches(100, 20, 3, seed=7)]
    beyond = np.mean([one.severity > 1.0 for one in traces])
    asked = np.mean([one.first("action") is not None for one in traces])
    alarms = LEARNED.alarms
    assert alarms.alert.low / 2.0 <= beyond <= 2.0 * alarms.alert.high
    assert asked <= alarms.action.high


def test_the_false_alarms_of_left_out_batches_lie_about_where_the_limits_were_set() -> None:
    alarms = LEARNED.alarms
    for found in alarms.each:
        assert found.low <= 0.01 <= found.high
        assert found.total == 40 * 20
    assert alarms.action.low <= 0.05 <= alarms.action.high
    assert alarms.action.total == 40


def test_the_rates_are_told_with_their_intervals() -> None:
    lines = LEARNED.alarms.lines()
    assert len(lines) == 6
    assert "40 good batches" in lines[0]
    assert all("95 % interval" in line for line in lines[1:])


def test_the_order_of_batches_changes_no_limit() -> None:
    other = learn(list(GOOD[::-1]), names(3), 2)
    assert LEARNED.monitor.limits is not None
    assert other.monitor.limits is not None
    assert np.allclose(other.monitor.limits.spe, LEARNED.monitor.limits.spe, rtol=1e-6)
    assert other.monitor.limits.action == pytest.approx(LEARNED.monitor.limits.action, rel=1e-6)


def test_a_fault_asks_for_action_soon_after_it_begins() -> None:
    rows = batches(1, 20, 3, seed=11)[0]
    rows[12:, 1] += 4.0
    trace = follow(LEARNED.monitor, rows)
    assert trace.first("action") in (13, 14)


def test_good_batches_with_gaps_are_learned_from() -> None:
    gappy = GOOD.copy()
    gappy[np.random.default_rng(0).random(GOOD.shape) < 0.02] = np.nan
    model = fit(gappy, names(3), 2)
    complete = fit(GOOD, names(3), 2)
    rows = batches(1, 20, 3, seed=3)[0]
    assert np.allclose(
        np.abs(follow(model, rows).scores[-1]), np.abs(follow(complete, rows).scores[-1]), atol=0.5
    )


@pytest.mark.parametrize(
    ("rows", "message"),
    [(list(GOOD[:8]), "held-out"), ([GOOD[0]] * 25, "alike"), ([GOOD[0], GOOD[1][:5]], "aligned")],
)
def test_batches_that_cannot_be_learned_from_are_refused(rows: list[np.ndarray], message: str) -> None:
    with pytest.raises(MonitoringError, match=message):
        learn(rows, names(3), 2)


def test_what_one_phase_ended_with_is_known_in_the_next() -> None:
    phases = {"seed": list(GOOD[:, :10]), "grow": list(GOOD[:, 10:])}
    learned = learn_phases(phases, names(3), {"seed": 2, "grow": 2})
    phased = Phased.model_validate_json(learned.phased.model_dump_json())
    assert len(phased.phases[1].monitor.start_mean) == 2
    assert set(learned.alarms) == {"seed", "grow"}

    state, decisions = phased.start(), []
    for number, values in enumerate(GOOD[3]):
        state, judged = phased.step(state, "seed" if number < 10 else "grow", values)
        assert judged is not None
        decisions.append(judged.sample)
    assert decisions == [*range(1, 11), *range(1, 11)]
    assert all(state.scores)

    alone, _ = phased.step(phased.start(), "grow", GOOD[3, 10])
    handed, _ = phased.step(state._replace(state=None), "grow", GOOD[3, 10])
    assert alone.scores[1] != handed.scores[1]
    assert phased.step(state, "clean", GOOD[3, 0])[1] is None


def test_a_phase_that_ends_early_hands_over_its_estimate() -> None:
    phases = {"seed": list(GOOD[:, :10]), "grow": list(GOOD[:, 10:])}
    phased = learn_phases(phases, names(3), {"seed": 2, "grow": 2}).phased
    state = phased.start()
    for values in GOOD[3, :6]:
        state, _ = phased.step(state, "seed", values)
    state, judged = phased.step(state, "grow", GOOD[3, 10])
    assert judged is not None
    assert judged.sample == 1
    assert len(state.scores[0]) == 2


def test_phases_of_different_batches_are_refused() -> None:
    with pytest.raises(MonitoringError, match="different numbers"):
        learn_phases({"a": list(GOOD), "b": list(GOOD[:30])}, names(3))


def test_the_golden_batch_holds_new_batches_as_a_whole_about_as_often_as_was_asked() -> None:
    found = golden(list(GOOD), 0.9)
    new = batches(200, 20, 3, seed=21)
    within = np.mean([not found.envelope.outside(rows).any() for rows in new])
    assert within >= 0.8
    assert found.held.rate.low <= 0.1 <= found.held.rate.high
    assert np.all(found.envelope.low < found.envelope.median)


def test_leaving_the_golden_batch_is_told_with_its_side() -> None:
    envelope = golden(list(GOOD), 0.9).envelope
    rows = envelope.median.copy()
    rows[4, 1], rows[5, 2], rows[6, 0] = 1e3, -1e3, np.nan
    outside = envelope.outside(rows)
    assert (outside[4, 1], outside[5, 2], outside[6, 0]) == (1.0, -1.0, 0.0)
    assert np.abs(outside).sum() == 2.0


def test_batches_unlike_the_rest_are_found_and_no_others() -> None:
    history = GOOD.copy()
    history[5, 8:, 0] += 10.0
    history[17] *= 1.8
    found = screen(list(history), names(3))
    assert {5, 17} <= set(found.unlike)
    assert len(found.unlike) <= 4
    assert sorted(found.kept + found.unlike) == list(range(40))
