"""The batches of the scoring donors that the repository keeps: all of them, and of the contenders of today."""

from pathlib import Path

import pytest

from homeostat.bench.control.donors.declaration import contender, declared
from homeostat.bench.control.donors.keeping import found
from homeostat.bench.control.donors.scoring import batch

KEPT = Path(__file__).parents[3] / "studies" / "donors" / "batches.jsonl"


def test_every_scoring_donor_is_kept_under_every_contender_of_today() -> None:
    """So the table is printed from the file, and no batch of a contender that was another one stands in it."""
    assert KEPT.exists(), f"{KEPT} is missing; docs/control-proof.md tells the command that makes it"
    first, last = declared().seeds.scoring
    all_of_them = {(name, seed) for name in declared().contenders for seed in range(first, last + 1)}
    assert set(found(KEPT)) == all_of_them
    assert len(KEPT.read_text(encoding="utf-8").splitlines()) == len(all_of_them)


@pytest.mark.parametrize("name", ["recipe-searched", pytest.param("mpc", marks=pytest.mark.drill)])
def test_a_kept_batch_comes_out_again(name: str) -> None:
    """What is kept is of the process, the plant and the code of today; of another machine to rounding."""
    assert KEPT.exists(), f"{KEPT} is missing; docs/control-proof.md tells the command that makes it"
    kept, again = found(KEPT)[name, 3001], batch(contender(name), 3001)
    for figure in ("dose", "viability", "memory", "medium", "harvest", "astray"):
        assert getattr(again, figure) == pytest.approx(getattr(kept, figure), rel=1e-9)
    assert again.rungs == pytest.approx(kept.rungs, rel=1e-9)
    assert (again.state, again.failed, again.plans) == (kept.state, kept.failed, kept.plans)
