"""The life of an alarm as a transition table (the alarm state diagram of ISA-18.2-2016).

In: a phase and what happened. Out: the next phase, or None where the table does not allow it. Nothing else in this
package decides on a phase.
"""

from collections.abc import Mapping
from enum import Enum


class Phase(Enum):
    """The states of the diagram."""

    NORMAL = "normal"
    """Nothing is wrong."""
    UNACKNOWLEDGED = "unacknowledged"
    """Active, and nobody has said that they know."""
    ACKNOWLEDGED = "acknowledged"
    """Active, and known to a person."""
    RETURNED = "returned"
    """Back to normal, but nobody has acknowledged that it was not."""
    LATCHED = "latched"
    """Back to normal, but kept until acknowledged and reset."""
    LATCHED_KNOWN = "latched and acknowledged"
    """Back to normal and acknowledged, kept until reset."""
    SHELVED = "shelved"
    """Silenced by a person for a time."""
    SUPPRESSED = "suppressed by design"
    """Silenced by a declared condition."""
    OUT_OF_SERVICE = "out of service"
    """Silenced by a person until returned to service, as for maintenance."""


class Happening(Enum):
    """What moves an alarm from phase to phase."""

    RAISE = "raised"
    CLEAR = "cleared"
    CLEAR_LATCHING = "cleared and latched"
    ACKNOWLEDGE = "acknowledged"
    RESET = "reset"
    SHELVE = "shelved"
    SUPPRESS = "suppressed"
    REMOVE = "taken out of service"
    RELEASE_ACTIVE = "released, active"
    RELEASE_NORMAL = "released, normal"
    RELEASE_LATCHED = "released, latched"
    UNGATHER = "shown by itself"


_A, _B, _C, _D = Phase.NORMAL, Phase.UNACKNOWLEDGED, Phase.ACKNOWLEDGED, Phase.RETURNED
_E, _F = Phase.LATCHED, Phase.LATCHED_KNOWN
_G, _H, _I = Phase.SHELVED, Phase.SUPPRESSED, Phase.OUT_OF_SERVICE

LIFE: Mapping[tuple[Phase, Happening], Phase] = {
    (_A, Happening.RAISE): _B,
    (_B, Happening.ACKNOWLEDGE): _C,
    (_B, Happening.CLEAR): _D,
    (_B, Happening.CLEAR_LATCHING): _E,
    (_C, Happening.CLEAR): _A,
    (_C, Happening.CLEAR_LATCHING): _F,
    (_D, Happening.RAISE): _B,
    (_D, Happening.ACKNOWLEDGE): _A,
    (_E, Happening.RAISE): _B,
    (_E, Happening.ACKNOWLEDGE): _F,
    (_F, Happening.RAISE): _B,
    (_F, Happening.RESET): _A,
    # a silenced alarm goes on being watched: what happens to its condition moves nothing, but is on record
    **{(phase, Happening.RAISE): phase for phase in (_G, _H, _I)},
    **{(phase, Happening.CLEAR): phase for phase in (_G, _H, _I)},
    **{(phase, Happening.CLEAR_LATCHING): phase for phase in (_G, _H, _I)},
    # what is latched must be acknowledged and reset: it cannot be put out of sight
    **{(phase, Happening.SHELVE): _G for phase in (_A, _B, _C, _D)},
    # what was gathered in a flood is still to be answered once the flood is over, by itself
    (_B, Happening.UNGATHER): _B,
    # nor does a condition take away what a person has yet to acknowledge
    **{(phase, Happening.SUPPRESS): _H for phase in (_A, _B, _C)},
    **{(phase, Happening.REMOVE): _I for phase in (_A, _B, _C, _D, _G, _H)},
    **{(phase, Happening.RELEASE_ACTIVE): _B for phase in (_G, _H, _I)},
    **{(phase, Happening.RELEASE_NORMAL): _A for phase in (_G, _H, _I)},
    **{(phase, Happening.RELEASE_LATCHED): _E for phase in (_G, _H, _I)},
}
"""Every allowed transition; what is not in the table does not happen."""

SILENCED: frozenset[Phase] = frozenset({_G, _H, _I})
"""Phases in which the alarm is not shown to the operator."""

ACTIVE: frozenset[Phase] = frozenset({_B, _C})
"""Phases in which an alarm that is shown is active."""

UNANSWERED: frozenset[Phase] = frozenset({_B, _D, _E})
"""Phases in which somebody has yet to acknowledge."""


def follow(phase: Phase, happening: Happening) -> Phase | None:
    """The next phase, or None where the table has none."""
    return LIFE.get((phase, happening))
