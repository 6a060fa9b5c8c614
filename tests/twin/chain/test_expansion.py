"""Expansion: the engine's result for the right patient, and a model that fails says so."""

from dataclasses import replace

import numpy as np
import pytest

from homeostat.errors import TwinError
from homeostat.twin import Segment, Simulator, model, simulate
from homeostat.twin.chain import Draws, Expansion, Feeding, Material, Step, car_t_chain, fixed

STEPS = {step.name: step for step in car_t_chain().steps}


def _cultures(n: int, volume: float = 200.0) -> Material:
    density = np.linspace(0.2, 0.6, n)
    viable = (density * volume)[:, None] * np.array([0.6, 0.4, 0.0])
    return replace(
        Material.empty(n),
        volume=np.full(n, volume),
        viable=viable,
        dead=0.1 * viable,
        activated=np.full(n, 0.85),
        positive=np.linspace(0.2, 0.5, n),
        memory=np.full(n, 0.4),
        dissolved=np.tile([95.0, 19.0, 0.0, 0.0], (n, 1)),
        beads=np.ones(n),
    )


def _expansion() -> Expansion:
    step = STEPS["expansion"]
    assert isinstance(step, Expansion)
    return step


def test_each_patient_is_what_the_simulator_gives_alone() -> None:
    step, cultures = _expansion(), _cultures(3)
    draws = step.sample(Draws(7, 0, 3))
    ours = step.apply(cultures, draws).material
    simulator = Simulator(model("t_cell_expansion"), rtol=1e-6, atol=1e-8)
    names = simulator.signature.states.names
    for i in range(3):
        x0 = {
            "viable": cultures.t_cells[i] / 200.0, "dead": 0.1 * cultures.t_cells[i] / 200.0, "activated": 0.85,
            "transduced": cultures.positive[i], "glucose": 19.0, "lactate": 0.0, "il2": 95.0, "volume": 200.0,
            "memory": 0.4, "cd8": 0.4,
        }  # fmt: skip
        segments = [
            Segment(f.start_h, {"perfusion": f.volumes * 200.0 / 24.0, "oxygen_gas": f.oxygen})
            for f in step.feeding
        ]
        p = {name: value[i] for name, value in draws.items() if name != "other_loss"}
        alone = simulate(simulator, {k: v for k, v in x0.items() if k in names}, segments, p, [0.0, 240.0])
        end = dict(zip(names, alone.states[-1], strict=True))
        assert ours.t_cells[i] == pytest.approx(end["viable"] * end["volume"], rel=2e-3)
        assert ours.dissolved[i, 0] == pytest.approx(end["il2"], rel=2e-3)
        assert ours.positive[i] == pytest.approx(end["transduced"])
        assert ours.memory[i] == pytest.approx(end["memory"], rel=2e-3)
        assert ours.viable[i, 1] / ours.t_cells[i] == pytest.approx(end["cd8"], rel=2e-3)


def test_a_patient_does_not_depend_on_the_others() -> None:
    step, cultures = _expansion(), _cultures(5)
    together = step.apply(cultures, step.sample(Draws(7, 0, 5))).material
    last = Material(**{name: value[4:] for name, value in vars(cultures).items()})
    alone = step.apply(last, step.sample(Draws(7, 4, 1))).material
    np.testing.assert_array_equal(alone.viable[0], together.viable[4])


def test_cells_that_are_no_t_cells_die_out() -> None:
    mixed = replace(_cultures(1), viable=np.array([[60.0, 40.0, 30.0]]))
    step = replace(_expansion(), other_loss=fixed(0.01, "1/h", "test"))
    after = step.apply(mixed, step.sample(Draws(0, 0, 1))).material
    assert after.viable[0, 2] == pytest.approx(30.0 * np.exp(-2.4))
    assert after.dead[0, 2] == pytest.approx(30.0 * (1.0 - np.exp(-2.4)))


def test_a_culture_that_the_model_refuses_is_marked_and_the_others_go_on() -> None:
    step, cultures = _expansion(), _cultures(3)
    cultures.volume[1] = 0.5  # below what the model can be run with
    after = step.apply(cultures, step.sample(Draws(0, 0, 3))).material
    assert after.completed.tolist() == [True, False, True]
    after.check("expansion")


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("model", "no_such_model"),
        ("model", "yeast_fed_batch"),
        ("hours", 0.0),
        ("hours", float("nan")),
        ("feeding", (Feeding(24.0, 1.0), Feeding(0.0, 1.0))),
    ],
)
def test_absurd_expansions_are_refused(field: str, value: object) -> None:
    step: Step = _expansion()
    with pytest.raises(TwinError):
        replace(step, **{field: value})


def test_a_bare_number_is_no_parameter() -> None:
    with pytest.raises(TwinError, match="other_loss"):
        replace(_expansion(), other_loss=0.01).sample(Draws(0, 0, 1))
