"""A change that is bounded by steps which get shorter: told where nothing bounds it in time, and only there."""

import pytest

from homeostat.execution.plan.shrinking import shrinking
from homeostat.process import Process, Quantity, load


def with_rate(name: str, rate: str) -> Process:
    """The process whose controller's moves have this rate, or none."""
    process = load(name)
    (controller, declared), *_ = process.controllers.items()
    given = {"rate": Quantity.parse(rate) if rate else None}
    moves = {loop: move.model_copy(update=given) for loop, move in declared.moves.items()}
    return process.model_copy(
        update={"controllers": {controller: declared.model_copy(update={"moves": moves})}}
    )


@pytest.mark.parametrize("name", ["car-t", "yeast-fed-batch"])
def test_a_change_without_a_rate_is_told_of_plans_that_reach_to_an_end(name: str) -> None:
    (told,) = shrinking(with_rate(name, ""))
    assert told.path[-1] == "change"
    assert "shorter the nearer its end" in told.what
    assert [*shrinking(with_rate(name, "4 mL/h/h"))] == []


def test_steps_of_a_horizon_that_moves_on_keep_their_length() -> None:
    process = with_rate("yeast-fed-batch", "")
    (name, controller), *_ = process.controllers.items()
    open_end = process.model_copy(update={"controllers": {name: controller.model_copy(update={"end": None})}})
    assert [*shrinking(open_end)] == []
