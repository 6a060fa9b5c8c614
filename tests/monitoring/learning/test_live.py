"""Live calibrations from tables: what is learnt, told of a process, refused, and left out of the figures."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.monitoring.learning import processes, tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.learning.calibrating import Calibrated, Standards, Wished, range_of, train_live
from homeostat.monitoring.learning.evidence import LIVE, Case
from homeostat.monitoring.learning.explaining import described_live
from homeostat.monitoring.learning.live import Followed, Told, digest_of, digests, follow_live
from homeostat.monitoring.learning.possible import possible
from homeostat.monitoring.learning.promising import promise_live
from homeostat.monitoring.learning.recording import record_live
from homeostat.monitoring.learning.sampled import beside
from homeostat.monitoring.learning.validation import checklist, validate
from homeostat.monitoring.package import LivePackage, uses, write
from homeostat.monitoring.package.uses import Use
from homeostat.monitoring.spectra import EMSC
from homeostat.monitoring.spectra.repeated import held_within

ASKED = Wished("glucose", group="reactor", components=3, quick=True, unit="g/L")


def learnt(
    folder: Path, wished: Wished = ASKED, probe: tables.Columns | None = None, **changed: Any
) -> Calibrated:
    process = probe or processes.process()
    first = {name: cells[:1] for name, cells in process.items() if name != "glucose"}
    samples = tables.table(folder, {**processes.samples(), **changed})
    (folder / "first").mkdir(exist_ok=True)
    return train_live(samples, tables.table(folder / "first", first), wished)


@pytest.fixture(scope="module")
def package(tmp_path_factory: pytest.TempPathFactory) -> LivePackage:
    return learnt(tmp_path_factory.mktemp("live")).package


def read(
    package: LivePackage, folder: Path, columns: tables.Columns | None = None, asked: Told | None = None
) -> Followed:
    return follow_live(package, tables.table(folder, columns or processes.process()), asked or Told())


def test_a_process_is_followed_beside_its_references(package: LivePackage, tmp_path: Path) -> None:
    found = read(package, tmp_path)
    values = found.metrics[0].values
    assert (found.metrics[0].rows, len(found.told), len(found.samples)) == (10, 40, 10)
    assert values["rmsep"] < 0.3
    errors = [
        one.standing.value - one.measured for one in found.samples if one.standing and one.standing.value
    ]
    assert values["rmsep"] == pytest.approx(float(np.sqrt(np.mean(np.square(errors)))), rel=1e-12)


def test_the_values_of_the_first_spectra_enter_no_choice(package: LivePackage, tmp_path: Path) -> None:
    other = {name: cells[:1] for name, cells in processes.process(shift=500.0).items()}
    samples = tables.table(tmp_path, processes.samples())
    (tmp_path / "other").mkdir()
    again = train_live(samples, tables.table(tmp_path / "other", other), ASKED).package
    assert again.content_hash == package.content_hash


def test_at_line_results_shift_what_follows_and_are_left_out_of_the_figures(
    package: LivePackage, tmp_path: Path
) -> None:
    shifted = processes.process(shift=2.0)
    alone = read(package, tmp_path, shifted)
    told = read(package, tmp_path, shifted, Told(at_line=2, late=0.25))
    assert [one.told for one in told.samples] == [True, True, *[False] * 8]
    assert told.metrics[0].rows == alone.metrics[0].rows - 2
    assert alone.metrics[0].values["bias"] < -1.5
    assert abs(told.metrics[0].values["bias"]) < 0.5
    before = [row for row in told.told if told.times[row] < 0.25]
    assert [told.told[row] for row in before] == [alone.told[row] for row in before]


def test_a_row_of_a_reference_alone_is_a_sample_between_two_spectra(
    package: LivePackage, tmp_path: Path
) -> None:
    columns = processes.process(8)
    between = {name: [*cells, None] for name, cells in columns.items()}
    between["time [h]"][-1], between["glucose"][-1] = 5.5 / 12.0, 7.0
    found = read(package, tmp_path, between)
    assert len(found.told) == 8
    assert found.samples[-1].standing == found.told[5]


def test_spectra_that_are_none_are_refused_with_the_first_reason(
    package: LivePackage, tmp_path: Path
) -> None:
    columns = processes.process(12)
    columns["700"][3] = None
    for name in columns:
        if name not in ("time [h]", "glucose"):
            columns[name][6] = 1.0
    found = read(package, tmp_path, columns)
    assert found.told[3].reason == "1 points are not finite"
    assert "flat" in found.told[6].reason
    assert found.remarks[0].startswith("2 of 12 spectra were refused, the first in line 5: 1 points")


def test_a_reference_without_a_value_beside_it_counts_as_undecided(
    package: LivePackage, tmp_path: Path
) -> None:
    columns = processes.process(16)
    for name in columns:
        if name not in ("time [h]", "glucose"):
            columns[name][6:10] = [1.0] * 4  # half an hour with a dead probe, and a reference in it
    found = read(package, tmp_path, columns)
    assert found.samples[2].standing is not None  # the value before it, ten minutes old
    columns["time [h]"] = [time * 4.0 for time in map(float, map(str, columns["time [h]"]))]
    found = read(package, tmp_path, columns)
    assert found.samples[2].standing is None
    values = found.metrics[0].values
    assert (found.metrics[0].rows, values["undecided"]) == (4, 0.25)


def test_rows_that_are_not_newer_are_refused_and_a_table_that_runs_backwards_is_told(
    package: LivePackage, tmp_path: Path
) -> None:
    columns = processes.process(8)
    columns["time [h]"][3] = columns["time [h]"][2]
    assert "not newer" in read(package, tmp_path, columns).told[3].reason
    backwards = {name: cells[::-1] for name, cells in processes.process(8).items()}
    assert "sort the table by time" in " ".join(read(package, tmp_path, backwards).remarks)


def test_each_reactor_is_a_process_of_its_own(package: LivePackage, tmp_path: Path) -> None:
    one, other = processes.process(12, seed=5), processes.process(12, seed=6)
    both = {"reactor": ["N1", "N2"] * 12} | {
        name: [cell for pair in zip(one[name], other[name], strict=True) for cell in pair] for name in one
    }
    found = read(package, tmp_path, both)
    for start, alone in ((0, one), (1, other)):
        wanted = read(package, tmp_path, alone)
        assert [found.told[row] for row in range(start, 24, 2)] == list(wanted.told.values())
    assert [each.subgroup for each in found.metrics] == ["", "N1", "N2"]


def test_another_grid_is_interpolated_and_that_is_told(package: LivePackage, tmp_path: Path) -> None:
    columns = processes.process(10)
    moved = {
        name if name in ("time [h]", "glucose") else f"{float(name) - 4.0:g}": cells
        for name, cells in columns.items()
    } | {"1006": [0.0] * 10}
    found = read(package, tmp_path, moved)
    assert found.remarks[0] == "its 62 points were interpolated to the 61 wavelengths that the model knows"


@pytest.mark.parametrize(
    ("changed", "what"),
    [
        ({"mark": " nm"}, None),
        ({"drop": 20}, "reaches from"),
        ({"time [h]": [None] + [1.0] * 9}, "no time"),
        ({"time [h]": ["soon"] + [1.0] * 9}, "'soon' is no number"),
        ({"time [h]": [1e9] * 10}, "no time of a process"),
        ({"700": ["x"] * 10}, "'x' is no number"),
    ],
)
def test_tables_that_do_not_go_with_the_calibration_are_refused(
    package: LivePackage, tmp_path: Path, changed: dict[str, Any], what: str | None
) -> None:
    columns = processes.process(10, mark=str(changed.pop("mark", "")))
    for name in list(columns)[2 : 2 + int(changed.pop("drop", 0))]:
        del columns[name]
    columns |= changed
    if what is None:  # the model's headings name no unit
        assert read(package, tmp_path, columns).metrics
        return
    with pytest.raises(MonitoringError, match=what):
        read(package, tmp_path, columns)


def test_wavelengths_in_another_unit_are_refused(tmp_path: Path) -> None:
    named = {
        name if name in ("reactor", "glucose") else f"{name} nm": cells
        for name, cells in processes.samples().items()
    }
    first = {name: cells[:1] for name, cells in processes.process(mark=" nm").items()}
    (tmp_path / "first").mkdir()
    package = train_live(
        tables.table(tmp_path, named), tables.table(tmp_path / "first", first), ASKED
    ).package
    with pytest.raises(MonitoringError, match=r"in cm-1, the model's in nm"):
        read(package, tmp_path, processes.process(mark=" cm-1"))


def test_a_sample_with_a_gap_or_without_a_group_stops_the_calibration_at_its_line(tmp_path: Path) -> None:
    spectrum = list(processes.samples()["700"])
    spectrum[4] = None
    with pytest.raises(MonitoringError, match="lacks a point") as gap:
        learnt(tmp_path, **{"700": spectrum})
    assert "line 6, column '700'" in str(gap.value.where)
    flat = {name: [4.0, *cells[1:]] for name, cells in list(processes.samples().items())[2:]}
    with pytest.raises(MonitoringError, match="is flat") as still:
        learnt(tmp_path, **flat)
    assert "line 2" in str(still.value.where)
    reactors = ["", *["R1", "R2"] * 14, "R3"]
    with pytest.raises(MonitoringError, match="belongs to no group"):
        learnt(tmp_path, reactor=reactors)


def test_a_row_of_a_process_that_names_no_reactor_is_refused_as_in_learning(
    package: LivePackage, tmp_path: Path
) -> None:
    columns = {"reactor": ["N1", "", *["N1"] * 10], **processes.process(12)}
    with pytest.raises(MonitoringError, match="belongs to no group") as fault:
        read(package, tmp_path, columns)
    assert "line 3, column 'reactor'" in str(fault.value.where)


def test_standards_make_a_probe_read_as_the_laboratory_does(tmp_path: Path) -> None:
    amounts = np.random.default_rng(8).uniform(1.0, 9.0, 12)
    there = processes.shapes(amounts, 8)
    step = 1.0 + 0.4 * (processes.AXIS - 400.0) / 600.0
    here = there * step + 0.3
    standards = Standards(_named(tmp_path, "here", here), _named(tmp_path, "there", there))
    probe = processes.process(20)
    for point, factor in zip(processes.AXIS, step.tolist(), strict=True):
        name = f"{point:g}"
        probe[name] = [float(str(cell)) * factor + 0.3 for cell in probe[name]]
    truth = np.linspace(8.0, 2.0, 20)
    plain = learnt(tmp_path, probe=probe)
    found = learnt(tmp_path, replace(ASKED, standards=standards), probe)
    assert "standardised piecewise" in " ".join(found.decisions)
    errors = [_errors(read(each.package, tmp_path, probe), truth) for each in (found, plain)]
    assert errors[0] < 0.4
    assert errors[0] < 0.5 * errors[1]


def _errors(found: Followed, truth: np.ndarray[Any, np.dtype[np.float64]]) -> float:
    """The root mean square error of all that was told; what is refused counts as the mean of the samples would."""
    told = [5.0 if one.value is None else one.value for one in found.told.values()]
    return float(np.sqrt(np.mean((np.array(told) - truth) ** 2)))


def _named(folder: Path, name: str, spectra: np.ndarray[Any, np.dtype[np.float64]]) -> Any:
    (folder / name).mkdir(exist_ok=True)
    return tables.table(folder / name, processes.headed(spectra))


def test_scatter_by_emsc_is_tried_where_it_is_asked_for(tmp_path: Path) -> None:
    found = learnt(tmp_path, replace(ASKED, scatters=("emsc",)))
    assert {one.recipe.scatter for one in found.choice.tried} == {"emsc"}
    *before, scatter = found.package.live.calibration.steps
    prepared = np.stack(
        [np.array(cells, np.float64) for cells in list(processes.samples().values())[2:]], axis=1
    )
    for step in before:
        prepared = step.apply(prepared)
    assert scatter == EMSC.against(prepared.mean(axis=0))


@pytest.mark.parametrize("text", ["950", ">= 3", "1500..950", "a..b"])
def test_ranges_of_wavelengths_are_two_ends(text: str) -> None:
    with pytest.raises(MonitoringError, match="no range of wavelengths"):
        range_of(text)
    assert range_of("950..1500") == (950.0, 1500.0)


def test_every_requirement_is_answered_and_use_beside_references_is_evidence(
    package: LivePackage, tmp_path: Path
) -> None:
    assert set(LIVE) == {each.id for each in checklist()}
    path = tmp_path / "live.json"
    write(package, path)
    before = {each.id: each for each in validate(package, path).findings}
    assert before["OUR-2"].status == before["MON-14"].status == "gap"
    found = read(package, tmp_path, asked=Told(at_line=2))
    kept = record_live(found, path, "2026-01-01T00:00:00+00:00")
    assert kept is not None
    (use,) = uses(path)
    assert use.results == found.metrics
    assert use.note.endswith("after 2 at-line results")
    after = {each.id: each for each in validate(package, path).findings}
    assert after["OUR-2"].status == "met"
    assert f"RMSEP {found.metrics[0].values['rmsep']:.4g}" in after["OUR-2"].evidence


def test_the_samples_that_were_learnt_from_are_told_and_are_evidence_of_nothing(
    package: LivePackage, tmp_path: Path
) -> None:
    columns = processes.samples()
    hours: list[object] = [row / 12.0 for row in range(len(columns["glucose"]))]
    found = read(package, tmp_path, {"time [h]": hours, **columns})
    kept = record_live(found, tmp_path / "live.json", "2026-01-01T00:00:00+00:00")
    assert kept is not None
    assert kept.told.endswith(": the table it was learnt from, which proves nothing.")
    after = {each.id: each for each in validate(package, tmp_path / "live.json").findings}
    assert after["OUR-2"].status == "gap"
    assert "1 uses on record, 0 beside references" in after["MON-14"].evidence


def test_a_mistyped_result_is_told_and_takes_the_value_nowhere(tmp_path: Path, package: LivePackage) -> None:
    columns = processes.process()
    columns["glucose"][4] = 757.0  # for 7.57
    found = read(package, tmp_path, columns, Told(at_line=3))
    assert max(one.value for one in found.told.values() if one.value is not None) < 12.0
    assert max(one.high for one in found.told.values() if one.high is not None and not one.reason) < 12.0
    typed = next(one for one in found.samples if one.row == 4)
    assert typed.missed
    assert "half-widths off what stood" in typed.unused
    assert any(one.startswith("the result in line 6 corrects nothing") for one in found.remarks)
    told = "2 told samples that count: 2 intervals, of which 0 missed the result. 1 more corrected nothing"
    assert found.beside == f"What stood beside the {told}, and are not counted."
    assert not any("lie outside the interval that stood" in one for one in found.remarks)


def test_a_shift_is_told_to_have_waited_for_the_second_result(tmp_path: Path, package: LivePackage) -> None:
    found = read(package, tmp_path, processes.process(shift=2.0), Told(at_line=2))
    assert [one.waited for one in found.samples[:2]] == [True, False]
    assert any("corrects only since the next agreed" in one for one in found.remarks)


def test_few_groups_get_the_interval_of_random_effects_and_say_what_they_promise(
    package: LivePackage, tmp_path: Path
) -> None:
    assert package.live.by_groups == 6
    assert package.live.laboratory is not None
    told = promise_live(package) or ""
    assert told.startswith(
        "6 groups cannot promise 90 % of the rows of a new group: 86 % is the most they can"
    )
    gaps = [one.evidence for one in validate(package, tmp_path / "none.json").findings]
    assert any(f"gap: {told.rstrip('.')}" in one for one in gaps)
    assert described_live(package)["promised"] == told
    few = learnt(tmp_path, replace(ASKED, level=0.8)).package
    assert (few.live.by_groups, promise_live(few)) == (None, None)


def test_of_three_groups_that_differ_the_interval_reaches_further_than_their_samples_show(
    tmp_path: Path,
) -> None:
    """Each reactor's reference values are off by its own amount: rows alone would count the greatest error as 90 %."""
    columns = processes.samples()
    glucose = [float(str(one)) + (-1.0, 0.2, 1.0)[row % 3] for row, one in enumerate(columns["glucose"])]
    live = learnt(tmp_path, glucose=glucose, reactor=[f"R{row % 3}" for row in range(30)]).package.live
    assert live.by_groups == 3
    assert live.quantile > 1.2 * float(live.calibration.ratios[-1])


def test_without_groups_samples_are_said_to_count_as_exchangeable(tmp_path: Path) -> None:
    found = learnt(tmp_path, replace(ASKED, group=None), reactor=[1.0] * 30)
    assert any("samples count as exchangeable" in one for one in found.decisions)
    evidence = {one.id: one.evidence for one in validate(found.package, tmp_path / "none.json").findings}
    assert "30 rows, without groups" in evidence["FDA-4"]
    assert "intervals scaled by 30 samples, each left out" in evidence["OUR-1"]
    assert "samples count as exchangeable" in described_live(found.package)["interval"]


def test_no_interval_is_narrower_than_laboratory_values_can_be_told(tmp_path: Path) -> None:
    found = learnt(tmp_path, replace(ASKED, group=None), reactor=[1.0] * 30)
    live = found.package.live
    assert live.laboratory == held_within(found.choice.errors, 0.9)
    told = str(described_live(found.package)["interval"])
    assert f"at least {live.laboratory:.3g} to either side" in told
    told_of = read(found.package, tmp_path, processes.process())
    assert live.laboratory is not None
    widths = [
        one.high - one.low for one in told_of.told.values() if one.high is not None and one.low is not None
    ]
    assert min(widths) >= live.laboratory  # on one side at least: the other end may be that of the range


def test_a_target_that_was_declared_impossible_is_refused_with_its_line(tmp_path: Path) -> None:
    with pytest.raises(MonitoringError, match="so do 29 more rows") as caught:
        learnt(tmp_path, replace(ASKED, possible=possible("100..200")))
    assert "line 2" in str(caught.value)


def test_rows_that_are_pasted_again_count_once(tmp_path: Path) -> None:
    once = {name: cells[:12] for name, cells in processes.samples().items()}
    thrice = {name: [*cells, *cells, *cells] for name, cells in once.items()}
    for group in (None, "reactor"):
        wished = replace(ASKED, group=group)
        (folder := tmp_path / str(group)).mkdir()
        first, again = (learnt(folder, wished, **columns) for columns in (once, thrice))
        assert again.package.live == first.package.live
        assert again.package.training.rows == 12
        assert "24 rows repeat another in spectrum and 'glucose': each counts once" in again.decisions
        assert again.package.training.sha256 == first.package.training.sha256


def _renamed(columns: tables.Columns, mark: str) -> tables.Columns:
    return {**columns, "reactor": [f"{one}{mark}" for one in columns["reactor"]]}


def test_rows_pasted_under_other_names_are_told_and_their_groups_count_once(tmp_path: Path) -> None:
    once = processes.samples()
    pasted = {name: [*cells, *_renamed(once, "x")[name]] for name, cells in once.items()}
    (tmp_path / "once").mkdir()
    first, again = learnt(tmp_path / "once", **once), learnt(tmp_path, **pasted)
    assert again.package.live == first.package.live
    assert (again.package.training.rows, again.package.training.groups) == (30, 6)
    assert again.package.training.sha256 == first.package.training.sha256
    (told,) = [one for one in again.decisions if one.startswith("WARNING")]
    assert told.startswith(
        "WARNING: 6 groups share spectra with another, bit for bit, and are held out with it"
    )
    assert "'R0x' counts as 'R0'" in told
    assert "30 rows repeat another in spectrum and 'glucose': each counts once" in again.decisions


def test_a_table_with_pasted_groups_is_known_again_as_what_was_learnt_from(tmp_path: Path) -> None:
    once = processes.samples()
    pasted = {name: [*cells, *_renamed(once, "x")[name]] for name, cells in once.items()}
    package = learnt(tmp_path, **pasted).package
    assert digest_of(package, tables.table(tmp_path, pasted)) == package.training.sha256


def test_of_groups_that_share_a_blank_too_few_are_left_and_that_is_said(tmp_path: Path) -> None:
    columns = {name: list(cells) for name, cells in processes.samples().items()}
    for name, cells in columns.items():
        if name != "reactor":
            cells[:6] = [cells[0]] * 6  # one spectrum and value in each reactor
    with pytest.raises(MonitoringError, match="only 1 groups are left") as fault:
        learnt(tmp_path, **columns)
    assert "leave a spectrum out that stands in many" in str(fault.value.mend)


def test_one_spectrum_with_two_values_is_named(tmp_path: Path) -> None:
    columns = processes.samples()
    more = {name: [*cells, cells[3]] for name, cells in columns.items()}
    more["glucose"][-1] = 8.5
    found = learnt(tmp_path, **more)
    assert found.decisions[0].startswith("WARNING: lines 5 and 32 give one spectrum two values")


def test_samples_given_as_the_first_spectra_of_the_process_are_told(tmp_path: Path) -> None:
    samples = processes.samples()
    found = learnt(tmp_path, probe={name: samples[name] for name in samples if name != "reactor"})
    assert any(one.startswith("WARNING: 1 of 1 spectra of") for one in found.decisions)
    assert not any("learnt from, bit for bit" in one for one in learnt(tmp_path).decisions)


def test_samples_below_zero_are_reported_and_that_is_told(tmp_path: Path) -> None:
    glucose = [float(str(one)) - 20.0 for one in processes.samples()["glucose"]]
    found = learnt(tmp_path, glucose=glucose)
    live = found.package.live
    assert live.low < min(glucose)
    assert live.high > max(glucose)
    assert any(
        one.startswith("30 samples lie below 0, so values are reported down to") for one in found.decisions
    )
    glucose = [float(str(one)) - 1.0 for one in processes.samples()["glucose"]]
    assert learnt(tmp_path, glucose=glucose).package.live.low == 0.0


@pytest.mark.parametrize("group", [None, "reactor"])
def test_a_mistyped_reference_of_a_sample_is_named(tmp_path: Path, group: str | None) -> None:
    glucose = list(processes.samples()["glucose"])
    glucose[7] = float(str(glucose[7])) * 100.0
    found = learnt(tmp_path, replace(ASKED, group=group), glucose=glucose)
    (told,) = [one for one in found.decisions if one.startswith("WARNING: the sample")]
    assert "line 9 " in told
    sound = learnt(tmp_path, replace(ASKED, group=group))
    assert not any(one.startswith("WARNING") for one in sound.decisions)


def _again(columns: dict[str, list[object]], row: int, value: float | None = None) -> dict[str, list[object]]:
    """With the result of `row` once more in the row below it, as time and value alone; another `value` perhaps."""
    found = {name: [*cells[: row + 1], None, *cells[row + 1 :]] for name, cells in columns.items()}
    found["time [h]"][row + 1] = columns["time [h]"][row]
    found["glucose"][row + 1] = columns["glucose"][row] if value is None else value
    return found


def test_a_mistyped_result_that_stands_twice_confirms_nothing_and_uses_up_one(
    tmp_path: Path, package: LivePackage
) -> None:
    columns = processes.process()
    columns["glucose"][4] = 14.0  # for 7.4
    once = read(package, tmp_path, columns, Told(at_line=2))
    twice = read(package, tmp_path, _again(columns, 4), Told(at_line=2))
    assert list(twice.told.values()) == list(once.told.values())
    assert [one.told for one in twice.samples] == [one.told for one in once.samples]
    assert twice.metrics == once.metrics
    assert twice.remarks[0] == (
        "1 results repeat another of the same moment, the first in line 7 that of line 6: each counts once"
    )


def test_a_table_that_stands_twice_is_scored_once(tmp_path: Path, package: LivePackage) -> None:
    columns = processes.process()
    twice = read(package, tmp_path, {name: cells * 2 for name, cells in columns.items()})
    once = read(package, tmp_path, columns)
    assert twice.metrics == once.metrics
    assert "10 results repeat another" in twice.remarks[0]
    assert not any("second process" in one for one in twice.remarks)


def test_two_results_of_one_moment_are_told_and_confirm_nothing(tmp_path: Path, package: LivePackage) -> None:
    columns = processes.process()
    columns["glucose"][4] = 14.0
    found = read(package, tmp_path, _again(columns, 4, 14.5), Told(at_line=2))
    assert [one.told for one in found.samples[:4]] == [True, True, True, False]
    assert found.remarks[0] == (
        "WARNING: 1 moments have another result as well, the first in lines 6 and 7 (14 and 14.5): neither confirms "
        "the other"
    )
    assert found.metrics[0].values["rmsep"] < 0.5


@pytest.mark.parametrize("group", [None, "reactor"])
def test_a_second_process_without_its_group_is_told_and_scored_against_nothing(
    tmp_path: Path, group: str | None
) -> None:
    package = learnt(
        tmp_path, replace(ASKED, group=group), **({} if group else {"reactor": [1.0] * 30})
    ).package
    one, other = processes.process(), processes.process(24, seed=9, shift=4.0)
    del other["glucose"][20:]  # a last result between two spectra
    other["glucose"] += [None, None, None, 3.0]
    for name in other:
        if name not in ("time [h]", "glucose"):
            other[name][23] = None
    both = read(package, tmp_path, {name: [*one[name], *other[name]] for name in one}, Told(at_line=2))
    alone = read(package, tmp_path, one, Told(at_line=2))
    assert both.metrics == alone.metrics
    assert both.samples == alone.samples
    assert both.remarks[0].startswith("WARNING: from line 42 on times fall back and go on: a second process")
    assert "--group" in both.remarks[0]
    assert both.remarks[1].startswith("6 results, the first in line 42, stand where times fall back")


def test_a_table_scored_again_is_the_same_evidence(package: LivePackage, tmp_path: Path) -> None:
    path = tmp_path / "live.json"
    write(package, path)
    for at_line in (0, 2, 2):
        record_live(read(package, tmp_path, asked=Told(at_line=at_line)), path, "2026-01-01T00:00:00+00:00")
    found = {each.id: each for each in validate(package, path).findings}
    assert found["MON-08"].evidence.startswith("8 samples of processes in 1 tables, never told")
    record_live(read(package, tmp_path, processes.process(20)), path, "2026-01-01T00:00:00+00:00")
    found = {each.id: each for each in validate(package, path).findings}
    assert found["MON-08"].evidence.startswith("13 samples of processes in 2 tables, never told")


def test_a_process_in_several_tables_is_counted_once_and_lines_without_digests_as_they_were(
    package: LivePackage, tmp_path: Path
) -> None:
    path, when = tmp_path / "live.json", "2026-01-01T00:00:00+00:00"
    write(package, path)
    columns = processes.process()
    record_live(read(package, tmp_path, columns), path, when)
    record_live(read(package, tmp_path, dict(reversed(columns.items()))), path, when)
    first: dict[str, list[object]] = {name: cells[:20] for name, cells in columns.items()}
    record_live(read(package, tmp_path, first), path, when)
    found = {each.id: each for each in validate(package, path).findings}
    assert found["MON-08"].evidence.startswith("10 samples of processes in 3 tables, never told")
    one = uses(path)[0]
    assert (len(one.samples), one.results[0].rows) == (10, 10)
    assert "samples" not in one.model_copy(update={"samples": ()}).model_dump()
    before = Use.model_validate(one.model_copy(update={"samples": ()}).model_dump())
    assert before.hashed() != one.hashed()
    older = tuple(use.model_copy(update={"samples": ()}) for use in uses(path))
    told = LIVE["MON-08"](Case(package, older))[1]
    assert told.startswith("25 samples of processes in 3 tables, never told")


def test_a_sample_between_two_spectra_has_a_digest_by_its_time(package: LivePackage, tmp_path: Path) -> None:
    columns = processes.process()
    between = {name: [None] * 2 for name in columns} | {"time [h]": [1.01, 2.01], "glucose": [5.0, 5.0]}
    order = np.argsort([*columns["time [h]"], 1.01, 2.01])  # type: ignore[arg-type]
    rows = {name: [[*columns[name], *between[name]][place] for place in order] for name in columns}
    found = read(package, tmp_path, rows)
    assert len(digests(found)) == len(found.samples) == 12


def test_groups_that_are_spelt_in_several_ways_are_one_and_that_is_told(tmp_path: Path) -> None:
    columns = processes.samples()
    numbered = columns | {"reactor": [str(one).replace("R", "9") for one in columns["reactor"]]}
    for own, other, given in (("R0", "r0", columns), ("90", "90.0", numbered)):
        spelt = list(given["reactor"])
        spelt[6] = other
        folder = tmp_path / own
        folder.mkdir()
        found = train_live(
            tables.table(folder, given | {"reactor": spelt}),
            tables.table(folder, processes.process(2, seed=9)),
            ASKED,
        )
        assert found.package.training.groups == 6
        assert f"in 'reactor' '{other}' counts as '{own}'" in found.decisions
        course = processes.process()
        names: list[object] = [other if row == 7 else own for row in range(len(course["glucose"]))]
        read_ = read(found.package, folder, {"reactor": names, **course})
        assert set(read_.groups or ()) == {own}
        assert f"in 'reactor' '{other}' counts as '{own}'" in read_.remarks
        older = found.package.model_copy(
            update={"live": found.package.live.model_copy(update={"edition": 3})}
        )
        assert set(read(older, folder, {"reactor": names, **course}).groups or ()) == {own, other}


def test_told_samples_that_missed_their_intervals_are_warned_of(tmp_path: Path, package: LivePackage) -> None:
    found = read(package, tmp_path, processes.process(shift=2.0), Told(at_line=3))
    warned = [
        one for one in found.remarks if "told samples that count lie outside the interval that stood" in one
    ]
    assert len(warned) == 1
    counted = beside(found.samples)
    assert warned[0].startswith(f"WARNING: {counted.missed} of {counted.stood} told samples that count ")
    assert f"{counted.stood} intervals, of which {counted.missed} missed the result." in (found.beside or "")
    assert warned[0].endswith("later intervals are as wide as they showed")
    older = package.model_copy(update={"live": package.live.model_copy(update={"edition": 3})})
    remarks = read(older, tmp_path, processes.process(shift=2.0), Told(at_line=3)).remarks
    assert any(one.endswith("the model was frozen before they are widened by it") for one in remarks)
    agreeing = read(package, tmp_path, processes.process(), Told(at_line=3)).remarks
    assert not any("lie outside the interval" in one for one in agreeing)
