"""Expectations from a declaration: what is declared is used, what is not is an assumption that can be read."""

import pytest
from scipy import stats

from homeostat.monitoring.signals import expect, scatter, signals
from homeostat.monitoring.signals.settings import HOUR, LEAST_SAMPLES, STILL, STILL_CHANCE, patience
from homeostat.process import Quantity, Tag, load

MINUTE = 60_000_000


def tag(**declared: object) -> Tag:
    given = {
        "title": "Dissolved oxygen",
        "kind": "sensor",
        "unit": "%",
        "range": ["0 %", "200 %"],
        **declared,
    }
    return Tag.model_validate(given)


def test_range_resolution_and_interval_are_those_declared() -> None:
    seen = expect("do", tag(resolution="0.1 %", every="15 min"), MINUTE)
    assert (seen.low, seen.high, seen.step, seen.every) == (0.0, 200.0, 0.1, 15 * MINUTE)


def test_units_are_the_tags_own() -> None:
    seen = expect("t", tag(unit="degC", range=["10 degC", "60 degC"], resolution="0.5 K"), MINUTE)
    assert (seen.low, seen.high, seen.step, seen.low_guarded) == (10.0, 60.0, 0.5, True)


def test_a_tag_is_sampled_at_most_once_a_scan() -> None:
    assert expect("do", tag(every="10 s"), MINUTE).every == MINUTE


def test_a_zero_at_the_low_end_is_natural() -> None:
    assert not expect("do", tag(), MINUTE).low_guarded


def test_jumps_follow_the_noise_and_without_it_the_span() -> None:
    assert expect("do", tag(), MINUTE, noise=1.0).jump == 8.0
    assert expect("do", tag(), MINUTE).jump == 20.0
    assert expect("do", tag(resolution="0.5 %"), MINUTE, noise=0.01).jump == 1.0


@pytest.mark.parametrize("ratio", [0.1, 0.2, 0.3, 0.4, 0.55])
def test_the_patience_keeps_the_chance_of_repetition_below_its_design(ratio: float) -> None:
    """The most likely reading of resolution r under noise s repeats with the probability of its cell."""
    samples = patience(MINUTE, step=ratio, noise=1.0) // MINUTE
    own = 0.5  # the sensor's own scatter, at least half of what is declared
    cell = stats.norm.cdf(ratio / 2 / own) - stats.norm.cdf(-ratio / 2 / own)
    assert cell**samples <= STILL_CHANCE
    if samples > LEAST_SAMPLES:
        assert cell ** (samples / 2) > STILL_CHANCE  # and it is not twice as long as it need be


def test_without_noise_or_with_less_than_the_resolution_a_day_is_allowed() -> None:
    assert patience(MINUTE, step=0.1, noise=0.0) == STILL == 24 * HOUR
    assert patience(MINUTE, step=1.0, noise=0.1) == STILL


def test_a_signal_of_unknown_resolution_still_gets_a_few_samples() -> None:
    assert patience(MINUTE, step=0.0, noise=1.0) == LEAST_SAMPLES * MINUTE


def test_the_noise_of_the_tag_goes_before_that_of_the_observer_and_is_the_sensors_own() -> None:
    seen = expect("do", tag(resolution="0.1 %", noise="0.2 %"), MINUTE, noise=1.0, relative=0.02)
    assert (seen.noise, seen.relative) == (0.2, 0.02)
    assert seen.jump == pytest.approx(1.6)
    assert seen.still == patience(MINUTE, 0.1, 0.2, share=1.0) < patience(MINUTE, 0.1, 0.2)


def test_a_declared_rate_says_how_far_a_sample_may_lie_from_the_last() -> None:
    seen = expect(
        "t", tag(unit="degC", range=["0 degC", "60 degC"], noise="0.02 K", rate="60 degC/h"), MINUTE
    )
    assert seen.jump == pytest.approx(1.0 + 8 * 0.02)
    assert seen.rate * MINUTE == pytest.approx(seen.jump)
    slow = expect("t", tag(rate="1 %/min", resolution="0.1 %", every="15 min"), MINUTE)
    assert slow.jump == pytest.approx(15.2)
    assert slow.rate * 15 * MINUTE == pytest.approx(15.2)


def test_scatter_is_that_of_the_tag_else_of_the_observer_else_unknown() -> None:
    process = load("car-t")
    assert scatter(process, "temperature") == (0.02, 0.0)
    assert scatter(process, "viable_density") == (0.05, 0.02)
    assert scatter(process, "jacket") == (0.0, 0.0)


def test_a_frozen_thermometer_or_stirrer_of_a_shipped_process_is_found_within_two_hours() -> None:
    found = {seen.tag: seen for seen in signals(load("car-t")) if seen is not None}
    assert found["temperature"].still == 13 * MINUTE
    assert found["agitation"].still == 92 * MINUTE  # its resolution is coarse


def test_every_sensor_of_a_shipped_process_has_expectations_and_no_actuator_has() -> None:
    process = load("car-t")
    found = signals(process)
    kinds = [declared.kind for declared in process.tags.values()]
    assert [s is not None for s in found] == [kind == "sensor" for kind in kinds]
    ph = next(s for s in found if s is not None and s.tag == "ph")
    assert (ph.noise, ph.step) == (0.015, 0.01)


def test_the_simulated_plants_secrets_are_not_used() -> None:
    process = load("car-t")
    quiet = process.model_copy(update={"simulation": type(process.simulation)()})
    assert signals(quiet) == signals(process)
    assert Quantity(1.0, "min").to("s") == 60.0
