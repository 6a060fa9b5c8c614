"""Plans that a disturbance frees of offset: the aim is held where nothing that is learnt explains the plant."""

from pathlib import Path

import numpy as np
import pytest

from homeostat.cli.models import signatures
from homeostat.control.predictive.planner import planner
from homeostat.execution import replay
from homeostat.execution.plan import make_plan
from homeostat.execution.plan.disturbing import disturbing
from homeostat.execution.plan.offset import offsets
from homeostat.execution.steering import recalled
from homeostat.ledger.catalogue import MovePlanned
from homeostat.process import Process
from homeostat.process.checks import Subject
from homeostat.process.checks import model as of_model
from homeostat.process.checks.observed import observed
from homeostat.site import Site
from homeostat.twin import model
from homeostat.twin.disturbed import size

from .conftest import Quiet
from .offset import AIM, UPTAKE, culture
from .steered import HOUR, SCAN, STEERED, Batch, execute

LAST = slice(-20 * HOUR // SCAN, -2 * HOUR // SCAN)
"""The scans of the last day."""
DISTURBED = {"glucose": "0.05 mmol/L/h"}


def _mean(batch: Batch, name: str) -> float:
    return float(np.mean(batch.column(name)[LAST]))


def _eaten(batch: Batch, share: float) -> float:
    """What the cells take up at the aim, mmol/L/h, when they take up a `share` of what is believed."""
    half = model("t_cell_expansion").signature.parameters["uptake_half"].value
    return share * UPTAKE * _mean(batch, "viable") * AIM / (half + AIM)


@pytest.mark.drill
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


def _named(process: Process) -> list[str]:
    return [str(fault.path[2:4]) for fault in offsets(process)]


def test_an_aim_that_nothing_estimated_is_free_for_is_named() -> None:
    """Growth alone is learnt: the cells that are counted want it for themselves."""
    (fault,) = offsets(culture(0.8))
    assert fault.path == ("controllers", "growth", "aims", 0, "of")
    assert "'glucose'" in fault.what
    assert not [*offsets(culture(0.8, disturbances=DISTURBED))]


def test_a_parameter_of_its_own_is_as_good_as_a_disturbance() -> None:
    tree = culture(0.8).model_dump(mode="json", by_alias=True)
    tree["twin"]["observer"]["learn"]["glucose_maintenance"] = "10 %"
    assert not [*offsets(Process.model_validate(tree))]


def test_one_parameter_is_not_enough_for_two() -> None:
    assert _named(STEERED) == ["('aims', 0)", "('limits', 0)"]
    tree = STEERED.model_dump(mode="json", by_alias=True)
    tree["twin"]["observer"]["disturbances"] = {"lactate": "0.02 mmol/L/h"}
    assert _named(Process.model_validate(tree)) == []


def test_a_hard_limit_and_what_no_parameter_enters_are_not_named() -> None:
    tree = STEERED.model_dump(mode="json", by_alias=True)
    controller = tree["controllers"]["growth"]
    controller["aims"] = [{"of": "volume", "target": "200 mL", "scale": "1 mL"}]
    controller["limits"] = [{"of": "lactate", "high": "10 mmol/L", "hard": True}]
    assert _named(Process.model_validate(tree)) == []


@pytest.mark.parametrize(
    ("given", "what"),
    [
        ({"sugar": "1 mmol/L/h"}, "no state 'sugar'"),
        ({"glucose": "1 mmol/L"}, "is not in a unit of the rate of 'glucose'"),
        ({"glucose": "0 mmol/L/h"}, "is not above 0"),
        (
            {"glucose": "1 mmol/L/h", "lactate": "1 mmol/L/h", "il2": "1 IU/mL/h"},
            "3 disturbances cannot be told apart by 2 measured quantities",
        ),
    ],
)
def test_a_disturbance_that_cannot_be_is_refused(given: dict[str, str], what: str) -> None:
    process = culture(0.8, disturbances=given)
    subject = Subject(process)
    found = [*observed(subject), *of_model(subject, signatures()["t_cell_expansion"])]
    assert [fault for fault in found if what in fault.what]


def test_a_quantity_with_a_tag_and_an_assay_is_measured_once() -> None:
    process = culture(0.8)
    assert process.twin.observer is not None
    assert (len(process.twin.observer.tags), len(process.twin.observer.assays)) == (2, 1)
    assert process.twin.measured == ("viable", "glucose")


def test_what_the_plan_does_not_count_on_is_neither_told_nor_left_without_a_remark() -> None:
    process = culture(0.8, disturbances={"glucose": "0.05 mmol/L/h", "oxygen": "0.1 %/h"})
    (remark,) = disturbing(process)
    assert remark.path == ("twin", "observer", "disturbances", "oxygen")
    assert "no plan counts on a disturbance of 'oxygen'" in remark.what
    (controller,) = make_plan(process, steers=True, initial={}).controllers
    assert controller.task.disturbed == {"glucose": "glucose_disturbance"}
    assert not [*disturbing(culture(0.8, disturbances=DISTURBED))]
    without = process.model_copy(update={"controllers": {}})
    assert not [*disturbing(without)]


def test_a_disturbance_larger_than_its_state_is_remarked() -> None:
    (remark,) = disturbing(culture(0.8, disturbances={"glucose": "1e9 mmol/L/h"}))
    much = size(model("t_cell_expansion").signature.states["glucose"])
    assert remark.path == ("twin", "observer", "disturbances", "glucose")
    assert f"by more than its own size of {much:g} mmol/L in an hour" in remark.what
    for share, found in ((0.99, 0), (1.01, 1)):
        rate = f"{share * much / 60.0} mmol/L/min"
        assert len([*disturbing(culture(0.8, disturbances={"glucose": rate}))]) == found


def test_a_process_that_declares_none_is_the_same() -> None:
    """Neither its content hash nor the model that its twin follows tells of disturbances."""
    process = culture(0.8)
    assert "disturbances" not in process.model_dump(mode="json")["twin"]["observer"]
    assert "disturbances" in culture(0.8, disturbances=DISTURBED).model_dump(mode="json")["twin"]["observer"]
    assert make_plan(process, steers=True, initial={}).twin.model == "t_cell_expansion"
