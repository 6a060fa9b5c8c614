"""Plans that a disturbance frees of offset: the aim is held where nothing that is learnt explains the plant."""

from pathlib import Path

import numpy as np
import pytest

from homeostat.control.predictive.planner import planner
from homeostat.execution import replay
from homeostat.execution.plan import make_plan
from homeostat.execution.steering import recalled
from homeostat.ledger.catalogue import MovePlanned
from homeostat.site import Site
from homeostat.twin import model

from .conftest import Quiet
from .offset import AIM, UPTAKE, culture
from .steered import HOUR, SCAN, Batch, execute

LAST = slice(-20 * HOUR // SCAN, -2 * HOUR // SCAN)
"""The scans of the last day."""
DISTURBED = {"glucose": "0.05 mmol/L/h"}


def _mean(batch: Batch, name: str) -> float:
    return float(np.mean(batch.column(name)[LAST]))


def _eaten(batch: Batch, share: float) -> float:
    """What the cells take up at the aim, mmol/L/h, when they take up a `share` of what is believed."""
    half = model("t_cell_expansion").signature.parameters["uptake_half"].value
    return share * UPTAKE * _mean(batch, "viable") * AIM / (half + AIM)


@pytest.mark.parametrize("share", [0.8, 1.2])
def test_an_uptake_that_nothing_learns_leaves_an_offset_unless_a_disturbance_takes_it_up(
    share: float, tmp_path: Path
) -> None:
    """The steady state in closed form: what comes with the medium is what the cells take up."""
    without = execute(Site.create(tmp_path / "without"), culture(share))
    batch = execute(Site.create(tmp_path / "with"), culture(share, disturbances=DISTURBED))
    off = _mean(without, "glucose") / AIM - 1.0
    assert abs(off) > 0.04
    assert (off > 0.0) == (share < 1.0)
    assert _mean(batch, "glucose") == pytest.approx(AIM, rel=0.01)
    medium = model("t_cell_expansion").signature.parameters["medium_glucose"].value
    needed = _eaten(batch, share) * _mean(batch, "twin.volume") / (medium - AIM)
    assert _mean(batch, "pump") == pytest.approx(needed, rel=0.02)
    missed = _eaten(batch, 1.0) - _eaten(batch, share)
    assert _mean(batch, "twin.glucose_disturbance") == pytest.approx(missed, rel=0.1)
    assert missed == pytest.approx(
        _mean(batch, "twin.glucose_disturbance"), abs=3.0 * _mean(batch, "twin.sd.glucose_disturbance")
    )


def test_what_is_counted_on_is_told_and_the_plan_is_made_again_from_its_event(
    site: Site, quiet: Quiet
) -> None:
    process = culture(0.8, disturbances=DISTURBED)
    batch = execute(site, process)
    *_, (_, fact) = batch.facts(MovePlanned)
    rate, _ = fact.believed["glucose_disturbance"]
    assert f"counts on glucose {rate:+.3g} mmol/L an hour beside the model" in fact.text
    (controller,) = make_plan(process, steers=True, initial={}).controllers
    answer = planner(controller.task).answer(recalled(controller, fact)).planned
    assert answer is not None
    assert answer.value == fact.value
    assert replay(site, "B0001", quiet).identical
