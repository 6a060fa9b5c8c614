"""The contest of virtual donors: what was declared holds for every contender alike, and figures mean what they say."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.stats import bootstrap

from homeostat.bench.control.donors import contest, keeping, measure, medium, search
from homeostat.bench.control.donors.contest import compete
from homeostat.bench.control.donors.declaration import Contender, contender, declared
from homeostat.bench.control.donors.plants import TRUE, plant, troubles
from homeostat.bench.control.donors.rehearsal import rehearsed
from homeostat.bench.control.donors.rivals import RIVALS, Kind, Span
from homeostat.bench.control.donors.scoring import Batch, batch, cost
from homeostat.bench.control.donors.search import Candidate, Rehearsals
from homeostat.bench.control.donors.telling import ASTRAY, below, distance, led, told, variation
from homeostat.bench.result import Spread
from homeostat.errors import ControlError
from homeostat.process import Process

SOUND = Batch(1, "complete", 2000.0, 90.0, 35.0, 1000.0, 230.0, 0, 0.0, {}, {}, 0.0)


@pytest.mark.parametrize("name", declared().contenders)
def test_every_contender_meets_the_same_plant(name: str) -> None:
    """Donor, mismatch, faults, laboratory and sensors do not depend on who steers."""
    process, first = plant(contender(name), 1004), plant(contender(declared().contenders[0]), 1004)
    assert process.simulation == first.simulation
    assert process.assays == first.assays
    assert process.twin.donor == first.twin.donor
    assert process.units == first.units


@pytest.mark.parametrize("name", declared().contenders)
def test_every_contender_keeps_to_the_declared_limits(name: str) -> None:
    """Perfusion and the window of harvest; loops and moves change it no faster than declared."""
    limits, chosen = declared().limits, contender(name)
    _, most = (end.to("mL/h") for end in limits.perfusion)
    for loop in chosen.strategy.values():
        assert loop.output is not None
        assert loop.output[1].to("mL/h") <= most
    for controller in chosen.controllers.values():
        move = controller.moves["perfusion"]
        assert move.change is not None
        assert move.envelope[1].to("mL/h") <= most
        assert move.change.to("mL/h") <= limits.change.to("mL/h")
    for phase in chosen.expansion:
        if "perfusion_pump" in phase.get("set", {}):
            assert float(str(phase["set"]["perfusion_pump"]).split()[0]) <= most


def test_tuning_and_scoring_donors_are_disjoint() -> None:
    """What is scored was never seen by what was tuned."""
    seeds = declared().seeds
    assert set(range(seeds.tuning[0], seeds.tuning[1] + 1)).isdisjoint(
        range(seeds.scoring[0], seeds.scoring[1] + 1)
    )


def test_kinetics_differ_uniformly_within_the_declared_size() -> None:
    """Every factor within 1 -+ 20 %, of the spread of a uniform draw, and the same for the same donor."""
    size, count = declared().mismatch.size.to("1"), len(declared().mismatch.of)
    shares = [
        f.size.to("1") - 1.0 for seed in range(1, 101) for f in troubles(seed)[:count] if f.size is not None
    ]
    assert max(map(abs, shares)) <= size
    assert np.std(shares) == pytest.approx(size / np.sqrt(3.0), rel=0.03)
    assert troubles(2001) == troubles(2001) != troubles(2011)


def test_every_donor_has_the_troubles_of_its_number() -> None:
    """Sensors' faults by seed modulo ten; a late laboratory has another turnaround, and no faulty sensor."""
    count = len(declared().mismatch.of)
    assert [len(troubles(2000 + k)) - count for k in range(10)] == [0, 1, 1, 1, 0, 0, 1, 1, 1, 1]
    late, usual = (plant(contender("recipe"), seed).assays for seed in (2004, 2005))
    assert late["flow-cytometry"].turnaround.to("h") == 20.0
    assert usual["flow-cytometry"].turnaround.to("h") == 4.0
    assert late[TRUE] == usual[TRUE]


def test_the_product_is_judged_by_what_is_in_it() -> None:
    """An assay without variation tells all attributes of the specification."""
    process = plant(contender("recipe"), 2001)
    assert process.assays[TRUE].variation.value == 0.0
    assert {process.attributes[name].assay for name in declared().specification} == {TRUE}


KINDS = [kind for kinds in RIVALS.values() for kind in kinds]


@pytest.mark.parametrize("kind", KINDS)
def test_every_point_of_the_search_is_a_process(kind: Kind) -> None:
    """Corners and middle of the unit cube."""
    for share in (0.0, 0.5, 1.0):
        chosen = Contender.model_validate(kind.contender([share] * len(kind.box)))
        assert isinstance(plant(chosen, 1001), Process)


@pytest.mark.parametrize("kind", [kind for kind in KINDS if kind.known])
def test_what_was_known_is_a_point_of_the_box(kind: Kind) -> None:
    """A search that begins with it cannot find worse."""
    for numbers in kind.known:
        assert kind.contender(kind.point(numbers)) == kind.make(numbers)
        assert all(0.0 <= share <= 1.0 for share in kind.point(numbers))


def test_a_span_is_even_in_the_number_or_in_its_logarithm() -> None:
    assert Span(2.0, 6.0).at(0.25) == pytest.approx(3.0)
    assert Span(0.02, 2.0, logarithm=True).at(0.5) == pytest.approx(0.2)
    for span in (Span(2.0, 6.0), Span(0.02, 2.0, logarithm=True)):
        assert [span.at(0.0), span.at(1.0)] == pytest.approx([span.low, span.high])
        assert span.share(span.at(0.3)) == pytest.approx(0.3)


def test_a_number_near_an_end_of_its_box_is_told() -> None:
    kind = RIVALS["pid"][0]
    middle = dict.fromkeys(kind.box, 0.5)
    assert kind.at_ends(list(middle.values())) == []
    assert kind.at_ends(list((middle | {"gain": 0.04, "latest": 0.96}).values())) == ["gain", "latest"]


def test_a_candidate_meets_each_donor_once(monkeypatch: pytest.MonkeyPatch) -> None:
    """Donors that it has met are not executed again; the cost is of the first ones alone."""
    met: list[int] = []

    def brief(_: Contender, seed: int) -> Batch:
        met.append(seed)
        return replace(SOUND, seed=seed, medium=1000.0 * (seed - 1000))

    monkeypatch.setattr(search, "rehearsed", brief)
    notes: list[str] = []
    tried, kind = Rehearsals(notes.append), RIVALS["pid"][0]
    candidate = Candidate(kind, (0.5,) * len(kind.box))
    for donors in (2, 3, 2):
        assert tried.ranked([candidate], donors) == [candidate]
    assert met == [1001, 1002, 1003]
    assert [float(note.split(":")[0].rsplit(" ", 1)[1]) for note in notes] == [1.5, 2.0, 1.5]


def test_a_rehearsal_comes_out_as_the_trial() -> None:
    """The search's batch in brief agrees with the batch that is scored."""
    brief, whole = (way(contender("recipe"), 1002) for way in (rehearsed, batch))
    assert brief.dose == pytest.approx(whole.dose, rel=0.05)
    assert brief.viability == pytest.approx(whole.viability, abs=0.5)
    assert brief.medium == pytest.approx(whole.medium, rel=0.02)


def test_cost_is_as_declared() -> None:
    """A litre of medium, ten percent of dose and five percent of viability weigh one each."""
    assert cost([SOUND]) == pytest.approx(1.0)
    assert cost([replace(SOUND, dose=2200.0)]) == pytest.approx(2.0)
    assert cost([replace(SOUND, viability=80.0)]) == pytest.approx(2.0)
    assert cost([replace(SOUND, failed=1)]) == pytest.approx(11.0)


def test_on_target_means_near_and_within() -> None:
    """Twenty percent either way, and nothing out of its specification."""
    assert SOUND.near
    assert replace(SOUND, dose=1601.0).near
    assert not replace(SOUND, dose=1599.0).near
    assert not replace(SOUND, failed=1).near


def test_variance_below_is_that_of_the_doses() -> None:
    """Half the spread is three quarters of the variance less, with an interval around it."""
    rng = np.random.default_rng(1)
    doses = 2000.0 + 100.0 * rng.standard_normal(400)
    ours = [replace(SOUND, dose=float(d)) for d in doses]
    rival = [replace(SOUND, dose=float(d)) for d in 2000.0 + 2.0 * (rng.permutation(doses) - 2000.0)]
    found = below(ours, rival)
    assert found.median == pytest.approx(75.0)
    assert found.low < 75.0 < found.high
    assert variation(ours) == pytest.approx(100.0 * np.std(doses, ddof=1) / np.mean(doses))
    assert distance([SOUND, replace(SOUND, dose=2200.0)]) == pytest.approx(10.0 / np.sqrt(2.0))


def test_a_last_plan_is_not_counted_as_a_plan() -> None:
    """Of the hours in which a controller was asked for; those before and after do not count."""
    batch = replace(SOUND, rungs={"idle": 99.0, "plan": 7.0, "last plan": 2.0, "loops": 1.0})
    assert led(batch, ["plan"]) == pytest.approx(70.0)
    assert led(batch, ["plan", "last plan"]) == pytest.approx(90.0)
    ours, *rivals = declared().contenders
    results = {
        result.what: result.value for result in told({name: [batch, SOUND] for name in (ours, *rivals)})
    }
    assert results["donors: hours under control led by a plan, mean"] == Spread(85.0, 70.0, 100.0)


def test_a_batch_that_is_astray_for_long_is_told_for_each_contender() -> None:
    """One of many moves no median; more than 3 % of 230 h are 6.9 h."""
    names = declared().contenders
    batches = {
        name: [
            replace(SOUND, dose=2000.0 + k, astray=hours)
            for k, hours in enumerate([0.5] * 8 + [6.8, 7.0 + n])
        ]
        for n, name in enumerate(names)
    }
    results = {result.what: result for result in told(batches)}
    assert results[f"donors: {ASTRAY}"].value == Spread(0.5, 0.5, 0.5)
    worst, many = (
        results[f"donors: {ASTRAY}, worst batch"],
        results[f"donors: batches with more than 3 % of their {ASTRAY}"],
    )
    assert [worst.value.median, *(rival.value.median for rival in worst.rivals)] == [7.0, 8.0, 9.0, 10.0]
    assert [many.value.median, *(rival.value.median for rival in many.rivals)] == [1.0] * 4


def test_the_total_counts_a_donor_by_what_it_makes() -> None:
    """All medium over all doses, and its difference, by hand; the interval is that of scipy's paired bootstrap."""
    rng = np.random.default_rng(3)
    figures = [(rng.uniform(500.0, 2000.0, 60), rng.uniform(1000.0, 3000.0, 60)) for _ in range(2)]
    ours, rival = (
        [replace(SOUND, medium=float(m), dose=float(d)) for m, d in zip(*each, strict=True)]
        for each in figures
    )
    (a, b), (c, d) = figures
    found = medium.above(ours, rival, medium.total)
    assert medium.needed(ours, medium.total) == pytest.approx(100.0 * a.sum() / b.sum())
    assert found.median == pytest.approx(100.0 * (a.sum() / b.sum() - c.sum() / d.sum()))

    def difference(i: NDArray[np.int_], axis: int = -1) -> NDArray[np.float64]:
        return 100.0 * (a[i].sum(axis) / b[i].sum(axis) - c[i].sum(axis) / d[i].sum(axis))

    peer = bootstrap(
        (np.arange(60),), difference, n_resamples=20_000, confidence_level=0.9, method="percentile", rng=rng
    ).confidence_interval
    assert (found.low, found.high) == pytest.approx((peer.low, peer.high), abs=0.05 * (peer.high - peer.low))


def test_bars_are_those_of_the_best_rival() -> None:
    """Where the rivals are as good, a median holds, and a share that was to be above theirs does not."""
    ours, *rivals = declared().contenders
    doses = {ours: (1990.0, 2000.0, 2010.0)} | dict.fromkeys(rivals, (1800.0, 2000.0, 2300.0))
    batches = {
        name: [replace(SOUND, seed=2001 + k, dose=d) for k, d in enumerate(doses[name])] for name in doses
    }
    results = {result.what: result for result in told(batches)}
    assert next(iter(results.values())).holds
    assert results["donors: viability"].holds
    assert not results["donors: within the specification (to be above every rival)"].holds


def test_a_donor_that_takes_much_medium_counts_in_the_mean_and_in_the_pairs() -> None:
    ours, *rivals = declared().contenders
    media = {ours: (500.0, 500.0, 2900.0)} | dict.fromkeys(rivals, (600.0, 600.0, 600.0))
    batches = {
        name: [replace(SOUND, seed=2001 + k, dose=1000.0 + k, medium=m) for k, m in enumerate(media[name])]
        for name in media
    }
    results = {result.what: result for result in told(batches)}
    assert results["donors: medium for 1e8 CAR+ cells"].holds, "by the median"
    for way in ("mean, above", "all medium over all doses, above"):
        (above,) = [result for what, result in results.items() if way in what]
        assert above.value.median == pytest.approx((1300.0 - 600.0) / 10.0, rel=0.01)
        assert not above.holds


class InOrder:
    """Stands for the pool: does the tasks here, one after the other, and may be broken off."""

    def __init__(self, *_: object) -> None:
        pass

    def __enter__(self) -> "InOrder":
        return self

    def __exit__(self, *_: object) -> None:
        pass

    def map(self, do: Callable[[tuple[str, int]], Batch], tasks: list[tuple[str, int]]) -> Iterator[Batch]:
        return map(do, tasks)


def test_a_contest_that_is_broken_off_goes_on_from_what_was_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Batches that are done are not executed again; those of a contender that was another one then are."""
    asked: list[tuple[str, int]] = []

    def one(task: tuple[str, int]) -> Batch:
        if len(asked) == 3:
            raise KeyboardInterrupt
        asked.append(task)
        return replace(SOUND, seed=task[1], dose=float(len(task[0])))

    monkeypatch.setattr(contest, "ProcessPoolExecutor", InOrder)
    monkeypatch.setattr(contest, "_one", one)
    kept = tmp_path / "donors" / "batches.jsonl"
    with pytest.raises(KeyboardInterrupt):
        compete(["mpc", "pid"], range(2001, 2003), kept)
    first = asked.copy()
    asked.clear()
    batches = compete(["mpc", "pid"], range(2001, 2003), kept)
    assert asked == [("pid", 2002)]
    assert first == [("mpc", 2001), ("pid", 2001), ("mpc", 2002)]
    assert [b.seed for b in batches["pid"]] == [2001, 2002]
    asked.clear()
    monkeypatch.setattr(keeping, "means", lambda name: f"another {name}")
    assert compete(["mpc"], [2001], kept) == {"mpc": [replace(SOUND, seed=2001, dose=3.0)]}
    assert asked == [("mpc", 2001)]


def test_a_line_that_was_cut_is_made_anew_and_nothing_is_written_to_its_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Whatever part of the last line was written: the file ends as it would have without the break."""
    monkeypatch.setattr(contest, "ProcessPoolExecutor", InOrder)
    monkeypatch.setattr(contest, "_one", lambda task: replace(SOUND, seed=task[1]))
    kept = tmp_path / "batches.jsonl"
    whole = compete(["mpc", "pid"], range(2001, 2003), kept)
    text = kept.read_bytes()
    last = text.rindex(b"\n", 0, -1) + 1
    for cut in (last + 1, (last + len(text)) // 2, len(text) - 2, len(text) - 1):
        kept.write_bytes(text[:cut])
        assert ("pid", 2002) not in keeping.found(kept)
        assert compete(["mpc", "pid"], range(2001, 2003), kept) == whole
        assert kept.read_bytes() == text


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ('"dose": 2000.0', '"dose": NaN'),
        ('"medium": 1000.0', '"medium": Infinity'),
        ('"medium": 1000.0', '"medium": 1e999'),
        ('"dose": 2000.0, ', ""),
        ('"dose"', '"doses"'),
        ('"failed": 0', '"failed": "none"'),
        ('{"contender"', '"contender"'),
    ],
)
def test_a_kept_line_that_is_no_batch_is_refused_with_its_number(tmp_path: Path, old: str, new: str) -> None:
    kept = tmp_path / "batches.jsonl"
    for seed in (2001, 2002, 2003):
        keeping.keep(kept, "mpc", replace(SOUND, seed=seed))
    lines = kept.read_text("utf-8").splitlines()
    assert old in lines[1]
    kept.write_text("\n".join([lines[0], lines[1].replace(old, new), lines[2], ""]), "utf-8")
    with pytest.raises(ControlError, match="no batch of the contest") as caught:
        keeping.found(kept)
    assert caught.value.where == f"{kept}, line 2"


def test_a_batch_of_a_contender_that_is_no_more_is_left(tmp_path: Path) -> None:
    kept = tmp_path / "batches.jsonl"
    keeping.keep(kept, "mpc", SOUND)
    kept.write_text(kept.read_text("utf-8").replace('"mpc"', '"no-more"'), "utf-8")
    assert keeping.found(kept) == {}


@pytest.mark.parametrize("text", ["abc", "0", "-3", "2.5", "201", ""])
def test_a_number_of_donors_that_there_are_not_is_refused(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("HOMEOSTAT_BENCH_DONORS_COUNT", text)
    with pytest.raises(ControlError, match=f"{text!r} is no number of donors") as caught:
        measure(quick=False)
    assert (caught.value.where, caught.value.mend) == ("HOMEOSTAT_BENCH_DONORS_COUNT", "give 1 to 200")
