"""The drill of drills: a run is killed at fifty random moments, and ends in the same record as if nothing had been."""

import random
import subprocess
import sys
from pathlib import Path

import pytest

from homeostat.errors import HomeostatError
from homeostat.execution import replay
from homeostat.quality.verify import verify_site
from homeostat.site import Site

from .conftest import MINI, Quiet, chunks, story

KILLS = 50
LONG = (
    ("elapsed >= 2 h", "elapsed >= 70 h"),
    ("every: 30 min", "every: 6 h"),
    ("elapsed >= 1 h", "elapsed >= 69 h"),
)


@pytest.fixture(scope="module")
def long_culture(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The short culture, three days long."""
    text = MINI.read_text("utf-8")
    for short, long in LONG:
        assert short in text
        text = text.replace(short, long)
    path = tmp_path_factory.mktemp("process") / "long.yaml"
    path.write_text(text, "utf-8")
    return path


def command(process: Path, site: Path, *, begun: bool) -> list[str]:
    words = ["resume", "B0001"] if begun else ["run", str(process), "--seed", "11"]
    return [sys.executable, "-m", "homeostat", *words, "--site", str(site)]


def on_record(site: Path) -> list[tuple[object, ...]]:
    """The batch's events that are durable; none where the run died before its first."""
    try:
        return story(Site.open(site))
    except HomeostatError:
        return []


def killed(words: list[str], after: float) -> bool:
    """Start a command and kill it `after` so many seconds, unless it has ended well by then."""
    try:
        subprocess.run(words, check=True, capture_output=True, timeout=after)
    except subprocess.TimeoutExpired:  # subprocess.run has killed it, with SIGKILL
        return True
    return False


@pytest.mark.drill
def test_fifty_kills_lose_nothing_and_change_nothing(long_culture: Path, tmp_path: Path) -> None:
    whole = tmp_path / "whole"
    subprocess.run(command(long_culture, whole, begun=False), check=True, capture_output=True)
    expected, expected_chunks = story(Site.open(whole)), chunks(Site.open(whole))
    dice, kills, rounds, interrupted = random.Random(20), 0, 0, 0
    while kills < KILLS:
        rounds += 1
        site, kept = tmp_path / f"round{rounds}", list[tuple[object, ...]]()
        while not kept or kept[-1][0] != "B0001/end":
            kills += killed(command(long_culture, site, begun=bool(kept)), dice.uniform(0.3, 6.0))
            now = on_record(site)
            assert now[: len(kept)] == kept, "an acknowledged event was lost or changed"
            interrupted += 0 < len(now) < len(expected)
            kept = now
        assert len({entry[0] for entry in kept}) == len(kept), "an event stands twice"
        assert kept == expected
        assert chunks(Site.open(site)) == expected_chunks
        assert verify_site(Site.open(site)).ok
        assert replay(Site.open(site), "B0001", Quiet()).identical
    assert interrupted >= KILLS // 5, "hardly any kill hit a running batch: lengthen the culture"
