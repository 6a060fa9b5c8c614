"""The ISA-88 state machine of a batch, as a table.

In: a state and a command. Out: the next state, or none where the command is not allowed (ANSI/ISA-88.00.01-2010,
section 5.6, procedural states and commands). Acting states end by themselves, at the next scan.
"""

from collections.abc import Mapping
from enum import StrEnum


class State(StrEnum):
    """The states of a batch."""

    IDLE = "idle"
    RUNNING = "running"
    PAUSING = "pausing"
    PAUSED = "paused"
    HOLDING = "holding"
    HELD = "held"
    RESTARTING = "restarting"
    STOPPING = "stopping"
    STOPPED = "stopped"
    ABORTING = "aborting"
    ABORTED = "aborted"
    COMPLETE = "complete"


class Command(StrEnum):
    """What a person, the recipe or a fault may ask for; `done` is said by the engine when acting has ended."""

    START = "start"
    PAUSE = "pause"
    RESUME = "resume"
    HOLD = "hold"
    RESTART = "restart"
    STOP = "stop"
    ABORT = "abort"
    DONE = "done"


_LIVE = (State.RUNNING, State.PAUSING, State.PAUSED, State.HOLDING, State.HELD, State.RESTARTING)

TRANSITIONS: Mapping[tuple[State, Command], State] = {
    (State.IDLE, Command.START): State.RUNNING,
    (State.RUNNING, Command.DONE): State.COMPLETE,
    (State.RUNNING, Command.PAUSE): State.PAUSING,
    (State.PAUSING, Command.DONE): State.PAUSED,
    (State.PAUSED, Command.RESUME): State.RUNNING,
    (State.RUNNING, Command.HOLD): State.HOLDING,
    (State.PAUSING, Command.HOLD): State.HOLDING,
    (State.PAUSED, Command.HOLD): State.HOLDING,
    (State.RESTARTING, Command.HOLD): State.HOLDING,
    (State.HOLDING, Command.DONE): State.HELD,
    (State.HELD, Command.RESTART): State.RESTARTING,
    (State.RESTARTING, Command.DONE): State.RUNNING,
    (State.STOPPING, Command.DONE): State.STOPPED,
    (State.ABORTING, Command.DONE): State.ABORTED,
    **{(state, Command.STOP): State.STOPPING for state in _LIVE},
    **{(state, Command.ABORT): State.ABORTING for state in (*_LIVE, State.STOPPING)},
}

ACTING = frozenset({State.PAUSING, State.HOLDING, State.RESTARTING, State.STOPPING, State.ABORTING})
FINAL = frozenset({State.STOPPED, State.ABORTED, State.COMPLETE})
WAITING = frozenset({State.PAUSED, State.HELD})


def follow(state: State, command: Command) -> State | None:
    """The state that `command` leads to from `state`; None where the table does not allow it."""
    return TRANSITIONS.get((state, command))
