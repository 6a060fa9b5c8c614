"""What a command takes is measured in a process of its own."""

from pathlib import Path

import pytest

from homeostat.bench.twin import population as module
from homeostat.bench.twin.population import Taken, command, ensemble, measurable, population
from homeostat.errors import TwinError

pytestmark = pytest.mark.skipif(not measurable(), reason="the system does not tell what a child took")


def test_memory_is_the_greatest_that_was_held() -> None:
    small = command(["-c", "pass"])
    large = command(["-c", "block = bytearray(200_000_000); del block"])
    assert 0.19 < large.gigabytes - small.gigabytes < 0.22
    assert small.gigabytes < 0.05
    assert small.seconds > 0.0


def test_cpu_time_is_that_of_the_command_alone() -> None:
    waiting = command(["-c", "import time; time.sleep(0.5)"])
    assert waiting.cpu < 0.4 < waiting.seconds


def test_a_command_that_fails_is_an_error() -> None:
    with pytest.raises(TwinError, match="ended with 3"):
        command(["-c", "raise SystemExit(3)"])


def test_a_command_that_draws_nothing_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "command", lambda _: Taken(1.0, 1.0, 0.1))
    with pytest.raises(TwinError, match="no picture"):
        ensemble(10, tmp_path / "picture.html")


def test_a_population_has_bars_for_time_and_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[int] = []

    def fake(count: int, picture: Path) -> Taken:
        asked.append(count)
        return Taken(4.0 + len(asked), 7.0, 0.9)

    monkeypatch.setattr(module, "ensemble", fake)
    wall, memory = population(100_000, 3)
    assert asked == [100_000] * 3
    assert (wall.value.median, wall.bar, wall.holds) == (6.0, 5.0, False)
    assert (memory.value.median, memory.bar, memory.holds) == (0.9, 1.0, True)
    assert wall.rivals[0].value.median == 7.0
    assert "100,000" in wall.what
