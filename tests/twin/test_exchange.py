"""Exchanges of medium: mass balances, and the same as a draw and a bolus where the volume is known."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from homeostat.errors import TwinError
from homeostat.twin import Ensemble, Jump, Model, Simulator, input, model, output, simulate, state
from homeostat.twin.engine.exchange import exchange


class Still(Model):
    """Nothing happens by itself."""

    viable = state(2.0, "1e6 cell/mL", "cells")
    glucose = state(8.0, "mmol/L", "glucose")
    lactate = state(12.0, "mmol/L", "lactate")
    memory = state(0.4, "1", "a fraction of the cells", high=1.0)
    volume = state(100.0, "mL", "volume", low=1.0)
    idle = input(0.0, "1", "nothing")
    amount = output("mmol", "glucose in the vessel")

    def rates(self, m: object) -> dict[str, object]:
        return dict.fromkeys(("viable", "glucose", "lactate", "memory", "volume"), 0.0 * self.idle)

    def outputs(self, m: object) -> dict[str, object]:
        return {"amount": self.glucose * self.volume / 1000.0}


NAMES = Still.signature.states.names


@pytest.fixture(scope="module")
def simulator() -> Simulator:
    return Simulator(Still)


def after(simulator: Simulator, *jumps: Jump) -> dict[str, float]:
    made = simulate(simulator, {}, [], {}, [0.0, 1.0], jumps)
    return dict(zip(NAMES, made.states[-1].tolist(), strict=True))


@given(share=st.floats(0.01, 0.99), glucose=st.floats(0.0, 50.0))
def test_it_is_a_draw_that_keeps_the_cells_and_a_bolus_of_the_same_volume(
    share: float, glucose: float
) -> None:
    """Also written as volumes: c' = ((V - v) c + v c_in) / V."""
    simulator, volume = Simulator(Still), 100.0 * share
    short = after(simulator, exchange(Still.signature, 1.0, share, {"glucose": glucose}, ["viable"]))
    drawn = Jump(1.0, draw=volume, retain=("viable",), bolus=volume, contents={"glucose": glucose})
    assert short == pytest.approx(after(simulator, drawn), rel=1e-12)
    expected = (1.0 - share) * 8.0 + share * glucose
    assert short == pytest.approx(
        {"viable": 2.0, "glucose": expected, "lactate": 12.0 * (1.0 - share), "memory": 0.4, "volume": 100.0}
    )


def test_a_passage_dilutes_cells_too(simulator: Simulator) -> None:
    found = after(simulator, exchange(Still.signature, 0.5, 1.0 - 1.0 / 4.0, {"glucose": 20.0}))
    expected = {"viable": 0.5, "glucose": 2.0 + 15.0, "lactate": 3.0, "memory": 0.4, "volume": 100.0}
    assert found == pytest.approx(expected)


def test_many_batches_see_the_same(simulator: Simulator) -> None:
    jump = exchange(Still.signature, 0.5, 0.3, {"glucose": 20.0}, ["viable"])
    done = Ensemble(Still, columns=NAMES).run([0.0, 1.0], jumps=[jump])
    np.testing.assert_allclose(done.values[0, -1], list(after(simulator, jump).values()), rtol=1e-12)


def test_it_needs_no_state_of_volume() -> None:
    cells = model("t_cell_expansion").signature
    assert exchange(cells, 1.0, 0.5, {}).bolus == 0.0


@pytest.mark.parametrize(
    ("share", "contents", "keep", "word"),
    [
        (1.1, {}, (), "no share"),
        (float("nan"), {}, (), "no share"),
        (0.5, {"sugar": 1.0}, (), "no state is called 'sugar'"),
        (0.5, {"glucose": -1.0}, (), "nothing can contain"),
        (0.5, {"memory": 0.5}, (), "no amount per volume"),
        (0.5, {"volume": 0.5}, (), "not part of the contents"),
        (0.5, {}, ("volume",), "no amount per volume"),
        (0.5, {"glucose": 1.0}, ("glucose",), "is kept and comes with the medium"),
    ],
)
def test_what_cannot_be_exchanged(
    share: float, contents: dict[str, float], keep: tuple[str, ...], word: str
) -> None:
    with pytest.raises(TwinError, match=word):
        exchange(Still.signature, 1.0, share, contents, keep)
