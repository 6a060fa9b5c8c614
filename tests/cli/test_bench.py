"""`homeostat bench`: results as a table and as JSON, and what each benchmark promises to measure."""

import json
import subprocess
from collections.abc import Callable, Sequence

import pytest

from homeostat.bench import BENCHES, Bench, Result, Rival, Spread, as_object, drawing, historian, ledger, scan
from homeostat.bench.measuring import in_turn, milliseconds, new_paths, rate, scratch, seconds
from homeostat.cli.bench import table
from homeostat.cli.output import plain
from homeostat.execution import Finish, Options, Watcher
from homeostat.process import Process
from homeostat.site import Site

Call = Callable[..., subprocess.CompletedProcess[str]]

KEYS = {"what", "value", "unit", "bar", "holds", "rivals"}
FAST = Result(
    "events in",
    Spread(20_000.0, 18_000.0, 21_000.0),
    "events/s",
    10_000.0,
    rivals=(Rival("plain file", Spread(30_000.0, 29_000.0, 31_000.0), "events/s"),),
)
SLOW = Result("drawing", Spread(12.0, 11.0, 14.0), "ms", 10.0, better="less")


@pytest.fixture
def measured(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Benchmarks that take no time; the list holds the `quick` of each measurement."""
    calls: list[bool] = []

    def measure(self: Bench, *, quick: bool, topics: Sequence[str] = ()) -> list[Result]:
        calls.append(quick)
        return [FAST, SLOW]

    monkeypatch.setattr(Bench, "measure", measure)
    return calls


@pytest.mark.parametrize(
    ("result", "holds"),
    [
        (FAST, True),
        (SLOW, False),
        (Result("a", Spread(10.0, 1.0, 20.0), "ms", 10.0, better="less"), True),
        (Result("a", Spread(9.9, 1.0, 20.0), "1/s", 10.0), False),
        (Result("a", Spread(1.0, 1.0, 1.0), "1/s"), None),
    ],
)
def test_a_bar_holds_by_the_median(result: Result, holds: bool | None) -> None:
    assert result.holds is holds


def test_an_object_has_the_agreed_keys_and_the_spread() -> None:
    made = as_object(FAST)
    assert made == {
        "what": "events in",
        "value": 20_000.0,
        "unit": "events/s",
        "spread": [18_000.0, 21_000.0],
        "bar": 10_000.0,
        "holds": True,
        "rivals": [
            {"what": "plain file", "value": 30_000.0, "unit": "events/s", "spread": [29_000.0, 31_000.0]}
        ],
    }


def test_the_table_shows_bars_and_rivals() -> None:
    assert plain(table("Title", [FAST, SLOW])).splitlines() == [
        "Title",
        "what                  median  least to greatest  unit      bar        holds",
        "events in             20,000  18,000 to 21,000   events/s  >= 10,000  yes",
        "  against plain file  30,000  29,000 to 31,000   events/s",
        "drawing                   12  11 to 14           ms        <= 10      NO",
    ]


@pytest.mark.parametrize("name", BENCHES)
def test_every_benchmark_is_a_command_that_prints_json(
    homeostat: Call, measured: list[bool], name: str
) -> None:
    ended = homeostat("bench", name, "--json", "--quick")
    assert ended.returncode == 0
    rows = json.loads(ended.stdout)
    assert [set(row) >= KEYS for row in rows] == [True, True]
    assert measured == [True]
    assert f"  {name} " in homeostat("bench", "--help").stdout


def test_without_json_a_table_is_printed(homeostat: Call, measured: list[bool]) -> None:
    ended = homeostat("bench", "run")
    assert BENCHES["run"].title in ended.stdout
    assert measured == [False]
    assert ended.returncode == 0


def test_strict_fails_where_a_bar_is_missed(homeostat: Call, measured: list[bool]) -> None:
    assert homeostat("bench", "run", "--strict").returncode == 1


@pytest.mark.parametrize(
    ("measure", "bars"),
    [
        (drawing.measure, {"ms": 10.0}),
        (historian.measure, {"points/s": 5_000_000}),
        (ledger.measure, {"durable": 10_000, "verified": 300_000}),
    ],
    ids=["drawing", "historian", "ledger"],
)
def test_the_stores_are_measured_beside_rivals(
    measure: Callable[..., list[Result]], bars: dict[str, float]
) -> None:
    results = measure(quick=True)
    assert [result.bar for result in results] == list(bars.values())
    for result, name in zip(results, bars, strict=True):
        assert name in f"{result.what}, {result.unit}"
        assert 0 < result.value.low <= result.value.median <= result.value.high
        assert result.rivals
        assert set(as_object(result)) >= KEYS
        assert all(rival.value.low > 0 and rival.unit == result.unit for rival in result.rivals)


@pytest.mark.parametrize("quick", [True, False])
def test_the_run_is_measured_by_wall_and_by_cpu_time(monkeypatch: pytest.MonkeyPatch, *, quick: bool) -> None:
    tried: list[tuple[bool, str | None]] = []

    def run(site: Site, process: Process, options: Options, watch: Watcher) -> Finish:
        tried.append((bool(process.controllers), options.until))
        return Finish("B0001", "complete", 17_280, 0, "")

    monkeypatch.setattr(scan, "run", run)
    results = scan.measure(quick=quick)
    for (wall, cpu), most in zip((results[:2], results[2:]), (30, 15), strict=True):
        assert (wall.unit, wall.bar) == ("scans/s", None if quick else pytest.approx(17_280 / most))
        assert (cpu.unit, cpu.bar) == ("scans/s", None)
        assert wall.rivals
    times = 2 if quick else 3
    assert [led for led, _ in tried] == [True] * times + [False] * times
    assert [until is not None for _, until in tried] == [quick] * 2 * times


def test_the_stop_watch_reads_the_clock_it_is_given() -> None:
    times = iter([10.0, 12.5])
    assert seconds(lambda: None, lambda: next(times)) == 2.5


def test_measures_are_taken_in_turn() -> None:
    order: list[str] = []

    def measure(name: str, value: float) -> float:
        order.append(name)
        return value + len(order)

    first, second = in_turn(3, lambda: measure("a", 0.0), lambda: measure("b", 10.0))
    assert order == ["a", "b", "a", "b", "a", "b"]
    assert first == Spread(3.0, 1.0, 5.0)
    assert second == Spread(14.0, 12.0, 16.0)


def test_a_rate_is_the_amount_by_the_seconds() -> None:
    assert rate(10, lambda: None)() > milliseconds(lambda: None)() > 0


def test_scratch_directories_vanish() -> None:
    with scratch() as folder:
        new = new_paths(folder)
        first, second = new(), new()
        first.mkdir()
        assert first != second
        assert first.parent == folder
    assert not folder.exists()


def test_one_topic_of_a_benchmark_can_be_measured_and_an_unknown_one_is_named(homeostat: Call) -> None:
    refused = homeostat("bench", "watch", "--topic", "weather")
    assert refused.returncode == 2
    assert "tennessee" in refused.stderr
    assert "it has none, and is measured as a whole" in homeostat("bench", "run", "--topic", "scan").stderr


def test_topics_are_measured_by_themselves(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[str] = []

    class Part:
        @staticmethod
        def measure(*, quick: bool) -> list[Result]:
            return [FAST]

    def part(name: str) -> type[Part]:
        asked.append(name)
        return Part

    monkeypatch.setattr("homeostat.bench.registry.importlib.import_module", part)
    assert Bench("", "bench.of").measure(quick=True, topics=("one", "two")) == [FAST, FAST]
    assert asked == ["bench.of.one", "bench.of.two"]
