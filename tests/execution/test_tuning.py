"""Tuning on the simulated plant: the model found is the one declared, and the new tuning does what it was asked for."""

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
import yaml

from homeostat.control.regulatory.tuning import Constants, Identified, Integrating, Lagged, Oscillation
from homeostat.errors import ControlError
from homeostat.execution.plan.loops import resolve_tuning
from homeostat.execution.tuning import Method, Tuned, Wish, as_yaml, tune
from homeostat.execution.tuning.declared import declared
from homeostat.execution.tuning.experiment import ready, settle
from homeostat.execution.tuning.rehearsal import Rehearsal
from homeostat.execution.tuning.stand import Stand
from homeostat.process import Process, Quantity, load

HERE = Path(__file__).parent
LAG, SENSOR = 10.0 / 60.0, 1.0 / 60.0


@pytest.fixture(scope="module")
def process() -> Process:
    return load("yeast-fed-batch")


@pytest.fixture(scope="module")
def cascade() -> Process:
    return load(HERE / "loops.yaml")


def tuned(process: Process, name: str, method: Method = "simc", **wish: object) -> Tuned:
    return tune(process, name, Wish(method=method, **wish))  # type: ignore[arg-type]


def test_the_lag_that_was_declared_is_found(process: Process) -> None:
    """The temperature follows the jacket with 10 min, its sensor with 1 min: half of the shorter goes to either."""
    found = tuned(process, "temperature").found
    assert isinstance(found, Identified)
    assert isinstance(found.model, Lagged)
    assert found.model.gain == pytest.approx(1.0, abs=0.02)
    assert found.model.lag + found.model.delay == pytest.approx(LAG + SENSOR, abs=0.5 / 60.0)
    assert found.model.delay <= 1.5 * SENSOR
    assert found.explained > 0.99


def test_the_new_tuning_is_quicker_and_overshoots_little(process: Process) -> None:
    found = tuned(process, "temperature")
    before, after = found.before.response, found.after.response
    assert before.settling is not None
    assert after.settling is not None
    assert after.settling < 0.5 * before.settling
    assert after.overshoot < 0.1
    assert after.error < before.error


@pytest.mark.parametrize("closed", [10.0, 30.0])
def test_lambda_gives_the_closed_loop_its_time(process: Process, closed: float) -> None:
    found = tuned(process, "temperature", "lambda", closed=Quantity(closed, "min"))
    settling = found.after.response.settling
    assert settling is not None
    assert settling * 60.0 == pytest.approx(
        3.0 * closed, rel=0.3
    )  # a lag comes within 5 % after three times its own
    assert found.after.response.overshoot < 0.05


def test_the_relay_needs_no_model(process: Process) -> None:
    found = tuned(process, "temperature", "relay")
    assert isinstance(found.found, Oscillation)
    assert found.after.response.settling is not None
    assert found.after.response.error < found.before.response.error


def test_the_same_wish_gives_the_same_again(process: Process) -> None:
    assert tuned(process, "temperature") == tuned(process, "temperature")


def test_an_inner_and_an_outer_loop_are_tuned_each_by_itself(cascade: Process) -> None:
    inner = tuned(cascade, "flow")
    assert isinstance(inner.found, Identified)
    assert isinstance(inner.found.model, Lagged)
    assert inner.found.model.lag == pytest.approx(2.0 / 60.0, rel=0.1)
    outer = tuned(cascade, "oxygen_control")
    assert outer.output_unit == "%"
    assert outer.after.response.error < outer.before.response.error


def test_a_split_range_is_tuned_in_percent(cascade: Process) -> None:
    found = tuned(cascade, "ph", at=Quantity(1.0, "h"), size=Quantity(20.0, "%"))
    assert isinstance(found.found, Identified)
    assert isinstance(found.found.model, Lagged | Integrating)
    assert found.after.loop.gain.unit == "%/pH"


def test_what_is_found_can_be_pasted_into_the_file(process: Process) -> None:
    found = tuned(process, "temperature")
    text = as_yaml(found.name, found.after.loop)
    assert text.startswith("strategy:\n  temperature:\n    title:")
    changed = process.model_dump(mode="json", by_alias=True)
    changed["strategy"] |= yaml.safe_load(text)["strategy"]
    assert Process.model_validate(changed).strategy["temperature"] == found.after.loop


def test_constants_are_declared_in_the_form_and_units_of_the_loop(process: Process) -> None:
    loop = process.strategy["oxygen"].model_copy(update={"form": "parallel", "integral": None})
    changed = declared(loop, Constants(2.0, 0.5, 0.1), "rpm", "%")
    strategy = {**process.strategy, "oxygen": changed}
    tuning = resolve_tuning(process.model_copy(update={"strategy": strategy}), "oxygen")
    assert (tuning.gain, tuning.integral, tuning.derivative) == pytest.approx((2.0, 4.0, 0.2))


@pytest.mark.parametrize(
    ("name", "wish", "words"),
    [
        ("warmth", {}, "no loop 'warmth'"),
        ("temperature", {"size": Quantity(0.0, "K")}, "no size"),
        ("temperature", {"size": Quantity(30.0, "K")}, "no size"),
        ("temperature", {"closed": Quantity(0.0, "min")}, "above 0"),
    ],
)
def test_a_wish_that_cannot_be_met_is_refused(
    process: Process, name: str, wish: dict[str, object], words: str
) -> None:
    with pytest.raises(ControlError, match=words):
        tuned(process, name, **wish)


def test_a_loop_that_acts_the_wrong_way_is_told(process: Process) -> None:
    loop = process.strategy["temperature"].model_copy(update={"action": "direct", "mode": "manual"})
    wrong = process.model_copy(update={"strategy": {**process.strategy, "temperature": loop}})
    with pytest.raises(ControlError, match="acts the wrong way") as raised:
        tuned(wrong, "temperature", at=Quantity(1.0, "h"))
    assert raised.value.mend == "declare 'action: reverse'"


def test_a_plant_brought_back_shows_what_it_showed(process: Process) -> None:
    rehearsal = Rehearsal(process, seed=4)
    place = list(process.strategy).index("temperature")
    ready(rehearsal, place, None)
    one, other = (Stand.at(rehearsal, place, quiet=False) for _ in range(2))
    assert (one.scan, one.shown) == (other.scan, other.shown)
    rehearsal.scan()
    settle(one)
    assert one.values[0] == other.value


def test_another_tuning_takes_over_without_a_bump(process: Process) -> None:
    """On the way to the set-point, where the error is large: the output goes on from where it stood."""
    rehearsal = Rehearsal(process, seed=4)
    place = list(process.strategy).index("temperature")
    ready(rehearsal, place, 4 * 60_000_000)
    plain = Stand.at(rehearsal, place, quiet=True)
    tuning, setpoint = plain.plan.loops[place].tuning, plain.value + 2.0
    for _ in range(3):
        plain.hold(setpoint)
    reached = SimpleNamespace(
        plan=rehearsal.plan, loops=plain.loops, again=rehearsal.again, done=rehearsal.done
    )
    outputs = []
    for factor in (1.0, 3.0):
        quicker = replace(tuning, gain=factor * tuning.gain, integral=1e9)
        stand = Stand.at(cast(Rehearsal, reached), place, quiet=True, tuning=quicker)
        pid = stand.loop.pid
        outputs.append(pid.integral + quicker.gain * (pid.setpoint - (pid.measurement or 0.0)))
    assert outputs[0] == pytest.approx(plain.loop.pid.output)
    assert outputs[1] == pytest.approx(outputs[0])
    assert abs(tuning.gain * (setpoint - plain.value)) > 1.0  # the bump that there would have been


def test_a_quiet_plant_does_not_scatter(process: Process) -> None:
    rehearsal = Rehearsal(process, seed=4)
    ready(rehearsal, 0, None)
    stand = Stand.at(rehearsal, 0, quiet=True)
    settle(stand)
    resting = [stand.drive(stand.loop.pid.output) for _ in range(60)][-20:]
    assert max(resting) - min(resting) <= 0.02  # the sensor's resolution
