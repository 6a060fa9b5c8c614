"""The benchmark of the signal survey: it measures what it says, and its sound signals are sound."""

from homeostat.bench.watch.survey import measure


def test_a_quick_look_gives_every_figure() -> None:
    results = {result.what: result for result in measure(quick=True)}
    assert len(results) == 6
    false = [result for what, result in results.items() if "sound samples" in what]
    assert [result.value.median for result in false] == [0.0, 0.0, 0.0]
    delay = results["survey: a frozen signal is found after"]
    assert 5 <= delay.value.median <= 60
