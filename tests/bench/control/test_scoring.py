"""How runs are compared, with runs whose scores are known."""

import numpy as np
import pytest

from homeostat.bench.absent import absent
from homeostat.bench.control.contest import Run
from homeostat.bench.control.judge import Worth
from homeostat.bench.control.plants.batch_bioreactor import TASK
from homeostat.bench.control.scoring import fair, other_moves, over, times_less, worse
from homeostat.bench.control.solver import Answer
from homeostat.bench.control.telling import told


def run(
    name: str, times: list[list[float]], costs: list[float], moves: list[float], *, solved: bool = True
) -> Run:
    """A run with given times (rounds, n), objectives and first moves (n)."""
    answers = tuple(Answer(np.array([[[move]]]), solved, 3, 0.0) for move in moves)
    return Run(name, np.array(times), answers, tuple(Worth(cost, 0.0) for cost in costs))


OURS = run("ours", [[1.0, 1.0, 9.0], [2.0, 2.0, 2.0]], [-1.0, -2.0, -3.0], [0.0, 0.1, 0.2])
THEIRS = run("theirs", [[30.0, 30.0, 30.0], [80.0, 20.0, 80.0]], [-1.0, -2.0, -3.0], [0.0, 0.1, 0.1])


def test_times_less_is_the_ratio_of_medians_round_by_round() -> None:
    ratio = times_less(OURS, THEIRS)
    assert (ratio.low, ratio.median, ratio.high) == (30.0, 35.0, 40.0)


def test_a_plan_is_worse_where_it_costs_more_whatever_the_sign() -> None:
    other = run("other", [[1.0]], [-0.99, -2.0, -3.03], [0.0])
    assert worse(other, THEIRS) == pytest.approx([1.0, 0.0, -1.0])


def test_moves_differ_in_percent_of_the_inputs_range() -> None:
    assert other_moves(TASK, OURS, THEIRS) == pytest.approx([0.0, 0.0, 50.0])


def test_speed_counts_only_where_all_is_solved_and_no_plan_is_worse() -> None:
    assert fair(OURS, THEIRS)
    assert not fair(run("quick", [[1.0] * 3], [-1.0, -2.0, -2.99], [0.0] * 3), THEIRS)
    assert not fair(run("failing", [[1.0] * 3], [-1.0, -2.0, -3.0], [0.0] * 3, solved=False), THEIRS)


def test_medians_and_percentiles_are_those_of_rounds() -> None:
    assert (OURS.median.low, OURS.median.median, OURS.median.high) == (1.0, 1.5, 2.0)
    assert OURS.slow.high == pytest.approx(np.percentile([1.0, 1.0, 9.0], 95))
    assert over(np.array([3.0, 1.0, 2.0])).median == 2.0


def test_what_is_told_has_its_bar_only_where_it_is_fair() -> None:
    speed, *_, objective, _, solved, _ = told("bench", TASK, [OURS, THEIRS], 35.0)
    assert speed.bar == 35.0
    assert speed.holds
    assert [rival.what for rival in speed.rivals] == ["ours, a step", "theirs, a step"]
    assert objective.value.median == 0.0
    assert solved.holds
    failing = run("failing", [[1.0] * 3] * 2, [-1.0, -2.0, -3.0], [0.0] * 3, solved=False)
    speed, *_, solved, _ = told("bench", TASK, [failing, THEIRS], 35.0)
    assert speed.bar is None
    assert solved.holds is False


def test_a_rival_that_is_missing_is_named_with_the_mend() -> None:
    assert "homeostat[bench]" in absent("bench", "do-mpc").what
