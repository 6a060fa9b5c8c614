"""`watch`: train on a table, score another, explain a row, report on the model; errors say where and how to mend."""

import json
from pathlib import Path

import pytest
from tests.cli.conftest import Call
from tests.monitoring.learning import tables


def _train(homeostat: Call, folder: Path, columns: tables.Columns, *options: str) -> Path:
    data, model = tables.written(folder / "train.csv", columns), folder / "model.json"
    done = homeostat("watch", "train", data, "--out", model, "--quick", *options)
    assert done.returncode == 0, done.stderr
    return model


@pytest.fixture(scope="module")
def trained(homeostat: Call, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A model of `y` with a rule, a locked test and limits."""
    folder = tmp_path_factory.mktemp("watch")
    rule = ("--target", "y", "--group", "donor", "--rule", ">= 0", "--unit", "g/L")
    test = ("--accept", "rmsep<=1", "--accept", "coverage>=0.5@*", "--context", "bench", "--test")
    rows = tables.linear(40, seed=3) | {"donor": ["new 1", "new 2"] * 20}
    locked = tables.written(folder / "locked.csv", rows)
    return _train(homeostat, folder, tables.linear(60), *rule, *test, str(locked))


def test_training_tells_what_was_tried_and_how_good_the_search_is(homeostat: Call, tmp_path: Path) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear() | {"remark": [f"r{row}" for row in range(40)]})
    done = homeostat(
        "watch", "train", data, "--target", "y", "--group", "donor", "--out", tmp_path / "m.json", "--quick"
    )
    assert done.returncode == 0, done.stderr
    for told in (
        "Tried",
        "chosen",
        "Nested cross-validation",
        "RMSEP",
        "coverage",
        "'remark'",
        "donor 1",
        "SHA-256",
    ):
        assert told in done.stdout


@pytest.mark.drill
def test_training_twice_gives_the_same_numbers(homeostat: Call, tmp_path: Path) -> None:
    found = []
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        model = _train(homeostat, tmp_path / name, tables.linear(), "--target", "y", "--name", "m")
        package = json.loads(model.read_text("utf-8"))
        found.append(
            {key: package[key] for key in ("steps", "form", "interval", "space", "metrics", "self_test")}
        )
    assert found[0] == found[1]


def test_scoring_gives_values_intervals_and_verdicts(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    columns = tables.linear(20, seed=7)
    truth = [float(str(value)) for value in columns.pop("y")]
    data = tables.written(tmp_path / "new.csv", columns)
    done = homeostat("watch", "score", trained, data, "--json")
    found = json.loads(done.stdout)
    assert len(found["rows"]) == 20
    assert found["figures"] is None
    near = [
        abs(row["value"] - true)
        for row, true in zip(found["rows"], truth, strict=True)
        if row["value"] is not None
    ]
    assert sorted(near)[len(near) // 2] < 0.5
    for row in found["rows"]:
        assert row["verdict"] in {"ok", "alert", "action", "undecided"}
        assert row["low"] <= row["value"] <= row["high"]
        assert 0.0 < row["probability"] < 1.0
        assert row["drivers"]
    ordered = sorted((row["value"], row["probability"]) for row in found["rows"])
    assert [p for _, p in ordered] == sorted(p for _, p in ordered)


def test_the_truth_is_compared_but_never_seen(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    columns = tables.linear(20, seed=7)
    first = homeostat("watch", "score", trained, tables.written(tmp_path / "a.csv", columns), "--json")
    columns["y"] = [-1000.0 * float(str(value)) for value in columns["y"]]
    second = homeostat("watch", "score", trained, tables.written(tmp_path / "b.csv", columns), "--json")
    a, b = json.loads(first.stdout), json.loads(second.stdout)
    assert [row["value"] for row in a["rows"]] == [row["value"] for row in b["rows"]]
    assert a["figures"]["rmsep"] < 0.5 < b["figures"]["rmsep"]
    assert {"bias", "r2", "accuracy", "decided", "decided_accuracy", "coverage"} <= set(a["figures"])
    assert set(a["groups"]) == {"donor 1", "donor 2", "donor 3", "donor 4"}


def test_scores_are_told_in_words(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    done = homeostat("watch", "score", trained, tables.written(tmp_path / "n.csv", tables.linear(12, seed=8)))
    assert done.returncode == 0, done.stderr
    for told in (
        "[g/L]",
        "verdict",
        "drivers",
        "RMSEP",
        "donor 2",
        "probability that >= 0",
        "90.0 % are stated",
    ):
        assert told in done.stdout


def test_a_comparison_with_the_truth_goes_on_record_and_a_record_that_cannot_be_written_fails_nothing(
    homeostat: Call, trained: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.json"
    model.write_bytes(trained.read_bytes())
    data = tables.written(tmp_path / "n.csv", tables.linear(12, seed=8))
    assert "Recorded as use 1 in m.uses.jsonl." in homeostat("watch", "score", model, data).stdout
    assert json.loads(homeostat("watch", "score", model, data, "--json").stdout)["record"]["use"] == 2
    (tmp_path / "m.uses.jsonl").unlink()
    (tmp_path / "m.uses.jsonl").mkdir()
    done = homeostat("watch", "score", model, data)
    assert done.returncode == 0, done.stderr
    assert "Not recorded" in done.stdout


def test_the_figures_that_are_shown_are_those_on_record(
    homeostat: Call, trained: Path, tmp_path: Path
) -> None:
    model = tmp_path / "m.json"
    model.write_bytes(trained.read_bytes())
    learnt, new = tables.linear(60), tables.linear(12, seed=8)
    both = tables.written(tmp_path / "b.csv", {name: [*learnt[name][:20], *new[name]] for name in new})
    shown = json.loads(homeostat("watch", "score", model, both, "--json").stdout)
    alone = json.loads(
        homeostat("watch", "score", model, tables.written(tmp_path / "n.csv", new), "--json").stdout
    )
    assert len(shown["rows"]) == 32
    assert (shown["figures"], shown["groups"]) == (alone["figures"], alone["groups"])
    assert sum(group["rows"] for group in shown["groups"].values()) == 12
    first, second = map(json.loads, (tmp_path / "m.uses.jsonl").read_text("utf-8").splitlines())
    assert first["results"] == second["results"]
    told = homeostat("watch", "score", model, both).stdout
    assert "20 rows are like rows learnt from" in told
    assert "they prove nothing, and are left out of the figures." in told


def test_rows_from_where_the_model_will_be_used_warn_and_their_target_is_not_read(
    homeostat: Call, tmp_path: Path
) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear())
    there = tables.linear(10, seed=1) | {"b": [50.0] * 10}
    forms = []
    for name, target in (("one", 1.0), ("two", -9.0)):
        other = tables.written(tmp_path / f"{name}.csv", there | {"y": [target] * 10})
        out = tmp_path / f"{name}.json"
        options = ("--target", "y", "--group", "donor", "--name", "m", "--quick", "--out", out)
        done = homeostat("watch", "train", data, *options, "--applied", other)
        assert done.returncode == 0, done.stderr
        assert "'b' is outside" in done.stdout
        package = json.loads(out.read_text("utf-8"))
        forms.append((package["form"], package["steps"], package["interval"], package["training"]))
    assert forms[0] == forms[1]


def test_missing_inputs_leave_a_row_undecided(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    columns = tables.linear(12, seed=8)
    for name in "abcd":
        columns[name][5] = None
    done = homeostat("watch", "score", trained, tables.written(tmp_path / "n.csv", columns), "--json")
    row = json.loads(done.stdout)["rows"][5]
    assert row["verdict"] == "undecided"
    assert "missing" in row["reason"]


def test_a_row_is_explained_by_parts_that_sum_to_its_value(
    homeostat: Call, trained: Path, tmp_path: Path
) -> None:
    data = tables.written(tmp_path / "n.csv", tables.linear(12, seed=8))
    done = homeostat("watch", "explain", trained, data, "--row", "3", "--json")
    found = json.loads(done.stdout)
    total = found["reference"] + sum(part["contribution"] for part in found["contributions"])
    assert total == pytest.approx(found["value"], rel=1e-9)
    words = homeostat("watch", "explain", trained, data, "--row", "3")
    assert "The value is" in words.stdout


def test_a_model_is_explained_in_facts(homeostat: Call, trained: Path) -> None:
    done = homeostat("watch", "explain", trained)
    for told in ("rule", ">= 0", "learnt from", "60 rows in 4 groups", "interval", "meets from"):
        assert told in done.stdout


def test_the_report_holds_every_requirement_with_evidence_or_gap(homeostat: Call, trained: Path) -> None:
    found = json.loads(homeostat("watch", "report", trained, "--json").stdout)
    told = {each["id"]: each for each in found["findings"]}
    assert len(told) == 34
    assert all(each["status"] in {"met", "partly", "gap"} and each["evidence"] for each in told.values())
    assert all("gap" in each["evidence"] for each in told.values() if each["status"] == "gap")
    assert told["MON-09"]["status"] == "met"
    assert "used 1 times" in told["MON-09"]["evidence"]
    assert told["MON-07"]["status"] == "met"
    assert all(each["outcome"] == "holds" for each in found["acceptance"])


def test_the_report_becomes_a_page(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    done = homeostat("watch", "report", trained, "--html", page)
    assert done.returncode == 0, done.stderr
    text = page.read_text("utf-8")
    assert "MON-01" in text
    assert "Validation report" in text
    assert "MON-16" in homeostat("watch", "report", trained).stdout


def test_classes_are_learnt_and_named(homeostat: Call, tmp_path: Path) -> None:
    rule = ("--target", "state", "--group", "donor", "--rule", "== activated")
    model = _train(homeostat, tmp_path, tables.classes(), *rule)
    data = tables.written(tmp_path / "new.csv", tables.classes(40, seed=4))
    found = json.loads(homeostat("watch", "score", model, data, "--json").stdout)
    assert {row["class"] for row in found["rows"]} == {"activated", "quiescent"}
    assert found["figures"]["accuracy"] >= 0.9
    shown = homeostat("watch", "score", model, data).stdout
    assert "may be" in shown
    assert "interval" not in shown
    sure = [str(place + 1) for place, row in enumerate(found["rows"]) if row["low"] == row["high"] == 1.0]
    assert "may be activated: " in homeostat("watch", "explain", model, data, "--row", sure[0]).stdout


def test_spectra_are_recognised_and_other_headings_of_the_same_wavelengths_are_understood(
    homeostat: Call, tmp_path: Path
) -> None:
    model = _train(homeostat, tmp_path, tables.spectra(), "--target", "glucose", "--group", "reactor")
    columns = {
        f"{float(name):.1f}" if name.isdigit() else name: values
        for name, values in tables.spectra(seed=2).items()
    }
    data = tables.written(tmp_path / "new.csv", columns, ";")
    found = json.loads(homeostat("watch", "score", model, data, "--json").stdout)
    assert found["figures"]["rmsep"] < 0.6


def test_a_percentage_is_never_told_beyond_its_ends(homeostat: Call, tmp_path: Path) -> None:
    columns = tables.linear(60)
    shares = [min(max(50.0 + 20.0 * float(str(value)), 0.0), 100.0) for value in columns["y"]]
    options = ("--target", "y", "--group", "donor", "--rule", ">= 80", "--possible", "0..100")
    model = _train(homeostat, tmp_path, columns | {"y": shares}, *options)
    new = tables.linear(40, seed=5) | {"y": [120.0, *[50.0] * 39]}
    data = tables.written(tmp_path / "new.csv", new)
    found = json.loads(homeostat("watch", "score", model, data, "--json").stdout)["rows"]
    assert all(0.0 <= row["low"] <= row["value"] <= row["high"] <= 100.0 for row in found)
    assert {0.0, 100.0} <= {end for row in found for end in (row["low"], row["high"])}
    shown = " ".join(homeostat("watch", "score", model, data).stdout.split())
    assert "1 of the truths lie outside what was declared possible, 0 to 100." in shown
    assert "0 to 100" in homeostat("watch", "explain", model).stdout


def test_where_most_rows_lie_outside_the_way_out_is_told(
    homeostat: Call, tmp_path: Path, trained: Path
) -> None:
    rows = {
        name: [1e3 + row for row in range(40)] if name in "abcde" else values
        for name, values in tables.linear(40).items()
    }
    data = tables.written(tmp_path / "far.csv", rows)
    found = json.loads(homeostat("watch", "score", trained, data, "--json").stdout)
    assert "40 of 40 rows lie outside" in found["advice"]
    assert "bring rows measured there" in " ".join(homeostat("watch", "score", trained, data).stdout.split())
    near = tables.written(tmp_path / "near.csv", tables.linear(40, seed=5))
    assert json.loads(homeostat("watch", "score", trained, near, "--json").stdout)["advice"] is None


def test_a_share_of_the_groups_can_be_locked(homeostat: Call, tmp_path: Path) -> None:
    model = _train(
        homeostat,
        tmp_path,
        tables.spectra(),
        "--target",
        "glucose",
        "--group",
        "reactor",
        "--test-share",
        "0.34",
    )
    package = json.loads(model.read_text("utf-8"))
    assert package["locked_test"]["groups"] == 2
    assert package["training"]["groups"] == 4
    assert (tmp_path / "model.uses.jsonl").is_file()


@pytest.mark.parametrize(
    ("options", "what"),
    [
        (("--target", "z"), "there is no column 'z'"),
        (("--target", "y", "--group", "z"), "there is no column 'z'"),
        (("--target", "y", "--rule", "ninety"), "not a rule"),
        (("--target", "y", "--until", "five"), "no day"),
        (("--target", "y", "--columns", "zzz"), "no column fits"),
        (("--target", "y", "--test-share", "0.5", "--test", "x.csv"), "two test sets"),
        (("--target", "y", "--accept", "rmsep"), "no limit"),
        (("--target", "y", "--accept", "rmspe<=3"), "no such figure"),
        (("--target", "y", "--test", "t.csv"), "the table that is learnt from"),
        (("--target", "y", "--possible", "100..0"), "runs backwards"),
        (("--target", "y", "--possible", "some"), "no range"),
        (("--target", "y", "--possible", ">= 0"), "lies outside what was declared possible, 0 or more"),
    ],
)
def test_what_cannot_be_trained_is_told_with_its_mend(
    homeostat: Call, tmp_path: Path, options: tuple[str, ...], what: str
) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear())
    given = [str(data) if option == "t.csv" else option for option in options]
    done = homeostat("watch", "train", data, "--out", tmp_path / "m.json", *given)
    assert done.returncode == 2
    assert what in done.stderr
    assert "mend" in done.stderr
    assert not (tmp_path / "m.json").exists()


@pytest.mark.drill
def test_the_outcomes_of_the_limits_are_told_with_the_training(homeostat: Call, tmp_path: Path) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear(60))
    locked = tables.written(tmp_path / "l.csv", tables.linear(30, seed=5))
    options = ("--target", "y", "--quick", "--accept", "rmsep<=1", "--accept", "coverage>=0.999")
    done = homeostat("watch", "train", data, "--out", tmp_path / "m.json", *options, "--test", locked)
    assert done.returncode == 0, done.stderr
    assert "Acceptance limits (locked test)" in done.stdout
    assert "holds" in done.stdout
    told = json.loads(homeostat("watch", "report", tmp_path / "m.json", "--json").stdout)["findings"]
    (found,) = (each for each in told if each["id"] == "MON-09")
    assert found["status"] == "partly"
    assert "no column tells groups" in found["evidence"]
    again = homeostat("watch", "train", data, "--out", tmp_path / "n.json", *options, "--json")
    limits = json.loads(again.stdout)["acceptance"]
    assert [each["limit"] for each in limits] == ["rmsep <= 1", "0.999 <= coverage"]


def test_a_test_set_with_a_known_group_is_refused(homeostat: Call, tmp_path: Path) -> None:
    data = tables.written(tmp_path / "t.csv", tables.linear())
    done = homeostat(
        "watch",
        "train",
        data,
        "--out",
        tmp_path / "m.json",
        "--target",
        "y",
        "--group",
        "donor",
        "--test",
        data,
    )
    assert done.returncode == 2
    assert "is in the table and in the test set" in done.stderr


def test_a_table_without_the_inputs_is_refused(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    columns = tables.linear(12)
    del columns["b"]
    done = homeostat("watch", "score", trained, tables.written(tmp_path / "n.csv", columns))
    assert done.returncode == 2
    assert "1 of the model's 5 inputs is not in the table: 'b'" in done.stderr


def test_a_changed_model_is_refused(homeostat: Call, trained: Path, tmp_path: Path) -> None:
    changed = tmp_path / "changed.json"
    changed.write_text(trained.read_text("utf-8").replace('"unit":"g/L"', '"unit":"mg/L"'), "utf-8")
    done = homeostat("watch", "explain", changed)
    assert done.returncode == 2
    assert "changed" in done.stderr


def test_an_empty_cell_is_told_and_no_verdict_is_given_where_it_matters(
    homeostat: Call, trained: Path, tmp_path: Path
) -> None:
    """`a` makes most of `y`, `e` nothing."""
    columns = tables.linear(12, seed=7)
    for row in range(1, 12):
        columns["a" if row % 2 else "e"][row] = None
    data = tables.written(tmp_path / "new.csv", columns)
    rows = json.loads(homeostat("watch", "score", trained, data, "--json").stdout)["rows"]
    assert (rows[0]["missing"], rows[0]["filled"], rows[0]["reach"]) == ([], False, None)
    for row in rows[1::2]:
        assert (row["missing"], row["filled"], row["verdict"]) == (["a"], True, "undecided")
        assert row["probability"] is None
        assert row["high"] - row["low"] > 2 * row["reach"] > 2.0
    for row in rows[2::2]:
        assert (row["missing"], row["filled"]) == (["e"], True)
        assert row["reach"] < 0.1
    assert any(row["verdict"] in ("ok", "action") for row in rows[2::2])
    told = homeostat("watch", "score", trained, data).stdout
    assert "missing, and filled: a (which may put the value off by" in told
    assert "a (filled)" in told


def test_a_class_that_the_model_never_heard_of_is_left_out_and_told(homeostat: Call, tmp_path: Path) -> None:
    model = _train(homeostat, tmp_path, tables.classes(60), "--target", "state", "--group", "donor")
    columns = tables.classes(12, seed=5)
    columns["state"][:3] = ["exhausted"] * 3
    data = tables.written(tmp_path / "new.csv", columns)
    told = homeostat("watch", "score", model, data).stdout
    assert "Left out of the figures: 3 rows whose truth is 'exhausted'" in told
    found = json.loads(homeostat("watch", "score", model, data, "--json").stdout)
    assert [row["truth"] for row in found["rows"]][:3] == [None] * 3
    assert "3 rows" in found["left_out"]


def test_what_few_groups_promise_and_what_was_not_checked_are_told_in_score(
    homeostat: Call, trained: Path, tmp_path: Path
) -> None:
    columns = tables.linear(8, seed=7)
    del columns["donor"]
    data = tables.written(tmp_path / "n.csv", columns)
    told = "no column 'donor': whether these rows are of another kind was not checked"
    assert told in homeostat("watch", "score", trained, data).stdout
    found = json.loads(homeostat("watch", "score", trained, data, "--json").stdout)
    assert found["unchecked"] == told
    assert found["promise"].startswith("4 groups cannot promise 90 %")
