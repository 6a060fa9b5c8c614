"""A calibration in the scan: what it answers, refuses, remembers and learns from at-line samples."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.monitoring.spectra.made_up import band, samples, spectra_of

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import Cut, Live, LiveState, LiveValue, SavitzkyGolay, dumped, restored
from homeostat.monitoring.spectra.learning import calibrate
from homeostat.monitoring.spectra.live import PATIENCE, WAITS
from homeostat.monitoring.spectra.smoothing import STEP
from homeostat.monitoring.spectra.state import HOUR

Array = NDArray[np.float64]
SAMPLES = samples()
LIVE = Live.of(calibrate(SAMPLES, (Cut(start=5, stop=110), SavitzkyGolay.of(11, 2, 1)), 3), SAMPLES.spectra)
TRUSTING = LIVE.model_copy(update={"far": None})
"""One that believes every at-line result, as those did that were frozen before."""
MINUTE = HOUR // 60


def process(count: int = 120, background: float = 0.0) -> tuple[Array, Array]:
    """Amounts (count,) that fall from 30 to 10, and their spectra with a background the samples did not have."""
    amounts = np.linspace(30.0, 10.0, count)
    made = spectra_of(np.stack([amounts, np.full(count, 15.0)], axis=1), 21)
    return amounts, made + background * band(1040.0, 25.0)


def run(spectra: Array, state: LiveState | None = None, first: int = 0) -> tuple[list[LiveValue], LiveState]:
    """The answers to one spectrum a minute, and the state after them."""
    state, answers = state or LiveState(), []
    for number, spectrum in enumerate(spectra, start=first):
        answer, state = LIVE.step(state, spectrum, number * MINUTE)
        answers.append(answer)
    return answers, state


def told(answers: list[LiveValue]) -> Array:
    return np.array([np.nan if one.value is None else one.value for one in answers])


def test_a_process_like_the_samples_is_followed_within_its_interval() -> None:
    amounts, spectra = process()
    answers, _ = run(spectra)
    assert abs(told(answers) - amounts).max() < 1.5
    within = [one.low <= amount <= one.high for one, amount in zip(answers, amounts, strict=True)]
    assert np.mean(within) >= 0.9


def test_a_state_from_json_goes_on_with_the_same_bits() -> None:
    _, spectra = process()
    answers, _ = run(spectra)
    before, state = run(spectra[:50])
    state = LIVE.at_line(state, 20 * MINUTE, 26.0)
    on, _ = run(spectra[50:], state, 50)
    again, _ = run(spectra[50:], restored(dumped(state)), 50)
    assert again == on
    assert before == answers[:50]
    assert Live.model_validate_json(LIVE.model_dump_json()).step(state, spectra[50], HOUR) == LIVE.step(
        state, spectra[50], HOUR
    )


def test_text_that_is_no_state_is_refused() -> None:
    with pytest.raises(MonitoringError, match="not the state"):
        restored('{"accepted": "many"}')


def test_at_line_samples_move_a_wrong_level_and_mend_the_interval() -> None:
    amounts, spectra = process(background=0.2)
    answers, _ = run(spectra)
    _, state = run(spectra[:40])
    wrong = abs(told(answers)[40:] - amounts[40:]).mean()
    for number in (10, 20, 30):
        state = LIVE.at_line(state, number * MINUTE, float(amounts[number]))
    after, _ = run(spectra[40:], state, 40)
    assert wrong > 2.0
    assert abs(told(after) - amounts[40:]).mean() < 0.35 * wrong
    within = [one.low <= amount <= one.high for one, amount in zip(after, amounts[40:], strict=True)]
    assert np.mean(within) >= 0.9


def test_a_late_result_counts_at_the_time_of_sampling() -> None:
    _, spectra = process(background=0.2)
    _, early = run(spectra[:11])
    _, late = run(spectra[:100])
    early, late = (TRUSTING.at_line(state, 10 * MINUTE, 28.0) for state in (early, late))
    assert late.samples == early.samples
    assert late.samples[0].predicted == early.past[10].value
    assert late.correction.bias == pytest.approx(early.correction.bias, rel=0.2)
    assert abs(late.correction.bias) > 1.0


def test_results_may_come_in_any_order() -> None:
    _, spectra = process()
    _, state = run(spectra[:60])
    one = TRUSTING.at_line(TRUSTING.at_line(state, 10 * MINUTE, 27.0), 40 * MINUTE, 24.0)
    other = TRUSTING.at_line(TRUSTING.at_line(state, 40 * MINUTE, 24.0), 10 * MINUTE, 27.0)
    assert one == other


def test_results_that_belong_to_no_spectrum_are_refused() -> None:
    _, spectra = process()
    with pytest.raises(MonitoringError, match="no spectrum"):
        LIVE.at_line(LiveState(), 0, 20.0)
    _, state = run(spectra[:60])
    with pytest.raises(MonitoringError, match="no spectrum"):
        LIVE.at_line(state, 90 * MINUTE, 20.0)
    with pytest.raises(MonitoringError, match="finite"):
        LIVE.at_line(state, 30 * MINUTE, float("nan"))


def test_bad_spectra_get_a_reason_and_leave_no_trace() -> None:
    _, spectra = process()
    _, state = run(spectra[:30])
    holed = spectra[30].copy()
    holed[50] = np.nan
    for spectrum, time, reason in (
        (holed, 30, "not finite"),
        (np.zeros(121), 30, "dead"),
        (spectra[30], 29, "not newer"),
    ):
        answer, after = LIVE.step(state, spectrum, time * MINUTE)
        assert answer.value is None
        assert reason in answer.reason
        assert after == state
    with pytest.raises(MonitoringError, match="120 points"):
        LIVE.step(state, spectra[30][1:], HOUR)


def test_an_outlier_is_refused_but_a_lasting_change_is_taken() -> None:
    _, spectra = process()
    _, state = run(spectra[:30])
    strange = spectra[30:50] + 2.0 * band(1200.0, 15.0)
    answer, after = LIVE.step(state, strange[0], 30 * MINUTE)
    assert answer.value is None
    assert "outlier" in answer.reason
    assert after.last == (answer.raw, answer.deviation)
    assert after == replace(state, outliers=1, last=after.last, before=(*state.before[1:], state.last))
    answers, _ = run(strange, state, 30)
    assert [one.value is None for one in answers] == [True] * PATIENCE + [False] * (20 - PATIENCE)
    assert answers[-1].deviation > 3.0 * state.usual


def test_a_spectrum_far_from_the_calibration_gets_no_value() -> None:
    _, spectra = process()
    answer, state = LIVE.step(LiveState(), spectra[0] + 100.0 * band(1200.0, 15.0), 0)
    assert answer.value is None
    assert "too far from the calibration" in answer.reason
    assert answer.deviation is not None
    assert state == LiveState()


def test_nothing_is_reported_beyond_the_range_unless_a_sample_was_there() -> None:
    amounts = np.full(30, 70.0)
    *spectra, more = spectra_of(np.stack([amounts, np.full(30, 15.0)], axis=1), 22)
    answers, state = run(spectra)
    assert {one.value for one in answers} == {LIVE.high}
    assert answers[-1].reason == "beyond the reportable range"
    assert answers[-1].raw == pytest.approx(70.0, abs=5.0)
    answer, _ = LIVE.step(TRUSTING.at_line(state, 20 * MINUTE, 70.0), more, HOUR)
    assert answer.value == pytest.approx(70.0, abs=2.0)
    low = Live.of(LIVE.calibration, SAMPLES.spectra, low=-5.0, high=50.0)
    assert (low.low, low.high, LIVE.low) == (-5.0, 50.0, 0.0)


def test_the_state_stays_small() -> None:
    _, spectra = process()
    small = LIVE.model_copy(update={"memory": 20})
    state = LiveState()
    for number, spectrum in enumerate(spectra):
        _, state = small.step(state, spectrum, number * MINUTE)
    assert len(state.past) == 20
    assert state.past[-1].time == 119 * MINUTE


def bounded(low: float | None, high: float | None) -> Live:
    return Live.of(LIVE.calibration, SAMPLES.spectra, low=low, high=high)


def test_a_result_that_is_far_off_corrects_nothing_by_itself() -> None:
    _, spectra = process()
    _, state = run(spectra[:40])
    for typed in (260.0, -999.0, 29.0):
        waiting = LIVE.at_line(state, 20 * MINUTE, typed)
        assert (waiting.samples, waiting.correction) == (state.samples, state.correction)
        assert waiting.waiting is not None
        after, _ = run(spectra[40:], waiting, 40)
        plain, _ = run(spectra[40:], state, 40)
        assert [one.value for one in after] == [one.value for one in plain]
        assert all(one.reason.endswith(WAITS) for one in after)
        assert all(_within(old, new) for old, new in zip(plain, after, strict=True))
        again = LIVE.at_line(waiting, 30 * MINUTE, float(process()[0][30]))
        assert (len(again.samples), again.waiting) == (1, None)
        assert abs(again.correction.bias) < 0.5


def _within(old: LiveValue, new: LiveValue) -> bool:
    """Whether the new interval holds the old one, and more."""
    assert old.low is not None and old.high is not None and new.low is not None and new.high is not None
    return new.low <= old.low and old.high <= new.high and new.high - new.low > old.high - old.low


def test_a_result_that_waits_may_be_so_until_the_next_tells() -> None:
    """The interval reaches to what it would say, and goes back once the next agrees with what stood."""
    amounts, spectra = process()
    _, state = run(spectra[:40])
    off = LIVE.at_line(state, 20 * MINUTE, float(amounts[20]) + 4.0)
    doubted, _ = LIVE.step(off, spectra[40], 40 * MINUTE)
    assert doubted.high is not None and doubted.low is not None
    assert doubted.low < amounts[40] < amounts[40] + 4.0 < doubted.high
    settled = LIVE.at_line(off, 30 * MINUTE, float(amounts[30]))
    again, _ = LIVE.step(settled, spectra[40], 40 * MINUTE)
    assert again.high is not None and again.high < amounts[40] + 2.0
    assert again.reason == ""


def test_two_in_a_row_that_are_far_off_alike_are_both_believed() -> None:
    amounts, spectra = process()
    _, state = run(spectra[:40])
    one = LIVE.at_line(state, 10 * MINUTE, float(amounts[10]) + 5.0)
    for off in (-5.0, 50.0):
        other = LIVE.at_line(one, 20 * MINUTE, float(amounts[20]) + off)
        assert not other.samples
    both = LIVE.at_line(restored(dumped(one)), 20 * MINUTE, float(amounts[20]) + 4.0)
    assert len(both.samples) == 2
    assert both.waiting is None
    told_, _ = LIVE.step(both, spectra[40], 40 * MINUTE)
    assert told_.value == pytest.approx(amounts[40] + 4.5, abs=1.0)


def test_no_result_takes_a_value_beyond_what_is_possible() -> None:
    _, spectra = process()
    _, state = run(spectra[:40])
    live = bounded(0.0, 50.0)
    for impossible in (444.2, -999.0):
        with pytest.raises(MonitoringError, match="declared impossible"):
            live.at_line(state, 20 * MINUTE, impossible)
    for number in (10, 20):
        state = live.at_line(state, number * MINUTE, 50.0)
    assert len(state.samples) == 2
    assert live.step(state, spectra[0], HOUR)[0].high == 50.0
    open_above = bounded(0.0, None)
    assert open_above.most is None
    assert open_above.at_line(state, 21 * MINUTE, 444.2) != state


def test_one_that_was_frozen_without_the_rule_believes_every_result_and_is_written_as_it_was() -> None:
    written = TRUSTING.model_copy(update={"least": None, "most": None, "edition": None}).model_dump()
    assert not {"least", "most", "far", "edition"} & set(written)
    _, spectra = process()
    _, state = run(spectra[:40])
    assert len(Live.model_validate(written).at_line(state, 20 * MINUTE, 444.2).samples) == 1


BEFORE = LIVE.model_copy(update={"edition": None})
"""One frozen before identical spectra and steps were known."""


def course(live: Live, spectra: Array, state: LiveState | None = None) -> tuple[list[LiveValue], LiveState]:
    """The answers of `live` to one spectrum a minute, after what it knows, and the state after them."""
    state, answers = state or LiveState(), []
    first = state.past[-1].time + MINUTE if state.past else 0
    for number, spectrum in enumerate(spectra):
        answer, state = live.step(state, spectrum, first + number * MINUTE)
        answers.append(answer)
    return answers, state


def steady(amount: float, count: int, seed: int) -> Array:
    """Spectra (count, p) of one amount."""
    return spectra_of(np.stack([np.full(count, amount), np.full(count, 15.0)], axis=1), seed)


def held(answers: list[LiveValue], amount: float) -> list[bool]:
    """Whether each interval holds the amount."""
    return [one.low is not None and one.high is not None and one.low <= amount <= one.high for one in answers]


def test_a_spectrum_that_comes_again_is_no_measurement_and_freezes_nothing() -> None:
    amounts, spectra = process()
    stuck, state = course(LIVE, np.repeat(spectra[:1], 20, axis=0))
    assert [one.value is None for one in stuck] == [False] + [True] * 19
    assert stuck[1].reason == "the same spectrum as before, bit for bit: no new measurement"
    assert stuck[19].reason == "frozen: 19 spectra in a row that came before, bit for bit"
    assert state.level == LIVE.step(LiveState(), spectra[0], 0)[1].level
    after, _ = course(LIVE, spectra[1:], restored(dumped(state)))
    assert abs(told(after) - amounts[1:]).max() < 1.5
    plain, _ = course(BEFORE, np.concatenate([np.repeat(spectra[:1], 20, axis=0), spectra[1:]]))
    assert abs(told(plain)[-1] - amounts[-1]) > 15.0  # what was frozen before replays as it did


def test_values_without_any_noise_clip_nothing_for_good() -> None:
    """Alike, but not bit for bit: the calibration's own error is the least at which values are clipped."""
    _, spectra = process(2)
    tiny = 1e-12 * np.arange(40)[:, None] * band(1035.0, 25.0)
    _, state = course(LIVE, spectra[:1] + tiny)
    answers, _ = course(LIVE, steady(28.0, 20, 3), state)
    assert abs(told(answers)[-1] - 28.0) < 0.5
    assert all(held(answers, 28.0))


@pytest.mark.parametrize("size", [2.0, -12.0])
def test_a_step_is_held_by_the_interval_and_believed_after_five(size: float) -> None:
    _, state = course(LIVE, steady(20.0, 200, 1))
    answers, after = course(LIVE, steady(20.0 + size, 30, 2), state)
    assert all(held(answers, 20.0 + size))
    assert all(held(answers[: STEP - 1], 20.0))
    assert answers[0].reason == "doubted: 1 in a row off to one side, within the interval"
    assert answers[STEP - 1].reason == f"begun afresh: {STEP} values in a row lie off to one side, a step"
    assert {one.reason for one in answers[STEP:]} == {""}
    assert abs(told(answers[STEP - 1 :]) - 20.0 - size).max() < 0.5
    assert abs(np.array([one.value for one in after.past[-30:]]) - 20.0 - size).max() < 0.5
    before, _ = course(BEFORE, steady(20.0 + size, 30, 2), course(BEFORE, steady(20.0, 200, 1))[1])
    assert not any(held(before[:10], 20.0 + size))


@pytest.mark.parametrize("wide", [1, 2])
def test_a_spike_of_one_or_two_spectra_moves_nothing(wide: int) -> None:
    _, state = course(LIVE, steady(20.0, 200, 1))
    answers, _ = course(LIVE, np.concatenate([steady(35.0, wide, 2), steady(20.0, 30, 3)]), state)
    assert abs(told(answers) - 20.0).max() < 1.0
    assert all(held(answers, 20.0))
    assert ["doubted" in one.reason for one in answers] == [True] * wide + [False] * 30


def test_a_result_of_a_sample_drawn_in_a_step_waits_and_is_compared_with_what_is_believed_later() -> None:
    _, state = course(LIVE, steady(20.0, 200, 1))
    _, state = course(LIVE, steady(22.0, 2, 2), state)
    state = LIVE.at_line(state, state.past[-1].time, 22.0)
    assert (state.samples, state.waiting is None) == ((), False)
    _, state = course(LIVE, steady(22.0, 20, 3), state)
    assert state.waiting is not None
    assert state.waiting.predicted == pytest.approx(22.0, abs=0.5)
    state = LIVE.at_line(state, state.past[-1].time, 22.0)
    assert len(state.samples) == 2
    assert abs(state.correction.bias) < 0.2


@pytest.mark.parametrize("noise", [0.01, 0.02])
def test_one_result_at_the_first_spectrum_makes_no_interval_too_narrow(noise: float) -> None:
    """The first spectrum does not tell how noisy they are; those after it do, and correct anew."""
    inside: dict[str, list[bool]] = {"now": [], "before": []}
    amounts = np.stack([np.full(60, 20.0), np.full(60, 15.0)], axis=1)
    for seed in range(12):
        made = spectra_of(amounts, 100 + seed, noise)
        for name, live in (("now", LIVE), ("before", BEFORE)):
            _, state = course(live, made[:1])
            answers, _ = course(live, made[1:], live.at_line(state, 0, 20.0))
            inside[name] += held(answers[10:], 20.0)
    assert np.mean(inside["now"]) >= 0.9
    assert np.mean(inside["before"]) < 0.8


@pytest.mark.parametrize(("early", "late"), [(0.002, 0.05), (0.02, 0.002)])
def test_noise_that_comes_later_tells_nothing_of_samples_drawn_before(early: float, late: float) -> None:
    amounts = np.stack([np.full(60, 20.0), np.full(60, 15.0)], axis=1)
    _, state = course(LIVE, spectra_of(amounts, 40, early))
    for number in (20, 40, 55):
        state = LIVE.at_line(state, number * MINUTE, 20.5)
    _, after = course(LIVE, spectra_of(amounts, 41, late), state)
    assert after.correction == state.correction


def test_a_state_that_was_written_before_goes_on() -> None:
    _, spectra = process(40)
    _, state = course(BEFORE, spectra[:30])
    text = dumped(state)
    for new in (
        ',"before":[]',
        ',"older":[]',
        ',"doubted":[]',
        ',"last":null',
        ',"again":0',
        ',"unsettled":false',
    ):
        assert new in text
        text = text.replace(new, "")
    assert course(BEFORE, spectra[30:], restored(text)) == course(BEFORE, spectra[30:], state)


SECOND = LIVE.model_copy(update={"edition": 2})
"""One frozen before a moment had one result, and a step restated only what stood within it."""


@pytest.mark.parametrize("buffers", [2, 3, 8])
def test_an_instrument_that_is_stuck_on_several_buffers_is_called_frozen(buffers: int) -> None:
    _, spectra = process(40)
    _, state = course(LIVE, spectra[:20])
    stuck = np.concatenate([spectra[20 : 20 + buffers]] * 4)
    answers, _ = course(LIVE, stuck, state)
    assert [one.value is None for one in answers] == [False] * buffers + [True] * (3 * buffers)
    assert answers[-1].reason == f"frozen: {3 * buffers} spectra in a row that came before, bit for bit"
    assert not any(one.value is None for one in course(SECOND, stuck, course(SECOND, spectra[:20])[1])[0])


def test_a_result_that_is_told_twice_counts_once() -> None:
    amounts, spectra = process()
    _, state = run(spectra[:40])
    for value in (float(amounts[20]), 260.0):
        once = LIVE.at_line(state, 20 * MINUTE, value)
        assert once != state
        assert LIVE.at_line(once, 20 * MINUTE, value) == once
    assert len(SECOND.at_line(SECOND.at_line(state, 20 * MINUTE, 260.0), 20 * MINUTE, 260.0).samples) == 2


def test_two_results_of_one_moment_do_not_confirm_each_other() -> None:
    amounts, spectra = process()
    _, state = run(spectra[:40])
    state = LIVE.at_line(LIVE.at_line(state, 20 * MINUTE, 40.0), 20 * MINUTE, 41.0)
    assert not state.samples
    assert state.waiting is not None
    assert state.waiting.measured == 41.0  # the newest waits
    near = LIVE.at_line(state, 20 * MINUTE, float(amounts[20]))
    assert [one.measured for one in near.samples] == [amounts[20]]
    with pytest.raises(MonitoringError, match="another result of the same moment"):
        LIVE.at_line(near, 20 * MINUTE, 20.0)


def test_a_step_leaves_a_waiting_sample_alone_that_is_older_than_the_memory() -> None:
    """The probe reads 6 too little throughout: the first result waits, and the step comes long after it."""
    restated = {}
    for name, live in (("now", LIVE), ("second", SECOND)):
        short = live.model_copy(update={"memory": 30})
        _, state = course(short, steady(20.0, 20, 1))
        state = short.at_line(state, 10 * MINUTE, 26.0)
        waiting = state.waiting
        assert waiting is not None
        _, state = course(short, steady(32.0, 60, 2), state)
        _, state = course(short, steady(15.0, 60, 3), state)
        assert (state.waiting == waiting) == (name == "now")
        state = short.at_line(state, state.past[-1].time, 21.0)
        restated[name] = state.correction.bias
    assert restated["now"] == pytest.approx(6.0, abs=0.6)
    assert restated["second"] == 0.0  # the first now seemed to lie to the other side


def test_a_result_later_than_the_memory_is_told_to_have_come_too_late() -> None:
    _, spectra = process()
    short = LIVE.model_copy(update={"memory": 20})
    _, state = course(short, spectra)
    second = SECOND.model_copy(update={"memory": 20})
    with pytest.raises(MonitoringError, match="its result came after the time that is remembered"):
        second.at_line(course(second, spectra)[1], 30 * MINUTE, 20.0)
    with pytest.raises(MonitoringError, match="no spectrum was taken near"):
        short.at_line(state, 300 * MINUTE, 20.0)


THIRD = LIVE.model_copy(update={"edition": 3})
"""One frozen when no interval was wider after samples than without one, whatever they showed."""


def widths(live: Live, off: float) -> tuple[Array, ...]:
    """Widths of an hour's intervals after none, one and three samples that were `off`."""
    found = []
    for count in (0, 1, 3):
        _, state = course(live, steady(20.0, 60, 1))
        for number in (20, 30, 40)[:count]:
            state = live.at_line(state, number * MINUTE, 20.0 + off)
        answers, _ = course(live, steady(20.0, 60, 2), state)
        found.append(
            np.array([one.high - one.low for one in answers if one.high is not None and one.low is not None])
        )
    return tuple(found)


@pytest.mark.parametrize(("live", "off"), [(LIVE, 0.0), (THIRD, 0.0), (THIRD, 0.8)])
def test_an_interval_after_samples_that_agree_is_no_wider_than_without_one(live: Live, off: float) -> None:
    alone, *after = widths(live, off)
    assert all((one <= alone + 1e-12).all() for one in after)
    alone, *after = widths(SECOND, off)
    assert any((one > alone).any() for one in after)


def test_an_interval_after_samples_that_were_off_is_wider_for_what_they_showed() -> None:
    alone, one, three = widths(LIVE, 0.8)
    assert (one > alone).all()  # it waits, within the interval
    assert (three > alone).all()


def test_a_result_older_than_the_memory_is_matched_to_one_of_a_spectrum_each_five_minutes() -> None:
    amounts, spectra = process(240)
    short = LIVE.model_copy(update={"memory": 20})
    _, state = course(short, spectra)
    assert [one.time for one in state.older] == [number * 5 * MINUTE for number in range(44)]
    late = short.at_line(restored(dumped(state)), 31 * MINUTE, float(amounts[31]) + 1e-3)
    (sample,) = late.samples
    assert sample.predicted == course(LIVE, spectra[:31])[1].past[-1].value
    long = course(short, np.concatenate([spectra] + [steady(10.0, 400, seed) for seed in range(4)]))[1]
    assert len(long.older) == 288
    with pytest.raises(MonitoringError, match="its result came after the time that is remembered"):
        short.at_line(long, 31 * MINUTE, 28.0)


def test_a_sample_drawn_in_a_gap_within_what_is_remembered_has_no_spectrum_and_came_not_too_late() -> None:
    _, spectra = process(120)
    short = LIVE.model_copy(update={"memory": 20})
    state = LiveState()
    for number, spectrum in enumerate(spectra):
        if not 20 <= number < 70:
            _, state = short.step(state, spectrum, number * MINUTE)
    for minute in (40, 45):
        with pytest.raises(MonitoringError, match="no spectrum was taken near"):
            short.at_line(state, minute * MINUTE, 20.0)
    with pytest.raises(MonitoringError, match="no spectrum was taken near"):
        short.at_line(state, -60 * MINUTE, 20.0)  # before the first one
