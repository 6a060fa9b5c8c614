"""`watch train --live` and what reads a process with it: values, at-line results, the record, the report, errors."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.monitoring.learning import processes, tables


@pytest.fixture(scope="module")
def model(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("live")
    samples = tables.written(folder / "samples.csv", processes.samples())
    first = tables.written(folder / "first.csv", {n: c[:1] for n, c in processes.process().items()})
    given = ("--target", "glucose", "--group", "reactor", "--unit", "g/L", "--possible", "0..20", "--quick")
    live = ("--live", "--applied", first, "--components", "3", "--wavelengths", "450..900")
    done = homeostat("watch", "train", samples, *given, *live, "--out", folder / "live.json")
    assert done.returncode == 0, done.stderr
    assert "chosen for 1 spectra of first.csv, without their values" in done.stdout
    assert "Reported from 0 to 20 g/L" in done.stdout
    return folder / "live.json"


@pytest.fixture(scope="module")
def process(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tables.written(tmp_path_factory.mktemp("process") / "p.csv", processes.process(shift=1.5))


def test_a_process_is_read_and_its_at_line_results_correct_it(
    homeostat: Call, model: Path, process: Path
) -> None:
    alone = json.loads(homeostat("watch", "score", model, process, "--json").stdout)
    done = homeostat("watch", "score", model, process, "--at-line", "2", "--late", "10 min", "--json")
    told = json.loads(done.stdout)
    assert len(alone["spectra"]) == len(told["spectra"]) == 40
    assert [one["at_line"] for one in told["samples"]][:3] == [True, True, False]
    assert abs(told["figures"]["bias"]) < 0.5 < abs(alone["figures"]["bias"])
    assert told["record"]["use"] == alone["record"]["use"] + 1


def test_people_see_rows_figures_and_the_record(homeostat: Call, model: Path, process: Path) -> None:
    done = homeostat("watch", "score", model, process, "--at-line", "1")
    assert done.returncode == 0, done.stderr
    for words in (
        "glucose [g/L], as the process ran",
        "at-line",
        "1 at-line samples left out",
        "RMSEP",
        "Recorded",
    ):
        assert words in done.stdout


def test_where_every_reference_was_told_there_is_nothing_to_compare_with(
    homeostat: Call, model: Path, process: Path
) -> None:
    done = homeostat("watch", "score", model, process, "--at-line", "99")
    assert done.returncode == 0, done.stderr
    assert "Nothing to compare with: every reference value was told." in done.stdout


def test_what_it_is_and_what_it_proves_are_told(homeostat: Call, model: Path) -> None:
    facts = json.loads(homeostat("watch", "explain", model, "--json").stdout)
    assert facts["wavelengths"] == "61, 400 to 1000"
    assert facts["learnt from"] == "30 rows in 6 groups"
    done = homeostat("watch", "report", model)
    assert done.returncode == 0, done.stderr
    assert "RMSECV" in done.stdout


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--live",), "first spectra of its process"),
        (("--live", "--applied", "x.csv", "--rule", ">= 3"), "reads a process live has no use for it"),
        (("--live", "--applied", "x.csv", "--batches", "run"), "a model either predicts or watches"),
        (("--wavelengths", "1..2"), "it goes with --live only"),
        (("--standards", "a.csv", "b.csv"), "it goes with --live only"),
    ],
)
def test_options_that_do_not_go_together_are_refused(
    homeostat: Call, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    samples = tables.written(tmp_path / "s.csv", processes.samples())
    done = homeostat("watch", "train", samples, "--target", "glucose", "--out", tmp_path / "m.json", *options)
    assert done.returncode == 2
    assert words in done.stderr
    assert "mend:" in done.stderr


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (("--wavelengths", "900..450"), "no range of wavelengths"),
        (("--scatter", "magic"), "choose among none, snv, emsc"),
        (("--wavelengths", "400..440"), "too few for any smoothing"),
    ],
)
def test_what_cannot_be_tried_is_refused(
    homeostat: Call, tmp_path: Path, options: tuple[str, ...], words: str
) -> None:
    samples = tables.written(tmp_path / "s.csv", processes.samples())
    given = ("--target", "glucose", "--live", "--applied", samples, "--out", tmp_path / "m.json")
    done = homeostat("watch", "train", samples, *given, *options)
    assert done.returncode == 2
    assert words in done.stderr


@pytest.mark.drill
def test_another_model_has_no_use_for_at_line_results(homeostat: Call, tmp_path: Path) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear())
    out = tmp_path / "m.json"
    assert homeostat("watch", "train", data, "--target", "y", "--out", out, "--quick").returncode == 0
    done = homeostat("watch", "score", out, data, "--at-line", "2")
    assert done.returncode == 2
    assert "only a live calibration" in done.stderr
    named = homeostat("watch", "score", out, data, "--late", "nonsense")
    assert named.returncode == 2


def test_a_live_calibration_explains_no_row_by_itself(homeostat: Call, model: Path, process: Path) -> None:
    done = homeostat("watch", "explain", model, process)
    assert done.returncode == 2
    assert "homeostat watch score" in done.stderr


def test_a_result_late_without_any_told_is_refused(homeostat: Call, model: Path, process: Path) -> None:
    done = homeostat("watch", "score", model, process, "--late", "10 min")
    assert done.returncode == 2
    assert "--at-line" in done.stderr


def test_a_mistyped_result_is_told_on_its_row_and_takes_the_value_nowhere(
    homeostat: Call, model: Path, tmp_path: Path
) -> None:
    columns = processes.process()
    columns["glucose"][0], columns["glucose"][4] = -999.0, 13.0
    typed = tables.written(tmp_path / "p.csv", columns)
    done = homeostat("watch", "score", model, typed, "--at-line", "2")
    assert done.returncode == 0, done.stderr
    for words in (
        "at-line, unused",
        "the result in line 2 corrects nothing: -999 is less than 0, and was declared impossible",
        "the result in line 6 corrects nothing: it is more than 3 half-widths off what stood",
        "The 2 told samples corrected nothing: what stood beside them is not counted.",
        "6 groups cannot promise 90 %",
    ):
        assert words in done.stdout
    found = json.loads(homeostat("watch", "score", model, typed, "--at-line", "2", "--json").stdout)
    assert max(one["value"] for one in found["spectra"]) < 10.0
    assert found["promise"].startswith("6 groups cannot promise 90 %")


def test_a_time_without_a_unit_is_asked_for_one(homeostat: Call, model: Path, process: Path) -> None:
    done = homeostat("watch", "score", model, process, "--at-line", "1", "--late", "30")
    assert done.returncode == 2
    assert "a time has a unit" in done.stderr
    assert "write such as '30 min'" in done.stderr


def test_a_result_that_never_came_is_shown_as_unused(homeostat: Call, model: Path, process: Path) -> None:
    done = homeostat("watch", "score", model, process, "--at-line", "1", "--late", "999 h", "--json")
    (sample, *_) = json.loads(done.stdout)["samples"]
    assert (sample["at_line"], sample["unused"]) == (True, "it came after the last spectrum")
