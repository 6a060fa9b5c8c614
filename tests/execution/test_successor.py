"""A successor is what `dataclasses.replace` makes, of the states that every scan makes anew."""

from dataclasses import FrozenInstanceError, fields, replace

import pytest

from homeostat.control import PidState
from homeostat.execution.state import BatchState, Belief, LoopState
from homeostat.execution.states import State
from homeostat.execution.successor import successor
from homeostat.monitoring.signals import Memory

LOOP = LoopState(37.0, "auto", PidState(20.0, 20.0), blind=60, lacking="no reading")
BATCH = BatchState(State.RUNNING, (), (LOOP,), (), Memory((), (), (), ()), Belief((1.0,), (2.0,), (3.0,)))


@pytest.mark.parametrize("before", [LOOP, BATCH], ids=["loop", "batch"])
def test_it_is_what_replace_makes_whichever_field_is_changed(before: LoopState | BatchState) -> None:
    for each in fields(before):
        changed = {each.name: object()}
        assert successor(before, **changed) == replace(before, **changed)
    assert successor(before) == before


def test_what_came_before_stays_as_it_was_and_neither_can_be_changed() -> None:
    after = successor(LOOP, setpoint=38.0)
    assert (LOOP.setpoint, after.setpoint) == (37.0, 38.0)
    with pytest.raises(FrozenInstanceError):
        after.setpoint = 39.0


def test_a_successor_has_successors_of_its_own() -> None:
    twice = successor(successor(BATCH, harvest=1), state=State.HELD)
    assert twice == replace(BATCH, harvest=1, state=State.HELD)


@pytest.mark.parametrize("kind", [LoopState, BatchState])
def test_these_classes_keep_their_fields_in_a_dictionary_and_compute_nothing_at_their_start(
    kind: type[LoopState] | type[BatchState],
) -> None:
    assert not hasattr(kind, "__slots__")
    assert not hasattr(kind, "__post_init__")
