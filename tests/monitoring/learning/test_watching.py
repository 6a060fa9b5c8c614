"""From a long table to a frozen watcher, whole, aligned, by phase or dynamic; and what it says of other batches."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from tests.monitoring.learning import long_tables, tables

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import GoodBatches, VaryingProcess
from homeostat.monitoring.learning import Table, read_table
from homeostat.monitoring.learning.columns import Wanted
from homeostat.monitoring.learning.following import follow_table
from homeostat.monitoring.learning.lateness import warned
from homeostat.monitoring.learning.runs import Grid, Laid, Run, Runs
from homeostat.monitoring.learning.varying import learn_varying
from homeostat.monitoring.learning.watching import Asked, Watching, train_watcher
from homeostat.monitoring.package import read_any, write

LAID = Laid("run", "time [h]")
ASKED = Asked(LAID, components=2)
WAYS: dict[str, dict[str, Any]] = {
    "whole": {},
    "aligned": {"align": "cells"},
    "by phase": {"laid": Laid("run", "time [h]", "phase")},
    "dynamic": {"lags": 2},
}


@pytest.fixture(scope="module")
def good(tmp_path_factory: pytest.TempPathFactory) -> Table:
    return read_table(long_tables.written(tmp_path_factory.mktemp("good") / "good.csv", 24))


@pytest.fixture(scope="module")
def new(tmp_path_factory: pytest.TempPathFactory) -> Table:
    """Six further batches; in the last one the acid rises from sample 14 on."""
    place = tmp_path_factory.mktemp("new") / "new.csv"
    return read_table(long_tables.written(place, 6, seed=9, fault=14))


@pytest.fixture(scope="module", params=WAYS)
def learnt(request: pytest.FixtureRequest, good: Table) -> Watching:
    return train_watcher(good, replace(ASKED, **WAYS[request.param]))


def test_the_faulty_batch_asks_for_action_soon_and_names_its_tag(learnt: Watching, new: Table) -> None:
    found = follow_table(learnt.package, new)
    at = found[-1].first("action")
    assert at is not None
    assert 14 <= at <= 18
    assert found[-1].times[at] == at
    assert found[-1].told[at].drivers[0][0] == "acid"
    assert sum(one.first("action") is not None for one in found[:-1]) <= 1


def test_what_was_frozen_says_the_same_after_it_was_read(
    learnt: Watching, new: Table, tmp_path: Path
) -> None:
    write(learnt.package, tmp_path / "w.json")
    again = read_any(tmp_path / "w.json")
    assert again == learnt.package
    assert follow_table(again, new) == follow_table(learnt.package, new)


def test_the_package_tells_what_it_was_learnt_from_and_how_often_it_errs(learnt: Watching) -> None:
    package = learnt.package
    assert package.training.groups == 24
    assert package.training.rows == 24 * 24
    assert (package.interval, package.begins) == (1.0, 0.0)
    assert package.names == ("sugar [mmol/L]", "acid", "cells")
    assert [given.unit for given in package.inputs] == ["mmol/L", "", ""]
    assert {"batches with an alert", "batches that ask for action"} <= set(learnt.rates)
    assert learnt.rates["batches that ask for action"].total == 24
    assert package.metrics[0].values["batches with an alert"] == learnt.rates["batches with an alert"].rate
    assert package.tried[0]["decision"] == learnt.decisions[0]


def test_learning_twice_gives_the_same_package(learnt: Watching, good: Table) -> None:
    way = {
        "aligned": {"align": "cells"},
        "dynamic": {"lags": 2},
        "by phase": WAYS["by phase"],
        "whole": {},
    }
    watcher = learnt.package.watcher
    if isinstance(watcher, VaryingProcess):
        name = "dynamic"
    elif isinstance(watcher, GoodBatches) and watcher.by_phase:
        name = "by phase"
    else:
        name = "aligned" if isinstance(watcher, GoodBatches) and watcher.aligner else "whole"
    again = train_watcher(good, replace(ASKED, **way[name]))
    assert again.package.content_hash == learnt.package.content_hash


def test_new_good_batches_alarm_about_as_often_as_was_told(good: Table, tmp_path: Path) -> None:
    many = read_table(long_tables.written(tmp_path / "many.csv", 60, seed=33))
    for way in ("whole", "dynamic"):
        learnt = train_watcher(good, replace(ASKED, **WAYS[way]))
        found = follow_table(learnt.package, many)
        alerts = np.mean([one.first("alert", "action") is not None for one in found])
        actions = np.mean([one.first("action") is not None for one in found])
        assert alerts <= learnt.rates["batches with an alert"].high + 0.15
        assert actions <= learnt.rates["batches that ask for action"].high


def test_batches_of_different_lengths_are_watched_as_long_as_the_shortest(tmp_path: Path) -> None:
    rows = long_tables.columns(12)
    short = {name: [v for k, v in enumerate(column) if not 20 <= k < 24] for name, column in rows.items()}
    table = read_table(tables.written(tmp_path / "t.csv", short))  # type: ignore[arg-type]
    learnt = train_watcher(table, ASKED)
    assert "watched for 20 samples, as long as the shortest batch; the longest has 24" in learnt.decisions
    found = follow_table(learnt.package, table)
    assert [one.decision for one in found[1].told[20:]] == ["undecided"] * 4


def test_without_a_size_it_is_chosen_and_told(good: Table) -> None:
    learnt = train_watcher(good, replace(ASKED, components=None))
    assert any("24 samples, " in decision and "component" in decision for decision in learnt.decisions)
    states = train_watcher(good, replace(ASKED, components=None, lags=2))
    assert "states" in " ".join(states.decisions)


def test_one_long_run_is_a_process_that_stands_still() -> None:
    random = np.random.default_rng(2)
    rows = np.cumsum(random.standard_normal((600, 3)), axis=0)
    rows = rows - np.stack([np.convolve(c, np.ones(25) / 25, "same") for c in rows.T], axis=1)
    found = learn_varying([rows], ("a", "b", "c"), 2, 2, 0.99, 0.95)
    assert found.watcher.mean.shape == (1, 3)
    assert found.samples.low <= 0.01 <= found.samples.high
    assert found.actions.total == 10


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (replace(ASKED, align="pH"), "there is no tag 'pH' to align by"),
        (replace(ASKED, align="sugar [mmol/L]", wanted=Wanted(columns=("acid",))), "no tag 'sugar"),
        (replace(ASKED, align="cells", lags=2), "align and lags do not go together"),
        (replace(ASKED, lags=9), "teach nothing of 9 lags"),
        (replace(ASKED, wanted=Wanted(columns=("^nothing",))), "no column fits"),
        (replace(ASKED, laid=Laid("batch", "time [h]")), "there is no column 'batch'"),
    ],
)
def test_what_cannot_be_learnt_is_told(asked: Asked, message: str, good: Table) -> None:
    with pytest.raises(MonitoringError, match=message):
        train_watcher(good, asked)


def test_three_batches_give_no_limits(tmp_path: Path) -> None:
    few = read_table(long_tables.written(tmp_path / "few.csv", 3))
    with pytest.raises(MonitoringError, match=r"3 batch.*give no limits"):
        train_watcher(few, ASKED)


def test_a_table_without_the_tags_is_refused(learnt: Watching, tmp_path: Path) -> None:
    rows = {name: column for name, column in long_tables.columns(2).items() if name != "acid"}
    table = read_table(tables.written(tmp_path / "t.csv", rows))  # type: ignore[arg-type]
    with pytest.raises(MonitoringError, match="there is no column 'acid'"):
        follow_table(learnt.package, table)


def test_a_batch_that_makes_alerts_come_too_late_is_named() -> None:
    rows = np.zeros((24, 1))
    found = Runs(tuple(Run(f"R{n}", rows, ("",) * 24) for n in (1, 2, 3)), ("a",), Grid(1.0))
    (told,) = warned(found, 21, (1, 20, 22), 24)
    assert "needs 21 of 24 samples" in told
    assert "R2 (20), R3 (22)" in told
    assert "R1" not in told
    assert warned(found, 12, (1, 11, 22), 24) == ()
    stretches = Runs(found.runs[:1], ("a",), Grid(1.0))
    assert "stretch 2 (20)" in warned(stretches, 21, (1, 20, 3), 24)[0]


def test_a_watcher_that_alerts_in_time_is_not_warned_of(learnt: Watching) -> None:
    assert not any(decision.startswith("WARNING") for decision in learnt.decisions)


def test_a_watched_column_with_a_bad_cell_or_a_value_too_large_is_refused(tmp_path: Path) -> None:
    for cell, what in (("oops", "is no number"), ("1e200", "is too large")):
        rows = long_tables.columns(6)
        rows["acid"][30] = cell  # type: ignore[index,call-overload]
        with pytest.raises(MonitoringError, match=what) as caught:
            train_watcher(read_table(tables.written(tmp_path / "t.csv", rows)), ASKED)  # type: ignore[arg-type]
        assert caught.value.where == "t.csv, line 32, column 'acid'"


def test_infinite_values_are_told_to_be_missing(tmp_path: Path) -> None:
    rows = long_tables.columns(12)
    rows["acid"][30] = "inf"  # type: ignore[index,call-overload]
    learnt = train_watcher(read_table(tables.written(tmp_path / "t.csv", rows)), ASKED)  # type: ignore[arg-type]
    assert "1 infinite values of 'acid' count as missing" in learnt.decisions
