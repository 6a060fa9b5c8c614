"""Sites for batches told by hand."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from homeostat.historian import Historian
from homeostat.ledger import Ledger, SiteKey

from .tale import Tale


@pytest.fixture
def tales(tmp_path: Path) -> Iterator[Callable[[str], Tale]]:
    """Makes tales, each with stores of its own; wall-clock stamps count up from the first of March 2025."""
    opened: list[Tale] = []

    def make(name: str, hour: int = 8) -> Tale:
        root = tmp_path / name
        root.mkdir()
        key = SiteKey.create(root)
        ticks = iter(range(10_000_000))

        def clock() -> str:
            tick = next(ticks)
            return f"2025-03-01T{hour:02d}:{tick // 60 % 60:02d}:{tick % 60:02d}+00:00"

        ledger = Ledger.open(root / "ledger.db", key=key, heads=root / "heads.jsonl", clock=clock)
        opened.append(Tale(ledger, Historian.open(root / "historian.db")))
        return opened[-1]

    yield make
    for tale in opened:
        tale.ledger.close()
        tale.historian.close()


@pytest.fixture
def tale(tales: Callable[[str], Tale]) -> Tale:
    """One empty batch in the telling."""
    return tales("site")
