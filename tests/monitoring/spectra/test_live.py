"""A calibration in the scan: what it answers, refuses, remembers and learns from at-line samples."""

from dataclasses import replace

import numpy as np
import pytest
from numpy.typing import NDArray
from tests.monitoring.spectra.made_up import band, samples, spectra_of

from homeostat.errors import MonitoringError
from homeostat.monitoring.spectra import Cut, Live, LiveState, LiveValue, SavitzkyGolay, dumped, restored
from homeostat.monitoring.spectra.learning import calibrate
from homeostat.monitoring.spectra.live import HOUR, PATIENCE

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
    assert after == replace(state, outliers=1)
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
    spectra = spectra_of(np.stack([amounts, np.full(30, 15.0)], axis=1), 22)
    answers, state = run(spectra)
    assert {one.value for one in answers} == {LIVE.high}
    assert answers[-1].reason == "beyond the reportable range"
    assert answers[-1].raw == pytest.approx(70.0, abs=5.0)
    answer, _ = LIVE.step(TRUSTING.at_line(state, 20 * MINUTE, 70.0), spectra[-1], HOUR)
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
        assert after == run(spectra[40:], state, 40)[0]
        again = LIVE.at_line(waiting, 30 * MINUTE, float(process()[0][30]))
        assert (len(again.samples), again.waiting) == (1, None)
        assert abs(again.correction.bias) < 0.5


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
    assert open_above.at_line(state, 20 * MINUTE, 444.2) != state


def test_one_that_was_frozen_without_the_rule_believes_every_result_and_is_written_as_it_was() -> None:
    written = TRUSTING.model_copy(update={"least": None, "most": None}).model_dump()
    assert not {"least", "most", "far"} & set(written)
    _, spectra = process()
    _, state = run(spectra[:40])
    assert len(Live.model_validate(written).at_line(state, 20 * MINUTE, 444.2).samples) == 1
