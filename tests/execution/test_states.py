"""The ISA-88 state table: what is allowed, what is refused, and that every acting state ends."""

import pytest
from hypothesis import settings
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule
from hypothesis.strategies import sampled_from

from homeostat.execution.states import ACTING, FINAL, TRANSITIONS, WAITING, Command, State, follow


def test_every_acting_state_ends_in_its_waiting_or_final_state() -> None:
    ends = {state: follow(state, Command.DONE) for state in ACTING}
    assert ends == {
        State.PAUSING: State.PAUSED,
        State.HOLDING: State.HELD,
        State.RESTARTING: State.RUNNING,
        State.STOPPING: State.STOPPED,
        State.ABORTING: State.ABORTED,
    }


@pytest.mark.parametrize("state", sorted(FINAL))
@pytest.mark.parametrize("command", list(Command))
def test_a_final_state_is_left_by_no_command(state: State, command: Command) -> None:
    assert follow(state, command) is None


@pytest.mark.parametrize("state", [s for s in State if s not in FINAL | ACTING | {State.IDLE}])
def test_a_live_batch_can_always_be_stopped_and_aborted(state: State) -> None:
    assert follow(state, Command.STOP) is State.STOPPING
    assert follow(state, Command.ABORT) is State.ABORTING


def test_a_held_batch_restarts_and_a_paused_one_resumes_but_not_the_other_way() -> None:
    assert follow(State.HELD, Command.RESTART) is State.RESTARTING
    assert follow(State.PAUSED, Command.RESUME) is State.RUNNING
    assert follow(State.HELD, Command.RESUME) is None
    assert follow(State.PAUSED, Command.RESTART) is None


def test_every_state_can_be_reached_from_idle() -> None:
    reached, frontier = {State.IDLE}, [State.IDLE]
    while frontier:
        state = frontier.pop()
        new = {after for (before, _), after in TRANSITIONS.items() if before is state} - reached
        reached |= new
        frontier += sorted(new)
    assert reached == set(State)


class AnyCommands(RuleBasedStateMachine):
    """Whatever commands come, in whatever order, the machine stays inside its table."""

    def __init__(self) -> None:
        super().__init__()
        self.state = State.IDLE

    @rule(command=sampled_from(list(Command)))
    def give(self, command: Command) -> None:
        after = follow(self.state, command)
        assert (after is None) == ((self.state, command) not in TRANSITIONS)
        self.state = after or self.state

    @invariant()
    def it_can_go_on_or_has_ended(self) -> None:
        leads = any(before is self.state for before, _ in TRANSITIONS)
        assert leads or self.state in FINAL
        assert self.state not in WAITING or follow(self.state, Command.STOP) is not None


TestAnyCommands = AnyCommands.TestCase
TestAnyCommands.settings = settings(max_examples=60, stateful_step_count=30)
