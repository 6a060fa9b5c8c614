"""The monitor of running batches: equal to direct trimmed-score regression, never looking ahead, calm on gaps."""

import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.monitoring.batches.made_up import batches, names

from homeostat.errors import MonitoringError
from homeostat.monitoring.batches import Limits, Monitor, State, follow
from homeostat.monitoring.batches.fitting import fit
from homeostat.monitoring.frozen import Array

GOOD = batches(25, 12, 4)
NEW = batches(3, 12, 4, seed=9)
SIZE = 3
MODEL = fit(GOOD, names(4), SIZE, floor=0.0)


def _directly(good: Array, rows: Array, samples: int) -> tuple[Array, float, float, float]:
    """Scores, T², SPE and newest SPE after `samples`, by linear algebra on the batch-wise table."""
    mean, scale = good.mean(axis=0), good.std(axis=0, ddof=1)
    table = ((good - mean) / scale).reshape(len(good), -1)
    _, singular, vectors = np.linalg.svd(table, full_matrices=False)
    loadings, variance = vectors[:SIZE].T, singular[:SIZE] ** 2 / (len(good) - 1)
    seen = samples * good.shape[2]
    p, x = loadings[:seen], ((rows - mean) / scale).reshape(-1)[:seen]
    trimmed = table[:, :seen] @ p
    covariance = trimmed.T @ trimmed / (len(good) - 1)
    scores = np.diag(variance) @ p.T @ p @ np.linalg.solve(covariance, p.T @ x)
    residuals = x - p @ scores
    t2 = p.T @ x @ np.linalg.solve(covariance, p.T @ x)
    newest = residuals[-good.shape[2] :]
    return scores, float(t2), float(residuals @ residuals), float(newest @ newest)


def _same_signs(scores: Array, others: Array) -> Array:
    return scores * np.sign(scores[-1] * others[-1])


@pytest.mark.parametrize("batch", [0, 1, 2])
def test_every_sample_is_judged_as_trimmed_score_regression_on_all_samples_so_far_would(batch: int) -> None:
    trace = follow(MODEL, NEW[batch])
    direct = [_directly(GOOD, NEW[batch], k + 1) for k in range(12)]

    assert np.allclose(
        _same_signs(trace.scores, np.array([one[0] for one in direct])), [one[0] for one in direct], atol=1e-9
    )
    assert np.allclose(trace.statistics, [one[1:] for one in direct], rtol=1e-9, atol=1e-9)


def test_the_scores_of_a_complete_batch_are_those_of_pca() -> None:
    x = ((NEW[0] - MODEL.mean) / MODEL.scale).reshape(-1)
    assert np.allclose(follow(MODEL, NEW[0]).scores[-1], x @ MODEL.loadings.reshape(-1, SIZE))


def test_process_improve_says_the_same() -> None:
    pandas = pytest.importorskip("pandas")
    improve = pytest.importorskip("process_improve.batch")
    tables = {n: pandas.DataFrame(rows, columns=names(4)) for n, rows in enumerate(GOOD)}
    told = improve.BatchPCA(n_components=SIZE).fit(tables).predict_online_trace(tables[4])

    trace = follow(MODEL, GOOD[4])
    theirs = told.scores.to_numpy()

    assert np.allclose(_same_signs(trace.scores, theirs), theirs, rtol=0.0, atol=1e-8)
    assert np.allclose(np.sqrt(trace.statistics[:, 1]), told.spe, rtol=0.0, atol=1e-8)
    assert np.allclose(np.sqrt(trace.statistics[:, 2]), told.spe_instantaneous, rtol=0.0, atol=1e-8)


values = st.floats(-50.0, 50.0) | st.just(float("nan"))


@settings(max_examples=40)
@given(st.integers(1, 11), st.lists(st.lists(values, min_size=4, max_size=4), min_size=12, max_size=12))
def test_no_sample_depends_on_later_ones(cut: int, rows: list[list[float]]) -> None:
    batch = np.array(rows)
    assert follow(MODEL, batch).judged[:cut] == follow(MODEL, batch[:cut]).judged


@settings(max_examples=40)
@given(st.integers(0, 12), st.lists(st.lists(values, min_size=4, max_size=4), min_size=12, max_size=12))
def test_a_state_written_and_read_goes_on_bit_for_bit(cut: int, rows: list[list[float]]) -> None:
    batch = np.array(rows)
    model = Monitor.model_validate_json(MODEL.model_dump_json())
    before = follow(MODEL, batch[:cut]).state
    state = State.restore(json.loads(json.dumps(before.plain())))
    assert state == before
    for at in range(cut, 12):
        before, here = MODEL.step(before, batch[at])
        state, there = model.step(state, batch[at])
        assert here == there
        assert state == before


def test_the_order_of_the_good_batches_does_not_matter() -> None:
    other = fit(GOOD[np.random.default_rng(3).permutation(len(GOOD))], names(4), SIZE, floor=0.0)
    assert np.allclose(follow(other, NEW[0]).statistics, follow(MODEL, NEW[0]).statistics, rtol=1e-8)


def test_the_parts_of_the_tags_sum_to_t2_and_to_the_newest_spe() -> None:
    for gap in (False, True):
        rows = NEW[1].copy()
        rows[3, 2] = np.nan if gap else rows[3, 2]
        trace = follow(MODEL, rows[:7])
        parts = MODEL.parts(trace.state, trace.judged[-1])
        assert np.isclose(parts.t2.sum(), trace.judged[-1].t2)
        assert np.isclose(np.abs(parts.newest).sum(), trace.judged[-1].newest)


def test_a_fault_in_one_tag_shows_in_its_part() -> None:
    rows = NEW[0].copy()
    rows[6:, 1] += 8.0
    trace = follow(MODEL, rows[:7])
    parts = MODEL.parts(trace.state, trace.judged[-1])
    assert np.argmax(np.abs(parts.newest)) == 1
    assert parts.newest[1] > 0.0


def test_the_path_for_gaps_gives_what_the_quick_one_does_where_nothing_is_missing() -> None:
    state = follow(MODEL, NEW[0][:5]).state
    quick, slow = MODEL.step(state, NEW[0][5]), MODEL._with_gaps(state, NEW[0][5])
    assert np.allclose(quick[1][1], slow[1][1])
    assert np.allclose(quick[1][2:5], slow[1][2:5])
    assert np.allclose(quick[0].plain()["sums"], slow[0].plain()["sums"])


def test_missing_values_are_told_and_never_counted_as_measured() -> None:
    rows = NEW[0].copy()
    rows[2, 1], rows[4, 3] = np.nan, np.inf
    trace = follow(MODEL, rows)

    assert [one.missing for one in trace.judged[:6]] == [(), (), (1,), (), (3,), ()]
    assert trace.judged[2].residuals[1] == 0.0
    assert trace.judged[-1].measured == pytest.approx(46 / 48)
    assert follow(MODEL, NEW[0]).judged[-1].measured == 1.0


def test_scores_without_one_tag_stay_nearer_to_the_complete_ones_than_with_its_mean_put_in() -> None:
    apart = {"missing": 0.0, "mean": 0.0}
    for rows in batches(20, 12, 4, seed=5):
        complete = follow(MODEL, rows).scores[-1]
        for name, value in (("missing", np.full(12, np.nan)), ("mean", MODEL.mean[:, 2])):
            changed = rows.copy()
            changed[:, 2] = value
            apart[name] += float(np.sum((follow(MODEL, changed).scores[-1] - complete) ** 2))
    assert apart["missing"] < apart["mean"]


def test_where_nothing_or_too_little_is_measured_nothing_is_decided() -> None:
    empty = np.full((12, 4), np.nan)
    assert {one.decision for one in follow(MODEL, empty).judged} == {"undecided"}
    assert np.allclose(follow(MODEL, empty).scores, 0.0)
    half = NEW[0].copy()
    half[:, :2] = np.nan
    assert follow(MODEL, half).judged[-1].decision == "undecided"


def test_beyond_the_samples_that_are_known_the_state_stands_still_and_nothing_is_decided() -> None:
    trace = follow(MODEL, NEW[0])
    state, judged = MODEL.step(trace.state, NEW[0][0])
    assert state == trace.state
    assert judged.decision == "undecided"
    assert np.allclose(judged.scores, trace.judged[-1].scores)


def test_decisions_follow_the_severity() -> None:
    limits = Limits(t2=np.full(12, 1e9), spe=np.full(12, 1e9), newest=np.full(12, 4.0), action=2.0)
    model = MODEL.limited(limits)
    for judged in follow(model, NEW[1] + np.linspace(0.0, 4.0, 12)[:, None]).judged:
        assert judged.severity == pytest.approx(max(judged.newest / 4.0, judged.t2 / 1e9, judged.spe / 1e9))
        expected = "ok" if judged.severity <= 1.0 else "alert" if judged.severity <= 2.0 else "action"
        assert judged.decision == expected


def test_a_batch_that_asks_for_action_at_once_has_alerted_by_then() -> None:
    limits = Limits(t2=np.full(12, 1e9), spe=np.full(12, 1e9), newest=np.full(12, 1e-9), action=2.0)
    trace = follow(MODEL.limited(limits), NEW[0])
    assert (trace.first("alert"), trace.first("action")) == (1, 1)
    assert follow(MODEL, NEW[0]).first("alert") is None


def test_a_sample_of_another_shape_is_refused() -> None:
    with pytest.raises(MonitoringError, match="4 tags"):
        MODEL.step(MODEL.start(), np.zeros(3))
    with pytest.raises(MonitoringError, match="at the start"):
        MODEL.start(np.zeros(2))
    with pytest.raises(MonitoringError, match="no state"):
        State.restore({"sample": 1})


def test_a_model_whose_parts_do_not_fit_is_refused() -> None:
    fields = {name: getattr(MODEL, name) for name in Monitor.model_fields}
    with pytest.raises(ValueError, match="loadings"):
        Monitor(**{**fields, "loadings": MODEL.loadings[:, :-1]})
    with pytest.raises(ValueError, match="positive"):
        Monitor(**{**fields, "scale": 0.0 * MODEL.scale})
