"""How long parameters were outside of their proven ranges or not seen: counted scan by scan, and said in words."""

import sys
from dataclasses import replace

import pytest

from homeostat.equipment import connect
from homeostat.execution.contest import Entry, contest, entries_of
from homeostat.execution.straying import MUCH, Straying, Worst, remarks, worst
from homeostat.execution.trial import trial
from homeostat.process import Process, Quantity

from .steered import minutes
from .test_blind import Lost


def with_range(mini: Process, low: str, high: str) -> Process:
    """The short culture with another proven range of its oxygen."""
    proven = (Quantity.parse(low), Quantity.parse(high))
    parameter = mini.parameters["oxygen"].model_copy(update={"proven": proven})
    return mini.model_copy(update={"parameters": {"oxygen": parameter}})


def test_scans_without_a_usable_reading_are_counted(mini: Process, monkeypatch: pytest.MonkeyPatch) -> None:
    """The plant's oxygen is not read for one hour, and within the whole range of its sensor in all others."""
    whole = with_range(mini, "0 %", "200 %")
    sound = trial(whole, 7).straying
    assert (sound.outside, sound.unread, sound.any) == ({"oxygen": 0.0}, {"oxygen": 0.0}, 0.0)
    monkeypatch.setattr(sys.modules[connect.__module__], "SimulatedPlant", Lost)
    lost = trial(whole, 7).straying
    assert lost.outside == {"oxygen": 0.0}
    assert lost.unread["oxygen"] == lost.any == pytest.approx(1.0)
    assert lost.share(lost.any) == pytest.approx(1.0 / sound.hours)


def test_either_side_of_the_proven_range_is_outside(mini: Process) -> None:
    """A split of the range at any value puts each scan with a reading on one side of it."""
    hours = trial(mini, 7).straying.hours
    below, above = (
        trial(with_range(mini, *ends), 7).straying for ends in (("0 %", "60.05 %"), ("60.05 %", "200 %"))
    )
    assert 0.0 < below.outside["oxygen"] < hours
    assert below.outside["oxygen"] + above.outside["oxygen"] == pytest.approx(hours)


def test_a_process_without_parameters_strays_nowhere(mini: Process) -> None:
    bare = mini.model_copy(update={"parameters": {}})
    found = trial(bare, 7).straying
    assert (found.outside, found.unread, found.any, found.share(found.any)) == ({}, {}, 0.0, 0.0)
    assert found.hours == trial(mini, 7).straying.hours > 1.0
    assert remarks(bare, {7: found}) == []


def test_the_mean_over_batches_is_that_of_each_figure() -> None:
    first = Straying(10.0, {"ph": 1.0, "do": 0.0}, {"ph": 0.0, "do": 4.0}, 5.0)
    second = Straying(20.0, {"ph": 3.0, "do": 0.0}, {"ph": 2.0, "do": 0.0}, 4.0)
    mean = Straying.mean([first, second])
    assert mean == Straying(15.0, {"ph": 2.0, "do": 0.0}, {"ph": 1.0, "do": 2.0}, 4.5)
    assert (mean.either("ph"), mean.share(mean.any)) == (3.0, 0.3)
    assert Straying.mean([]) == Straying()


@pytest.mark.parametrize(
    ("hours", "said"), [(100.0 * MUCH, []), (4.0, ["oxygen was outside of its proven range"])]
)
def test_what_strayed_for_long_is_said_with_the_scan(mini: Process, hours: float, said: list[str]) -> None:
    found = Straying(100.0, {"oxygen": hours}, {"oxygen": 0.0}, hours)
    told = remarks(mini, {7: found})
    assert [text.partition(",")[0] for text in told] == said
    assert all(
        "in 1 of 1 batches, at the most for 4 % (donor 7)" in text and "every 1 min" in text for text in told
    )


def test_the_scan_is_named_only_where_a_loop_may_be_why(mini: Process) -> None:
    """Nobody steers what no loop reads or moves: stepped once a scan or not, it lies where it lies."""
    found = {7: Straying(100.0, {"oxygen": 50.0}, {"oxygen": 0.0}, 50.0)}
    unsteered = mini.model_copy(update={"strategy": {}})
    assert "Loops are stepped once a scan" in remarks(mini, found)[0]
    (told,) = remarks(unsteered, found)
    assert told.endswith("at the most for 50 % (donor 7)")


def test_one_batch_of_many_that_was_lost_is_said(mini: Process) -> None:
    """Half of one batch of twenty is 2.5 % of all their time: the mean is below what is said, the batch is not."""
    found = {seed: Straying(100.0, {"oxygen": 0.1}, {"oxygen": 0.0}, 0.1) for seed in range(1, 21)}
    assert remarks(mini, found) == []
    found[13] = Straying(100.0, {"oxygen": 10.0}, {"oxygen": 40.0}, 50.0)
    mean = Straying.mean(list(found.values()))
    assert mean.share(mean.either("oxygen")) < MUCH
    assert worst("oxygen", found) == Worst(1, 13, 50.0, 0.5)
    (told,) = remarks(mini, found)
    assert "for more than 3 % of the time in 1 of 20 batches, at the most for 50 % (donor 13)" in told


def test_a_twin_that_reads_less_often_at_this_scan_is_said(mini: Process) -> None:
    tree = mini.model_dump(mode="json", by_alias=True)
    tree["twin"]["observer"] = {"every": "10 min", "tags": {"do": {"noise": "1 %"}}}
    process = Process.model_validate(tree).model_copy(update={"scan": minutes(4.0)})
    told = remarks(process, {})
    assert told == ["the twin reads every 20 min, not every 10 min: 4 min does not divide that"]


def test_a_loop_that_is_unstable_at_a_coarse_scan_is_found_out(mini: Process) -> None:
    """Ten times the gain: sound at a scan of 1 min, and from end to end of what the sensor reads at one of 15 min."""
    loop = mini.strategy["oxygen_control"]
    strong = loop.model_copy(update={"gain": replace(loop.gain, value=10.0 * loop.gain.value)})
    process = mini.model_copy(update={"strategy": {**mini.strategy, "oxygen_control": strong}})
    for scan, sound in ((1.0, True), (15.0, False)):
        entries = entries_of([Entry("a", process)], scan=minutes(scan))
        ((outcome,),) = contest(entries, [7], 1, lambda *_: None)
        assert bool(remarks(entries[0].process, {7: outcome.straying})) != sound, (scan, outcome.straying)
