"""The benchmark of few groups tells what it says: coverage near nominal, and hardly a group called far."""

from homeostat.bench.watch.groups import COUNTS, SHAPES, measure


def test_the_quick_run_tells_every_case_beside_its_rivals() -> None:
    *held, _, far = measure(quick=True)
    assert len(held) == len(COUNTS) * len(SHAPES)
    assert all(80.0 < result.value.median < 98.0 for result in held)
    assert all(len(result.rivals) == 2 for result in held)
    assert far.holds
